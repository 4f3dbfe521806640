//! The end of a run: what it came to, told and recorded.

use std::time::Duration;

use crate::error::SyncError;
use crate::port::{HistoryFilter, RunEnd};

use super::Engine;
use super::failure::store_failure;
use super::job::stored_result;
use super::outcome::{self, Counts};
use super::report::{LogEntry, LogLevel, Metrics, Outcome, RunReport, RunStatus};
use super::run::{Run, Tally};

impl Run<'_> {
    /// Ends a run that nothing stopped but perhaps a failure of a type, and that attempted all that it
    /// was to if it is whole.
    pub(super) fn conclude(&self, outcomes: &[Outcome], is_whole: bool) -> Result<(), SyncError> {
        if let Some(error) = outcome::failure(outcomes) {
            return Err(error);
        }
        let came_to = Counts::of(outcomes);
        if is_whole {
            self.narrator.step(80, "Verifying synchronization...");
            self.narrator.step(99, format!("Sync completed: {came_to}"));
        } else {
            let message = format!("Sync stopped at the first failure: {came_to}");
            self.narrator.log(LogLevel::Warning, message, None, None);
        }
        Ok(())
    }

    /// What is told of a run that is over.
    pub(super) fn report(&self, tally: Tally, taken: Duration) -> (RunReport, Option<String>) {
        let counts = Counts::of(&tally.outcomes);
        // Whoever cancelled it was told at once that it is cancelled, whatever it came to.
        let status = match (&tally.stopped, counts.left()) {
            _ if self.cancel.is_cancelled() => RunStatus::Cancelled,
            (Some(_), _) => RunStatus::Failed,
            (None, 0) => RunStatus::Completed,
            (None, _) => RunStatus::Partial,
        };
        let went_on = matches!(status, RunStatus::Completed | RunStatus::Partial);
        let metrics = Metrics {
            time_taken: u64::try_from(taken.as_millis()).unwrap_or(u64::MAX),
            content_items_processed: tally.items,
            bytes_transferred: tally.traffic.bytes,
            success_rate: match (share(counts), &tally.stopped) {
                (Some(share), _) => share,
                (None, None) => 1.0,
                (None, Some(_)) => 0.0,
            },
            requests: tally.traffic.requests,
        };
        let report = RunReport {
            status,
            error: tally.stopped,
            progress: if went_on && outcome::is_whole(&tally.outcomes) {
                100
            } else {
                self.narrator.shown()
            },
            recovery: outcome::recovery(&tally.outcomes, status),
            outcomes: tally.outcomes,
            metrics,
        };
        (report, tally.plan_digest)
    }

    /// Counts what the run came to, unless it was a rehearsal.
    pub(super) async fn count(&self, report: &RunReport, taken: Duration) {
        let Some(underway) = &self.underway else { return };
        underway.end(report, taken);
        // Only a number for whoever watches: the run is over without it.
        if let Ok(alarms) = self.engine.ports.store.alarms(HistoryFilter::default()).await {
            self.engine.counters.conflicts(alarms.conflicts);
        }
    }

    /// Records how the run ended.
    pub(super) async fn finish(
        &self,
        report: &RunReport,
        plan_digest: Option<String>,
    ) -> Result<(), SyncError> {
        let counts = Counts::of(&report.outcomes);
        let (succeeded, failed) = (counts.succeeded, counts.left());
        let mut log = self.narrator.log_entries();
        if report.status == RunStatus::Cancelled {
            log.push(self.cancelled().await?);
        }
        let log: Vec<String> = log.iter().filter_map(|it| serde_json::to_string(it).ok()).collect();
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let end = RunEnd {
            run_id: self.id.clone(),
            status: outcome::status_word(report.status).to_owned(),
            plan_digest,
            counts: [count(succeeded + failed), count(succeeded), count(failed)],
            result: stored_result(
                self.request,
                report,
                &log,
                &*self.engine.ports.platforms,
                self.engine.ports.clock.now(),
            ),
            completed_at: self.engine.ports.clock.now(),
        };
        self.engine.ports.store.finish_run(end).await.map_err(store_failure)
    }
}

impl Run<'_> {
    /// What the log says of whoever cancelled the run. This process has said so before; it is for those
    /// who read the stored run.
    async fn cancelled(&self) -> Result<LogEntry, SyncError> {
        let Engine { ports, .. } = self.engine;
        let by = ports.store.cancelled_by(&self.id).await.map_err(store_failure)?;
        let message = cancelled_by(by.as_deref());
        Ok(LogEntry {
            timestamp: ports.clock.now(),
            level: LogLevel::Warning,
            message,
            details: None,
        })
    }
}

/// What the log of a cancelled run says; without a name, its own process cancelled it.
#[must_use]
pub fn cancelled_by(name: Option<&str>) -> String {
    format!("Deployment cancelled by {}", name.unwrap_or("user"))
}

/// The share of those that succeeded; `None` of nothing.
fn share(counts: Counts) -> Option<f64> {
    let whole = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let all = counts.succeeded + counts.left();
    (all > 0).then(|| whole(counts.succeeded) / whole(all))
}
