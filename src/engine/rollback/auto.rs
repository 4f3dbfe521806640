//! A deployment that fails and is to be undone then.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{Undo, UndoMode};
use crate::engine::outcome::{Counts, PUSH, status_word};
use crate::engine::report::{LogLevel, Outcome, Reporter, RunEvent, RunReport, RunStatus};
use crate::engine::scopes::Scopes;
use crate::engine::{Engine, RunOptions, RunRequest};

/// Passes the log of a rollback on; how far it is belongs to its own run, and not to that which is over.
struct Aside(Arc<dyn Reporter>);

impl Reporter for Aside {
    fn report(&self, event: RunEvent) {
        match event {
            RunEvent::Log { .. } => self.0.report(event),
            RunEvent::Progress(reached) => self.0.undoing(reached),
        }
    }

    fn recorded(&self, run_id: &str) {
        self.0.recorded(run_id);
    }
}

/// How much of a run is undone because of how it ended. Nothing of one that the user stopped: nothing
/// new is sent after a cancellation, and whoever cancelled may roll back by hand. Nor of one that wrote
/// nothing: an earlier run may have had its id.
fn asked_for(request: &RunRequest, report: &RunReport) -> Option<UndoMode> {
    let has_failed = matches!(report.status, RunStatus::Failed | RunStatus::Partial);
    let is_new = request.undo.is_none() && !request.options.dry_run;
    let wrote =
        |one: &Outcome| one.attempts > 0 || (one.direction != PUSH && one.status == "success");
    let has_written = report.outcomes.iter().any(|one| !one.is_carried_over && wrote(one));
    request.options.undoes_failure().filter(|_| has_failed && is_new && has_written)
}

impl Engine {
    /// Undoes a run that failed, as far as its options ask for it, and says so in its report. It takes
    /// the scopes of that run over. Returns whether it did anything.
    pub(in crate::engine) async fn undo_failure(
        &self,
        request: &RunRequest,
        report: &mut RunReport,
        (reporter, scopes): (&Arc<dyn Reporter>, &mut Scopes),
        cancel: &CancellationToken,
    ) -> bool {
        let Some(mode) = asked_for(request, report) else { return false };
        let undo = Undo { job_id: request.job_id.clone(), mode };
        let options = RunOptions {
            allow_delete: request.options.allow_delete,
            allow_data_loss: request.options.allow_data_loss,
            preserve_data: request.options.preserve_data,
            ..RunOptions::default()
        };
        let rollback = RunRequest {
            job_id: undo.id(),
            job: undo.job(&options),
            provider: request.provider.clone(),
            options,
            undo: Some(undo),
            ..RunRequest::default()
        };
        reporter.ended();
        let aside: Arc<dyn Reporter> = Arc::new(Aside(Arc::clone(reporter)));
        let undone = self.deploy_holding(&rollback, aside, cancel, scopes.hand_on());
        let undone = Box::pin(undone).await;
        let counts = Counts::of(&undone.outcomes);
        let level = match undone.status {
            RunStatus::Completed => LogLevel::Info,
            _ => LogLevel::Warning,
        };
        let why = undone.error.as_ref().map_or(String::new(), |error| format!(": {error}"));
        let message = format!(
            "Rollback {} {}: {} types undone, {} not{why}",
            rollback.job_id,
            status_word(undone.status),
            counts.succeeded,
            counts.left()
        );
        reporter.report(RunEvent::Log { level, message, type_key: None, details: None });
        let done = undone.outcomes.iter().filter(|one| one.status == "success");
        let done: BTreeSet<(&str, &str)> =
            done.map(|one| (&*one.website_id, &*one.type_key)).collect();
        for one in &mut report.outcomes {
            one.rolled_back |= done.contains(&(&*one.website_id, &*one.type_key));
        }
        report.metrics.requests += undone.metrics.requests;
        report.metrics.bytes_transferred += undone.metrics.bytes_transferred;
        true
    }
}
