//! What a run tells while it runs: progress and the log of the job.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::canonical::Canonical;
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
/// A phase is told when it begins. A type has two entries at most: that it is its turn, and what
/// went wrong with it.
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
    ended: AtomicUsize,
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
            ended: AtomicUsize::new(0),
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
        self.error(outcome);
        let ended = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.total.load(Ordering::Relaxed).max(1);
        self.reach(20 + u8::try_from(60 * ended.min(total) / total).unwrap_or(60));
    }

    /// What went wrong with a type, if anything did.
    pub fn error(&self, outcome: &Outcome) {
        if let Some(error) = &outcome.error {
            let level =
                if outcome.status == "failed" { LogLevel::Error } else { LogLevel::Warning };
            let details = Json::object([("code", Json::str(&*error.code))]);
            let message = format!("{}: {}", outcome.name, error.message);
            let details = Some(Canonical::of(&details));
            self.log(level, message, Some(&outcome.type_key), details);
        }
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
