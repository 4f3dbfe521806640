//! Rules about what a type points at (facts §4, order and cycles).

use serde_json::Value;

use super::super::options::References;
use super::super::store::Object;
use super::{Action, Refusal, Write};

/// The message is the one seen from the platform (facts §4, order).
pub fn unknown_group(write: &Write<'_>) -> Option<Refusal> {
    let (name, group) = sent_properties(write).find_map(|(name, property)| {
        let group = property.get("group").and_then(Value::as_str)?;
        let known = group.is_empty() || write.store.groups.contains_key(group);
        (!known).then_some((name, group))
    })?;
    let detail = format!("The property group '{group}' does not match an existing group.");
    Some(Refusal::bad_request(detail).at(format!("properties.{name}.group")))
}

/// A type may point at itself; anything else must exist first, which is why creation has two
/// phases. Base types, which start with an underscore, are no types.
pub fn unknown_type(write: &Write<'_>) -> Option<Refusal> {
    if write.behaviour.references == References::Unchecked || write.action == Action::Delete {
        return None;
    }
    let mut named: Vec<(String, &str)> = Vec::new();
    names(write.sent, "mayContainTypes", "mayContainTypes", &mut named);
    for (name, property) in sent_properties(write) {
        let at = format!("properties.{name}");
        of_property(&at, property, &mut named);
        if let Some(items) = property.get("items").and_then(Value::as_object) {
            of_property(&format!("{at}.items"), items, &mut named);
        }
    }
    let (at, target) = named.into_iter().find(|(_, target)| {
        !(target.starts_with('_')
            || *target == write.key
            || write.store.types.contains_key(*target))
    })?;
    Some(Refusal::bad_request(format!("Unable to find a content type '{target}'.")).at(at))
}

fn of_property<'a>(at: &str, property: &'a Object, named: &mut Vec<(String, &'a str)>) {
    if let Some(target) = property.get("contentType").and_then(Value::as_str) {
        named.push((format!("{at}.contentType"), target));
    }
    for member in ["allowedTypes", "restrictedTypes"] {
        names(property, member, &format!("{at}.{member}"), named);
    }
}

fn names<'a>(held: &'a Object, member: &str, at: &str, named: &mut Vec<(String, &'a str)>) {
    let targets = held.get(member).and_then(Value::as_array).into_iter().flatten();
    named.extend(targets.filter_map(Value::as_str).map(|target| (at.to_owned(), target)));
}

fn sent_properties<'a>(write: &'a Write<'_>) -> impl Iterator<Item = (&'a str, &'a Object)> {
    let properties = write.sent.get("properties").and_then(Value::as_object);
    let properties = properties.filter(|_| write.action != Action::Delete).into_iter().flatten();
    properties.filter_map(|(name, value)| Some((name.as_str(), value.as_object()?)))
}
