//! The codec between the neutral store and the two versions (facts §6).

use std::time::SystemTime;

use serde_json::{Value, json};

use super::Version;
use super::store::{Object, Stored};

/// Flags of a property: the preview3 name, then the v1 name.
const FLAGS: [(&str, &str); 2] = [("localized", "isLocalized"), ("required", "isRequired")];

/// Members of a content type that only v1 has.
const V1_TYPE_MEMBERS: [&str; 5] =
    ["isContract", "contracts", "accessRights", "displayMode", "editorSettings"];

/// Members of a property that only v1 has.
const V1_PROPERTY_MEMBERS: [&str; 2] = ["displayMode", "editorSettings"];

/// Translates a body or patch that a client sent into neutral names.
pub fn to_neutral(version: Version, mut sent: Object) -> Object {
    if version == Version::Preview3 {
        for property in properties_mut(&mut sent) {
            for (theirs, ours) in FLAGS {
                rename(property, theirs, ours);
            }
        }
    }
    sent
}

/// Shows a content type, stamps included.
pub fn show_type(version: Version, stored: &Stored) -> Object {
    let mut shown = show_type_body(version, &stored.body);
    add_stamps(&mut shown, stored);
    if version == Version::V1 {
        shown.insert("createdBy".into(), json!(stored.created.1));
    }
    shown
}

/// Shows the members of a content type that a client may write.
pub fn show_type_body(version: Version, body: &Object) -> Object {
    let mut shown = body.clone();
    shown.retain(|_, value| !value.is_null());
    if version == Version::V1 {
        for property in properties_mut(&mut shown) {
            property.remove("imageDescriptor");
        }
        return shown;
    }
    shown.retain(|name, _| !V1_TYPE_MEMBERS.contains(&name.as_str()));
    for property in properties_mut(&mut shown) {
        property.retain(|name, _| !V1_PROPERTY_MEMBERS.contains(&name.as_str()));
        for (theirs, ours) in FLAGS {
            rename(property, ours, theirs);
        }
    }
    if let Some(Value::Object(properties)) = shown.get_mut("properties") {
        properties.retain(|_, property| property["type"] != "composition");
    }
    shown
}

/// Shows a property group; both versions agree on it.
pub fn show_group(stored: &Stored) -> Object {
    let mut shown = stored.body.clone();
    shown.retain(|_, value| !value.is_null());
    add_stamps(&mut shown, stored);
    shown.insert("createdBy".into(), json!(stored.created.1));
    shown
}

/// Shows a property format.
pub fn show_format(version: Version, format: &Object) -> Object {
    let deleted = match version {
        Version::Preview3 => "deleted",
        Version::V1 => "isDeleted",
    };
    let mut shown = format.clone();
    shown.insert(deleted.into(), json!(false));
    shown
}

/// Names the member of a page that carries the total.
pub fn total_member(version: Version) -> &'static str {
    match version {
        Version::Preview3 => "totalItemCount",
        Version::V1 => "totalCount",
    }
}

/// Writes a time as RFC 3339.
pub fn timestamp(time: SystemTime) -> String {
    let stamp = jiff::Timestamp::try_from(time).expect("a system time is in range");
    format!("{stamp:.3}")
}

fn add_stamps(shown: &mut Object, stored: &Stored) {
    shown.insert("source".into(), json!(stored.source));
    shown.insert("created".into(), json!(timestamp(stored.created.0)));
    shown.insert("lastModified".into(), json!(timestamp(stored.modified.0)));
    shown.insert("lastModifiedBy".into(), json!(stored.modified.1));
}

fn properties_mut(body: &mut Object) -> impl Iterator<Item = &mut Object> {
    let properties = body.get_mut("properties").and_then(Value::as_object_mut);
    properties.into_iter().flat_map(|held| held.values_mut()).filter_map(Value::as_object_mut)
}

fn rename(object: &mut Object, from: &str, to: &str) {
    if let Some(value) = object.remove(from) {
        object.insert(to.to_owned(), value);
    }
}
