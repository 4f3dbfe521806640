//! Dates as moments.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Which end of a day a bare date stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// Its first second.
    Start,
    /// Its last second, so that a latest day includes the day.
    End,
}

/// Writes a date or date-time in UTC, as `2025-01-01T00:00:00Z`. What has no offset is taken for
/// UTC; `None` for what is no date.
pub(super) fn to_utc(text: &str, edge: Edge) -> Option<String> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.to_string());
    }
    let civil: DateTime = text.parse().ok()?;
    let is_bare_date = text.len() == "2025-01-01".len();
    let civil = if is_bare_date && edge == Edge::End {
        civil.with().hour(23).minute(59).second(59).build().ok()?
    } else {
        civil
    };
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().to_string())
}
