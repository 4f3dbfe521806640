//! Whether a document is on the platform, and whether what is read of it can be trusted.

use std::sync::Arc;

use crate::error::SyncError;
use crate::model::Finding;
use crate::plan::CreateMode;
use crate::port::{RemoteDefinition, RemoteId, Revision, StateDetail};

use super::binding::TypeBinding;
use super::detect::Pass;
use super::failure::adapter_failure;
use super::listing::Sighting;

/// Whether a document is on the platform.
pub(super) enum Presence {
    Here(Arc<RemoteDefinition>),
    Absent,
    Stale,
}

impl From<Option<Arc<RemoteDefinition>>> for Presence {
    fn from(definition: Option<Arc<RemoteDefinition>>) -> Self {
        definition.map_or(Self::Absent, Self::Here)
    }
}

impl Pass<'_> {
    /// Whether a document is on the platform. Absence counts only when a direct read confirms it,
    /// and a read that shows what was there before our own last write is no evidence. Of a document
    /// that was never there a complete listing is enough, and any listing where a creation fails if
    /// the key is taken after all.
    pub(super) async fn presence(
        &self,
        binding: &TypeBinding,
        detail: Option<&StateDetail>,
    ) -> Result<Presence, SyncError> {
        let listed = self.remotes.seen.get(&binding.remote_id);
        let seen = match listed {
            Some(Sighting::Seen(definition)) => Some(Arc::clone(definition)),
            Some(Sighting::Same) => {
                // Settled by itself, but looked at because of its parts or its owner.
                return self.read_now(&binding.remote_id).await.map(Presence::from);
            }
            None => None,
        };
        let was_there = detail.is_some_and(|detail| detail.row.agreed);
        if seen.is_none() && !was_there {
            if self.remotes.complete || self.is_creation_guarded() {
                return Ok(Presence::Absent);
            }
            return self.read_now(&binding.remote_id).await.map(Presence::from);
        }
        let listed_at = self.remotes.asked_at;
        if seen.as_ref().is_some_and(|definition| !self.is_stale(definition, detail, listed_at)) {
            return Ok(Presence::from(seen));
        }
        if seen.is_none() && !self.within_lag(detail) {
            return self.read_now(&binding.remote_id).await.map(Presence::from);
        }
        let read_at = self.engine.ports.clock.now();
        match self.read_now(&binding.remote_id).await? {
            Some(definition) if !self.is_stale(&definition, detail, read_at) => {
                Ok(Presence::Here(definition))
            }
            _ => Ok(Presence::Stale),
        }
    }

    fn is_creation_guarded(&self) -> bool {
        self.search.platform.dialect.capabilities().create == CreateMode::Insert
    }

    async fn read_now(&self, id: &RemoteId) -> Result<Option<Arc<RemoteDefinition>>, SyncError> {
        let read = self.search.platform.adapter.read(id, self.search.cancel).await;
        read.map(|definition| definition.map(Arc::new))
            .map_err(|error| adapter_failure(error, "read").of(id.key()))
    }

    /// The listing may not show our own last write yet.
    pub(super) fn within_lag(&self, detail: Option<&StateDetail>) -> bool {
        self.may_miss(written_at(detail), self.remotes.asked_at)
    }

    /// Whether what was read at one time may not show what was written at another.
    fn may_miss(&self, written: Option<i64>, read_at: i64) -> bool {
        written.zip(self.lag_began(read_at)).is_some_and(|(written, began)| written > began)
    }

    /// The earliest write that what was read then may not show; `None` where reads do not lag.
    pub(super) fn lag_began(&self, read_at: i64) -> Option<i64> {
        let lag = self.search.platform.dialect.capabilities().read_lag;
        let lag = i64::try_from(lag.as_millis()).unwrap_or(i64::MAX);
        (lag > 0).then(|| read_at.saturating_sub(lag))
    }

    /// The definition is still what our own last write changed, and may be so for some time.
    fn is_stale(
        &self,
        definition: &RemoteDefinition,
        detail: Option<&StateDetail>,
        read_at: i64,
    ) -> bool {
        let Some(detail) = detail else { return false };
        if detail.row.remote_digest == Some(definition.digest()) {
            return false;
        }
        let is_ours = self.may_miss(written_at(Some(detail)), read_at);
        // What was taken home a moment ago is no older than what a lagging read shows now.
        let is_fresh = is_ours || self.may_miss(detail.last_sync_at, read_at);
        if is_fresh && is_older(&definition.revision, &detail.revision) {
            return true;
        }
        if !is_ours {
            return false;
        }
        let Some((_, before)) = &detail.last_write else { return false };
        let view = self.search.platform.dialect.normalize(definition);
        view.is_ok_and(|view| view.digest() == *before)
    }
}

/// When our own last write was over.
fn written_at(detail: Option<&StateDetail>) -> Option<i64> {
    detail.and_then(|detail| detail.last_write.as_ref()).map(|(at, _)| *at)
}

/// Whether a revision is known to be from before another.
fn is_older(seen: &Revision, known: &Revision) -> bool {
    let time = |revision: &Revision| revision.modified.as_ref()?.parse::<jiff::Timestamp>().ok();
    matches!((time(seen), time(known)), (Some(seen), Some(known)) if seen < known)
}

/// A finding for a document whose read cannot be trusted yet.
pub(super) fn stale_finding(key: &str) -> Finding {
    Finding::warning(
        "STALE_READ",
        format!("the platform still shows {key} as it was before our own last write"),
        "deploy again in a minute",
    )
    .of(key)
}
