//! An error as JSON.

use serde::Serialize;

use crate::error::{Details, ErrorClass, SyncError};

/// An error as JSON: `{ code, class, message, status, retryable, details, cause? }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorReport {
    /// Stable code.
    pub code: &'static str,
    /// Class.
    pub class: ErrorClass,
    /// HTTP status.
    pub status: u16,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// For people.
    pub message: String,
    /// For programs.
    pub details: Details,
    /// Messages of the errors that caused it, outermost first.
    pub causes: Vec<String>,
}

impl From<&SyncError> for ErrorReport {
    fn from(error: &SyncError) -> Self {
        let first = std::error::Error::source(error);
        let causes = std::iter::successors(first, |cause| cause.source());
        Self {
            code: error.code.as_str(),
            class: error.class(),
            status: error.code.status(),
            retryable: error.retryable(),
            message: error.message.clone(),
            details: (*error.details).clone(),
            causes: told_apart(&error.message, causes.map(ToString::to_string)),
        }
    }
}

/// The causes that say something else than what they caused.
fn told_apart(message: &str, causes: impl Iterator<Item = String>) -> Vec<String> {
    let mut told = Vec::new();
    for cause in causes {
        if cause != *told.last().map_or(message, String::as_str) {
            told.push(cause);
        }
    }
    told
}
