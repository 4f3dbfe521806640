//! One request on the wire and its answer.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect;
use url::Url;

use super::{Carrier, Endpoint, Measured, Meter, Observer, Parcel, RequestLog, Secret, scrub};
use crate::port::{Clock, Response, Traffic, TransportError};

/// How answers name the request, most common first.
const REQUEST_IDS: [&str; 3] = ["x-request-id", "request-id", "x-correlation-id"];

/// The connections to one target.
///
/// The time limit is that of the socket, not of the clock port: what a peer does on the wire happens
/// in real time, whatever time the engine is told.
pub(super) struct Wire {
    way: Way,
    timeout: Duration,
    max_body: usize,
    clock: Arc<dyn Clock>,
    observer: Option<Observer>,
    meter: Option<Meter>,
    requests: AtomicU64,
    bytes: AtomicU64,
}

/// How requests get to the target.
pub(super) enum Way {
    Sockets(reqwest::Client),
    Carrier(Arc<dyn Carrier>),
}

/// What goes onto the wire.
pub(super) struct Outgoing<'r> {
    pub(super) method: reqwest::Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<String>,
    pub(super) attempt: u32,
    /// How long pacing held it back.
    pub(super) waited: Duration,
    /// What must not be seen in anything that comes back or is logged.
    pub(super) secrets: Vec<&'r Secret>,
}

/// Why no answer came. What leaves [`Wire::exchange`] is scrubbed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The request never left.
    NotSent(String),
    /// It may have arrived.
    Lost(String),
    /// The answer is longer than the limit; the next one would be too.
    TooLarge(String),
}

impl Failure {
    pub(super) fn message(&self) -> &str {
        match self {
            Self::NotSent(message) | Self::Lost(message) | Self::TooLarge(message) => message,
        }
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::NotSent { message } => Self::NotSent(message),
            other => Self::Lost(other.to_string()),
        }
    }
}

impl From<Failure> for TransportError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotSent(message) => Self::NotSent { message },
            Failure::Lost(message) | Failure::TooLarge(message) => Self::Lost { message },
        }
    }
}

impl Way {
    /// The sockets, where no carrier takes their place.
    pub(super) fn of(
        endpoint: &Endpoint,
        timeout: Duration,
        carrier: Option<Arc<dyn Carrier>>,
    ) -> Result<Self, TransportError> {
        if let Some(carrier) = carrier {
            return Ok(Self::Carrier(carrier));
        }
        // Fails when a provider is there already, which then is the one to use.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("catalyst-sync/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(connect_timeout(timeout))
            .timeout(timeout)
            // Credentials never follow a redirect; a 3xx is an answer like any other.
            .redirect(redirect::Policy::none())
            // Repeating is decided here, where it is known what may be repeated.
            .retry(reqwest::retry::never());
        if endpoint.is_loopback() {
            builder = builder.no_proxy();
        }
        if endpoint.base().scheme() == "http" {
            // Spares reading the certificates of the system, which a minimal one may not have.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| TransportError::NotSent {
            message: format!("no secure channel can be set up: {}", chain(error)),
        })?;
        Ok(Self::Sockets(client))
    }
}

impl Wire {
    pub(super) fn new(
        way: Way,
        (timeout, max_body): (Duration, usize),
        clock: Arc<dyn Clock>,
        (observer, meter): (Option<Observer>, Option<Meter>),
    ) -> Self {
        let (requests, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { way, timeout, max_body, clock, observer, meter, requests, bytes }
    }

    pub(super) fn traffic(&self) -> Traffic {
        Traffic {
            requests: self.requests.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    /// Sends a request once and reads the whole answer. Anything but success is scrubbed, because a
    /// server may echo what it refuses.
    pub(super) async fn exchange(&self, outgoing: Outgoing<'_>) -> Result<Response, Failure> {
        let secrets = outgoing.secrets.clone();
        let (method, attempt) = (method_name(&outgoing.method), outgoing.attempt);
        let waited = outgoing.waited;
        let path = self.observer.as_ref().map(|_| scrub(outgoing.url.path(), &secrets));
        let start = self.clock.elapsed();
        self.requests.fetch_add(1, Ordering::Relaxed);
        let outcome = match self.send(outgoing).await {
            Ok(response) => Ok(scrubbed(response, &secrets)),
            Err(Failure::NotSent(text)) => Err(Failure::NotSent(scrub(&text, &secrets))),
            Err(Failure::Lost(text)) => Err(Failure::Lost(scrub(&text, &secrets))),
            Err(Failure::TooLarge(text)) => Err(Failure::TooLarge(text)),
        };
        if let Some(meter) = &self.meter {
            let status = outcome.as_ref().ok().map(|answer| answer.status);
            meter(Measured { method, status, attempt, waited });
        }
        if let (Some(observer), Some(path)) = (&self.observer, path) {
            let answer = outcome.as_ref().ok();
            let id = answer.and_then(|answer| REQUEST_IDS.iter().find_map(|id| answer.header(id)));
            observer(RequestLog {
                method,
                path,
                status: answer.map(|answer| answer.status),
                attempt,
                duration: self.clock.elapsed().saturating_sub(start),
                request_id: id.map(|id| scrub(id, &secrets)),
                failure: outcome.as_ref().err().map(|failure| failure.message().to_owned()),
            });
        }
        outcome
    }

    async fn send(&self, outgoing: Outgoing<'_>) -> Result<Response, Failure> {
        let Outgoing { method, url, headers, body, .. } = outgoing;
        self.count(body.as_ref().map_or(0, String::len));
        let client = match &self.way {
            Way::Sockets(client) => client,
            Way::Carrier(carrier) => {
                let answer = carrier.carry(Parcel { method, url, headers, body }).await?;
                self.count(answer.body.len());
                return Ok(answer);
            }
        };
        // Only the host: the rest of an address may hold what is nobody's business.
        let host = url.host_str().unwrap_or("the platform").to_owned();
        let mut request = client.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let mut answer = request.send().await.map_err(|error| self.failure(&host, error))?;
        let limit = self.max_body;
        let too_large = || Failure::TooLarge(format!("the answer is longer than {limit} bytes"));
        let announced = answer.content_length().and_then(|length| usize::try_from(length).ok());
        if announced.is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let mut body = Vec::with_capacity(announced.unwrap_or_default());
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.failure(&host, error))? {
            self.count(chunk.len());
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers = answer.headers().iter();
        Ok(Response {
            status: answer.status().as_u16(),
            headers: headers.map(|(k, v)| (k.as_str().to_owned(), text(v.as_bytes()))).collect(),
            body,
        })
    }

    fn count(&self, bytes: usize) {
        self.bytes.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Only what failed before there was a connection is known not to have left.
    fn failure(&self, host: &str, error: reqwest::Error) -> Failure {
        if error.is_connect() || error.is_builder() {
            Failure::NotSent(format!("no connection to {host}: {}", chain(error)))
        } else if error.is_timeout() {
            let limit = self.timeout.as_millis();
            Failure::Lost(format!("no answer from {host} within {limit} ms"))
        } else {
            Failure::Lost(format!("the answer of {host} was lost: {}", chain(error)))
        }
    }
}

/// Longest wait for a connection, TLS included: short enough to fail before the time for the whole
/// request is over, so that it is known that nothing was sent.
fn connect_timeout(request: Duration) -> Duration {
    Duration::from_secs(10).min(request / 3)
}

/// The innermost cause says most. The address is left out.
fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        innermost = cause.to_string();
        source = cause.source();
    }
    innermost
}

fn scrubbed(mut response: Response, secrets: &[&Secret]) -> Response {
    if (200..300).contains(&response.status) {
        return response;
    }
    for (_, value) in &mut response.headers {
        *value = scrub(value, secrets);
    }
    response.body = scrub(&String::from_utf8_lossy(&response.body), secrets).into_bytes();
    response
}

fn method_name(method: &reqwest::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PATCH" => "PATCH",
        _ => "DELETE",
    }
}
