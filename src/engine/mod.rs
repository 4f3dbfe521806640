//! Layer 6: one file per verb, over the ports of layer 4.

mod options;
mod ports;
mod report;
mod verbs_placeholder;

pub use options::{ConflictStrategy, ProviderRequest, Query, RunOptions, RunRequest, Settings};
pub use ports::{Engine, Platform, Platforms, Ports};
pub use report::{
    AtomChange, ChangeDetails, ChangeSet, ChangeSummary, Conflict, ConflictField,
    ContentTypeSnapshot, ErrorReport, Extraction, ExtractionMetadata, FailedType, FieldChanges,
    LastAttempt, LogLevel, Metrics, Outcome, OutcomeError, PlanReport, PlanSummary,
    PlannedOperation, Recovery, RecoveryError, Reporter, RunEvent, RunReport, RunStatus,
    TypeChange, TypeMapping,
};
pub use verbs_placeholder::hash_content_type;
