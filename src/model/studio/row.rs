//! A row of the studio's table of content types.

use crate::model::Json;

/// A row of `ContentType`, its JSON columns already parsed, because the parser is a layer above.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row<'a> {
    /// Row id.
    pub id: &'a str,
    /// Website that owns it.
    pub website_id: &'a str,
    /// Name.
    pub name: &'a str,
    /// Key, where the column exists.
    pub key: Option<&'a str>,
    /// Plural name, where the column exists.
    pub plural_name: Option<&'a str>,
    /// Category, where the column exists.
    pub category: Option<&'a str>,
    /// Display field, where the column exists.
    pub display_field: Option<&'a str>,
    /// The `fields` column.
    pub fields: Column<'a>,
    /// The `settings` column; absent in later versions of the studio.
    pub settings: Column<'a>,
}

/// What a JSON column holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Column<'a> {
    /// NULL, no text, or a column that this version of the studio does not have.
    #[default]
    Absent,
    /// JSON.
    Json(Json<'a>),
    /// A text that is no JSON; the message says where it stops being any.
    Invalid(String),
    /// JSON nested deeper than is read; the message says where.
    TooDeep(String),
}
