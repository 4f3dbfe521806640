//! When a request is repeated, and after how long.

use std::num::NonZeroU32;
use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

use crate::port::{Clock, Response};

/// Longest wait between two attempts, unless the server asks for more.
const LONGEST: Duration = Duration::from_secs(30);
/// Shortest wait before the second attempt; doubles with each one.
const SHORTEST: Duration = Duration::from_secs(1);

/// How often and how long a request is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct RetryPolicy {
    /// Attempts, the first one included.
    pub(super) max_attempts: NonZeroU32,
    /// Time after which no further attempt begins, waiting included.
    pub(super) patience: Duration,
}

/// The waits between the attempts of one request.
pub(super) struct Waits {
    backoff: ExponentialBackoff,
    deadline: Duration,
}

impl Waits {
    /// Begins with the first attempt.
    pub(super) fn new(policy: RetryPolicy, clock: &dyn Clock) -> Self {
        let retries = usize::try_from(policy.max_attempts.get() - 1).unwrap_or(usize::MAX);
        let backoff = ExponentialBuilder::new()
            .with_min_delay(SHORTEST)
            .with_max_delay(LONGEST)
            .with_max_times(retries)
            .with_jitter()
            .with_jitter_seed(clock.random())
            .build();
        Self { backoff, deadline: clock.elapsed().saturating_add(policy.patience) }
    }

    /// The wait before the next attempt; `None` when there shall be none. What the server asks for
    /// counts more than our own schedule.
    pub(super) fn next(&mut self, asked: Option<Duration>, clock: &dyn Clock) -> Option<Duration> {
        let own = self.backoff.next()?.min(LONGEST);
        let wait = asked.unwrap_or(own);
        (clock.elapsed().saturating_add(wait) <= self.deadline).then_some(wait)
    }
}

/// Whether a read that was answered so is worth repeating.
pub(super) fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429) || status >= 500
}

/// How long the server asks to wait (RFC 9110 §10.2.3): seconds, or a date, which is counted from the
/// server's own `Date` where there is one, because clocks differ.
pub(super) fn retry_after(response: &Response, clock: &dyn Clock) -> Option<Duration> {
    let asked = response.header("retry-after")?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(asked).ok()?;
    let date = response.header("date").and_then(|date| httpdate::parse_http_date(date).ok());
    let now = date.unwrap_or_else(|| {
        let since_epoch = Duration::from_millis(u64::try_from(clock.now()).unwrap_or_default());
        SystemTime::UNIX_EPOCH + since_epoch
    });
    Some(until.duration_since(now).unwrap_or_default())
}
