//! Property groups. They are listed whole, without pages (facts §2).

use serde_json::{Value, json};

use super::super::conditions::Stale;
use super::super::merge_patch::merge_patch;
use super::super::store::{Object, Stored};
use super::super::{Answer, wire};
use super::{Handling, listing};

pub fn list(handling: &mut Handling<'_>) -> Answer {
    let held = handling.store.groups.values();
    let asked = listing::AskedSources::of(handling.call);
    let held = held.filter(|stored| asked.include(&stored.source));
    let items: Vec<Value> = held.map(|stored| wire::show_group(stored).into()).collect();
    let total = items.len();
    Answer::json(200, &json!({ "items": items, wire::total_member(handling.version): total }))
}

pub fn get(handling: &mut Handling<'_>) -> Answer {
    match handling.store.groups.get(&handling.key) {
        Some(stored) => handling.shown(stored, wire::show_group(stored)),
        None => handling.not_found(),
    }
}

pub fn create(handling: &mut Handling<'_>) -> Answer {
    let body = handling.body();
    let key = body.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
    if key.is_empty() {
        return Answer::problem(400, "The Key field is required.").refused_by("create-needs-key");
    }
    if key.eq_ignore_ascii_case("content") {
        let detail = format!("The TabDefinition name '{key}' is reserved.");
        return Answer::problem(400, &detail).refused_by("group-reserved");
    }
    if handling.store.groups.keys().any(|held| held.eq_ignore_ascii_case(&key)) {
        let detail = format!("A property group with the key '{key}' already exists.");
        return Answer::problem(409, &detail).refused_by("group-exists");
    }
    let stored = keep(handling, &key, body);
    handling.created("propertygroups", &key, &stored, wire::show_group(&stored))
}

pub fn patch(handling: &mut Handling<'_>) -> Answer {
    let before = match changeable(handling) {
        Ok(before) => before,
        Err(answer) => return *answer,
    };
    let mut after = before.body.clone();
    merge_patch(&mut after, &handling.body());
    if after.get("key") != before.body.get("key") {
        let detail = "The key of a property group cannot be changed.";
        return Answer::problem(400, detail).refused_by("key-immutable");
    }
    let key = handling.key.clone();
    let stored = keep(handling, &key, after);
    handling.changed(Some(&stored), &wire::show_group(&stored))
}

pub fn delete(handling: &mut Handling<'_>) -> Answer {
    let before = match changeable(handling) {
        Ok(before) => before,
        Err(answer) => return *answer,
    };
    handling.store.groups.remove(&handling.key);
    handling.changed(None, &wire::show_group(&before))
}

/// Finds a group that may be changed now.
fn changeable(handling: &Handling<'_>) -> Result<Stored, Box<Answer>> {
    let Some(before) = handling.store.groups.get(&handling.key) else {
        return Err(Box::new(handling.not_found()));
    };
    if !before.source.is_empty() {
        let detail = format!("The TabDefinition name '{}' is reserved.", handling.key);
        return Err(Box::new(Answer::problem(400, &detail).refused_by("group-reserved")));
    }
    match handling.conditions.stale(before) {
        None => Ok(before.clone()),
        Some(stale) => {
            let rule = if stale == Stale::Tag { "stale-tag" } else { "stale-date" };
            let detail = "The property group has been modified.";
            Err(Box::new(Answer::problem(412, detail).refused_by(rule)))
        }
    }
}

fn keep(handling: &mut Handling<'_>, key: &str, mut body: Object) -> Stored {
    body.entry("sortOrder").or_insert(json!(0));
    body.entry("displayName").or_insert(json!(key));
    handling.store.put_group(key, body, handling.user);
    handling.store.groups[key].clone()
}
