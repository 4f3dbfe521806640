//! What the studio's API accepts of a content type (its zod schemas), as far as it is known.

use serde_json::Value;

const KINDS: [&str; 15] = [
    "text",
    "textarea",
    "richtext",
    "richText",
    "number",
    "boolean",
    "date",
    "image",
    "reference",
    "select",
    "gallery",
    "tags",
    "json",
    "url",
    "array",
];

/// The words for kinds that only other writers of the studio use.
const OTHER_KINDS: [&str; 11] = [
    "slug",
    "decimal",
    "datetime",
    "multiselect",
    "email",
    "media",
    "file",
    "relation",
    "object",
    "relationshipToOne",
    "relationshipToMany",
];

/// What of a definition the studio would refuse to save. `known` are names of fields that were there
/// before, and were accepted by whoever wrote them.
pub fn complaints(name: &str, fields: &str, known: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut complain = |is_wrong: bool, what: String| {
        if is_wrong {
            found.push(what);
        }
    };
    let mut letters = name.chars();
    complain(
        !letters.next().is_some_and(|first| first.is_ascii_uppercase())
            || !letters.all(|char| char.is_ascii_alphanumeric() || char == ' '),
        format!("the name {name:?}"),
    );
    let definition: Value = serde_json::from_str(fields).unwrap();
    let list = definition.get("fields").unwrap_or(&definition).as_array().unwrap();
    for field in list {
        let own = field["name"].as_str().unwrap_or_default();
        if known.contains(&own) {
            continue;
        }
        let mut letters = own.chars();
        complain(
            !letters.next().is_some_and(|first| first.is_ascii_alphabetic())
                || !letters.all(|char| char.is_ascii_alphanumeric() || char == '_'),
            format!("the field name {own:?}"),
        );
        let kind = field["type"].as_str().unwrap_or_default();
        complain(!KINDS.contains(&kind), format!("{own}: the kind {kind:?}"));
        complain(
            field.get("required").is_some_and(|it| !it.is_boolean()),
            format!("{own}: required"),
        );
        for text in ["id", "label", "helpText", "placeholder"] {
            let is_wrong = field.get(text).is_some_and(|it| it.as_str().is_none_or(str::is_empty));
            complain(is_wrong, format!("{own}: {text}"));
        }
        complain(field.get("order").is_some_and(|it| !it.is_number()), format!("{own}: order"));
        let none = Vec::new();
        for option in field.get("options").and_then(Value::as_array).unwrap_or(&none) {
            let value = option.get("value").unwrap_or(option);
            let is_scalar = value.is_string() || value.is_number() || value.is_boolean();
            let is_labelled = !option.is_object() || option["label"].is_string();
            complain(!is_scalar || !is_labelled, format!("{own}: the option {option}"));
        }
        complain(
            field.get("validation").is_some_and(|it| !it.is_object()),
            format!("{own}: validation"),
        );
    }
    for member in ["id", "name"] {
        let mut all: Vec<&str> = list.iter().filter_map(|field| field[member].as_str()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        complain(all.len() < count, format!("two fields with one {member}"));
    }
    found
}

/// Whether the API's schema does not know a kind that another writer of the studio uses.
pub fn is_other_kind(kind: &str) -> bool {
    OTHER_KINDS.contains(&kind)
}
