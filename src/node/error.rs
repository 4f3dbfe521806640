//! Errors on their way to JavaScript.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use napi::bindgen_prelude::{Env, PromiseRaw};
use serde::Serialize;

use super::answer::Answer;
use crate::blocking::panic_text;
use crate::engine::ErrorReport;
use crate::error::{ErrorCode, SyncError};

/// Carries an error as the JSON of its report in the message, which the face turns into an `Error`
/// of the caller's realm with `code`, `class`, `status`, `details`, `retryable` and `cause`.
pub(super) fn thrown(error: &SyncError) -> napi::Error {
    napi::Error::from_reason(report(error))
}

/// The report of an error, as JSON.
pub(super) fn report(error: &SyncError) -> String {
    let report = ErrorReport::from(error);
    serde_json::to_string(&report).unwrap_or(report.message)
}

/// Writes an answer.
pub(super) fn json(value: &impl Serialize) -> Result<String, SyncError> {
    serde_json::to_string(value).map_err(|error| {
        SyncError::new(ErrorCode::Internal, "the answer cannot be written").caused_by(error)
    })
}

/// Runs work on the runtime and promises its answer. A panic becomes `INTERNAL`.
pub(super) fn promise(
    env: &Env,
    work: impl Future<Output = Result<String, SyncError>> + Send + 'static,
) -> napi::Result<PromiseRaw<'_, Answer>> {
    // One type of future for all promises: what carries it to JavaScript is compiled once.
    env.spawn_future(ended(work.boxed()))
}

async fn ended(work: BoxFuture<'static, Result<String, SyncError>>) -> napi::Result<Answer> {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .unwrap_or_else(|panic| Err(panicked(panic.as_ref())))
        .map(Answer::from)
        .map_err(|error| thrown(&error))
}

/// What a panic is to the caller: a defect of the engine, with the text of the panic.
fn panicked(panic: &(dyn Any + Send)) -> SyncError {
    let text = panic_text(panic);
    SyncError::new(ErrorCode::Internal, format!("the engine failed unexpectedly: {text}"))
}

/// What became of a task that did not end by itself.
pub(super) fn crashed(end: tokio::task::JoinError) -> SyncError {
    match end.try_into_panic() {
        Ok(panic) => panicked(panic.as_ref()),
        Err(stopped) => {
            SyncError::new(ErrorCode::Internal, "the engine was stopped").caused_by(stopped)
        }
    }
}

/// The report of an error that the face itself found, so that there is one table of codes.
///
/// A code that is not in the table is `INTERNAL`.
#[napi_derive::napi(catch_unwind)]
#[must_use]
pub fn describe_error(code: String, message: String) -> String {
    report(&named(&code, message))
}

/// An error by the name of its code.
pub(super) fn named(code: &str, message: String) -> SyncError {
    let found = ErrorCode::ALL.iter().copied().find(|known| known.as_str() == code);
    SyncError::new(found.unwrap_or(ErrorCode::Internal), message)
}
