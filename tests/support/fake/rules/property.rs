//! Rules about one property: whether its constraints fit its type (facts §3).
//!
//! Only properties that the request touches are judged, so that what was seeded stays editable.

use serde_json::Value;

use super::super::store::Object;
use super::{Action, Refusal, Write};

/// A property, or the items of a list, with the place it stands at.
struct Part<'a> {
    at: String,
    held: &'a Object,
}

impl Part<'_> {
    fn kind(&self) -> &str {
        self.held.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    fn has(&self, member: &str) -> bool {
        self.held.get(member).is_some_and(|value| !value.is_null())
    }

    fn refuse(&self, member: &str, why: &str) -> Refusal {
        let at = format!("{}.{member}", self.at);
        Refusal::bad_request(format!("'{at}' {why}.")).at(at)
    }
}

/// Lists the touched properties as they would be stored.
fn touched<'a>(write: &'a Write<'_>) -> Vec<(&'a str, &'a Object)> {
    if write.action == Action::Delete {
        return Vec::new();
    }
    let after = write.after.get("properties").and_then(Value::as_object);
    let sent = write.sent.get("properties").and_then(Value::as_object);
    let (Some(after), Some(sent)) = (after, sent) else { return Vec::new() };
    let held = after.iter().filter(|(name, _)| sent.contains_key(*name));
    held.filter_map(|(name, value)| Some((name.as_str(), value.as_object()?))).collect()
}

/// Lists the touched properties and, behind each, the items of its list.
fn parts<'a>(write: &'a Write<'_>) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for (name, held) in touched(write) {
        let at = format!("properties.{name}");
        if let Some(items) = held.get("items").and_then(Value::as_object) {
            parts.push(Part { at: format!("{at}.items"), held: items });
        }
        parts.push(Part { at, held });
    }
    parts
}

pub fn needs_type(write: &Write<'_>) -> Option<Refusal> {
    let part = parts(write).into_iter().find(|part| part.kind().is_empty())?;
    Some(part.refuse("type", "is required"))
}

/// CMS 13's rule for definition names: 2 to 255 characters, `^[A-Za-z][_0-9A-Za-z]+`.
pub fn name(write: &Write<'_>) -> Option<Refusal> {
    let (name, _) = touched(write).into_iter().find(|(name, _)| !is_definition_name(name))?;
    let detail = format!("'{name}' is not a valid property name.");
    Some(Refusal::bad_request(detail).at(format!("properties.{name}")))
}

fn is_definition_name(name: &str) -> bool {
    (2..=255).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|next| next == '_' || next.is_ascii_alphanumeric())
}

pub fn text_constraints(write: &Write<'_>) -> Option<Refusal> {
    misplaced(write, &["minLength", "maxLength", "pattern"], &["string"])
}

pub fn range_constraints(write: &Write<'_>) -> Option<Refusal> {
    misplaced(write, &["minimum", "maximum"], &["integer", "float", "dateTime"])
}

pub fn range_value(write: &Write<'_>) -> Option<Refusal> {
    parts(write).iter().find_map(|part| {
        let wrong = ["minimum", "maximum"].into_iter().find(|member| {
            part.held
                .get(*member)
                .is_some_and(|value| !value.is_null() && !fits(part.kind(), value))
        })?;
        Some(part.refuse(wrong, "must have the type of the property"))
    })
}

pub fn enum_value(write: &Write<'_>) -> Option<Refusal> {
    parts(write).iter().find_map(|part| {
        let values = part.held.get("enum")?.as_array()?;
        let wrong = values.iter().any(|value| !fits(part.kind(), &value["value"]));
        wrong.then(|| part.refuse("enum", "must have values of the type of the property"))
    })
}

/// Lists need items, and nothing else may have what belongs to lists.
pub fn items_with_array(write: &Write<'_>) -> Option<Refusal> {
    for (name, held) in touched(write) {
        let part = Part { at: format!("properties.{name}"), held };
        if part.kind() == "array" && !part.has("items") {
            return Some(part.refuse("items", "is required for an array"));
        }
    }
    misplaced(write, &["items", "minItems", "maxItems"], &["array"])
}

pub fn reference_either_or(write: &Write<'_>) -> Option<Refusal> {
    let both = |part: &Part<'_>| {
        let allowed = part.held.get("allowedTypes").and_then(Value::as_array);
        part.has("contentType") && allowed.is_some_and(|types| !types.is_empty())
    };
    let part = parts(write).into_iter().find(both)?;
    Some(part.refuse("contentType", "cannot be combined with 'allowedTypes'"))
}

pub fn indexing_of_reference(write: &Write<'_>) -> Option<Refusal> {
    let indexed = |part: &Part<'_>| {
        matches!(part.kind(), "content" | "contentReference")
            && matches!(
                part.held.get("indexingType").and_then(Value::as_str),
                Some("queryable" | "searchable")
            )
    };
    let part = parts(write).into_iter().find(indexed)?;
    Some(part.refuse("indexingType", "must be 'disabled' for a reference"))
}

fn misplaced(write: &Write<'_>, members: &[&str], kinds: &[&str]) -> Option<Refusal> {
    parts(write).iter().filter(|part| !kinds.contains(&part.kind())).find_map(|part| {
        let member = members.iter().find(|member| part.has(member))?;
        Some(part.refuse(member, &format!("does not fit the type '{}'", part.kind())))
    })
}

/// "Value type must match the property type"; types without values of their own take texts.
fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "integer" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "float" => value.is_number(),
        "dateTime" => value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
        _ => value.is_string(),
    }
}
