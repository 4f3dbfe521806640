//! The platform's time, which a simulation sets.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// Tells what time it is on the platform.
#[derive(Clone)]
pub struct Time(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Time {
    /// Time as a function tells it.
    pub fn of(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Tells what time it is.
    pub fn now(&self) -> SystemTime {
        (self.0)()
    }

    /// Tells how many milliseconds have passed since then.
    pub fn ms_since(&self, then: SystemTime) -> u128 {
        self.now().duration_since(then).unwrap_or_default().as_millis()
    }
}

impl Default for Time {
    fn default() -> Self {
        Self::of(SystemTime::now)
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Time")
    }
}
