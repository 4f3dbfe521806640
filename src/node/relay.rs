//! Passes on what a run tells to other processes, and to it what they ask.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::progress::Progress;
use crate::engine::{Engine, LogEntry, LogLevel, Reporter, RunEvent, cancelled_by};
use crate::error::SyncError;

/// How often other processes are told, and heard. A run that is over before costs nothing.
const BEAT: Duration = Duration::from_millis(500);

/// How often they are told that the run goes on, when there is nothing else to tell.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// Entries of the log that others are told at once; they are shown no more of it, and a rehearsal, of
/// which nobody is told, holds no more.
const KEPT: usize = 100;

/// Tells the JavaScript of this process at once, and remembers what others are to be told.
pub(super) struct Relay {
    progress: Arc<Progress>,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    /// The run, or the one that undoes it, once others could know of it.
    run_id: Option<String>,
    progress: u8,
    entries: VecDeque<String>,
    is_fresh: bool,
}

impl Relay {
    pub(super) fn new(progress: Arc<Progress>) -> Arc<Self> {
        Arc::new(Self { progress, pending: Mutex::default() })
    }

    /// Passes on for as long as it is polled; cancels the run when somebody asks for it.
    pub(super) async fn pass_on(
        &self,
        engine: &Engine,
        cancelled: &CancellationToken,
    ) -> Infallible {
        let (mut told_at, mut failed) = (Instant::now(), false);
        loop {
            tokio::time::sleep(BEAT).await;
            let Some(run_id) = self.pending().run_id.clone() else { continue };
            if let Err(error) = self.exchange(engine, &run_id, &mut told_at, cancelled).await
                && !std::mem::replace(&mut failed, true)
            {
                // The run goes on: its end is stored whole, or it fails for the same reason itself.
                self.warn(format!("other processes cannot follow this deployment: {error}"));
            }
        }
    }

    async fn exchange(
        &self,
        engine: &Engine,
        run_id: &str,
        told_at: &mut Instant,
        cancelled: &CancellationToken,
    ) -> Result<(), SyncError> {
        if let Some((progress, entries)) = self.due(*told_at) {
            *told_at = Instant::now();
            engine.beat(run_id, progress, entries).await?;
        }
        if !cancelled.is_cancelled()
            && let Some(by) = engine.cancelled_by(run_id).await?
        {
            self.warn(cancelled_by(Some(&by)));
            cancelled.cancel();
        }
        Ok(())
    }

    fn warn(&self, message: String) {
        let (level, type_key, details) = (LogLevel::Warning, None, None);
        self.report(RunEvent::Log { level, message, type_key, details });
    }

    /// What is to be told now.
    fn due(&self, told_at: Instant) -> Option<(u8, Vec<String>)> {
        let mut pending = self.pending();
        if !pending.is_fresh && told_at.elapsed() < SIGN_OF_LIFE {
            return None;
        }
        pending.is_fresh = false;
        Some((pending.progress, std::mem::take(&mut pending.entries).into()))
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reporter for Relay {
    fn report(&self, event: RunEvent) {
        {
            let mut pending = self.pending();
            pending.is_fresh = true;
            match &event {
                RunEvent::Progress(progress) => pending.progress = *progress,
                RunEvent::Log { level, message, details, .. } => {
                    let entry = LogEntry {
                        timestamp: self.progress.now(),
                        level: *level,
                        message: message.clone(),
                        details: details.clone(),
                    };
                    pending.entries.extend(serde_json::to_string(&entry).ok());
                    if pending.entries.len() > KEPT {
                        pending.entries.pop_front();
                    }
                }
            }
        }
        self.progress.report(event);
    }

    fn recorded(&self, run_id: &str) {
        self.pending().run_id = Some(run_id.to_owned());
    }

    fn ended(&self) {
        // What others were not told yet is in its end.
        *self.pending() = Pending::default();
    }

    fn undoing(&self, reached: u8) {
        let mut pending = self.pending();
        (pending.progress, pending.is_fresh) = (reached, true);
    }

    fn shown(&self, reached: u8) -> u8 {
        self.progress.shown(reached)
    }
}
