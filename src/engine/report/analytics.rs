//! The history added up.

use serde::Serialize;

/// What of the history is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Report {
    /// How things stand.
    #[default]
    Health,
    /// Counts and durations.
    Metrics,
    /// What goes wrong, by code.
    Failures,
    /// The share of what succeeds.
    SuccessRate,
}

/// The history added up, told apart by `report`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "report", rename_all = "kebab-case")]
pub enum Analytics {
    /// See [`Report::Health`].
    Health(HealthReport),
    /// See [`Report::Metrics`].
    Metrics(MetricsReport),
    /// See [`Report::Failures`].
    Failures(PatternReport),
    /// See [`Report::SuccessRate`].
    SuccessRate(RateReport),
}

/// What was asked for, in milliseconds since the epoch; a `Date` in JavaScript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct TimeRange {
    /// From then on; `None` for the beginning.
    pub from: Option<i64>,
    /// Up to and with then; `None` for now.
    pub to: Option<i64>,
}

/// Attempts added up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// All of them.
    pub total: u64,
    /// Those that did all that they were meant to.
    pub successful: u64,
    /// Those that left something: a conflict, or what the platform dropped.
    pub partial: u64,
    /// Those that did nothing.
    pub failed: u64,
    /// Requests beyond the first of each.
    pub retries: u64,
    /// `successful` of `total`, 0 to 1; `None` when there were none.
    pub success_rate: Option<f64>,
    /// Mean duration in milliseconds of those that have one.
    pub average_sync_time: Option<f64>,
}

/// How things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// At least 95 of 100 attempts succeed, and nothing waits.
    Healthy,
    /// Something fails or waits.
    Degraded,
    /// More fails than succeeds.
    Unhealthy,
}

/// How things stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthReport {
    /// The platform, when one was named.
    pub platform: Option<String>,
    /// The time asked for.
    pub time_range: TimeRange,
    /// In a word.
    pub status: Health,
    /// Attempts in that time.
    #[serde(flatten)]
    pub totals: Totals,
    /// When the latest attempt was recorded.
    pub last_attempt_at: Option<i64>,
    /// When the latest one that succeeded was.
    pub last_success_at: Option<i64>,
    /// Types with an open conflict now.
    pub open_conflicts: u64,
    /// Writes whose end nobody recorded; the next deployment settles them.
    pub unfinished: u64,
    /// What is wrong, for people.
    pub issues: Vec<String>,
}

/// Counts and durations.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricsReport {
    /// The platform, when one was named.
    pub platform: Option<String>,
    /// The time asked for.
    pub time_range: TimeRange,
    /// All attempts.
    #[serde(flatten)]
    pub totals: Totals,
    /// By platform, in order.
    pub by_platform: Vec<PlatformCount>,
    /// By day in UTC, in order; days without an attempt are left out.
    pub by_day: Vec<DayCount>,
}

/// The attempts at one platform.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformCount {
    /// Platform id.
    pub platform: String,
    /// Attempts.
    #[serde(flatten)]
    pub totals: Totals,
    /// Attempts that created.
    pub created: u64,
    /// Attempts that updated.
    pub updated: u64,
    /// Attempts that deleted.
    pub deleted: u64,
}

/// The attempts of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayCount {
    /// `YYYY-MM-DD`, in UTC.
    pub day: String,
    /// All of them.
    pub total: u64,
    /// See [`Totals::successful`].
    pub successful: u64,
    /// See [`Totals::partial`].
    pub partial: u64,
    /// See [`Totals::failed`].
    pub failed: u64,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatternReport {
    /// The platform, when one was named.
    pub platform: Option<String>,
    /// The time asked for.
    pub time_range: TimeRange,
    /// By code, the most frequent first.
    pub patterns: Vec<FailurePattern>,
}

/// Failures with one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailurePattern {
    /// The code; `None` for imports, which have none.
    pub code: Option<String>,
    /// Message of the latest.
    pub message: Option<String>,
    /// How many.
    pub count: u64,
    /// Keys of the types, in order.
    pub types: Vec<String>,
    /// When the first was recorded.
    pub first: Option<i64>,
    /// When the latest was.
    pub latest: Option<i64>,
}

/// The share of what succeeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RateReport {
    /// The platform, when one was named.
    pub platform: Option<String>,
    /// The time asked for.
    pub time_range: TimeRange,
    /// Attempts.
    pub total: u64,
    /// See [`Totals::success_rate`].
    pub success_rate: Option<f64>,
    /// See [`Totals::average_sync_time`].
    pub average_sync_time: Option<f64>,
}
