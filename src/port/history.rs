//! What the memory tells of the past: states, attempts, and sums over them.

use async_trait::async_trait;

use super::{Entity, RemoteId, Scope, StoreError};
use crate::digest::Digest;

/// Which way something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From the studio to a platform.
    Push,
    /// From a platform to the studio.
    Pull,
}

impl Direction {
    /// The word that the history keeps.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "PUSH",
            Self::Pull => "PULL",
        }
    }
}

/// A document that the memory knows by a key or an id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownType {
    /// Its website; empty when the studio's earlier attempt did not say.
    pub website_id: String,
    /// The document.
    pub entity: Entity,
    /// The key that it has or had.
    pub type_key: String,
    /// The target that a state of it belongs to; `None` for what is known without a state.
    pub target: Option<String>,
    /// A state or the latest version says so, and not only its past.
    pub is_current: bool,
}

/// Which states are wanted: those that pass every filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StateFilter {
    /// One website.
    pub website_id: Option<String>,
    /// One document of that website, by its local id.
    pub local_id: Option<String>,
    /// One platform.
    pub platform: Option<String>,
}

/// What the memory knows of a document on a target, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncStateRow {
    /// The website.
    pub website_id: String,
    /// The target.
    pub target: String,
    /// The document.
    pub entity: Entity,
    /// Its key.
    pub type_key: String,
    /// Identity on the platform.
    pub remote_id: Option<RemoteId>,
    /// As recorded.
    pub status: String,
    /// `none`, `detected` or `resolved`.
    pub conflict_status: String,
    /// Digest of every column read of the row at the last look.
    pub row_digest: Option<Digest>,
    /// View hashes.
    pub local_hash: Option<String>,
    /// See `local_hash`.
    pub remote_hash: Option<String>,
    /// The studio's content hash at the last agreement.
    pub last_synced_hash: Option<String>,
    /// Times in milliseconds.
    pub last_sync_at: Option<i64>,
    /// When a deployment last looked at the scope.
    pub last_checked_at: Option<i64>,
    /// When the studio's side was first seen as `local_hash` says.
    pub local_changed_at: Option<i64>,
    /// When the platform's side was first seen as `remote_hash` says.
    pub remote_changed_at: Option<i64>,
    /// Direction of the deployment that last looked.
    pub mode: Option<String>,
    /// The latest attempt to write it failed.
    pub last_attempt_failed: bool,
}

/// The latest attempt at a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastAttempt {
    /// The website.
    pub website_id: String,
    /// The document.
    pub entity: Entity,
    /// The target.
    pub target: String,
    /// Its key there.
    pub type_key: String,
    /// `SUCCESS`, `FAILED` or `PARTIAL`.
    pub status: String,
    /// What went wrong.
    pub error: Option<String>,
    /// When it was recorded, in milliseconds.
    pub at: i64,
}

impl LastAttempt {
    /// Whether it failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.status == "FAILED"
    }
}

/// Which attempts are wanted: those that pass every filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryFilter {
    /// Documents by website and local id; empty for all.
    pub documents: Vec<(String, String)>,
    /// Platform ids that an attempt's must be, each of them.
    pub platforms: Vec<String>,
    /// `SUCCESS`, `FAILED` or `PARTIAL`.
    pub status: Option<String>,
    /// The id that the studio gave the deployment.
    pub deployment_id: Option<String>,
    /// Recorded at this time or later, in milliseconds.
    pub from: Option<i64>,
    /// Recorded at this time or earlier.
    pub to: Option<i64>,
}

/// A page of attempts, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryPage {
    /// The attempts.
    pub entries: Vec<HistoryEntry>,
    /// How many pass the filter in all.
    pub total: u64,
}

/// An attempt to synchronize one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Names it for ever.
    pub id: i64,
    /// The website; empty when the studio's earlier attempt did not say.
    pub website_id: String,
    /// The target; empty for an imported attempt.
    pub target: String,
    /// What kind of document.
    pub kind: String,
    /// Its local id.
    pub local_id: String,
    /// Its key.
    pub type_key: String,
    /// The version that was sent or taken.
    pub version_hash: Option<String>,
    /// Platform id.
    pub platform: String,
    /// `PUSH` or `PULL`.
    pub direction: String,
    /// `SUCCESS`, `FAILED` or `PARTIAL`.
    pub status: String,
    /// `create`, `update` or `delete`; an imported attempt does not say.
    pub operation: Option<String>,
    /// What was sent.
    pub pushed: String,
    /// What came back.
    pub response: Option<String>,
    /// Stable code of what went wrong.
    pub code: Option<String>,
    /// Error text.
    pub error: Option<String>,
    /// Requests beyond the first.
    pub retries: i64,
    /// What else is known, JSON.
    pub metadata: Option<String>,
    /// Who acted.
    pub actor: Option<String>,
    /// What they were allowed to do; `None` where it is not known.
    pub role: Option<String>,
    /// The run.
    pub run_id: Option<String>,
    /// The id that the studio gave the deployment.
    pub deployment_id: Option<String>,
    /// Times in milliseconds.
    pub started_at: Option<i64>,
    /// See `started_at`.
    pub completed_at: Option<i64>,
    /// See `started_at`.
    pub created_at: Option<i64>,
    /// Taken over from the studio's earlier attempt.
    pub imported: bool,
}

/// Attempts of one kind, added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Platform id.
    pub platform: String,
    /// What was done.
    pub operation: Option<String>,
    /// How it ended.
    pub status: String,
    /// How many.
    pub count: u64,
    /// Requests beyond the first of each.
    pub retries: u64,
    /// How many of them have a duration.
    pub timed: u64,
    /// Their durations together, in milliseconds.
    pub duration: u64,
    /// When the latest was recorded.
    pub latest: Option<i64>,
}

/// Attempts of one day that ended in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyOfDay {
    /// Days since the Unix epoch, in UTC.
    pub day: i64,
    /// How they ended.
    pub status: String,
    /// How many.
    pub count: u64,
}

/// Failures of one type with one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureGroup {
    /// The code; an imported attempt has none.
    pub code: Option<String>,
    /// The type's key.
    pub type_key: String,
    /// How many.
    pub count: u64,
    /// When the first and the latest of them were recorded.
    pub first: Option<i64>,
    /// See `first`.
    pub latest: Option<i64>,
    /// Names the latest of them.
    pub latest_id: i64,
}

/// What waits for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Alarms {
    /// Types with an open conflict.
    pub conflicts: u64,
    /// Writes that were sent and of which nobody recorded the end.
    pub unfinished: u64,
}

/// Reads the past. A memory that does not exist yet has none.
#[async_trait]
pub trait History: Send + Sync {
    /// Every document that has or had the key, or has or had the id, in a fixed order.
    async fn known_types(&self, name: &str) -> Result<Vec<KnownType>, StoreError>;

    /// States, by website, key and target.
    async fn sync_states(&self, filter: StateFilter) -> Result<Vec<SyncStateRow>, StoreError>;

    /// The latest attempt at each of some documents, as far as there was one: on a target, on any target
    /// of a platform, or on any at all.
    async fn last_attempts(
        &self,
        documents: Vec<(String, String)>,
        platform: Option<String>,
    ) -> Result<Vec<LastAttempt>, StoreError>;

    /// Keys of the types of a scope that the engine deleted on the platform at this time or later, in
    /// milliseconds. What lies ahead of now counts until a later run is as old: then the clock was set
    /// back, long enough ago.
    async fn deleted_since(
        &self,
        scope: &Scope,
        since: i64,
        now: i64,
    ) -> Result<Vec<String>, StoreError>;

    /// A page of attempts, the latest first.
    async fn attempts(
        &self,
        filter: HistoryFilter,
        limit: u32,
        offset: u32,
    ) -> Result<HistoryPage, StoreError>;

    /// Attempts by what they are called, in the order of `ids`; those that do not exist are left out.
    async fn attempts_by_id(&self, ids: Vec<i64>) -> Result<Vec<HistoryEntry>, StoreError>;

    /// Adds attempts up.
    async fn tally(&self, filter: HistoryFilter) -> Result<Vec<Tally>, StoreError>;

    /// Adds attempts up by day, the earliest first.
    async fn tally_of_days(&self, filter: HistoryFilter) -> Result<Vec<TallyOfDay>, StoreError>;

    /// Adds failures up by code and type.
    async fn failures(&self, filter: HistoryFilter) -> Result<Vec<FailureGroup>, StoreError>;

    /// Counts what waits for somebody.
    async fn alarms(&self, filter: HistoryFilter) -> Result<Alarms, StoreError>;
}
