//! What SQLite says, in the words of the ports.

use std::path::Path;

use rusqlite::{Error, ErrorCode, ffi};

use crate::port::{RemoteId, StoreError, StudioError};

/// What can go wrong inside a unit of work on the state.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite failed.
    Sqlite(Error),
    /// The store refuses.
    Refused(StoreError),
    /// The state, or what is asked of it, is not as it must be.
    Failed(String),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl Fault {
    /// Another website claims the identity.
    pub(super) fn claimed(website_id: String, remote_id: &RemoteId) -> Self {
        Self::Refused(StoreError::Claimed { website_id, remote_id: remote_id.clone() })
    }

    /// The error of the port.
    pub(super) fn into_store_error(self, path: &Path) -> StoreError {
        let path = path.display().to_string();
        let error = match self {
            Self::Refused(error) => return error,
            Self::Failed(reason) => return StoreError::Failed { path, reason },
            Self::Sqlite(error) => error,
        };
        let reason = reason(&error);
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                StoreError::ReadOnly { path, reason }
            }
            Some(ErrorCode::NotADatabase) => StoreError::Incompatible { path, reason },
            _ => StoreError::Failed { path, reason },
        }
    }
}

/// The studio's error for what SQLite said.
pub(super) fn studio_error(error: &Error, path: &Path) -> StudioError {
    let path = path.display().to_string();
    if is_unfinished_write(error) {
        let reason = "a write that another program began was never finished; open the database \
                      once with that program, so that it is undone";
        return StudioError::Failed { path, reason: reason.to_owned() };
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StudioError::Busy { path },
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            StudioError::Invalid { path, reason: reason(error) }
        }
        _ => StudioError::Failed { path, reason: reason(error) },
    }
}

/// The studio's error for what SQLite said to a write.
pub(super) fn write_error(error: &Error, path: &Path) -> StudioError {
    match error.sqlite_error_code() {
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied)
            if !is_unfinished_write(error) =>
        {
            StudioError::ReadOnly { path: path.display().to_string(), reason: reason(error) }
        }
        Some(ErrorCode::ConstraintViolation) => {
            StudioError::Refused { path: path.display().to_string(), reason: reason(error) }
        }
        _ => studio_error(error, path),
    }
}

/// Somebody died in the middle of a write, or is in the middle of one and its lock does not show.
/// A read-only connection cannot undo it, and must not.
pub(super) fn is_unfinished_write(error: &Error) -> bool {
    matches!(
        error,
        Error::SqliteFailure(ffi::Error { extended_code, .. }, _)
            if matches!(*extended_code, ffi::SQLITE_READONLY_ROLLBACK | ffi::SQLITE_READONLY_RECOVERY)
    )
}

/// SQLite's own words, which name no row and no value.
fn reason(error: &Error) -> String {
    match error {
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}
