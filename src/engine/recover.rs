//! Settles what an interrupted run left open: `design.md` §3.5.

use crate::canonical::{Path, View};
use crate::error::SyncError;
use crate::merge::{Base, Pair};
use crate::model::Finding;
use crate::plan::{CreateMode, Verb};
use crate::port::{
    Closing, JournalEntry, Lease, OperationState, Record, RemoteDefinition, Scope, StateDetail,
    StateRow,
};

use super::Engine;
use super::apply::Hands;
use super::failure::{adapter_failure, store_failure};
use super::references::References;
use super::verify::{Evidence, weigh};

impl Engine {
    /// Settles every operation of a scope that was started and not closed. What it finds to have been
    /// carried out is agreed on as far as the platform shows it; the rest is left to the detection
    /// that follows. Returns one finding per operation.
    pub(super) async fn settle_open(
        &self,
        hands: &Hands<'_>,
        lease: &Lease,
    ) -> Result<Vec<Finding>, SyncError> {
        let store = &self.ports.store;
        let open = store.open_operations(&lease.scope).await.map_err(store_failure)?;
        let mut findings = Vec::new();
        for entry in open {
            let key = entry.intent.type_key.clone();
            let (record, finding) = self.settle(hands, lease, entry).await?;
            store.record(lease, vec![record]).await.map_err(store_failure)?;
            findings.push(finding.of(key));
        }
        Ok(findings)
    }

    /// Which document of a scope is which on the platform, by the state and the open journal.
    pub(super) async fn known_references(&self, scope: &Scope) -> Result<References, SyncError> {
        let mut references = References::default();
        for state in self.ports.store.states(scope).await.map_err(store_failure)? {
            if let Some(id) = &state.remote_id {
                references.bind(&state.entity, &id.key());
            }
        }
        for entry in self.ports.store.open_operations(scope).await.map_err(store_failure)? {
            references.bind(&entry.intent.entity, &entry.intent.remote_id.key());
        }
        Ok(references)
    }

    async fn settle(
        &self,
        hands: &Hands<'_>,
        lease: &Lease,
        entry: JournalEntry,
    ) -> Result<(Record, Finding), SyncError> {
        let intent = &entry.intent;
        let read = async || {
            let read = hands.platform.adapter.read(&intent.remote_id, hands.cancel).await;
            read.map_err(|error| adapter_failure(error, "recover").of(&intent.type_key))
        };
        let mut shown = read().await?;
        let create = hands.platform.dialect.capabilities().create;
        if shown.is_none() && intent.verb == Verb::Create && create != CreateMode::Insert {
            // A create that replaces has no guard, so an old one must be known to be over.
            hands.outwait_request(intent.sent_at).await?;
            shown = read().await?;
        }
        let close =
            |state| Closing { id: entry.id, state, response: None, at: self.ports.clock.now() };
        let what = format!("an interrupted {} of {}", intent.verb.as_str(), intent.type_key);
        let settled = |state, outcome: &str, record: Record| {
            let finding = Finding::info("RECOVERED", format!("{what} {outcome}"), "nothing to do");
            (Record { closes: vec![close(state)], ..record }, finding)
        };
        Ok(match (intent.verb, shown) {
            (Verb::Delete, None) => settled(
                OperationState::Applied,
                "had been carried out",
                Record { forget: Some(intent.entity.clone()), ..Record::default() },
            ),
            (Verb::Delete, Some(_)) | (Verb::Create | Verb::Update, None) => {
                settled(OperationState::Failed, "had not been carried out", Record::default())
            }
            (Verb::Create | Verb::Update, Some(definition)) => {
                let now = hands.view_of(&definition)?;
                let precondition = intent.precondition.as_ref();
                let moved = precondition.is_some_and(|was| *was != definition.revision);
                let evidence = weigh(&intent.atoms, &now, moved);
                let old = self.detail(lease, &entry).await?;
                match (intent.verb, evidence) {
                    (_, Evidence::Applied | Evidence::AppliedThenEdited) | (Verb::Create, _) => {
                        let state = agreed(hands, &entry, old, &definition, &now);
                        let record = Record { state: Some(state), ..Record::default() };
                        settled(OperationState::Applied, "had been carried out", record)
                    }
                    (_, Evidence::NotApplied) => settled(
                        OperationState::Failed,
                        "had not been carried out",
                        Record::default(),
                    ),
                    (_, Evidence::Undecided | Evidence::Overtaken) => {
                        let doubted = old.map(|old| in_doubt(hands, &entry, old));
                        let finding = Finding::warning(
                            "IN_DOUBT",
                            format!("{what} cannot be told from what somebody else did since"),
                            "compare the type with the platform and decide",
                        );
                        let closes = vec![close(OperationState::Undecided)];
                        (Record { state: doubted, closes, ..Record::default() }, finding)
                    }
                }
            }
        })
    }

    async fn detail(
        &self,
        lease: &Lease,
        entry: &JournalEntry,
    ) -> Result<Option<StateDetail>, SyncError> {
        let entity = entry.intent.entity.clone();
        let details = self.ports.store.details(&lease.scope, vec![entity.clone()]).await;
        Ok(details.map_err(store_failure)?.remove(&entity))
    }
}

/// The state after a write that turned out to have been carried out: what shows the intended value is
/// agreed; what does not was edited since, and its base is what was intended.
fn agreed(
    hands: &Hands<'_>,
    entry: &JournalEntry,
    old: Option<StateDetail>,
    definition: &RemoteDefinition,
    now: &View,
) -> StateDetail {
    let dialect = &hands.platform.dialect;
    let shape = dialect.capabilities().shape;
    let intent = &entry.intent;
    let is_create = intent.verb == Verb::Create;
    let mut base = old.as_ref().and_then(|old| Base::from_json(&old.base).ok()).unwrap_or_default();
    base.cover(&shape);
    for atom in &intent.atoms {
        let shows = now.get(&atom.path) == atom.intended.as_ref();
        if is_create && !shows {
            // Somebody else may have made it, so nothing says that ours was ever there.
            base.forget(&atom.path);
        } else {
            base.set(&atom.path, Pair { local: atom.local.clone(), remote: atom.intended.clone() });
        }
    }
    if is_create {
        let known: Vec<&Path> = intent.atoms.iter().map(|atom| &atom.path).collect();
        let others: Vec<Path> = now
            .iter()
            .map(|(path, _)| path)
            .filter(|path| !known.contains(path))
            .cloned()
            .collect();
        for path in others {
            base.forget(&path);
        }
    }
    let row = StateRow {
        entity: intent.entity.clone(),
        type_key: intent.type_key.clone(),
        remote_id: Some(intent.remote_id.clone()),
        row_digest: None,
        remote_digest: None,
        dialect: dialect.fingerprint(),
        settled: false,
        refers: old.as_ref().is_some_and(|old| old.row.refers),
        agreed: true,
        status: "in_sync".to_owned(),
    };
    StateDetail {
        row,
        base: base.to_json(),
        bindings: intent.bindings.clone(),
        origin: old.as_ref().map_or_else(|| "created".to_owned(), |old| old.origin.clone()),
        revision: definition.revision.clone(),
        last_write: old.as_ref().and_then(|old| old.last_write),
        content_hash: old.as_ref().and_then(|old| old.content_hash),
        local_hash: None,
        remote_hash: None,
        last_sync_at: Some(intent.sent_at),
    }
}

/// The state after a write that cannot be told from somebody else's edit: the touched atoms are
/// unknown, so that different values are a conflict and nothing is overwritten.
fn in_doubt(hands: &Hands<'_>, entry: &JournalEntry, old: StateDetail) -> StateDetail {
    let mut base = Base::from_json(&old.base).unwrap_or_default();
    base.cover(&hands.platform.dialect.capabilities().shape);
    for atom in &entry.intent.atoms {
        base.forget(&atom.path);
    }
    StateDetail {
        base: base.to_json(),
        row: StateRow { settled: false, status: "in_doubt".to_owned(), ..old.row.clone() },
        ..old
    }
}
