//! What an engine is made of.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::listing::KeptListing;
use super::locals::Locals;
use super::sketch::Sketch;
use super::{Actor, Counters, ProviderRequest, Settings};
use crate::error::{ErrorCode, SyncError};
use crate::port::{Adapter, Author, Clock, Dialect, Store, Studio};

/// A target with its dialect and a connection to it.
#[derive(Clone)]
pub struct Platform {
    /// Provider id.
    pub provider: String,
    /// `platform:host:tenant`.
    pub target: String,
    /// What plans call the target as long as it has no id of its own, where it gets one by the first
    /// deployment.
    pub unborn: Option<String>,
    /// What it can express.
    pub dialect: Arc<dyn Dialect>,
    /// The connection.
    pub adapter: Arc<dyn Adapter>,
}

impl Platform {
    /// Whether nothing has been deployed to it yet that would have given it an id of its own.
    pub(super) fn is_unborn(&self) -> bool {
        self.unborn.as_ref() == Some(&self.target)
    }

    /// The platform under the name that it had before it got an id of its own.
    pub(super) fn as_unborn(&self) -> Option<Self> {
        Some(Self { target: self.unborn.clone()?, ..self.clone() })
    }
}

/// Makes platforms. The composition root implements it, because only it knows them all.
#[async_trait]
pub trait Platforms: Send + Sync {
    /// Connects to what is asked for; sends nothing yet.
    ///
    /// # Errors
    ///
    /// When there is no such provider, or it is not configured.
    async fn connect(
        &self,
        request: &ProviderRequest,
        default: &str,
        purpose: Purpose,
    ) -> Result<Platform, SyncError>;

    /// Keeps the credentials that a request brings, in the place of those that are there. This and the
    /// other changes are audited with what they change.
    ///
    /// # Errors
    ///
    /// When they are not what the provider needs, or cannot be kept.
    async fn keep_credentials(
        &self,
        _request: &ProviderRequest,
        _by: Author,
    ) -> Result<(), SyncError> {
        Err(no_store())
    }

    /// Forgets the credentials of a provider; tells whether there were any.
    ///
    /// # Errors
    ///
    /// When there is no such provider, or the store cannot be written.
    async fn remove_credentials(&self, _provider: &str, _by: Author) -> Result<bool, SyncError> {
        Err(no_store())
    }

    /// Encrypts everything that is kept with the next key; tells how much.
    ///
    /// # Errors
    ///
    /// When a key is missing or wrong, or the store cannot be written.
    async fn rotate_credentials(&self, _by: Author) -> Result<u64, SyncError> {
        Err(no_store())
    }

    /// Masks in a text whatever it holds of the secrets that a connection would be made with.
    fn conceal(&self, request: &ProviderRequest, text: &str) -> String;
}

/// A composition without a store of credentials.
fn no_store() -> SyncError {
    SyncError::new(ErrorCode::NotAvailable, "there is no store of credentials here")
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading only; leaves no trace on the target.
    Look,
    /// Writing; a target that needs an id of its own gets one.
    Deploy,
}

/// Everything an engine needs of the world.
#[derive(Clone)]
pub struct Ports {
    /// The studio.
    pub studio: Arc<dyn Studio>,
    /// The memory.
    pub store: Arc<dyn Store>,
    /// The targets.
    pub platforms: Arc<dyn Platforms>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// The engine. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Engine {
    pub(super) ports: Ports,
    pub(super) settings: Arc<Settings>,
    /// Who everything is done for.
    pub(super) actor: Arc<Actor>,
    /// The studio as last read, for as long as nothing is committed.
    pub(super) kept_locals: Arc<tokio::sync::Mutex<Option<Arc<Locals>>>>,
    /// Recent listings by target, shared by reading calls.
    pub(super) kept_listings: Arc<Mutex<HashMap<String, ListingSlot>>>,
    /// What it has done.
    pub(super) counters: Arc<Counters>,
    /// The last plans that were shown to somebody.
    pub(super) shown_plans: Arc<Mutex<VecDeque<Sketch>>>,
}

/// A listing that one reader makes and others wait for.
pub(super) type ListingSlot = Arc<tokio::sync::Mutex<Option<KeptListing>>>;

impl Engine {
    /// Makes an engine; nothing is opened yet.
    #[must_use]
    pub fn new(ports: Ports, settings: Settings) -> Self {
        let counters = Arc::new(Counters::new(Arc::clone(&ports.clock)));
        Self::counting(ports, settings, counters)
    }

    /// As [`Engine::new`], with counters that others count with, too.
    #[must_use]
    pub fn counting(ports: Ports, settings: Settings, counters: Arc<Counters>) -> Self {
        Self {
            ports,
            counters,
            settings: Arc::new(settings),
            actor: Arc::default(),
            kept_locals: Arc::default(),
            kept_listings: Arc::default(),
            shown_plans: Arc::default(),
        }
    }
}
