//! One field.

use super::super::constraint::is_count;
use super::list::{Style, edit_list};
use super::object::{Members, Value, get, has, inner, inner_or_new, put, remove, set, text};
use super::{Context, Unwritable, option, says, target, unescape};
use crate::model::{Constraints, Field, FieldKind, Json};

/// Limits that the reader carries by their own names though they stand under `validation`.
const CARRIED: [&str; 4] = ["maxSize", "allowedTypes", "dimensions", "format"];

/// Names of the limits that the model has a place for.
const LIMITS: [&str; 10] = [
    "minLength",
    "maxLength",
    "pattern",
    "min",
    "max",
    "precision",
    "minDate",
    "maxDate",
    "minItems",
    "maxItems",
];

/// Writes a field that is new.
pub(super) fn new_field(
    field: &Field,
    style: Style,
    context: &Context<'_>,
) -> Result<Value, Unwritable> {
    let mut members = Members::new();
    if let Some(id) = &field.id {
        set(&mut members, "id", Json::str(id.clone()));
    }
    set(&mut members, "name", Json::str(field.name.clone()));
    put(&mut members, "label", field.label.clone().map(Json::str));
    set(&mut members, "type", Json::str(field.kind.word().to_owned()));
    if field.required || style == Style::Nested {
        set(&mut members, "required", Json::Bool(field.required));
    }
    let blank = Field {
        id: field.id.clone(),
        name: field.name.clone(),
        label: field.label.clone(),
        kind: field.kind.clone(),
        required: field.required,
        ..Field::default()
    };
    edit_field(&mut members, None, &blank, field, style, context)?;
    Ok(Json::Object(members))
}

/// Changes what differs. `refining` is the relationship that says more of the field.
pub(super) fn edit_field(
    members: &mut Members,
    mut refining: Option<&mut Members>,
    before: &Field,
    after: &Field,
    style: Style,
    context: &Context<'_>,
) -> Result<(), Unwritable> {
    if before == after {
        return Ok(());
    }
    names(members, before, after);
    if before.name != after.name
        && let Some(relationship) = refining.as_deref_mut()
    {
        set(relationship, "fieldName", Json::str(after.name.clone()));
    }
    if before.kind != after.kind {
        set(members, "type", Json::str(after.kind.word().to_owned()));
    }
    if before.item != after.item {
        item(members, after);
    }
    if before.required != after.required {
        set(members, "required", Json::Bool(after.required));
        if let Some(relationship) = refining.as_deref_mut().filter(|_| !after.required) {
            put(relationship, "isRequired", Some(Json::Bool(false)));
        }
    }
    if before.unique != after.unique {
        set(members, "unique", Json::Bool(after.unique));
    }
    if before.default_value != after.default_value {
        let value = after.default_value.as_ref().map(|raw| context.value(raw));
        let fresh = if style == Style::Flat { "default" } else { "defaultValue" };
        let spelling = ["defaultValue", "default"]
            .into_iter()
            .find(|spelling| get(members, spelling).is_some())
            .unwrap_or(fresh);
        put(members, spelling, value);
    }
    if before.help != after.help {
        let value = after.help.clone().map(Json::str);
        say(members, &["helpText", "help", "description"], before.help.as_deref(), value);
    }
    if before.placeholder != after.placeholder {
        put(members, "placeholder", after.placeholder.clone().map(Json::str));
    }
    limits(members, &before.constraints, &after.constraints, style)?;
    if before.options != after.options {
        option::edit_options(members, &after.options, context);
    }
    if before.fields != after.fields {
        nested(members, before, after, style, context)?;
    }
    if before.targets != after.targets {
        target::edit_targets(members, refining.as_deref_mut(), &after.targets, context);
    }
    if before.extra != after.extra {
        extra(members, refining, before, after, style, context)?;
    }
    Ok(())
}

/// Changes what differs of a relationship that is a field of its own.
pub(super) fn edit_relationship(
    members: &mut Members,
    before: &Field,
    after: &Field,
    context: &Context<'_>,
) {
    if before.name != after.name || before.label != after.label {
        set(members, "fieldName", Json::str(after.name.clone()));
        let shown = after.label.as_ref().unwrap_or(&after.name);
        set(members, "name", Json::str(shown.clone()));
    }
    if before.required != after.required {
        set(members, "isRequired", Json::Bool(after.required));
    }
    if before.targets != after.targets {
        let value = after.targets.first().cloned().map(Json::str);
        put(members, "targetContentTypeId", value);
    }
    if before.extra != after.extra {
        let names = before.extra.keys().chain(after.extra.keys());
        for name in names.filter(|name| before.extra.get(*name) != after.extra.get(*name)) {
            let value = after.extra.get(name).map(|raw| context.value(raw));
            put(members, name, value);
        }
    }
}

/// `key` is the machine name where there is one, and `name` is for people then.
fn names(members: &mut Members, before: &Field, after: &Field) {
    let has_key = text(members, "key").is_some();
    if before.name != after.name {
        let spelling = if has_key { "key" } else { "name" };
        set(members, spelling, Json::str(after.name.clone()));
    }
    if before.label != after.label {
        let in_name =
            has_key && text(members, "name").is_some() && text(members, "label").is_none();
        let spelling = if in_name { "name" } else { "label" };
        put(members, spelling, after.label.clone().map(Json::str));
    }
}

/// The word for the elements of a list.
fn item(members: &mut Members, after: &Field) {
    let word = after.item.as_ref().map(|item| Json::str(item.word().to_owned()));
    let in_items = match get(members, "items") {
        Some(Json::String(_)) => Some(false),
        Some(Json::Object(_)) => Some(true),
        _ => None,
    };
    match (word, in_items) {
        (None, _) => {
            remove(members, "itemType");
            remove(members, "items");
        }
        (Some(word), Some(_)) if get(members, "itemType").is_some() => {
            set(members, "itemType", word.clone());
            spell_item(members, word);
        }
        (Some(word), Some(_)) => spell_item(members, word),
        (Some(word), None) => set(members, "itemType", word),
    }
}

/// Keeps the second spelling in step, so that it does not say something else.
fn spell_item(members: &mut Members, word: Value) {
    match inner(members, "items") {
        Some(items) => set(items, "type", word),
        None => set(members, "items", word),
    }
}

/// Changes every spelling that says the old value; where there is none, the first one is used.
fn say(members: &mut Members, spellings: &[&str], old: Option<&str>, new: Option<Value>) {
    let mut said = false;
    for spelling in spellings {
        if old.is_some() && text(members, spelling) == old {
            put(members, spelling, new.clone());
            said = true;
        }
    }
    if let (false, Some(new), Some(first)) = (said, new, spellings.first()) {
        set(members, first, new);
    }
}

fn limits(
    members: &mut Members,
    before: &Constraints,
    after: &Constraints,
    style: Style,
) -> Result<(), Unwritable> {
    if before == after {
        return Ok(());
    }
    let (old, new) = (values(before), values(after));
    for ((name, old), new) in LIMITS.into_iter().zip(old).zip(new) {
        if old == new {
            continue;
        }
        let mut said = false;
        if old.is_some() && get(members, name) == old.as_ref() {
            put(members, name, new.clone());
            said = true;
        }
        if let Some(validation) = inner(members, "validation")
            && old.is_some()
            && get(validation, name) == old.as_ref()
        {
            put(validation, name, new.clone());
            said = true;
        }
        let Some(new) = new.filter(|_| !said) else { continue };
        let is_flat = LIMITS.iter().any(|limit| get(members, limit).is_some());
        let is_nested = matches!(get(members, "validation"), Some(Json::Object(_)));
        if is_nested || (style == Style::Nested && !is_flat) {
            let validation = inner_or_new(members, "validation")
                .ok_or_else(|| Unwritable { what: format!("the limit {name}") })?;
            set(validation, name, new);
        } else {
            set(members, name, new);
        }
    }
    Ok(())
}

/// The first limit that counts something and is no count, with what it might be.
pub(super) fn impossible(fields: &[Field]) -> Option<String> {
    fields.iter().find_map(|field| {
        let own = &field.constraints;
        let counts = [
            ("minLength", own.min_length),
            ("maxLength", own.max_length),
            ("precision", own.precision),
            ("minItems", own.min_items),
            ("maxItems", own.max_items),
        ];
        let wrong = counts.into_iter().find_map(|(name, value)| {
            let value = value.filter(|value| !is_count(*value))?;
            let field = &field.name;
            Some(format!(
                "{name} {value} of the field {field:?} (only a whole number from 0 is allowed)"
            ))
        });
        wrong.or_else(|| impossible(&field.fields))
    })
}

/// The limits in the order of [`LIMITS`].
fn values(limits: &Constraints) -> [Option<Value>; 10] {
    let text = |value: &Option<String>| value.clone().map(Json::str);
    [
        limits.min_length.map(Json::Number),
        limits.max_length.map(Json::Number),
        text(&limits.pattern),
        limits.min.map(Json::Number),
        limits.max.map(Json::Number),
        limits.precision.map(Json::Number),
        text(&limits.min_date),
        text(&limits.max_date),
        limits.min_items.map(Json::Number),
        limits.max_items.map(Json::Number),
    ]
}

/// Fields of an object, or of the objects in a list.
fn nested(
    members: &mut Members,
    before: &Field,
    after: &Field,
    style: Style,
    context: &Context<'_>,
) -> Result<(), Unwritable> {
    let holds = |kind: &FieldKind| matches!(kind, FieldKind::Object | FieldKind::Array);
    let in_items = get(members, "fields").is_none() && says(members, "items", "fields");
    let holder = if in_items { inner(members, "items") } else { Some(members) };
    let Some(holder) = holder else { return Ok(()) };
    if after.fields.is_empty() && !holds(&after.kind) {
        remove(holder, "fields");
        return Ok(());
    }
    let mut list = match get(holder, "fields") {
        Some(Json::Array(list)) => list.clone(),
        _ => Vec::new(),
    };
    edit_list(&mut list, None, &before.fields, &after.fields, style, context)?;
    put(holder, "fields", (!list.is_empty()).then_some(Json::Array(list)));
    Ok(())
}

/// Members that the model carries under their name, or under a pointer to them.
fn extra(
    members: &mut Members,
    mut refining: Option<&mut Members>,
    before: &Field,
    after: &Field,
    style: Style,
    context: &Context<'_>,
) -> Result<(), Unwritable> {
    let names = before.extra.keys().chain(after.extra.keys());
    for name in names.filter(|name| before.extra.get(*name) != after.extra.get(*name)) {
        let value = after.extra.get(name).map(|raw| context.value(raw));
        let unwritable = || Unwritable { what: format!("the member {name:?} of a field") };
        match name.split_once('/') {
            // Options are counted, so these move with them.
            Some(("options", _)) => {}
            Some(("relationship", rest)) => {
                let relationship = refining.as_deref_mut().ok_or_else(unwritable)?;
                put(relationship, &unescape(rest), value);
            }
            Some((holder @ ("validation" | "items"), rest)) => {
                let holder = inner_or_new(members, holder).ok_or_else(unwritable)?;
                put(holder, &unescape(rest), value);
            }
            _ => {
                let is_carried = CARRIED.contains(&&**name) && !has(members, name);
                let is_nested = says(members, "validation", name)
                    || (style == Style::Nested && !before.extra.contains_key(name));
                if is_carried && is_nested {
                    let holder = inner_or_new(members, "validation").ok_or_else(unwritable)?;
                    put(holder, name, value);
                } else {
                    put(members, name, value);
                }
            }
        }
    }
    Ok(())
}
