//! The whole definition of a new type.

use std::collections::BTreeMap;

use crate::canonical::{View, parse, write};
use crate::collect::map_of;
use crate::model::Json;
use crate::port::RemoteDefinition;

use super::super::order;
use super::super::paths::{self, DESCRIPTION, DISPLAY_NAME};
use super::super::version::Codec;
use super::property::{Members, check_type, property};
use super::{Reason, int32, intended_order};

/// Base types that the platform lists and was seen to refuse in creations.
const NOT_CREATED: [&str; 1] = ["_element"];

/// Writes a `ContentType`: members that the view owns, never one that the platform fills in; and of a
/// type that is made again, what else may be said of it, as it was.
pub(super) fn body(
    key: &str,
    view: &View,
    was: Option<&RemoteDefinition>,
    codec: &Codec,
) -> Result<String, Reason> {
    if codec.needs_display_name && view.get(&paths::of_type(DISPLAY_NAME)).is_none() {
        return Err(format!("{key} has no display name, which API {} requires", codec.segment));
    }
    let base = view.get(&paths::base_type());
    let refused =
        base.filter(|base| NOT_CREATED.iter().any(|word| base.value().as_str() == Some(word)));
    if let Some(base) = refused {
        return Err(format!("{key} cannot be created anew with the base type {}", base.as_str()));
    }
    let was = was.map(|was| parse(&was.body)).transpose();
    let was = was.map_err(|error| format!("what {key} was cannot be read: {error}"))?;
    let mut members = vec![("key", Json::str(key))];
    for attribute in [DISPLAY_NAME, DESCRIPTION, "baseType"] {
        members.extend(view.get(&paths::of_type(attribute)).map(|atom| (attribute, atom.value())));
    }
    members.extend(carried(was.as_ref(), codec.carried));
    let keys = intended_order(view, &View::new()).unwrap_or_default();
    let numbers: BTreeMap<&str, i64> =
        map_of(keys.iter().map(String::as_str).zip(order::renumber(&vec![None; keys.len()])));
    let mut properties = Vec::new();
    for key in view.elements(&paths::properties()) {
        let was = was.as_ref().and_then(|was| was.get(paths::PROPERTIES)?.get(&key));
        let mut members = property(view, &key, was, codec)?;
        check_type(&members, &key, codec)?;
        members.extend(carried(was, codec.carried_of_property));
        let number = numbers.get(key.as_str());
        members.extend(number.map(|number| ("sortOrder", int32(*number))));
        properties.push((key, Json::object(members)));
    }
    members.push(("properties", Json::object(properties)));
    Ok(write(&Json::object(members)))
}

/// Members by name, as they were.
fn carried(was: Option<&Json<'_>>, names: &'static [&'static str]) -> Members {
    let member = |name: &&'static str| {
        let value = was?.get(name).filter(|value| !value.is_null())?;
        Some((*name, value.clone().into_owned()))
    };
    names.iter().filter_map(member).collect()
}
