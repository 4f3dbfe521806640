//! OAuth 2 client credentials: one token per origin and credential, shared by the process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::pacing::lock;
use super::retry::{RetryPolicy, Waits, is_transient, retry_after};
use super::wire::{Outgoing, Wire};
use super::{Endpoint, Secret};
use crate::canonical::{parse, write};
use crate::digest::Digest;
use crate::model::Json;
use crate::port::{Clock, Response, TransportError};

/// Where tokens are given out: at the root of the origin, not under the API's version (`tokenUrl` in
/// Optimizely's API document).
const TOKEN_PATH: &str = "/oauth/token";
/// Lifetime of a token whose answer does not say (that of Optimizely's tokens).
const USUAL_LIFETIME: Duration = Duration::from_mins(5);
/// A token is renewed at least this long before it expires.
const MARGIN: Duration = Duration::from_secs(10);

/// Client credentials.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Client id, which is no secret.
    pub client_id: String,
    /// Client secret.
    pub client_secret: Secret,
}

/// A token, as long as it is fresh.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) secret: Arc<Secret>,
    number: u64,
    fresh_until: Duration,
}

/// The tokens of the process, by origin, client id and secret: whoever has another secret does not
/// get a token that was given for this one.
static CELLS: LazyLock<Mutex<HashMap<Digest, Arc<Cell>>>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Cell {
    /// Requests that have ended, so that those who waited for one share its failure too.
    ended: AtomicU64,
    held: tokio::sync::Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    failure: Option<TransportError>,
}

/// Gives tokens for one origin and credential.
pub(super) struct Tokens {
    cell: Arc<Cell>,
    url: Url,
    credentials: Credentials,
    basic: Secret,
    policy: RetryPolicy,
    wire: Arc<Wire>,
    clock: Arc<dyn Clock>,
}

impl Tokens {
    pub(super) fn new(
        endpoint: &Endpoint,
        credentials: Credentials,
        carried: [u8; 8],
        policy: RetryPolicy,
        wire: Arc<Wire>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let Credentials { client_id, client_secret } = &credentials;
        let basic = Secret::new(format!("{client_id}:{}", client_secret.expose()));
        let key = Digest::of_parts([
            endpoint.origin().as_str().as_bytes(),
            client_id.as_bytes(),
            client_secret.expose().as_bytes(),
            &carried,
        ]);
        let mut cells = lock(&CELLS);
        let now = clock.elapsed();
        cells.retain(|_, cell| Arc::strong_count(cell) > 1 || cell.is_fresh(now));
        let cell = Arc::clone(cells.entry(key).or_default());
        Self { cell, url: endpoint.at_root(TOKEN_PATH), credentials, basic, policy, wire, clock }
    }

    /// What must not be seen in anything: the secret, and it together with the id.
    pub(super) fn secrets(&self) -> [&Secret; 2] {
        [&self.credentials.client_secret, &self.basic]
    }

    /// A fresh token, and another one than `refused`. Concurrent callers share one request, and its
    /// failure if it fails.
    pub(super) async fn token(
        &self,
        refused: Option<&Token>,
        cancel: &CancellationToken,
    ) -> Result<Token, TransportError> {
        let seen = self.cell.ended.load(Ordering::Acquire);
        let work = async {
            let mut held = self.cell.held.lock().await;
            let fresh = held.token.as_ref().filter(|token| {
                token.fresh_until > self.clock.elapsed()
                    && refused.is_none_or(|refused| refused.number != token.number)
            });
            if let Some(token) = fresh {
                return Ok(token.clone());
            }
            let ended = self.cell.ended.load(Ordering::Acquire);
            if let Some(failure) = held.failure.as_ref().filter(|_| ended != seen) {
                return Err(failure.clone());
            }
            let outcome = self.fetch(ended + 1).await;
            held.token = outcome.as_ref().ok().cloned();
            held.failure = outcome.as_ref().err().cloned();
            self.cell.ended.fetch_add(1, Ordering::Release);
            outcome
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(TransportError::Cancelled),
            outcome = work => outcome,
        }
    }

    async fn fetch(&self, number: u64) -> Result<Token, TransportError> {
        let mut waits = Waits::new(self.policy, &*self.clock);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let asked_at = self.clock.elapsed();
            let answer = self.wire.exchange(self.request(attempt)).await;
            let (asked, problem) = match answer {
                Ok(response) if response.status == 200 => {
                    match read_token(&response, asked_at, number) {
                        Some(token) => return Ok(token),
                        None => (None, "gave an answer without a token".to_owned()),
                    }
                }
                Ok(response) if is_transient(response.status) => {
                    let asked = retry_after(&response, &*self.clock);
                    (asked, format!("answered {}", response.status))
                }
                Ok(response) if is_elsewhere(response.status) => return Err(misled(&response)),
                Ok(response) => return Err(refusal(&response)),
                Err(failure) => (None, format!("cannot be reached: {}", failure.message())),
            };
            let Some(wait) = waits.next(asked, &*self.clock) else {
                // The request that needed the token never left.
                let message = format!("the token endpoint {problem}");
                return Err(TransportError::NotSent { message });
            };
            self.clock.sleep(wait).await;
        }
    }

    fn request(&self, attempt: u32) -> Outgoing<'_> {
        let body = write(&Json::object([
            ("grant_type", Json::str("client_credentials")),
            ("client_id", Json::str(self.credentials.client_id.as_str())),
            ("client_secret", Json::str(self.credentials.client_secret.expose())),
        ]));
        let json = HeaderValue::from_static("application/json");
        Outgoing {
            method: reqwest::Method::POST,
            url: self.url.clone(),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, json)]),
            body: Some(body),
            attempt,
            waited: Duration::ZERO,
            secrets: self.secrets().to_vec(),
        }
    }
}

impl Cell {
    fn is_fresh(&self, now: Duration) -> bool {
        let held = self.held.try_lock();
        held.is_ok_and(|held| held.token.as_ref().is_some_and(|token| token.fresh_until > now))
    }
}

/// Counted from before the request, so that the way back is on the safe side.
fn read_token(response: &Response, asked_at: Duration, number: u64) -> Option<Token> {
    let text = str::from_utf8(&response.body).ok()?;
    let answer = parse(text).ok()?;
    let secret = answer.get("access_token")?.as_str().filter(|token| !token.is_empty())?;
    let expires_in = answer.get("expires_in").and_then(Json::as_f64);
    let lifetime = expires_in
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .unwrap_or(USUAL_LIFETIME);
    let fresh = (lifetime / 10 * 9).min(lifetime.saturating_sub(MARGIN));
    Some(Token {
        secret: Arc::new(Secret::new(secret)),
        number,
        fresh_until: asked_at.saturating_add(fresh),
    })
}

/// Whether the answer says that tokens are not given out here, which is no fault of the credentials.
fn is_elsewhere(status: u16) -> bool {
    (300..400).contains(&status) || matches!(status, 404 | 405 | 410)
}

fn misled(response: &Response) -> TransportError {
    let why =
        if response.status < 400 { ", a redirect, which credentials do not follow" } else { "" };
    let message = format!("the token endpoint answered {}{why}", response.status);
    TransportError::NotSent { message }
}

/// Tells no more than the error's code: the rest of the answer may echo the credentials.
fn refusal(response: &Response) -> TransportError {
    let text = str::from_utf8(&response.body).unwrap_or_default();
    let word = parse(text).ok().and_then(|answer| {
        let code = answer.get("error").or_else(|| answer.get("code"))?.as_str()?;
        let is_word = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
        (code.len() <= 64 && code.chars().all(is_word)).then(|| code.to_owned())
    });
    let message = match word {
        Some(word) => format!("the token endpoint answered {} ({word})", response.status),
        None => format!("the token endpoint answered {}", response.status),
    };
    TransportError::Unauthorized { message }
}
