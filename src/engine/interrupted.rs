//! Runs that never ended: settled, closed, and told.

use std::collections::BTreeMap;

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::error::{ErrorCode, SyncError};
use crate::model::Finding;
use crate::port::{Entity, Lease, OperationState, RunEnd, RunRow, RunStep, Scope, StoreError};

use super::actor::Action;
use super::apply::Hands;
use super::carried::{Covered, cumulated};
use super::failure::store_failure;
use super::job::stored_result;
use super::narrate::KEPT_ENTRIES;
use super::outcome::{self, Counts};
use super::plan::Policy;
use super::report::{Metrics, Outcome, OutcomeError, RunReport, RunStatus};
use super::{Engine, Platform, ProviderRequest, Purpose, RunOptions, RunRequest, holder};

/// What was found of runs that never ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryReport {
    /// Runs that are closed now.
    pub runs: Vec<RecoveredRun>,
    /// What became of each write that was under way.
    pub findings: Vec<Finding>,
    /// Scopes that cannot be settled now.
    pub left: Vec<LeftScope>,
}

/// A run that is closed now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoveredRun {
    /// Id of the deployment.
    pub id: String,
    /// Provider id.
    pub provider: String,
    /// When it began, in milliseconds.
    pub started_at: i64,
    /// Operations that had been carried out.
    pub successful: usize,
    /// Operations that had failed, or of which it cannot be told.
    pub failed: usize,
    /// Operations that were never begun.
    pub not_attempted: usize,
    /// Whether `resumeDeployment` carries on.
    pub can_resume: bool,
}

/// A scope that cannot be settled now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftScope {
    /// The website.
    pub website_id: String,
    /// The target.
    pub target: String,
    /// Stable code of why.
    pub code: String,
    /// Why, and what to do.
    pub message: String,
}

impl Engine {
    /// Settles what interrupted runs left open, on every target that this call can reach, and closes
    /// these runs. Nothing is deployed.
    ///
    /// # Errors
    ///
    /// `ROLE_REFUSED`; and when the studio cannot be read or the state cannot be written.
    pub async fn recover(&self, provider: &ProviderRequest) -> Result<RecoveryReport, SyncError> {
        self.permit(Action::Recover).await?;
        let scopes = self.ports.store.unsettled().await.map_err(store_failure)?;
        let mut report = RecoveryReport::default();
        let mut settled = Vec::new();
        for scope in scopes {
            match self.recover_scope(provider, &scope, &mut settled).await {
                Ok((runs, findings)) => {
                    report.runs.extend(runs);
                    report.findings.extend(findings);
                }
                Err(error) => {
                    let told = outcome::outcome_error(&error);
                    report.left.push(LeftScope {
                        website_id: scope.website_id,
                        target: scope.target,
                        code: told.code,
                        message: told.message,
                    });
                }
            }
        }
        Ok(report)
    }

    async fn recover_scope(
        &self,
        provider: &ProviderRequest,
        scope: &Scope,
        settled: &mut Vec<Scope>,
    ) -> Result<(Vec<RecoveredRun>, Vec<Finding>), SyncError> {
        let id = scope.target.split(':').next().unwrap_or_default();
        let of_target = ProviderRequest { id: Some(id.to_owned()), config: Vec::new() };
        let meant = provider.id.as_deref().unwrap_or(&self.settings.default_provider);
        let request = if meant == id { provider } else { &of_target };
        let platform = self.connect(request, Purpose::Look).await?;
        if platform.target != scope.target {
            let message = format!("the credentials are for {}", platform.target);
            return Err(SyncError::new(ErrorCode::TargetMismatch, message)
                .next_step("call recover with the provider that the deployment had"));
        }
        let store = &self.ports.store;
        let acquired = store.acquire(scope, holder::RECOVER, self.ports.clock.now()).await;
        let lease = acquired.map_err(store_failure)?;
        let done = self.settle_scope(&platform, &lease, settled).await;
        // A lease that cannot be given back is taken over by whoever comes: its lock is gone.
        let released = store.release(lease).await;
        let done = done?;
        match released {
            Ok(()) | Err(StoreError::LeaseLost) => Ok(done),
            Err(error) => Err(store_failure(error)),
        }
    }

    /// Finishes or closes what interrupted runs left open in a scope, and ends those that have nothing
    /// open in any that is not `settled`.
    pub(super) async fn settle_scope(
        &self,
        platform: &Platform,
        lease: &Lease,
        settled: &mut Vec<Scope>,
    ) -> Result<(Vec<RecoveredRun>, Vec<Finding>), SyncError> {
        let mut findings = self.settle_rows(platform, lease).await?;
        let locals = self.locals().await?;
        let references = self.known_references(&lease.scope).await?;
        let cancel = CancellationToken::new();
        let policy = Policy::of(&RunOptions::default())?;
        let hands = Hands {
            engine: self,
            platform,
            lease,
            run_id: holder::RECOVER,
            references: &references,
            accept_loss: policy.consent.data_loss,
            force: policy.force,
            cancel: &cancel,
        };
        // What is to be sent again stays open for the deployment that does so.
        findings.extend(self.settle_open(&hands, lease, &locals).await?.0);
        settled.push(lease.scope.clone());
        Ok((self.close_interrupted(&lease.scope, settled, "").await?, findings))
    }

    /// Ends the runs that nobody will end any more: they hold a scope that the caller holds now, and
    /// what they left open is settled. One that left something open in another scope waits for that,
    /// or what is told of it would be wrong for ever. `own` is the run that asks.
    pub(super) async fn close_interrupted(
        &self,
        scope: &Scope,
        settled: &[Scope],
        own: &str,
    ) -> Result<Vec<RecoveredRun>, SyncError> {
        let store = &self.ports.store;
        let unfinished = store.unfinished_runs(scope).await.map_err(store_failure)?;
        let mut closed = Vec::new();
        for run in unfinished.into_iter().filter(|run| run.run_id != own) {
            if self.is_open_besides(&run, settled).await? {
                continue;
            }
            let steps = store.steps(&run.run_id).await.map_err(store_failure)?;
            let entries = u32::try_from(KEPT_ENTRIES).unwrap_or(u32::MAX);
            let told = store.told(&run.run_id, entries).await.map_err(store_failure)?;
            let log = told.map(|told| told.entries).unwrap_or_default();
            let earlier = self.outcomes_before(&run.run_id).await?;
            let (end, recovered) = self.ending(&run, &steps, earlier, &log);
            store.finish_run(end).await.map_err(store_failure)?;
            closed.push(recovered);
        }
        Ok(closed)
    }

    /// Whether a request of a run may be under way in a scope that is not settled.
    async fn is_open_besides(&self, run: &RunRow, settled: &[Scope]) -> Result<bool, SyncError> {
        for scope in run.scopes.iter().filter(|scope| !settled.contains(scope)) {
            let open = self.ports.store.open_operations(scope).await.map_err(store_failure)?;
            if open.iter().any(|entry| entry.intent.run_id == run.run_id) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How a run ended whose process ended before it.
    fn ending(
        &self,
        run: &RunRow,
        steps: &[RunStep],
        earlier: Vec<Outcome>,
        log: &[String],
    ) -> (RunEnd, RecoveredRun) {
        let outcomes = outcomes_of(steps);
        let of = |status: &str| outcomes.iter().filter(|one| one.status == status).count();
        let (successful, not_attempted) = (of("success"), of("not_attempted"));
        let failed = outcomes.len() - successful - not_attempted;
        let error = SyncError::new(
            ErrorCode::Interrupted,
            format!(
                "the process ended before the deployment did: {successful} of {} operations had \
                 been carried out",
                outcomes.len()
            ),
        );
        let at = self.ports.clock.now();
        let request = RunRequest {
            job_id: run.job_id.clone(),
            job: run.job.clone(),
            ..RunRequest::default()
        };
        let outcomes = cumulated(earlier, outcomes, &Covered::Nothing);
        let counts = Counts::of(&outcomes);
        let report = RunReport {
            status: RunStatus::Failed,
            error: Some(error),
            progress: 0,
            recovery: outcome::recovery(&outcomes, RunStatus::Failed),
            outcomes,
            metrics: Metrics::default(),
        };
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let end = RunEnd {
            run_id: run.run_id.clone(),
            status: outcome::status_word(report.status).to_owned(),
            plan_digest: None,
            counts: [counts.succeeded + counts.left(), counts.succeeded, counts.left()].map(count),
            result: stored_result(&request, &report, log, &*self.ports.platforms, at),
            completed_at: at,
        };
        let recovered = RecoveredRun {
            id: run.job_id.clone(),
            provider: run.provider.clone(),
            started_at: run.started_at,
            successful,
            failed,
            not_attempted,
            can_resume: true,
        };
        (end, recovered)
    }
}

/// What became of each document: one whose second phase was never begun is not done.
fn outcomes_of(steps: &[RunStep]) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut places: BTreeMap<(&str, &Entity), usize> = BTreeMap::new();
    for step in steps {
        let outcome = outcome_of(step);
        let place = *places.entry((&*step.website_id, &step.entity)).or_insert(outcomes.len());
        match outcomes.get_mut(place) {
            None => outcomes.push(outcome),
            Some(first) => {
                first.attempts += outcome.attempts;
                if first.status == "success" {
                    first.status = outcome.status;
                    first.error = outcome.error;
                }
            }
        }
    }
    outcomes
}

/// What became of an operation, as far as the journal tells.
fn outcome_of(step: &RunStep) -> Outcome {
    let failed = |code: ErrorCode, message: &str| {
        let message = format!("{message}; {}", code.next_step());
        Some(OutcomeError { code: code.as_str().to_owned(), message })
    };
    let (status, error) = match step.state {
        Some(OperationState::Applied) => ("success", None),
        Some(OperationState::Undecided) => (
            "conflict",
            failed(ErrorCode::InDoubt, "what it came to cannot be told from a colleague's edit"),
        ),
        None if step.attempts == 0 => ("not_attempted", None),
        Some(OperationState::Failed) | None => {
            ("failed", failed(ErrorCode::Interrupted, "the process ended while it was under way"))
        }
    };
    Outcome {
        type_key: step.type_key.clone(),
        name: step.type_key.clone(),
        website_id: step.website_id.clone(),
        operation: step.verb.as_str().to_owned(),
        direction: outcome::PUSH.to_owned(),
        status: status.to_owned(),
        error,
        attempts: step.attempts,
        ..Outcome::default()
    }
}
