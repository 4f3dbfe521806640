//! RFC 7396 merge-patch.

use serde_json::{Map, Value};

/// Applies a patch: absent keeps, null removes, objects merge, everything else replaces.
pub fn merge_patch(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                target.remove(name);
            }
            Value::Object(inner) => {
                let held = target.entry(name.clone()).or_insert(Value::Null);
                if !held.is_object() {
                    *held = Value::Object(Map::new());
                }
                if let Value::Object(held) = held {
                    merge_patch(held, inner);
                }
            }
            _ => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}
