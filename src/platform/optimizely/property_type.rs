//! What a property is on the platform.

use std::fmt;

use crate::canonical::Canonical;
use crate::model::Json;

use super::paths::REMOTE;

/// Words for property types, as the platform writes them. Newer versions may know more.
const WORDS: [&str; 15] = [
    "string",
    "url",
    "boolean",
    "integer",
    "float",
    "dateTime",
    "contentReference",
    "content",
    "binary",
    "link",
    "richText",
    "json",
    "array",
    "component",
    "composition",
];

/// The atom of the types that nearly all properties have.
const ALONE: [(&str, &str); 3] = [
    ("string", r#"{"type":"string"}"#),
    ("boolean", r#"{"type":"boolean"}"#),
    ("dateTime", r#"{"type":"dateTime"}"#),
];

/// What a property is: the one atom that its bounds, pattern, options and allowed types hang on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PropertyType {
    /// The platform's word: `string`, `dateTime`, `array` …
    pub name: String,
    /// Key of a property format, such as `shortString`.
    pub format: Option<String>,
    /// What the elements of an `array` are.
    pub item: Option<ItemType>,
    /// Reference to the type that a `component`, or the components of an array, are made of.
    pub content_type: Option<String>,
}

/// What the elements of a list are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemType {
    /// The platform's word; lists in lists do not exist.
    pub name: String,
    /// Key of a property format.
    pub format: Option<String>,
}

impl PropertyType {
    /// A type without anything besides its word.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// A list of something.
    #[must_use]
    pub fn array_of(element: &str) -> Self {
        let item = ItemType { name: element.to_owned(), format: None };
        Self { item: Some(item), ..Self::named("array") }
    }

    /// Whether there are several values.
    #[must_use]
    pub fn is_array(&self) -> bool {
        self.name == "array"
    }

    /// The word for one value: that of the elements of a list, else the type's own.
    #[must_use]
    pub fn element(&self) -> &str {
        match &self.item {
            Some(item) if self.is_array() => &item.name,
            _ => &self.name,
        }
    }

    /// The value of the atom `/properties/<key>/type`.
    #[must_use]
    pub fn to_canonical(&self) -> Canonical {
        if let Self { name, format: None, item: None, content_type: None } = self
            && let Some((_, alone)) = ALONE.iter().find(|(word, _)| word == name)
        {
            return Canonical::constant(alone);
        }
        let mut members = vec![("type", Json::str(&*self.name))];
        members.extend(self.format.as_deref().map(|format| ("format", Json::str(format))));
        if let Some(item) = &self.item {
            let mut inner = vec![("type", Json::str(&*item.name))];
            inner.extend(item.format.as_deref().map(|format| ("format", Json::str(format))));
            members.push(("items", Json::object(inner)));
        }
        members.extend(self.content_type.as_deref().map(|key| ("contentType", Json::str(key))));
        Canonical::of(&Json::object(members))
    }

    /// Reads the value of the atom; `None` when it is of another form.
    #[must_use]
    pub fn from_canonical(atom: &Canonical) -> Option<Self> {
        let value = atom.value();
        let item = match value.get("items") {
            Some(items) => Some(ItemType { name: word(items)?, format: text(items, "format") }),
            None => None,
        };
        Some(Self {
            name: word(&value)?,
            format: text(&value, "format"),
            item,
            content_type: text(&value, "contentType"),
        })
    }

    /// Reads a property, or nothing when it has no type.
    pub(super) fn from_wire(property: &Json<'_>) -> Option<Self> {
        let name = word(property)?;
        let items = property.get("items").filter(|items| items.members().is_some());
        let items = items.filter(|_| name == "array");
        let item = items
            .and_then(|items| Some(ItemType { name: word(items)?, format: text(items, "format") }));
        let mut own = Self { name, format: text(property, "format"), item, content_type: None };
        if own.element() == "component" {
            let key = text(items.unwrap_or(property), "contentType");
            own.content_type = key.map(|key| format!("{REMOTE}{key}"));
        }
        Some(own)
    }
}

fn word(value: &Json<'_>) -> Option<String> {
    let word = value.get("type")?.as_str().filter(|word| !word.is_empty())?;
    let known = WORDS.into_iter().find(|known| known.eq_ignore_ascii_case(word));
    Some(known.unwrap_or(word).to_owned())
}

fn text(value: &Json<'_>, member: &str) -> Option<String> {
    value.get(member)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// For people: `string (shortString)`, `array of contentReference`.
impl fmt::Display for PropertyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let mut format = self.format.as_deref();
        if let Some(item) = &self.item {
            write!(f, " of {}", item.name)?;
            format = format.or(item.format.as_deref());
        }
        format.map_or(Ok(()), |format| write!(f, " ({format})"))
    }
}
