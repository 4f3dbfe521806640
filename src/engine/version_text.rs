//! Histories and differences as text, from their answers.

use jiff::Timestamp;

use crate::model::Json;
use crate::version::{DrawnVersion, format_changes, format_graph};

/// Digits of a hash that are shown.
const SHORT: usize = 8;

/// Draws a tree of versions, given as its answer; dates may be milliseconds or texts. `None` when it
/// is none.
#[must_use]
pub fn format_tree(tree: &Json<'_>) -> Option<String> {
    let versions = tree.get("versions")?.elements()?;
    let drawn: Option<Vec<DrawnVersion>> = versions.iter().map(drawn).collect();
    Some(format_graph(&drawn?))
}

/// Writes a difference of two versions, given as its answer. `None` when it is none.
#[must_use]
pub fn format_diff(diff: &Json<'_>) -> Option<String> {
    let (from, to) = (diff.get("from")?, diff.get("to")?);
    let changes = diff.get("changes")?.elements()?;
    let value = |change: &Json<'_>, name: &str| change.get(name).map(crate::canonical::write);
    let told: Option<Vec<_>> = changes
        .iter()
        .map(|change| {
            let (kind, path) = (change.get("kind")?.as_str()?, change.get("path")?.as_str()?);
            Some((kind, path, value(change, "before"), value(change, "after")))
        })
        .collect();
    let lines =
        format_changes(told.as_ref()?.iter().map(|(kind, path, before, after)| {
            (*kind, *path, before.as_deref(), after.as_deref())
        }));
    let level = match diff.get("level").and_then(Json::as_str) {
        Some(level) => format!(" ({level})"),
        None => ": no differences".to_owned(),
    };
    let key = diff.get("typeKey").and_then(Json::as_str).unwrap_or_default();
    Some(format!("{key} {} → {}{level}\n{lines}", numbered(from)?, numbered(to)?))
}

fn drawn(version: &Json<'_>) -> Option<DrawnVersion> {
    let text = |name: &str| version.get(name).and_then(Json::as_str).unwrap_or_default();
    let parents = version.get("parents")?.elements()?;
    let mut label = format!("{} {} {}", numbered(version)?, text("changeType"), text("source"));
    for (before, part) in [
        (" by ", text("author").to_owned()),
        (", ", moment(version.get("createdAt"))),
        (": ", text("message").to_owned()),
    ] {
        if !part.is_empty() {
            label.push_str(before);
            label.push_str(&part);
        }
    }
    Some(DrawnVersion {
        hash: version.get("hash")?.as_str()?.to_owned(),
        parents: parents.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        label,
    })
}

/// Number and name: `1.2.0 a1b2c3d4`.
fn numbered(version: &Json<'_>) -> Option<String> {
    let hash = version.get("hash")?.as_str()?;
    let short = hash.get(..SHORT).unwrap_or(hash);
    Some(match version.get("semver").and_then(Json::as_str) {
        Some(number) => format!("{number} {short}"),
        None => short.to_owned(),
    })
}

/// A date to the second, in UTC.
fn moment(date: Option<&Json<'_>>) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
    let moment = match date {
        Some(Json::Number(milliseconds)) => Timestamp::from_millisecond(*milliseconds as i64).ok(),
        Some(other) => other.as_str().and_then(|text| text.parse().ok()),
        None => None,
    };
    moment.map_or_else(String::new, |moment: Timestamp| format!("{moment:.0}"))
}
