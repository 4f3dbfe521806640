//! A transport that answers what the test says, and a clock that stands still.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use catalyst_sync::port::{Clock, Request, Response, Traffic, Transport, TransportError};
use tokio_util::sync::CancellationToken;

/// What a request gets: an answer, or none.
pub type Answer = Result<Response, TransportError>;

/// Gives one answer per request, in order, and keeps what was asked.
#[derive(Default)]
pub struct Scripted {
    answers: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<Request>>,
    pauses: Mutex<Vec<Duration>>,
}

impl Scripted {
    /// Answers with these, in order.
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self { answers: Mutex::new(answers.into_iter().collect()), ..Self::default() }
    }

    /// What was asked.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How long the target was to be left alone.
    pub fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }
}

/// An answer.
#[expect(clippy::unnecessary_wraps, reason = "stands in lists beside answers that never came")]
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Response { status, headers: headers.collect(), body: body.as_bytes().to_vec() })
}

#[async_trait]
impl Transport for Scripted {
    async fn send(
        &self,
        request: &Request,
        _cancel: &CancellationToken,
    ) -> Result<Response, TransportError> {
        self.requests.lock().unwrap().push(request.clone());
        self.answers.lock().unwrap().pop_front().expect("a request that the test did not expect")
    }

    fn hold_back(&self, wait: Duration) {
        self.pauses.lock().unwrap().push(wait);
    }

    fn traffic(&self) -> Traffic {
        let requests = self.requests.lock().unwrap().len() as u64;
        Traffic { requests, bytes: 0 }
    }
}

/// A clock that shows one moment, in milliseconds since the epoch.
pub struct StoppedClock(pub i64);

#[async_trait]
impl Clock for StoppedClock {
    fn now(&self) -> i64 {
        self.0
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _duration: Duration) {}

    fn random(&self) -> u64 {
        0
    }
}
