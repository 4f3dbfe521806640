//! A clock that tests move.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use catalyst_sync::port::Clock;
use catalyst_sync::system::SystemClock;
use tokio::sync::watch;

/// The moment at which test clocks begin: 2026-01-01T00:00:00Z, in milliseconds.
pub const START: i64 = 1_767_225_600_000;

/// A virtual clock. Nothing ever waits in real time for it.
pub struct TestClock {
    start: i64,
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

struct State {
    elapsed: Duration,
    set_back: Duration,
    advances: bool,
    sleepers: BTreeSet<(Duration, u64)>,
    next: u64,
    random: u64,
    slept: Vec<Duration>,
}

impl TestClock {
    /// A clock that jumps to the end of the shortest sleep as soon as somebody sleeps and no other
    /// task has anything to do. A peer on the network is no task: time may jump while it answers.
    pub fn new() -> Arc<Self> {
        Self::make(START, true)
    }

    /// The same, beginning now: for what a process that lived by real time left behind.
    pub fn from_now() -> Arc<Self> {
        Self::make(SystemClock.now(), true)
    }

    /// A clock that stands still until [`TestClock::advance`].
    pub fn manual() -> Arc<Self> {
        Self::make(START, false)
    }

    fn make(start: i64, advances: bool) -> Arc<Self> {
        let state = State {
            elapsed: Duration::ZERO,
            set_back: Duration::ZERO,
            advances,
            sleepers: BTreeSet::new(),
            next: 0,
            random: 0,
            slept: Vec::new(),
        };
        Arc::new(Self { start, state: Mutex::new(state), changed: watch::Sender::new(()) })
    }

    /// Moves time on and wakes who is due.
    pub fn advance(&self, by: Duration) {
        self.state().elapsed += by;
        self.changed.send_replace(());
    }

    /// Shows an earlier time of day from now on.
    pub fn set_back(&self, by: Duration) {
        self.state().set_back += by;
    }

    /// What was slept so far, in the order of asking.
    pub fn slept(&self) -> Vec<Duration> {
        self.state().slept.clone()
    }

    /// How many are asleep.
    pub fn sleepers(&self) -> usize {
        self.state().sleepers.len()
    }

    /// Waits until somebody sleeps.
    pub async fn until_asleep(&self) {
        let mut changes = self.changed.subscribe();
        while self.sleepers() == 0 {
            changes.changed().await.expect("the clock outlives its users");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the clock")
    }
}

/// A sleep that was begun and not yet ended or dropped.
struct Sleep<'c> {
    clock: &'c TestClock,
    entry: (Duration, u64),
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.clock.state().sleepers.remove(&self.entry);
        self.clock.changed.send_replace(());
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> i64 {
        let milliseconds =
            |time: Duration| i64::try_from(time.as_millis()).expect("tests are short");
        let state = self.state();
        self.start + milliseconds(state.elapsed) - milliseconds(state.set_back)
    }

    fn elapsed(&self) -> Duration {
        self.state().elapsed
    }

    async fn sleep(&self, duration: Duration) {
        let mut changes = self.changed.subscribe();
        let sleep = {
            let mut state = self.state();
            state.slept.push(duration);
            state.next += 1;
            let entry = (state.elapsed + duration, state.next);
            state.sleepers.insert(entry);
            Sleep { clock: self, entry }
        };
        self.changed.send_replace(());
        loop {
            if self.state().advances {
                for _ in 0..64 {
                    tokio::task::yield_now().await;
                }
            }
            let (is_due, is_moved) = {
                let mut state = self.state();
                let before = state.elapsed;
                if state.advances && state.sleepers.first() == Some(&sleep.entry) {
                    state.elapsed = state.elapsed.max(sleep.entry.0);
                }
                (state.elapsed >= sleep.entry.0, state.elapsed > before)
            };
            if is_moved {
                // Whoever sleeps is woken up; time does not pass in the middle of a poll.
                tokio::task::yield_now().await;
            }
            if is_due {
                return;
            }
            changes.changed().await.expect("the clock outlives its users");
        }
    }

    /// `SplitMix64` from a fixed seed: the same numbers in every run.
    fn random(&self) -> u64 {
        let mut state = self.state();
        state.random = state.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
