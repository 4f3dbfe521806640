//! What a deployment came to over all of its runs: a run that carries another one on carries over what
//! that one came to.

use std::collections::BTreeSet;

use crate::canonical::parse;
use crate::error::{ErrorCode, SyncError};
use crate::port::{RunEnd, Scope};

use super::failure::store_failure;
use super::report::Outcome;
use super::run::Tally;
use super::see::stored_outcomes;
use super::wanted::Named;
use super::{Engine, Platform, RunRequest};

/// What a run has looked at to its end. What it looked at and says nothing about needs nothing.
#[derive(Debug, Default)]
pub(super) enum Covered {
    /// It was stopped before.
    #[default]
    Nothing,
    /// These types.
    These(BTreeSet<Named>),
    /// All of the deployment.
    Everything,
}

impl Engine {
    /// Refuses to go on with a deployment on another platform than the one that it went to. One that
    /// never came to a plan may be retried anywhere, and still has one place only under its own id.
    pub(super) async fn check_earlier_target(
        &self,
        request: &RunRequest,
        platform: &Platform,
    ) -> Result<(), SyncError> {
        let Some(job_id) = &request.retry_of else { return Ok(()) };
        let earlier = self.ports.store.run(job_id, None).await.map_err(store_failure)?;
        let Some((run, end)) = earlier else { return Ok(()) };
        let is_nothing = end.is_some_and(|end| known_outcomes(&end).is_none());
        if is_nothing && *job_id != request.job_id {
            return Ok(());
        }
        let next_step =
            "go on with the provider that the deployment had, or start a new deployment";
        check_target(&run.scopes, platform, next_step)
    }

    /// What the deployment had come to before a run that carries it on; nothing for any other run.
    pub(super) async fn earlier_outcomes(
        &self,
        run_id: &str,
        request: &RunRequest,
    ) -> Result<Vec<Outcome>, SyncError> {
        if request.retry_of.as_deref() != Some(&*request.job_id) {
            return Ok(Vec::new());
        }
        let earlier = self.ports.store.run(&request.job_id, Some(run_id)).await;
        Ok(outcomes_of(earlier.map_err(store_failure)?.and_then(|(_, end)| end)))
    }

    /// The same for a run that nobody ends any more.
    pub(super) async fn outcomes_before(&self, run_id: &str) -> Result<Vec<Outcome>, SyncError> {
        let earlier = self.ports.store.carried_on(run_id).await.map_err(store_failure)?;
        Ok(outcomes_of(earlier.and_then(|(_, end)| end)))
    }
}

impl Tally {
    /// Adds what the deployment had come to before.
    pub(super) fn carry_over(&mut self, earlier: Vec<Outcome>) {
        let own = std::mem::take(&mut self.outcomes);
        self.outcomes = cumulated(earlier, own, &self.covered);
    }
}

/// The latest outcome of each type, in each direction: first what was carried over.
pub(super) fn cumulated(
    earlier: Vec<Outcome>,
    own: Vec<Outcome>,
    covered: &Covered,
) -> Vec<Outcome> {
    let named = |one: &Outcome| (one.website_id.clone(), one.type_key.clone());
    let told: BTreeSet<(Named, &str)> =
        own.iter().map(|one| (named(one), &*one.direction)).collect();
    let is_open = |one: &Outcome| match covered {
        Covered::Nothing => true,
        Covered::These(types) => !types.contains(&named(one)),
        Covered::Everything => false,
    };
    let mut all: Vec<Outcome> = earlier
        .into_iter()
        .map(as_it_stands)
        .filter(|one| !told.contains(&(named(one), &*one.direction)))
        .filter(|one| one.status == "success" || is_open(one))
        .collect();
    all.extend(own);
    all
}

/// What was undone is as if it had never been attempted.
fn as_it_stands(earlier: Outcome) -> Outcome {
    let carried = Outcome { is_carried_over: true, ..earlier };
    if carried.rolled_back {
        Outcome { status: "not_attempted".to_owned(), error: None, ..carried }
    } else {
        carried
    }
}

/// What a run came to; `None` of one that never came to a plan, of which it is not known what it would
/// have done.
pub(super) fn known_outcomes(end: &RunEnd) -> Option<Vec<Outcome>> {
    let outcomes = stored_outcomes(&end.result);
    (end.status == "completed" || !outcomes.is_empty()).then_some(outcomes)
}

/// Whether a run ended because its process did.
pub(super) fn was_interrupted(end: &RunEnd) -> bool {
    let result = parse(&end.result).ok();
    let code = result.as_ref().and_then(|job| job.get("errorInfo")?.get("code")?.as_str());
    code == Some(ErrorCode::Interrupted.as_str())
}

/// Refuses another platform than the one that a run went to.
pub(super) fn check_target(
    scopes: &[Scope],
    platform: &Platform,
    next_step: &str,
) -> Result<(), SyncError> {
    let Some(other) = scopes.iter().find(|scope| scope.target != platform.target) else {
        return Ok(());
    };
    let message =
        format!("the deployment went to {}, and not to {}", other.target, platform.target);
    Err(SyncError::new(ErrorCode::TargetMismatch, message).next_step(next_step))
}

fn outcomes_of(end: Option<RunEnd>) -> Vec<Outcome> {
    end.map(|end| stored_outcomes(&end.result)).unwrap_or_default()
}
