//! One document on its way home: journalled, written, recorded.

use crate::canonical::write;
use crate::digest::Digest;
use crate::error::{ErrorCode, SyncError};
use crate::merge::Base;
use crate::model::{Finding, Json};
use crate::plan::Verb;
use crate::port::{
    Decided, Decision, Direction, Document, Entity, HistoryRow, Lease, OperationState, Record,
    RowIntent, RowOutcome, RowWrite, Settlement, StateDetail, TypeRow, VersionSource,
};

use super::Home;
use super::draft::Draft;
use crate::engine::binding::Origin;
use crate::engine::detect::root_id;
use crate::engine::examine::{Examined, Status};
use crate::engine::failure::{store_failure, studio_failure};
use crate::engine::fields::write_bindings;
use crate::engine::outcome::{had_conflict, outcome_error};
use crate::engine::record::{Standing, conflict_after, state_after};
use crate::engine::report::OutcomeError;
use crate::engine::{Engine, VersionNote};

/// The decision that a write carries out, with the digest of the conflict.
pub(in crate::engine) type Ruling = (Digest, Decision);

/// What became of a write to the studio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Arrival {
    /// The row is as meant, and that is recorded.
    Home,
    /// Somebody edited the row meanwhile; nothing was written.
    Moved,
    /// So many content items belong to the type; nothing was written.
    InUse(u64),
    /// Another row has the name or the key; nothing was written.
    Taken,
}

/// What is recorded of a write, besides the write.
struct Traces<'t> {
    /// The document as it was.
    before: &'t Examined,
    /// The document as it is then.
    one: &'t Examined,
    write: &'t RowWrite,
    /// The state then; `None` for a document that is gone.
    state: Option<StateDetail>,
    findings: &'t [Finding],
    ruling: Option<Ruling>,
}

impl Home<'_> {
    /// Brings a document home that the studio has or is to have.
    pub async fn bring(
        &self,
        lease: &Lease,
        before: &Examined,
        draft: &Draft,
        ruling: Option<Ruling>,
    ) -> Result<Arrival, SyncError> {
        let state = self.state_then(&draft.after);
        let Some(write) = &draft.write else {
            // The row says it already, so there is nothing but the agreement.
            let record = self.record_of(&draft.after, state);
            self.record(lease, &draft.after, record, ruling).await?;
            return Ok(Arrival::Home);
        };
        let findings = &draft.findings[..];
        self.travel(lease, Traces { before, one: &draft.after, write, state, findings, ruling })
            .await
    }

    /// Deletes the row of a document that is gone from the platform.
    pub async fn remove(
        &self,
        lease: &Lease,
        one: &Examined,
        seen: &TypeRow,
        ruling: Option<Ruling>,
    ) -> Result<Arrival, SyncError> {
        let write = &RowWrite::delete(seen.clone());
        self.travel(lease, Traces { before: one, one, write, state: None, findings: &[], ruling })
            .await
    }

    async fn travel(&self, lease: &Lease, traces: Traces<'_>) -> Result<Arrival, SyncError> {
        let Traces { before, one, write, state, findings, ruling } = traces;
        let (store, clock) = (&self.engine.ports.store, &self.engine.ports.clock);
        let began = clock.now();
        // Before the intent, which names the version that is merged, for whoever has to finish it.
        let merged = self.record_before(before, one, write).await?;
        let intent = RowIntent {
            run_id: self.run_id.to_owned(),
            entity: one.subject.entity.clone(),
            type_key: one.key.clone(),
            remote_id: one.subject.remote_id.clone(),
            write: write.clone(),
            base: state.as_ref().map_or_else(|| Base::default().to_json(), |it| it.base.clone()),
            bindings: state.as_ref().map_or_else(|| write_bindings(&[]), |it| it.bindings.clone()),
            merged: merged.clone(),
            decision: ruling.clone(),
            actor: self.actor.to_owned(),
            at: began,
        };
        let id = store.intend_row(lease, intent).await.map_err(store_failure)?;
        let refused = match self.engine.ports.studio.write(write.clone()).await {
            Ok(outcome) => refusal(outcome).map(|(arrival, why)| (Ok(arrival), why)),
            // What was told as failed must not be carried out later.
            Err(error) if error.wrote_nothing() => {
                let error = studio_failure(error).of(&one.key);
                let why = outcome_error(&error);
                Some((Err(error), why))
            }
            // Whether it was carried out is found out by the next run.
            Err(error) => return Err(studio_failure(error).of(&one.key)),
        };
        if let Some((refused, why)) = refused {
            let history = refused_attempt(self.attempt(one, write, &[], began), why);
            let row = Some((id, OperationState::Failed));
            let seen_at = history.completed_at;
            let record = Record { row, history: Some(history), seen_at, ..Record::default() };
            store.record(lease, vec![record]).await.map_err(store_failure)?;
            return refused;
        }
        self.record_after(one, write, merged).await?;
        let mut record = self.record_of(one, state);
        record.row = Some((id, OperationState::Applied));
        record.history = Some(self.attempt(one, write, findings, began));
        self.record(lease, one, record, ruling).await?;
        Ok(Arrival::Home)
    }

    /// What both sides look like once the document is home.
    fn state_then(&self, after: &Examined) -> Option<StateDetail> {
        let remote = after.subject.remote.as_deref()?;
        let standing = Standing {
            remote,
            view: &after.remote,
            sent: &[],
            doubted: &[],
            undone: None,
            last_write: None,
            at: self.engine.ports.clock.now(),
        };
        // Names that it refers to are looked at together, by the next detection.
        Some(state_after(after, &standing, &*self.platform.dialect))
    }

    /// What a document leaves behind that is home; `None` for one that is gone.
    fn record_of(&self, one: &Examined, state: Option<StateDetail>) -> Record {
        let now = self.engine.ports.clock.now();
        let mut record = Record { seen_at: Some(now), ..Record::default() };
        match (&state, &one.subject.origin) {
            (None, _) => record.forget = Some(one.subject.entity.clone()),
            (Some(_), Origin::Rebound(old)) => record.forget = Some(old.clone()),
            (Some(_), _) => {}
        }
        if state.is_some() {
            let means = (self.references, &*self.platform.dialect);
            record.conflict = conflict_after(one, state.as_ref(), self.scope, means, now);
        }
        if record.conflict.is_none() && had_conflict(one) {
            record.settled_conflict = Some(one.subject.entity.clone());
        }
        record.state = state;
        record
    }

    /// Records, and with it the decision that was carried out. One that nobody waits for any more
    /// changes nothing about what was done.
    async fn record(
        &self,
        lease: &Lease,
        one: &Examined,
        mut record: Record,
        ruling: Option<Ruling>,
    ) -> Result<(), SyncError> {
        if let Some(ruling) = ruling {
            let (entity, decision) = (one.subject.entity.clone(), ruling.1.clone());
            if self.engine.decided(lease, entity, ruling, record.clone()).await? {
                return Ok(());
            }
            record.decision = Some(decision);
        }
        let store = &self.engine.ports.store;
        store.record(lease, vec![record]).await.map_err(store_failure)
    }

    /// Records the content before, if nobody did, and what is merged into it. Returns the version that
    /// holds the latter.
    async fn record_before(
        &self,
        before: &Examined,
        after: &Examined,
        write: &RowWrite,
    ) -> Result<Option<String>, SyncError> {
        let (RowWrite::Update { seen, .. } | RowWrite::Delete { seen }) = write else {
            return Ok(None);
        };
        let document = self.document(after);
        let note = self.note("as it was in the studio".to_owned());
        self.engine.record_row(self.locals, &document, Some(seen), None, &note).await?;
        if matches!(after.status, Status::Conflict(_)) {
            return Ok(None);
        }
        self.record_theirs(before, seen).await
    }

    /// Records the content that a write left.
    async fn record_after(
        &self,
        after: &Examined,
        write: &RowWrite,
        merged: Option<String>,
    ) -> Result<(), SyncError> {
        let row = match write {
            RowWrite::Insert { row } | RowWrite::Update { row, .. } => Some(&**row),
            RowWrite::Delete { .. } => None,
        };
        let note = self.note(format!("from {}", self.platform.provider));
        let document = self.document(after);
        self.engine.record_row(self.locals, &document, row, merged, &note).await?;
        Ok(())
    }

    /// What the versions of a document are kept of: for a part, of the row that it lies in.
    pub(super) fn document(&self, one: &Examined) -> Document {
        let root = root_id(&one.subject.entity.id);
        Document::content_type(&*self.scope.website_id, root)
    }

    pub(super) fn note(&self, message: String) -> VersionNote {
        VersionNote {
            source: VersionSource::Sync,
            author: self.actor.to_owned(),
            message: Some(message),
        }
    }

    /// What the history tells of it: the row's new definition, and what the platform had.
    fn attempt(
        &self,
        one: &Examined,
        row: &RowWrite,
        findings: &[Finding],
        began: i64,
    ) -> HistoryRow {
        let now = self.engine.ports.clock.now();
        let paths = findings.iter().filter_map(|finding| finding.path.clone().map(Json::str));
        let paths: Vec<Json<'_>> = paths.collect();
        let kept = || write(&Json::object([("notRepresentable", Json::Array(paths.clone()))]));
        HistoryRow {
            run_id: self.run_id.to_owned(),
            entity: one.subject.entity.clone(),
            type_key: one.key.clone(),
            platform: self.platform.provider.clone(),
            direction: Direction::Pull,
            verb: verb_of(row),
            status: if findings.is_empty() { "SUCCESS" } else { "PARTIAL" },
            pushed: definition_of(row),
            response: one.subject.remote.as_ref().map(|remote| remote.body.to_string()),
            previous: None,
            code: None,
            error: None,
            retries: 0,
            metadata: (!paths.is_empty()).then(kept),
            actor: Some(self.actor.to_owned()),
            started_at: began,
            completed_at: Some(now),
            recorded_at: now,
        }
    }
}

impl Engine {
    /// Records a decision that was carried out; `false` when nobody waits for it any more.
    pub(super) async fn decided(
        &self,
        lease: &Lease,
        entity: Entity,
        (digest, decision): Ruling,
        record: Record,
    ) -> Result<bool, SyncError> {
        let settlement =
            Settlement { entity, digest, decision, record, theirs: None, version: None };
        let decided = self.ports.store.decide(lease, vec![settlement]).await;
        let decided = decided.map_err(store_failure)?.into_iter().next().transpose();
        Ok(decided.map_err(store_failure)? == Some(Decided::Done))
    }
}

/// What it means that the studio did not take a write, and why it did not; `None` when it did.
pub(super) fn refusal(outcome: RowOutcome) -> Option<(Arrival, OutcomeError)> {
    let (arrival, code, message) = match outcome {
        RowOutcome::Written => return None,
        RowOutcome::Moved => {
            let message = "somebody edited the type in the studio meanwhile".to_owned();
            (Arrival::Moved, ErrorCode::Conflict, message)
        }
        RowOutcome::InUse { items } => {
            let message = format!("{items} content items are of the type");
            (Arrival::InUse(items), ErrorCode::DeleteRefused, message)
        }
        RowOutcome::Taken => {
            let message = "the studio has another type of its name or key".to_owned();
            (Arrival::Taken, ErrorCode::ValidationFailed, message)
        }
    };
    Some((arrival, OutcomeError { code: code.as_str().to_owned(), message }))
}

/// Why a row does not get a name, however often it is tried.
pub(in crate::engine) fn name_taken(name: &str) -> SyncError {
    let message = format!("the studio has another type with the name or key of {name}");
    SyncError::new(ErrorCode::ValidationFailed, message).next_step("rename one of the two")
}

/// An attempt that the studio refused; an edit in between leaves a part of it to be done.
pub(super) fn refused_attempt(attempt: HistoryRow, why: OutcomeError) -> HistoryRow {
    let is_edited = why.code == ErrorCode::Conflict.as_str();
    HistoryRow {
        status: if is_edited { "PARTIAL" } else { "FAILED" },
        code: Some(why.code),
        error: Some(why.message),
        ..attempt
    }
}

/// What a write does to the studio's type.
pub(super) fn verb_of(write: &RowWrite) -> Verb {
    match write {
        RowWrite::Insert { .. } => Verb::Create,
        RowWrite::Update { .. } => Verb::Update,
        RowWrite::Delete { .. } => Verb::Delete,
    }
}

/// The definition that a write leaves; empty for a deletion.
pub(super) fn definition_of(write: &RowWrite) -> String {
    match write {
        RowWrite::Insert { row } | RowWrite::Update { row, .. } => {
            row.fields.as_deref().unwrap_or_default().to_owned()
        }
        RowWrite::Delete { .. } => String::new(),
    }
}
