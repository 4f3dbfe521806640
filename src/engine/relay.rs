//! Runs as the state knows them, whichever process runs or ran them: how far they are, and asking them
//! to stop.

use crate::error::{ErrorCode, SyncError, quoted};
use crate::port::{Beat, RunRow, Told};

use super::actor::Action;
use super::failure::store_failure;
use super::job::{running, stored_result, with_run};
use super::narrate::KEPT_ENTRIES;
use super::outcome::recovery;
use super::report::{Metrics, Outcome, RunReport, RunStatus};
use super::{Engine, RunRequest};

/// After this long without a word a run is taken for dead, in milliseconds: whoever runs one says so
/// much more often.
const SILENCE: i64 = 30_000;

impl Engine {
    /// The job of the latest run of an id as it was given, as JSON, and its provider's id.
    ///
    /// # Errors
    ///
    /// `DEPLOYMENT_NOT_FOUND`, and when the state cannot be read.
    pub async fn job(&self, job_id: &str) -> Result<(String, String), SyncError> {
        let run = self.ports.store.run(job_id, None).await.map_err(store_failure)?;
        run.map(|(row, _)| (row.job, row.provider)).ok_or_else(|| {
            let message = format!("no deployment has the id {}", quoted(job_id));
            SyncError::new(ErrorCode::DeploymentNotFound, message)
        })
    }

    /// The job of the latest run of an id, as JSON, whichever process runs or ran it; dates are
    /// milliseconds. One whose process has died is shown as failed with `INTERRUPTED`, before anybody
    /// has closed it.
    ///
    /// # Errors
    ///
    /// When the state cannot be read.
    pub async fn deployment(&self, job_id: &str) -> Result<Option<String>, SyncError> {
        let store = &self.ports.store;
        let Some((run, end)) = store.run(job_id, None).await.map_err(store_failure)? else {
            return Ok(None);
        };
        if let Some(end) = end {
            return Ok(Some(with_run(&end.result, &run)));
        }
        let entries = u32::try_from(KEPT_ENTRIES).unwrap_or(u32::MAX);
        let told = store.told(&run.run_id, entries).await.map_err(store_failure)?;
        let told = told.unwrap_or(Told { at: run.started_at, progress: 0, entries: Vec::new() });
        // Whoever lives tells it again after the clock was set.
        let is_silent = (self.ports.clock.now() - told.at).abs() > SILENCE;
        if !is_silent {
            return Ok(Some(with_run(&running(&run.job, &told), &run)));
        }
        let earlier = self.outcomes_before(&run.run_id).await?;
        Ok(Some(with_run(&self.died(&run, &told, earlier), &run)))
    }

    /// What is to be told of a run whose process is gone.
    fn died(&self, run: &RunRow, told: &Told, earlier: Vec<Outcome>) -> String {
        let message =
            format!("the process that ran the deployment {} is gone", quoted(&run.job_id));
        let report = RunReport {
            status: RunStatus::Failed,
            error: Some(SyncError::new(ErrorCode::Interrupted, message)),
            progress: told.progress,
            recovery: recovery(&earlier, RunStatus::Failed),
            outcomes: earlier,
            metrics: Metrics::default(),
        };
        let request = RunRequest {
            job_id: run.job_id.clone(),
            job: run.job.clone(),
            ..RunRequest::default()
        };
        stored_result(&request, &report, &told.entries, &*self.ports.platforms, told.at)
    }

    /// Tells other processes how far a run of this one is.
    ///
    /// # Errors
    ///
    /// When the state cannot be written.
    pub async fn beat(
        &self,
        run_id: &str,
        progress: u8,
        entries: Vec<String>,
    ) -> Result<(), SyncError> {
        let at = self.ports.clock.now();
        let beat = Beat { run_id: run_id.to_owned(), at, progress, entries };
        self.ports.store.beat(beat).await.map_err(store_failure)
    }

    /// Who asked for a run of this process to be cancelled, if anybody did.
    ///
    /// # Errors
    ///
    /// When the state cannot be read.
    pub async fn cancelled_by(&self, run_id: &str) -> Result<Option<String>, SyncError> {
        self.ports.store.cancelled_by(run_id).await.map_err(store_failure)
    }

    /// Asks whichever process runs a deployment to stop it; false when none does. It stops within
    /// about a second, as if its own process had cancelled it.
    ///
    /// # Errors
    ///
    /// `ROLE_REFUSED`, and when the state cannot be written.
    pub async fn ask_to_cancel(&self, job_id: &str) -> Result<bool, SyncError> {
        self.permit(Action::Cancel).await?;
        let run = self.ports.store.run(job_id, None).await.map_err(store_failure)?;
        if run.is_none_or(|(_, end)| end.is_some()) {
            return Ok(false);
        }
        let (store, now) = (&self.ports.store, self.ports.clock.now());
        let asked = store.ask_to_cancel(job_id, &self.actor.id, now).await;
        let is_asked = asked.map_err(store_failure)?;
        if is_asked {
            self.note_cancel(job_id).await?;
        }
        Ok(is_asked)
    }
}
