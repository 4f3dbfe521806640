//! What `catalyst-sync/testing` stands on; nothing else reaches it.

use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use super::engine::NativeEngine;
use super::error;
use crate::compose::{Calls, EngineOptions, TestBed, VirtualClock};
use crate::error::SyncError;
use crate::port::Clock as _;

/// Carries no value: the JavaScript thread takes the next request when it comes to it. Weak, so that
/// a test engine that nobody closed keeps no process alive.
type Ring = ThreadsafeFunction<(), (), Option<String>, napi::Status, false, true, 0>;

/// A studio in memory, a clock that nobody waits for, and requests that are handed to a function.
#[napi_derive::napi]
pub struct NativeTestBed {
    bed: Arc<TestBed>,
}

#[napi_derive::napi]
impl NativeTestBed {
    /// Makes one. `exchange` is called with each request, JSON, or with `null` when it was taken
    /// already; what becomes of it goes to `answer`. Without `now` time begins now and goes on.
    #[napi(factory, catch_unwind)]
    pub fn open(
        exchange: Function<'_, Option<String>, ()>,
        seed: u32,
        now: Option<f64>,
    ) -> napi::Result<Self> {
        let calls = Arc::new(Calls::default());
        let taking = Arc::clone(&calls);
        let ring: Ring = exchange
            .build_threadsafe_function::<()>()
            .weak::<true>()
            .build_callback(move |_| Ok(taking.next()))?;
        let ring =
            move || ring.call((), ThreadsafeFunctionCallMode::NonBlocking) == napi::Status::Ok;
        #[expect(clippy::cast_possible_truncation, reason = "a Date is a whole number of them")]
        let clock = VirtualClock::new(now.map(|now| now as i64), seed.into());
        let bed = TestBed::new(clock, calls, Box::new(ring));
        Ok(Self { bed: Arc::new(bed.map_err(thrown)?) })
    }

    /// An engine over it, with options as [`NativeEngine::configure`] takes them.
    #[napi(catch_unwind)]
    pub fn engine(&self, options: String) -> napi::Result<NativeEngine> {
        let mut options = EngineOptions::from_json(&options).map_err(thrown)?;
        options.database_url = Some(self.bed.address().map_err(thrown)?);
        Ok(NativeEngine::over(options, self.bed.counters(), Some(Arc::clone(&self.bed))))
    }

    /// Runs a statement on the studio's database, whose one parameter is given, and whose rows are
    /// JSON: a list of them, as JSON.
    #[napi(catch_unwind)]
    pub fn query(&self, sql: String, given: String) -> napi::Result<String> {
        let rows = self.bed.query(&sql, &given).map_err(thrown)?;
        Ok(format!("[{}]", rows.join(",")))
    }

    /// Hands on what became of a request: JSON of `{ number, status, headers, body }`, or of
    /// `{ number, lost }`.
    #[napi(catch_unwind)]
    pub fn answer(&self, answer: String) -> napi::Result<()> {
        self.bed.answer(&answer).map_err(thrown)
    }

    /// Moves time on by milliseconds, and tells what time it is then, in those since the epoch.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn advance(&self, by: u32) -> i64 {
        self.bed.clock().advance(Duration::from_millis(by.into()));
        self.bed.clock().now()
    }

    /// Lets go of the databases, and of `exchange`.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.bed.close();
    }
}

fn thrown(error: SyncError) -> napi::Error {
    error::thrown(&error)
}
