//! Views as the platform's JSON: whole for a creation, as a merge patch (RFC 7396) for an update.

mod create;
mod lists;
mod property;
mod update;

use std::collections::BTreeSet;

use crate::canonical::{Canonical, View};
use crate::model::Json;
use crate::port::{Operation, Verb};

use super::paths;
use super::version::Codec;
use update::Extent;

/// Why a document has no form on the wire.
pub(super) type Reason = String;

/// Writes the body of an operation, in canonical JSON; empty for a deletion, and for an update that
/// changes nothing.
pub(super) fn encode(operation: &Operation, codec: &Codec) -> Result<String, Reason> {
    match (operation.verb, &operation.before) {
        (Verb::Create, was) => {
            create::body(&operation.id.key(), &operation.after, was.as_ref(), codec)
        }
        (Verb::Update, Some(before)) => {
            let extent = if operation.whole { Extent::Everything } else { Extent::Difference };
            update::body(before, &operation.after, extent, codec)
        }
        (Verb::Update, None) => Err("an update needs the definition that it changes".to_owned()),
        (Verb::Delete, _) => Ok(String::new()),
    }
}

/// The keys of the properties that get a place, in the intended order; unknown where the document
/// holds none. What `was` there without being named keeps the number it has.
fn intended_order(view: &View, was: &View) -> Option<Vec<String>> {
    let order = view.get(&paths::property_order())?;
    let mut keys: Vec<String> = texts(order);
    keys.retain(|key| view.get(&paths::property(key)).is_some());
    let listed: BTreeSet<String> = keys.iter().cloned().collect();
    let is_left = |key: &String| !listed.contains(key) && was.get(&paths::property(key)).is_none();
    keys.extend(view.elements(&paths::properties()).filter(is_left));
    Some(keys)
}

/// The texts of a list.
fn texts(atom: &Canonical) -> Vec<String> {
    let value = atom.value();
    let elements = value.elements().unwrap_or_default();
    elements.iter().filter_map(Json::as_str).map(str::to_owned).collect()
}

/// A number of the platform's int32.
fn int32(number: i64) -> Json<'static> {
    Json::Number(i32::try_from(number).map(f64::from).unwrap_or_default())
}
