//! Rows into content types.

use crate::canonical::{
    column, content_hash_of_parsed_row, content_hash_of_row, parse_besides, write,
};
use crate::digest::Digest;
use crate::model::studio::{Column, Row, content_type};
use crate::model::{ContentType, Finding, TargetIndex};
use crate::port::TypeRow;

/// A row as a content type, with what was found.
pub(super) struct ParsedRow<'r> {
    /// The type; its references are row ids.
    pub content: ContentType,
    /// What it could not make sense of.
    pub findings: Vec<Finding>,
    /// The definition itself.
    fields: Column<'r>,
}

impl ParsedRow<'_> {
    /// The studio's content hash; `None` when the definition is no JSON.
    pub fn content_hash(self) -> Option<Digest> {
        match self.fields {
            Column::Json(fields) => Some(content_hash_of_parsed_row(&self.content.id, fields)),
            _ => None,
        }
    }
}

/// Reads a row.
pub(super) fn parse_row<'r>(row: &'r TypeRow, targets: &TargetIndex) -> ParsedRow<'r> {
    let parsed = columns(row, column(row.fields.as_deref()));
    let (mut content, mut findings) = content_type(&parsed, write);
    findings.extend(targets.resolve(&mut content));
    ParsedRow { content, findings, fields: parsed.fields }
}

/// A row with its JSON columns parsed.
pub(super) fn row_of(row: &TypeRow) -> Row<'_> {
    columns(row, column(row.fields.as_deref()))
}

/// Reads what binding has to know of a row: the type itself, and its fields only if some may be
/// objects, because only these need types of their own.
pub(super) fn parse_head(row: &TypeRow, targets: &TargetIndex) -> ContentType {
    let text = row.fields.as_deref().unwrap_or_default();
    // The word may be written with escapes.
    let may_hold_objects = text.contains(r#""object""#) || text.contains("\\u");
    match parse_besides(text, &["fields", "relationships"]) {
        Ok(head) if !may_hold_objects => content_type(&columns(row, Column::Json(head)), write).0,
        _ => parse_row(row, targets).content,
    }
}

/// The studio's content hash of a row; `None` when the definition is no JSON.
pub(super) fn content_hash(row: &TypeRow) -> Option<Digest> {
    content_hash_of_row(&row.id, row.fields.as_deref()?).ok()
}

fn columns<'r>(row: &'r TypeRow, fields: Column<'r>) -> Row<'r> {
    Row {
        id: &row.id,
        website_id: &row.website_id,
        name: &row.name,
        key: row.key.as_deref(),
        plural_name: row.plural_name.as_deref(),
        category: row.category.as_deref(),
        display_field: row.display_field.as_deref(),
        fields,
        settings: column(row.settings.as_deref()),
    }
}
