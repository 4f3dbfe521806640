//! What was on a platform before a run changed it, and which run undoes or carries on which.

use async_trait::async_trait;

use super::{
    Entity, Lease, OperationState, RemoteId, RowBounds, RunEnd, RunRow, Scope, StoreError,
    TouchedAtom,
};
use crate::plan::Verb;

/// What a run is to an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunLink {
    /// It undoes everything that the other did.
    Undoes,
    /// It undoes what the other left half done.
    UndoesFailed,
    /// It is the rest of the other.
    Continues,
}

/// A run as it began, and how it ended if it did.
pub type KnownRun = (RunRow, Option<RunEnd>);

/// One request of a run that changed the platform, or may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub scope: Scope,
    /// The document.
    pub entity: Entity,
    /// Its key.
    pub type_key: String,
    /// Its identity on the platform.
    pub remote_id: RemoteId,
    /// What was done.
    pub verb: Verb,
    /// [`OperationState::Undecided`] where it cannot be told whether it was carried out.
    pub state: OperationState,
    /// What it touched.
    pub atoms: Vec<TouchedAtom>,
    /// What came back: the definition as stored, where the answer showed it.
    pub response: Option<String>,
    /// What was there before; `None` for a creation, and where it is kept no longer.
    pub kept: Option<KeptBefore>,
}

/// What is kept of a document before a request changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBefore {
    /// The definition on the platform.
    pub definition: Box<str>,
    /// What both sides had agreed on, as in [`StateDetail`](super::StateDetail).
    pub base: Option<String>,
    /// See `base`.
    pub bindings: Option<String>,
    /// See `base`.
    pub origin: Option<String>,
}

/// Which backups are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BackupFilter {
    /// Of the runs of this job.
    pub job_id: Option<String>,
    /// Of this document of a website.
    pub document: Option<(String, Entity)>,
    /// At most so many.
    pub limit: u32,
    /// After so many.
    pub offset: u32,
}

/// A definition that is kept as it was before a request changed or deleted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Names it.
    pub id: i64,
    /// The job whose run it was taken for.
    pub job_id: Option<String>,
    /// That run.
    pub run_id: String,
    /// Where.
    pub scope: Scope,
    /// The document.
    pub entity: Entity,
    /// Its key.
    pub type_key: String,
    /// Its identity on the platform.
    pub remote_id: Option<RemoteId>,
    /// What was done then: an update or a deletion.
    pub verb: Verb,
    /// Bytes of the definition.
    pub size: u64,
    /// It takes less room than that.
    pub is_compressed: bool,
    /// When, in milliseconds.
    pub taken_at: i64,
}

/// Backups of the platform's definitions. They are written by
/// [`Store::intend`](super::Store::intend), in the transaction of the intent.
#[async_trait]
pub trait Backups: Send + Sync {
    /// Records what a run is to earlier ones, before it does anything.
    async fn link_run(
        &self,
        run_id: &str,
        others: Vec<(String, RunLink)>,
    ) -> Result<(), StoreError>;

    /// The runs that undo a run, oldest first, each with how it ended if it did.
    async fn undone_by(
        &self,
        run_id: &str,
    ) -> Result<Vec<(String, RunLink, Option<RunEnd>)>, StoreError>;

    /// The latest run of a job that wrote anything, or else the latest, and the runs that it carries
    /// on, newest first.
    async fn runs_of(&self, job_id: &str) -> Result<Vec<KnownRun>, StoreError>;

    /// The run that a run carries on, if it carries any on.
    async fn carried_on(&self, run_id: &str) -> Result<Option<KnownRun>, StoreError>;

    /// What a run changed on the platform, or may have, oldest first.
    async fn changes_of(&self, run_id: &str) -> Result<Vec<Change>, StoreError>;

    /// Some backups, newest first, and how many there are in all.
    async fn backups(&self, filter: BackupFilter) -> Result<(Vec<Backup>, u64), StoreError>;

    /// Removes backups of a scope beyond the bounds. The latest of each document stays, and so do those
    /// of the latest run that made any, of runs that did not end, and of requests that are open.
    async fn prune_backups(&self, lease: &Lease, bounds: RowBounds) -> Result<(), StoreError>;
}
