//! The engine's clock over tokio's, which stands still until everybody waits.

use std::sync::Mutex;
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
    random: Mutex<Random>,
}

impl SimClock {
    /// A clock that begins now, inside of such a runtime.
    pub fn new(seed: u64) -> Self {
        Self { began: Instant::now(), random: Mutex::new(Random(seed)) }
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

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> i64 {
        START + i64::try_from(self.elapsed().as_millis()).expect("tests are short")
    }

    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn random(&self) -> u64 {
        self.random.lock().expect("nobody panics while it draws").next()
    }
}
