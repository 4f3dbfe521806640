//! Errors of the ports as the public error: one place, one wording.

use crate::error::{ErrorCode, SyncError};
use crate::port::{AdapterError, Refusal, StoreError, StudioError};

/// A studio that cannot be read.
pub(crate) fn studio_failure(error: StudioError) -> SyncError {
    let (code, step) = match &error {
        StudioError::NotFound { .. } => (
            ErrorCode::DatabaseNotFound,
            "set databaseUrl or DATABASE_URL to the studio's database",
        ),
        StudioError::Invalid { .. } => {
            (ErrorCode::DatabaseInvalid, "point databaseUrl at a database made by the studio")
        }
        StudioError::Unsupported { .. } => {
            (ErrorCode::DatabaseUnsupported, "use a SQLite database: file:./dev.db")
        }
        StudioError::Busy { .. } => (ErrorCode::DatabaseBusy, "try again"),
        StudioError::Failed { .. } => (ErrorCode::DatabaseInvalid, "check the file"),
    };
    SyncError::new(code, error.to_string()).next_step(step).during("extract").caused_by(error)
}

/// A state that cannot be read or written.
pub(super) fn store_failure(error: StoreError) -> SyncError {
    let message = match &error {
        StoreError::Held { holder, since } => match jiff::Timestamp::from_millisecond(*since) {
            Ok(since) => format!("a deployment by {holder} has been running since {since}"),
            Err(_) => error.to_string(),
        },
        _ => error.to_string(),
    };
    let (code, step) = match &error {
        StoreError::ReadOnly { .. } => {
            (ErrorCode::StoreReadOnly, "set stateUrl to a place that can be written")
        }
        StoreError::Incompatible { .. } => (
            ErrorCode::StateIncompatible,
            "use the release that wrote it, or move the file away to adopt everything anew",
        ),
        StoreError::Held { .. } => {
            (ErrorCode::DeploymentInProgress, "wait for it to end, or cancel it")
        }
        StoreError::LeaseLost => {
            (ErrorCode::LeaseLost, "start a new deployment; what this one did is recorded")
        }
        StoreError::Claimed { .. } => {
            (ErrorCode::KeyClaimed, "give the type another key in one of the two websites")
        }
        StoreError::Busy { .. } => (ErrorCode::DatabaseBusy, "try again"),
        StoreError::Failed { .. } => (ErrorCode::StoreFailed, "check the file and the disk"),
    };
    SyncError::new(code, message).next_step(step).caused_by(error)
}

/// A platform that refuses or cannot be reached.
pub(crate) fn adapter_failure(error: AdapterError, operation: &str) -> SyncError {
    let mut failure = match &error {
        AdapterError::Refused { refusal, message, .. } => {
            let (code, step) = refusal_code(*refusal);
            SyncError::new(code, message.clone()).next_step(step)
        }
        AdapterError::Unreachable { message, .. } => {
            SyncError::new(ErrorCode::PlatformUnreachable, message.clone())
                .next_step("check the address and the connection, then deploy again")
        }
        AdapterError::Unauthorized { message } => {
            SyncError::new(ErrorCode::AuthFailed, message.clone())
                .next_step("check the client id and secret")
        }
        AdapterError::Unrepresentable { message } => {
            SyncError::new(ErrorCode::ValidationFailed, message.clone())
                .next_step("change the definition")
        }
        AdapterError::Cancelled => SyncError::new(ErrorCode::Cancelled, "cancelled"),
    };
    if let AdapterError::Refused { status, request_id, .. } = &error {
        failure.details.http_status = (*status > 0).then_some(*status);
        failure.details.request_id.clone_from(request_id);
    }
    failure.during(operation).caused_by(error)
}

fn refusal_code(refusal: Refusal) -> (ErrorCode, &'static str) {
    match refusal {
        Refusal::Invalid => (ErrorCode::Rejected, "change the definition as the message says"),
        Refusal::Breaking => {
            (ErrorCode::DataLossRefused, "deploy with allowDataLoss to accept the loss")
        }
        Refusal::InUse => {
            (ErrorCode::DeleteRefused, "delete the content of the type on the platform first")
        }
        Refusal::Forbidden => {
            (ErrorCode::Forbidden, "give the API key the right to change content types")
        }
        Refusal::NotFound => (ErrorCode::RemoteGone, "detect the changes again"),
        Refusal::Duplicate => (ErrorCode::Duplicate, "deploy again to adopt it"),
        Refusal::Conflict | Refusal::Stale => (ErrorCode::Conflict, "detect the changes again"),
        Refusal::RateLimited => (ErrorCode::RateLimited, "deploy again later"),
        Refusal::Failed => (ErrorCode::PlatformFailed, "deploy again later"),
        Refusal::VersionGone => (
            ErrorCode::ApiVersionGone,
            "set OPTIMIZELY_API_URL to https://api.cms.optimizely.com/v1; preview3 is being switched off",
        ),
    }
}
