//! What an update changes, as a merge patch.

use std::collections::BTreeMap;

use crate::canonical::{View, parse, write};
use crate::collect::map_of;
use crate::model::{Json, Text};
use crate::port::RemoteDefinition;

use super::super::mapping::Attribute;
use super::super::normalize::view_of;
use super::super::paths::{self, DESCRIPTION, DISPLAY_NAME};
use super::super::version::Codec;
use super::super::{PropertyType, order};
use super::property::{Members, check_type, property};
use super::{Reason, int32, intended_order};

/// How much of a definition an update sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// What differs.
    Difference,
    /// Every attribute that the view owns, whether it differs or not.
    Everything,
}

/// How a property is indexed, which is none of ours until a new type of it allows for no index.
const INDEXING: &str = "indexingType";

/// Members of a merge patch.
type Patch = Vec<(Text<'static>, Json<'static>)>;

/// Writes a patch that makes the definition's own view `after`, or nothing when there is nothing to
/// change.
///
/// Members that the view does not own never occur in it, nor do `key` and `baseType`, which v1
/// leaves out of its patch schema and both versions refuse to change.
pub(super) fn body(
    before: &RemoteDefinition,
    after: &View,
    extent: Extent,
    codec: &Codec,
) -> Result<String, Reason> {
    let key = before.id.key();
    let present = parse(&before.body).map_err(|error| format!("{key} cannot be read: {error}"))?;
    let was = view_of(&present)?;
    if was.get(&paths::base_type()) != after.get(&paths::base_type()) {
        return Err(format!("the base type of {key} cannot be changed"));
    }
    let owned = |view: &View| {
        let members = [DISPLAY_NAME, DESCRIPTION].into_iter().filter_map(|attribute| {
            let value = view.get(&paths::of_type(attribute))?.value().into_owned();
            Some((attribute, value))
        });
        Json::object(members.collect::<Members>())
    };
    let mut patch = difference(&owned(&was), &owned(after), extent);
    let properties = properties(&present, (&was, after), extent, codec)?;
    if !properties.is_empty() {
        patch.push((Text::from("properties"), Json::Object(properties)));
    }
    Ok(if patch.is_empty() { String::new() } else { write(&Json::Object(patch)) })
}

fn properties(
    present: &Json<'_>,
    (was, after): (&View, &View),
    extent: Extent,
    codec: &Codec,
) -> Result<Patch, Reason> {
    let list = paths::properties();
    let all = present.get(paths::PROPERTIES).and_then(Json::members).unwrap_or_default();
    let by_key: BTreeMap<&str, &Json<'_>> =
        map_of(all.iter().filter_map(|(key, property)| Some((key.as_str()?, property))));
    let raw = |key: &str| by_key.get(key).copied();
    let mut patches: Vec<(String, Json<'static>)> = Vec::new();
    for key in was.elements(&list).filter(|key| after.get(&paths::property(key)).is_none()) {
        patches.push((key, Json::Null));
    }
    let numbers = numbers(&raw, (was, after), extent);
    for key in after.elements(&list) {
        let exists = was.get(&paths::property(&key)).is_some();
        let present = raw(&key).filter(|_| exists);
        // The values of options are of the property's type, so those of another one are no use.
        let is_same_type = element(was, &key) == element(after, &key);
        let written = property(after, &key, present.filter(|_| is_same_type), codec)?;
        let mut patch = if let Some(present) = present {
            let before = property(was, &key, Some(present), codec)?;
            check_retyping(&before, &written, &key, codec)?;
            if !is_retyped(&before, &written) {
                check_either_or(present, &written, &key)?;
            }
            change(present, before, &written, extent)
        } else {
            check_type(&written, &key, codec)?;
            written.into_iter().map(|(name, value)| (Text::from(name), value)).collect()
        };
        let number = numbers.get(&key);
        patch.extend(number.map(|number| (Text::from("sortOrder"), int32(*number))));
        if !patch.is_empty() || !exists {
            patches.push((key, Json::Object(patch)));
        }
    }
    Ok(patches.into_iter().map(|(key, patch)| (Text::Str(key.into()), patch)).collect())
}

/// The word for single values of a property.
fn element(view: &View, key: &str) -> Option<String> {
    let atom = view.get(&paths::property(key).child(paths::TYPE))?;
    PropertyType::from_canonical(atom).map(|platform| platform.element().to_owned())
}

/// Refuses a new type that this version does not have; one that a property already has may stay.
fn check_retyping(
    before: &Members,
    after: &Members,
    key: &str,
    codec: &Codec,
) -> Result<(), Reason> {
    if is_retyped(before, after) { check_type(after, key, codec) } else { Ok(()) }
}

fn is_retyped(before: &Members, after: &Members) -> bool {
    let words = |members: &Members| {
        let member = |name: &str| members.iter().find(|(own, _)| *own == name);
        let own = member("type").and_then(|(_, value)| value.as_str().map(str::to_owned));
        let items = member("items").and_then(|(_, items)| items.get("type")?.as_str());
        (own, items.map(str::to_owned))
    };
    words(before) != words(after)
}

/// The change of one property. Once its type changes, members of the old one go that the old view
/// did not see.
fn change(present: &Json<'_>, before: Members, after: &Members, extent: Extent) -> Patch {
    let is_retyped = is_retyped(&before, after);
    let (before, written) = (Json::object(before), Json::object(after.iter().cloned()));
    let mut patch = difference(&before, &written, extent);
    name_items(&written, &mut patch);
    if is_retyped {
        remove_leftovers(present, &written, &mut patch);
        if refers(&written) && is_indexed(present) {
            patch.push((Text::from(INDEXING), Json::Null));
        }
    }
    patch
}

/// Says what the elements of a list are whenever anything of them is sent: the schema of items requires
/// their type in a patch, too.
fn name_items(written: &Json<'static>, patch: &mut Patch) {
    let items = patch.iter_mut().find(|(name, _)| name.as_str() == Some("items"));
    let Some((_, Json::Object(items))) = items else { return };
    let word = written.get("items").and_then(|items| items.get("type"));
    if let Some(word) = word.filter(|_| items.iter().all(|(name, _)| name.as_str() != Some("type")))
    {
        items.push((Text::from("type"), word.clone()));
    }
}

/// Whether a property is one that the platform indexes in no way.
fn refers(property: &Json<'_>) -> bool {
    let word = property.get("type").and_then(Json::as_str);
    matches!(word, Some("content" | "contentReference"))
}

fn is_indexed(property: &Json<'_>) -> bool {
    let word = property.get(INDEXING).and_then(Json::as_str);
    matches!(word, Some("queryable" | "searchable"))
}

/// The platform takes either the one type or the list of types that a reference may point at.
fn check_either_or(present: &Json<'_>, after: &Members, key: &str) -> Result<(), Reason> {
    let written = Json::object(after.iter().cloned());
    let pairs = [(Some(present), Some(&written)), (present.get("items"), written.get("items"))];
    let clashes = pairs.into_iter().any(|pair| {
        let (Some(present), Some(written)) = pair else { return false };
        let is_named = |member: &str| written.get(member).is_some_and(|value| !value.is_null());
        let one = present.get("contentType").is_some_and(|value| !value.is_null());
        one && refers(written) && is_named(Attribute::AllowedTypes.name())
    });
    if clashes {
        return Err(format!(
            "property {key} refers to one type on the platform (contentType), which does not go with a list of allowed types; remove the contentType there"
        ));
    }
    Ok(())
}

fn remove_leftovers(present: &Json<'_>, written: &Json<'_>, patch: &mut Patch) {
    let of_type = ["format", "contentType", "items"];
    for name in Attribute::ALL.into_iter().map(Attribute::name).chain(of_type) {
        let is_there = present.get(name).is_some_and(|value| !value.is_null());
        let is_named = patch.iter().any(|(named, _)| named.as_str() == Some(name));
        if is_there && written.get(name).is_none() && !is_named {
            patch.push((Text::from(name), Json::Null));
        }
    }
    let (Some(present), Some(written)) = (present.get("items"), written.get("items")) else {
        return;
    };
    let items = patch.iter_mut().find(|(name, _)| name.as_str() == Some("items"));
    if let Some((_, Json::Object(items))) = items {
        remove_leftovers(present, written, items);
    }
}

/// RFC 7396: objects merge, `null` removes, everything else replaces.
fn difference(before: &Json<'_>, after: &Json<'static>, extent: Extent) -> Patch {
    let mut patch = Patch::new();
    for (name, value) in after.members().unwrap_or_default() {
        let previous = name.as_str().and_then(|name| before.get(name));
        match (previous, value) {
            (Some(previous), value) if previous == value && extent == Extent::Difference => {}
            (Some(previous @ Json::Object(_)), value @ Json::Object(_)) => {
                patch.push((name.clone(), Json::Object(difference(previous, value, extent))));
            }
            _ => patch.push((name.clone(), value.clone())),
        }
    }
    let removed = before.members().unwrap_or_default().iter();
    for (name, _) in removed {
        if name.as_str().is_some_and(|name| after.get(name).is_none()) {
            patch.push((name.clone().into_owned(), Json::Null));
        }
    }
    patch
}

/// The `sortOrder` of each property whose number must change for the intended order.
fn numbers<'j>(
    raw: &dyn Fn(&str) -> Option<&'j Json<'j>>,
    (was, after): (&View, &View),
    extent: Extent,
) -> BTreeMap<String, i64> {
    let keys = intended_order(after, was).unwrap_or_default();
    let present: Vec<Option<i64>> = keys
        .iter()
        .map(|key| raw(key).filter(|_| was.get(&paths::property(key)).is_some()))
        .map(|property| property.and_then(order::number))
        .collect();
    let numbers = order::renumber(&present);
    let all = keys.into_iter().zip(present).zip(numbers);
    let renumbered = |present, number| extent == Extent::Everything || present != Some(number);
    map_of(
        all.filter(|((_, present), number)| renumbered(*present, *number))
            .map(|((key, _), number)| (key, number)),
    )
}
