//! The deployment that is to be undone.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{ErrorCode, SyncError, quoted};
use crate::port::{Change, KnownRun, RemoteId, RunLink};

use super::effect::Effect;
use super::{Undo, UndoMode};
use crate::engine::carried::check_target;
use crate::engine::failure::store_failure;
use crate::engine::outcome::PUSH;
use crate::engine::report::Outcome;
use crate::engine::see::stored_outcomes;
use crate::engine::{Engine, Platform, RunOptions};

/// More roll-backs of roll-backs than anybody makes.
const DEEPEST: usize = 64;

/// A deployment that is to be undone: its latest run, and the runs that this one carried on.
pub(in crate::engine) struct Undone {
    runs: Vec<KnownRun>,
}

impl Engine {
    /// Finds the deployment that is to be undone.
    ///
    /// # Errors
    ///
    /// `DEPLOYMENT_NOT_FOUND`, and when the state cannot be read.
    pub(in crate::engine) async fn undone(&self, undo: &Undo) -> Result<Undone, SyncError> {
        let runs = self.ports.store.runs_of(&undo.job_id).await.map_err(store_failure)?;
        if runs.is_empty() {
            let message = format!("no deployment has the id {}", quoted(&undo.job_id));
            return Err(SyncError::new(ErrorCode::DeploymentNotFound, message));
        }
        Ok(Undone { runs })
    }

    /// What the deployment did, document by document, as far as it is to be undone.
    ///
    /// # Errors
    ///
    /// `DEPLOYMENT_IN_PROGRESS` when it has not ended, `ROLLED_BACK` when there is nothing left of it.
    pub(super) async fn effects(
        &self,
        undo: &Undo,
        undone: &Undone,
        options: &RunOptions,
    ) -> Result<Vec<Effect>, SyncError> {
        let store = &self.ports.store;
        if undone.runs.iter().any(|(_, end)| end.is_none()) {
            let message = format!("the deployment {} has not ended", undo.job_id);
            return Err(SyncError::new(ErrorCode::DeploymentInProgress, message).next_step(
                "wait for it to end, or recover it if its process ended before it did",
            ));
        }
        let mut changes: Vec<Change> = Vec::new();
        let mut is_left = false;
        for (run, _) in undone.runs.iter().rev() {
            is_left |= !self.is_rolled_back(&run.run_id, 0).await?;
            changes.extend(store.changes_of(&run.run_id).await.map_err(store_failure)?);
        }
        // The studio may still have to follow.
        if !is_left && options.preserve_data != Some(false) {
            let message = format!("the deployment {} was rolled back already", undo.job_id);
            return Err(SyncError::new(ErrorCode::RolledBack, message));
        }
        let mut effects: BTreeMap<(String, RemoteId), Effect> = BTreeMap::new();
        for change in changes {
            let name = (change.scope.website_id.clone(), change.remote_id.clone());
            effects.entry(name).or_default().changes.push(change);
        }
        let chosen = undone.chosen(undo.mode);
        let is_undone = |effect: &Effect| {
            chosen.as_ref().is_none_or(|chosen| effect.names().any(|name| chosen.contains(&name)))
        };
        Ok(effects.into_values().filter(is_undone).collect())
    }

    /// Whether everything that a run did was undone, and stayed so.
    async fn is_rolled_back(&self, run_id: &str, depth: usize) -> Result<bool, SyncError> {
        let by = self.ports.store.undone_by(run_id).await.map_err(store_failure)?;
        for (other, link, end) in by {
            let is_whole = end.is_some_and(|end| {
                let outcomes = stored_outcomes(&end.result);
                let is_done = |one: &Outcome| one.status == "success" && one.withheld.is_empty();
                end.status == "completed" && outcomes.iter().all(is_done)
            });
            if link == RunLink::Undoes
                && is_whole
                && depth < DEEPEST
                && !Box::pin(self.is_rolled_back(&other, depth + 1)).await?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Undone {
    /// The websites that it was about.
    pub fn websites(&self) -> Vec<String> {
        let scopes = self.runs.iter().flat_map(|(run, _)| &run.scopes);
        let websites: BTreeSet<&String> = scopes.map(|scope| &scope.website_id).collect();
        websites.into_iter().cloned().collect()
    }

    /// Its runs.
    pub(super) fn oldest_first(&self) -> impl Iterator<Item = &str> {
        self.runs.iter().rev().map(|(run, _)| &*run.run_id)
    }

    /// Refuses another platform than the one that it went to.
    pub fn check_target(&self, platform: &Platform) -> Result<(), SyncError> {
        let next_step = "roll it back with the provider that the deployment had";
        self.runs.iter().try_for_each(|(run, _)| check_target(&run.scopes, platform, next_step))
    }

    /// Refuses what was run again since it was found: the scopes that are held, and what was noted as
    /// undone, are those of the runs that were found.
    pub(super) fn check_same(&self, found: &Self, undo: &Undo) -> Result<(), SyncError> {
        if self.oldest_first().eq(found.oldest_first()) {
            return Ok(());
        }
        let message = format!("the deployment {} was run again since it was found", undo.job_id);
        Err(SyncError::new(ErrorCode::PlanStale, message)
            .next_step("look at what it did, and roll it back again"))
    }

    /// What a run that undoes it is to its runs.
    pub fn links(&self, mode: UndoMode) -> Vec<(String, RunLink)> {
        let link = match mode {
            UndoMode::FailedOnly => RunLink::UndoesFailed,
            UndoMode::Full => RunLink::Undoes,
        };
        self.runs.iter().map(|(run, _)| (run.run_id.clone(), link)).collect()
    }

    /// Website and key of the types that are to be undone; `None` for all.
    pub(super) fn chosen(&self, mode: UndoMode) -> Option<BTreeSet<(String, String)>> {
        match mode {
            UndoMode::Full => None,
            UndoMode::FailedOnly => Some(self.half_done()),
        }
    }

    /// Website and key of the types that did not succeed when they were last attempted. One that came
    /// home and was not sent did not, so each direction is looked at on its own.
    fn half_done(&self) -> BTreeSet<(String, String)> {
        let is_push = |one: &Outcome| one.direction == PUSH;
        let mut half = self.half_done_of(&is_push);
        half.extend(self.half_done_of(&|one| !is_push(one)));
        half
    }

    fn half_done_of(&self, is_meant: &dyn Fn(&Outcome) -> bool) -> BTreeSet<(String, String)> {
        let mut last: BTreeMap<(String, String), bool> = BTreeMap::new();
        for (_, end) in &self.runs {
            let outcomes = end.iter().flat_map(|end| stored_outcomes(&end.result));
            for one in outcomes.filter(|one| one.operation != "none" && is_meant(one)) {
                let is_half = is_half_done(&one);
                last.entry((one.website_id, one.type_key)).or_insert(is_half);
            }
        }
        last.into_iter().filter(|(_, is_half)| *is_half).map(|(name, _)| name).collect()
    }
}

/// A conflict is none: what the run was to send of the type was sent, and the rest waits for a decision.
fn is_half_done(outcome: &Outcome) -> bool {
    let in_doubt = ErrorCode::InDoubt.as_str();
    matches!(&*outcome.status, "failed" | "blocked" | "not_attempted")
        || outcome.error.as_ref().is_some_and(|error| error.code == in_doubt)
}
