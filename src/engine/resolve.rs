//! Resolving: decisions about recorded conflicts become edits on the studio's side and a base that
//! has moved. Nothing is sent to the platform.
//!
//! A decision is about the three sides that the caller has seen. They are put together again from
//! the studio's row as it is now, the definition that was recorded with the conflict, and the base;
//! if they are not the same any more, the decision is refused.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::canonical::Canonical;
use crate::error::{ErrorCode, SyncError, quoted};
use crate::merge::Shape;
use crate::model::TargetIndex;
use crate::port::{Decided, Decision, Lease, Record, Scope, StateDetail, StoredConflict};

use super::binding::Origin;
use super::changes::{conflict, overlaps};
use super::conflicts::{id_of, name_of};
use super::decide::{Settled, Strategy, Values, decide, uphold};
use super::examine::{ConflictKind, Examined, LocalSide, Status, Subject, examine};
use super::failure::store_failure;
use super::locals::Locals;
use super::outcome::outcome_error;
use super::parse::{content_hash, parse_row};
use super::record::conflict_row;
use super::references::References;
use super::report::{ConflictField, Resolution};
use super::{Engine, Platform, ProviderRequest, Purpose};

/// Who holds a scope while its conflicts are decided.
const OWNER: &str = "resolveConflicts";

/// A decision about one conflict.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Id of the conflict.
    pub conflict: String,
    /// How.
    pub strategy: Strategy,
    /// Values by path, for what is decided by hand.
    pub values: Values,
    /// Who decides.
    pub by: String,
}

impl Engine {
    /// Decides conflicts, each by itself: one that cannot be decided stays open and says why.
    /// Returns one resolution per verdict, in their order.
    ///
    /// # Errors
    ///
    /// When the studio or the state cannot be read, or no platform is configured.
    pub async fn resolve(
        &self,
        provider: &ProviderRequest,
        verdicts: Vec<Verdict>,
    ) -> Result<Vec<Resolution>, SyncError> {
        let locals = self.locals().await?;
        let platform = self.connect(provider, Purpose::Look).await?;
        let mut resolutions: Vec<Option<Resolution>> = verdicts.iter().map(|_| None).collect();
        let mut by_scope: BTreeMap<Scope, Vec<(usize, StoredConflict)>> = BTreeMap::new();
        let ids: Vec<&str> = verdicts.iter().map(|verdict| &*verdict.conflict).collect();
        for (at, (verdict, found)) in verdicts.iter().zip(self.look_up(&ids).await?).enumerate() {
            match found {
                Ok(conflict) if conflict.scope.target == platform.target => {
                    by_scope.entry(conflict.scope.clone()).or_default().push((at, conflict));
                }
                Ok(conflict) => {
                    set(&mut resolutions, at, failed(verdict, "", &elsewhere(&conflict)));
                }
                Err(error) => set(&mut resolutions, at, failed(verdict, "", &error)),
            }
        }
        for (scope, conflicts) in by_scope {
            let now = self.ports.clock.now();
            let lease = match self.ports.store.acquire(&scope, OWNER, now).await {
                Ok(lease) => lease,
                Err(error) => {
                    let error = store_failure(error);
                    for (at, conflict) in &conflicts {
                        let Some(verdict) = verdicts.get(*at) else { continue };
                        set(&mut resolutions, *at, failed(verdict, &conflict.type_key, &error));
                    }
                    continue;
                }
            };
            let result = self.resolve_scope(&platform, &locals, &lease, &verdicts, conflicts).await;
            let released = self.ports.store.release(lease).await.map_err(store_failure);
            for (at, resolution) in result? {
                set(&mut resolutions, at, resolution);
            }
            released?;
        }
        Ok(resolutions.into_iter().flatten().collect())
    }

    /// The open conflict of each id, or why there is none.
    pub(super) async fn look_up(
        &self,
        ids: &[&str],
    ) -> Result<Vec<Result<StoredConflict, SyncError>>, SyncError> {
        let names: BTreeSet<&str> = ids.iter().filter_map(|id| name_of(id)).collect();
        let names = names.into_iter().map(str::to_owned).collect();
        let known = self.ports.store.conflicts_named(names).await.map_err(store_failure)?;
        // Newest first, and the newest of an id is meant.
        let (mut by_id, mut open_by_name) = (HashMap::new(), HashMap::new());
        for one in &known {
            let id = id_of(one);
            if one.decision.is_none()
                && let Some(name) = name_of(&id)
            {
                open_by_name.entry(name.to_owned()).or_insert(id.clone());
            }
            by_id.entry(id).or_insert(one);
        }
        let found = |id: &&str| {
            let exact = by_id.get(*id).copied();
            if let Some(open) = exact.filter(|one| one.decision.is_none()) {
                return Ok(open.clone());
            }
            let newer = name_of(id).and_then(|name| open_by_name.get(name));
            Err(match (newer, exact.and_then(|one| one.decision.as_ref())) {
                (Some(newer), _) => outdated(id, &format!("it is {newer} now")),
                (None, Some(decision)) => SyncError::new(
                    ErrorCode::Conflict,
                    format!("the conflict {id} was decided already: {}", decision.resolution),
                )
                .next_step("nothing to do; deploy to carry the decision out"),
                (None, None) => SyncError::new(
                    ErrorCode::InvalidArgument,
                    format!("no recorded conflict has the id {}", quoted(id)),
                )
                .next_step("list the conflicts; a deployment records those that it meets"),
            })
        };
        Ok(ids.iter().map(found).collect())
    }

    async fn resolve_scope(
        &self,
        platform: &Platform,
        locals: &Locals,
        lease: &Lease,
        verdicts: &[Verdict],
        conflicts: Vec<(usize, StoredConflict)>,
    ) -> Result<Vec<(usize, Resolution)>, SyncError> {
        let wanted = conflicts.iter().map(|(_, conflict)| conflict.entity.clone()).collect();
        let details = self.ports.store.details(&lease.scope, wanted).await;
        let mut details = details.map_err(store_failure)?;
        let references = self.known_references(&lease.scope).await?;
        let index = locals.target_index();
        let mut resolutions = Vec::new();
        for (at, conflict) in conflicts {
            let Some(verdict) = verdicts.get(at) else { continue };
            let bench = Bench {
                engine: self,
                platform,
                locals,
                index: &index,
                lease,
                references: &references,
                shape: platform.dialect.capabilities().shape,
            };
            let detail = details.remove(&conflict.entity);
            let resolution = match bench.resolve(verdict, &conflict, detail).await {
                Ok(resolution) => resolution,
                Err(error) => failed(verdict, &conflict.type_key, &error),
            };
            resolutions.push((at, resolution));
            // Many conflicts must not keep other work of this thread waiting.
            tokio::task::yield_now().await;
        }
        Ok(resolutions)
    }
}

/// What the conflicts of one scope are decided with.
struct Bench<'b> {
    engine: &'b Engine,
    platform: &'b Platform,
    locals: &'b Locals,
    index: &'b TargetIndex,
    lease: &'b Lease,
    references: &'b References,
    shape: Shape,
}

impl Bench<'_> {
    async fn resolve(
        &self,
        verdict: &Verdict,
        stored: &StoredConflict,
        detail: Option<StateDetail>,
    ) -> Result<Resolution, SyncError> {
        let one = self.examine(stored, detail)?;
        let now = self.engine.ports.clock.now();
        let is_as_seen = conflict(&one, &stored.scope, now)
            .is_some_and(|seen| seen.digest == stored.digest.to_string());
        if !is_as_seen {
            return Err(outdated(&verdict.conflict, "the type was changed in the studio since"));
        }
        if one.status == Status::Conflict(ConflictKind::Delete) {
            return self.resolve_one_sided(verdict, stored, one).await;
        }
        let Settled { base, local, remaining } =
            decide(&one, verdict.strategy, &verdict.values, &self.shape)?;
        if local != one.local {
            return Err(SyncError::new(ErrorCode::NotAvailable, "the studio's side would change"));
        }
        let mut state = known_state(&one)?;
        state.base = base.to_json();
        let after = Examined { base: Some(base), local, ..one };
        let after = after.judged_again(&self.shape);
        let mut record = Record { state: Some(state), ..Record::default() };
        let fields: Vec<ConflictField> = remaining.iter().map(ConflictField::of).collect();
        let merged = Some(Canonical::of(&after.local.nested()));
        let is_done = fields.is_empty();
        if is_done {
            self.decide(verdict, stored, record).await?;
        } else {
            record.conflict = conflict_row(&after, &stored.scope, now);
            let store = &self.engine.ports.store;
            store.record(self.lease, vec![record]).await.map_err(store_failure)?;
        }
        Ok(Resolution { merged, remaining: fields, ..resolution(verdict, &after.key, is_done) })
    }

    /// Decides a type that is gone on one side and changed on the other.
    async fn resolve_one_sided(
        &self,
        verdict: &Verdict,
        stored: &StoredConflict,
        one: Examined,
    ) -> Result<Resolution, SyncError> {
        let mut state = known_state(&one)?;
        match verdict.strategy {
            Strategy::SourceWins => {
                let base = uphold(&one, &self.shape);
                state.row.agreed &= base.is_some();
                state.base = base.unwrap_or_default().to_json();
            }
            Strategy::TargetWins => return Err(one_sided(&one.name)),
            Strategy::Merge | Strategy::Manual => {
                let remaining = overlaps(&one);
                return Ok(Resolution { remaining, ..resolution(verdict, &one.key, false) });
            }
        }
        let record = Record { state: Some(state), ..Record::default() };
        self.decide(verdict, stored, record).await?;
        Ok(resolution(verdict, &one.key, true))
    }

    /// Records a decision with what it means, unless somebody was faster.
    async fn decide(
        &self,
        verdict: &Verdict,
        stored: &StoredConflict,
        record: Record,
    ) -> Result<(), SyncError> {
        let decision = Decision {
            resolution: verdict.strategy.as_str().to_owned(),
            by: Some(verdict.by.clone()),
            at: self.engine.ports.clock.now(),
        };
        let conflicts = &self.engine.ports.store;
        let decided =
            conflicts.decide(self.lease, &stored.entity, stored.digest, decision, record).await;
        match decided.map_err(store_failure)? {
            Decided::Done => Ok(()),
            Decided::Closed => Err(outdated(&verdict.conflict, "somebody else decided it")),
            Decided::Moved(newer) => {
                Err(outdated(&verdict.conflict, &format!("it is {} now", id_of(&newer))))
            }
        }
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
        let row = self.locals.row(&entity.id);
        let mut findings = Vec::new();
        let local = row.map(|(row, row_digest)| {
            let parsed = parse_row(row, self.index);
            findings = parsed.findings;
            let content = parsed.content;
            LocalSide { content, content_hash: content_hash(row), row_digest }
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

fn set(resolutions: &mut [Option<Resolution>], at: usize, resolution: Resolution) {
    if let Some(slot) = resolutions.get_mut(at) {
        *slot = Some(resolution);
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

fn resolution(verdict: &Verdict, type_key: &str, is_done: bool) -> Resolution {
    Resolution {
        conflict_id: verdict.conflict.clone(),
        type_key: type_key.to_owned(),
        success: is_done,
        strategy: verdict.strategy.as_str(),
        merged: None,
        remaining: Vec::new(),
        requires_manual: !is_done,
        error: None,
    }
}

fn failed(verdict: &Verdict, type_key: &str, error: &SyncError) -> Resolution {
    Resolution { error: Some(outcome_error(error)), ..resolution(verdict, type_key, false) }
}

pub(super) fn outdated(id: &str, why: &str) -> SyncError {
    SyncError::new(ErrorCode::PlanStale, format!("the decision about {id} is outdated: {why}"))
        .next_step("look at the conflict again and decide anew")
}

fn elsewhere(conflict: &StoredConflict) -> SyncError {
    SyncError::new(
        ErrorCode::TargetMismatch,
        format!("the conflict is with {}, and another target is configured", conflict.scope.target),
    )
    .next_step("name the provider of that target")
}

fn one_sided(name: &str) -> SyncError {
    SyncError::new(
        ErrorCode::NotAvailable,
        format!(
            "{name} is gone on one side; that is decided by deleting it on the other, or by making it again"
        ),
    )
}
