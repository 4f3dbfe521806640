//! What callers ask for, checked.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, SyncError, quoted};
use crate::version::Kept;

use super::Undo;

/// Which provider, and how it is configured for this call; what is not said comes from the
/// environment.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ProviderRequest {
    /// `optimizely`, `files` …; `None` for the engine's default.
    pub id: Option<String>,
    /// The provider's `config`, name by name. May hold secrets.
    pub config: Vec<(String, String)>,
}

/// Names only: a value of the configuration may be a secret.
impl fmt::Debug for ProviderRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.config.iter().map(|(name, _)| &**name).collect();
        f.debug_struct("ProviderRequest").field("id", &self.id).field("config", &names).finish()
    }
}

/// What to look at: nothing means everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The target.
    pub provider: ProviderRequest,
    /// One website; `None` for every one.
    pub website_id: Option<String>,
    /// Keys or ids of types; empty for all.
    pub types: Vec<String>,
    /// Whether to list details besides the summary.
    pub include_details: bool,
}

/// How a run behaves; the names are those of `job.options`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the public contract names each of them; none excludes another"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct RunOptions {
    /// Read and plan, send no write.
    pub dry_run: bool,
    /// Direction: `push`, `pull` or `bidirectional`.
    pub mode: Option<String>,
    /// The digest of the plan that was reviewed.
    pub plan_digest: Option<String>,
    /// Stop after the first type that fails.
    pub stop_on_error: bool,
    /// Send every type again even if nothing differs.
    pub force: bool,
    /// Deletions are allowed.
    pub allow_delete: bool,
    /// Changes that lose content are allowed.
    pub allow_data_loss: bool,
    /// What to do with a type that has an open conflict.
    pub conflict_strategy: Option<String>,
    /// What to undo when the run fails.
    pub rollback: Option<String>,
    /// Keep local rows on a rollback.
    pub preserve_data: Option<bool>,
    /// Skip warnings of validation.
    pub bypass_validation: bool,
}

/// What a run does with open conflicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConflictStrategy {
    /// Leaves the whole type alone.
    Skip,
    /// Ships the movements that do not overlap.
    #[default]
    Merge,
    /// Ships ours over the overlap too.
    SourceWins,
    /// Takes theirs home over the overlap too; not when only pushing.
    TargetWins,
}

/// Which way a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// From the studio to the platform.
    #[default]
    Push,
    /// From the platform to the studio.
    Pull,
    /// First home, then there.
    Bidirectional,
}

impl Mode {
    /// The word of `api.md` §2.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pull => "pull",
            Self::Bidirectional => "bidirectional",
        }
    }
}

impl RunOptions {
    /// Takes back what was allowed for one plan that somebody reviewed: another one destroys and
    /// overrules nothing.
    pub fn withdraw_consents(&mut self) {
        self.allow_delete = false;
        self.allow_data_loss = false;
        if matches!(self.conflict_strategy.as_deref(), Some("source_wins" | "target_wins")) {
            self.conflict_strategy = None;
        }
    }

    /// Which way it goes.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for a direction that does not exist.
    pub fn direction(&self) -> Result<Mode, SyncError> {
        match self.mode.as_deref() {
            None | Some("push") => Ok(Mode::Push),
            Some("pull") => Ok(Mode::Pull),
            Some("bidirectional") => Ok(Mode::Bidirectional),
            Some(other) => Err(unknown("options.mode", other, "push, pull or bidirectional")),
        }
    }

    /// Refuses what does not exist, naming it.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT`.
    pub fn check(&self) -> Result<ConflictStrategy, SyncError> {
        self.direction()?;
        match self.rollback.as_deref() {
            None | Some("none" | "failed-only" | "full") => {}
            Some(other) => {
                return Err(unknown("options.rollback", other, "none, failed-only or full"));
            }
        }
        match self.conflict_strategy.as_deref() {
            None | Some("merge") => Ok(ConflictStrategy::Merge),
            Some("skip") => Ok(ConflictStrategy::Skip),
            Some("source_wins") => Ok(ConflictStrategy::SourceWins),
            Some("target_wins") if self.direction()? != Mode::Push => {
                Ok(ConflictStrategy::TargetWins)
            }
            Some(other) => {
                let which = "skip, merge or source_wins (target_wins in pull and bidirectional)";
                Err(unknown("options.conflictStrategy", other, which))
            }
        }
    }
}

fn unknown(argument: &str, value: &str, expected: &str) -> SyncError {
    SyncError::new(
        ErrorCode::InvalidArgument,
        format!("{argument} is {}, and should be {expected}", quoted(value)),
    )
}

/// What a run repeats of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repeat {
    /// What did not succeed, and what was skipped.
    #[default]
    Open,
    /// What failed or was never attempted.
    Continue,
    /// What failed.
    Failed,
    /// Everything that the job asked for.
    All,
}

impl Repeat {
    /// Whether an outcome of the earlier run is to be repeated.
    #[must_use]
    pub fn includes(self, status: &str) -> bool {
        match status {
            "failed" | "blocked" => true,
            "not_attempted" => self != Self::Failed,
            "skipped" => matches!(self, Self::Open | Self::All),
            _ => self == Self::All,
        }
    }
}

/// A deployment to run.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RunRequest {
    /// The caller's id of the job.
    pub job_id: String,
    /// The job as given, JSON without what has no JSON form; kept with the run.
    pub job: String,
    /// The target.
    pub provider: ProviderRequest,
    /// One website; `None` for every one.
    pub website_id: Option<String>,
    /// Keys or ids of types; empty for all.
    pub selected_types: Vec<String>,
    /// Repeat only what did not succeed in the latest stored run of this job, planned anew.
    pub retry_of: Option<String>,
    /// What of it is repeated.
    pub repeat: Repeat,
    /// Undo an earlier deployment, and do nothing else.
    pub undo: Option<Undo>,
    /// Options.
    pub options: RunOptions,
}

/// Without the job, which may hold anything.
impl fmt::Debug for RunRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunRequest")
            .field("job_id", &self.job_id)
            .field("provider", &self.provider)
            .field("website_id", &self.website_id)
            .field("selected_types", &self.selected_types)
            .field("retry_of", &self.retry_of)
            .field("undo", &self.undo)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// What holds for every run of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Provider for calls that name none.
    pub default_provider: String,
    /// Requests of one run in flight at once.
    pub max_in_flight: usize,
    /// Requests for one operation before it counts as failed.
    pub max_attempts: u32,
    /// How long a listing may be reused by reading calls, in milliseconds.
    pub cache_ttl_ms: u64,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How much of the history of a type is kept.
    pub kept_versions: Kept,
    /// How much of the audit is kept, and of the history that it covers.
    pub kept_audit: Kept,
    /// How many of the rows are kept that were replaced in the studio.
    pub kept_rows: Kept,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            default_provider: "optimizely".to_owned(),
            max_in_flight: 8,
            max_attempts: 3,
            cache_ttl_ms: 5_000,
            request_timeout: Duration::from_secs(30),
            kept_versions: Kept::default(),
            kept_audit: Kept::default(),
            kept_rows: Kept::default(),
        }
    }
}
