//! Identity of an option: its value as one segment of a path.

use std::borrow::Cow;

use crate::canonical::{parse, write};
use crate::model::Json;

/// The identity of an option's value. A text stands for itself: `in`. What is no text is `=` and its
/// canonical JSON: `=1`, `=true`. So is a text that is empty, begins with `=` or holds a lone
/// surrogate: `="=1"`. No two values have the same identity.
pub(super) fn identity(value: &Json<'_>) -> String {
    match value.as_str() {
        Some(text) if !text.is_empty() && !text.starts_with('=') => text.to_owned(),
        _ => format!("={}", write(value)),
    }
}

/// The value behind an identity.
pub(super) fn value(identity: &str) -> Json<'static> {
    match identity.strip_prefix('=').map(parse) {
        Some(Ok(value)) => value.into_owned(),
        _ => Json::str(identity.to_owned()),
    }
}

/// What people read when an option has no label of its own.
pub(super) fn label<'v>(value: &'v Json<'_>) -> Cow<'v, str> {
    match value {
        Json::String(text) => text.to_lossy(),
        other => Cow::Owned(write(other)),
    }
}
