//! What an engine has done since it was made, in the text format of Prometheus.
//!
//! Counted in the memory of the process. Labels take few values, all of them known here: never the
//! key of a type or the id of a deployment.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::ErrorCode;
use crate::port::Clock;

use super::Engine;
use super::outcome::status_word;
use super::report::{Outcome, RunReport, RunStatus};

/// Upper bounds of the buckets of durations, in seconds.
const BUCKETS: [(f64, &str); 9] = [
    (0.1, "0.1"),
    (0.5, "0.5"),
    (1.0, "1"),
    (5.0, "5"),
    (15.0, "15"),
    (60.0, "60"),
    (300.0, "300"),
    (900.0, "900"),
    (3_600.0, "3600"),
];

/// What an engine and its connections count.
pub struct Counters {
    clock: Arc<dyn Clock>,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    durations: BTreeMap<&'static str, Histogram>,
    /// By operation, result and class of the error.
    operations: BTreeMap<[String; 3], u64>,
    /// By method and class of the status.
    requests: BTreeMap<[&'static str; 2], u64>,
    retries: u64,
    refused_for_rate: u64,
    waits: u64,
    waited: Duration,
    /// Types with an open conflict, when that was last looked at.
    conflicts: Option<u64>,
    running: BTreeMap<u64, Running>,
    next: u64,
}

#[derive(Default)]
struct Histogram {
    /// Not cumulative; what is above every bound counts in the sum only.
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: Duration,
}

/// A deployment that runs.
struct Running {
    progress: Arc<AtomicU8>,
    /// When it took the first of its scopes.
    leased_at: Option<Duration>,
}

/// One request on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedRequest {
    /// HTTP method.
    pub method: &'static str,
    /// Status of the answer, if there was one.
    pub status: Option<u16>,
    /// Which attempt it was, counted from 1.
    pub attempt: u32,
    /// How long pacing held it back.
    pub waited: Duration,
}

/// Counts a deployment as running until it is dropped.
pub(super) struct Underway<'c> {
    counters: &'c Counters,
    number: u64,
}

impl Counters {
    /// Counts from nothing.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, counts: Mutex::default() }
    }

    /// The time that it goes by, in milliseconds since the epoch.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// A request has ended.
    pub fn request(&self, request: CountedRequest) {
        let class = match request.status {
            None => "none",
            Some(100..200) => "1xx",
            Some(200..300) => "2xx",
            Some(300..400) => "3xx",
            Some(400..500) => "4xx",
            Some(_) => "5xx",
        };
        let mut counts = self.lock();
        *counts.requests.entry([request.method, class]).or_default() += 1;
        counts.retries += u64::from(request.attempt > 1);
        counts.refused_for_rate += u64::from(request.status == Some(429));
        if !request.waited.is_zero() {
            counts.waits += 1;
            counts.waited += request.waited;
        }
    }

    /// A deployment begins.
    pub(super) fn begin(&self, progress: Arc<AtomicU8>) -> Underway<'_> {
        let mut counts = self.lock();
        let number = counts.next;
        counts.next += 1;
        counts.running.insert(number, Running { progress, leased_at: None });
        Underway { counters: self, number }
    }

    /// How many types have an open conflict.
    pub(super) fn conflicts(&self, open: u64) {
        self.lock().conflicts = Some(open);
    }

    /// Everything counted so far.
    #[must_use]
    pub fn text(&self) -> String {
        let now = self.clock.elapsed();
        let counts = self.lock();
        let mut page = Page(String::with_capacity(4_096));
        page.durations(&counts.durations);
        page.family(
            "operations_total",
            "counter",
            "Operations on types by result and class of error.",
        );
        for ([operation, result, class], count) in &counts.operations {
            let labels = [("operation", &**operation), ("result", result), ("class", class)];
            page.sample("operations_total", &labels, count);
        }
        page.one("deployments_running", "gauge", "Deployments that run now.", counts.running.len());
        let progress = counts.running.values().map(|one| one.progress.load(Ordering::Relaxed));
        let help = "Progress of the running deployment that is the least far, in percent; 100 when none runs.";
        page.one("deployment_progress", "gauge", help, progress.min().unwrap_or(100));
        let leased = counts.running.values().filter_map(|one| one.leased_at);
        let age = leased.map(|since| now.saturating_sub(since)).max().unwrap_or_default();
        let help = "How long the oldest lease of this process has been held; 0 when it holds none.";
        page.one("lease_age_seconds", "gauge", help, age.as_secs_f64());
        page.family(
            "requests_total",
            "counter",
            "Requests by method and class of the answer's status.",
        );
        for ([method, status], count) in &counts.requests {
            page.sample("requests_total", &[("method", method), ("status", status)], count);
        }
        page.one(
            "request_retries_total",
            "counter",
            "Requests that repeated another one.",
            counts.retries,
        );
        let help = "Answers that asked to slow down (429).";
        page.one("rate_limited_total", "counter", help, counts.refused_for_rate);
        let help = "Requests that pacing held back.";
        page.one("rate_limit_waits_total", "counter", help, counts.waits);
        let help = "How long pacing held requests back.";
        page.one("rate_limit_wait_seconds_total", "counter", help, counts.waited.as_secs_f64());
        page.family("conflicts_open", "gauge", "Types with an open conflict, at the last look.");
        if let Some(open) = counts.conflicts {
            page.sample("conflicts_open", &[], open);
        }
        page.0
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// What the engine has done since it was made, in the text format of Prometheus.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.counters.text()
    }
}

impl Underway<'_> {
    /// It has taken a scope.
    pub fn leased(&self) {
        let now = self.counters.clock.elapsed();
        if let Some(run) = self.counters.lock().running.get_mut(&self.number) {
            run.leased_at.get_or_insert(now);
        }
    }

    /// It has ended.
    pub fn end(&self, report: &RunReport, taken: Duration) {
        let mut counts = self.counters.lock();
        counts.durations.entry(outcome_of(report)).or_default().add(taken);
        let is_own = |outcome: &&Outcome| !outcome.is_carried_over && outcome.operation != "none";
        for outcome in report.outcomes.iter().filter(is_own) {
            let class = class_of(outcome).to_owned();
            let labels = [outcome.operation.clone(), outcome.status.clone(), class];
            *counts.operations.entry(labels).or_default() += 1;
        }
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.counters.lock().running.remove(&self.number);
    }
}

/// How a deployment ended, in the words of `job.outcome`, and `cancelled`.
fn outcome_of(report: &RunReport) -> &'static str {
    match report.status {
        RunStatus::Completed => "success",
        other => status_word(other),
    }
}

/// The class of what went wrong with a type; a finding's code is one of validation.
fn class_of(outcome: &Outcome) -> &'static str {
    let Some(error) = &outcome.error else { return "none" };
    let known = ErrorCode::ALL.iter().find(|code| code.as_str() == error.code);
    known.map_or("VALIDATION", |code| code.class().as_str())
}

impl Histogram {
    fn add(&mut self, duration: Duration) {
        let fits = |(bound, _): &(f64, &str)| duration.as_secs_f64() <= *bound;
        if let Some(bucket) = BUCKETS.iter().position(fits).and_then(|at| self.buckets.get_mut(at))
        {
            *bucket += 1;
        }
        self.count += 1;
        self.sum += duration;
    }
}

/// The text being written.
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "# HELP catalyst_sync_{name} {help}");
        let _ = writeln!(self.0, "# TYPE catalyst_sync_{name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let _ = write!(self.0, "catalyst_sync_{name}");
        for (at, (label, text)) in labels.iter().enumerate() {
            let before = if at == 0 { '{' } else { ',' };
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{before}{label}=\"{text}\"");
        }
        let close = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.0, "{close} {value}");
    }

    /// A family of one sample.
    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }

    fn durations(&mut self, durations: &BTreeMap<&'static str, Histogram>) {
        let name = "deployment_duration_seconds";
        self.family(name, "histogram", "How long deployments took, by how they ended.");
        for (outcome, histogram) in durations {
            let mut below = 0;
            for ((_, bound), count) in BUCKETS.iter().zip(histogram.buckets) {
                below += count;
                let labels = [("outcome", *outcome), ("le", *bound)];
                self.sample(&format!("{name}_bucket"), &labels, below);
            }
            let labels = [("outcome", *outcome), ("le", "+Inf")];
            self.sample(&format!("{name}_bucket"), &labels, histogram.count);
            let labels = [("outcome", *outcome)];
            self.sample(&format!("{name}_sum"), &labels, histogram.sum.as_secs_f64());
            self.sample(&format!("{name}_count"), &labels, histogram.count);
        }
    }
}
