//! A definition out of an answer.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::canonical::parse;
use crate::port::{RemoteDefinition, RemoteId, Response, Revision};

use super::super::system::ownership;

/// What is looked at before anything is compared. Everything else of the definition stays text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    // Half a surrogate pair in it would make serde_json refuse the whole definition.
    #[serde(borrow)]
    display_name: Option<&'a RawValue>,
    #[serde(borrow)]
    source: Option<Cow<'a, str>>,
    #[serde(borrow)]
    last_modified: Option<Cow<'a, str>>,
    is_contract: Option<bool>,
}

/// Reads a definition, keeping its text. `answer` is the single read or write that brought it.
///
/// The time of the last modification is the one inside, which listings show as well, so that both
/// can be compared; the header's only where there is none.
pub(super) fn definition(
    text: &str,
    answer: Option<&Response>,
) -> Result<RemoteDefinition, serde_json::Error> {
    let head: Head<'_> = serde_json::from_str(text)?;
    let name = head.display_name.and_then(|name| {
        let name = parse(name.get()).ok()?;
        match name {
            crate::model::Json::String(text) => Some(text.to_lossy().into_owned()),
            _ => None,
        }
    });
    let header = |name: &str| answer.and_then(|answer| answer.header(name));
    let modified = head.last_modified.as_deref().or_else(|| header("last-modified"));
    Ok(RemoteDefinition {
        id: RemoteId::of_key(&head.key),
        name: name.filter(|name| !name.is_empty()).unwrap_or_else(|| head.key.to_string()),
        revision: Revision {
            etag: header("etag").filter(|etag| is_strong(etag)).map(str::to_owned),
            modified: modified.map(str::to_owned),
        },
        ownership: ownership(&head.key, head.source.as_deref(), head.is_contract == Some(true)),
        body: text.into(),
    })
}

/// Weak tags "are always ignored" in `If-Match` by the platform: they guard nothing.
fn is_strong(etag: &str) -> bool {
    etag.starts_with('"') && etag.len() > 1 && etag.ends_with('"')
}
