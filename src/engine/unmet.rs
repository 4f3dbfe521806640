//! Conflicts that no run has met: what looking shows of them, and how they get into the log.

use tokio_util::sync::CancellationToken;

use crate::canonical::Canonical;
use crate::error::{ErrorCode, SyncError};
use crate::port::{Dialect, Entity, Lease, Scope, VersionSource};

use super::changes::conflict;
use super::detect::{Keep, Scoped, Search};
use super::examine::{Examined, Status};
use super::failure::store_failure;
use super::listing::Freshness;
use super::locals::Locals;
use super::outcome::idle_record;
use super::record::{awaits_decision, seen_since};
use super::report::Conflict;
use super::see::wanted_websites;
use super::{Engine, Platform, VersionNote, holder};

/// A conflict as looking shows it.
#[derive(Clone)]
pub(super) struct Unmet {
    pub scope: Scope,
    pub entity: Entity,
    pub conflict: Conflict,
}

impl Unmet {
    /// The conflict as `api.md` §4 has it.
    pub fn shown(&self) -> Result<Canonical, SyncError> {
        let text = serde_json::to_string(&self.conflict).unwrap_or_default();
        Canonical::parse(&text).map_err(|error| {
            let message = format!("the conflict {} cannot be shown: {error}", self.conflict.id);
            SyncError::new(ErrorCode::Internal, message)
        })
    }
}

/// The conflict of a document as it is once it is recorded: a decision is about these three sides, so it
/// is shown with them, and under their id, before. `None` when it has none.
pub(super) fn open_conflict(
    one: &Examined,
    scoped: &Scoped,
    dialect: &dyn Dialect,
    now: i64,
) -> Option<Conflict> {
    let Status::Conflict(_) = one.status else { return None };
    let (scope, references) = (&scoped.scope, &scoped.references);
    let shape = dialect.capabilities().shape;
    let record = idle_record(one, scope, references, dialect, now);
    let state = record.and_then(|record| record.state).filter(awaits_decision);
    let remote = one.subject.remote.clone().filter(|_| one.subject.local.is_some());
    let seen = state.zip(remote);
    let seen = seen.map(|(state, remote)| seen_since(one, remote, &state, references, dialect));
    seen.and_then(|seen| conflict(&seen, scope, &shape, now))
        .or_else(|| conflict(one, scope, &shape, now))
}

impl Engine {
    /// The conflicts between the studio and a target. Writes nothing.
    pub(super) async fn unmet(&self, platform: &Platform) -> Result<Vec<Unmet>, SyncError> {
        let locals = self.locals().await?;
        let websites = wanted_websites(&locals, None)?;
        let scopes = self.glance(platform, &locals, websites, Freshness::Cached).await?;
        let now = self.ports.clock.now();
        let of_scope = |scoped: &Scoped| {
            let unmet = scoped.examined.iter().filter_map(|one| {
                let conflict = open_conflict(one, scoped, &*platform.dialect, now)?;
                let (scope, entity) = (scoped.scope.clone(), one.subject.entity.clone());
                Some(Unmet { scope, entity, conflict })
            });
            unmet.collect::<Vec<_>>()
        };
        Ok(scopes.iter().flat_map(of_scope).collect())
    }

    /// Records what a look at a scope shows, as a run does that has nothing to send.
    ///
    /// # Errors
    ///
    /// When it cannot be looked at or recorded, and for a target that has no id yet: what is recorded of it
    /// would be forgotten as soon as it has one.
    pub(super) async fn meet(&self, platform: &Platform, scope: &Scope) -> Result<(), SyncError> {
        if platform.is_unborn() {
            let message = format!("{} has no id yet to record a decision under", platform.target);
            return Err(SyncError::new(ErrorCode::InvalidArgument, message).next_step(
                "deploy first, which gives it one and records the conflicts that it meets",
            ));
        }
        let now = self.ports.clock.now();
        let lease = self
            .ports
            .store
            .acquire(scope, holder::RESOLVE_CONFLICTS, now)
            .await
            .map_err(store_failure)?;
        let met = self.meet_leased(platform, &lease).await;
        let released = self.ports.store.release(lease).await.map_err(store_failure);
        met.and(released)
    }

    async fn meet_leased(&self, platform: &Platform, lease: &Lease) -> Result<(), SyncError> {
        // What is finished later moves the sides that the conflict is recorded with.
        self.settle_scope(platform, lease, &mut Vec::new()).await?;
        let locals = self.locals().await?;
        let websites = vec![lease.scope.website_id.clone()];
        let dialect = &*platform.dialect;
        let now = self.ports.clock.now();
        let scopes = self.glance(platform, &locals, websites.clone(), Freshness::Now).await?;
        // What a decision makes comes on top of what the studio had.
        let note = VersionNote {
            source: VersionSource::Sync,
            author: self.actor.id.clone(),
            message: Some("seen before a conflict was decided".to_owned()),
        };
        self.record_seen(&locals, &websites, &note).await?;
        for scoped in scopes {
            let seen = scoped.examined.iter();
            let seen = seen
                .filter_map(|one| idle_record(one, &lease.scope, &scoped.references, dialect, now));
            let records = seen.collect();
            self.ports.store.record(lease, records).await.map_err(store_failure)?;
        }
        Ok(())
    }

    async fn glance(
        &self,
        platform: &Platform,
        locals: &Locals,
        websites: Vec<String>,
        freshness: Freshness,
    ) -> Result<Vec<Scoped>, SyncError> {
        let search = Search {
            platform,
            websites,
            freshness,
            everything: false,
            keep: Keep::Changes,
            leases: &[],
            tolerate_absence: false,
            cancel: &CancellationToken::new(),
        };
        Ok(self.search(locals, &search).await?.scopes)
    }
}
