//! Time for tests, in which nobody waits for long.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::SystemClock;
use crate::port::Clock;

/// How long nothing may have gone on before time moves on. Only who waits pays for it.
const QUIET: Duration = Duration::from_millis(20);

/// A clock that jumps to the end of the shortest wait as soon as no request is on its way: what lasts
/// minutes by it is over in an instant. Its random numbers come from a seed.
pub struct VirtualClock {
    start: i64,
    /// Where time passes by itself, too.
    since: Option<Instant>,
    state: Mutex<State>,
}

struct State {
    skipped: Duration,
    random: u64,
    /// When each is over, and its number: few at a time.
    sleepers: Vec<(Duration, u64)>,
    next: u64,
    busy: usize,
    begun: u64,
}

impl VirtualClock {
    /// A clock that stands still at a moment but for waits, or one that begins now and goes on.
    #[must_use]
    pub fn new(now: Option<i64>, seed: u64) -> Self {
        let state = State {
            skipped: Duration::ZERO,
            random: seed,
            sleepers: Vec::new(),
            next: 0,
            busy: 0,
            begun: 0,
        };
        Self {
            start: now.unwrap_or_else(|| SystemClock.now()),
            since: now.is_none().then(Instant::now),
            state: Mutex::new(state),
        }
    }

    /// Moves time on.
    pub fn advance(&self, by: Duration) {
        self.state().skipped += by;
    }

    /// Time does not jump while this lives.
    pub fn busy(&self) -> Busy<'_> {
        let mut state = self.state();
        state.busy += 1;
        state.begun += 1;
        Busy(self)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn passed(&self, state: &State) -> Duration {
        state.skipped + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

/// A request on its way.
#[must_use = "time jumps again when this is dropped"]
pub struct Busy<'c>(&'c VirtualClock);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.state().busy -= 1;
    }
}

/// A wait that was begun and not yet ended or given up.
struct Sleep<'c> {
    clock: &'c VirtualClock,
    entry: (Duration, u64),
}

impl<'c> Sleep<'c> {
    fn begin(clock: &'c VirtualClock, duration: Duration) -> Self {
        let mut state = clock.state();
        state.next += 1;
        let entry = (clock.passed(&state) + duration, state.next);
        state.sleepers.push(entry);
        Self { clock, entry }
    }

    /// Whether it is over; moves time on where nothing has gone on since a number of beginnings.
    fn is_over(&self, begun: u64) -> bool {
        let mut state = self.clock.state();
        let left = self.entry.0.saturating_sub(self.clock.passed(&state));
        let quiet = state.busy == 0 && state.begun == begun;
        if !left.is_zero() && quiet && state.sleepers.iter().min() == Some(&self.entry) {
            state.skipped += left;
            return true;
        }
        left.is_zero()
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.clock.state().sleepers.retain(|entry| *entry != self.entry);
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> i64 {
        self.start.saturating_add(i64::try_from(self.elapsed().as_millis()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.passed(&self.state())
    }

    async fn sleep(&self, duration: Duration) {
        let sleep = Sleep::begin(self, duration);
        loop {
            let begun = self.state().begun;
            tokio::time::sleep(QUIET).await;
            if sleep.is_over(begun) {
                return;
            }
        }
    }

    /// `SplitMix64`.
    fn random(&self) -> u64 {
        let mut state = self.state();
        state.random = state.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
