//! A definition out of an answer.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::canonical::parse;
use crate::model::Json;
use crate::port::{RemoteDefinition, RemoteId, Response, Revision};

use super::super::system::ownership;

/// What is looked at before anything is compared. Everything else of the definition stays text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    // Text or not, and half a surrogate pair or not: one odd member is no reason to refuse the whole
    // definition, and with it the listing.
    #[serde(borrow)]
    display_name: Option<&'a RawValue>,
    #[serde(borrow)]
    source: Option<&'a RawValue>,
    #[serde(borrow)]
    last_modified: Option<&'a RawValue>,
    #[serde(borrow)]
    is_contract: Option<&'a RawValue>,
}

/// The text of a member, if it is one.
fn text_of(member: Option<&RawValue>) -> Option<String> {
    match parse(member?.get()).ok()? {
        Json::String(text) => Some(text.to_lossy().into_owned()),
        _ => None,
    }
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
    if head.key.is_empty() {
        return Err(serde::de::Error::custom("the key is empty"));
    }
    let name = text_of(head.display_name).filter(|name| !name.is_empty());
    let is_contract = head.is_contract.is_some_and(|member| member.get() == "true");
    let header = |name: &str| answer.and_then(|answer| answer.header(name));
    let modified =
        text_of(head.last_modified).or_else(|| header("last-modified").map(str::to_owned));
    Ok(RemoteDefinition {
        id: RemoteId::of_key(&head.key),
        name: name.unwrap_or_else(|| head.key.to_string()),
        revision: Revision {
            etag: header("etag").filter(|etag| is_strong(etag)).map(str::to_owned),
            modified,
        },
        ownership: ownership(&head.key, text_of(head.source).as_deref(), is_contract),
        body: text.into(),
    })
}

/// What people know a definition by whose head cannot be read.
pub(super) fn name_of(text: &str) -> Option<String> {
    let item = parse(text).ok()?;
    ["displayName", "key"].into_iter().find_map(|member| match item.get(member)? {
        Json::String(text) => Some(text.to_lossy().into_owned()),
        _ => None,
    })
}

/// Weak tags "are always ignored" in `If-Match` by the platform: they guard nothing.
pub(super) fn is_strong(etag: &str) -> bool {
    etag.starts_with('"') && etag.len() > 1 && etag.ends_with('"')
}
