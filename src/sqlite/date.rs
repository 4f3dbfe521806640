//! The forms in which a date stands in the studio's database.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rusqlite::types::{Value, ValueRef};

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

/// How a date is written. SQLite orders all integers before all texts, and texts by their letters, so a
/// date that stood in another form than its neighbours would be out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// An integer, as Prisma's native engine writes it.
    Milliseconds,
    /// A text of ISO 8601 in UTC.
    Text {
        /// What stands between day and time.
        separator: char,
        /// How the time zone is written.
        zone: &'static str,
    },
}

impl Form {
    /// The form of a date; `None` for what is none.
    pub(super) fn of(value: ValueRef<'_>) -> Option<Self> {
        milliseconds(value)?;
        let ValueRef::Text(text) = value else { return Some(Self::Milliseconds) };
        let text = std::str::from_utf8(text).ok()?.trim();
        let Some(separator @ ('T' | 't' | ' ')) = text.chars().nth(10) else {
            return Some(Self::Milliseconds);
        };
        let time = text.get(11..).unwrap_or_default();
        let zone = match time.chars().last() {
            Some('Z' | 'z') => "Z",
            _ if time.contains(['+', '-']) => "+00:00",
            _ => "",
        };
        Some(Self::Text { separator, zone })
    }

    /// A date in this form, to the millisecond.
    pub(super) fn write(self, milliseconds: i64) -> Value {
        let Self::Text { separator, zone } = self else { return Value::Integer(milliseconds) };
        let Ok(moment) = Timestamp::from_millisecond(milliseconds) else {
            return Value::Integer(milliseconds);
        };
        let at = TimeZone::UTC.to_datetime(moment);
        let (day, time) = (at.date(), at.time());
        Value::Text(format!(
            "{day}{separator}{:02}:{:02}:{:02}.{:03}{zone}",
            time.hour(),
            time.minute(),
            time.second(),
            time.millisecond()
        ))
    }
}
