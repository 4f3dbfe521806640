//! The types that a reference may point at.

use super::Context;
use super::object::{Members, Value, get, inner, remove, set};
use crate::model::Json;
use crate::model::studio::reference::SPELLINGS;

/// Makes a reference point at the types of these row ids, keeping every name that means one of them
/// as it is spelled.
pub(super) fn edit_targets(
    members: &mut Members,
    refining: Option<&mut Members>,
    after: &[String],
    context: &Context<'_>,
) {
    let mut missing: Vec<String> = after.to_vec();
    if let Some(relationship) = refining
        && let Some(named) = get(relationship, "targetContentTypeId").and_then(Json::as_str)
        && let Some(id) = (context.resolve)(named)
    {
        if after.contains(&id) {
            missing.retain(|one| *one != id);
        } else if let Some(other) = after.first() {
            set(relationship, "targetContentTypeId", Json::str(other.clone()));
            missing.retain(|one| one != other);
        } else {
            remove(relationship, "targetContentTypeId");
        }
    }
    keep(members, after, &mut missing, context);
    for holder in ["validation", "items"] {
        if let Some(holder) = inner(members, holder) {
            keep(holder, after, &mut missing, context);
        }
    }
    if missing.is_empty() {
        return;
    }
    if !add(members, &missing) {
        for holder in ["validation", "items"] {
            if inner(members, holder).is_some_and(|holder| add(holder, &missing)) {
                return;
            }
        }
        let ids = missing.into_iter().map(Json::str).collect();
        set(members, "allowedTypes", Json::Array(ids));
    }
}

/// Drops the names of types that are no targets any more. What names no type stays.
fn keep(members: &mut Members, after: &[String], missing: &mut Vec<String>, context: &Context<'_>) {
    let mut stays = |named: &Value| {
        let id = named.as_str().and_then(context.resolve);
        id.is_none_or(|id| {
            missing.retain(|one| *one != id);
            after.contains(&id)
        })
    };
    for spelling in SPELLINGS {
        match get(members, spelling).cloned() {
            Some(Json::Array(mut list)) => {
                list.retain(&mut stays);
                if list.is_empty() {
                    remove(members, spelling);
                } else {
                    set(members, spelling, Json::Array(list));
                }
            }
            Some(named @ Json::String(_)) if !stays(&named) => remove(members, spelling),
            _ => {}
        }
    }
}

/// Adds to the first member that names targets; `false` where there is none.
fn add(members: &mut Members, missing: &[String]) -> bool {
    let Some(spelling) = SPELLINGS.into_iter().find(|it| get(members, it).is_some()) else {
        return false;
    };
    let mut list = match get(members, spelling).cloned() {
        Some(Json::Array(list)) => list,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    list.extend(missing.iter().cloned().map(Json::str));
    set(members, spelling, Json::Array(list));
    true
}
