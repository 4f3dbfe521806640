//! Counting and spacing of retries, as the studio's own service does them.

use serde::Serialize;

use super::report::{self, LogEntry};
use crate::argument::{Argument, parse_argument};
use crate::engine::LogLevel;
use crate::error::{ErrorCode, SyncError};
use crate::model::Json;

/// Attempts after which a job that names no `maxRetries` is given up.
const DEFAULT_MAX_RETRIES: f64 = 3.0;
const FIRST_DELAY_MS: u32 = 1_000;
const LONGEST_DELAY_MS: u32 = 10_000;

/// The next attempt at a job.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Retry {
    id: String,
    #[serde(rename = "retryCount")]
    attempt: f64,
    delay_ms: u32,
    logs: [LogEntry; 1],
}

/// Plans the next attempt at a job: JSON of `{ id, retryCount, delayMs, logs }`, or `{ kind, patch }`
/// when there have been enough. A job without an id gives `null`: there is nothing to count.
#[napi_derive::napi(catch_unwind)]
#[must_use]
pub fn plan_retry(job: String) -> String {
    plan(&job).ok().flatten().unwrap_or_else(|| "null".to_owned())
}

fn plan(text: &str) -> Result<Option<String>, SyncError> {
    let json = parse_argument("job", text)?;
    let job = Argument::new("job", &json);
    let Some(id) = job.member("id")?.text()?.filter(|id| !id.is_empty()) else { return Ok(None) };
    // As in `retryCount || 0` and `maxRetries || 3`: nought and whatever is no number count as absent.
    let count = |name| json.get(name).and_then(Json::as_f64).filter(|count| *count > 0.0);
    let attempt = count("retryCount").unwrap_or(0.0).floor() + 1.0;
    let most = count("maxRetries").unwrap_or(DEFAULT_MAX_RETRIES);
    if attempt > most {
        let error = SyncError::new(ErrorCode::InvalidArgument, "Maximum retry attempts exceeded")
            .next_step("start a new deployment");
        return Ok(Some(report::refused(error, super::options::own_progress(text))));
    }
    let delay_ms = delay(attempt);
    let message =
        format!("Retry attempt {attempt} of {most}, starting in {} s", delay_ms / FIRST_DELAY_MS);
    let retry = Retry {
        id: format!("{id}-retry-{attempt}"),
        attempt,
        delay_ms,
        logs: [LogEntry::at(report::now(), LogLevel::Info, message)],
    };
    super::error::json(&retry).map(Some)
}

/// 1, 2, 4 … 10 seconds.
fn delay(attempt: f64) -> u32 {
    let doublings = (attempt - 1.0).min(31.0);
    let delay = f64::from(FIRST_DELAY_MS) * doublings.exp2();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between the first and the longest delay"
    )]
    let bounded = delay.min(f64::from(LONGEST_DELAY_MS)) as u32;
    bounded
}
