//! The studio's content hash.

use sha2::{Digest as _, Sha256};

use crate::digest::Digest;
use crate::model::{Json, Text};

use super::{ParseError, parse, write};

/// Members that the studio's hasher leaves out, at the top level only.
const VOLATILE: [&str; 8] = [
    "id",
    "createdAt",
    "updatedAt",
    "_id",
    "_createdAt",
    "_updatedAt",
    "lastModified",
    "timestamp",
];

/// The studio's content hash of a definition: SHA-256 of the canonical JSON without the members
/// that change by themselves (`ContentTypeHasher.calculateHash`).
///
/// ```
/// use catalyst_sync::canonical::{content_hash, parse};
///
/// let definition = parse(r#"{"id":"ct_1"}"#)?;
/// assert_eq!(
///     content_hash(definition).to_string(),
///     "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" // of `{}`
/// );
/// # Ok::<(), catalyst_sync::canonical::ParseError>(())
/// ```
#[must_use]
pub fn content_hash(definition: Json<'_>) -> Digest {
    let kept = match definition {
        Json::Object(members) => Json::Object(
            members
                .into_iter()
                .filter(|(key, _)| key.as_str().is_none_or(|key| !VOLATILE.contains(&key)))
                .collect(),
        ),
        other => other,
    };
    let kept = if has_prototype(&kept) { without_prototypes(kept) } else { kept };
    Digest::from(Sha256::digest(write(&kept)))
}

/// A member that the hasher loses, at every level: it rebuilds objects by assignment, and to assign
/// `__proto__` sets a prototype instead of a member.
const PROTOTYPE: &str = "__proto__";

fn has_prototype(value: &Json<'_>) -> bool {
    match value {
        Json::Array(elements) => elements.iter().any(has_prototype),
        Json::Object(members) => members
            .iter()
            .any(|(key, member)| key.as_str() == Some(PROTOTYPE) || has_prototype(member)),
        _ => false,
    }
}

fn without_prototypes(value: Json<'_>) -> Json<'_> {
    match value {
        Json::Array(elements) => {
            Json::Array(elements.into_iter().map(without_prototypes).collect())
        }
        Json::Object(members) => Json::Object(
            members
                .into_iter()
                .filter(|(key, _)| key.as_str() != Some(PROTOTYPE))
                .map(|(key, member)| (key, without_prototypes(member)))
                .collect(),
        ),
        scalar => scalar,
    }
}

/// The content hash of a row, over the snapshot that the studio's version history takes of it:
/// `{key: <row id>, ...fields}`. A bare list spreads into its indices, as it does in JavaScript.
///
/// # Errors
///
/// When `fields` is not JSON.
pub fn content_hash_of_row(id: &str, fields: &str) -> Result<Digest, ParseError> {
    parse(fields).map(|fields| content_hash_of_parsed_row(id, fields))
}

/// As [`content_hash_of_row`], of what is parsed already.
#[must_use]
pub fn content_hash_of_parsed_row(id: &str, fields: Json<'_>) -> Digest {
    let mut members = vec![(Text::from("key"), Json::str(id))];
    match fields {
        Json::Object(own) => members.extend(own),
        Json::Array(elements) => members.extend(
            elements
                .into_iter()
                .enumerate()
                .map(|(at, element)| (Text::Str(at.to_string().into()), element)),
        ),
        _ => {}
    }
    content_hash(Json::Object(members))
}
