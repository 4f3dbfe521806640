//! The transport: pacing, token, exchange, retry.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::oauth::{Token, Tokens};
use super::pacing::Seat;
use super::retry::{RetryPolicy, Waits, is_transient, retry_after};
use super::wire::{Failure, Outgoing, Way, Wire};
use super::{Carrier, Credentials, Endpoint, Meter, Observer, Pace};
use crate::digest::Digest;
use crate::port::{Clock, Method, Request, Response, Traffic, Transport, TransportError};

/// What is told as a wait at least.
const SHORTEST_WAIT: Duration = Duration::from_millis(5);

/// How a target is talked to.
#[derive(Clone)]
pub struct HttpOptions {
    /// How fast.
    pub pace: Pace,
    /// Attempts of a read, and of a token request, the first one included.
    pub max_attempts: NonZeroU32,
    /// Time for one request, from the connection to the last byte of the answer.
    pub request_timeout: Duration,
    /// Longest time that repeating a read may take, and longest time that the server can hold all
    /// requests back by asking once.
    pub patience: Duration,
    /// Longest answer, in bytes.
    pub max_body: usize,
    /// Is told of every request.
    pub observer: Option<Observer>,
    /// Is told of every request in numbers.
    pub meter: Option<Meter>,
    /// Carries the requests in the place of the sockets.
    pub carrier: Option<Arc<dyn Carrier>>,
}

impl HttpOptions {
    /// The documented defaults: 100 requests per minute, 8 in flight, 3 attempts within 2 minutes,
    /// 30 seconds and 32 MiB for each.
    #[must_use]
    pub fn standard() -> Self {
        const fn count(number: u32) -> NonZeroU32 {
            NonZeroU32::MIN.saturating_add(number - 1)
        }
        Self {
            pace: Pace { requests_per_minute: count(100), max_in_flight: count(8) },
            max_attempts: count(3),
            request_timeout: Duration::from_secs(30),
            patience: Duration::from_mins(2),
            max_body: 32 << 20,
            observer: None,
            meter: None,
            carrier: None,
        }
    }
}

/// Sends requests to one target over HTTP.
///
/// Tokens and pacing are shared with every other transport of the process that has the same origin
/// and credential. Of several paces asked for, the strictest rules as long as its user exists.
pub struct HttpTransport {
    endpoint: Endpoint,
    tokens: Tokens,
    seat: Seat,
    wire: Arc<Wire>,
    clock: Arc<dyn Clock>,
    policy: RetryPolicy,
}

/// Why an attempt brought no answer.
enum Stop {
    /// Another attempt may bring one.
    Repeatable(TransportError),
    /// It would end the same way.
    Final(TransportError),
}

impl HttpTransport {
    /// Prepares the way to a target; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`TransportError::NotSent`] when the system gives no means for a secure channel.
    pub fn new(
        endpoint: Endpoint,
        credentials: Credentials,
        options: HttpOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TransportError> {
        let HttpOptions { pace, max_attempts, request_timeout, patience, max_body, .. } = options;
        let limits = (request_timeout, max_body);
        let carried = options.carrier.as_ref().map_or(0, |carrier| carrier.lane()).to_le_bytes();
        let way = Way::of(&endpoint, request_timeout, options.carrier)?;
        let told = (options.observer, options.meter);
        let wire = Arc::new(Wire::new(way, limits, Arc::clone(&clock), told));
        let policy = RetryPolicy { max_attempts, patience };
        let client = credentials.client_id.as_bytes();
        let lane = Digest::of_parts([endpoint.origin().as_str().as_bytes(), client, &carried]);
        let seat = Seat::take(lane, pace, &clock);
        let (shared, time) = (Arc::clone(&wire), Arc::clone(&clock));
        let tokens = Tokens::new(&endpoint, credentials, carried, policy, shared, time);
        Ok(Self { endpoint, tokens, seat, wire, clock, policy })
    }

    /// One attempt: a permit, a token, an exchange; after 401 once more with a new token, because
    /// what was answered so was not carried out.
    async fn attempt(
        &self,
        request: &Request,
        (url, headers): (&Url, &HeaderMap),
        attempt: u32,
        cancel: &CancellationToken,
    ) -> Result<Response, Stop> {
        let mut refused: Option<Token> = None;
        loop {
            let cancelled = Stop::Final(TransportError::Cancelled);
            let asked = self.clock.elapsed();
            let Some(permit) = self.seat.permit(cancel).await else { return Err(cancelled) };
            let waited = self.clock.elapsed().saturating_sub(asked);
            let token = self.tokens.token(refused.as_ref(), cancel).await.map_err(Stop::Final)?;
            if cancel.is_cancelled() {
                return Err(cancelled);
            }
            let [secret, basic] = self.tokens.secrets();
            let outgoing = Outgoing {
                method: method(request.method),
                url: url.clone(),
                headers: authorized(headers, &token).map_err(Stop::Final)?,
                body: request.body.clone(),
                attempt,
                // A turn of the scheduler is no wait.
                waited: if waited < SHORTEST_WAIT { Duration::ZERO } else { waited },
                secrets: vec![secret, basic, &token.secret],
            };
            let response = self.wire.exchange(outgoing).await.map_err(|failure| match failure {
                Failure::TooLarge(_) => Stop::Final(failure.into()),
                Failure::NotSent(_) | Failure::Lost(_) => Stop::Repeatable(failure.into()),
            })?;
            drop(permit);
            if response.status != 401 {
                return Ok(response);
            }
            if refused.is_some() {
                let message = "the platform refuses a renewed token (401)".to_owned();
                return Err(Stop::Final(TransportError::Unauthorized { message }));
            }
            refused = Some(token);
        }
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(
        &self,
        request: &Request,
        cancel: &CancellationToken,
    ) -> Result<Response, TransportError> {
        let not_sent = |message: &str| TransportError::NotSent { message: message.to_owned() };
        let url = self.endpoint.join(&request.path);
        let url = url.ok_or_else(|| not_sent("the path leads out of the base address"))?;
        let headers = headers(request).ok_or_else(|| not_sent("a header holds a line break"))?;
        let mut waits = Waits::new(self.policy, &*self.clock);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let outcome = self.attempt(request, (&url, &headers), attempt, cancel).await;
            let asked = outcome.as_ref().ok().and_then(|answer| retry_after(answer, &*self.clock));
            let limited = outcome.as_ref().is_ok_and(|answer| answer.status == 429);
            if let Some(asked) = asked.filter(|_| limited) {
                self.hold_back(asked);
            }
            let outcome = match outcome {
                Ok(answer) if !is_transient(answer.status) => return Ok(answer),
                Err(Stop::Final(error)) => return Err(error),
                Ok(answer) => Ok(answer),
                Err(Stop::Repeatable(error)) => Err(error),
            };
            if request.method != Method::Get {
                return outcome;
            }
            let Some(wait) = waits.next(asked, &*self.clock) else { return outcome };
            if limited {
                // The whole lane waits, this request in it.
                self.hold_back(wait);
                continue;
            }
            tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(TransportError::Cancelled),
                () = self.clock.sleep(wait) => {}
            }
        }
    }

    fn hold_back(&self, wait: Duration) {
        self.seat.hold_back(wait.min(self.policy.patience));
    }

    fn traffic(&self) -> Traffic {
        self.wire.traffic()
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

fn headers(request: &Request) -> Option<HeaderMap> {
    let pair = |(name, value): &(&'static str, String)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    };
    request.headers.iter().map(pair).collect()
}

fn authorized(headers: &HeaderMap, token: &Token) -> Result<HeaderMap, TransportError> {
    let bearer = format!("Bearer {}", token.secret.expose());
    let mut value = HeaderValue::from_str(&bearer).map_err(|_| TransportError::Unauthorized {
        message: "the token endpoint gave a token that fits no header".to_owned(),
    })?;
    value.set_sensitive(true);
    let mut headers = headers.clone();
    headers.insert(AUTHORIZATION, value);
    Ok(headers)
}
