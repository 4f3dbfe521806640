//! Rows into content types.

use crate::canonical::{column, content_hash_of_parsed_row, write};
use crate::digest::Digest;
use crate::model::studio::{Column, Row, content_type};
use crate::model::{ContentType, Finding, TargetIndex};
use crate::port::TypeRow;

/// A row as a content type, with what was found and the studio's hash of it.
pub(super) struct ParsedRow {
    /// The type; its references are row ids.
    pub content: ContentType,
    /// What it could not make sense of.
    pub findings: Vec<Finding>,
    /// The studio's content hash; `None` when the definition is no JSON.
    pub content_hash: Option<Digest>,
}

/// Reads a row.
pub(super) fn parse_row(row: &TypeRow, targets: &TargetIndex) -> ParsedRow {
    let parsed = columns(row, column(row.fields.as_deref()));
    let (mut content, mut findings) = content_type(&parsed, write);
    findings.extend(targets.resolve(&mut content));
    let content_hash = match parsed.fields {
        Column::Json(fields) => Some(content_hash_of_parsed_row(&row.id, fields)),
        _ => None,
    };
    ParsedRow { content, findings, content_hash }
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
