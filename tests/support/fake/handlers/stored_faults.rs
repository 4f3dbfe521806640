//! Faults in what is stored: members that a write silently loses or changes (facts §0.3).

use serde_json::{Value, json};

use super::super::fault::FaultKind;
use super::super::store::Object;

/// Changes what is about to be stored.
pub fn distort(faults: &[FaultKind], body: &mut Object) {
    for fault in faults {
        match fault {
            FaultKind::DropMembers { members } => {
                for member in members {
                    at_each(body, &path_of(member), &mut |held, name| {
                        held.remove(name);
                    });
                }
            }
            FaultKind::RewriteMember { member, value } => {
                let everywhere = member.contains('*');
                at_each(body, &path_of(member), &mut |held, name| {
                    if !everywhere || held.contains_key(name) {
                        held.insert(name.to_owned(), value.clone());
                    }
                });
            }
            _ => {}
        }
    }
}

/// Fills in what the platform fills in (facts §4, server defaults).
pub fn fill_defaults(body: &mut Object) {
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

fn path_of(member: &str) -> Vec<&str> {
    member.split('.').collect()
}

fn at_each(held: &mut Object, path: &[&str], act: &mut dyn FnMut(&mut Object, &str)) {
    match path {
        [] => {}
        [last] => act(held, last),
        ["*", rest @ ..] => {
            for inner in held.values_mut().filter_map(Value::as_object_mut) {
                at_each(inner, rest, act);
            }
        }
        [first, rest @ ..] => {
            if let Some(inner) = held.get_mut(*first).and_then(Value::as_object_mut) {
                at_each(inner, rest, act);
            }
        }
    }
}
