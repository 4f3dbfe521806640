//! Requests for single definitions.

use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;

use crate::port::{Method, Operation, Request, Revision, Verb};

use super::super::version::Codec;
use super::definition::is_strong;

/// A read.
pub(super) fn get(path: String) -> Request {
    let headers = vec![("accept", "application/json".to_owned())];
    Request { method: Method::Get, path, headers, body: None }
}

/// The path of a definition.
pub(super) fn path_of(key: &str) -> String {
    format!("/contenttypes/{}", percent_encoded(key))
}

/// The request of an operation.
pub(super) fn write(operation: &Operation, body: &str, codec: &Codec) -> Request {
    let (method, path, media_type) = match operation.verb {
        Verb::Create => (Method::Post, "/contenttypes".to_owned(), Some("application/json")),
        Verb::Update => {
            (Method::Patch, path_of(&operation.id.key()), Some("application/merge-patch+json"))
        }
        Verb::Delete => (Method::Delete, path_of(&operation.id.key()), None),
    };
    let mut headers = vec![("accept", "application/json".to_owned())];
    if let Some(media_type) = media_type {
        headers.push(("content-type", media_type.to_owned()));
        headers.extend(codec.write_headers.iter().map(|&(name, value)| (name, value.to_owned())));
    }
    if let Some(before) = &operation.before {
        headers.extend(guard(&before.revision));
    }
    if operation.accept_loss && operation.verb == Verb::Update {
        headers.push(("cms-ignore-data-loss-warnings", "true".to_owned()));
    }
    Request { method, path, headers, body: media_type.map(|_| body.to_owned()) }
}

/// The precondition: the strong entity tag, which wins where both are sent, else the time.
fn guard(revision: &Revision) -> Option<(&'static str, String)> {
    // A state that somebody edited may hold anything.
    match (revision.etag.as_ref().filter(|etag| is_strong(etag)), &revision.modified) {
        (Some(etag), _) => Some(("if-match", etag.clone())),
        (None, Some(modified)) => Some(("if-unmodified-since", http_date(modified)?)),
        (None, None) => None,
    }
}

/// A time in the form that HTTP wants, from the same form or from RFC 3339. Fractions of a second
/// are dropped, never added: at worst an unchanged definition is refused, never a changed one
/// overwritten.
fn http_date(time: &str) -> Option<String> {
    if let Ok(time) = httpdate::parse_http_date(time) {
        return Some(httpdate::fmt_http_date(time));
    }
    let seconds = time.parse::<Timestamp>().ok()?.as_second();
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds.try_into().ok()?))?;
    Some(httpdate::fmt_http_date(time))
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
            encoded.push('%');
            encoded
                .extend([byte >> 4, byte & 0xf].map(|nibble| digit(nibble).to_ascii_uppercase()));
        }
    }
    encoded
}
