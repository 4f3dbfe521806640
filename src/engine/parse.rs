//! Rows into content types.

use crate::canonical::{column, content_hash_of_row, write};
use crate::digest::Digest;
use crate::model::studio::{Row, content_type};
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
    let parsed = Row {
        id: &row.id,
        website_id: &row.website_id,
        name: &row.name,
        key: row.key.as_deref(),
        plural_name: row.plural_name.as_deref(),
        category: row.category.as_deref(),
        display_field: row.display_field.as_deref(),
        fields: column(row.fields.as_deref()),
        settings: column(row.settings.as_deref()),
    };
    let (mut content, mut findings) = content_type(&parsed, write);
    findings.extend(targets.resolve(&mut content));
    let content_hash =
        row.fields.as_deref().and_then(|fields| content_hash_of_row(&row.id, fields).ok());
    ParsedRow { content, findings, content_hash }
}
