//! What a run did, and what it tells meanwhile.

use serde::{Deserialize, Serialize};

use crate::canonical::Canonical;
use crate::engine::outcome::Counts;
use crate::error::SyncError;

/// What became of one type in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Key of the type.
    pub type_key: String,
    /// Its name.
    pub name: String,
    /// The website that owns it.
    pub website_id: String,
    /// `create`, `update`, `delete` or `none`.
    pub operation: String,
    /// `push`, or `pull` for what was done to the studio.
    #[serde(default)]
    pub direction: String,
    /// `success`, `failed`, `conflict`, `skipped`, `blocked` or `not_attempted`.
    pub status: String,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<OutcomeError>,
    /// Requests that wrote, or tried to.
    pub attempts: u32,
    /// Paths that wait for consent.
    pub withheld: Vec<String>,
    /// Paths that the platform dropped.
    pub dropped: Vec<String>,
    /// Paths whose value the platform changed.
    pub rewritten: Vec<String>,
    /// What was done was undone again, because the run failed.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub rolled_back: bool,
    /// An earlier run of the deployment came to it, and this one had nothing to add.
    #[serde(skip)]
    pub is_carried_over: bool,
}

/// What went wrong with one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeError {
    /// Stable code.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
}

/// What a run cost.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// Milliseconds.
    pub time_taken: u64,
    /// Content items of the types that were written.
    pub content_items_processed: u64,
    /// Bytes of bodies, both ways.
    pub bytes_transferred: u64,
    /// Share of the types that succeeded, 0 to 1; 1 when there was nothing to do, 0 when the run
    /// failed before it did anything.
    pub success_rate: f64,
    /// Requests sent.
    pub requests: u64,
}

/// How a run ended.
#[derive(Debug)]
pub struct RunReport {
    /// `completed`, `partial`, `failed` or `cancelled`; what the job's status becomes is for the
    /// boundary to say, which knows `partialStatus`.
    pub status: RunStatus,
    /// Why it failed as a whole; a partial result has none.
    pub error: Option<SyncError>,
    /// Whole percents: how far it came, as far as the caller was told; 100 exactly when it ran to its
    /// end.
    pub progress: u8,
    /// One per type: what earlier runs of the deployment came to, then this one's in the order of its
    /// plan and the untouched ones by key.
    pub outcomes: Vec<Outcome>,
    /// What it cost.
    pub metrics: Metrics,
    /// What the user can do while something of the deployment failed or was not attempted.
    pub recovery: Option<Recovery>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// Every type succeeded, or there was nothing to do.
    Completed,
    /// Some types did not succeed. It ran to its end, unless it was to stop at the first failure.
    Partial,
    /// It had to stop, or types failed and nothing was carried out.
    Failed,
    /// The user stopped it.
    Cancelled,
}

impl RunReport {
    /// Why the job failed; whoever cancelled it needs no reason.
    #[must_use]
    pub fn failure(&self) -> Option<&SyncError> {
        self.error.as_ref().filter(|_| self.status != RunStatus::Cancelled)
    }

    /// What the job says as its error, because the host shows that member.
    #[must_use]
    pub fn shortfall(&self) -> Option<String> {
        let partly = || {
            self.recovery.as_ref().map(|recovery| {
                let &Recovery { successful: succeeded, failed, not_attempted, .. } = recovery;
                let counts = Counts { succeeded, failed, not_attempted };
                format!("{}: {counts}", recovery.message)
            })
        };
        self.failure().map(|error| error.message.clone()).or_else(partly)
    }
}

/// The recovery dialog of the requirements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recovery {
    /// `Sync partially completed`, or `Sync failed` when nothing succeeded.
    pub message: String,
    /// Types that succeeded, in this run of the deployment or in an earlier one.
    pub successful: usize,
    /// Types that were attempted and did not.
    pub failed: usize,
    /// Types that no run has come to yet.
    #[serde(skip_serializing_if = "is_none")]
    pub not_attempted: usize,
    /// What went wrong with each of those that failed.
    pub errors: Vec<RecoveryError>,
    /// Whether the rest can be done later.
    pub can_resume: bool,
    /// What the dialog offers.
    pub actions: Vec<&'static str>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// What went wrong with one type, as the recovery dialog shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecoveryError {
    /// Key of the type.
    #[serde(rename = "type")]
    pub type_key: String,
    /// Stable code.
    pub code: String,
    /// What happened.
    pub error: String,
}

/// How heavy a log entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// As expected.
    Info,
    /// Something the user should see.
    Warning,
    /// Something failed.
    Error,
}

/// An entry of a job's log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogEntry {
    /// Milliseconds since the epoch.
    pub timestamp: i64,
    /// How heavy it is.
    pub level: LogLevel,
    /// For people.
    pub message: String,
    /// For programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Canonical>,
}

/// What a run tells while it runs.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEvent {
    /// Whole percents; never falls; 100 is not reported but follows from the end.
    Progress(u8),
    /// A log entry of the job.
    Log {
        /// Level.
        level: LogLevel,
        /// For people.
        message: String,
        /// Which type it is about, for the logger.
        type_key: Option<String>,
        /// Canonical JSON for `details`.
        details: Option<Canonical>,
    },
}

/// Receives what a run tells. Must return at once.
pub trait Reporter: Send + Sync {
    /// Takes one event.
    fn report(&self, event: RunEvent);

    /// The run is recorded under this id, and what it tells may be passed on.
    fn recorded(&self, _run_id: &str) {}

    /// The run has ended, and what follows is of another one that undoes it.
    fn ended(&self) {}

    /// How far that one is; whoever was shown how far the first one was is not shown this.
    fn undoing(&self, _reached: u8) {}

    /// How much progress the caller was shown of what the run has reached. A job may bring some of
    /// its own, and a cancelled one shows no more.
    fn shown(&self, reached: u8) -> u8 {
        reached
    }
}
