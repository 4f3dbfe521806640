//! One recorded conflict and a decision about it: the three sides put together again, decided, and
//! carried out on the studio's side.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::canonical::{Canonical, Path};
use crate::digest::Digest;
use crate::error::{ErrorCode, SyncError, quoted};
use crate::merge::Shape;
use crate::model::TargetIndex;
use crate::port::{
    Decided, Decision, Document, Lease, Record, RowWrite, Settlement, StateDetail, StoredConflict,
    TypeRow,
};

use super::actor::Action;
use super::binding::Origin;
use super::changes::conflict_digest;
use super::decide::{Settled, Strategy, decide, uphold};
use super::detect::root_id;
use super::examine::{ConflictKind, Examined, LocalSide, Status, Subject, examine};
use super::failure::store_failure;
use super::home::{Arrival, Draft, Home, Merged, Ruling, part};
use super::locals::{Locals, row_digest};
use super::outcome::outcome_error;
use super::overlap::overlaps;
use super::parse::{content_hash, parse_row};
use super::record::conflict_row;
use super::references::References;
use super::report::Resolution;
use super::resolve::{Verdict, outdated, resolution};
use super::{Engine, Platform};

/// What became of a conflict.
pub(super) enum Ruled {
    /// It is decided, or stays open.
    Told(Resolution),
    /// It is decided once this is recorded, which may be done together with others.
    Due(Box<Settlement>, Resolution),
}

/// What the conflicts of one scope are decided with.
pub(super) struct Bench<'b> {
    pub engine: &'b Engine,
    pub platform: &'b Platform,
    pub locals: &'b Locals,
    pub lease: &'b Lease,
    pub references: &'b References,
    pub targets: &'b TargetIndex,
    /// What writes to the studio are part of.
    pub run_id: String,
    pub shape: Shape,
    /// Rows as they were left by an earlier decision; several documents may lie in one.
    pub written: BTreeMap<String, Option<TypeRow>>,
}

impl Bench<'_> {
    /// Decides a conflict.
    pub async fn resolve(
        &mut self,
        verdict: &Verdict,
        stored: &StoredConflict,
        detail: Option<StateDetail>,
    ) -> Result<Ruled, SyncError> {
        let one = self.examine(stored, detail)?;
        if conflict_digest(&one) != Some(stored.digest) {
            return Err(outdated(&verdict.conflict, "the type was changed in the studio since"));
        }
        if one.status == Status::Conflict(ConflictKind::Delete) {
            return self.resolve_one_sided(verdict, stored, one).await;
        }
        let settled = decide(&one, verdict.strategy, &verdict.values, &self.shape)?;
        if settled.local != one.local {
            return self.resolve_at_home(verdict, stored, &one, settled).await.map(Ruled::Told);
        }
        let Settled { base, local, remaining } = settled;
        let mut state = known_state(&one)?;
        state.base = base.to_json();
        let is_done = remaining.is_empty();
        let merged = match self.row(&one.subject.entity.id) {
            Some((row, _)) if is_done => self.home(&verdict.by).merged(&one, row).await?,
            _ => Merged::default(),
        };
        let after = Examined { base: Some(base), local, ..one };
        let after = after.judged_again(&self.shape);
        let mut record = Record { state: Some(state), ..Record::default() };
        let fields = overlaps(&after, &self.shape);
        let resolution = Resolution {
            merged: Some(Canonical::of(&after.local.nested())),
            remaining: fields,
            ..resolution(verdict, &after.key, is_done)
        };
        if is_done {
            return Ok(self.due(verdict, stored, record, merged, resolution));
        }
        record.conflict =
            conflict_row(&after, &stored.scope, &self.shape, self.engine.ports.clock.now());
        let store = &self.engine.ports.store;
        store.record(self.lease, vec![record]).await.map_err(store_failure)?;
        Ok(Ruled::Told(resolution))
    }

    /// A decision that is to be recorded with what it means.
    fn due(
        &self,
        verdict: &Verdict,
        stored: &StoredConflict,
        record: Record,
        Merged { theirs, version }: Merged,
        resolution: Resolution,
    ) -> Ruled {
        let (digest, decision) = self.ruling(verdict, stored);
        let entity = stored.entity.clone();
        let settlement = Settlement { entity, digest, decision, record, theirs, version };
        Ruled::Due(Box::new(settlement), resolution)
    }

    /// Decides with an edit of the studio's own row.
    async fn resolve_at_home(
        &mut self,
        verdict: &Verdict,
        stored: &StoredConflict,
        one: &Examined,
        Settled { base, local, .. }: Settled,
    ) -> Result<Resolution, SyncError> {
        let row = self.row(&one.subject.entity.id);
        let (row, _) = row.ok_or_else(|| outdated(&verdict.conflict, "its row is gone"))?;
        let draft = self.home(&verdict.by).draft(one, &local, base, row)?;
        let said = |path: &&Path| draft.after.local.get(path) == local.get(path);
        if let Some(path) = verdict.values.keys().find(|path| !said(path)) {
            return Err(SyncError::new(
                ErrorCode::InvalidArgument,
                format!("the studio cannot hold the value for {}", quoted(path.as_str())),
            )
            .of(&one.key)
            .next_step("give a value that fits the kind of the field"));
        }
        let remaining = overlaps(&draft.after, &self.shape);
        let is_done = remaining.is_empty();
        let ruling = is_done.then(|| self.ruling(verdict, stored));
        self.bring(verdict, one, &draft, ruling).await?;
        let merged = Some(Canonical::of(&draft.after.local.nested()));
        Ok(Resolution { merged, remaining, ..resolution(verdict, &one.key, is_done) })
    }

    /// Writes what was drafted, and refuses the decision when the studio has moved on.
    async fn bring(
        &mut self,
        verdict: &Verdict,
        one: &Examined,
        draft: &Draft,
        ruling: Option<Ruling>,
    ) -> Result<(), SyncError> {
        arrived(verdict, one, self.home(&verdict.by).bring(self.lease, one, draft, ruling).await?)?;
        if let Some(RowWrite::Update { row, .. } | RowWrite::Insert { row }) = &draft.write {
            self.written.insert(row.id.clone(), Some((**row).clone()));
        }
        Ok(())
    }

    /// The platform's side wins of a type that is gone on one side: the studio's row is made again, or
    /// deleted.
    async fn follow(
        &mut self,
        verdict: &Verdict,
        stored: &StoredConflict,
        one: &Examined,
    ) -> Result<Resolution, SyncError> {
        let id = &one.subject.entity.id;
        let ruling = self.ruling(verdict, stored);
        if one.subject.remote.is_some() {
            // How the studio's rows are written is told by all of them.
            let locals = &*self.engine.locals().await?;
            let home = Home { locals, targets: locals.target_index(), ..self.home(&verdict.by) };
            let draft = home.draft_new(one).await?;
            self.bring(verdict, one, &draft, Some(ruling)).await?;
            let merged = Some(Canonical::of(&draft.after.local.nested()));
            return Ok(Resolution { merged, ..resolution(verdict, &one.key, true) });
        }
        let row = self.row(id).map(|(row, _)| row.clone());
        let row = row.ok_or_else(|| outdated(&verdict.conflict, "its row is gone"))?;
        let home = self.home(&verdict.by);
        arrived(verdict, one, home.remove(self.lease, one, &row, Some(ruling)).await?)?;
        self.written.insert(id.clone(), None);
        Ok(resolution(verdict, &one.key, true))
    }

    fn home<'h>(&'h self, actor: &'h str) -> Home<'h> {
        Home {
            engine: self.engine,
            platform: self.platform,
            scope: &self.lease.scope,
            references: self.references,
            targets: self.targets,
            locals: self.locals,
            run_id: &self.run_id,
            actor,
        }
    }

    /// The row that a document lies in, with the digest of what it says.
    fn row(&self, id: &str) -> Option<(&TypeRow, Digest)> {
        let root = root_id(id);
        match self.written.get(root) {
            Some(row) => row.as_ref().map(|row| (row, row_digest(row))),
            None => self.locals.row(root),
        }
    }

    fn ruling(&self, verdict: &Verdict, stored: &StoredConflict) -> Ruling {
        (stored.digest, self.decision(verdict))
    }

    fn decision(&self, verdict: &Verdict) -> Decision {
        Decision {
            resolution: verdict.strategy.as_str().to_owned(),
            by: Some(verdict.by.clone()),
            at: self.engine.ports.clock.now(),
        }
    }

    /// Decides a type that is gone on one side and changed on the other.
    async fn resolve_one_sided(
        &mut self,
        verdict: &Verdict,
        stored: &StoredConflict,
        one: Examined,
    ) -> Result<Ruled, SyncError> {
        let mut state = known_state(&one)?;
        match verdict.strategy {
            Strategy::SourceWins => {
                let base = uphold(&one, &self.shape);
                state.row.agreed &= base.is_some();
                state.base = base.unwrap_or_default().to_json();
            }
            Strategy::TargetWins => {
                if one.subject.remote.is_none() {
                    self.engine.permit(Action::FollowDeletion).await?;
                }
                return self.follow(verdict, stored, &one).await.map(Ruled::Told);
            }
            Strategy::Merge | Strategy::Manual => {
                let remaining = overlaps(&one, &self.shape);
                let valueless = || outcome_error(&undivided(&one));
                let error = (!verdict.values.is_empty()).then(valueless);
                let open = resolution(verdict, &one.key, false);
                return Ok(Ruled::Told(Resolution { remaining, error, ..open }));
            }
        }
        let record = Record { state: Some(state), ..Record::default() };
        let resolution = resolution(verdict, &one.key, true);
        Ok(self.due(verdict, stored, record, Merged::default(), resolution))
    }

    /// Records decisions that are due, all at once; tells what became of each.
    pub async fn record(
        &self,
        due: Vec<Settlement>,
    ) -> Result<Vec<Result<Decided, SyncError>>, SyncError> {
        let version = |one: &Settlement| one.version.as_ref().map(|it| it.row.document.clone());
        let versions: Vec<Option<Document>> = due.iter().map(version).collect();
        let decided = self.engine.ports.store.decide(self.lease, due).await;
        let mut judged = Vec::with_capacity(versions.len());
        for (decided, version) in decided.map_err(store_failure)?.into_iter().zip(versions) {
            judged.push(match (decided.map_err(store_failure), version) {
                (Ok(Decided::Done), Some(document)) => {
                    self.engine.prune(&document).await.map(|()| Decided::Done)
                }
                (decided, _) => decided,
            });
        }
        Ok(judged)
    }

    /// The three sides as they are: the studio's row now, the definition as it was recorded.
    fn examine(
        &self,
        stored: &StoredConflict,
        detail: Option<StateDetail>,
    ) -> Result<Examined, SyncError> {
        let entity = &stored.entity;
        let remote_id = stored.remote.as_ref().map(|remote| remote.id.clone());
        let known = detail.as_ref().and_then(|detail| detail.row.remote_id.clone());
        let remote_id = remote_id.or(known).ok_or_else(|| {
            SyncError::new(
                ErrorCode::StoreFailed,
                format!("what the type {} is on the platform is not recorded", entity.id),
            )
        })?;
        let mut findings = Vec::new();
        let local = self.row(&entity.id).and_then(|(row, row_digest)| {
            let parsed = parse_row(row, self.targets);
            findings = parsed.findings;
            let content_hash = content_hash(row);
            let content = if row.id == entity.id {
                parsed.content
            } else {
                part(&*self.platform.dialect, &parsed.content, &entity.id)?
            };
            Some(LocalSide { content, content_hash, row_digest })
        });
        let subject = Subject {
            entity: entity.clone(),
            website_id: stored.scope.website_id.clone(),
            remote_id,
            origin: Origin::Known,
            local,
            remote: stored.remote.clone().map(Arc::new),
            detail,
            findings,
        };
        Ok(examine(subject, self.references, &*self.platform.dialect))
    }
}

/// The state of the document, to be looked at anew by the next detection.
fn known_state(one: &Examined) -> Result<StateDetail, SyncError> {
    let mut state = one.subject.detail.clone().ok_or_else(|| {
        SyncError::new(ErrorCode::StoreFailed, format!("the state of {} is gone", one.key))
            .next_step("deploy again; the type is adopted anew")
    })?;
    state.row.settled = false;
    Ok(state)
}

/// A type that is gone on one side is there or not; no value lies in between.
fn undivided(one: &Examined) -> SyncError {
    let (gone, changed) = match one.subject.local {
        None => ("from the studio", "on the platform"),
        Some(_) => ("from the platform", "in the studio"),
    };
    SyncError::new(
        ErrorCode::InvalidArgument,
        format!("{} is gone {gone} and was changed {changed}; no value decides that", one.key),
    )
    .of(&one.key)
    .next_step("decide with source_wins or target_wins, without values")
}

/// Refuses a decision that could not be carried out as it was meant.
fn arrived(verdict: &Verdict, one: &Examined, arrival: Arrival) -> Result<(), SyncError> {
    match arrival {
        Arrival::Home => Ok(()),
        Arrival::Moved => {
            Err(outdated(&verdict.conflict, "the type was edited in the studio since"))
        }
        Arrival::InUse(items) => Err(SyncError::new(
            ErrorCode::DeleteRefused,
            format!("{} is not deleted from the studio, because {items} items are of it", one.name),
        )
        .of(&one.key)
        .next_step("delete its content items first, or let the studio win")),
        Arrival::Taken => Err(SyncError::new(
            ErrorCode::ValidationFailed,
            format!("{} cannot be made again, because the studio has another of its key", one.name),
        )
        .of(&one.key)),
    }
}
