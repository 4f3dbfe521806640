//! The engine's memory: state, journal, lease, history.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{
    Audit, Backups, Conflicts, Decision, Direction, Entity, History, Hold, Relay, RemoteDefinition,
    RemoteId, Revision, RowJournal, Scope, Versions,
};
use crate::audit::Event;
use crate::canonical::{Canonical, Path};
use crate::digest::Digest;
use crate::plan::Verb;

/// What is known of one document of a scope, without its base. Small, because all are held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRow {
    /// The document.
    pub entity: Entity,
    /// The type's key, for people.
    pub type_key: String,
    /// Identity on the platform; `None` until there is one.
    pub remote_id: Option<RemoteId>,
    /// Digest of every column read of the row at the last look.
    pub row_digest: Option<Digest>,
    /// Digest of the remote definition as received at the last look.
    pub remote_digest: Option<Digest>,
    /// What made the views besides the row: the fingerprint of the dialect, and of the names that they
    /// refer to, if they do.
    pub dialect: String,
    /// At that last look, no atom of either side had moved.
    pub settled: bool,
    /// The views refer to other types, so that they depend on more than their own row.
    pub refers: bool,
    /// It was deployed or adopted, and both sides have agreed on it since.
    pub agreed: bool,
    /// Status in the words of `api.md` §4.
    pub status: String,
}

/// What is known of one document of a scope, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateDetail {
    /// The part that is always held.
    pub row: StateRow,
    /// The pair base, as [`Base::to_json`](crate::merge::Base::to_json) writes it.
    pub base: String,
    /// Bindings of fields, as canonical JSON that the engine interprets.
    pub bindings: String,
    /// `created` or `adopted`.
    pub origin: String,
    /// The state of the remote that the base belongs to.
    pub revision: Revision,
    /// Our own last write: when it was over, and the view hash of what was there before.
    pub last_write: Option<(i64, Digest)>,
    /// Content hash of the studio's definition at the last agreement.
    pub content_hash: Option<Digest>,
    /// View hashes at the last agreement.
    pub local_hash: Option<Digest>,
    /// See `local_hash`.
    pub remote_hash: Option<Digest>,
    /// Last agreement, in milliseconds.
    pub last_sync_at: Option<i64>,
}

/// A key that some website holds on a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The website.
    pub website_id: String,
    /// Its document.
    pub entity: Entity,
    /// What it claims.
    pub remote_id: RemoteId,
}

/// The right to write one scope, and the fence that proves it is still ours.
#[derive(Debug, Clone)]
pub struct Lease {
    /// What it is for.
    pub scope: Scope,
    /// Grows at each take-over.
    pub fence: i64,
    /// Names this holding; opaque.
    pub holder: String,
    /// Keeps others out.
    pub hold: Hold,
}

/// A run, when it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Unique for ever.
    pub run_id: String,
    /// The caller's id; may be reused after a run ended.
    pub job_id: String,
    /// Provider id.
    pub provider: String,
    /// Who acts.
    pub actor: String,
    /// The run's options, JSON.
    pub options: String,
    /// The job as the caller gave it, JSON.
    pub job: String,
    /// When, in milliseconds.
    pub started_at: i64,
    /// What it holds.
    pub scopes: Vec<Scope>,
}

/// What became of one operation that a run planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStep {
    /// The website.
    pub website_id: String,
    /// The document. One with a second phase has an operation for each.
    pub entity: Entity,
    /// Key of the type.
    pub type_key: String,
    /// What was planned.
    pub verb: Verb,
    /// Requests that were made ready.
    pub attempts: u32,
    /// How the last of them ended; `None` for one that is open, and where there was none.
    pub state: Option<OperationState>,
}

/// A run, when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// Which run.
    pub run_id: String,
    /// `completed`, `partial`, `failed` or `cancelled`.
    pub status: String,
    /// Digest of its plan, when it got that far.
    pub plan_digest: Option<String>,
    /// Types in all, succeeded, failed.
    pub counts: [u64; 3],
    /// The job as reported at the end, with outcomes and metrics, JSON.
    pub result: String,
    /// When, in milliseconds.
    pub completed_at: i64,
}

/// An operation of a plan, before anything is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    /// Position in the plan; names the operation within the run.
    pub sequence: u32,
    /// The document.
    pub entity: Entity,
    /// Its key.
    pub type_key: String,
    /// What is planned.
    pub verb: Verb,
}

/// One atom that an operation touches: `None` means absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchedAtom {
    /// Where.
    pub path: Path,
    /// The platform's value before.
    pub before: Option<Canonical>,
    /// The value that the operation means to leave.
    pub intended: Option<Canonical>,
    /// The studio's value, which differs from `intended` only for order and held types.
    pub local: Option<Canonical>,
}

/// What is committed before a request is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The run.
    pub run_id: String,
    /// Which planned operation.
    pub sequence: u32,
    /// Which request of it, counted from 1.
    pub attempt: u32,
    /// The document.
    pub entity: Entity,
    /// Its key.
    pub type_key: String,
    /// What is done.
    pub verb: Verb,
    /// To what.
    pub remote_id: RemoteId,
    /// The precondition sent; `None` for a creation.
    pub precondition: Option<Revision>,
    /// What it touches.
    pub atoms: Vec<TouchedAtom>,
    /// Digest of the body.
    pub body_digest: Digest,
    /// The body, kept as what was sent.
    pub body: String,
    /// The remote definition before, kept before an update or a deletion.
    pub previous: Option<Box<str>>,
    /// Bindings of fields that the operation establishes, as in [`StateDetail::bindings`].
    pub bindings: String,
    /// When the request is sent, in milliseconds. It may leave a little later; see
    /// [`Store::note_again`].
    pub sent_at: i64,
}

/// A started operation that was not closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Names it in the journal.
    pub id: i64,
    /// The fence it was written under.
    pub fence: i64,
    /// What was committed.
    pub intent: Intent,
}

/// How a started operation was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationState {
    /// Carried out, as the answer or a later read shows.
    Applied,
    /// Refused, or known to have had no effect.
    Failed,
    /// Not to be told; a conflict `in_doubt` says so.
    Undecided,
}

/// How a started operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Names it in the journal.
    pub id: i64,
    /// How.
    pub state: OperationState,
    /// What came back: the definition, or the platform's message.
    pub response: Option<String>,
    /// When, in milliseconds.
    pub at: i64,
}

/// An attempt to synchronize one type, for the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// The run.
    pub run_id: String,
    /// The document.
    pub entity: Entity,
    /// Its key.
    pub type_key: String,
    /// Platform id.
    pub platform: String,
    /// Which way it went.
    pub direction: Direction,
    /// What was done.
    pub verb: Verb,
    /// `SUCCESS`, `FAILED` or `PARTIAL`.
    pub status: &'static str,
    /// What was sent; empty for a deletion.
    pub pushed: String,
    /// What came back: the definition as stored, or the refusal; `None` when nothing did.
    pub response: Option<String>,
    /// The remote definition before, when there was one.
    pub previous: Option<Box<str>>,
    /// Stable code of what went wrong.
    pub code: Option<String>,
    /// Error text, scrubbed.
    pub error: Option<String>,
    /// Requests of the operation beyond the first.
    pub retries: u32,
    /// What else is to be known, a JSON object.
    pub metadata: Option<String>,
    /// Who acted; `None` for whoever the run acts for.
    pub actor: Option<String>,
    /// When it began, in milliseconds.
    pub started_at: i64,
    /// When it ended; `None` when that was only found out later.
    pub completed_at: Option<i64>,
    /// When it is recorded.
    pub recorded_at: i64,
}

/// That a run looked at all of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The run.
    pub run_id: String,
    /// When, in milliseconds.
    pub at: i64,
}

/// The open conflict of a type; there is at most one per scope and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictRow {
    /// The document.
    pub entity: Entity,
    /// Its key.
    pub type_key: String,
    /// Stands for the scope and the document in the ids of conflicts.
    pub name: String,
    /// `field`, `structural`, `delete`, `both_exist` or `in_doubt`.
    pub kind: &'static str,
    /// Digest of its three sides.
    pub digest: Digest,
    /// View hashes.
    pub local_hash: Option<Digest>,
    /// See `local_hash`.
    pub remote_hash: Option<Digest>,
    /// See `local_hash`.
    pub ancestor_hash: Option<Digest>,
    /// The conflict as `api.md` §4 shows it, JSON.
    pub details: String,
    /// The platform's side; `None` when the document is gone there.
    pub remote: Option<RemoteDefinition>,
    /// When it was seen, in milliseconds.
    pub at: i64,
}

/// Everything that one type leaves behind, committed at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// When what it says was seen, in milliseconds; `None` for the latest time that it names.
    pub seen_at: Option<i64>,
    /// The run looked at all of the scope.
    pub check: Option<Check>,
    /// The new state, or `None` to leave it.
    pub state: Option<StateDetail>,
    /// The document is gone on both sides: its state is dropped.
    pub forget: Option<Entity>,
    /// A history row.
    pub history: Option<HistoryRow>,
    /// The open conflict as now seen.
    pub conflict: Option<ConflictRow>,
    /// There is no conflict any more.
    pub settled_conflict: Option<Entity>,
    /// How that was decided; `None` when both sides became equal without a decision.
    pub decision: Option<Decision>,
    /// Journal entries that are closed by this.
    pub closes: Vec<Closing>,
    /// The write to the studio that is closed by this, and how.
    pub row: Option<(i64, OperationState)>,
    /// What the audit tells besides: a decision that no row of the history stands for.
    pub note: Option<Event>,
}

/// Why the store refuses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It is on a read-only file system, or its file is.
    #[error("{path} cannot be written: {reason}")]
    ReadOnly {
        /// The file.
        path: String,
        /// What failed.
        reason: String,
    },
    /// It was made by a newer release, or an applied migration was changed.
    #[error("the state in {path} is not compatible: {reason}")]
    Incompatible {
        /// The file.
        path: String,
        /// What does not fit.
        reason: String,
    },
    /// Another run holds the scope.
    #[error("a deployment by {holder} has been running since {since}")]
    Held {
        /// Who.
        holder: String,
        /// Since when, in milliseconds.
        since: i64,
    },
    /// Somebody took the lease over; nothing may be written under it any more.
    #[error("the lease was taken over")]
    LeaseLost,
    /// Another website claims the same identity on the target.
    #[error("website {website_id} already claims {}", remote_id.key())]
    Claimed {
        /// Who claims it.
        website_id: String,
        /// What.
        remote_id: RemoteId,
    },
    /// The audit cannot be carried on, so nothing is written that belongs in it.
    #[error("the audit {reason}")]
    Unverified {
        /// Why not.
        reason: String,
    },
    /// Locked for longer than we wait.
    #[error("{path} is locked by another program")]
    Busy {
        /// The file.
        path: String,
    },
    /// Anything else.
    #[error("the state in {path} failed: {reason}")]
    Failed {
        /// The file.
        path: String,
        /// What failed.
        reason: String,
    },
}

/// The engine's memory. Reading works while others write; every write but [`Store::begin_run`],
/// [`Store::finish_run`] and those of [`Versions`], [`Relay`] and [`Audit`] is done under a lease,
/// whose fence is checked in the same transaction.
#[async_trait]
pub trait Store:
    History + Conflicts + Versions + RowJournal + Backups + Relay + Audit + Send + Sync
{
    /// The state of all documents of a scope. A store that does not exist yet has none.
    async fn states(&self, scope: &Scope) -> Result<Vec<StateRow>, StoreError>;

    /// The whole state of some documents.
    async fn details(
        &self,
        scope: &Scope,
        entities: Vec<Entity>,
    ) -> Result<BTreeMap<Entity, StateDetail>, StoreError>;

    /// The documents of a scope that have one of these identities on its target.
    async fn bound(
        &self,
        scope: &Scope,
        remote_ids: Vec<RemoteId>,
    ) -> Result<Vec<(Entity, RemoteId)>, StoreError>;

    /// What other websites than the scope's own claim on its target.
    async fn claims(&self, scope: &Scope) -> Result<Vec<Claim>, StoreError>;

    /// Whether deployments can be recorded; makes what they need.
    async fn check_writable(&self) -> Result<(), StoreError>;

    /// Whether deployments could be recorded, as far as that can be told without leaving a trace.
    async fn check_recordable(&self) -> Result<(), StoreError>;

    /// Takes the scope until it is released, or until every copy of the lease is gone. Fails with
    /// [`StoreError::Held`] while a living run holds it; what a dead one left behind does not count.
    async fn acquire(&self, scope: &Scope, owner: &str, now: i64) -> Result<Lease, StoreError>;

    /// Fails with [`StoreError::LeaseLost`] when somebody took over.
    async fn check(&self, lease: &Lease) -> Result<(), StoreError>;

    /// Gives the scope back.
    async fn release(&self, lease: Lease) -> Result<(), StoreError>;

    /// Records that a run begins.
    async fn begin_run(&self, run: RunRow) -> Result<(), StoreError>;

    /// Records how a run ended.
    async fn finish_run(&self, end: RunEnd) -> Result<(), StoreError>;

    /// The latest run of a job, but for the run `besides`: how it began, and its result once it ended.
    async fn run(
        &self,
        job_id: &str,
        besides: Option<&str>,
    ) -> Result<Option<(RunRow, Option<RunEnd>)>, StoreError>;

    /// Runs that hold the scope as far as the state knows, and never ended, oldest first. Whoever holds
    /// the scope's lease knows that they are over.
    async fn unfinished_runs(&self, scope: &Scope) -> Result<Vec<RunRow>, StoreError>;

    /// Scopes in which something never ended: a run, a request, or a write to the studio.
    async fn unsettled(&self) -> Result<Vec<Scope>, StoreError>;

    /// What became of the operations that a run planned, in their order.
    async fn steps(&self, run_id: &str) -> Result<Vec<RunStep>, StoreError>;

    /// The latest ended run that had an operation in the scope, for what failed last time.
    async fn last_run(&self, scope: &Scope) -> Result<Option<RunEnd>, StoreError>;

    /// Records the operations of a plan, those of all scopes or none: what a run planned can only be
    /// carried on when all of it is known.
    async fn plan(
        &self,
        run_id: &str,
        plans: Vec<(Lease, Vec<PlannedRow>)>,
    ) -> Result<(), StoreError>;

    /// Commits an intent durably, before its request is sent; returns its name in the journal.
    async fn intend(&self, lease: &Lease, intent: Intent) -> Result<i64, StoreError>;

    /// Commits durably that a request only leaves now.
    async fn note_again(&self, lease: &Lease, id: i64, sent_at: i64) -> Result<(), StoreError>;

    /// Closes a journal entry without any other effect.
    async fn close(&self, lease: &Lease, closing: Closing) -> Result<(), StoreError>;

    /// Started operations of a scope that were never closed, oldest first.
    async fn open_operations(&self, scope: &Scope) -> Result<Vec<JournalEntry>, StoreError>;

    /// Commits what types leave behind, all in one transaction.
    async fn record(&self, lease: &Lease, records: Vec<Record>) -> Result<(), StoreError>;
}
