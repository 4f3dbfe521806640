//! A memory that is looked on, and whose most delicate calls can be made wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use catalyst_sync::digest::Digest;
use catalyst_sync::port::chain::{Event, Exempt, Line, Seal};
use catalyst_sync::port::{
    AgedVersion, Alarms, Audit, AuditBounds, AuditEnd, Author, Backup, BackupFilter, Backups, Beat,
    Change, Claim, Closing, ConflictFilter, Conflicts, Decided, Document, Entity, FailureGroup,
    History, HistoryEntry, HistoryFilter, HistoryPage, Intent, JournalEntry, KnownRun, KnownType,
    LastAttempt, Lease, NewVersion, OpenRow, PlannedRow, Record, Relay, RemoteId, RowBounds,
    RowIntent, RowJournal, RunEnd, RunLink, RunRow, RunStep, Scope, Settlement, StateDetail,
    StateFilter, StateRow, Store, StoreError, StoredConflict, SyncStateRow, Tally, TallyOfDay,
    Told, VersionFilter, VersionHead, VersionLinks, VersionRow, Versions,
};

use super::tap::{Point, Tap, When};

/// What can be made wrong about a memory; by default nothing is.
#[async_trait]
pub trait StoreBug: Send + Sync {
    /// As [`Store::details`].
    async fn details(
        &self,
        store: &dyn Store,
        scope: &Scope,
        entities: Vec<Entity>,
    ) -> Result<BTreeMap<Entity, StateDetail>, StoreError> {
        store.details(scope, entities).await
    }

    /// As [`Store::acquire`].
    async fn acquire(
        &self,
        store: &dyn Store,
        scope: &Scope,
        owner: &str,
        now: i64,
    ) -> Result<Lease, StoreError> {
        store.acquire(scope, owner, now).await
    }

    /// The lease under which everything is written.
    async fn lease(&self, lease: &Lease) -> Lease {
        lease.clone()
    }

    /// As [`Store::intend`].
    async fn intend(
        &self,
        store: &dyn Store,
        lease: &Lease,
        intent: Intent,
    ) -> Result<i64, StoreError> {
        store.intend(lease, intent).await
    }

    /// As [`Store::open_operations`].
    async fn open_operations(
        &self,
        store: &dyn Store,
        scope: &Scope,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        store.open_operations(scope).await
    }

    /// What of a record is recorded.
    fn record(&self, record: Record) -> Record {
        record
    }
}

/// A memory that is looked on.
pub struct TappedStore {
    pub inner: Arc<dyn Store>,
    pub tap: Arc<dyn Tap>,
    pub bug: Arc<dyn StoreBug>,
}

impl TappedStore {
    async fn at(&self, call: &'static str, when: When) {
        self.tap.at(Point { port: "store", call, when }).await;
    }
}

/// Hands every call on, and tells of it. Calls that change what is written under a lease say
/// `under`.
macro_rules! tapped {
    ($trait:ident {
        $(fn $name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*
        $(under fn $under:ident($($more:ident: $kind:ty),*) -> $result:ty;)*
        $(with { $($hand:tt)* })?
    }) => {
        #[async_trait]
        impl $trait for TappedStore {
            $(
                async fn $name(&self, $($arg: $type),*) -> Result<$answer, StoreError> {
                    self.at(stringify!($name), When::Before).await;
                    let answer = self.inner.$name($($arg),*).await;
                    self.at(stringify!($name), When::After).await;
                    answer
                }
            )*
            $(
                async fn $under(
                    &self,
                    lease: &Lease,
                    $($more: $kind),*
                ) -> Result<$result, StoreError> {
                    self.at(stringify!($under), When::Before).await;
                    let lease = self.bug.lease(lease).await;
                    let answer = self.inner.$under(&lease, $($more),*).await;
                    self.at(stringify!($under), When::After).await;
                    answer
                }
            )*
            $($($hand)*)?
        }
    };
}

tapped!(History {
    fn known_types(name: &str) -> Vec<KnownType>;
    fn sync_states(filter: StateFilter) -> Vec<SyncStateRow>;
    fn last_attempts(documents: Vec<(String, String)>, platform: Option<String>)
        -> Vec<LastAttempt>;
    fn deleted_since(scope: &Scope, since: i64, now: i64) -> Vec<String>;
    fn attempts(filter: HistoryFilter, limit: u32, offset: u32) -> HistoryPage;
    fn attempts_by_id(ids: Vec<i64>) -> Vec<HistoryEntry>;
    fn tally(filter: HistoryFilter) -> Vec<Tally>;
    fn tally_of_days(filter: HistoryFilter) -> Vec<TallyOfDay>;
    fn failures(filter: HistoryFilter) -> Vec<FailureGroup>;
    fn alarms(filter: HistoryFilter) -> Alarms;
});

tapped!(Conflicts {
    fn conflicts(filter: ConflictFilter) -> (Vec<StoredConflict>, u64);
    fn conflicts_named(names: Vec<String>) -> Vec<StoredConflict>;
    fn delete_conflict(scope: &Scope, entity: &Entity, digest: Digest) -> bool;
    fn clear_decided(before: i64) -> u64;
    under fn decide(settlements: Vec<Settlement>) -> Vec<Result<Decided, StoreError>>;
});

tapped!(Versions {
    fn heads(website_id: &str) -> Vec<VersionHead>;
    fn heads_named(name: &str) -> Vec<VersionHead>;
    fn head(document: &Document) -> Option<VersionHead>;
    fn succession(document: &Document) -> Vec<Document>;
    fn history(documents: Vec<Document>, filter: VersionFilter) -> Vec<VersionRow>;
    fn version(hash: &str) -> Option<VersionRow>;
    fn links(documents: Vec<Document>) -> VersionLinks;
    fn add_versions(versions: Vec<NewVersion>) -> Vec<bool>;
    fn add_beside(row: VersionRow) -> ();
    fn note_rows(seen: Vec<(Document, String, Digest)>) -> ();
    fn oldest(documents: Vec<Document>, limit: u32) -> Vec<AgedVersion>;
    fn remove_versions(hashes: Vec<String>) -> ();
});

tapped!(RowJournal {
    fn open_rows(scope: &Scope) -> Vec<OpenRow>;
    fn rows_of(run_id: &str) -> Vec<(String, RowIntent)>;
    under fn intend_row(intent: RowIntent) -> i64;
    under fn prune_rows(bounds: RowBounds) -> ();
});

tapped!(Relay {
    fn beat(beat: Beat) -> ();
    fn cancelled_by(run_id: &str) -> Option<String>;
    fn ask_to_cancel(job_id: &str, by: &str, at: i64) -> bool;
    fn told(run_id: &str, entries: u32) -> Option<Told>;
});

tapped!(Backups {
    fn link_run(run_id: &str, links: Vec<(String, RunLink)>) -> ();
    fn undone_by(run_id: &str) -> Vec<(String, RunLink, Option<RunEnd>)>;
    fn runs_of(job_id: &str) -> Vec<KnownRun>;
    fn carried_on(run_id: &str) -> Option<KnownRun>;
    fn changes_of(run_id: &str) -> Vec<Change>;
    fn backups(filter: BackupFilter) -> (Vec<Backup>, u64);
    under fn prune_backups(bounds: RowBounds) -> ();
});

tapped!(Audit {
    fn note(event: Event) -> ();
    fn audit_end() -> AuditEnd;
    fn audit_lines(after: u64, last: u64) -> Vec<Line>;
    fn uncovered(exempt: Exempt) -> Option<String>;
    fn cut_audit(bounds: AuditBounds, now: i64) -> u64;
    with {
        fn written_by(&self, author: Author) -> Arc<dyn Store> {
            let inner = self.inner.written_by(author);
            let (tap, bug) = (Arc::clone(&self.tap), Arc::clone(&self.bug));
            Arc::new(TappedStore { inner, tap, bug })
        }

        fn seal(&self) -> Option<Arc<dyn Seal>> {
            self.inner.seal()
        }
    }
});

tapped!(Store {
    fn states(scope: &Scope) -> Vec<StateRow>;
    fn bound(scope: &Scope, remote_ids: Vec<RemoteId>) -> Vec<(Entity, RemoteId)>;
    fn claims(scope: &Scope) -> Vec<Claim>;
    fn check_writable() -> ();
    fn check_recordable() -> ();
    fn release(lease: Lease) -> ();
    fn begin_run(run: RunRow) -> ();
    fn finish_run(end: RunEnd) -> ();
    fn run(job_id: &str, besides: Option<&str>) -> Option<(RunRow, Option<RunEnd>)>;
    fn unfinished_runs(scope: &Scope) -> Vec<RunRow>;
    fn unsettled() -> Vec<Scope>;
    fn steps(run_id: &str) -> Vec<RunStep>;
    fn last_run(scope: &Scope) -> Option<RunEnd>;
    under fn check() -> ();
    under fn note_again(id: i64, sent_at: i64) -> ();
    under fn close(closing: Closing) -> ();
    with {
        async fn details(
            &self,
            scope: &Scope,
            entities: Vec<Entity>,
        ) -> Result<BTreeMap<Entity, StateDetail>, StoreError> {
            self.at("details", When::Before).await;
            let answer = self.bug.details(&*self.inner, scope, entities).await;
            self.at("details", When::After).await;
            answer
        }

        async fn acquire(
            &self,
            scope: &Scope,
            owner: &str,
            now: i64,
        ) -> Result<Lease, StoreError> {
            self.at("acquire", When::Before).await;
            let answer = self.bug.acquire(&*self.inner, scope, owner, now).await;
            self.at("acquire", When::After).await;
            answer
        }

        async fn plan(
            &self,
            run_id: &str,
            plans: Vec<(Lease, Vec<PlannedRow>)>,
        ) -> Result<(), StoreError> {
            self.at("plan", When::Before).await;
            let mut held = Vec::new();
            for (lease, operations) in plans {
                held.push((self.bug.lease(&lease).await, operations));
            }
            let answer = self.inner.plan(run_id, held).await;
            self.at("plan", When::After).await;
            answer
        }

        async fn intend(&self, lease: &Lease, intent: Intent) -> Result<i64, StoreError> {
            self.at("intend", When::Before).await;
            let lease = self.bug.lease(lease).await;
            let answer = self.bug.intend(&*self.inner, &lease, intent).await;
            self.at("intend", When::After).await;
            answer
        }

        async fn open_operations(&self, scope: &Scope) -> Result<Vec<JournalEntry>, StoreError> {
            self.at("open_operations", When::Before).await;
            let answer = self.bug.open_operations(&*self.inner, scope).await;
            self.at("open_operations", When::After).await;
            answer
        }

        async fn record(&self, lease: &Lease, records: Vec<Record>) -> Result<(), StoreError> {
            self.at("record", When::Before).await;
            let lease = self.bug.lease(lease).await;
            let records = records.into_iter().map(|record| self.bug.record(record)).collect();
            let answer = self.inner.record(&lease, records).await;
            self.at("record", When::After).await;
            answer
        }
    }
});
