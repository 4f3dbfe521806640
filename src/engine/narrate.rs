//! What a run tells while it runs: progress and the log of the job.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::canonical::{Canonical, parse};
use crate::model::{Finding, Json};
use crate::plan::Verb;
use crate::port::Clock;

use super::report::{LogEntry, LogLevel, Outcome, Reporter, RunEvent};

/// Entries of its log that the stored job keeps.
pub(super) const KEPT_ENTRIES: usize = 100;

/// What a run does with types, as its log calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Create,
    Update,
    Delete,
    /// Whatever it does, it did not succeed before.
    Retry,
}

impl From<Verb> for Phase {
    fn from(verb: Verb) -> Self {
        match verb {
            Verb::Create => Self::Create,
            Verb::Update => Self::Update,
            Verb::Delete => Self::Delete,
        }
    }
}

impl Phase {
    fn words(self) -> &'static str {
        match self {
            Self::Create => "Creating new content types",
            Self::Update => "Updating modified types",
            Self::Delete => "Deleting removed types",
            Self::Retry => "Retrying failed types",
        }
    }
}

/// Tells the caller of a run how far it is. Progress never falls.
///
/// A phase is told when it begins. A type has two entries: that it is its turn, and what became of it,
/// the latter with its outcome for programs that follow.
pub(super) struct Narrator {
    reporter: Arc<dyn Reporter>,
    clock: Arc<dyn Clock>,
    progress: Arc<AtomicU8>,
    /// Operations in all, and per phase.
    total: AtomicUsize,
    totals: [AtomicUsize; 4],
    begun: AtomicUsize,
    /// Phases that were told.
    told: [AtomicBool; 4],
    done: AtomicUsize,
    /// The last entries of the log.
    kept: Mutex<VecDeque<LogEntry>>,
}

impl Narrator {
    /// Tells it to a reporter.
    pub fn new(reporter: Arc<dyn Reporter>, clock: Arc<dyn Clock>) -> Self {
        Self {
            reporter,
            clock,
            progress: Arc::default(),
            total: AtomicUsize::new(0),
            totals: Default::default(),
            begun: AtomicUsize::new(0),
            told: Default::default(),
            done: AtomicUsize::new(0),
            kept: Mutex::default(),
        }
    }

    /// The run is recorded.
    pub fn recorded(&self, run_id: &str) {
        self.reporter.recorded(run_id);
    }

    /// How far the run is, for whoever looks from outside.
    pub fn progress(&self) -> Arc<AtomicU8> {
        Arc::clone(&self.progress)
    }

    /// A step of the run.
    pub fn step(&self, progress: u8, message: impl Into<String>) {
        self.log(LogLevel::Info, message, None, None);
        self.reach(progress);
    }

    /// A finding that belongs in the log.
    pub fn finding(&self, finding: &Finding) {
        let level = match finding.severity {
            crate::model::Severity::Error => LogLevel::Error,
            crate::model::Severity::Warning => LogLevel::Warning,
            crate::model::Severity::Info => LogLevel::Info,
        };
        let details = Json::object([
            ("code", Json::str(finding.code)),
            ("remedy", Json::str(&*finding.remedy)),
        ]);
        let type_key = finding.type_key.as_deref();
        self.log(level, &*finding.message, type_key, Some(Canonical::of(&details)));
    }

    /// There will be an operation.
    pub fn expect(&self, phases: &[Phase]) {
        self.total.fetch_add(1, Ordering::Relaxed);
        for total in phases.iter().filter_map(|phase| self.totals.get(*phase as usize)) {
            total.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// An operation begins.
    pub fn begin(&self, phases: &[Phase], key: &str, name: &str) {
        for phase in phases {
            let at = *phase as usize;
            let (Some(told), Some(total)) = (self.told.get(at), self.totals.get(at)) else {
                continue;
            };
            if !told.swap(true, Ordering::Relaxed) {
                let (words, total) = (phase.words(), total.load(Ordering::Relaxed));
                self.log(LogLevel::Info, format!("{words} (1 of {total})..."), None, None);
            }
        }
        let nth = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.total.load(Ordering::Relaxed);
        self.log(LogLevel::Info, format!("Syncing {name} ({nth} of {total})..."), Some(key), None);
    }

    /// An operation ended.
    pub fn end(&self, outcome: &Outcome) {
        self.ended(outcome);
        self.advance();
    }

    /// An operation is done as far as it can be until others are.
    pub fn advance(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.total.load(Ordering::Relaxed).max(1);
        self.reach(20 + u8::try_from(60 * done.min(total) / total).unwrap_or(60));
    }

    /// What became of a type.
    pub fn ended(&self, outcome: &Outcome) {
        let (level, said) = match (&outcome.error, &*outcome.status) {
            (Some(error), "failed") => (LogLevel::Error, &*error.message),
            (Some(error), _) => (LogLevel::Warning, &*error.message),
            (None, "success") => (LogLevel::Info, past_of(&outcome.operation)),
            (None, status) => (LogLevel::Info, status),
        };
        let message = format!("{}: {said}", outcome.name);
        self.log(level, message, Some(&outcome.type_key), Some(details_of(outcome)));
    }

    /// How far the run is, as the caller knows it.
    pub fn shown(&self) -> u8 {
        self.reporter.shown(self.progress.load(Ordering::Relaxed))
    }

    /// The last entries of the log.
    pub fn log_entries(&self) -> Vec<LogEntry> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().cloned().collect()
    }

    fn reach(&self, progress: u8) {
        if self.progress.fetch_max(progress, Ordering::Relaxed) < progress {
            self.reporter.report(RunEvent::Progress(progress));
        }
    }

    /// A log entry.
    pub fn log(
        &self,
        level: LogLevel,
        message: impl Into<String>,
        type_key: Option<&str>,
        details: Option<Canonical>,
    ) {
        let message = message.into();
        let type_key = type_key.map(str::to_owned);
        let entry = LogEntry {
            timestamp: self.clock.now(),
            level,
            message: message.clone(),
            details: details.clone(),
        };
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            while kept.len() >= KEPT_ENTRIES {
                kept.pop_front();
            }
            kept.push_back(entry);
        }
        self.reporter.report(RunEvent::Log { level, message, type_key, details });
    }
}

/// The word for an operation that succeeded.
fn past_of(operation: &str) -> &'static str {
    match operation {
        "create" => "created",
        "update" => "updated",
        "delete" => "deleted",
        _ => "unchanged",
    }
}

/// What programs are told of a type that ended: its outcome as the result of the run has it, and the
/// code of its error.
fn details_of(outcome: &Outcome) -> Canonical {
    let text = serde_json::to_string(outcome).unwrap_or_default();
    let outcome_of = parse(&text).unwrap_or(Json::Null);
    let code = outcome.error.as_ref().map(|error| ("code", Json::str(&*error.code)));
    Canonical::of(&Json::object(code.into_iter().chain([("outcome", outcome_of)])))
}
