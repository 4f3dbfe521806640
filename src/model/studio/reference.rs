//! The types that a reference may point at.

use super::member::Rest;
use super::reader::Site;
use crate::model::Json;

/// Members that name target types, on the field, in its `validation` or in its `items`. The
/// studio's builder offers references without fixing how their target is written, so every word
/// that its code and schemas use for one is read: a text or a list of texts, each an id, a key or a
/// name. `allowedTypes` names targets on references only; on an image it lists media types.
pub(super) const SPELLINGS: [&str; 9] = [
    "referenceType",
    "referenceTypes",
    "targetType",
    "targetTypes",
    "targetContentType",
    "targetContentTypeId",
    "contentType",
    "contentTypeId",
    "allowedTypes",
];

/// Takes the target types out of `rest`, each once, in the order of the spellings.
pub(super) fn targets(
    site: &mut Site<'_, '_>,
    prefix: &str,
    rest: &mut Rest<'_, '_>,
    into: &mut Vec<String>,
) {
    for spelling in SPELLINGS {
        let written = rest.iter().rev().find(|(name, _)| name.as_str() == Some(spelling));
        let Some((_, value)) = written else { continue };
        let path = format!("{prefix}{spelling}");
        let at = site.at.member(&path);
        let named = match value {
            Json::Null => Some(Vec::new()),
            Json::String(text) => Some(vec![site.reader.text(at, text)]),
            Json::Array(list) => list
                .iter()
                .map(|target| match target {
                    Json::String(text) => Some(site.reader.text(at, text)),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        match named {
            Some(named) => {
                for target in named.into_iter().filter(|target| !target.is_empty()) {
                    if !into.contains(&target) {
                        into.push(target);
                    }
                }
            }
            None => site.refuse(&path, value, "the name of a type or a list of names"),
        }
        rest.retain(|(name, _)| name.as_str() != Some(spelling));
    }
}
