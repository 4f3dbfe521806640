//! Lists of fields.

use std::collections::BTreeMap;

use super::field::{edit_field, edit_relationship, new_field};
use super::object::{Members, Value, set, text};
use super::{Context, Unwritable};
use crate::model::{Field, Json};

/// Members by which a relationship is called, the first one that says something.
const RELATIONSHIP_NAMES: [&str; 3] = ["fieldName", "sourceFieldName", "name"];

/// Where a definition says limits that no field of it has said yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// On the field, as the seed does.
    Flat,
    /// Under `validation`, as everybody else does.
    Nested,
}

/// Makes a list of fields, and the relationships beside it, say what they shall say.
pub(super) fn edit_list(
    list: &mut Vec<Value>,
    mut relationships: Option<&mut Vec<Value>>,
    before: &[Field],
    after: &[Field],
    style: Style,
    context: &Context<'_>,
) -> Result<(), Unwritable> {
    let mut known: BTreeMap<String, &Field> =
        before.iter().map(|field| (field.identity(), field)).collect();
    let was_empty = list.is_empty();
    let mut present: Vec<Option<Value>> = std::mem::take(list).into_iter().map(Some).collect();
    let mut wanted: Vec<Placed> = Vec::with_capacity(after.len());
    for field in after {
        let origin = context.origin(field);
        let Some(old) = known.remove(&origin) else {
            wanted.push((None, new_field(field, style, context)?));
            continue;
        };
        if let Some((at, raw)) = take(&mut present, &origin) {
            let Json::Object(mut members) = raw else { continue };
            let refining = relationships.as_deref_mut().and_then(|it| named(it, &old.name));
            edit_field(&mut members, refining, old, field, style, context)?;
            wanted.push((Some(at), Json::Object(members)));
        } else if let Some(raw) = relationships.as_deref_mut().and_then(|it| related(it, &origin)) {
            edit_relationship(raw, old, field, context);
        } else {
            return Err(Unwritable { what: format!("the change of the field {:?}", old.name) });
        }
    }
    // What is left in `known` is gone.
    for (identity, old) in &known {
        let is_field = take(&mut present, identity).is_some();
        if let Some(all) = relationships.as_deref_mut() {
            all.retain(|raw| {
                let is_it = relationship_identity(raw).as_deref() == Some(identity);
                let refines_it = is_field && called(raw).as_deref() == Some(&old.name);
                !(is_it || refines_it)
            });
        }
    }
    *list = arrange(wanted, was_empty && style == Style::Nested);
    // Whatever is left is no field that can be read, and stays.
    list.extend(present.into_iter().flatten());
    Ok(())
}

/// A field as written with its place in the list, if it had one.
type Placed = (Option<usize>, Value);

/// Puts fields into the order wanted, moving and numbering as little as possible.
fn arrange(wanted: Vec<Placed>, number_all: bool) -> Vec<Value> {
    let meant: Vec<String> = wanted.iter().filter_map(|(_, raw)| identity(raw)).collect();
    let order = |raw: &Value| raw.get("order").and_then(Json::as_f64).filter(|it| it.is_finite());
    let given: Vec<f64> = wanted.iter().filter_map(|(_, raw)| order(raw)).collect();
    let mut next = given.iter().copied().fold(-1.0, f64::max) + 1.0;
    let mut wanted = wanted;
    for (place, raw) in &mut wanted {
        if let Json::Object(members) = raw
            && place.is_none()
            && (number_all || !given.is_empty())
        {
            set(members, "order", Json::Number(next));
            next += 1.0;
        }
    }
    let mut kept = wanted.clone();
    kept.sort_by_key(|(place, _)| place.unwrap_or(usize::MAX));
    for candidate in [kept, wanted.clone()] {
        let list: Vec<Value> = candidate.into_iter().map(|(_, raw)| raw).collect();
        if display(&list) == meant {
            return list;
        }
    }
    // What is written there and is no number stays as it is, and counts as its position.
    let is_other = |raw: &Value| {
        let written = raw.get("order").is_some_and(|it| !it.is_null());
        written && order(raw).is_none()
    };
    let least = given.iter().copied().fold(f64::INFINITY, f64::min);
    let by_position = !least.is_finite() || wanted.iter().any(|(_, raw)| is_other(raw));
    let mut number = if by_position { 0.0 } else { least };
    let mut list: Vec<Value> = wanted.into_iter().map(|(_, raw)| raw).collect();
    for raw in &mut list {
        let stays = is_other(raw);
        if let Json::Object(members) = raw {
            if !stays {
                set(members, "order", Json::Number(number));
            }
            number += 1.0;
        }
    }
    list
}

/// Identities in display order: by `order` where it is given, else by position.
fn display(list: &[Value]) -> Vec<String> {
    let mut placed: Vec<(f64, String)> = list
        .iter()
        .enumerate()
        .filter_map(|(at, raw)| {
            let position = u32::try_from(at).map_or(f64::MAX, f64::from);
            let order = raw.get("order").and_then(Json::as_f64).filter(|order| order.is_finite());
            Some((order.unwrap_or(position), identity(raw)?))
        })
        .collect();
    placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    placed.into_iter().map(|(_, identity)| identity).collect()
}

/// The identity of a field as written, in the words of [`Field::identity`].
fn identity(raw: &Value) -> Option<String> {
    let Json::Object(members) = raw else { return None };
    identify(members, &["key", "name"])
}

fn identify(members: &Members, names: &[&str]) -> Option<String> {
    if let Some(id) = text(members, "id") {
        return Some(id.to_owned());
    }
    names.iter().find_map(|name| text(members, name)).map(|name| format!("name:{name}"))
}

/// Takes the field of an identity out of its place.
fn take(list: &mut [Option<Value>], wanted: &str) -> Option<(usize, Value)> {
    let is_it = |slot: &Option<Value>| slot.as_ref().and_then(identity).as_deref() == Some(wanted);
    let at = list.iter().position(is_it)?;
    Some((at, list.get_mut(at)?.take()?))
}

fn relationship_identity(raw: &Value) -> Option<String> {
    let Json::Object(members) = raw else { return None };
    identify(members, &RELATIONSHIP_NAMES)
}

/// The relationship that is a field of its own.
fn related<'l>(list: &'l mut [Value], wanted: &str) -> Option<&'l mut Members> {
    list.iter_mut()
        .find(|raw| relationship_identity(raw).as_deref() == Some(wanted))
        .and_then(members_of)
}

/// The relationship of a name, which refines a field.
fn named<'l>(list: &'l mut [Value], name: &str) -> Option<&'l mut Members> {
    list.iter_mut().find(|raw| called(raw).as_deref() == Some(name)).and_then(members_of)
}

fn members_of(raw: &mut Value) -> Option<&mut Members> {
    if let Json::Object(members) = raw { Some(members) } else { None }
}

/// What a relationship is called.
fn called(raw: &Value) -> Option<String> {
    let Json::Object(members) = raw else { return None };
    let name = RELATIONSHIP_NAMES.iter().find_map(|name| text(members, name));
    name.or_else(|| text(members, "id")).map(str::to_owned)
}
