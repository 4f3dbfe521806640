//! The composition root: options and environment become an engine.
//!
//! The only place, besides the boundary above it, that knows every edge by name.

mod options;
mod platforms;

use std::sync::Arc;

pub use options::{EngineOptions, Keep, Mapping, PartialStatus, Retention, provider_request};

use crate::engine::{Engine, Ports, studio_failure};
use crate::error::{ErrorCode, SyncError};
use crate::http::{Carrier, Observer};
use crate::port::Clock;
use crate::sqlite::{Folders, SqliteStore, SqliteStudio, StateLocation, resolve_database};
use crate::system::SystemClock;

use platforms::KnownPlatforms;

/// Makes an engine of what the options and the environment say. Nothing is opened or sent yet.
///
/// # Errors
///
/// When no database is named, or it is of a kind that is not supported.
pub fn engine(options: &EngineOptions) -> Result<Engine, SyncError> {
    engine_with(options, Arc::new(SystemClock), None)
}

/// As [`engine`], with a clock and somebody who is told of every request.
///
/// # Errors
///
/// As [`engine`].
pub fn engine_with(
    options: &EngineOptions,
    clock: Arc<dyn Clock>,
    observer: Option<Observer>,
) -> Result<Engine, SyncError> {
    let surroundings = Surroundings { clock, observer, carrier: None };
    Ok(Engine::new(ports(options, surroundings)?, options.settings()))
}

/// What an engine lives by besides its options.
pub struct Surroundings {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Is told of every request.
    pub observer: Option<Observer>,
    /// Carries the requests in the place of the sockets.
    pub carrier: Option<Arc<dyn Carrier>>,
}

/// Makes what an engine is made of.
///
/// # Errors
///
/// As [`engine`].
pub fn ports(options: &EngineOptions, surroundings: Surroundings) -> Result<Ports, SyncError> {
    let folders = Folders::of(&options.working_directory);
    let Some(url) = options.database() else {
        return Err(SyncError::new(ErrorCode::DatabaseNotFound, "no database is named"));
    };
    let studio = resolve_database(url, &folders).map_err(studio_failure)?;
    let state = options.state_url.as_deref();
    let location = StateLocation::resolve(state, &studio, &folders).map_err(|error| {
        studio_failure(error)
            .next_step("set stateUrl to a file such as file:./sync.db, or leave it out")
    })?;
    let clock = Arc::clone(&surroundings.clock);
    Ok(Ports {
        studio: Arc::new(SqliteStudio::new(studio)),
        store: Arc::new(SqliteStore::new(&location)),
        platforms: Arc::new(KnownPlatforms::new(options.clone(), surroundings)),
        clock,
    })
}
