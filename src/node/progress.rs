//! What a run has told and JavaScript has not yet seen.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::report::{self, LogEntry};
use crate::compose::PartialStatus;
use crate::engine::{Counters, LogLevel, Outcome, Reporter, RunEvent, RunReport, cancelled_by};

/// Most entries and most outcomes in one message: what takes JavaScript about a millisecond.
const PART: usize = 500;

/// Collects what a run tells, until the JavaScript thread takes it.
///
/// The latest progress wins and no log entry is lost, so the host gets one update per interval
/// however much happens. Whether the run has ended is decided by who comes first on the JavaScript
/// thread, [`Progress::take`] with the worker's report or [`Progress::cancel`].
pub(super) struct Progress {
    state: Mutex<State>,
    partial_status: PartialStatus,
    /// Whose time it is.
    counters: Arc<Counters>,
    moved: Notify,
    taken: Notify,
}

struct State {
    progress: u8,
    logs: Vec<LogEntry>,
    /// There is something that the next update would show.
    fresh: bool,
    /// JavaScript has seen a terminal update.
    ended: bool,
    /// What the worker came to, once it did.
    report: Option<RunReport>,
    /// Outcomes that are still to be told, last one first.
    outcomes: Vec<Outcome>,
}

impl Progress {
    /// Starts at the progress that the job brings.
    pub(super) fn new(own: u8, partial_status: PartialStatus, counters: Arc<Counters>) -> Self {
        let state = State {
            progress: own,
            logs: Vec::new(),
            fresh: false,
            ended: false,
            report: None,
            outcomes: Vec::new(),
        };
        Self {
            state: Mutex::new(state),
            partial_status,
            counters,
            moved: Notify::new(),
            taken: Notify::new(),
        }
    }

    /// The update that every run begins with.
    pub(super) fn first(&self) -> String {
        report::running(self.lock().progress, &[])
    }

    /// Takes what is new as a message for the face; `None` when there is nothing to say. Only for
    /// the JavaScript thread.
    pub(super) fn take(&self) -> Option<String> {
        let mut state = self.lock();
        if state.has_parts() {
            let part = state.take_part();
            drop(state);
            self.taken.notify_one();
            return Some(part);
        }
        let message = match (state.report.take(), state.ended) {
            (Some(run), true) => Some(report::settled(&run, &state.logs)),
            (Some(run), false) => {
                state.ended = true;
                let now = self.now();
                state.add_reason(&run, now);
                Some(report::ended(&run, state.progress, &state.logs, self.partial_status, now))
            }
            (None, false) if state.fresh => {
                let logs = state.take_logs();
                state.fresh = !state.logs.is_empty();
                if state.fresh {
                    self.moved.notify_one();
                }
                let message = report::running(state.progress, &logs);
                drop(state);
                self.taken.notify_one();
                return Some(message);
            }
            // After a cancellation, entries wait for the report.
            (None, _) => return self.taken_nothing(),
        };
        state.fresh = false;
        state.logs.clear();
        drop(state);
        self.taken.notify_one();
        message
    }

    /// Ends the run as cancelled, unless JavaScript has seen its end. Only for the JavaScript thread.
    pub(super) fn cancel(&self) -> Option<String> {
        let mut state = self.lock();
        if state.ended {
            return None;
        }
        state.ended = true;
        state.fresh = false;
        let now = self.now();
        state.logs.push(LogEntry::at(now, LogLevel::Warning, cancelled_by(None)));
        let logs = std::mem::take(&mut state.logs);
        Some(report::cancelled(state.progress, &logs, now))
    }

    /// Says how the worker ended.
    pub(super) fn finish(&self, mut run: RunReport) {
        let mut state = self.lock();
        state.outcomes = std::mem::take(&mut run.outcomes);
        state.outcomes.reverse();
        state.report = Some(run);
    }

    /// Whether the worker has ended and there is more to tell than the last message takes.
    pub(super) fn has_parts(&self) -> bool {
        self.lock().has_parts()
    }

    /// What time it is for the run, in milliseconds since the epoch.
    pub(super) fn now(&self) -> i64 {
        self.counters.now()
    }

    /// Waits until there is something to take.
    pub(super) async fn moved(&self) {
        self.moved.notified().await;
    }

    /// Waits until the JavaScript thread has come.
    pub(super) async fn taken(&self) {
        self.taken.notified().await;
    }

    fn taken_nothing(&self) -> Option<String> {
        self.taken.notify_one();
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The worker has ended, and its last message would be too long.
    fn has_parts(&self) -> bool {
        self.report.is_some() && (!self.outcomes.is_empty() || self.logs.len() > PART)
    }

    fn take_part(&mut self) -> String {
        let from = self.outcomes.len().saturating_sub(PART);
        let outcomes: Vec<Outcome> = self.outcomes.drain(from..).rev().collect();
        let logs = if self.logs.len() > PART { self.take_logs() } else { Vec::new() };
        report::part(&outcomes, &logs)
    }

    /// The oldest entries, as many as fit into one message.
    fn take_logs(&mut self) -> Vec<LogEntry> {
        let count = self.logs.len().min(PART);
        self.logs.drain(..count).collect()
    }

    /// A failed run says why in its log too, unless it did.
    fn add_reason(&mut self, run: &RunReport, now: i64) {
        let Some(error) = &run.error else { return };
        let said =
            self.logs.last().is_some_and(|entry| entry.tells(LogLevel::Error, &error.message));
        if !said {
            self.logs.push(LogEntry::at(now, LogLevel::Error, error.message.clone()));
        }
    }
}

impl Reporter for Progress {
    fn report(&self, event: RunEvent) {
        let mut state = self.lock();
        match event {
            RunEvent::Progress(percent) => {
                let percent = percent.min(99);
                // Nobody is shown what a cancelled run still reaches.
                if state.ended || percent <= state.progress {
                    return;
                }
                state.progress = percent;
            }
            RunEvent::Log { level, message, type_key, details } => {
                let timestamp = self.now();
                state.logs.push(LogEntry { timestamp, level, message, details, type_key });
            }
        }
        if !state.ended {
            state.fresh = true;
            self.moved.notify_one();
        }
    }

    fn shown(&self, _reached: u8) -> u8 {
        self.lock().progress
    }
}
