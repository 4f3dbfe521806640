//! A chain as lines of JSON that verify from the file alone.

use crate::canonical::{parse, write};
use crate::model::Json;

use super::chain::{Chain, Covered, Line, Verdict};
use super::entry::{number, whole};
use super::seal::Seal;
use super::{Exempt, Head};

const FORMAT: &str = "catalyst-sync audit";
const VERSION: i64 = 1;

/// A line of an export that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedLine {
    /// Counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// The first line: the form, and what comes before the first entry.
#[must_use]
pub fn header(anchor: (u64, &str)) -> String {
    let anchor =
        Json::object([("hash", Json::str(anchor.1.to_owned())), ("sequence", count(anchor.0))]);
    let members = [("anchor", anchor), ("format", Json::str(FORMAT)), ("version", number(VERSION))];
    write(&Json::object(members))
}

/// The line of an entry, with the row that it covers. An entry or a row that cannot be read is told
/// as the text that it is, so that damage can be exported.
#[must_use]
pub fn line(line: &Line) -> String {
    let value =
        |text: &str| parse(text).map_or_else(|_| Json::str(text.to_owned()), Json::into_owned);
    let mut members = vec![("entry", value(&line.text)), ("hash", Json::str(line.hash.clone()))];
    match &line.row {
        Covered::Row(row) => members.push(("row", value(row))),
        Covered::Superseded(by) => members.push(("supersededBy", count(*by))),
        Covered::Nothing | Covered::Missing => {}
    }
    members.extend(line.signature.clone().map(|own| ("signature", Json::str(own))));
    write(&Json::object(members))
}

/// The last line: the head.
#[must_use]
pub fn footer(head: &Head) -> String {
    let mut members = vec![
        ("exempt", head.exempt.json()),
        ("hash", Json::str(head.hash.clone())),
        ("sequence", count(head.sequence)),
    ];
    members.extend(head.key.clone().map(|key| ("key", Json::str(key))));
    members.extend(head.signature.clone().map(|own| ("signature", Json::str(own))));
    write(&Json::object([("head", Json::object(members))]))
}

/// Verifies an export from its lines alone; signatures are checked where a seal is given.
///
/// ```
/// use catalyst_sync::audit::{Exempt, Head, NOTHING_BEFORE, footer, header, verify_export};
///
/// let hash = NOTHING_BEFORE.to_owned();
/// let head = Head { sequence: 0, hash, key: None, signature: None, exempt: Exempt::default() };
/// let lines = [header((0, NOTHING_BEFORE)), footer(&head)];
/// assert_eq!(verify_export(&mut lines.into_iter(), None)?.entries, 0);
///
/// let cut_short = [header((0, NOTHING_BEFORE))];
/// let damaged = verify_export(&mut cut_short.into_iter(), None).unwrap_err();
/// assert_eq!((damaged.line, &*damaged.reason), (2, "the head is missing"));
/// # Ok::<(), catalyst_sync::audit::DamagedLine>(())
/// ```
///
/// # Errors
///
/// The first line that is damaged, and how.
pub fn verify_export(
    lines: &mut dyn Iterator<Item = String>,
    seal: Option<&dyn Seal>,
) -> Result<Verdict, DamagedLine> {
    let mut chain = Chain::new(seal);
    let mut anchor = None;
    let mut at = 0;
    let mut ended = None;
    for text in lines {
        at += 1;
        let damaged = |reason: String| DamagedLine { line: at, reason };
        if ended.is_some() {
            return Err(damaged("a line comes after the head".to_owned()));
        }
        let json = parse(&text).map_err(|error| damaged(error.to_string()))?;
        if let Some(head) = json.get("head") {
            if anchor.is_none() {
                return Err(damaged("the header is missing".to_owned()));
            }
            let head =
                head_of(head).ok_or_else(|| damaged("the head cannot be read".to_owned()))?;
            ended = Some(chain.end(&head).map_err(damaged)?);
        } else if let Some(expected) = &anchor {
            let own = line_of(&json).ok_or_else(|| damaged("it is no entry".to_owned()))?;
            if at == 2 && anchor_of(&json).as_ref() != Some(expected) {
                return Err(damaged("it does not follow the anchor".to_owned()));
            }
            chain.take(&own).map_err(damaged)?;
        } else {
            anchor = Some(header_of(&json).map_err(damaged)?);
        }
    }
    ended.ok_or_else(|| DamagedLine { line: at + 1, reason: "the head is missing".to_owned() })
}

fn header_of(json: &Json<'_>) -> Result<(i64, String), String> {
    let text = |name: &str| json.get(name).and_then(Json::as_str);
    let version = json.get("version").and_then(whole);
    if text("format") != Some(FORMAT) || version != Some(VERSION) {
        return Err(format!("it is no {FORMAT} of version {VERSION}"));
    }
    let anchor = json.get("anchor");
    let sequence = anchor.and_then(|anchor| whole(anchor.get("sequence")?));
    let hash = anchor.and_then(|anchor| anchor.get("hash")?.as_str());
    let known = sequence.zip(hash.map(str::to_owned));
    known.ok_or_else(|| "the anchor cannot be read".to_owned())
}

/// What comes before an entry.
fn anchor_of(json: &Json<'_>) -> Option<(i64, String)> {
    let entry = json.get("entry")?;
    let previous = entry.get("previous")?.as_str()?;
    Some((whole(entry.get("sequence")?)? - 1, previous.to_owned()))
}

fn line_of(json: &Json<'_>) -> Option<Line> {
    let entry = json.get("entry")?;
    let row = match (json.get("row"), json.get("supersededBy")) {
        (Some(row), None) => Covered::Row(write(row)),
        (None, Some(by)) => Covered::Superseded(whole(by)?.unsigned_abs()),
        (None, None) if entry.get("covers").is_some() => Covered::Missing,
        (None, None) => Covered::Nothing,
        (Some(_), Some(_)) => return None,
    };
    let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    Some(Line {
        sequence: 0,
        text: write(entry),
        hash: text("hash")?,
        signature: text("signature"),
        row,
    })
}

fn head_of(json: &Json<'_>) -> Option<Head> {
    let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    Some(Head {
        sequence: whole(json.get("sequence")?)?.unsigned_abs(),
        hash: text("hash")?,
        key: text("key"),
        signature: text("signature"),
        exempt: Exempt::of(json.get("exempt")?)?,
    })
}

fn count(value: u64) -> Json<'static> {
    number(i64::try_from(value).unwrap_or(i64::MAX))
}
