//! What the engine answers: the shapes of `api.md` §2 and §3, ready to be written as JSON.

mod change_set;
mod conflict;
mod deployment;
mod extraction;
mod failure;
mod mapping;
mod plan;
mod version;

pub use change_set::{
    AtomChange, ChangeDetails, ChangeSet, ChangeSummary, FailedType, FieldChanges, TypeChange,
};
pub use conflict::{Conflict, ConflictField};
pub use deployment::{
    LogLevel, Metrics, Outcome, OutcomeError, Recovery, RecoveryError, Reporter, RunEvent,
    RunReport, RunStatus,
};
pub use extraction::{ContentTypeSnapshot, Extraction, ExtractionMetadata};
pub use failure::ErrorReport;
pub use mapping::{LastAttempt, TypeMapping};
pub use plan::{PlanReport, PlanSummary, PlannedOperation};
pub use version::{
    Version, VersionChange, VersionDiff, VersionFields, VersionInfo, VersionNode, VersionTree,
};
