//! Objects whose members keep their places.

use crate::model::{Json, Text};

/// A value that outlives the text it was read from.
pub(super) type Value = Json<'static>;

/// The members of an object in the order written.
pub(super) type Members = Vec<(Text<'static>, Value)>;

/// The member, unless it is `null`; the last one where the name occurs twice.
pub(super) fn get<'m>(members: &'m Members, name: &str) -> Option<&'m Value> {
    let found = members.iter().rev().find(|(key, _)| key.as_str() == Some(name));
    found.map(|(_, value)| value).filter(|value| !value.is_null())
}

/// Whether the member is written, be it as `null`.
pub(super) fn has(members: &Members, name: &str) -> bool {
    members.iter().any(|(key, _)| key.as_str() == Some(name))
}

/// The member as a text that says something.
pub(super) fn text<'m>(members: &'m Members, name: &str) -> Option<&'m str> {
    get(members, name)?.as_str().filter(|text| !text.is_empty())
}

/// Sets a member where it stands, else behind the others.
pub(super) fn set(members: &mut Members, name: &str, value: Value) {
    match members.iter_mut().rev().find(|(key, _)| key.as_str() == Some(name)) {
        Some((_, own)) => *own = value,
        None => members.push((Text::Str(name.to_owned().into()), value)),
    }
}

/// Removes a member.
pub(super) fn remove(members: &mut Members, name: &str) {
    members.retain(|(key, _)| key.as_str() != Some(name));
}

/// Sets a member, or removes it when there is no value.
pub(super) fn put(members: &mut Members, name: &str, value: Option<Value>) {
    match value {
        Some(value) => set(members, name, value),
        None => remove(members, name),
    }
}

/// The members of an inner object; `None` where the member is something else.
pub(super) fn inner<'m>(members: &'m mut Members, name: &str) -> Option<&'m mut Members> {
    let found = members.iter_mut().rev().find(|(key, _)| key.as_str() == Some(name));
    match found {
        Some((_, Json::Object(inner))) => Some(inner),
        _ => None,
    }
}

/// The members of an inner object, which is made where there is none.
pub(super) fn inner_or_new<'m>(members: &'m mut Members, name: &str) -> Option<&'m mut Members> {
    if get(members, name).is_none() {
        set(members, name, Json::Object(Vec::new()));
    }
    inner(members, name)
}
