//! What a type says, read from each side without the engine: values by the paths that the engine
//! names in its plans and conflicts.

use std::collections::BTreeMap;

use serde_json::Value;

/// Values by path. Of a thing that is either there or not the value is `there`; the type itself stands
/// at the empty path.
pub type Atoms = BTreeMap<String, String>;

const THERE: &str = "there";

/// What the studio's row says.
pub fn of_row(name: &str, definition: &Value) -> Atoms {
    let mut atoms = Atoms::from([(String::new(), THERE.to_owned())]);
    let name = Value::from(name);
    put(&mut atoms, "/displayName", definition.get("name").or(Some(&name)));
    put(&mut atoms, "/description", definition.get("description"));
    for field in fields(definition) {
        let at = format!("/properties/{}", key_of(field));
        atoms.insert(at.clone(), THERE.to_owned());
        let bound = |name: &str| field["validation"].get(name).or_else(|| field.get(name));
        put(&mut atoms, &format!("{at}/displayName"), field.get("label"));
        let help = ["helpText", "help", "description"].iter().find_map(|name| field.get(*name));
        put(&mut atoms, &format!("{at}/description"), help);
        put(&mut atoms, &format!("{at}/maxLength"), bound("maxLength"));
        put(&mut atoms, &format!("{at}/required"), bound("required"));
        for option in field["options"].as_array().into_iter().flatten() {
            put_option(&mut atoms, &at, &option["value"], &option["label"]);
        }
    }
    atoms
}

/// What the platform holds, in the words of v1.
pub fn of_stored(stored: Option<&Value>) -> Atoms {
    let mut atoms = Atoms::new();
    let Some(stored) = stored else { return atoms };
    atoms.insert(String::new(), THERE.to_owned());
    put(&mut atoms, "/displayName", stored.get("displayName"));
    put(&mut atoms, "/description", stored.get("description"));
    for (key, property) in stored["properties"].as_object().into_iter().flatten() {
        let at = format!("/properties/{key}");
        atoms.insert(at.clone(), THERE.to_owned());
        for (attribute, member) in [
            ("displayName", "displayName"),
            ("description", "description"),
            ("maxLength", "maxLength"),
            ("required", "isRequired"),
        ] {
            put(&mut atoms, &format!("{at}/{attribute}"), property.get(member));
        }
        for option in property["enum"].as_array().into_iter().flatten() {
            put_option(&mut atoms, &at, &option["value"], &option["displayName"]);
        }
    }
    atoms
}

/// The fields of a definition.
pub fn fields(definition: &Value) -> impl Iterator<Item = &Value> {
    definition["fields"].as_array().into_iter().flatten()
}

/// The key of a field on the platform. A field that began in the studio has its first name as its id,
/// one that came from the platform keeps its name.
pub fn key_of(field: &Value) -> String {
    let text = |name: &str| field[name].as_str().unwrap_or_default().to_owned();
    let id = text("id");
    let is_ours = id.strip_prefix('f').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    if is_ours { id } else { text("name") }
}

/// Whether an edit at one path is about the other as well.
pub fn overlap(one: &str, other: &str) -> bool {
    let below = |path: &str, above: &str| {
        path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    below(one, other) || below(other, one)
}

/// Paths at which two sides differ.
pub fn differing(one: &Atoms, other: &Atoms) -> Vec<String> {
    let all = one.keys().chain(other.keys()).filter(|path| one.get(*path) != other.get(*path));
    let mut paths: Vec<String> = all.cloned().collect();
    paths.sort();
    paths.dedup();
    paths
}

fn put_option(atoms: &mut Atoms, at: &str, value: &Value, label: &Value) {
    let Some(value) = value.as_str() else { return };
    atoms.insert(format!("{at}/enum/{value}"), THERE.to_owned());
    put(atoms, &format!("{at}/enum/{value}/displayName"), Some(label));
}

/// What is not said, empty, or false says nothing.
fn put(atoms: &mut Atoms, path: &str, value: Option<&Value>) {
    let text = match value {
        None | Some(Value::Null | Value::Bool(false)) => return,
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.as_f64().unwrap_or_default().to_string(),
        Some(other) => other.to_string(),
    };
    if !text.is_empty() {
        atoms.insert(path.to_owned(), text);
    }
}
