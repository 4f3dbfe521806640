//! Following a chain from entry to entry.

use std::collections::BTreeMap;

use crate::canonical::parse;
use crate::digest::Digest;
use crate::model::Json;

use super::entry::{covered_by, whole};
use super::seal::{Seal, of_entry};
use super::{BEGIN, CUT, Exempt, Head, NOTHING_BEFORE};

/// What is there of the row that an entry covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covered {
    /// The entry covers none.
    Nothing,
    /// Its content, as canonical JSON.
    Row(String),
    /// It is not there.
    Missing,
    /// It was written again, and a later entry covers it as it is.
    Superseded(u64),
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it is kept; 0 where only the entry says so.
    pub sequence: u64,
    /// The entry, as canonical JSON.
    pub text: String,
    /// The hash of that.
    pub hash: String,
    /// The signature of the hash.
    pub signature: Option<String>,
    /// The row that it covers.
    pub row: Covered,
}

/// What a whole chain shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How many entries there are.
    pub entries: u64,
    /// A key that is held vouches for all of them.
    pub keyed: bool,
    /// The first entry that is signed with a key that is held.
    pub signed_from: Option<u64>,
}

/// A chain that is being followed. Holds nothing of the entries behind it.
pub struct Chain<'s> {
    seal: Option<&'s dyn Seal>,
    first: Option<(i64, String)>,
    last: Option<Last>,
    entries: u64,
    exempt: Option<Exempt>,
    cut: Option<(i64, String)>,
    /// Some entry is signed, with whatever key.
    is_signed: bool,
    signed_from: Option<u64>,
    /// The first entry since the last one that a held key vouches for.
    unvouched: Option<String>,
    /// Rows that later entries have to cover, by the sequence of these.
    awaited: BTreeMap<i64, String>,
}

struct Last {
    sequence: i64,
    hash: String,
    key: Option<String>,
}

impl<'s> Chain<'s> {
    /// Begins before the first entry.
    #[must_use]
    pub fn new(seal: Option<&'s dyn Seal>) -> Self {
        Self {
            seal,
            first: None,
            last: None,
            entries: 0,
            exempt: None,
            cut: None,
            is_signed: false,
            signed_from: None,
            unvouched: None,
            awaited: BTreeMap::new(),
        }
    }

    /// What the chain so far says that no entry covers; `None` before it says so.
    #[must_use]
    pub fn exempt(&self) -> Option<Exempt> {
        self.exempt
    }

    /// The entry that was followed last; 0 before the first.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.sequence.unsigned_abs())
    }

    /// How many entries were followed.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Follows the chain to its next entry.
    ///
    /// # Errors
    ///
    /// What is wrong, naming the entry.
    pub fn take(&mut self, line: &Line) -> Result<(), String> {
        let next = self.last.as_ref().map(|last| last.sequence + 1);
        let place = || next.map_or_else(|| "the first entry".to_owned(), name);
        let unreadable = || format!("{} cannot be read", place());
        let entry = parse(&line.text).map_err(|_| unreadable())?;
        let sequence = entry.get("sequence").and_then(whole).ok_or_else(unreadable)?;
        let previous = entry.get("previous").and_then(Json::as_str).ok_or_else(unreadable)?;
        if let Some(next) = next.filter(|next| *next != sequence) {
            return Err(format!("{} is missing", name(next)));
        }
        let own = name(sequence);
        if line.sequence != 0 && line.sequence != sequence.unsigned_abs() {
            return Err(format!("{own} is not in its place"));
        }
        if Digest::of(&line.text).to_string() != line.hash {
            return Err(format!("{own} is not what its hash says"));
        }
        let before = match &self.last {
            Some(last) => Some(&*last.hash),
            None => (sequence == 1).then_some(NOTHING_BEFORE),
        };
        if before.is_some_and(|hash| hash != previous) {
            return Err(format!("{own} does not follow the entry before it"));
        }
        self.read_row(&own, &entry, sequence, &line.row)?;
        let key = entry.get("key").and_then(Json::as_str);
        self.read_signature(&own, sequence, key, line)?;
        self.read_bounds(&own, &entry, sequence)?;
        self.first.get_or_insert_with(|| (sequence, previous.to_owned()));
        self.entries += 1;
        self.last = Some(Last { sequence, hash: line.hash.clone(), key: key.map(str::to_owned) });
        Ok(())
    }

    /// Ends at the head.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn end(&self, head: &Head) -> Result<Verdict, String> {
        let (Some((first, before)), Some(last)) = (&self.first, &self.last) else {
            return match head.sequence {
                0 => Ok(Verdict { entries: 0, keyed: false, signed_from: None }),
                _ => Err("all entries are missing".to_owned()),
            };
        };
        match &self.cut {
            None if *first != 1 => return Err(format!("{} is missing", name(first - 1))),
            Some((sequence, _)) if *sequence + 1 > *first => {
                return Err(format!("{} is there again after it was cut off", name(*first)));
            }
            Some((sequence, hash)) if *sequence + 1 != *first || hash != before => {
                return Err(format!("{} is missing", name(first - 1)));
            }
            _ => {}
        }
        if let Some((sequence, row)) = self.awaited.first_key_value() {
            return Err(format!("{}, which covers {row}, is missing", name(*sequence)));
        }
        let end = i64::try_from(head.sequence).unwrap_or(i64::MAX);
        if end > last.sequence {
            return Err(format!("{} is missing", name(last.sequence + 1)));
        }
        if let (Some(_), true, Some(unvouched)) = (self.seal, self.is_signed, &self.unvouched) {
            return Err(unvouched.clone());
        }
        let damaged = "the head is not that of the chain";
        let is_own = end == last.sequence && head.hash == last.hash && head.key == last.key;
        let is_signed = head.key.is_some() == head.signature.is_some();
        if !is_own || !is_signed || self.exempt != Some(head.exempt) {
            return Err(damaged.to_owned());
        }
        if self.seal.and_then(|seal| head.is_sealed(seal)) == Some(false) {
            return Err("the signature of the head is wrong".to_owned());
        }
        let keyed = self.seal.is_some() && self.is_signed;
        Ok(Verdict { entries: self.entries, keyed, signed_from: self.signed_from })
    }

    fn read_row(
        &mut self,
        own: &str,
        entry: &Json<'_>,
        sequence: i64,
        found: &Covered,
    ) -> Result<(), String> {
        let covers = covered_by(entry);
        if let Some(awaited) = self.awaited.remove(&sequence)
            && covers != Some(&*awaited)
        {
            return Err(format!("{own} does not cover {awaited}, as an earlier one says"));
        }
        let Some(row) = covers else {
            return match found {
                Covered::Nothing => Ok(()),
                _ => Err(format!("{own} covers no row, and has one")),
            };
        };
        let digest = entry.get("covers").and_then(|covers| covers.get("digest"));
        match found {
            Covered::Row(content) => {
                let is_same =
                    digest.and_then(Json::as_str) == Some(&*Digest::of(content).to_string());
                if is_same {
                    Ok(())
                } else {
                    Err(format!("{row}, which {own} covers, was changed"))
                }
            }
            Covered::Superseded(by) => {
                let by = i64::try_from(*by).unwrap_or(i64::MAX);
                if by <= sequence {
                    return Err(format!("{row}, which {own} covers, is missing"));
                }
                self.awaited.insert(by, row.to_owned());
                Ok(())
            }
            Covered::Missing | Covered::Nothing => {
                Err(format!("{row}, which {own} covers, is missing"))
            }
        }
    }

    fn read_signature(
        &mut self,
        own: &str,
        sequence: i64,
        key: Option<&str>,
        line: &Line,
    ) -> Result<(), String> {
        let why = match (key, line.signature.as_deref()) {
            (None, None) => format!("{own} is not signed"),
            (Some(key), Some(signature)) => {
                self.is_signed = true;
                let checked =
                    self.seal.and_then(|seal| seal.check(key, &of_entry(&line.hash), signature));
                match checked {
                    Some(true) => {
                        self.signed_from.get_or_insert(sequence.unsigned_abs());
                        self.unvouched = None;
                        return Ok(());
                    }
                    Some(false) => return Err(format!("the signature of {own} is wrong")),
                    None => format!("{own} is signed with the key {key}, which is not given"),
                }
            }
            (Some(_), None) => return Err(format!("the signature of {own} is missing")),
            (None, Some(_)) => return Err(format!("{own} has a signature and names no key")),
        };
        self.unvouched.get_or_insert(why);
        Ok(())
    }

    /// What the first entry, and those that tell of a cut, say of what is not there.
    fn read_bounds(&mut self, own: &str, entry: &Json<'_>, sequence: i64) -> Result<(), String> {
        let action = entry.get("action").and_then(Json::as_str).unwrap_or_default();
        if (action == BEGIN) != (sequence == 1) {
            return Err(format!("{own} is not where a chain begins"));
        }
        if action != BEGIN && action != CUT {
            return Ok(());
        }
        let unreadable = || format!("{own} cannot be read");
        let detail = entry.get("detail").ok_or_else(unreadable)?;
        self.exempt = Some(Exempt::of(detail).ok_or_else(unreadable)?);
        if action == CUT {
            let text = |name: &str| detail.get(name).and_then(Json::as_str);
            // One that nothing can follow is none.
            let last = text("sequence").and_then(|text| text.parse().ok());
            let last = last.filter(|last: &i64| last.checked_add(1).is_some());
            let (last, hash) = last.zip(text("hash")).ok_or_else(unreadable)?;
            self.cut = Some((last, hash.to_owned()));
        }
        Ok(())
    }
}

/// The place and the hash of the entry before one; `None` for one that cannot be read.
#[must_use]
pub fn predecessor_of(line: &Line) -> Option<(u64, String)> {
    let entry = parse(&line.text).ok()?;
    let previous = entry.get("previous")?.as_str()?.to_owned();
    Some((whole(entry.get("sequence")?)?.unsigned_abs().checked_sub(1)?, previous))
}

fn name(sequence: i64) -> String {
    format!("entry {sequence}")
}
