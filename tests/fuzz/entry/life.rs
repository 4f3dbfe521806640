//! What all of them live by: a clock that never waits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use catalyst_sync::port::Clock;
use tempfile::TempDir;

/// Counts the days, and what is drawn.
static TURNS: AtomicU64 = AtomicU64::new(1);

/// A clock that moves on by what is slept, at once. Each begins a day after the one before it.
pub struct Clockwork {
    day: u64,
    elapsed: Mutex<Duration>,
}

impl Default for Clockwork {
    fn default() -> Self {
        Self { day: TURNS.fetch_add(1, Ordering::Relaxed), elapsed: Mutex::default() }
    }
}

#[async_trait]
impl Clock for Clockwork {
    fn now(&self) -> i64 {
        const BEGAN: u64 = 1_767_225_600_000;
        const DAY: u64 = 86_400_000;
        let began = BEGAN + self.day * DAY;
        let elapsed = u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX);
        i64::try_from(began.saturating_add(elapsed)).unwrap_or(i64::MAX)
    }

    fn elapsed(&self) -> Duration {
        *self.elapsed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, duration: Duration) {
        {
            let mut now = self.elapsed.lock().unwrap_or_else(PoisonError::into_inner);
            *now = now.saturating_add(duration);
        }
        tokio::task::yield_now().await;
    }

    fn random(&self) -> u64 {
        TURNS.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// Runs a story to its end.
pub fn live<T>(story: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    // Its time is nobody's: what waits for it waits no longer than until all wait.
    let runtime = runtime.enable_time().start_paused(true).build();
    runtime.expect("a runtime is made").block_on(story)
}

/// A new folder, in memory where the system has a place for that.
pub fn folder() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder is made")
}

/// Of an error that is shown: it is no defect, and says what to do.
pub fn assert_said(error: &catalyst_sync::error::SyncError) {
    assert_ne!(error.code.as_str(), "INTERNAL", "{error:?}");
    assert!(!error.message.contains("failed unexpectedly"), "{error:?}");
    assert!(error.details.next_step.is_some() && !error.message.is_empty(), "{error:?}");
}
