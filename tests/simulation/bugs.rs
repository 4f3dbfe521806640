//! Deliberate bugs, put around the ports. The simulation has to find each of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use catalyst_sync::merge::{Base, Pair};
use catalyst_sync::port::{
    Adapter, AdapterError, Entity, Intent, JournalEntry, Lease, Listing, Operation, Record,
    RemoteDefinition, RemoteId, Revision, RowWrite, Scope, StateDetail, Store, StoreError, Stored,
    Studio, Traffic,
};
use rusqlite::Connection;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::atoms::{fields, key_of};
use super::world::{TYPES, World};
use crate::support::fake::Call;
use crate::support::sim::StoreBug;

/// A mistake that a synchronizer could make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Requests are sent without an intent in the journal.
    SkipJournal,
    /// The base moves when a request is about to be sent.
    MoveBaseEarly,
    /// Updates are sent without a precondition.
    IgnoreIfMatch,
    /// An interrupted write is settled by the values that a read shows, at once, whoever edited since.
    SettleByValueOnly,
    /// What a listing lacks is gone.
    TrustTruncatedListing,
    /// A read right after a write is believed.
    TrustStaleRead,
    /// Whoever lost the scope goes on.
    DropFence,
    /// Whoever comes takes the scope.
    StealScope,
    /// Lists that the platform replaces whole are made of what the studio has.
    ArrayFromLocal,
    /// A creation whose answer was lost is sent again at once.
    RetryCreateBlindly,
    /// A cancel does not arrive.
    LoseCancel,
    /// A row of the studio is written over whatever it says by now.
    OverwriteRow,
}

impl Bug {
    pub const ALL: [Self; 12] = [
        Self::SkipJournal,
        Self::MoveBaseEarly,
        Self::IgnoreIfMatch,
        Self::SettleByValueOnly,
        Self::TrustTruncatedListing,
        Self::TrustStaleRead,
        Self::DropFence,
        Self::StealScope,
        Self::ArrayFromLocal,
        Self::RetryCreateBlindly,
        Self::LoseCancel,
        Self::OverwriteRow,
    ];

    /// What the memory does wrong.
    pub fn of_store(world: &Arc<World>) -> Arc<dyn StoreBug> {
        Arc::new(Forgetful { bug: world.bug, state: world.state_path().to_owned() })
    }

    /// Nothing is put around a connection.
    pub fn nothing_around(adapter: Arc<dyn Adapter>) -> Arc<dyn Adapter> {
        adapter
    }

    /// What is put around a connection.
    pub fn around(self) -> fn(Arc<dyn Adapter>) -> Arc<dyn Adapter> {
        match self {
            Self::TrustTruncatedListing => {
                |inner| Arc::new(Credulous { inner, listed: Mutex::default() })
            }
            _ => Self::nothing_around,
        }
    }

    /// What becomes of a write to the studio.
    pub async fn of_write(world: &World, write: RowWrite, studio: &dyn Studio) -> RowWrite {
        match write {
            RowWrite::Update { seen, row } if world.bug == Some(Self::OverwriteRow) => {
                let rows = studio.read(None).await.ok().flatten().unwrap_or_default();
                let now = rows.types.into_iter().find(|own| own.id == row.id);
                RowWrite::Update { seen: now.map_or(seen, Box::new), row }
            }
            other => other,
        }
    }

    /// What becomes of a request.
    pub fn of_call(world: &World, mut call: Call) -> Call {
        match world.bug {
            Some(Self::IgnoreIfMatch) => {
                call.headers
                    .retain(|(name, _)| name != "if-match" && name != "if-unmodified-since");
            }
            Some(Self::ArrayFromLocal) if call.method == "PATCH" => {
                let key = call.path.rsplit('/').next().unwrap_or_default().to_owned();
                call.body = from_local(world, &key, &call.body);
            }
            _ => {}
        }
        call
    }

    pub fn retries_blindly(world: &World) -> bool {
        world.bug == Some(Self::RetryCreateBlindly)
    }
}

/// Leaves of the options only those that the studio has.
fn from_local(world: &World, key: &str, body: &str) -> String {
    let Some((id, _)) = TYPES.iter().find(|(_, own)| *own == key) else { return body.to_owned() };
    let Some((_, definition)) = world.row(id) else { return body.to_owned() };
    let mut patch: Value = serde_json::from_str(body).unwrap_or_default();
    for (key, property) in patch["properties"].as_object_mut().into_iter().flatten() {
        let field = fields(&definition).find(|field| key_of(field) == *key);
        let known = |value: &Value| {
            let options = field.and_then(|field| field["options"].as_array());
            options.into_iter().flatten().any(|option| option["value"] == *value)
        };
        if let Some(list) = property.get_mut("enum").and_then(Value::as_array_mut) {
            list.retain(|option| known(&option["value"]));
        }
    }
    patch.to_string()
}

struct Forgetful {
    bug: Option<Bug>,
    state: std::path::PathBuf,
}

impl Forgetful {
    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }
}

#[async_trait]
impl StoreBug for Forgetful {
    async fn details(
        &self,
        store: &dyn Store,
        scope: &Scope,
        entities: Vec<Entity>,
    ) -> Result<BTreeMap<Entity, StateDetail>, StoreError> {
        let mut details = store.details(scope, entities).await?;
        if self.has(Bug::TrustStaleRead) {
            for detail in details.values_mut() {
                detail.last_write = None;
                detail.revision = Revision::default();
            }
        }
        Ok(details)
    }

    async fn acquire(
        &self,
        store: &dyn Store,
        scope: &Scope,
        owner: &str,
        now: i64,
    ) -> Result<Lease, StoreError> {
        if self.has(Bug::StealScope) {
            let mut locks = self.state.clone().into_os_string();
            locks.push(".locks");
            // There are none before the first run.
            let _ = std::fs::remove_dir_all(locks);
        }
        store.acquire(scope, owner, now).await
    }

    async fn lease(&self, lease: &Lease) -> Lease {
        if !self.has(Bug::DropFence) {
            return lease.clone();
        }
        let connection = Connection::open(&self.state).unwrap();
        let now = connection.query_row("SELECT fence, holder FROM sync_leases", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
        let (fence, holder) = now.unwrap_or_else(|_| (lease.fence, lease.holder.clone()));
        // What was given back is nobody's.
        let _ = connection.execute("UPDATE sync_leases SET held = 1", []);
        Lease { fence, holder, ..lease.clone() }
    }

    async fn intend(
        &self,
        store: &dyn Store,
        lease: &Lease,
        intent: Intent,
    ) -> Result<i64, StoreError> {
        if self.has(Bug::SkipJournal) {
            return Ok(-1);
        }
        if self.has(Bug::MoveBaseEarly) {
            let known = store.details(&lease.scope, vec![intent.entity.clone()]).await?;
            if let Some(mut state) = known.into_values().next() {
                let mut base = Base::from_json(&state.base).unwrap();
                for atom in &intent.atoms {
                    let value = || atom.intended.clone();
                    base.set(&atom.path, Pair { local: value(), remote: value() });
                }
                state.base = base.to_json();
                state.row.settled = false;
                let record = Record { state: Some(state), ..Record::default() };
                store.record(lease, vec![record]).await?;
            }
        }
        store.intend(lease, intent).await
    }

    async fn open_operations(
        &self,
        store: &dyn Store,
        scope: &Scope,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let mut open = store.open_operations(scope).await?;
        if self.has(Bug::SettleByValueOnly) {
            for Intent { precondition, sent_at, .. } in open.iter_mut().map(|one| &mut one.intent) {
                *precondition = precondition.as_ref().map(|_| Revision::default());
                *sent_at = 0;
            }
        }
        Ok(open)
    }

    fn record(&self, mut record: Record) -> Record {
        record.closes.retain(|closing| closing.id >= 0);
        record
    }
}

/// Takes every listing for whole, and what it lacks for gone.
struct Credulous {
    inner: Arc<dyn Adapter>,
    listed: Mutex<Option<BTreeSet<String>>>,
}

#[async_trait]
impl Adapter for Credulous {
    async fn list(
        &self,
        sink: &mut (dyn FnMut(RemoteDefinition) + Send),
        cancel: &CancellationToken,
    ) -> Result<Listing, AdapterError> {
        let mut listed = BTreeSet::new();
        let mut noting = |definition: RemoteDefinition| {
            listed.insert(definition.id.key());
            sink(definition);
        };
        let listing = self.inner.list(&mut noting, cancel).await?;
        *self.listed.lock().unwrap() = Some(listed);
        Ok(Listing { complete: true, ..listing })
    }

    async fn probe(&self, cancel: &CancellationToken) -> Result<(), AdapterError> {
        self.inner.probe(cancel).await
    }

    async fn read(
        &self,
        id: &RemoteId,
        cancel: &CancellationToken,
    ) -> Result<Option<RemoteDefinition>, AdapterError> {
        let is_gone =
            self.listed.lock().unwrap().as_ref().is_some_and(|listed| !listed.contains(&id.key()));
        if is_gone { Ok(None) } else { self.inner.read(id, cancel).await }
    }

    fn encode(&self, operation: &Operation) -> Result<String, AdapterError> {
        self.inner.encode(operation)
    }

    async fn apply(
        &self,
        operation: &Operation,
        body: &str,
        cancel: &CancellationToken,
    ) -> Result<Stored, AdapterError> {
        self.inner.apply(operation, body, cancel).await
    }

    fn traffic(&self) -> Traffic {
        self.inner.traffic()
    }
}
