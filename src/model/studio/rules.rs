//! What the studio itself accepts, so that nothing is written that it would refuse to save again.
//!
//! From the schemas of its API routes for content types (the later studio's builder is stricter for
//! some names, but everything goes through these routes).

/// Words for kinds that the schema of the studio's API knows.
const WORDS: [&str; 14] = [
    "text",
    "textarea",
    "richText",
    "richtext",
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
];

/// Whether the API takes a name for a type: `^[A-Z][a-zA-Z0-9 ]*$`.
#[must_use]
pub fn is_type_name(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
}

/// Whether the API takes a name for a field: `^[a-zA-Z][a-zA-Z0-9_]*$`.
#[must_use]
pub fn is_field_name(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether the API takes a word for the kind of a field.
#[must_use]
pub fn is_kind(word: &str) -> bool {
    word == "array" || WORDS.contains(&word)
}

/// A name for a type, made from a key or a name that the studio would not take.
#[must_use]
pub fn type_name_of(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for word in text.split(|char: char| !char.is_ascii_alphanumeric()) {
        let mut chars = word.chars();
        name.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(chars.as_str());
    }
    if is_type_name(&name) { name } else { format!("Type{name}") }
}
