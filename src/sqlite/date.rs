//! The three forms in which a date stands in the studio's database.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rusqlite::types::ValueRef;

/// Milliseconds since the epoch, from what Prisma's native engine writes (an integer of
/// milliseconds), what its driver adapters write (ISO 8601 text), and what SQLite's own
/// `CURRENT_TIMESTAMP` writes (`YYYY-MM-DD HH:MM:SS`, which is UTC).
///
/// `None` for anything else: a date is never worth failing a read for.
pub(super) fn milliseconds(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(milliseconds) => Some(milliseconds),
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
        ValueRef::Real(milliseconds) => milliseconds.is_finite().then_some(milliseconds as i64),
        ValueRef::Text(text) => from_text(std::str::from_utf8(text).ok()?.trim()),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

fn from_text(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_millisecond());
    }
    if let Ok(civil) = text.parse::<DateTime>() {
        let moment = TimeZone::UTC.to_timestamp(civil).ok()?;
        return Some(moment.as_millisecond());
    }
    text.parse().ok()
}
