//! A row for a content type that the studio does not have yet.

use super::edit::{Changes, Codec, Unwritable, edit};
use super::row::{Column, Row};
use crate::model::{Category, ContentType, Json, TargetIndex};

/// The icon that the studio's assistant gives to a type that has none.
const ICON: &str = "📋";

/// How the studio's other types are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// The `fields` column holds a bare list, as the seed writes it; else an object.
    pub is_list: bool,
    /// There are columns for a key, a plural name, a category and a display field, and none for
    /// settings.
    pub has_columns: bool,
}

/// A row to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRow {
    /// The type as the row says it, with what the studio gives to every type.
    pub content: ContentType,
    /// Every column but the key, which stands in `content`.
    pub columns: Changes,
}

/// Writes a type as the studio would make it: a plural name, an icon, and where there are columns a
/// key (the name in lower case with `_` for spaces), a category and a display field (the first
/// field).
///
/// # Errors
///
/// When no row can say it.
pub fn new_row(
    content: &ContentType,
    manner: Manner,
    targets: &TargetIndex,
    codec: Codec,
) -> Result<NewRow, Unwritable> {
    let mut content = content.clone();
    let plural = format!("{}s", content.name);
    content.plural_name.get_or_insert(plural);
    // A bare list beside columns has no place for an icon.
    if !(manner.is_list && manner.has_columns) {
        content.icon.get_or_insert_with(|| ICON.to_owned());
    }
    if manner.has_columns {
        content.key = Some(content.name.to_lowercase().replace(' ', "_"));
        content.category.get_or_insert(Category::Page);
        let first = content.fields.first().map(|field| field.name.clone());
        content.display_field = content.display_field.or(first);
    }
    let said = |text: &Option<String>| Json::str(text.clone().unwrap_or_default());
    let fields = if manner.is_list {
        Json::Array(Vec::new())
    } else {
        Json::object([
            ("name", Json::str(content.name.clone())),
            ("pluralName", said(&content.plural_name)),
            ("icon", said(&content.icon)),
            ("description", said(&content.description)),
            ("fields", Json::Array(Vec::new())),
            ("relationships", Json::Array(Vec::new())),
        ])
    };
    let row = Row {
        id: &content.id,
        website_id: &content.website_id,
        name: &content.name,
        key: content.key.as_deref(),
        fields: Column::Json(fields.clone()),
        ..Row::default()
    };
    let mut columns = edit(&row, &content, &std::collections::BTreeMap::new(), targets, codec)?;
    columns.name = Some(content.name.clone());
    columns.fields.get_or_insert(fields);
    if manner.has_columns {
        // NOT NULL, and said by the definition as well where that is an object.
        columns.plural_name.clone_from(&content.plural_name);
        columns.category = content.category.map(|category| category.word().to_owned());
        columns.display_field = Some(content.display_field.clone());
    } else {
        columns.settings.get_or_insert_with(|| Json::Object(Vec::new()));
    }
    Ok(NewRow { content, columns })
}
