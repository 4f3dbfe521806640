//! File to view.

use super::choice;
use super::form::{FIELD, FIELD_NAMES, Form, REMOTE, TYPE};
use crate::canonical::{Canonical, Path, View, parse};
use crate::model::Json;

/// Reads the file of a key; an error says where in it what is wrong.
pub(super) fn read(text: &str, key: &str) -> Result<View, String> {
    let file = document(text)?;
    match member(&file, "key", &Path::root(), Form::Text)?.and_then(Json::as_str) {
        Some(own) if own == key => {}
        Some(own) => return Err(format!("its key is {own:?}; it must be that of the file's name")),
        None => return Err("it has no key".to_owned()),
    }
    let mut view = View::new();
    let root = Path::root();
    attributes(&file, &TYPE, &root, &mut view)?;
    fields(&file, &root, &mut view)?;
    named_values(&file, "settings", &root, &mut view)?;
    Ok(view)
}

/// Reads the text of a file, which some editors begin with a byte order mark. A number that would not
/// survive being written again is refused, because members that are not ours are kept as they are.
pub(super) fn document(text: &str) -> Result<Json<'_>, String> {
    if let Some(number) = lost_number(text) {
        return Err(format!(
            "it holds the number {number}, which no double can; write it as a text"
        ));
    }
    let file = parse(text.trim_start_matches('\u{feff}')).map_err(|error| error.to_string())?;
    match file {
        Json::Object(_) => Ok(file),
        other => Err(format!("it must be an object, not {}", other.type_name())),
    }
}

/// The first number of a JSON text that a double cannot hold: one that is too large, or that has more
/// digits than a double keeps.
fn lost_number(text: &str) -> Option<&str> {
    // Between quotes there are no numbers; an escaped quote does not end a text.
    let mut outside = true;
    let mut escaped = false;
    let is_outside = |char: char| {
        let was = outside;
        match char {
            '"' if !escaped => outside = !outside,
            _ => {}
        }
        escaped = char == '\\' && !escaped && !was;
        !(was && (char.is_ascii_alphanumeric() || matches!(char, '-' | '+' | '.')))
    };
    let words = text.split(is_outside);
    let mut numbers =
        words.filter(|word| word.starts_with(|c: char| c == '-' || c.is_ascii_digit()));
    numbers.find(|number| number.parse::<f64>().is_ok_and(|value| !is_kept(number, value)))
}

fn is_kept(number: &str, value: f64) -> bool {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0').trim_end_matches('0').len();
    // Doubles keep 15 digits of any number, and up to 17 of those that they were written from.
    let is_exact =
        || number.parse::<i128>().is_ok_and(|whole| format!("{value:.0}") == whole.to_string());
    value.is_finite() && (significant <= 17 || is_exact()) && (value != 0.0 || significant == 0)
}

/// A member of the right type. `null` is as good as absent, except where any JSON is allowed.
fn member<'m, 'a>(
    object: &'m Json<'a>,
    name: &str,
    at: &Path,
    form: Form,
) -> Result<Option<&'m Json<'a>>, String> {
    let Some(value) = object.get(name) else { return Ok(None) };
    let expected = match (form, value) {
        (Form::Any, _)
        | (Form::Text, Json::String(_))
        | (Form::Flag, Json::Bool(true))
        | (Form::Number, Json::Number(_)) => return Ok(Some(value)),
        (_, Json::Null) | (Form::Flag, Json::Bool(false)) => return Ok(None),
        (Form::Text, _) => "a text",
        (Form::Flag, _) => "a boolean",
        (Form::Number, _) => "a number",
    };
    Err(mismatch(&at.child(name), expected, value))
}

fn attributes(
    object: &Json<'_>,
    table: &[(&str, Form)],
    at: &Path,
    view: &mut View,
) -> Result<(), String> {
    for (name, form) in table {
        if let Some(value) = member(object, name, at, *form)? {
            view.set(at.child(name), Canonical::of(value));
        }
    }
    Ok(())
}

fn fields(object: &Json<'_>, at: &Path, view: &mut View) -> Result<(), String> {
    let list = at.child("fields");
    let mut order = Vec::new();
    for (index, field) in elements(object, "fields", at)?.iter().enumerate() {
        let place = list.child(&index.to_string());
        let key = match member(field, "key", &place, Form::Text)?.and_then(Json::as_str) {
            Some(key) if !key.is_empty() => key,
            _ => return Err(format!("{place} must have a key")),
        };
        let at = list.child(key);
        if view.get(&at).is_some() {
            return Err(format!("{place} has the key {key:?}, as another field has"));
        }
        view.set(at.clone(), Canonical::bool(true));
        order.push(Json::str(key.to_owned()));
        anchor(field, &at, view)?;
        attributes(field, &FIELD_NAMES, &at, view)?;
        attributes(field, &FIELD, &at, view)?;
        options(field, &at, view)?;
        targets(field, &at, view)?;
        fields(field, &at, view)?;
        named_values(field, "extra", &at, view)?;
    }
    if !order.is_empty() {
        view.set(at.child("fieldOrder"), Canonical::of(&Json::Array(order)));
    }
    Ok(())
}

fn anchor(field: &Json<'_>, at: &Path, view: &mut View) -> Result<(), String> {
    let kind = member(field, "kind", at, Form::Text)?;
    let Some(kind) = kind else { return Err(format!("{at} must have a kind")) };
    let item = member(field, "item", at, Form::Text)?;
    let parts = [("kind", Some(kind)), ("item", item)];
    let parts = parts.into_iter().filter_map(|(name, part)| Some((name, part?.clone())));
    view.set(at.child("kind"), Canonical::of(&Json::object(parts)));
    Ok(())
}

/// An option may be written as its value alone.
fn options(field: &Json<'_>, at: &Path, view: &mut View) -> Result<(), String> {
    let list = at.child("options");
    let mut order = Vec::new();
    for (index, option) in elements(field, "options", at)?.iter().enumerate() {
        let place = list.child(&index.to_string());
        let is_object = option.members().is_some();
        let value = if is_object { option.get("value") } else { Some(option) };
        let value = match value {
            Some(value @ (Json::String(_) | Json::Number(_) | Json::Bool(_))) => value,
            Some(other) => return Err(mismatch(&place, "a text, number or boolean", other)),
            None => return Err(format!("{place} must have a value")),
        };
        let identity = choice::identity(value);
        let at = list.child(&identity);
        if view.get(&at).is_some() {
            return Err(format!("{place} has the value of another option"));
        }
        view.set(at.clone(), Canonical::bool(true));
        let label = if is_object { member(option, "label", &place, Form::Text)? } else { None };
        let label = label.map_or_else(|| Canonical::str(&choice::label(value)), Canonical::of);
        view.set(at.child("label"), label);
        if is_object {
            attributes(option, &[("description", Form::Text)], &at, view)?;
        }
        order.push(Json::str(identity));
    }
    if !order.is_empty() {
        view.set(at.child("optionOrder"), Canonical::of(&Json::Array(order)));
    }
    Ok(())
}

fn targets(field: &Json<'_>, at: &Path, view: &mut View) -> Result<(), String> {
    let list = at.child("targets");
    for target in elements(field, "targets", at)? {
        let Some(key) = target.as_str().filter(|key| !key.is_empty()) else {
            return Err(mismatch(&list, "keys of types", target));
        };
        view.set(list.child(&format!("{REMOTE}{key}")), Canonical::bool(true));
    }
    Ok(())
}

fn named_values(object: &Json<'_>, name: &str, at: &Path, view: &mut View) -> Result<(), String> {
    let at = at.child(name);
    let members = match object.get(name) {
        None | Some(Json::Null) => return Ok(()),
        Some(Json::Object(members)) => members,
        Some(other) => return Err(mismatch(&at, "an object", other)),
    };
    for (name, value) in members {
        let Some(name) = name.as_str() else {
            return Err(format!("{at} has a member whose name is no text: {}", name.to_lossy()));
        };
        view.set(at.child(name), Canonical::of(value));
    }
    Ok(())
}

fn elements<'m, 'a>(object: &'m Json<'a>, name: &str, at: &Path) -> Result<&'m [Json<'a>], String> {
    match object.get(name) {
        None | Some(Json::Null) => Ok(&[]),
        Some(Json::Array(elements)) => Ok(elements),
        Some(other) => Err(mismatch(&at.child(name), "a list", other)),
    }
}

fn mismatch(at: &Path, expected: &str, found: &Json<'_>) -> String {
    format!("{at} must be {expected}, not {}", found.type_name())
}
