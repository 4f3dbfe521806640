//! Errors of the ports as the public error: one place, one wording.

use jiff::Timestamp;

use super::holder;
use crate::error::{ErrorCode, SyncError};
use crate::port::{AdapterError, Refusal, StoreError, StudioError};

/// A studio that cannot be read.
pub(crate) fn studio_failure(error: StudioError) -> SyncError {
    let (code, step) = match &error {
        StudioError::NotFound { .. } => (ErrorCode::DatabaseNotFound, None),
        StudioError::Invalid { .. } => (ErrorCode::DatabaseInvalid, None),
        StudioError::Unsupported { .. } => (ErrorCode::DatabaseUnsupported, None),
        StudioError::Busy { .. } => (ErrorCode::DatabaseBusy, None),
        StudioError::ReadOnly { .. } => (
            ErrorCode::StoreReadOnly,
            Some("put the studio's database where it can be written, or do not pull"),
        ),
        StudioError::Refused { .. } => (
            ErrorCode::ValidationFailed,
            Some("change the type so that the studio's database takes it, or what it demands"),
        ),
        StudioError::Failed { .. } => {
            (ErrorCode::DatabaseInvalid, Some("see that the file is whole and may be read"))
        }
    };
    let mut failure = SyncError::new(code, error.to_string()).during("extract");
    if let Some(step) = step {
        failure = failure.next_step(step);
    }
    failure.caused_by(error)
}

/// A state that cannot be read or written.
pub(crate) fn store_failure(error: StoreError) -> SyncError {
    let code = match &error {
        StoreError::ReadOnly { .. } => ErrorCode::StoreReadOnly,
        StoreError::Incompatible { .. } => ErrorCode::StateIncompatible,
        StoreError::Held { .. } => ErrorCode::DeploymentInProgress,
        StoreError::LeaseLost => ErrorCode::LeaseLost,
        StoreError::Claimed { .. } => ErrorCode::KeyClaimed,
        StoreError::Unverified { .. } => ErrorCode::AuditUnverified,
        StoreError::Busy { .. } => ErrorCode::DatabaseBusy,
        StoreError::Failed { .. } => ErrorCode::StoreFailed,
    };
    let message = match &error {
        StoreError::Held { holder, since } => {
            let holder = holder::told(holder);
            match Timestamp::from_millisecond(*since) {
                Ok(since) => format!("{holder} has been running since {since:.0}"),
                Err(_) => format!("{holder} is running"),
            }
        }
        other => other.to_string(),
    };
    SyncError::new(code, message).caused_by(error)
}

/// A platform that refuses or cannot be reached.
pub(crate) fn adapter_failure(error: AdapterError, operation: &str) -> SyncError {
    let mut failure = match &error {
        AdapterError::Refused { refusal, message, .. } => {
            let failure = SyncError::new(refusal_code(*refusal), message.clone());
            if *refusal == Refusal::InUse {
                failure.next_step("delete the content of the type on the platform first")
            } else {
                failure
            }
        }
        AdapterError::Unreachable { message, .. } => {
            SyncError::new(ErrorCode::PlatformUnreachable, message.clone())
        }
        AdapterError::Unauthorized { message } => {
            SyncError::new(ErrorCode::AuthFailed, message.clone())
        }
        AdapterError::Unrepresentable { message } => {
            SyncError::new(ErrorCode::ValidationFailed, message.clone())
        }
        AdapterError::Cancelled => SyncError::new(ErrorCode::Cancelled, "cancelled"),
    };
    if let AdapterError::Refused { status, request_id, .. } = &error {
        failure.details.http_status = (*status > 0).then_some(*status);
        failure.details.request_id.clone_from(request_id);
    }
    failure.during(operation).caused_by(error)
}

fn refusal_code(refusal: Refusal) -> ErrorCode {
    match refusal {
        Refusal::Invalid => ErrorCode::Rejected,
        Refusal::Breaking => ErrorCode::DataLossRefused,
        Refusal::InUse => ErrorCode::DeleteRefused,
        Refusal::Forbidden => ErrorCode::Forbidden,
        Refusal::NotFound => ErrorCode::RemoteGone,
        Refusal::Duplicate => ErrorCode::Duplicate,
        Refusal::Conflict | Refusal::Stale => ErrorCode::Conflict,
        Refusal::RateLimited => ErrorCode::RateLimited,
        Refusal::Failed => ErrorCode::PlatformFailed,
        Refusal::VersionGone => ErrorCode::ApiVersionGone,
    }
}
