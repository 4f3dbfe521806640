//! Keys of types and properties.

use crate::canonical::derive_key;
use crate::model::{ContentType, Field};
use crate::port::KeyNames;

use super::limits::is_key;

/// Put before the key of a type that would not begin with a letter.
const TYPE_PREFIX: &str = "Type";
/// Put before the key of a property that would not begin with a letter.
const FIELD_PREFIX: &str = "field";
/// Longest key.
const MAX_LENGTH: usize = 255;

/// Keys for a type: its `key` column if it has one, else made from its name.
pub(super) fn of_type(local: &ContentType) -> KeyNames {
    let source = local.key.as_deref().filter(|key| !key.is_empty()).unwrap_or(&local.name);
    names(new_key(source, TYPE_PREFIX), legacy_type_key(&local.name))
}

/// Keys for a field: made from its name.
pub(super) fn of_field(field: &Field) -> KeyNames {
    names(new_key(&field.name, FIELD_PREFIX), legacy_field_key(&field.name))
}

fn new_key(source: &str, prefix: &str) -> String {
    if is_key(source) { source.to_owned() } else { derive_key(source, prefix) }
}

fn names(preferred: String, legacy: String) -> KeyNames {
    let legacy = if legacy == preferred { Vec::new() } else { vec![legacy] };
    KeyNames { preferred, legacy }
}

/// Characters that the studio's proof of concept kept.
fn kept(name: &str) -> String {
    let mut kept = String::with_capacity(name.len());
    kept.extend(name.chars().filter(|char| char.is_ascii_alphanumeric() || *char == '_'));
    kept
}

/// The key that the studio's proof of concept gave to a type of this name (its
/// `OptimizelyTransformer`).
fn legacy_type_key(name: &str) -> String {
    if name.is_empty() {
        return "UntitledType".to_owned();
    }
    let mut key = kept(name);
    if !key.starts_with(|char: char| char.is_ascii_alphabetic()) || key.len() < 2 {
        key.insert_str(0, TYPE_PREFIX);
    }
    key.truncate(MAX_LENGTH);
    key
}

/// The key that the studio's proof of concept gave to a field of this name.
fn legacy_field_key(name: &str) -> String {
    let mut key = kept(name);
    if key.is_empty() {
        return FIELD_PREFIX.to_owned();
    }
    if key.starts_with(|char: char| char.is_ascii_digit()) {
        key.insert_str(0, FIELD_PREFIX);
    }
    if let Some(first) = key.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    key
}
