//! The composition root: options and environment become an engine.
//!
//! The only place, besides the boundary above it, that knows every edge by name.

mod audit_key;
mod credentials;
mod options;
mod platforms;
mod test_bed;

use std::sync::Arc;

pub use options::{
    EngineOptions, Keep, Mapping, PartialStatus, Retention, provider_request, texts_by_name,
};
pub use test_bed::{Calls, TestBed};

use crate::engine::{CountedRequest, Counters, Engine, Ports, studio_failure};
use crate::error::{ErrorCode, SyncError};
use crate::http::{Carrier, Measured, Meter, Observer};
use crate::port::chain::Seal;
use crate::port::{Clock, Store};
use crate::sqlite::{Folders, SqliteStore, SqliteStudio, StateLocation, resolve_database};
use crate::system::SystemClock;
pub use crate::system::VirtualClock;

use audit_key::AuditKeys;
use credentials::CredentialStore;
use platforms::KnownPlatforms;

/// Counters for an engine that is not made yet.
#[must_use]
pub fn counters() -> Arc<Counters> {
    Arc::new(Counters::new(Arc::new(SystemClock)))
}

/// Makes an engine of what the options and the environment say. Nothing is opened or sent yet.
///
/// # Errors
///
/// When no database is named, or it is of a kind that is not supported; and for a key of the audit
/// that is too short.
pub fn engine(options: &EngineOptions) -> Result<Engine, SyncError> {
    engine_counting(options, counters())
}

/// As [`engine`], with counters that were there before.
///
/// # Errors
///
/// As [`engine`].
pub fn engine_counting(
    options: &EngineOptions,
    counters: Arc<Counters>,
) -> Result<Engine, SyncError> {
    let surroundings = Surroundings { clock: Arc::new(SystemClock), observer: None, carrier: None };
    compose(options, surroundings, counters)
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
    let counters = Arc::new(Counters::new(Arc::clone(&surroundings.clock)));
    compose(options, surroundings, counters)
}

fn compose(
    options: &EngineOptions,
    surroundings: Surroundings,
    counters: Arc<Counters>,
) -> Result<Engine, SyncError> {
    let ports = counted_ports(options, surroundings, &counters)?;
    Ok(Engine::counting(ports, options.settings(), counters))
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
    let counters = Arc::new(Counters::new(Arc::clone(&surroundings.clock)));
    counted_ports(options, surroundings, &counters)
}

/// Where the two databases are. Opens neither.
///
/// # Errors
///
/// As [`engine`], for what it says of databases.
pub fn state_location(options: &EngineOptions) -> Result<StateLocation, SyncError> {
    let folders = Folders::of(&options.working_directory);
    let Some(url) = options.database() else {
        return Err(SyncError::new(ErrorCode::DatabaseNotFound, "no database is named"));
    };
    let studio = resolve_database(url, &folders).map_err(studio_failure)?;
    let state = options.state_url.as_deref();
    StateLocation::resolve(state, &studio, &folders).map_err(|error| {
        studio_failure(error)
            .next_step("set stateUrl to a file such as file:./sync.db, or leave it out")
    })
}

fn counted_ports(
    options: &EngineOptions,
    surroundings: Surroundings,
    counters: &Arc<Counters>,
) -> Result<Ports, SyncError> {
    assemble(options, &state_location(options)?, surroundings, counters)
}

/// Makes what an engine is made of, over two databases.
fn assemble(
    options: &EngineOptions,
    location: &StateLocation,
    surroundings: Surroundings,
    counters: &Arc<Counters>,
) -> Result<Ports, SyncError> {
    let seal = AuditKeys::of(options)?.map(|keys| Arc::new(keys) as Arc<dyn Seal>);
    let store = Arc::new(SqliteStore::new(location).sealed(seal));
    let clock = Arc::clone(&surroundings.clock);
    let credentials = CredentialStore::new(options, store.clone(), Arc::clone(&clock));
    let platforms = KnownPlatforms::new(
        options.clone(),
        surroundings,
        meter(Arc::clone(counters)),
        credentials,
    );
    Ok(Ports {
        studio: Arc::new(SqliteStudio::new(location.studio().to_owned())),
        store: Arc::clone(&store) as Arc<dyn Store>,
        platforms: Arc::new(platforms),
        clock,
    })
}

/// Has every request counted.
fn meter(counters: Arc<Counters>) -> Meter {
    Arc::new(move |measured| {
        let Measured { method, status, attempt, waited } = measured;
        counters.request(CountedRequest { method, status, attempt, waited });
    })
}
