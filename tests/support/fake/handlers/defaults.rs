//! What the platform fills in by itself (facts §4, server defaults).

use serde_json::{Value, json};

use super::super::store::Object;

/// Fills the gaps of a content type and of each of its properties.
pub fn fill(body: &mut Object) {
    let key = body.get("key").cloned().unwrap_or_default();
    body.entry("displayName").or_insert(key);
    body.entry("sortOrder").or_insert(json!(0));
    let properties = body.entry("properties").or_insert(json!({})).as_object_mut();
    for property in properties.into_iter().flat_map(|held| held.values_mut()) {
        let Some(property) = property.as_object_mut() else { continue };
        for (member, value) in [
            ("isLocalized", json!(false)),
            ("isRequired", json!(false)),
            ("sortOrder", json!(0)),
            ("indexingType", json!("disabled")),
            ("group", json!("Information")),
        ] {
            let held = property.entry(member).or_insert(Value::Null);
            if held.is_null() || *held == "" {
                *held = value;
            }
        }
    }
}
