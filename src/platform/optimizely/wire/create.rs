//! The whole definition of a new type.

use std::collections::BTreeMap;

use crate::canonical::{View, write};
use crate::collect::map_of;
use crate::model::Json;

use super::super::order;
use super::super::paths::{self, DESCRIPTION, DISPLAY_NAME};
use super::super::version::Codec;
use super::property::{check_type, property};
use super::{Reason, int32, intended_order};

/// Base types that the platform lists and was seen to refuse in creations.
const NOT_CREATED: [&str; 1] = ["_element"];

/// Writes a `ContentType`: only members that the view owns, never one that the platform fills in.
pub(super) fn body(key: &str, view: &View, codec: &Codec) -> Result<String, Reason> {
    if codec.needs_display_name && view.get(&paths::of_type(DISPLAY_NAME)).is_none() {
        return Err(format!("{key} has no display name, which API {} requires", codec.segment));
    }
    let base = view.get(&paths::base_type());
    let refused =
        base.filter(|base| NOT_CREATED.iter().any(|word| base.value().as_str() == Some(word)));
    if let Some(base) = refused {
        return Err(format!("{key} cannot be created anew with the base type {}", base.as_str()));
    }
    let mut members = vec![("key", Json::str(key))];
    for attribute in [DISPLAY_NAME, DESCRIPTION, "baseType"] {
        members.extend(view.get(&paths::of_type(attribute)).map(|atom| (attribute, atom.value())));
    }
    let keys = intended_order(view, &View::new()).unwrap_or_default();
    let numbers: BTreeMap<&str, i64> =
        map_of(keys.iter().map(String::as_str).zip(order::renumber(&vec![None; keys.len()])));
    let mut properties = Vec::new();
    for key in view.elements(&paths::properties()) {
        let mut members = property(view, &key, None, codec)?;
        check_type(&members, &key, codec)?;
        let number = numbers.get(key.as_str());
        members.extend(number.map(|number| ("sortOrder", int32(*number))));
        properties.push((key, Json::object(members)));
    }
    members.push(("properties", Json::object(properties)));
    Ok(write(&Json::object(members)))
}
