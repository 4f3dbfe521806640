//! One property on the wire.

use crate::canonical::View;
use crate::model::Json;

use super::super::PropertyType;
use super::super::mapping::Attribute;
use super::super::normalize::element_of;
use super::super::paths::{self, DESCRIPTION, DISPLAY_NAME, REMOTE};
use super::super::version::Codec;
use super::{Reason, lists};

/// Members of an object that is being written.
pub(super) type Members = Vec<(&'static str, Json<'static>)>;

/// Writes the members of a property that the view owns.
///
/// `present` is the property as the platform has it: lists, which a merge patch replaces whole, are
/// built from it, so that what others put into them stays.
pub(super) fn property(
    view: &View,
    key: &str,
    present: Option<&Json<'_>>,
    codec: &Codec,
) -> Result<Members, Reason> {
    let at = paths::property(key);
    let owned = |attribute: &str| Some(view.get(&at.child(attribute))?.value().into_owned());
    let mut members: Members = Vec::new();
    for attribute in [DISPLAY_NAME, DESCRIPTION] {
        members.extend(owned(attribute).map(|value| (attribute, value)));
    }
    members.extend(owned(paths::REQUIRED).map(|value| (codec.required, value)));

    let platform = view.get(&at.child(paths::TYPE)).and_then(PropertyType::from_canonical);
    let Some(platform) = platform else { return Ok(members) };
    members.push(("type", Json::str(platform.name.clone())));
    members.extend(platform.format.clone().map(|format| ("format", Json::str(format))));
    let mut element: Members = Vec::new();
    if let Some(reference) = &platform.content_type {
        element.push(("contentType", Json::str(remote_key(reference)?)));
    }
    for attribute in Attribute::ALL {
        let value = match attribute {
            Attribute::Enum => lists::options(view, &at, &platform, present.map(element_of)),
            Attribute::AllowedTypes => lists::allowed_types(view, &at, present.map(element_of))?,
            _ => owned(attribute.name()),
        };
        let holder = if attribute.is_of_element() { &mut element } else { &mut members };
        holder.extend(value.map(|value| (attribute.name(), value)));
    }
    match &platform.item {
        Some(item) if platform.is_array() => {
            element.push(("type", Json::str(item.name.clone())));
            element.extend(item.format.clone().map(|format| ("format", Json::str(format))));
            members.push(("items", Json::object(element)));
        }
        _ => members.extend(element),
    }
    Ok(members)
}

/// Refuses a type that this version does not have.
pub(super) fn check_type(members: &Members, key: &str, codec: &Codec) -> Result<(), Reason> {
    let word = |value: &Json<'_>| value.as_str().map(str::to_owned);
    let own = members.iter().find(|(name, _)| *name == "type").and_then(|(_, value)| word(value));
    let items = members.iter().find(|(name, _)| *name == "items");
    let item = items.and_then(|(_, items)| items.get("type").and_then(word));
    let missing = |word: &String| codec.missing_types.contains(&word.as_str());
    own.into_iter().chain(item).find(missing).map_or(Ok(()), |word| {
        Err(format!("property {key} is of type {word}, which API {} does not have", codec.segment))
    })
}

/// The key behind a bound reference.
pub(super) fn remote_key(reference: &str) -> Result<String, Reason> {
    let key = reference.strip_prefix(REMOTE).map(str::to_owned);
    key.ok_or_else(|| format!("the reference {reference} is bound to nothing on the platform"))
}
