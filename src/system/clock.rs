//! Time and randomness of the operating system.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;

use crate::port::Clock;

/// The moment that [`Clock::elapsed`] counts from: one for the process, so that engines which share
/// pacing and tokens agree on it.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn elapsed(&self) -> Duration {
        START.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    /// The standard library keys every hasher differently, from the operating system's randomness.
    /// Good for jitter and for ids that must not collide, not for secrets.
    fn random(&self) -> u64 {
        RandomState::new().hash_one(START.elapsed())
    }
}
