//! Rules about changing and deleting what exists (facts §4).

use serde_json::Value;

use super::super::Version;
use super::super::conditions::Stale;
use super::super::store::Object;
use super::{Action, Refusal, Write};

/// Types with a source are made by the system or from code and are read-only to REST.
///
/// Seen live: deleting a global contract is 409, `BlankSection` 400, and `BlankExperience` really
/// went, for its source is not `system`.
pub fn system_type(write: &Write<'_>) -> Option<Refusal> {
    let before = write.before.filter(|_| write.action != Action::Create)?;
    if before.source.is_empty() {
        return None;
    }
    let status = if write.key.contains(':') { 409 } else { 400 };
    let detail = format!("The content type '{}' is read-only.", write.key);
    Some(Refusal::bad_request(detail).with_status(permitted(write.version, status)))
}

/// preview3 documents no 409 for deletions; the facts say 400 there (§4, delete in use).
fn permitted(version: Version, status: u16) -> u16 {
    match version {
        Version::Preview3 => 400,
        Version::V1 => status,
    }
}

pub fn stale_tag(write: &Write<'_>) -> Option<Refusal> {
    stale(write, Stale::Tag, "The ETag in If-Match does not match the current version.")
}

pub fn stale_date(write: &Write<'_>) -> Option<Refusal> {
    stale(write, Stale::Date, "The resource has been modified since the given date.")
}

fn stale(write: &Write<'_>, kind: Stale, detail: &str) -> Option<Refusal> {
    let before = write.before.filter(|_| write.action != Action::Create)?;
    let stale = write.conditions.stale(before) == Some(kind);
    stale.then(|| Refusal::bad_request(detail).with_status(412))
}

pub fn delete_in_use(write: &Write<'_>) -> Option<Refusal> {
    let instances = write.store.instances.get(write.key).copied().unwrap_or_default();
    (write.action == Action::Delete && instances > 0).then(|| {
        let key = write.key;
        let detail = format!(
            "Unable to delete content type '{key}' as content instances of this type exist."
        );
        Refusal::bad_request(detail).with_status(permitted(write.version, 409))
    })
}

pub fn key_immutable(write: &Write<'_>) -> Option<Refusal> {
    immutable(write, "key", "The key of a content type cannot be changed.")
}

pub fn base_type_immutable(write: &Write<'_>) -> Option<Refusal> {
    immutable(write, "baseType", "The base type of a content type cannot be changed.")
}

fn immutable(write: &Write<'_>, member: &str, detail: &str) -> Option<Refusal> {
    let before = write.before?;
    let changed = write.after.get(member) != before.body.get(member);
    changed.then(|| Refusal::bad_request(detail).at(member))
}

/// Refuses what could lose data unless the header allows it.
pub fn breaking(write: &Write<'_>) -> Option<Refusal> {
    let before = write.before.filter(|_| write.action != Action::Delete)?;
    if write.conditions.ignore_data_loss {
        return None;
    }
    let name = lossy_property(&before.body, write.after)?;
    let detail = format!(
        "The changes to '{}' are considered breaking and could potentially result in data loss. \
         Use the 'ignoreDataLossWarnings' option to apply them anyway.",
        write.key
    );
    Some(Refusal::bad_request(detail).at(format!("properties.{name}")))
}

/// Finds a property that was removed, retyped, switched in `localized` or lost its indexing type.
fn lossy_property<'a>(before: &'a Object, after: &Object) -> Option<&'a str> {
    let after = after.get("properties").and_then(Value::as_object);
    let before = before.get("properties")?.as_object()?;
    let lossy = before.iter().find(|(name, held)| {
        let Some(now) = after.and_then(|after| after.get(*name)) else { return true };
        let localized = |property: &Value| property["isLocalized"].as_bool().unwrap_or_default();
        now["type"] != held["type"]
            || now["items"]["type"] != held["items"]["type"]
            || localized(now) != localized(held)
            || (now["indexingType"].is_null() && !held["indexingType"].is_null())
    });
    lossy.map(|(name, _)| name.as_str())
}
