//! The platform's side: one pass over its listing, keeping only what may have moved.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::digest::Digest;
use crate::error::{ErrorClass, SyncError};
use crate::model::Finding;
use crate::port::{Ownership, RemoteDefinition, RemoteId};

use super::failure::adapter_failure;
use super::{Engine, Platform};

/// Listings up to this many bytes are kept for `cacheTtlMs`; larger ones are read again.
const KEPT_BYTES: usize = 32 * 1024 * 1024;

/// What is known of a remote definition before it is listed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    /// Digest of its body at the last look.
    pub digest: Digest,
    /// Whether an equal digest settles the matter, so that the body need not be kept.
    pub settles: bool,
}

/// What a listing said of one definition.
#[derive(Debug, Clone)]
pub(super) enum Sighting {
    /// As it was at the last look; its body was not kept.
    Same,
    /// To be looked at.
    Seen(Arc<RemoteDefinition>),
}

/// A listing, as far as it was kept.
#[derive(Debug, Default)]
pub(super) struct Remotes {
    /// When it was asked for, in milliseconds: what it can not show yet goes by that, however long ago
    /// it is when somebody looks at it.
    pub asked_at: i64,
    /// Read to its end, nothing moved between pages.
    pub complete: bool,
    /// What of the listing could not be read.
    pub findings: Vec<Finding>,
    /// Every definition listed.
    pub seen: BTreeMap<RemoteId, Sighting>,
    /// Every key listed, in lower case: keys that differ only in case collide on the platform.
    pub keys: BTreeMap<String, String>,
}

/// A listing that reading calls may share for a moment.
#[derive(Debug)]
pub(super) struct KeptListing {
    at: Duration,
    asked_at: i64,
    complete: bool,
    findings: Vec<Finding>,
    definitions: Vec<Arc<RemoteDefinition>>,
}

/// How old a listing may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    /// As old as `cacheTtlMs`: for reading calls.
    Cached,
    /// Read now: for a run's own detection.
    Now,
    /// Read now, and kept: for a run that looks again before it writes to the platform.
    Kept,
    /// No older than this, in the time of the clock: for that second look. What came between is met by
    /// the preconditions of the writes, as what comes after any listing is.
    Since(Duration),
}

impl Engine {
    /// Lists a target. What `expected` settles is noted without its body.
    pub(super) async fn list(
        &self,
        platform: &Platform,
        expected: &HashMap<RemoteId, Expected>,
        freshness: Freshness,
        cancel: &CancellationToken,
    ) -> Result<Remotes, SyncError> {
        // Held over the request, so that concurrent readers wait for one listing and share it.
        let slot = self.listing_slot(&platform.target);
        let mut kept = slot.lock().await;
        let ttl = Duration::from_millis(self.settings.cache_ttl_ms);
        let asked_at = self.ports.clock.now();
        let mut remotes = Remotes { asked_at, ..Remotes::default() };
        let suffices = |listing: &&KeptListing| match freshness {
            Freshness::Cached => self.ports.clock.elapsed().saturating_sub(listing.at) < ttl,
            Freshness::Since(moment) => listing.at >= moment,
            Freshness::Now | Freshness::Kept => false,
        };
        if let Some(listing) = kept.as_ref().filter(suffices) {
            for definition in &listing.definitions {
                remotes.take(Arc::clone(definition), expected);
            }
            remotes.asked_at = listing.asked_at;
            remotes.complete = listing.complete;
            remotes.findings.clone_from(&listing.findings);
            return Ok(remotes);
        }
        *kept = None;
        let keep = match freshness {
            Freshness::Cached => !ttl.is_zero(),
            Freshness::Kept => true,
            Freshness::Now | Freshness::Since(_) => false,
        };
        let mut all = Vec::new();
        let mut bytes = 0;
        let listing = platform
            .adapter
            .list(
                &mut |definition| {
                    let definition = Arc::new(definition);
                    bytes += definition.body.len();
                    if keep && bytes <= KEPT_BYTES {
                        all.push(Arc::clone(&definition));
                    }
                    remotes.take(definition, expected);
                },
                cancel,
            )
            .await
            .map_err(|error| listing_failure(adapter_failure(error, "list")))?;
        remotes.complete = listing.complete;
        remotes.findings = listing.findings;
        if keep && bytes <= KEPT_BYTES {
            *kept = Some(KeptListing {
                at: self.ports.clock.elapsed(),
                asked_at,
                complete: listing.complete,
                findings: remotes.findings.clone(),
                definitions: all,
            });
        }
        Ok(remotes)
    }

    /// Own writes make a kept listing worthless.
    pub(super) async fn forget_listing(&self, target: &str) {
        *self.listing_slot(target).lock().await = None;
    }

    fn listing_slot(&self, target: &str) -> Arc<tokio::sync::Mutex<Option<KeptListing>>> {
        let mut slots =
            self.kept_listings.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(slots.entry(target.to_owned()).or_default())
    }
}

impl Remotes {
    fn take(&mut self, definition: Arc<RemoteDefinition>, expected: &HashMap<RemoteId, Expected>) {
        let key = definition.id.key();
        self.keys.insert(key.to_lowercase(), key);
        let same = expected
            .get(&definition.id)
            .is_some_and(|known| known.settles && known.digest == definition.digest());
        let id = definition.id.clone();
        let sighting = if same { Sighting::Same } else { Sighting::Seen(definition) };
        self.seen.insert(id, sighting);
    }

    /// Definitions that anybody may bind to, by id.
    pub fn open(&self) -> impl Iterator<Item = &Arc<RemoteDefinition>> {
        self.seen.values().filter_map(|sighting| match sighting {
            Sighting::Seen(definition) if definition.ownership == Ownership::Open => {
                Some(definition)
            }
            _ => None,
        })
    }

    /// Keys of the platform's own types.
    pub fn system_keys(&self) -> BTreeSet<String> {
        let system = self.seen.values().filter_map(|sighting| match sighting {
            Sighting::Seen(definition) if definition.ownership != Ownership::Open => {
                Some(definition.id.key())
            }
            _ => None,
        });
        system.collect()
    }
}

/// A 403 on the listing concerns everything, so it is a matter of access, not of one type.
pub(super) fn listing_failure(mut error: SyncError) -> SyncError {
    if error.class() == ErrorClass::Forbidden {
        error.code = crate::error::ErrorCode::AuthFailed;
        error.details.next_step =
            Some("give the API key the right to read content types".to_owned());
    }
    error
}
