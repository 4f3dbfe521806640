//! How many requests a target gets, from all engines of the process together.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::digest::Digest;
use crate::port::Clock;

/// How fast a user of a target may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Size of the token bucket, which is full at first, and tokens added per minute.
    pub requests_per_minute: NonZeroU32,
    /// Requests on the wire at once.
    pub max_in_flight: NonZeroU32,
}

/// After this time without a request every bucket is full again.
const REFILL: Duration = Duration::from_mins(1);

/// The lanes of the process, by target and credential.
static LANES: LazyLock<Mutex<HashMap<Digest, Arc<Lane>>>> = LazyLock::new(Mutex::default);

/// A user's place in the lane of its target. The strictest of those who have one rules.
pub(super) struct Seat {
    lane: Arc<Lane>,
    id: u64,
}

/// The right to have one request on the wire; returned when dropped.
pub(super) struct Permit(Arc<Lane>);

impl Seat {
    /// Joins the lane of a target and credential. Time runs by the clock of whoever came first.
    pub(super) fn take(key: Digest, pace: Pace, clock: &Arc<dyn Clock>) -> Self {
        let mut lanes = lock(&LANES);
        lanes.retain(|_, lane| !lane.is_idle());
        let lane = lanes.entry(key).or_insert_with(|| Arc::new(Lane::new(Arc::clone(clock))));
        Self { id: lane.join(pace), lane: Arc::clone(lane) }
    }

    /// Waits for a permit, first come first served; `None` when cancelled before.
    pub(super) async fn permit(&self, cancel: &CancellationToken) -> Option<Permit> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            permit = self.lane.permit() => Some(permit),
        }
    }

    /// Keeps the whole lane back for a while.
    pub(super) fn hold_back(&self, wait: Duration) {
        let until = self.lane.clock.elapsed().saturating_add(wait);
        let mut state = self.lane.state();
        state.held_until = state.held_until.max(until);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.lane.state().users.remove(&self.id);
        // The bounds may be wider now.
        self.lane.changed.notify_one();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.state().in_flight -= 1;
        self.0.changed.notify_one();
    }
}

/// What all users of one target and credential share.
struct Lane {
    clock: Arc<dyn Clock>,
    /// Held by whoever is next, so that requests leave in the order in which they came.
    turn: tokio::sync::Mutex<()>,
    /// Wakes whoever is next. One waiter at most, thanks to `turn`.
    changed: Notify,
    state: Mutex<State>,
}

struct State {
    users: BTreeMap<u64, Pace>,
    next_user: u64,
    /// One bucket per rate that was ever asked for, each charged for every request, so that none is
    /// fuller than it should be when its rate comes to rule.
    buckets: BTreeMap<NonZeroU32, Bucket>,
    in_flight: u32,
    held_until: Duration,
    last_request: Duration,
}

type Bucket = RateLimiter<NotKeyed, InMemoryState, BucketClock, NoOpMiddleware<Duration>>;

/// What the next request has to wait for.
enum Wait {
    Until(Duration),
    ForChange,
}

impl Lane {
    fn new(clock: Arc<dyn Clock>) -> Self {
        let state = State {
            users: BTreeMap::new(),
            next_user: 0,
            buckets: BTreeMap::new(),
            in_flight: 0,
            held_until: Duration::ZERO,
            last_request: clock.elapsed(),
        };
        Self {
            clock,
            turn: tokio::sync::Mutex::default(),
            changed: Notify::new(),
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn join(&self, pace: Pace) -> u64 {
        let mut state = self.state();
        let clock = || BucketClock(Arc::clone(&self.clock));
        let rate = pace.requests_per_minute;
        let bucket = || RateLimiter::direct_with_clock(Quota::per_minute(rate), clock());
        state.buckets.entry(rate).or_insert_with(bucket);
        state.next_user += 1;
        let id = state.next_user;
        state.users.insert(id, pace);
        id
    }

    /// Nobody uses it, and nothing would be forgotten with it.
    fn is_idle(&self) -> bool {
        let now = self.clock.elapsed();
        let state = self.state();
        let refilled = now >= state.last_request.saturating_add(REFILL);
        state.users.is_empty() && state.in_flight == 0 && refilled && now >= state.held_until
    }

    async fn permit(self: &Arc<Self>) -> Permit {
        let _turn = self.turn.lock().await;
        loop {
            let now = self.clock.elapsed();
            let admitted = self.state().admit(now);
            match admitted {
                Ok(()) => return Permit(Arc::clone(self)),
                Err(Wait::Until(then)) => {
                    self.clock.sleep(then.saturating_sub(now)).await;
                }
                Err(Wait::ForChange) => self.changed.notified().await,
            }
        }
    }
}

impl State {
    /// Lets one request through, or says what it has to wait for.
    fn admit(&mut self, now: Duration) -> Result<(), Wait> {
        let strictest = |of: fn(&Pace) -> NonZeroU32| self.users.values().map(of).min();
        let max_in_flight = strictest(|pace| pace.max_in_flight);
        let rate = strictest(|pace| pace.requests_per_minute);
        if now < self.held_until {
            return Err(Wait::Until(self.held_until));
        }
        if max_in_flight.is_some_and(|most| self.in_flight >= most.get()) {
            return Err(Wait::ForChange);
        }
        if let Some(bucket) = rate.and_then(|rate| self.buckets.get(&rate)) {
            bucket.check().map_err(|refused| Wait::Until(refused.earliest_possible()))?;
        }
        for (_, bucket) in self.buckets.iter().filter(|(own, _)| Some(**own) != rate) {
            // An empty bucket of a rate that does not rule refuses nothing.
            let _ = bucket.check();
        }
        self.in_flight += 1;
        self.last_request = now;
        Ok(())
    }
}

/// The port's clock as the rate limiter wants it.
struct BucketClock(Arc<dyn Clock>);

impl governor::clock::Clock for BucketClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A panic of another thread leaves these states as they were between two statements, all of which
/// are good.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
