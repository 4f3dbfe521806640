//! What the engine answers: the shapes of `api.md` §2 and §3, ready to be written as JSON.

use serde::{Deserialize, Serialize};

use crate::canonical::{Canonical, Path};
use crate::error::{Details, SyncError};
use crate::model::Finding;
use crate::port::{FieldMapping, Loss};

/// The studio's content types at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Extraction {
    /// One snapshot per type, by website and row order.
    pub types: Vec<ContentTypeSnapshot>,
    /// About the extraction.
    pub metadata: ExtractionMetadata,
}

/// One type as the studio's extractor shapes it, with what the engine knows besides.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContentTypeSnapshot {
    /// Row id.
    pub id: String,
    /// Key column, where there is one, else the derived key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Owner.
    pub website_id: String,
    /// Its name.
    pub website_name: String,
    /// Category, where known.
    pub category: Option<String>,
    /// The definition as stored; `null` when it is no JSON.
    pub fields: Option<Canonical>,
    /// The settings as stored.
    pub settings: Option<Canonical>,
    /// The studio's content hash; `null` when the definition is no JSON.
    pub content_hash: Option<String>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub created_at: Option<i64>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub updated_at: Option<i64>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// About an extraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtractionMetadata {
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub extracted_at: i64,
    /// SHA-256 over the ids and content of all types, in order.
    pub checksum: String,
    /// Version of this format.
    pub version: String,
}

/// What differs between the studio and a target.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSet {
    /// `platform:host:tenant`.
    pub target: String,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub timestamp: i64,
    /// The platform's listing was read to its end.
    pub complete: bool,
    /// Counts.
    pub summary: ChangeSummary,
    /// The changes themselves, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<ChangeDetails>,
    /// Findings that belong to no type.
    pub findings: Vec<Finding>,
}

/// Counts of a change set. `total` is `created + updated + deleted + conflicts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSummary {
    /// All changes.
    pub total: usize,
    /// In the studio only.
    pub created: usize,
    /// Changed in the studio.
    pub updated: usize,
    /// Gone from the studio.
    pub deleted: usize,
    /// The same on both sides.
    pub unchanged: usize,
    /// Changed on both sides, apart.
    pub conflicts: usize,
    /// Changed on the platform only.
    pub remote_changed: usize,
    /// Could not be compared.
    pub failed: usize,
}

/// The changes themselves, each list ordered by key.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeDetails {
    /// In the studio only.
    pub created: Vec<TypeChange>,
    /// Changed in the studio.
    pub updated: Vec<TypeChange>,
    /// Gone from the studio.
    pub deleted: Vec<TypeChange>,
    /// Changed on the platform only.
    pub remote_changed: Vec<TypeChange>,
    /// Changed on both sides, apart.
    pub conflicts: Vec<Conflict>,
    /// Could not be compared.
    pub failed: Vec<FailedType>,
    /// Keys of the rest.
    pub unchanged: Vec<String>,
}

/// A type that could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedType {
    /// Its key.
    pub key: String,
    /// Error code.
    pub code: String,
    /// What happened.
    pub error: String,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub at: i64,
}

/// How one type changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeChange {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The website that owns it.
    pub website_id: String,
    /// `new`, `modified`, `deleted`, `remote_new`, `remote_modified` or `remote_deleted`.
    pub status: &'static str,
    /// View hashes, comparable with each other.
    pub local_hash: Option<String>,
    /// See `local_hash`.
    pub remote_hash: Option<String>,
    /// See `local_hash`.
    pub base_hash: Option<String>,
    /// The studio's own hash.
    pub content_hash: Option<String>,
    /// Number of its fields.
    pub fields_count: usize,
    /// Names of fields that came, changed and went.
    pub field_changes: FieldChanges,
    /// Every atom that moved.
    pub changes: Vec<AtomChange>,
    /// `safe`, `lossy` or `blocked`.
    pub risk: &'static str,
    /// Content items of the type.
    pub content_items: u64,
    /// What to know about it.
    pub findings: Vec<Finding>,
}

/// Names of fields that came, changed and went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FieldChanges {
    /// New ones.
    pub added: Vec<String>,
    /// Changed ones.
    pub modified: Vec<String>,
    /// Removed ones.
    pub removed: Vec<String>,
}

/// How one atom changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AtomChange {
    /// Where, as a JSON pointer into the view.
    pub path: Path,
    /// `added`, `modified`, `removed`, `renamed` or `moved`.
    pub kind: &'static str,
    /// The platform's value now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Canonical>,
    /// The studio's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Canonical>,
}

/// A type that both sides changed apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// Names it; the same until its three sides change.
    pub id: String,
    /// Key of the type.
    pub type_key: String,
    /// The website that owns it.
    pub website_id: String,
    /// The target.
    pub target: String,
    /// Name of the type.
    pub name: String,
    /// `field`, `structural`, `delete`, `both_exist` or `in_doubt`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `pending`.
    pub status: &'static str,
    /// Digest of its three sides.
    pub digest: String,
    /// View hashes.
    pub local_hash: Option<String>,
    /// See `local_hash`.
    pub remote_hash: Option<String>,
    /// See `local_hash`.
    pub ancestor_hash: Option<String>,
    /// The three views, whole, nested for people.
    pub local: Option<Canonical>,
    /// See `local`.
    pub remote: Option<Canonical>,
    /// See `local`.
    pub ancestor: Option<Canonical>,
    /// One entry per overlap.
    pub fields: Vec<ConflictField>,
    /// Atoms that only one side moved, which ship or wait without anybody's decision.
    pub auto_merged: Vec<Path>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub created_at: i64,
}

/// One overlap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictField {
    /// Where.
    pub path: Path,
    /// What both agreed on last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ancestor: Option<Canonical>,
    /// The studio's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<Canonical>,
    /// The platform's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<Canonical>,
}

/// What a deployment would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanReport {
    /// Covers target, website, mode, profile, consents and the movements, in order.
    pub digest: String,
    /// The target.
    pub target: String,
    /// The website, when one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website_id: Option<String>,
    /// `push`.
    pub mode: &'static str,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub created_at: i64,
    /// In the order in which they would be done.
    pub operations: Vec<PlannedOperation>,
    /// What to know.
    pub findings: Vec<Finding>,
    /// What nobody decided yet.
    pub conflicts: Vec<Conflict>,
    /// Counts.
    pub summary: PlanSummary,
}

/// One operation of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedOperation {
    /// Key of the type.
    pub type_key: String,
    /// Its name.
    pub name: String,
    /// `create`, `update` or `delete`.
    pub operation: &'static str,
    /// `safe`, `lossy` or `blocked`.
    pub risk: &'static str,
    /// What it sends.
    pub changes: Vec<AtomChange>,
    /// Atoms that it leaves out for want of consent.
    pub withheld: Vec<Path>,
    /// Keys of types that must be done first.
    pub depends_on: Vec<String>,
    /// Content items at stake.
    pub content_items: u64,
}

/// Counts of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct PlanSummary {
    /// Creations.
    pub add: usize,
    /// Updates.
    pub change: usize,
    /// Deletions.
    pub destroy: usize,
    /// Types in conflict.
    pub conflicts: usize,
    /// Types that need nothing.
    pub unchanged: usize,
}

/// How a type is expressed on the platform.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeMapping {
    /// Key of the type.
    pub type_key: String,
    /// Its name.
    pub name: String,
    /// Status in the words of `SyncState`.
    pub status: String,
    /// Key on the platform.
    pub platform_key: String,
    /// Base type on the platform, where it has one.
    pub base_type: Option<String>,
    /// Number of overlaps.
    pub conflicts: usize,
    /// How the last attempt went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempt: Option<LastAttempt>,
    /// What is lost of the type itself.
    pub losses: Vec<Loss>,
    /// Its fields.
    pub fields: Vec<FieldMapping>,
}

/// How the last attempt to deploy a type went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastAttempt {
    /// As in [`Outcome::status`].
    pub status: String,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub at: i64,
}

/// What became of one type in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Share of the types that succeeded, 0 to 1; 1 when there was nothing to do.
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
    /// One per type, in the order of the plan, then the untouched ones by key.
    pub outcomes: Vec<Outcome>,
    /// What it cost.
    pub metrics: Metrics,
    /// What the user can do after a partial result.
    pub recovery: Option<Recovery>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// Every type succeeded, or there was nothing to do.
    Completed,
    /// It ran to its end, and some types did not succeed.
    Partial,
    /// It did not run to its end, or no type succeeded.
    Failed,
    /// The user stopped it.
    Cancelled,
}

/// The recovery dialog of the requirements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recovery {
    /// `Sync partially completed`.
    pub message: String,
    /// Types that succeeded.
    pub successful: usize,
    /// Types that did not.
    pub failed: usize,
    /// What went wrong with each.
    pub errors: Vec<RecoveryError>,
    /// Whether the rest can be done later.
    pub can_resume: bool,
    /// What the dialog offers.
    pub actions: Vec<&'static str>,
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
}

/// An error as JSON: `{ code, class, message, status, retryable, details, cause? }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorReport {
    /// Stable code.
    pub code: &'static str,
    /// Class.
    pub class: crate::error::ErrorClass,
    /// HTTP status.
    pub status: u16,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// For people.
    pub message: String,
    /// For programs.
    pub details: Details,
    /// Messages of the errors that caused it, outermost first.
    pub causes: Vec<String>,
}

impl From<&SyncError> for ErrorReport {
    fn from(error: &SyncError) -> Self {
        let first = std::error::Error::source(error);
        let causes = std::iter::successors(first, |cause| cause.source());
        Self {
            code: error.code.as_str(),
            class: error.class(),
            status: error.code.status(),
            retryable: error.retryable(),
            message: error.message.clone(),
            details: (*error.details).clone(),
            causes: causes.map(ToString::to_string).collect(),
        }
    }
}
