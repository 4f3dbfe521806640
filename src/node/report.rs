//! The messages that the face turns into updates of a job.
//!
//! A message is `{ kind, patch }`: `patch` holds the members of the job that change, with dates in
//! milliseconds and only the new entries of `logs`. `running`, `cancelled` and `ended` are shown to
//! the host; `settled` follows a cancellation once nothing is in flight any more, and is not. Nor is
//! a `part`, which brings `outcomes` and entries that are too many for one message: the last message
//! of a run comes after all of its parts.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::canonical::Canonical;
use crate::compose::PartialStatus;
use crate::engine::{LogLevel, Metrics, Outcome, Recovery, RunReport, RunStatus};
use crate::error::{Details, ErrorClass, SyncError};

/// One entry of a job's log.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogEntry {
    /// Milliseconds since the epoch.
    pub(super) timestamp: i64,
    /// How heavy it is.
    pub(super) level: LogLevel,
    /// For people.
    pub(super) message: String,
    /// For programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) details: Option<Canonical>,
    /// For the logger only; the face takes it out of the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) type_key: Option<String>,
}

impl LogEntry {
    /// Makes an entry about the run as a whole.
    pub(super) fn at(timestamp: i64, level: LogLevel, message: String) -> Self {
        Self { timestamp, level, message, details: None, type_key: None }
    }

    /// Whether this is what the entry says.
    pub(super) fn tells(&self, level: LogLevel, message: &str) -> bool {
        self.level == level && self.message == message
    }
}

#[derive(Serialize)]
struct Message<'a> {
    kind: &'static str,
    patch: Patch<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    outcomes: &'a [Outcome],
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Patch<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_info: Option<ErrorInfo<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery: Option<&'a Recovery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<&'a Metrics>,
    logs: &'a [LogEntry],
}

#[derive(Serialize)]
struct ErrorInfo<'a> {
    code: &'static str,
    class: ErrorClass,
    details: &'a Details,
}

impl<'a> From<&'a SyncError> for ErrorInfo<'a> {
    fn from(error: &'a SyncError) -> Self {
        Self { code: error.code.as_str(), class: error.class(), details: &error.details }
    }
}

/// An update on the way.
pub(super) fn running(progress: u8, logs: &[LogEntry]) -> String {
    write(
        "running",
        Patch { status: Some("running"), progress: Some(progress), logs, ..Patch::default() },
    )
}

/// The end that the user chose.
pub(super) fn cancelled(progress: u8, logs: &[LogEntry], now: i64) -> String {
    let patch = Patch {
        status: Some("cancelled"),
        progress: Some(progress),
        completed_at: Some(now),
        logs,
        ..Patch::default()
    };
    write("cancelled", patch)
}

/// Outcomes and entries of a run, before its last message.
pub(super) fn part(outcomes: &[Outcome], logs: &[LogEntry]) -> String {
    let patch = Patch { logs, ..Patch::default() };
    serde_json::to_string(&Message { kind: "part", patch, outcomes }).unwrap_or_default()
}

/// What a cancelled run came to.
pub(super) fn settled(run: &RunReport, logs: &[LogEntry]) -> String {
    let patch = Patch { metrics: Some(&run.metrics), logs, ..Patch::default() };
    write("settled", patch)
}

/// The end that the run came to; `progress` is what was shown of it last.
pub(super) fn ended(
    run: &RunReport,
    progress: u8,
    logs: &[LogEntry],
    partial_status: PartialStatus,
    now: i64,
) -> String {
    let (status, outcome) = match (run.status, partial_status) {
        (RunStatus::Completed, _) => ("completed", Some("success")),
        (RunStatus::Partial, PartialStatus::Partial) => ("partial", Some("partial")),
        (RunStatus::Partial, PartialStatus::Failed) => ("failed", Some("partial")),
        (RunStatus::Failed, _) => ("failed", Some("failed")),
        (RunStatus::Cancelled, _) => ("cancelled", None),
    };
    let patch = Patch {
        status: Some(status),
        progress: Some(run.progress.max(progress)),
        completed_at: Some(now),
        outcome,
        error: run.shortfall(),
        error_info: run.failure().map(ErrorInfo::from),
        recovery: run.recovery.as_ref(),
        metrics: Some(&run.metrics),
        logs,
    };
    write("ended", patch)
}

/// The end of a run that never began, because of an error.
pub(super) fn refused(error: SyncError, progress: u8) -> String {
    let now = now();
    let logs = [LogEntry::at(now, LogLevel::Error, error.message.clone())];
    ended(&failure(error), progress, &logs, PartialStatus::Failed, now)
}

/// The report of a run that failed before it did anything.
pub(super) fn failure(error: SyncError) -> RunReport {
    nothing_done(RunStatus::Failed, Some(error))
}

/// The report of a run that did nothing.
pub(super) fn nothing_done(status: RunStatus, error: Option<SyncError>) -> RunReport {
    RunReport {
        status,
        error,
        progress: 0,
        outcomes: Vec::new(),
        metrics: Metrics::default(),
        recovery: None,
    }
}

/// What time it is where there is no engine, in milliseconds since the epoch.
pub(super) fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

fn write(kind: &'static str, patch: Patch<'_>) -> String {
    // Every part is text, a number or canonical JSON, so there is nothing that cannot be written.
    serde_json::to_string(&Message { kind, patch, outcomes: &[] }).unwrap_or_default()
}
