//! Faults in what is stored: members that a write silently loses or changes (facts §0.3).

use serde_json::Value;

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
