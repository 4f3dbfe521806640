//! Error answers as errors.

use std::time::{Duration, UNIX_EPOCH};

use crate::port::{AdapterError, Effect, Refusal, Response, TransportError, Verb};

use super::super::version::Codec;
use super::problem::{self, scrub};

/// Longest message of the transport that is kept.
const LONGEST: usize = 500;

/// What a request was about, which decides what its answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// The listing.
    Listing,
    /// One definition, read.
    Definition,
    /// A write.
    Write(Verb),
}

impl About {
    /// What may have happened although no answer tells.
    fn doubt(self) -> Effect {
        if matches!(self, Self::Write(_)) { Effect::Unknown } else { Effect::None }
    }
}

/// An answer that is no success. `now` is in milliseconds since the epoch.
pub(super) fn refused(about: About, codec: &Codec, answer: &Response, now: i64) -> AdapterError {
    let said = problem::read(answer.status, &answer.body);
    if answer.status == 401 {
        return AdapterError::Unauthorized { message: said.message };
    }
    if (300..400).contains(&answer.status) {
        return AdapterError::Unreachable {
            message: format!(
                "the platform answered {}, a redirect, which credentials do not follow",
                answer.status
            ),
            effect: Effect::None,
        };
    }
    let refusal = classify(about, answer.status, &said.message);
    let effect = match answer.status {
        408 | 425 => about.doubt(),
        400..500 => Effect::None,
        _ => about.doubt(),
    };
    let message = match refusal {
        Refusal::VersionGone => format!("{} ({})", codec.gone, said.message),
        _ => said.message,
    };
    let header_id = answer.header("x-request-id").map(|id| scrub(id, LONGEST));
    AdapterError::Refused {
        refusal,
        status: answer.status,
        message,
        request_id: header_id.or(said.trace_id),
        retry_after: answer
            .header("retry-after")
            .and_then(|value| retry_after(value, answer.header("date"), now)),
        effect,
    }
}

fn classify(about: About, status: u16, message: &str) -> Refusal {
    // The official CLI recognises the refusal by the name of the option, which its text still has
    // from preview2.
    let is_breaking =
        message.contains("ignoreDataLossWarnings") || message.contains("considered breaking");
    match (status, about) {
        (404 | 410, About::Listing | About::Write(Verb::Create)) | (410, About::Definition) => {
            Refusal::VersionGone
        }
        // preview3 documents 400 only, v1 answers 409: content of the type exists.
        (400 | 409, About::Write(Verb::Delete)) => Refusal::InUse,
        (400 | 409 | 422, About::Write(Verb::Update)) if is_breaking => Refusal::Breaking,
        (409, About::Write(Verb::Create)) => Refusal::Duplicate,
        (403, _) => Refusal::Forbidden,
        (404 | 410, _) => Refusal::NotFound,
        (409, _) => Refusal::Conflict,
        (412, _) => Refusal::Stale,
        (429, _) => Refusal::RateLimited,
        (408 | 425, _) => Refusal::Failed,
        (400..500, _) => Refusal::Invalid,
        _ => Refusal::Failed,
    }
}

/// `Retry-After` in seconds, or as a date (RFC 9110, section 10.2.3), which is counted from the
/// server's own where it tells that, because clocks differ.
fn retry_after(value: &str, date: Option<&str>, now: i64) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = match date.and_then(|date| httpdate::parse_http_date(date).ok()) {
        Some(date) => date,
        None => UNIX_EPOCH + Duration::from_millis(now.try_into().ok()?),
    };
    Some(until.duration_since(now).unwrap_or_default())
}

/// An answer of success whose body cannot be read: what it reports has happened all the same.
pub(super) fn unreadable(about: About, answer: &Response, why: &serde_json::Error) -> AdapterError {
    AdapterError::Refused {
        refusal: Refusal::Failed,
        status: answer.status,
        message: format!("the answer cannot be read: {}", scrub(&why.to_string(), LONGEST)),
        request_id: answer.header("x-request-id").map(|id| scrub(id, LONGEST)),
        retry_after: None,
        effect: about.doubt(),
    }
}

/// No answer at all.
pub(super) fn unanswered(about: About, error: TransportError) -> AdapterError {
    match error {
        TransportError::NotSent { message } => {
            AdapterError::Unreachable { message, effect: Effect::None }
        }
        TransportError::Unauthorized { message } => AdapterError::Unauthorized { message },
        TransportError::Cancelled => AdapterError::Cancelled,
        other => AdapterError::Unreachable { message: other.to_string(), effect: about.doubt() },
    }
}
