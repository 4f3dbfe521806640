//! Time, sleep and randomness.

use std::time::Duration;

use async_trait::async_trait;

/// The only source of time and randomness that the engine has.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Milliseconds since the Unix epoch.
    fn now(&self) -> i64;

    /// Time since some fixed moment; never goes back.
    fn elapsed(&self) -> Duration;

    /// Waits.
    async fn sleep(&self, duration: Duration);

    /// A random number, for jitter and ids.
    fn random(&self) -> u64;
}
