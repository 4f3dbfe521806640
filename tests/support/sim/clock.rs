//! The engine's clock over tokio's, which stands still until everybody waits.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use catalyst_sync::port::Clock;
use tokio::time::Instant;

use crate::support::clock::START;
use crate::support::documents::Random;
use crate::support::fake::Time;

/// A clock for a runtime whose time is paused: time moves on to the end of the next wait as soon as
/// nobody has anything to do. Its random numbers come from a seed.
pub struct SimClock {
    began: Instant,
    /// Where it runs: what all engines of a process share asks it from the threads of other runtimes,
    /// too, on which tokio tells another time.
    home: ThreadId,
    /// Milliseconds that had passed when it was last asked there.
    shown: AtomicU64,
    /// By how many milliseconds.
    set_back: AtomicI64,
    random: Mutex<Random>,
}

impl SimClock {
    /// A clock that begins now, inside of such a runtime.
    pub fn new(seed: u64) -> Self {
        let random = Mutex::new(Random(seed));
        let home = thread::current().id();
        let (shown, set_back) = (AtomicU64::new(0), AtomicI64::new(0));
        Self { began: Instant::now(), home, shown, set_back, random }
    }

    /// Shows an earlier time of day from now on; the platform's stays right.
    pub fn set_back(&self, by: Duration) {
        self.set_back.fetch_add(milliseconds(by), Ordering::Relaxed);
    }

    /// The same time for a platform.
    pub fn for_platform(&self) -> Time {
        let began = self.began;
        Time::of(move || {
            let start = Duration::from_millis(u64::try_from(START).expect("it is after 1970"));
            SystemTime::UNIX_EPOCH + start + began.elapsed()
        })
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).expect("tests are short")
}

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> i64 {
        START + milliseconds(self.elapsed()) - self.set_back.load(Ordering::Relaxed)
    }

    fn elapsed(&self) -> Duration {
        if thread::current().id() != self.home {
            return Duration::from_millis(self.shown.load(Ordering::Relaxed));
        }
        let elapsed = self.began.elapsed();
        let shown = u64::try_from(elapsed.as_millis()).expect("tests are short");
        self.shown.store(shown, Ordering::Relaxed);
        elapsed
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn random(&self) -> u64 {
        self.random.lock().expect("nobody panics while it draws").next()
    }
}
