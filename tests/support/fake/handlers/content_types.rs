//! Content types.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::fault::{FaultKind, Shift};
use super::super::gate::{Contracts, Found};
use super::super::merge_patch::merge_patch;
use super::super::rules::{self, Action, Refusal, Write};
use super::super::store::{Earlier, Object, Stored, object};
use super::super::time::Time;
use super::super::{Answer, Version, wire};
use super::{Handling, defaults, distortion, listing};

pub fn list(handling: &mut Handling<'_>) -> Answer {
    shift_between_pages(handling);
    let behind = keys_behind(handling);
    let store = &*handling.store;
    let container = handling.call.query_value("forContainerType");
    let container = container.and_then(|key| store.types.get(&key)?.body.get("mayContainTypes"));
    let allowed = container.and_then(Value::as_array).filter(|held| !held.is_empty());
    let asked = listing::AskedSources::of(handling.call);
    let mut visible: BTreeMap<&str, &Stored> =
        store.types.iter().map(|(key, stored)| (key.as_str(), stored)).collect();
    for key in &behind {
        match &store.earlier[key].stored {
            Some(stored) => visible.insert(key, stored),
            None => visible.remove(key.as_str()),
        };
    }
    visible.retain(|_, stored| {
        let fits = |member: &str| {
            allowed.is_none_or(|names| names.iter().any(|name| name == stored.text(member)))
        };
        asked.include(&stored.source) && (fits("key") || fits("baseType"))
    });
    let show = |stored: &Stored| wire::show_type(handling.version, stored);
    listing::page(handling, visible.into_values(), show)
}

pub fn get(handling: &mut Handling<'_>) -> Answer {
    let key = handling.key.clone();
    match see(handling, &key) {
        Some(stored) => handling.shown(&stored, wire::show_type(handling.version, &stored)),
        None => handling.not_found(),
    }
}

pub fn create(handling: &mut Handling<'_>) -> Answer {
    let sent = wire::to_neutral(handling.version, handling.body());
    let key = sent.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut after = sent.clone();
    after.retain(|_, value| !value.is_null());
    if let Err(answer) = judge(handling, Action::Create, &key, &sent, &after) {
        return *answer;
    }
    let stored = keep(handling, &key, after);
    handling.created("contenttypes", &key, &stored, wire::show_type(handling.version, &stored))
}

pub fn patch(handling: &mut Handling<'_>) -> Answer {
    let key = handling.key.clone();
    let sent = wire::to_neutral(handling.version, handling.body());
    let Some(before) = handling.store.types.get(&key) else { return handling.not_found() };
    let mut after = before.body.clone();
    merge_patch(&mut after, &sent);
    if let Err(answer) = judge(handling, Action::Update, &key, &sent, &after) {
        return *answer;
    }
    let stored = keep(handling, &key, after);
    handling.changed(Some(&stored), &wire::show_type(handling.version, &stored))
}

pub fn delete(handling: &mut Handling<'_>) -> Answer {
    let key = handling.key.clone();
    let Some(before) = handling.store.types.get(&key).cloned() else { return handling.not_found() };
    if let Err(answer) = judge(handling, Action::Delete, &key, &Object::new(), &before.body) {
        return *answer;
    }
    handling.store.remove_type(&key);
    handling.changed(None, &wire::show_type(handling.version, &before))
}

/// Applies the rules of the table, then checks the result against the contract.
fn judge(
    handling: &Handling<'_>,
    action: Action,
    key: &str,
    sent: &Object,
    after: &Object,
) -> Result<(), Box<Answer>> {
    let before = handling.store.types.get(key);
    let write = Write {
        version: handling.version,
        action,
        key,
        sent,
        before,
        after,
        store: handling.store,
        behaviour: handling.behaviour,
        conditions: &handling.conditions,
    };
    if let Some((rule, refusal)) = rules::first_broken(&write) {
        return Err(Box::new(refusal.into_answer(rule.name)));
    }
    let sound_before = before.is_none_or(|held| misfit(handling.version, &held.body).is_none());
    match misfit(handling.version, after) {
        Some(why) if sound_before && action != Action::Delete => {
            let refusal = Refusal::bad_request(format!("The merged resource is not valid: {why}"));
            Err(Box::new(refusal.into_answer("merged-resource")))
        }
        _ => Ok(()),
    }
}

/// Says how a whole content type departs from the contracts of a version (facts §7, rule 3).
fn misfit(version: Version, body: &Object) -> Option<String> {
    let shown = Value::Object(wire::show_type_body(version, body));
    Contracts::shared().of(version).into_iter().find_map(|contract| {
        let Found::Operation(operation, _) = contract.find("POST", "/contenttypes") else {
            return None;
        };
        let (_, validator) = operation.bodies.first()?;
        validator.misfit(&shown)
    })
}

fn keep(handling: &mut Handling<'_>, key: &str, mut after: Object) -> Stored {
    defaults::fill(&mut after);
    distortion::distort(handling.faults, &mut after);
    handling.store.put_type(key, after, "", handling.user);
    handling.store.types[key].clone()
}

/// Shows a type as a replica may: perhaps still as it was before its last write
/// (facts §4, consistency).
fn see(handling: &mut Handling<'_>, key: &str) -> Option<Stored> {
    let time = handling.store.time.clone();
    if let Some(earlier) = handling.store.earlier.get_mut(key)
        && is_behind(handling.faults, earlier, &time)
    {
        return earlier.stored.clone();
    }
    handling.store.types.get(key).cloned()
}

/// Lists the types that a listing shows as they were before their last write.
fn keys_behind(handling: &mut Handling<'_>) -> Vec<String> {
    let time = handling.store.time.clone();
    let earlier = handling.store.earlier.iter_mut();
    let behind = earlier.filter_map(|(key, earlier)| {
        is_behind(handling.faults, earlier, &time).then(|| key.clone())
    });
    behind.collect()
}

/// Counts a read and tells whether it comes too early to see the write.
fn is_behind(faults: &[FaultKind], earlier: &mut Earlier, time: &Time) -> bool {
    earlier.reads += 1;
    faults.iter().any(|fault| match fault {
        FaultKind::Lag { reads, ms } => {
            earlier.reads <= *reads || time.ms_since(earlier.written) < u128::from(*ms)
        }
        FaultKind::Flap { reads } => earlier.reads <= *reads && earlier.reads % 2 == 1,
        _ => false,
    })
}

/// Makes the change of a shifting listing when a later page is asked for, once.
fn shift_between_pages(handling: &mut Handling<'_>) {
    let later = handling.call.query_value("pageIndex").is_some_and(|index| index != "0");
    for fault in handling.faults.iter().filter(|_| later) {
        match fault {
            FaultKind::ShiftingPages { shift: Shift::Insert(body) } => {
                let key = body["key"].as_str().unwrap_or_default();
                if !handling.store.types.contains_key(key) {
                    handling.store.put_type(key, object(body.clone()), "", "colleague");
                }
            }
            FaultKind::ShiftingPages { shift: Shift::Remove(key) } => {
                handling.store.remove_type(key);
            }
            _ => {}
        }
    }
}
