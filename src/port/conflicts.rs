//! What the engine asks of the log of conflicts.

use async_trait::async_trait;

use super::{Entity, Lease, NewVersion, Record, RemoteDefinition, Scope, StoreError, VersionRow};
use crate::digest::Digest;

/// A conflict as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConflict {
    /// Where it was found.
    pub scope: Scope,
    /// The document.
    pub entity: Entity,
    /// Its key.
    pub type_key: String,
    /// Digest of its three sides.
    pub digest: Digest,
    /// The conflict as `api.md` §4 shows it, JSON, as it was when it was seen last.
    pub details: String,
    /// The platform's side when it was seen last; `None` when the document was gone there.
    pub remote: Option<RemoteDefinition>,
    /// When it was seen first, in milliseconds.
    pub created_at: i64,
    /// How it ended; `None` while it is open.
    pub decision: Option<Decision>,
}

/// How a conflict ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The strategy, or `settled` when both sides became equal without a decision.
    pub resolution: String,
    /// Who decided.
    pub by: Option<String>,
    /// When, in milliseconds.
    pub at: i64,
}

/// Which conflicts are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConflictFilter {
    /// Of these documents of a website; of all when empty.
    pub documents: Vec<(String, Entity)>,
    /// Only open ones (`Some(true)`), or only those that ended.
    pub open: Option<bool>,
    /// How many at most.
    pub limit: Option<u64>,
    /// How many to pass over.
    pub offset: u64,
}

/// A decision about an open conflict, with all that it means, recorded at once or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The document.
    pub entity: Entity,
    /// Digest of the three sides that were decided about.
    pub digest: Digest,
    /// How they were.
    pub decision: Decision,
    /// What it means for the state.
    pub record: Record,
    /// The platform's side as a version, where no version says it yet.
    pub theirs: Option<Box<VersionRow>>,
    /// The version that the decision makes.
    pub version: Option<Box<NewVersion>>,
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It is recorded.
    Done,
    /// The conflict was decided already, or there is none of the document.
    Closed,
    /// It is open, and its three sides are others by now.
    Moved(Box<StoredConflict>),
    /// Another version of the document was recorded, on top of which this one was not made.
    Overtaken,
}

/// The log of conflicts: at most one per document and scope is open.
#[async_trait]
pub trait Conflicts: Send + Sync {
    /// Conflicts, newest first, and how many there are without the limit.
    async fn conflicts(
        &self,
        filter: ConflictFilter,
    ) -> Result<(Vec<StoredConflict>, u64), StoreError>;

    /// The conflicts of these names, in any order; what has no conflict is left out. A name is the
    /// part of an id that stands for the scope and the document.
    async fn conflicts_named(&self, names: Vec<String>) -> Result<Vec<StoredConflict>, StoreError>;

    /// Records decisions, each if its conflict is open and has its digest. All are on the disk at once,
    /// and each is recorded or not whatever becomes of the others. Returns what became of each, in
    /// their order.
    async fn decide(
        &self,
        lease: &Lease,
        settlements: Vec<Settlement>,
    ) -> Result<Vec<Result<Decided, StoreError>>, StoreError>;

    /// Removes a conflict from the log; `false` when there is none. A later run that still sees it
    /// records it again.
    async fn delete_conflict(
        &self,
        scope: &Scope,
        entity: &Entity,
        digest: Digest,
    ) -> Result<bool, StoreError>;

    /// Removes what ended before a time, in milliseconds; tells how many.
    async fn clear_decided(&self, before: i64) -> Result<u64, StoreError>;
}
