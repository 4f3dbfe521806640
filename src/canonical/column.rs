//! A JSON column of the studio.

use crate::model::studio::Column;

use super::{ParseError, parse};

/// Parses a JSON column for [`content_type`](crate::model::studio::content_type).
#[must_use]
pub fn column(text: Option<&str>) -> Column<'_> {
    match text.map(parse) {
        None => Column::Absent,
        Some(Ok(value)) => Column::Json(value),
        Some(Err(error @ ParseError::TooDeep { .. })) => Column::TooDeep(error.to_string()),
        Some(Err(error)) => Column::Invalid(error.to_string()),
    }
}
