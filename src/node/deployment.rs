//! One deployment, from its first update to the moment when nothing is in flight any more.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use napi::bindgen_prelude::{ClassInstance, Function, spawn};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::engine::{NativeEngine, Shared};
use super::progress::Progress;
use super::relay::Relay;
use super::report::{failure, nothing_done};
use super::resume::Resume;
use super::rollback::RollBack;
use super::{cancel, error};
use crate::engine::{Actor, LogLevel, Reporter, RunEvent, RunReport, RunRequest, RunStatus};
use crate::error::{ErrorCode, SyncError};

/// Carries no value: the JavaScript thread takes what is new when it comes to it. Strong, so the
/// process stays alive until it is dropped, which is right after the last message was queued.
type Deliver = ThreadsafeFunction<(), (), Option<String>, napi::Status, false, false, 0>;

/// A run of a job. The face begins it, shows the first update, and then starts it.
#[napi_derive::napi]
pub struct Deployment {
    shared: Arc<Shared>,
    progress: Arc<Progress>,
    cancelled: CancellationToken,
    canceller: Canceller,
    finished: CancellationToken,
    /// Taken by the start.
    asked: Option<Result<Asked, SyncError>>,
}

/// Whoever cancelled a run.
type Canceller = Arc<Mutex<Option<Actor>>>;

/// What is to be run.
pub(super) enum Asked {
    /// A job.
    Run(Box<RunRequest>),
    /// The rest of an earlier one.
    Resume(Resume),
    /// The opposite of an earlier one.
    RollBack(RollBack),
}

impl Deployment {
    /// Prepares a run; nothing happens before [`Deployment::start`].
    pub(super) fn new(
        shared: Arc<Shared>,
        asked: Result<Asked, SyncError>,
        own_progress: u8,
    ) -> Self {
        let counters = Arc::clone(&shared.counters);
        let progress = Progress::new(own_progress, shared.options.partial_status, counters);
        Self {
            shared,
            progress: Arc::new(progress),
            cancelled: CancellationToken::new(),
            canceller: Canceller::default(),
            finished: CancellationToken::new(),
            asked: Some(asked),
        }
    }

    fn database(&self) -> &str {
        self.shared.options.database().unwrap_or_default()
    }
}

#[napi_derive::napi]
impl Deployment {
    /// The message of the first update.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn first(&self) -> String {
        self.progress.first()
    }

    /// Starts the work. `deliver` is called on the JavaScript thread with each message, or with `null`
    /// when there was nothing left to say; the last one has the kind `ended` or `settled`.
    #[napi(catch_unwind)]
    pub fn start(&mut self, deliver: Function<'_, Option<String>, ()>) -> napi::Result<()> {
        let Some(asked) = self.asked.take() else {
            return Err(error::thrown(&started_twice()));
        };
        let taking = Arc::clone(&self.progress);
        let deliver: Deliver =
            deliver.build_threadsafe_function::<()>().build_callback(move |_| Ok(taking.take()))?;
        let run = Run {
            shared: Arc::clone(&self.shared),
            progress: Arc::clone(&self.progress),
            cancelled: self.cancelled.clone(),
            canceller: Arc::clone(&self.canceller),
        };
        let interval = self.shared.options.update_interval;
        let progress = Arc::clone(&self.progress);
        let finished = self.finished.clone();
        spawn(async move {
            // A task of its own, so that updates flow while the engine computes, and a panic of the
            // engine arrives here as a value.
            let work = tokio::spawn(run.work(asked));
            pump(work, &progress, &deliver, interval).await;
            finished.cancel();
            deliver.call((), ThreadsafeFunctionCallMode::NonBlocking);
        });
        Ok(())
    }

    /// Cancels, unless JavaScript has seen the end: the message of the terminal update, or `null`.
    /// Without an engine, it is whoever the run acts for that cancels.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn cancel(&self, by: Option<ClassInstance<'_, NativeEngine>>) -> Option<String> {
        let message = self.progress.cancel()?;
        let by = by.as_ref().map_or(&self.shared.actor, |engine| &engine.shared.actor);
        *self.canceller.lock().unwrap_or_else(PoisonError::into_inner) = Some(by.clone());
        self.cancelled.cancel();
        cancel::announce(self.database(), self.finished.clone());
        Some(message)
    }
}

/// What the worker needs of a deployment.
struct Run {
    shared: Arc<Shared>,
    progress: Arc<Progress>,
    cancelled: CancellationToken,
    canceller: Canceller,
}

impl Run {
    async fn work(self, asked: Result<Asked, SyncError>) -> RunReport {
        match self.deploy(asked).await {
            Ok(report) => report,
            Err(error) => failure(error),
        }
    }

    async fn deploy(self, asked: Result<Asked, SyncError>) -> Result<RunReport, SyncError> {
        let asked = asked?;
        let ahead = cancel::settled(self.shared.options.database().unwrap_or_default());
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => {
                return Ok(nothing_done(RunStatus::Cancelled, None));
            }
            () = ahead => {}
        }
        let open = self.shared.open().await?;
        let request = match asked {
            Asked::Run(request) => *request,
            Asked::Resume(resume) => {
                let (job, provider) = open.engine.job(&resume.id).await?;
                resume.request(job, &provider, &self.shared.options)?
            }
            Asked::RollBack(rollback) => {
                let (_, provider) = open.engine.job(&rollback.undo.job_id).await?;
                rollback.request(&provider, &self.shared.options)?
            }
        };
        let relay = Relay::new(self.progress);
        let reporter: Arc<dyn Reporter> = relay.clone();
        let report = tokio::select! {
            biased;
            report = open.engine.deploy(&request, Arc::clone(&reporter), &self.cancelled) => report,
            never = relay.pass_on(&open.engine, &self.cancelled) => match never {},
        };
        let by = self.canceller.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(by) = by.filter(|_| !request.options.dry_run) {
            let noted = async { open.acting(by)?.note_cancel(&request.job_id).await };
            if let Err(error) = noted.await {
                let (level, message) = (LogLevel::Warning, error.to_string());
                reporter.report(RunEvent::Log { level, message, type_key: None, details: None });
            }
        }
        Ok(report)
    }
}

/// Asks the JavaScript thread to come whenever there is something new, but not again before it came
/// and the interval passed; ends at once when the work does.
async fn pump(
    mut work: JoinHandle<RunReport>,
    progress: &Progress,
    deliver: &Deliver,
    interval: Duration,
) {
    let ended = loop {
        let next = async {
            tokio::time::sleep(interval).await;
            progress.moved().await;
            deliver.call((), ThreadsafeFunctionCallMode::NonBlocking);
            progress.taken().await;
        };
        tokio::select! {
            biased;
            ended = &mut work => break ended,
            () = next => {}
        }
    };
    progress.finish(ended.unwrap_or_else(|panic| failure(error::crashed(panic))));
    // The caller asks for the last message itself.
    while progress.has_parts()
        && deliver.call((), ThreadsafeFunctionCallMode::NonBlocking) == napi::Status::Ok
    {
        progress.taken().await;
    }
}

fn started_twice() -> SyncError {
    SyncError::new(ErrorCode::Internal, "the deployment was started twice")
}
