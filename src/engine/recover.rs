//! Settles what an interrupted run left open: `design.md` §3.5.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::canonical::Path;
use crate::error::{ErrorCode, SyncError};
use crate::merge::{Ancestor, Base, Pair};
use crate::model::Finding;
use crate::plan::Verb;
use crate::port::{
    Closing, Dialect, Direction, Entity, Held, HistoryRow, Intent, JournalEntry, Lease,
    OperationState, Record, RemoteDefinition, RemoteId, Scope, StateDetail, StateRow, StoreError,
    TouchedAtom,
};

use super::Engine;
use super::apply::Hands;
use super::binding::Origin;
use super::detect::root_id;
use super::doubt::{Fate, LATENESS, Sent};
use super::examine::{LocalSide, Subject, examine};
use super::failure::store_failure;
use super::locals::Locals;
use super::parse::parse_row;
use super::pending::{Pending, is_of_one_type};
use super::record::doubt;
use super::references::References;

impl Engine {
    /// Settles every operation of a scope that was started and not closed. What it finds to have been
    /// carried out is agreed on as far as the platform shows it; the rest is left to the detection
    /// that follows. Returns one finding per operation, and what stays open until it is sent again.
    pub(super) async fn settle_open(
        &self,
        hands: &Hands<'_>,
        lease: &Lease,
        locals: &Locals,
    ) -> Result<(Vec<Finding>, Pending), SyncError> {
        let store = &self.ports.store;
        let at = self.ports.clock.now();
        let mut open = store.open_operations(&lease.scope).await.map_err(store_failure)?;
        for entry in &mut open {
            // The clock was set back since: what is dated ahead of now happened now, at the latest.
            entry.intent.sent_at = entry.intent.sent_at.min(at);
        }
        // What was sent again as it was is found out once, however often a process died over it.
        let (last, earlier): (Vec<_>, Vec<_>) = open.iter().enumerate().partition(|(at, entry)| {
            !open.iter().skip(at + 1).any(|later| is_same(&entry.intent, &later.intent))
        });
        let sent_again = |(_, entry): (usize, &JournalEntry)| {
            let finding = recovered(&entry.intent, "was sent again");
            closed(hands, entry, (OperationState::Failed, Record::default(), &finding), at)
        };
        let earlier: Vec<Record> = earlier.into_iter().map(sent_again).collect();
        if !earlier.is_empty() {
            store.record(lease, earlier).await.map_err(store_failure)?;
        }
        let (mut findings, mut pending) = (Vec::new(), Pending::default());
        for (_, entry) in last {
            let key = entry.intent.type_key.clone();
            let entity = entry.intent.entity.clone();
            let finding = match self.settle(hands, lease, locals, entry).await {
                Ok(Settled { record, finding, is_open: false }) => {
                    Box::pin(self.record_settled(lease, record)).await?;
                    finding
                }
                Ok(Settled { record, finding, is_open: true }) => {
                    pending.lost.entry(entity).or_default().push(record);
                    finding
                }
                Err(error) if is_of_one_type(&error) => {
                    // It stays open, and nothing is sent before it is known what came of this.
                    pending.leave(&entry.intent, error)
                }
                Err(error) => return Err(error),
            };
            findings.push(finding.of(key));
        }
        Ok((findings, pending))
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

    /// As [`Engine::known_references`], of no more documents than some definitions refer to.
    pub(super) async fn references_in(
        &self,
        scope: &Scope,
        dialect: &dyn Dialect,
        definitions: impl Iterator<Item = &RemoteDefinition>,
    ) -> Result<References, SyncError> {
        let shape = dialect.capabilities().shape;
        // What cannot be read refers to nothing, and is told of where it is looked at.
        let views = definitions.filter_map(|one| dialect.normalize(one).ok());
        let keys: BTreeSet<String> =
            views.flat_map(|view| References::keys_in(&view, &shape)).collect();
        let mut references = References::default();
        if keys.is_empty() {
            return Ok(references);
        }
        let ids = keys.iter().map(|key| RemoteId::of_key(key)).collect();
        let store = &self.ports.store;
        for (entity, id) in store.bound(scope, ids).await.map_err(store_failure)? {
            references.bind(&entity, &id.key());
        }
        for entry in store.open_operations(scope).await.map_err(store_failure)? {
            references.bind(&entry.intent.entity, &entry.intent.remote_id.key());
        }
        Ok(references)
    }

    async fn settle(
        &self,
        hands: &Hands<'_>,
        lease: &Lease,
        locals: &Locals,
        entry: &JournalEntry,
    ) -> Result<Settled, SyncError> {
        let intent = &entry.intent;
        let sent = Sent {
            verb: intent.verb,
            id: &intent.remote_id,
            key: &intent.type_key,
            atoms: &intent.atoms,
            precondition: intent.precondition.as_ref(),
            at: self.no_later(intent.sent_at, LATENESS),
        };
        let old = self.known(&lease.scope, &intent.entity, &intent.remote_id).await?;
        let (is_open, (state, record, finding)) = if is_agreed(hands, intent, old.as_ref()) {
            let finding = recovered(intent, "had been carried out");
            (false, (OperationState::Applied, Record::default(), finding))
        } else {
            let wanted = is_wanted(hands, locals, entry, old.as_ref());
            let fate = hands.find_out(&sent, wanted).await?;
            (matches!(fate, Fate::NotYet), after(hands, entry, old.as_ref(), fate)?)
        };
        let record = closed(hands, entry, (state, record, &finding), self.ports.clock.now());
        Ok(Settled { record, finding, is_open })
    }

    /// When something is over that lasts no longer than this: it is not over later than now.
    fn no_later(&self, since: i64, longest: Duration) -> i64 {
        let longest = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
        since.saturating_add(longest).min(self.ports.clock.now())
    }

    /// Records what became of a write. Where another website took the identity meanwhile, there is nothing
    /// left to agree on; whose it is now is told by the detection that follows.
    pub(super) async fn record_settled(
        &self,
        lease: &Lease,
        record: Record,
    ) -> Result<(), SyncError> {
        let store = &self.ports.store;
        let closed = Record { state: None, ..record.clone() };
        let recorded = match store.record(lease, vec![record]).await {
            Err(StoreError::Claimed { .. }) => store.record(lease, vec![closed]).await,
            recorded => recorded,
        };
        recorded.map_err(store_failure)
    }

    /// What the state knows of a document that was being written. One that took the place of a row that
    /// is gone is known by that row's id until it is recorded itself.
    pub(super) async fn known(
        &self,
        scope: &Scope,
        entity: &Entity,
        remote_id: &RemoteId,
    ) -> Result<Option<StateDetail>, SyncError> {
        let store = &self.ports.store;
        let own = store.details(scope, vec![entity.clone()]).await.map_err(store_failure)?;
        if let Some(own) = own.into_values().next() {
            return Ok(Some(own));
        }
        let bound = store.bound(scope, vec![remote_id.clone()]).await.map_err(store_failure)?;
        let holders = bound.into_iter().map(|(holder, _)| holder).collect();
        let held = store.details(scope, holders).await.map_err(store_failure)?;
        Ok(held.into_values().next())
    }
}

/// Whether two requests are the same one, sent twice.
fn is_same(one: &Intent, other: &Intent) -> bool {
    let is_alike =
        (&one.entity, one.verb, &one.remote_id) == (&other.entity, other.verb, &other.remote_id);
    is_alike && one.precondition == other.precondition && one.atoms == other.atoms
}

/// The record of an operation that is closed.
fn closed(
    hands: &Hands<'_>,
    entry: &JournalEntry,
    (state, record, finding): (OperationState, Record, &Finding),
    at: i64,
) -> Record {
    let closing = Closing { id: entry.id, state, response: None, at };
    let history = Some(settled_attempt(hands, entry, state, finding, at));
    Record { closes: vec![closing], history, seen_at: Some(at), ..record }
}

/// What follows from the fate of an interrupted write.
fn after(
    hands: &Hands<'_>,
    entry: &JournalEntry,
    old: Option<&StateDetail>,
    fate: Fate,
) -> Result<(OperationState, Record, Finding), SyncError> {
    let intent = &entry.intent;
    let done = || recovered(intent, "had been carried out");
    Ok(match fate {
        Fate::Gone if intent.verb == Verb::Delete => (
            OperationState::Applied,
            Record { forget: Some(intent.entity.clone()), ..Record::default() },
            done(),
        ),
        Fate::NotYet => {
            (OperationState::Failed, Record::default(), recovered(intent, "is to be sent again"))
        }
        Fate::NotApplied | Fate::Gone => {
            let finding = recovered(intent, "had not been carried out");
            (OperationState::Failed, Record::default(), finding)
        }
        Fate::Applied(definition) | Fate::Exists(definition) => {
            let state = agreed(hands, entry, old, &definition)?;
            (OperationState::Applied, Record { state: Some(state), ..Record::default() }, done())
        }
        Fate::Undecided(definition) => {
            let state = doubted(hands, entry, old, &definition)?;
            let what = interrupted(intent);
            let finding = Finding::warning(
                "IN_DOUBT",
                format!("{what} cannot be told from what somebody else did since"),
                "compare the type with the platform and decide",
            );
            let record = Record { state: Some(state), ..Record::default() };
            (OperationState::Undecided, record, finding)
        }
    })
}

fn interrupted(intent: &Intent) -> String {
    format!("an interrupted {} of {}", intent.verb.as_str(), intent.type_key)
}

fn recovered(intent: &Intent, outcome: &str) -> Finding {
    Finding::info("RECOVERED", format!("{} {outcome}", interrupted(intent)), "nothing to do")
}

/// What became of an open operation.
struct Settled {
    record: Record,
    finding: Finding,
    /// Not to be told before another request took its place, which then leaves the record behind.
    is_open: bool,
}

/// Whether both sides have agreed since on what a write was for: whatever they hold now came later.
fn is_agreed(hands: &Hands<'_>, intent: &Intent, old: Option<&StateDetail>) -> bool {
    let Some(base) = old.and_then(|old| Base::from_json(&old.base).ok()) else { return false };
    let shape = hands.shape();
    let is_base = |atom: &TouchedAtom| match base.get(&atom.path, &shape) {
        Ancestor::Known { local, remote } => {
            local == atom.local.as_ref() && remote == atom.intended.as_ref()
        }
        Ancestor::Unknown => false,
    };
    intent.verb != Verb::Delete && intent.atoms.iter().all(is_base)
}

/// What the history tells of a write that its own run did not live to tell. Nothing came back, and
/// when it was carried out is not known.
fn settled_attempt(
    hands: &Hands<'_>,
    entry: &JournalEntry,
    state: OperationState,
    finding: &Finding,
    at: i64,
) -> HistoryRow {
    let intent = &entry.intent;
    let (status, code) = match state {
        OperationState::Applied => ("SUCCESS", None),
        OperationState::Failed => ("FAILED", Some(ErrorCode::Interrupted.as_str())),
        OperationState::Undecided => ("PARTIAL", Some(ErrorCode::InDoubt.as_str())),
    };
    HistoryRow {
        run_id: intent.run_id.clone(),
        entity: intent.entity.clone(),
        type_key: intent.type_key.clone(),
        platform: hands.platform.provider.clone(),
        direction: Direction::Push,
        verb: intent.verb,
        status,
        pushed: intent.body.clone(),
        response: None,
        // The intent kept it.
        previous: None,
        code: code.map(str::to_owned),
        error: code.map(|_| finding.message.clone()),
        retries: intent.attempt.saturating_sub(1),
        metadata: Some(r#"{"recovered":true}"#.to_owned()),
        actor: None,
        started_at: intent.sent_at,
        completed_at: None,
        recorded_at: at,
    }
}

/// Whether the studio still wants what a write was for.
fn is_wanted(
    hands: &Hands<'_>,
    locals: &Locals,
    entry: &JournalEntry,
    old: Option<&StateDetail>,
) -> bool {
    let intent = &entry.intent;
    let website_id = &hands.lease.scope.website_id;
    let row = locals.row(root_id(&intent.entity.id));
    let row = row.filter(|(row, _)| row.website_id == *website_id);
    let Some((row, row_digest)) = row else { return intent.verb == Verb::Delete };
    let dialect = &*hands.platform.dialect;
    let content = parse_row(row, locals.target_index()).content;
    let content = if row.id == intent.entity.id {
        Some(content)
    } else {
        let mut parts = dialect.parts(&content, &Held::default()).into_iter();
        parts.find(|part| part.id == intent.entity.id)
    };
    let Some(content) = content else { return intent.verb == Verb::Delete };
    let subject = Subject {
        entity: intent.entity.clone(),
        website_id: website_id.clone(),
        remote_id: intent.remote_id.clone(),
        origin: Origin::Known,
        local: Some(LocalSide { content, content_hash: None, row_digest }),
        remote: None,
        detail: old.cloned(),
        findings: Vec::new(),
    };
    let one = examine(subject, hands.references, dialect);
    let stands = |atom: &TouchedAtom| one.local.get(&atom.path) == atom.local.as_ref();
    intent.verb != Verb::Delete && intent.atoms.iter().all(stands)
}

/// The state after a write that turned out to have been carried out, or a creation whose type stands
/// there: what shows the intended value is agreed.
fn agreed(
    hands: &Hands<'_>,
    entry: &JournalEntry,
    old: Option<&StateDetail>,
    definition: &RemoteDefinition,
) -> Result<StateDetail, SyncError> {
    let now = hands.view_of(definition)?;
    let intent = &entry.intent;
    let is_create = intent.verb == Verb::Create;
    let mut base = old.and_then(|old| Base::from_json(&old.base).ok()).unwrap_or_default();
    base.cover(&hands.shape());
    for atom in &intent.atoms {
        if now.get(&atom.path) == atom.intended.as_ref() {
            base.set(&atom.path, Pair { local: atom.local.clone(), remote: atom.intended.clone() });
        } else {
            // Somebody else may have made it, so nothing says that ours was ever there.
            base.forget(&atom.path);
        }
    }
    if is_create {
        let known: Vec<&Path> = intent.atoms.iter().map(|atom| &atom.path).collect();
        for (path, _) in now.iter().filter(|(path, _)| !known.contains(path)) {
            base.forget(path);
        }
    }
    Ok(state_of(hands, entry, old, definition, &base))
}

/// The state after a write that cannot be told from somebody else's edit.
fn doubted(
    hands: &Hands<'_>,
    entry: &JournalEntry,
    old: Option<&StateDetail>,
    definition: &RemoteDefinition,
) -> Result<StateDetail, SyncError> {
    let now = hands.view_of(definition)?;
    let shape = hands.shape();
    let mut base = old.and_then(|old| Base::from_json(&old.base).ok()).unwrap_or_default();
    doubt(&mut base, &entry.intent.atoms, &now, &shape);
    let mut state = state_of(hands, entry, old, definition, &base);
    "in_doubt".clone_into(&mut state.row.status);
    Ok(state)
}

/// The state that the detection which follows looks at anew, because nothing in it is settled. It stays
/// with the document that has the identity; that another row took its place is found out there.
fn state_of(
    hands: &Hands<'_>,
    entry: &JournalEntry,
    old: Option<&StateDetail>,
    definition: &RemoteDefinition,
    base: &Base,
) -> StateDetail {
    let intent = &entry.intent;
    let dialect = &hands.platform.dialect;
    let before = intent.previous.as_ref().map(|body| {
        dialect.normalize(&RemoteDefinition { body: body.clone(), ..definition.clone() })
    });
    let before = before.and_then(Result::ok).unwrap_or_default();
    let origin = if intent.verb == Verb::Create { "created" } else { "adopted" };
    let longest = LATENESS + dialect.capabilities().in_flight;
    let over = hands.engine.no_later(intent.sent_at, longest);
    StateDetail {
        row: StateRow {
            entity: old.map_or(&intent.entity, |old| &old.row.entity).clone(),
            type_key: intent.type_key.clone(),
            remote_id: Some(intent.remote_id.clone()),
            row_digest: None,
            remote_digest: None,
            dialect: dialect.fingerprint(),
            settled: false,
            refers: old.is_some_and(|old| old.row.refers),
            agreed: true,
            status: "in_sync".to_owned(),
        },
        base: base.to_json(),
        bindings: intent.bindings.clone(),
        origin: old.map_or_else(|| origin.to_owned(), |old| old.origin.clone()),
        revision: definition.revision.clone(),
        // A listing may go on to show what was there before this very write.
        last_write: Some((over, before.digest())),
        content_hash: old.and_then(|old| old.content_hash),
        local_hash: None,
        remote_hash: None,
        last_sync_at: Some(over),
    }
}
