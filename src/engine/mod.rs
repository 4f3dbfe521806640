//! Layer 6: one file per verb, over the ports of layer 4.

mod absence;
mod actor;
mod analytics;
mod announce;
mod apply;
mod arrange;
mod audit;
mod backups;
mod bench;
mod binding;
mod bindings;
mod carried;
mod changes;
mod complete;
mod conflict_ref;
mod conflicts;
mod consequences;
mod credentials;
mod decide;
mod detect;
mod detection;
mod doubt;
mod drift;
mod drift_findings;
mod examine;
mod execute;
mod failure;
mod fields;
mod health;
mod history;
mod holder;
mod home;
mod homeward;
mod interrupted;
mod job;
mod listing;
mod locals;
mod metrics;
mod narrate;
mod options;
mod outcome;
mod overlap;
mod parse;
mod parts;
mod pending;
mod plan;
mod ports;
mod presence;
mod pull;
mod record;
mod record_version;
mod recover;
mod references;
mod referrers;
mod rehearse;
mod relay;
mod report;
mod resolve;
mod restore;
mod rollback;
mod run;
mod run_end;
mod run_record;
mod scopes;
mod see;
mod selection;
mod send;
mod sketch;
mod stakes;
mod state;
mod type_ref;
mod unmet;
mod validate;
mod verify;
mod version_text;
mod versions;
mod walk;
mod wanted;
mod warned;
mod wish;

/// How much of a history is kept.
pub use crate::version::Kept as KeptVersions;
pub use actor::{Action, Actor, Role};
pub use audit::{ExportBatch, ExportCursor, HistoryVerdict, Refusal};
pub use backups::BackupQuery;
pub use conflict_ref::ConflictRef;
pub use conflicts::ConflictQuery;
pub use decide::{Strategy, Values};
pub(crate) use failure::{adapter_failure, store_failure, studio_failure};
pub use health::{Part, PartStatus, Wellness};
pub use interrupted::{LeftScope, RecoveredRun, RecoveryReport};
pub use metrics::{CountedRequest, Counters};
pub use options::{
    ConflictStrategy, Mode, ProviderRequest, Query, Repeat, RunOptions, RunRequest, Settings,
};
pub use ports::{Engine, Platform, Platforms, Ports, Purpose};
pub use record_version::VersionNote;
pub use report::{
    AcceptedDrift, AtomChange, BackupInfo, BackupPage, ChangeDetails, ChangeSet, ChangeSummary,
    Conflict, ConflictField, ConflictPage, ContentTypeSnapshot, ErrorReport, Extraction,
    ExtractionMetadata, FailedType, FieldChanges, LastAttempt, LogEntry, LogLevel, Metrics,
    Outcome, OutcomeError, PlanReport, PlanSummary, PlannedOperation, Recovery, RecoveryError,
    Reporter, Resolution, RunEvent, RunReport, RunStatus, TypeChange, TypeMapping, Version,
    VersionChange, VersionDiff, VersionFields, VersionInfo, VersionNode, VersionTree,
};
pub use resolve::Verdict;
pub use rollback::{Undo, UndoMode};
pub use run_end::cancelled_by;
pub use see::hash_content_type;

// State, history and analytics.
pub use analytics::AnalyticsQuery;
pub use history::HistoryQuery;
pub use report::{
    Analytics, DayCount, FailurePattern, Health, HealthReport, HistoryReport, MetricsReport,
    PatternReport, PlatformCount, RateReport, Report, SyncRecord, SyncState, TimeRange, Totals,
};
pub use state::StateQuery;
pub use type_ref::TypeRef;
pub use version_text::{format_diff, format_tree};
pub use versions::VersionQuery;
pub use wish::{Choice, Wish};
