//! Layer 6: one file per verb, over the ports of layer 4.

mod absence;
mod apply;
mod arrange;
mod binding;
mod bindings;
mod changes;
mod complete;
mod detect;
mod doubt;
mod examine;
mod execute;
mod failure;
mod fields;
mod job;
mod listing;
mod locals;
mod narrate;
mod options;
mod outcome;
mod parse;
mod parts;
mod plan;
mod ports;
mod presence;
mod record;
mod record_version;
mod recover;
mod references;
mod report;
mod run;
mod see;
mod selection;
mod send;
mod type_ref;
mod verify;
mod version_text;
mod versions;

/// How much of a history is kept.
pub use crate::version::Kept as KeptVersions;
pub(crate) use failure::{adapter_failure, studio_failure};
pub use options::{ConflictStrategy, ProviderRequest, Query, RunOptions, RunRequest, Settings};
pub use ports::{Engine, Platform, Platforms, Ports, Purpose};
pub use record_version::VersionNote;
pub use report::{
    AtomChange, ChangeDetails, ChangeSet, ChangeSummary, Conflict, ConflictField,
    ContentTypeSnapshot, ErrorReport, Extraction, ExtractionMetadata, FailedType, FieldChanges,
    LastAttempt, LogLevel, Metrics, Outcome, OutcomeError, PlanReport, PlanSummary,
    PlannedOperation, Recovery, RecoveryError, Reporter, RunEvent, RunReport, RunStatus,
    TypeChange, TypeMapping, Version, VersionChange, VersionDiff, VersionFields, VersionInfo,
    VersionNode, VersionTree,
};
pub use see::hash_content_type;
pub use type_ref::TypeRef;
pub use version_text::{format_diff, format_tree};
pub use versions::VersionQuery;
