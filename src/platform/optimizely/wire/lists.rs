//! Lists that a write replaces whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Path, View};
use crate::model::{Json, Text};

use super::super::PropertyType;
use super::super::normalize::option_identity;
use super::super::paths::{ALLOWED_TYPES, DISPLAY_NAME, ENUM, ENUM_ORDER};
use super::property::remote_key;
use super::{Reason, texts};

/// Writes the options of a property, or nothing when it has none.
///
/// An option that the platform has keeps its members that are not ours; an entry without a value
/// stays behind the option that it follows.
pub(super) fn options(
    view: &View,
    property: &Path,
    platform: &PropertyType,
    present: Option<&Json<'_>>,
) -> Option<Json<'static>> {
    let list = property.child(ENUM);
    let identities: BTreeSet<String> = view.elements(&list).collect();
    let present = present.and_then(|holder| holder.get(ENUM)).and_then(Json::elements);
    let mut groups: Vec<(Option<String>, Vec<Json<'static>>)> = vec![(None, Vec::new())];
    let mut seen = BTreeSet::new();
    for option in present.unwrap_or_default() {
        let identity = option_identity(option).filter(|identity| seen.insert(identity.clone()));
        match groups.last_mut() {
            Some((_, followers)) if identity.is_none() => {
                followers.push(option.clone().into_owned());
            }
            _ => groups.push((identity, vec![option.clone().into_owned()])),
        }
    }
    let known: Vec<&String> = groups.iter().filter_map(|(identity, _)| identity.as_ref()).collect();
    let wanted = view.get(&property.child(ENUM_ORDER)).map(texts).unwrap_or_default();
    let mut order: Vec<String> = Vec::new();
    let mut ordered = BTreeSet::new();
    for identity in wanted.iter().chain(known).chain(&identities) {
        if identities.contains(identity) && ordered.insert(identity.clone()) {
            order.push(identity.clone());
        }
    }

    // What stands before the first option belongs to none of them.
    let mut written = Vec::new();
    let mut by_identity: BTreeMap<String, Vec<Json<'static>>> = BTreeMap::new();
    for (identity, entries) in groups {
        match identity {
            Some(identity) if identities.contains(&identity) => {
                by_identity.insert(identity, entries);
            }
            // The followers of a removed option stay.
            Some(_) => written.extend(entries.into_iter().skip(1)),
            None => written.extend(entries),
        }
    }
    for identity in order {
        let mut entries = by_identity.remove(&identity).unwrap_or_default().into_iter();
        let name = view.get(&list.child(&identity).child(DISPLAY_NAME));
        let name = name.map(|name| name.value().into_owned());
        let option = entries
            .next()
            .unwrap_or_else(|| Json::object([("value", option_value(&identity, platform))]));
        written.push(with_name(option, name));
        written.extend(entries);
    }
    (!written.is_empty()).then_some(Json::Array(written))
}

fn option_value(identity: &str, platform: &PropertyType) -> Json<'static> {
    let is_number = matches!(platform.element(), "integer" | "float");
    match identity.parse() {
        Ok(number) if is_number => Json::Number(number),
        _ => Json::str(identity.to_owned()),
    }
}

fn with_name(option: Json<'static>, name: Option<Json<'static>>) -> Json<'static> {
    let is_unchanged = match option.get(DISPLAY_NAME) {
        // An empty name is none.
        Some(present) if present.as_str() == Some("") || present.is_null() => name.is_none(),
        present => present == name.as_ref(),
    };
    match option {
        Json::Object(mut members) if !is_unchanged => {
            members.retain(|(member, _)| member.as_str() != Some(DISPLAY_NAME));
            members.extend(name.map(|name| (Text::from(DISPLAY_NAME), name)));
            Json::Object(members)
        }
        unchanged => unchanged,
    }
}

/// Writes the allowed types of a property, or nothing when there are none: those that the platform
/// has in its order, then new ones.
pub(super) fn allowed_types(
    view: &View,
    property: &Path,
    present: Option<&Json<'_>>,
) -> Result<Option<Json<'static>>, Reason> {
    let mut missing = BTreeSet::new();
    for reference in view.elements(&property.child(ALLOWED_TYPES)) {
        missing.insert(remote_key(&reference)?);
    }
    let present = present.and_then(|holder| holder.get(ALLOWED_TYPES)).and_then(Json::elements);
    let intended = missing.clone();
    let mut written: Vec<Json<'static>> = Vec::new();
    for entry in present.unwrap_or_default() {
        let is_kept = entry.as_str().is_none_or(|key| {
            missing.remove(key);
            intended.contains(key)
        });
        if is_kept {
            written.push(entry.clone().into_owned());
        }
    }
    written.extend(missing.into_iter().map(Json::str));
    Ok((!written.is_empty()).then_some(Json::Array(written)))
}
