//! Looks at documents one by one: both sides, the memory of them, and what it comes to.

use crate::digest::Digest;
use crate::error::{ErrorClass, SyncError};
use crate::model::{ContentType, Finding};
use crate::port::{Entity, Lease, Ownership, Scope, StateDetail, TypeRow};

use super::binding::{Origin, TypeBinding};
use super::bindings::Bindings;
use super::detect::{Pass, Scoped, Unseen, root_id};
use super::examine::{LocalSide, Status, Subject, examine};
use super::failure::store_failure;
use super::outcome::idle_record;
use super::parse::{content_hash, parse_row};
use super::presence::Presence;

/// How many documents are loaded whole at a time.
const BATCH: usize = 256;

/// A document to be looked at.
pub(super) struct Visit {
    /// Which one.
    pub entity: Entity,
    /// For a type that a field of another needs: what it is.
    pub part: Option<ContentType>,
}

impl Pass<'_> {
    /// Looks at every document of the queue. Returns the types that their fields need beside them.
    pub(super) async fn walk(
        &self,
        found: &mut Scoped,
        queue: Vec<Visit>,
        bindings: &Bindings,
    ) -> Result<Vec<ContentType>, SyncError> {
        let mut parts = Vec::new();
        let mut queue = queue.into_iter().peekable();
        while queue.peek().is_some() {
            let batch: Vec<Visit> = queue.by_ref().take(BATCH).collect();
            let wanted = batch.iter().map(|visit| bindings.stored_as(&visit.entity)).collect();
            let mut details = self
                .engine
                .ports
                .store
                .details(&found.scope, wanted)
                .await
                .map_err(store_failure)?;
            for visit in batch {
                let detail = details.remove(&bindings.stored_as(&visit.entity));
                parts.extend(self.look(found, visit, detail, bindings).await?);
            }
            self.record_agreed(found).await?;
            // A large studio must not keep other work of this thread waiting.
            tokio::task::yield_now().await;
        }
        Ok(parts)
    }

    /// Looks at one document. Returns the types that its fields need beside it.
    async fn look(
        &self,
        found: &mut Scoped,
        visit: Visit,
        detail: Option<StateDetail>,
        bindings: &Bindings,
    ) -> Result<Vec<ContentType>, SyncError> {
        let entity = visit.entity;
        let known = bindings
            .bound
            .get(&entity)
            .cloned()
            .or_else(|| detail.as_ref().and_then(|detail| detail.row.remote_id.clone()))
            .map(|remote_id| TypeBinding {
                remote_id,
                origin: Origin::Known,
                findings: Vec::new(),
            });
        let Some(binding) = bindings.new.get(&entity).cloned().or(known) else {
            return Ok(Vec::new());
        };
        let mut refused = None;
        // A type that was deleted and is wanted again is not what a read that lags still shows.
        let is_left_over = detail.is_none() && bindings.deleted.contains(&binding.remote_id.key());
        let remote = match self.presence(&binding, detail.as_ref()).await {
            Ok(Presence::Here(definition)) if !is_left_over => Some(definition),
            Ok(Presence::Absent) => None,
            Ok(Presence::Here(_) | Presence::Stale) => {
                found.stale.push(Unseen { key: binding.remote_id.key(), id: entity.id });
                return Ok(Vec::new());
            }
            // That one type cannot be read is that type's matter, not the run's.
            Err(error) if !error.class().stops() => {
                let step = match error.class() {
                    ErrorClass::Forbidden => "give the API key the right to read the type",
                    _ => error.code.next_step(),
                };
                refused = Some(Finding::error(error.code.as_str(), error.message, step));
                None
            }
            Err(error) => return Err(error),
        };
        let row = self.locals.row(root_id(&entity.id));
        let local = match (visit.part, row) {
            (Some(part), Some((_, row_digest))) => Some(part_side(part, row_digest)),
            (None, Some((row, row_digest))) if row.id == entity.id => {
                Some(self.local_side(row, row_digest))
            }
            _ => None,
        };
        let (local, mut more) =
            local.map_or((None, Vec::new()), |(side, found)| (Some(side), found));
        let reserved = remote.as_deref().and_then(|definition| reserved(&definition.ownership));
        if local.is_none() && refused.is_none() && (remote.is_none() || reserved.is_some()) {
            found.vanished.push(entity);
            return Ok(Vec::new());
        }
        more.extend(reserved.filter(|_| binding.holds()));
        more.extend(refused);
        let subject = Subject {
            entity,
            website_id: found.scope.website_id.clone(),
            remote_id: binding.remote_id,
            origin: binding.origin,
            local,
            remote,
            detail,
            findings: binding.findings.into_iter().chain(more).collect(),
        };
        let mut examined = examine(subject, &found.references, &*self.search.platform.dialect);
        examined.context = examined.depends().then_some(self.locals.context);
        let mut parts = std::mem::take(&mut examined.parts);
        if examined.status == Status::Failed {
            // What a type that cannot be read needs is not known.
            parts.clear();
        }
        let is_kept = self.search.keep.keeps(&examined);
        let lease = self.lease(&found.scope);
        if let (Some(side), Some((row, _))) = (&mut examined.subject.local, row)
            && row.id == side.content.id
            && (is_kept || lease.is_some())
        {
            side.content_hash = content_hash(row);
        }
        if is_kept {
            found.examined.push(examined);
            return Ok(parts);
        }
        if lease.is_some() {
            let dialect = &*self.search.platform.dialect;
            let now = self.engine.ports.clock.now();
            let references = &found.references;
            let record = idle_record(&examined, &found.scope, references, dialect, now);
            found.agreed.extend(record);
        }
        found.glimpsed.push(examined.into_glimpse());
        Ok(parts)
    }

    fn lease(&self, scope: &Scope) -> Option<&Lease> {
        self.search.leases.iter().find(|lease| lease.scope == *scope)
    }

    /// Commits what was found to be agreed on.
    async fn record_agreed(&self, found: &mut Scoped) -> Result<(), SyncError> {
        let Some(lease) = self.lease(&found.scope).filter(|_| !found.agreed.is_empty()) else {
            return Ok(());
        };
        let records = std::mem::take(&mut found.agreed);
        self.engine.ports.store.record(lease, records).await.map_err(store_failure)
    }

    pub(super) fn local_side(
        &self,
        row: &TypeRow,
        row_digest: Digest,
    ) -> (LocalSide, Vec<Finding>) {
        let parsed = parse_row(row, self.index);
        (LocalSide { content: parsed.content, content_hash: None, row_digest }, parsed.findings)
    }
}

/// The studio's side of a type that a field of another needs.
pub(super) fn part_side(content: ContentType, row_digest: Digest) -> (LocalSide, Vec<Finding>) {
    (LocalSide { content, content_hash: None, row_digest }, Vec::new())
}

/// Why a definition that was ours to change is no longer.
fn reserved(ownership: &Ownership) -> Option<Finding> {
    let Ownership::System(reason) = ownership else { return None };
    Some(Finding::error(
        "KEY_RESERVED",
        format!("the type belongs to the platform: {reason}"),
        "rename the type",
    ))
}
