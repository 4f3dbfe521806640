//! Layer 6: one file per verb, over the ports of layer 4.

mod binding;
mod changes;
mod detect;
mod examine;
mod failure;
mod fields;
mod listing;
mod locals;
mod options;
mod parse;
mod ports;
mod references;
mod report;
mod see;

pub use options::{ConflictStrategy, ProviderRequest, Query, RunOptions, RunRequest, Settings};
pub use ports::{Engine, Platform, Platforms, Ports};
pub use report::{
    AtomChange, ChangeDetails, ChangeSet, ChangeSummary, Conflict, ConflictField,
    ContentTypeSnapshot, ErrorReport, Extraction, ExtractionMetadata, FailedType, FieldChanges,
    LastAttempt, LogLevel, Metrics, Outcome, OutcomeError, PlanReport, PlanSummary,
    PlannedOperation, Recovery, RecoveryError, Reporter, RunEvent, RunReport, RunStatus,
    TypeChange, TypeMapping,
};
pub use see::hash_content_type;
