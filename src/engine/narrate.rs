//! What a run tells while it runs: progress and the log of the job.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use crate::canonical::Canonical;
use crate::model::{Finding, Json};
use crate::plan::Verb;

use super::report::{LogLevel, Outcome, Reporter, RunEvent};

/// Tells the caller of a run how far it is. Progress never falls.
pub(super) struct Narrator {
    reporter: Arc<dyn Reporter>,
    progress: AtomicU8,
    /// Operations in all, and per verb.
    total: AtomicUsize,
    totals: [AtomicUsize; 3],
    begun: AtomicUsize,
    begun_of: [AtomicUsize; 3],
    ended: AtomicUsize,
}

impl Narrator {
    /// Tells it to a reporter.
    pub fn new(reporter: Arc<dyn Reporter>) -> Self {
        Self {
            reporter,
            progress: AtomicU8::new(0),
            total: AtomicUsize::new(0),
            totals: Default::default(),
            begun: AtomicUsize::new(0),
            begun_of: Default::default(),
            ended: AtomicUsize::new(0),
        }
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

    /// How many operations there will be.
    pub fn expect(&self, verbs: impl Iterator<Item = Verb>) {
        for verb in verbs {
            self.total.fetch_add(1, Ordering::Relaxed);
            if let Some(total) = self.totals.get(place(verb)) {
                total.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// An operation begins.
    pub fn begin(&self, verb: Verb, key: &str, name: &str) {
        let nth = |counter: Option<&AtomicUsize>| {
            counter.map_or(0, |counter| counter.fetch_add(1, Ordering::Relaxed) + 1)
        };
        let phase = match verb {
            Verb::Create => "Creating new content types",
            Verb::Update => "Updating modified types",
            Verb::Delete => "Deleting removed types",
        };
        let of_verb = nth(self.begun_of.get(place(verb)));
        let verbs = self.totals.get(place(verb)).map_or(0, |total| total.load(Ordering::Relaxed));
        self.log(LogLevel::Info, format!("{phase} ({of_verb} of {verbs})..."), None, None);
        let nth = nth(Some(&self.begun));
        let total = self.total.load(Ordering::Relaxed);
        self.log(LogLevel::Info, format!("Syncing {name} ({nth} of {total})..."), Some(key), None);
    }

    /// An operation ended.
    pub fn end(&self, outcome: &Outcome) {
        if let Some(error) = &outcome.error {
            let level =
                if outcome.status == "failed" { LogLevel::Error } else { LogLevel::Warning };
            let details = Json::object([("code", Json::str(&*error.code))]);
            let message = format!("{}: {}", outcome.name, error.message);
            let details = Some(Canonical::of(&details));
            self.log(level, message, Some(&outcome.type_key), details);
        }
        let ended = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.total.load(Ordering::Relaxed).max(1);
        self.reach(20 + u8::try_from(60 * ended.min(total) / total).unwrap_or(60));
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
        self.reporter.report(RunEvent::Log { level, message, type_key, details });
    }
}

fn place(verb: Verb) -> usize {
    match verb {
        Verb::Create => 0,
        Verb::Update => 1,
        Verb::Delete => 2,
    }
}
