//! Rules about creation and identity.

use serde_json::Value;

use super::super::Version;
use super::super::options::CreateMode;
use super::{Action, Refusal, Write};

/// Base types that v1's document gives as examples (facts §3). `_element` is among them, but a
/// push with it was seen refused.
pub const BASE_TYPES: [&str; 8] =
    ["_page", "_component", "_media", "_image", "_video", "_folder", "_experience", "_section"];

pub fn needs_key(write: &Write<'_>) -> Option<Refusal> {
    let missing = write.action == Action::Create && text(write, "key").is_empty();
    missing.then(|| Refusal::bad_request("The Key field is required.").at("key"))
}

/// "Ignored for contracts, required otherwise" (facts §3).
pub fn needs_base_type(write: &Write<'_>) -> Option<Refusal> {
    let is_contract = write.after.get("isContract") == Some(&Value::Bool(true));
    let missing = write.action == Action::Create && text(write, "baseType").is_empty();
    (missing && !is_contract)
        .then(|| Refusal::bad_request("The BaseType field is required.").at("baseType"))
}

pub fn base_type_known(write: &Write<'_>) -> Option<Refusal> {
    let base = text(write, "baseType");
    let known = base.is_empty() || BASE_TYPES.contains(&base);
    (write.action == Action::Create && !known)
        .then(|| Refusal::bad_request(format!("'{base}' is not a valid base type.")).at("baseType"))
}

pub fn duplicate_key(write: &Write<'_>) -> Option<Refusal> {
    let replaces =
        write.version == Version::Preview3 && write.behaviour.create == CreateMode::Replace;
    let taken = write.action == Action::Create && write.before.is_some();
    (taken && !replaces).then(|| {
        let detail = format!("A content type with the key '{}' already exists.", write.key);
        Refusal::bad_request(detail).with_status(409).at("key")
    })
}

pub fn key_in_other_case(write: &Write<'_>) -> Option<Refusal> {
    let held = write.store.key_in_other_case(write.key)?;
    (write.action == Action::Create).then(|| {
        let detail = format!("The key '{}' differs from '{held}' only in case.", write.key);
        Refusal::bad_request(detail).with_status(409).at("key")
    })
}

pub fn behaviors_need_component(write: &Write<'_>) -> Option<Refusal> {
    let behaviors = write.after.get("compositionBehaviors").and_then(Value::as_array);
    let some = behaviors.is_some_and(|held| !held.is_empty());
    (write.action != Action::Delete && some && text(write, "baseType") != "_component").then(|| {
        let detail = "Composition behaviors can only be set on types with the base '_component'.";
        Refusal::bad_request(detail).at("compositionBehaviors")
    })
}

fn text<'a>(write: &Write<'a>, member: &str) -> &'a str {
    write.after.get(member).and_then(Value::as_str).unwrap_or_default()
}
