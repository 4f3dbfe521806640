//! The options of a select, in both forms.

use super::Context;
use super::object::{Members, Value, get, put, remove, set, text};
use crate::model::{Choice, Json};

/// Makes the list of options say what it shall say, element by element.
pub(super) fn edit_options(members: &mut Members, after: &[Choice], context: &Context<'_>) {
    let mut present: Vec<Option<Value>> = match get(members, "options") {
        Some(Json::Array(list)) => list.iter().cloned().map(Some).collect(),
        _ => Vec::new(),
    };
    let is_plain = |raw: &Value| !matches!(raw, Json::Object(_));
    let all_plain = !present.is_empty() && present.iter().flatten().all(is_plain);
    let mut list = Vec::with_capacity(after.len());
    for choice in after {
        let wanted = context.value(&choice.value);
        let is_it = |slot: &&mut Option<Value>| slot.as_ref().and_then(value) == Some(&wanted);
        let raw = present.iter_mut().find(is_it).and_then(Option::take);
        list.push(match raw {
            Some(Json::Object(own)) => Json::Object(edited(own, choice, context)),
            Some(_) => written(choice, wanted, true, context),
            None => written(choice, wanted, all_plain, context),
        });
    }
    // What is no option that can be read, and a value that is offered twice, are none of ours.
    let values: Vec<Value> = list.iter().filter_map(value).cloned().collect();
    list.extend(
        present
            .into_iter()
            .flatten()
            .filter(|raw| value(raw).is_none_or(|own| values.contains(own))),
    );
    if list.is_empty() {
        remove(members, "options");
    } else {
        set(members, "options", Json::Array(list));
    }
}

/// The value of an option as written: its own, else its label.
fn value(raw: &Value) -> Option<&Value> {
    let value = match raw {
        Json::Object(own) => get(own, "value").or_else(|| get(own, "label")),
        plain => Some(plain),
    };
    value.filter(|value| matches!(value, Json::String(_) | Json::Number(_) | Json::Bool(_)))
}

fn edited(mut own: Members, choice: &Choice, context: &Context<'_>) -> Members {
    let label = text(&own, "label").map(str::to_owned);
    let now = label.clone().or_else(|| get(&own, "value").map(|value| shown(value, context)));
    if now.as_deref() != Some(&choice.label) {
        if get(&own, "value").is_none() {
            // The label was the value as well, and the value stays.
            if let Some(label) = label {
                set(&mut own, "value", Json::str(label));
            }
        }
        set(&mut own, "label", Json::str(choice.label.clone()));
    }
    if text(&own, "description").map(str::to_owned) != choice.description {
        put(&mut own, "description", choice.description.clone().map(Json::str));
    }
    own
}

/// An option that has no object: the plain value where that says all.
fn written(choice: &Choice, value: Value, prefer_plain: bool, context: &Context<'_>) -> Value {
    if prefer_plain && choice.description.is_none() && shown(&value, context) == choice.label {
        return value;
    }
    let mut members = Members::new();
    set(&mut members, "label", Json::str(choice.label.clone()));
    set(&mut members, "value", value);
    put(&mut members, "description", choice.description.clone().map(Json::str));
    Json::Object(members)
}

/// What the reader shows of a value that has no label.
fn shown(value: &Value, context: &Context<'_>) -> String {
    match value {
        Json::String(text) => text.to_lossy().into_owned(),
        other => (context.codec.write)(other),
    }
}
