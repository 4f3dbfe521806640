//! Reading with findings.

use std::collections::BTreeMap;

use super::at::{At, escape};
use super::member::{Member, Rest};
use crate::model::{Finding, Json, Raw, Text};

/// Writes canonical JSON; the writer itself is a layer above.
pub type Writer = fn(&Json<'_>) -> String;

/// What the reading of one type needs and finds.
pub(super) struct Reader<'r> {
    type_key: &'r str,
    write: Writer,
    pub(super) findings: Vec<Finding>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(type_key: &'r str, write: Writer) -> Self {
        Self { type_key, write, findings: Vec::new() }
    }

    pub(super) fn raw(&self, value: &Json<'_>) -> Raw {
        (self.write)(value).into_boxed_str()
    }

    pub(super) fn report(&mut self, at: At<'_>, finding: Finding) {
        let finding = finding.of(self.type_key);
        self.findings.push(match at {
            At::Root => finding,
            place => finding.at(place.to_string()),
        });
    }

    /// The text, with U+FFFD for what no platform can store.
    pub(super) fn text(&mut self, at: At<'_>, text: &Text<'_>) -> String {
        let lossy = text.to_lossy();
        let problem = match text {
            Text::Utf16(_) => "half of a surrogate pair",
            Text::Str(text) if text.contains('\0') => "a NUL character",
            Text::Str(_) => return lossy.into_owned(),
        };
        self.report(
            at,
            Finding::error(
                "INVALID_TEXT",
                format!("the text {lossy:?} contains {problem}"),
                "remove that character in the studio",
            ),
        );
        lossy.replace('\0', "\u{fffd}")
    }
}

/// One object being read: where it stands, and what of it is kept without being understood.
pub(super) struct Site<'s, 'r> {
    pub(super) reader: &'s mut Reader<'r>,
    pub(super) at: &'s At<'s>,
    pub(super) kept: BTreeMap<String, Raw>,
}

impl<'s, 'r> Site<'s, 'r> {
    pub(super) fn new(reader: &'s mut Reader<'r>, at: &'s At<'s>) -> Self {
        Self { reader, at, kept: BTreeMap::new() }
    }

    /// Reports something about a member.
    pub(super) fn report(&mut self, path: &str, finding: Finding) {
        self.reader.report(self.at.member(path), finding);
    }

    pub(super) fn keep(&mut self, path: &str, value: &Json<'_>) {
        let raw = self.reader.raw(value);
        self.kept.insert(path.to_owned(), raw);
    }

    /// Keeps every member that has no place of its own, under `prefix`.
    pub(super) fn keep_rest(&mut self, prefix: &str, rest: &Rest<'_, '_>) {
        for (name, value) in rest {
            let name = match name.as_str() {
                Some(name) if !name.contains('\0') => name.to_owned(),
                _ => {
                    let segment = format!("{prefix}{}", escape(&name.to_lossy()));
                    self.reader.text(self.at.member(&segment), name)
                }
            };
            self.keep(&format!("{prefix}{name}"), value);
        }
    }

    /// Says that a member is of the wrong type, and keeps it.
    pub(super) fn refuse(&mut self, path: &str, value: &Json<'_>, expected: &str) {
        let found = value.type_name();
        self.report(
            path,
            Finding::warning(
                "INVALID_ATTRIBUTE",
                format!("`{path}` is {found}, not {expected}, and is not synchronized"),
                format!("make `{path}` {expected}, or remove it"),
            ),
        );
        self.keep(path, value);
    }

    /// A text; an empty one says nothing.
    pub(super) fn text(&mut self, member: Member<'_, '_>) -> Option<String> {
        match member.value? {
            Json::String(text) => Some(self.reader.text(self.at.member(member.path), text))
                .filter(|text| !text.is_empty()),
            other => {
                self.refuse(member.path, other, "a text");
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, member: Member<'_, '_>) -> Option<bool> {
        let value = member.value?;
        let read = value.as_bool();
        if read.is_none() {
            self.refuse(member.path, value, "true or false");
        }
        read
    }

    pub(super) fn number(&mut self, member: Member<'_, '_>) -> Option<f64> {
        let value = member.value?;
        let read = value.as_f64().filter(|number| number.is_finite());
        if read.is_none() {
            self.refuse(member.path, value, "a number that can be written");
        }
        read
    }

    /// The first of several spellings that says something. One that says something else is kept.
    pub(super) fn first_text<const N: usize>(
        &mut self,
        spellings: [Member<'_, '_>; N],
    ) -> Option<String> {
        let mut found: Option<String> = None;
        for member in spellings {
            let Some(text) = self.text(member) else { continue };
            match &found {
                None => found = Some(text),
                Some(first) if *first != text => {
                    self.keep(member.path, &Json::str(text));
                }
                Some(_) => {}
            }
        }
        found
    }
}
