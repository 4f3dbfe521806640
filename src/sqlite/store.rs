//! The engine's memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::audit::Pen;
use super::database::Database;
use super::earlier::{self, Earlier};
use super::fault::Fault;
use super::lease::{self, Locks};
use super::location::StateLocation;
use super::session::Session;
use super::{conflicts, journal, record, run, state};
use crate::blocking::blocking;
use crate::digest::Digest;
use crate::port::chain::Seal;
use crate::port::{
    Author, Claim, Closing, ConflictFilter, Conflicts, Decided, Entity, Intent, JournalEntry,
    Lease, PlannedRow, Record, RemoteId, RunEnd, RunRow, RunStep, Scope, Settlement, StateDetail,
    StateRow, Store, StoreError, StoredConflict,
};

/// How long a write waits for others. Longer than a read: a run that gives up has to be repeated, and
/// `SQLite` lets a busy neighbour in first as often as not.
const PATIENCE: Duration = Duration::from_secs(30);

/// The state in SQLite: a file of its own in WAL mode, or prefixed tables in the studio's database.
///
/// Reading never creates anything; the first write creates and migrates. Every write is one
/// transaction that is on the disk when its future resolves, leases and the versions beside a history
/// aside, which follow with the next; and it goes on to its end even when the
/// future is dropped. Costs depend on what is written, never on what is there.
pub struct SqliteStore {
    inner: Arc<Inner>,
    pen: Arc<Pen>,
}

struct Inner {
    database: Database,
    locks: Locks,
}

impl SqliteStore {
    /// Names the place; nothing is opened before the first call.
    #[must_use]
    pub fn new(location: &StateLocation) -> Self {
        Self::with_patience(location, PATIENCE)
    }

    /// Names the place and how long to wait for the locks of others; [`SqliteStore::new`] waits
    /// 30 seconds.
    #[must_use]
    pub fn with_patience(location: &StateLocation, patience: Duration) -> Self {
        let database = Database::new(location, patience);
        let inner = Arc::new(Inner { database, locks: Locks::default() });
        Self { inner, pen: Arc::default() }
    }

    /// The same, signing what it audits.
    #[must_use]
    pub fn sealed(self, seal: Option<Arc<dyn Seal>>) -> Self {
        self.with_pen(Pen { seal, ..Pen::clone(&self.pen) })
    }

    pub(super) fn pen(&self) -> &Pen {
        &self.pen
    }

    pub(super) fn with_pen(&self, pen: Pen) -> Self {
        Self { inner: Arc::clone(&self.inner), pen: Arc::new(pen) }
    }

    /// The same, writing for somebody.
    pub(super) fn written_for(&self, author: Author) -> Self {
        self.with_pen(Pen { author, ..Pen::clone(&self.pen) })
    }

    /// The file that holds the state.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.inner.database.file()
    }

    /// What was taken over from the studio's earlier attempt at synchronizing; `None` before the
    /// state exists.
    ///
    /// # Errors
    ///
    /// When the state cannot be read.
    pub async fn earlier(&self) -> Result<Option<Earlier>, StoreError> {
        self.read(earlier::summary).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.inner);
        let path = self.path().display().to_string();
        blocking(move || work(&inner))
            .await
            .unwrap_or_else(|error| Err(StoreError::Failed { path, reason: error.to_string() }))
    }

    pub(super) async fn read<T: Default + Send + 'static>(
        &self,
        work: impl FnOnce(Session<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.blocking(|inner| inner.database.read(work)).await
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(Session<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let pen = Arc::clone(&self.pen);
        self.blocking(move |inner| {
            inner.database.write(|session| work(Session { pen: Some(&pen), ..session }))
        })
        .await
    }

    /// As [`Database::write_ahead`].
    pub(super) async fn write_ahead<T: Send + 'static>(
        &self,
        work: impl FnOnce(Session<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.blocking(|inner| inner.database.write_ahead(work)).await
    }

    /// Writes under a lease, whose fence is checked in the same transaction.
    pub(super) async fn write_under<T: Send + 'static>(
        &self,
        lease: &Lease,
        work: impl FnOnce(Session<'_>, &Lease) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let lease = lease.clone();
        self.write(move |session| {
            check_held(session, &lease)?;
            work(session, &lease)
        })
        .await
    }
}

/// Refuses to write under a lease that somebody took over.
fn check_held(session: Session<'_>, lease: &Lease) -> Result<(), Fault> {
    if lease::is_held(session, lease)? {
        return Ok(());
    }
    Err(Fault::Refused(StoreError::LeaseLost))
}

#[async_trait]
impl Store for SqliteStore {
    async fn states(&self, scope: &Scope) -> Result<Vec<StateRow>, StoreError> {
        let scope = scope.clone();
        self.read(move |session| state::states(session, &scope)).await
    }

    async fn details(
        &self,
        scope: &Scope,
        entities: Vec<Entity>,
    ) -> Result<BTreeMap<Entity, StateDetail>, StoreError> {
        let scope = scope.clone();
        self.read(move |session| state::details(session, &scope, &entities)).await
    }

    async fn bound(
        &self,
        scope: &Scope,
        remote_ids: Vec<RemoteId>,
    ) -> Result<Vec<(Entity, RemoteId)>, StoreError> {
        let scope = scope.clone();
        self.read(move |session| state::bound(session, &scope, &remote_ids)).await
    }

    async fn claims(&self, scope: &Scope) -> Result<Vec<Claim>, StoreError> {
        let scope = scope.clone();
        self.read(move |session| state::claims(session, &scope)).await
    }

    async fn check_writable(&self) -> Result<(), StoreError> {
        self.blocking(|inner| {
            inner.database.write(|_| Ok(()))?;
            lease::check_lockable(&inner.database)
        })
        .await
    }

    async fn check_recordable(&self) -> Result<(), StoreError> {
        self.blocking(|inner| lease::check_recordable(&inner.database)).await
    }

    async fn acquire(&self, scope: &Scope, owner: &str, now: i64) -> Result<Lease, StoreError> {
        let (scope, owner) = (scope.clone(), owner.to_owned());
        self.blocking(move |inner| inner.locks.acquire(&inner.database, &scope, &owner, now)).await
    }

    async fn check(&self, lease: &Lease) -> Result<(), StoreError> {
        let lease = lease.clone();
        let ours = self.read(move |session| lease::is_held(session, &lease)).await?;
        // A state that is gone took the lease with it.
        if ours { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    async fn release(&self, lease: Lease) -> Result<(), StoreError> {
        self.blocking(move |inner| inner.locks.release(&inner.database, &lease)).await
    }

    async fn begin_run(&self, run: RunRow) -> Result<(), StoreError> {
        self.write(move |session| run::begin(session, &run)).await
    }

    async fn finish_run(&self, end: RunEnd) -> Result<(), StoreError> {
        self.write(move |session| run::finish(session, &end)).await
    }

    async fn run(
        &self,
        job_id: &str,
        besides: Option<&str>,
    ) -> Result<Option<(RunRow, Option<RunEnd>)>, StoreError> {
        let (job_id, besides) = (job_id.to_owned(), besides.map(str::to_owned));
        self.read(move |session| run::latest(session, &job_id, besides.as_deref())).await
    }

    async fn unfinished_runs(&self, scope: &Scope) -> Result<Vec<RunRow>, StoreError> {
        let scope = scope.clone();
        self.read(move |session| run::unfinished(session, &scope)).await
    }

    async fn unsettled(&self) -> Result<Vec<Scope>, StoreError> {
        self.read(run::unsettled).await
    }

    async fn steps(&self, run_id: &str) -> Result<Vec<RunStep>, StoreError> {
        let run_id = run_id.to_owned();
        self.read(move |session| run::steps(session, &run_id)).await
    }

    async fn last_run(&self, scope: &Scope) -> Result<Option<RunEnd>, StoreError> {
        let scope = scope.clone();
        self.read(move |session| run::last_in(session, &scope)).await
    }

    async fn plan(
        &self,
        run_id: &str,
        plans: Vec<(Lease, Vec<PlannedRow>)>,
    ) -> Result<(), StoreError> {
        let run_id = run_id.to_owned();
        self.write(move |session| {
            for (lease, operations) in &plans {
                check_held(session, lease)?;
                journal::plan(session, lease, &run_id, operations)?;
            }
            Ok(())
        })
        .await
    }

    async fn intend(&self, lease: &Lease, intent: Intent) -> Result<i64, StoreError> {
        self.write_under(lease, move |session, lease| journal::intend(session, lease, &intent))
            .await
    }

    async fn note_again(&self, lease: &Lease, id: i64, sent_at: i64) -> Result<(), StoreError> {
        self.write_under(lease, move |session, _| journal::note_again(session, id, sent_at)).await
    }

    async fn close(&self, lease: &Lease, closing: Closing) -> Result<(), StoreError> {
        self.write_under(lease, move |session, lease| {
            journal::close(session, &lease.scope, &closing)
        })
        .await
    }

    async fn open_operations(&self, scope: &Scope) -> Result<Vec<JournalEntry>, StoreError> {
        let scope = scope.clone();
        self.read(move |session| journal::open_operations(session, &scope)).await
    }

    async fn record(&self, lease: &Lease, records: Vec<Record>) -> Result<(), StoreError> {
        self.write_under(lease, move |session, lease| {
            record::record(session, &lease.scope, &records)
        })
        .await
    }
}

#[async_trait]
impl Conflicts for SqliteStore {
    async fn conflicts(
        &self,
        filter: ConflictFilter,
    ) -> Result<(Vec<StoredConflict>, u64), StoreError> {
        self.read(move |session| conflicts::list(session, &filter)).await
    }

    async fn conflicts_named(&self, names: Vec<String>) -> Result<Vec<StoredConflict>, StoreError> {
        self.read(move |session| conflicts::named(session, &names)).await
    }

    async fn decide(
        &self,
        lease: &Lease,
        settlements: Vec<Settlement>,
    ) -> Result<Vec<Result<Decided, StoreError>>, StoreError> {
        let decided = self.write_under(lease, move |session, lease| {
            settlements.iter().map(|one| conflicts::decide(session, &lease.scope, one)).collect()
        });
        let decided: Vec<Result<Decided, Fault>> = decided.await?;
        let refuse = |fault: Fault| fault.into_store_error(self.path());
        Ok(decided.into_iter().map(|one| one.map_err(refuse)).collect())
    }

    async fn delete_conflict(
        &self,
        scope: &Scope,
        entity: &Entity,
        digest: Digest,
    ) -> Result<bool, StoreError> {
        let (scope, entity) = (scope.clone(), entity.clone());
        self.write(move |session| conflicts::delete(session, &scope, &entity, digest)).await
    }

    async fn clear_decided(&self, before: i64) -> Result<u64, StoreError> {
        self.write(move |session| conflicts::clear_decided(session, before)).await
    }
}
