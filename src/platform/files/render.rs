//! View to file.

use std::collections::BTreeSet;

use super::choice;
use super::form::{FIELD, FIELD_NAMES, FIELD_PARTS, Form, LOCAL, OPTION, REMOTE, TYPE, TYPE_PARTS};
use crate::canonical::{Canonical, Path, View, write_pretty};
use crate::model::{Json, Text};

/// A member of an object of the file.
type Member<'v> = (Text<'v>, Json<'v>);

/// Writes the file of a key. What `before` holds besides what is known stays in it, behind what is
/// known.
pub(super) fn write<'v>(
    key: &'v str,
    view: &'v View,
    before: Option<&Json<'v>>,
) -> Result<String, String> {
    let root = Path::root();
    let mut members = vec![(Text::from("key"), Json::str(key))];
    attributes(view, &root, &TYPE, &mut members);
    members.push(("fields".into(), Json::Array(fields(view, &root, before)?)));
    named_values(view, &root, "settings", &mut members);
    members.extend(unknown(before, |name| is_known(name, &[&TYPE], &TYPE_PARTS)));
    Ok(write_pretty(&Json::Object(members)))
}

fn attributes<'v>(
    view: &'v View,
    at: &Path,
    table: &[(&'static str, Form)],
    members: &mut Vec<Member<'v>>,
) {
    for (name, _) in table {
        if let Some(value) = view.get(&at.child(name)) {
            members.push(((*name).into(), value.value()));
        }
    }
}

fn fields<'v>(
    view: &'v View,
    at: &Path,
    before: Option<&Json<'v>>,
) -> Result<Vec<Json<'v>>, String> {
    let list = at.child("fields");
    let earlier = before.and_then(|object| object.get("fields")).and_then(Json::elements);
    ordered(view, &list, &at.child("fieldOrder"))
        .into_iter()
        .map(|key| {
            let named = |field: &&Json<'v>| field.get("key").and_then(Json::as_str) == Some(&key);
            let before = earlier.unwrap_or_default().iter().find(named);
            field(view, &list.child(&key), key, before)
        })
        .collect()
}

fn field<'v>(
    view: &'v View,
    at: &Path,
    key: String,
    before: Option<&Json<'v>>,
) -> Result<Json<'v>, String> {
    let mut members = vec![(Text::from("key"), Json::str(key))];
    attributes(view, at, &FIELD_NAMES, &mut members);
    let anchor = view.get(&at.child("kind")).map(Canonical::value);
    let anchor = anchor.as_ref().and_then(Json::members).unwrap_or_default();
    for name in ["kind", "item"] {
        members.extend(anchor.iter().filter(|(own, _)| own.as_str() == Some(name)).cloned());
    }
    attributes(view, at, &FIELD, &mut members);
    let options = options(view, at, before);
    if !options.is_empty() {
        members.push(("options".into(), Json::Array(options)));
    }
    let targets = targets(view, at)?;
    if !targets.is_empty() {
        members.push(("targets".into(), Json::Array(targets)));
    }
    let nested = fields(view, at, before)?;
    if !nested.is_empty() {
        members.push(("fields".into(), Json::Array(nested)));
    }
    named_values(view, at, "extra", &mut members);
    members.extend(unknown(before, |name| is_known(name, &[&FIELD_NAMES, &FIELD], &FIELD_PARTS)));
    Ok(Json::Object(members))
}

fn options<'v>(view: &'v View, at: &Path, before: Option<&Json<'v>>) -> Vec<Json<'v>> {
    let list = at.child("options");
    let earlier = before.and_then(|field| field.get("options")).and_then(Json::elements);
    let option = |identity: String| {
        let value = choice::value(&identity);
        let at = list.child(&identity);
        let before = earlier.unwrap_or_default().iter().find(|option| {
            option.get("value").is_some_and(|value| choice::identity(value) == identity)
        });
        let mut members = vec![(Text::from("value"), value)];
        attributes(view, &at, &[("label", Form::Text), ("description", Form::Text)], &mut members);
        members.extend(unknown(before, |name| OPTION.contains(&name)));
        Json::Object(members)
    };
    ordered(view, &list, &at.child("optionOrder")).into_iter().map(option).collect()
}

/// References are plain keys in the file.
fn targets<'v>(view: &View, at: &Path) -> Result<Vec<Json<'v>>, String> {
    view.elements(&at.child("targets"))
        .map(|reference| {
            if reference.starts_with(LOCAL) {
                return Err(format!("{at} refers to {reference}, which has no key here"));
            }
            Ok(Json::str(reference.strip_prefix(REMOTE).unwrap_or(&reference).to_owned()))
        })
        .collect()
}

fn named_values<'v>(view: &'v View, at: &Path, name: &'static str, members: &mut Vec<Member<'v>>) {
    let at = at.child(name);
    let values: Vec<_> =
        view.below(&at).map(|(path, value)| (path.name(), value.value())).collect();
    if !values.is_empty() {
        members.push((name.into(), Json::object(values)));
    }
}

/// Identities of a list's elements: first as the order says, then those it does not mention.
fn ordered(view: &View, list: &Path, order: &Path) -> Vec<String> {
    let mut left: BTreeSet<String> = view.elements(list).collect();
    let order = view.get(order).map(Canonical::value);
    let mentioned = order.as_ref().and_then(Json::elements).unwrap_or_default();
    let mut sequence: Vec<String> =
        mentioned.iter().filter_map(|identity| left.take(identity.as_str()?)).collect();
    sequence.extend(left);
    sequence
}

/// The members that somebody else put there.
fn unknown<'v>(
    before: Option<&Json<'v>>,
    is_known: impl Fn(&str) -> bool,
) -> impl Iterator<Item = Member<'v>> {
    let members = before.and_then(Json::members).unwrap_or_default();
    members.iter().filter(move |(name, _)| !name.as_str().is_some_and(&is_known)).cloned()
}

fn is_known(name: &str, tables: &[&[(&str, Form)]], parts: &[&str]) -> bool {
    parts.contains(&name) || tables.iter().any(|table| table.iter().any(|(own, _)| *own == name))
}
