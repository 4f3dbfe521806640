//! The composition root: options and environment become an engine.

mod options;

pub use options::{EngineOptions, Keep, Mapping, PartialStatus, Retention, provider_request};

use crate::engine::Engine;
use crate::error::{ErrorCode, SyncError};

/// Makes an engine of what the options and the environment say. Nothing is opened or sent yet.
///
/// # Errors
///
/// When the options cannot be combined.
pub fn engine(options: &EngineOptions) -> Result<Engine, SyncError> {
    let _ = options;
    Err(SyncError::new(ErrorCode::NotAvailable, "the engine is not wired yet"))
}
