//! Answers on their way to JavaScript, in pieces that the event loop has time for.
//!
//! Parsing holds the JavaScript thread for as long as the text is long. So a long answer is cut here,
//! on the runtime's threads, and the face puts it together again, with turns of the loop in between.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Longest piece in bytes, unless one text is longer: about 0.3 ms of parsing.
const PIECE: usize = 64 * 1024;

/// A JSON text in pieces. The first is the value itself, with what is long left empty; each other one
/// is `{ at, items }` or `{ at, members }`: elements to append to the list, or members to add to the
/// object, that `at` leads to.
#[napi_derive::napi]
pub struct Answer {
    pieces: std::vec::IntoIter<String>,
}

#[napi_derive::napi]
impl Answer {
    /// The next piece; `null` after the last.
    #[napi(catch_unwind)]
    pub fn next(&mut self) -> Option<String> {
        self.pieces.next()
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        let pieces = cut(&text).unwrap_or_else(|| vec![text]);
        Self { pieces: pieces.into_iter() }
    }
}

/// The pieces of a long text; `None` for one that is short, or that cannot be cut.
fn cut(text: &str) -> Option<Vec<String>> {
    if text.len() <= PIECE {
        return None;
    }
    let whole: &RawValue = serde_json::from_str(text).ok()?;
    let mut pieces = vec![shell(whole)?.to_owned()];
    fill(whole, &mut Vec::new(), &mut pieces)?;
    Some(pieces)
}

/// A list or an object with nothing in it, in the place of one that is long.
fn shell(value: &RawValue) -> Option<&'static str> {
    match value.get().as_bytes().first()? {
        b'[' => Some("[]"),
        b'{' => Some("{}"),
        _ => None,
    }
}

/// Adds the pieces that fill the shell at a path, whose steps are JSON.
fn fill(value: &RawValue, at: &mut Vec<String>, pieces: &mut Vec<String>) -> Option<()> {
    let children: Vec<(Option<&RawValue>, &RawValue)> = if value.get().starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
        items.into_iter().map(|item| (None, item)).collect()
    } else {
        let Members(members) = serde_json::from_str(value.get()).ok()?;
        members.into_iter().map(|(name, member)| (Some(name), member)).collect()
    };
    let mut group = String::new();
    for (index, (name, child)) in children.into_iter().enumerate() {
        let long = shell(child).filter(|_| child.get().len() > PIECE);
        if !group.is_empty() {
            group.push(',');
        }
        if let Some(name) = name {
            group.push_str(name.get());
            group.push(':');
        }
        group.push_str(long.unwrap_or(child.get()));
        if long.is_some() || group.len() > PIECE {
            pieces.push(piece(value, at, &std::mem::take(&mut group)));
        }
        if long.is_some() {
            at.push(name.map_or_else(|| index.to_string(), |name| name.get().to_owned()));
            fill(child, at, pieces)?;
            at.pop();
        }
    }
    if !group.is_empty() {
        pieces.push(piece(value, at, &group));
    }
    Some(())
}

fn piece(value: &RawValue, at: &[String], group: &str) -> String {
    let at = at.join(",");
    if value.get().starts_with('[') {
        format!(r#"{{"at":[{at}],"items":[{group}]}}"#)
    } else {
        format!(r#"{{"at":[{at}],"members":{{{group}}}}}"#)
    }
}

/// The members of an object in their order, names as they are written.
struct Members<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}
