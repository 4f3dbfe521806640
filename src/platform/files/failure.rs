//! What can be in the way of reading or writing a file.

use std::io;

use super::folder::FolderError;
use crate::port::{AdapterError, Effect, Refusal};

/// Why a file was not read or written.
#[derive(Debug)]
pub(super) enum FileError {
    /// A file of that name exists.
    Exists,
    /// A file whose name differs only in case exists, which is the same file on some systems.
    DiffersInCase(String),
    /// There is no file.
    Missing,
    /// The file is not what it was.
    Stale,
    /// It is no ordinary file.
    Special,
    /// The folder has moved out of the files root.
    Folder(FolderError),
    /// The system refused; nothing was changed.
    Failed(io::Error),
    /// The system refused after the file had its new content.
    Unsettled(io::Error),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl FileError {
    /// What the port says about an operation on a file.
    pub(super) fn of(self, file: &str) -> AdapterError {
        let refused = |refusal, message: String| AdapterError::Refused {
            refusal,
            status: 0,
            message,
            request_id: None,
            retry_after: None,
            effect: Effect::None,
        };
        let is_forbidden = |error: &io::Error| {
            use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
            matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem)
        };
        match self {
            Self::Exists => refused(Refusal::Duplicate, format!("{file} exists already")),
            Self::DiffersInCase(other) => refused(
                Refusal::Invalid,
                format!("{file} differs from {other} only in case, which some systems ignore"),
            ),
            Self::Missing => refused(Refusal::NotFound, format!("{file} does not exist")),
            Self::Stale => refused(Refusal::Stale, format!("{file} was changed since it was read")),
            Self::Special => refused(
                Refusal::Forbidden,
                format!("{file} is no ordinary text file, and is left alone"),
            ),
            Self::Folder(error) => refused(Refusal::Forbidden, error.to_string()),
            Self::Failed(error) if is_forbidden(&error) => {
                refused(Refusal::Forbidden, format!("{file} cannot be accessed: {error}"))
            }
            Self::Failed(error) => AdapterError::Unreachable {
                message: format!("{file} cannot be accessed: {error}"),
                effect: Effect::None,
            },
            Self::Unsettled(error) => AdapterError::Unreachable {
                message: format!("{file} may not survive a power failure: {error}"),
                effect: Effect::Unknown,
            },
        }
    }
}
