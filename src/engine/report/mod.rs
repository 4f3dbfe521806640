//! What the engine answers: the shapes of `api.md` §2 to §4, ready to be written as JSON.

mod analytics;
mod backup;
mod change_set;
mod conflict;
mod deployment;
mod drift;
mod extraction;
mod failure;
mod history;
mod mapping;
mod plan;
mod state;
mod version;

pub use analytics::{
    Analytics, DayCount, FailurePattern, Health, HealthReport, MetricsReport, PatternReport,
    PlatformCount, RateReport, Report, TimeRange, Totals,
};
pub use backup::{BackupInfo, BackupPage};
pub use change_set::{
    AtomChange, ChangeDetails, ChangeSet, ChangeSummary, FailedType, FieldChanges, TypeChange,
};
pub use conflict::{Conflict, ConflictField, ConflictPage, Resolution};
pub use deployment::{
    LogEntry, LogLevel, Metrics, Outcome, OutcomeError, Recovery, RecoveryError, Reporter,
    RunEvent, RunReport, RunStatus,
};
pub use drift::AcceptedDrift;
pub use extraction::{ContentTypeSnapshot, Extraction, ExtractionMetadata};
pub use failure::ErrorReport;
pub use history::{HistoryReport, SyncRecord};
pub use mapping::{LastAttempt, TypeMapping};
pub use plan::{PlanReport, PlanSummary, PlannedOperation};
pub use state::SyncState;
pub use version::{
    Version, VersionChange, VersionDiff, VersionFields, VersionInfo, VersionNode, VersionTree,
};
