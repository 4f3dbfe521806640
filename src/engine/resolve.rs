//! Resolving: decisions about recorded conflicts become edits on the studio's side and a base that
//! has moved. Nothing is sent to the platform.
//!
//! A decision is about the three sides that the caller has seen. They are put together again from
//! the studio's row as it is now, the definition that was recorded with the conflict, and the base;
//! if they are not the same any more, the decision is refused.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::error::{ErrorCode, SyncError, quoted};
use crate::port::{Decided, Lease, Scope, Settlement, StateDetail, StoredConflict};

use super::actor::Action;
use super::bench::{Bench, Ruled};
use super::conflicts::{id_of, name_of};
use super::decide::{Strategy, Values};
use super::detect::root_id;
use super::failure::store_failure;
use super::outcome::outcome_error;
use super::record_version::busy;
use super::report::Resolution;
use super::{Engine, Platform, ProviderRequest, Purpose, holder};

/// Decisions that are recorded at once, so that few wait for the disk by themselves, and few are lost
/// when the process is killed.
const TOGETHER: usize = 32;

/// How often a decision is made anew because a version of its type came in between.
const ATTEMPTS: u32 = 8;

/// What to do about a conflict that there is not.
pub(super) const DETECT_AGAIN: &str = "detect the changes, and decide the conflicts that they show";

/// Why no recorded conflict with an id is open.
pub(super) struct Unfound {
    pub error: Arc<SyncError>,
    /// There is none in the log, so looking may show it.
    pub may_be_unmet: bool,
}

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
        self.permit(Action::Resolve).await?;
        for verdict in &verdicts {
            self.permit_signature(&verdict.by).await?;
        }
        let platform = self.connect(provider, Purpose::Look).await?;
        let ids: Vec<&str> = verdicts.iter().map(|verdict| &*verdict.conflict).collect();
        let found = self.look_up(&ids).await?;
        Ok(self.resolve_found(&platform, verdicts, found).await)
    }

    /// Decides what was looked up: the conflict of each verdict, or why there is none. What was decided in
    /// one website is told, whatever becomes of the others.
    pub(super) async fn resolve_found(
        &self,
        platform: &Platform,
        verdicts: Vec<Verdict>,
        found: Vec<Result<StoredConflict, Unfound>>,
    ) -> Vec<Resolution> {
        let mut resolutions: Vec<Option<Resolution>> = verdicts.iter().map(|_| None).collect();
        let mut by_scope: BTreeMap<Scope, Vec<(usize, StoredConflict)>> = BTreeMap::new();
        for (at, (verdict, found)) in verdicts.iter().zip(found).enumerate() {
            match found {
                Ok(conflict) if conflict.scope.target == platform.target => {
                    by_scope.entry(conflict.scope.clone()).or_default().push((at, conflict));
                }
                Ok(conflict) => {
                    set(&mut resolutions, at, failed(verdict, "", &elsewhere(&conflict)));
                }
                Err(unfound) => set(&mut resolutions, at, failed(verdict, "", &unfound.error)),
            }
        }
        for (scope, conflicts) in by_scope {
            let now = self.ports.clock.now();
            let decided =
                match self.ports.store.acquire(&scope, holder::RESOLVE_CONFLICTS, now).await {
                    Ok(lease) => {
                        let decided =
                            self.resolve_scope(platform, &lease, &verdicts, &conflicts).await;
                        // A lease that cannot be given back is taken over by whoever comes: its lock is gone.
                        self.ports.store.release(lease).await.ok();
                        decided
                    }
                    Err(error) => Err(store_failure(error)),
                };
            match decided {
                Ok(decided) => {
                    for (at, resolution) in decided {
                        set(&mut resolutions, at, resolution);
                    }
                }
                Err(error) => {
                    for (at, conflict) in &conflicts {
                        let Some(verdict) = verdicts.get(*at) else { continue };
                        set(&mut resolutions, *at, failed(verdict, &conflict.type_key, &error));
                    }
                }
            }
        }
        resolutions.into_iter().flatten().collect()
    }

    /// The open conflict of each id, or why none is recorded.
    pub(super) async fn look_up(
        &self,
        ids: &[&str],
    ) -> Result<Vec<Result<StoredConflict, Unfound>>, SyncError> {
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
            let error = match (newer, exact.and_then(|one| one.decision.as_ref())) {
                (Some(newer), _) => outdated(id, &format!("it is {newer} now")),
                (None, Some(decision)) => SyncError::new(
                    ErrorCode::Conflict,
                    format!("the conflict {id} was decided already: {}", decision.resolution),
                )
                .next_step("nothing to do; deploy to carry the decision out"),
                (None, None) => unknown(id),
            };
            let may_be_unmet = exact.is_none() && name_of(id).is_some();
            Err(Unfound { error: Arc::new(error), may_be_unmet })
        };
        Ok(ids.iter().map(found).collect())
    }

    async fn resolve_scope(
        &self,
        platform: &Platform,
        lease: &Lease,
        verdicts: &[Verdict],
        conflicts: &[(usize, StoredConflict)],
    ) -> Result<Vec<(usize, Resolution)>, SyncError> {
        // What an interrupted decision left open comes first, and may be one of these.
        self.settle_rows(platform, lease).await?;
        let rows = conflicts.iter().map(|(_, conflict)| root_id(&conflict.entity.id).to_owned());
        let locals = &*self.some_locals(rows.collect()).await?;
        let wanted = conflicts.iter().map(|(_, conflict)| conflict.entity.clone()).collect();
        let details = self.ports.store.details(&lease.scope, wanted).await;
        let details = details.map_err(store_failure)?;
        let remotes = conflicts.iter().filter_map(|(_, conflict)| conflict.remote.as_ref());
        let references = self.references_in(&lease.scope, &*platform.dialect, remotes).await?;
        let clock = &self.ports.clock;
        let mut bench = Bench {
            engine: self,
            platform,
            locals,
            lease,
            references: &references,
            targets: locals.target_index(),
            run_id: format!("resolution_{:013x}_{:016x}", clock.now(), clock.random()),
            shape: platform.dialect.capabilities().shape,
            written: BTreeMap::new(),
        };
        let mut resolutions = Vec::new();
        let mut due = Vec::new();
        for (at, conflict) in conflicts {
            let Some(verdict) = verdicts.get(*at) else { continue };
            let case = Case { at: *at, verdict, conflict, detail: details.get(&conflict.entity) };
            match bench.rule(&case).await {
                Ok(Ruled::Told(resolution)) => resolutions.push((*at, resolution)),
                Ok(Ruled::Due(settlement, resolution)) => due.push((case, *settlement, resolution)),
                Err(error) => resolutions.push((*at, case.failed(&error))),
            }
            if due.len() == TOGETHER {
                resolutions.extend(bench.settle(std::mem::take(&mut due)).await);
            }
            // Many conflicts must not keep other work of this thread waiting.
            tokio::task::yield_now().await;
        }
        resolutions.extend(bench.settle(due).await);
        Ok(resolutions)
    }
}

/// A conflict to be decided.
struct Case<'c> {
    at: usize,
    verdict: &'c Verdict,
    conflict: &'c StoredConflict,
    detail: Option<&'c StateDetail>,
}

impl Case<'_> {
    fn failed(&self, error: &SyncError) -> Resolution {
        failed(self.verdict, &self.conflict.type_key, error)
    }
}

impl Bench<'_> {
    async fn rule(&mut self, case: &Case<'_>) -> Result<Ruled, SyncError> {
        Box::pin(self.resolve(case.verdict, case.conflict, case.detail.cloned())).await
    }

    /// Records what is due. What cannot be recorded concerns its own conflict only.
    async fn settle(
        &mut self,
        due: Vec<(Case<'_>, Settlement, Resolution)>,
    ) -> Vec<(usize, Resolution)> {
        if due.is_empty() {
            return Vec::new();
        }
        let (cases, settlements): (Vec<_>, Vec<_>) = due
            .into_iter()
            .map(|(case, settlement, resolution)| ((case, resolution), settlement))
            .unzip();
        let decided = match self.record(settlements).await {
            Ok(decided) => decided,
            Err(error) => {
                return cases.iter().map(|(case, _)| (case.at, case.failed(&error))).collect();
            }
        };
        let mut resolutions = Vec::new();
        for ((case, resolution), decided) in cases.into_iter().zip(decided) {
            let told = match decided.and_then(|decided| judged(case.verdict, decided)) {
                Ok(true) => Ok(resolution),
                Ok(false) => self.decide_again(&case).await,
                Err(error) => Err(error),
            };
            resolutions.push((case.at, told.unwrap_or_else(|error| case.failed(&error))));
        }
        resolutions
    }

    /// Decides by itself what was overtaken, on top of what overtook it.
    async fn decide_again(&mut self, case: &Case<'_>) -> Result<Resolution, SyncError> {
        for _ in 0..ATTEMPTS {
            let (settlement, resolution) = match self.rule(case).await? {
                Ruled::Told(resolution) => return Ok(resolution),
                Ruled::Due(settlement, resolution) => (settlement, resolution),
            };
            let decided = self.record(vec![*settlement]).await?.into_iter().next().transpose()?;
            if let Some(decided) = decided
                && judged(case.verdict, decided)?
            {
                return Ok(resolution);
            }
        }
        Err(busy(&case.conflict.type_key))
    }
}

/// Whether a decision is recorded, or to be made again; why not, where it cannot.
fn judged(verdict: &Verdict, decided: Decided) -> Result<bool, SyncError> {
    match decided {
        Decided::Done => Ok(true),
        Decided::Overtaken => Ok(false),
        Decided::Closed => Err(outdated(&verdict.conflict, "somebody else decided it")),
        Decided::Moved(newer) => {
            Err(outdated(&verdict.conflict, &format!("it is {} now", id_of(&newer))))
        }
    }
}

fn set(resolutions: &mut [Option<Resolution>], at: usize, resolution: Resolution) {
    if let Some(slot) = resolutions.get_mut(at) {
        *slot = Some(resolution);
    }
}

pub(super) fn resolution(verdict: &Verdict, type_key: &str, is_done: bool) -> Resolution {
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

pub(super) fn unknown(id: &str) -> SyncError {
    let message = format!("no conflict has the id {}", quoted(id));
    SyncError::new(ErrorCode::InvalidArgument, message).next_step(DETECT_AGAIN)
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
