//! Finds what moved: the studio's rows, the platform's listing and the state, joined.
//!
//! A document whose row and whose remote definition have the digests of the last look, and which was
//! settled then, is not looked at again: the cost of detecting is that of what changed, besides
//! reading both sides. Detecting writes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::digest::Digest;
use crate::error::{ErrorClass, ErrorCode, SyncError};
use crate::model::{ContentType, Finding, TargetIndex};
use crate::plan::check_presence;
use crate::port::{
    Claim, Entity, RemoteDefinition, RemoteId, Revision, Scope, StateDetail, StateRow, TypeRow,
};

use super::binding::{Evidence, Origin, TypeBinding, Unbound, bind_types};
use super::examine::{Examined, LocalSide, Status, Subject, examine};
use super::failure::{adapter_failure, store_failure};
use super::listing::{Expected, Freshness, Remotes, Sighting};
use super::locals::Locals;
use super::parse::parse_row;
use super::references::{References, token};
use super::{Engine, Platform};

/// How many documents are loaded whole at a time.
const BATCH: usize = 256;

/// What is looked for.
pub(super) struct Search<'s> {
    /// The target.
    pub platform: &'s Platform,
    /// The websites, in order.
    pub websites: Vec<String>,
    /// Whether a recent listing will do.
    pub freshness: Freshness,
    /// Look at settled documents too: for a mapping, or to send everything again.
    pub everything: bool,
    /// A mass disappearance does not stop the search.
    pub tolerate_absence: bool,
    /// Stops between requests.
    pub cancel: &'s CancellationToken,
}

/// What was found in one scope, besides what the visitor saw.
pub(super) struct Scoped {
    /// The scope.
    pub scope: Scope,
    /// Keys of documents that were not looked at, because nothing moved.
    pub settled: Vec<String>,
    /// Which document is which on the platform.
    pub references: References,
    /// Everything looked at, that did not turn out to be the same on both sides.
    pub examined: Vec<Examined>,
    /// Documents on the platform that nobody in the studio has, by key.
    pub remote_new: Vec<Arc<RemoteDefinition>>,
    /// Documents that are gone on both sides.
    pub vanished: Vec<Entity>,
    /// Keys of documents that still show what was there before our own last write.
    pub stale: Vec<String>,
}

/// What was found.
pub(super) struct Detection {
    /// The listing was read to its end.
    pub complete: bool,
    /// Per website, in order.
    pub scopes: Vec<Scoped>,
}

/// A scope with its state, before the platform is listed.
struct Known {
    scope: Scope,
    states: Vec<StateRow>,
}

impl Engine {
    /// Looks for what moved in some websites.
    pub(super) async fn search(
        &self,
        locals: &Locals,
        search: &Search<'_>,
    ) -> Result<Detection, SyncError> {
        let fingerprint = search.platform.dialect.fingerprint();
        let mut known = Vec::new();
        let mut expected = HashMap::new();
        for website_id in &search.websites {
            let scope =
                Scope { website_id: website_id.clone(), target: search.platform.target.clone() };
            let states = self.ports.store.states(&scope).await.map_err(store_failure)?;
            for state in &states {
                let (Some(id), Some(digest)) = (&state.remote_id, state.remote_digest) else {
                    continue;
                };
                let settles = !search.everything
                    && state.settled
                    && state.dialect == fingerprint
                    && state.row_digest.is_some()
                    && state.row_digest == current_digest(state, locals);
                expected.insert(id.clone(), Expected { digest, settles });
            }
            known.push(Known { scope, states });
        }
        let remotes =
            self.list(search.platform, &expected, search.freshness, search.cancel).await?;

        let index = TargetIndex::new(
            locals
                .rows
                .types
                .iter()
                .map(|row| (&*row.website_id, &*row.id, row.key.as_deref(), &*row.name)),
        );
        let mut claimed_now = Vec::new();
        let mut scopes = Vec::new();
        for known in known {
            let mut claims = self.ports.store.claims(&known.scope).await.map_err(store_failure)?;
            claims.extend(claimed_now.iter().cloned());
            let pass = Pass { engine: self, search, locals, index: &index, remotes: &remotes };
            let found = pass.scope(known, &claims, &expected).await?;
            claimed_now.extend(found.1);
            scopes.push(found.0);
        }
        Ok(Detection { complete: remotes.complete, scopes })
    }
}

/// Digest of what a document's view is made from, as it is now.
fn current_digest(state: &StateRow, locals: &Locals) -> Option<Digest> {
    let (_, digest) = locals.row(root_id(&state.entity.id))?;
    Some(view_digest(digest, state.refers, locals))
}

/// A view that refers to other documents depends on their names too.
fn view_digest(row: Digest, refers: bool, locals: &Locals) -> Digest {
    if refers { Digest::of_parts([&row.as_bytes()[..], locals.context.as_bytes()]) } else { row }
}

/// Row id of a document: a part's id is its owner's, a slash, and the field.
fn root_id(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

/// One pass over a scope.
struct Pass<'p> {
    engine: &'p Engine,
    search: &'p Search<'p>,
    locals: &'p Locals,
    index: &'p TargetIndex,
    remotes: &'p Remotes,
}

impl Pass<'_> {
    async fn scope(
        &self,
        known: Known,
        claims: &[Claim],
        expected: &HashMap<RemoteId, Expected>,
    ) -> Result<(Scoped, Vec<Claim>), SyncError> {
        let Known { scope, states } = known;
        let dialect = &*self.search.platform.dialect;
        let mut bound: BTreeMap<Entity, RemoteId> = BTreeMap::new();
        let mut orphans = Vec::new();
        for state in &states {
            let Some(id) = &state.remote_id else { continue };
            if self
                .locals
                .row(root_id(&state.entity.id))
                .is_some_and(|(row, _)| row.website_id == scope.website_id)
            {
                bound.insert(state.entity.clone(), id.clone());
            } else {
                orphans.push(state);
            }
        }

        // What nothing happened to is left alone, a type together with its parts.
        let settled_roots = self.settled_roots(&states, expected);
        let mut settled = Vec::new();
        let mut roots = Vec::new();
        let website_id = scope.website_id.clone();
        for (row, _) in self.locals.of_website(&website_id) {
            if settled_roots.contains(&*row.id) {
                let parts = states.iter().filter(|state| root_id(&state.entity.id) == row.id);
                settled.extend(parts.map(|state| state.type_key.clone()));
            } else {
                roots.push(row);
            }
        }

        let unbound: Vec<Unbound> = roots
            .iter()
            .map(|row| Entity::content_type(row.id.clone()))
            .filter(|entity| !bound.contains_key(entity))
            .filter_map(|entity| {
                let (row, _) = self.locals.row(&entity.id)?;
                let mut content = parse_row(row, self.index).content;
                content.fields = Vec::new();
                Some(Unbound { entity, content })
            })
            .collect();
        let new = bind_types(
            &unbound,
            &Evidence {
                known: &bound,
                orphans: &orphans,
                claims,
                remotes: self.remotes,
                dialect,
                looks_same: &|entity, definition| self.looks_same(entity, definition),
            },
        );
        let mut references = References::default();
        for (entity, id) in &bound {
            references.bind(entity, &id.key());
        }
        let mut rebound = BTreeMap::new();
        for (entity, binding) in &new {
            references.bind(entity, &binding.remote_id.key());
            if let Origin::Rebound(old) = &binding.origin {
                rebound.insert(old.clone(), entity.clone());
            }
        }
        self.check_absence(&scope, &states, &rebound).await?;

        let claims_now = new
            .iter()
            .map(|(entity, binding)| Claim {
                website_id: scope.website_id.clone(),
                entity: entity.clone(),
                remote_id: binding.remote_id.clone(),
            })
            .collect();
        let mut found = Scoped {
            scope,
            settled,
            references,
            examined: Vec::new(),
            remote_new: Vec::new(),
            vanished: Vec::new(),
            stale: Vec::new(),
        };
        let mut queue: Vec<Entity> =
            roots.iter().map(|row| Entity::content_type(row.id.clone())).collect();
        queue.extend(
            orphans
                .iter()
                .filter(|state| !rebound.contains_key(&state.entity))
                .filter(|state| state.agreed)
                .map(|state| state.entity.clone()),
        );
        let mut bindings = Bindings { bound, new, rebound };
        let visits = queue.into_iter().map(|entity| Visit { entity, part: None }).collect();
        self.walk(&mut found, visits, &bindings).await?;
        self.walk_parts(&mut found, &mut bindings, &states, claims).await?;
        self.collect_new(&mut found, &states, &bindings, claims);
        Ok((found, claims_now))
    }

    /// Roots whose own definition and whose parts are all as at the last look.
    fn settled_roots(
        &self,
        states: &[StateRow],
        expected: &HashMap<RemoteId, Expected>,
    ) -> BTreeSet<String> {
        let mut roots: BTreeMap<&str, bool> = BTreeMap::new();
        for state in states {
            let is_settled = state.remote_id.as_ref().is_some_and(|id| {
                expected.get(id).is_some_and(|known| known.settles)
                    && matches!(self.remotes.seen.get(id), Some(Sighting::Same))
            });
            let root = roots.entry(root_id(&state.entity.id)).or_insert(true);
            *root &= is_settled;
        }
        roots.into_iter().filter(|(_, settled)| *settled).map(|(root, _)| root.to_owned()).collect()
    }

    /// A website that lost most of its types, or a target that did, is a mistake.
    async fn check_absence(
        &self,
        scope: &Scope,
        states: &[StateRow],
        rebound: &BTreeMap<Entity, Entity>,
    ) -> Result<(), SyncError> {
        if self.search.tolerate_absence {
            return Ok(());
        }
        let agreed: Vec<&StateRow> = states.iter().filter(|state| state.agreed).collect();
        let gone_here = agreed
            .iter()
            .filter(|state| !rebound.contains_key(&state.entity))
            .filter(|state| self.locals.row(root_id(&state.entity.id)).is_none())
            .count();
        let mut unseen: Vec<Entity> = agreed
            .iter()
            .filter(|state| {
                state.remote_id.as_ref().is_none_or(|id| !self.remotes.seen.contains_key(id))
            })
            .map(|state| state.entity.clone())
            .collect();
        if check_presence(agreed.len(), unseen.len()).is_err() {
            // What we wrote a moment ago may not be listed yet.
            let details = self.engine.ports.store.details(scope, unseen.clone()).await;
            let details = details.map_err(store_failure)?;
            unseen.retain(|entity| !self.within_lag(details.get(entity)));
        }
        let mistake = |code, side: &str, gone: crate::plan::Disappearance, step: &str| {
            let message = format!(
                "{} of the {} types that website {} deploys to {} are gone from the {side}",
                gone.gone, gone.bound, scope.website_id, scope.target
            );
            Err(SyncError::new(code, message).next_step(step).during("detect"))
        };
        if let Err(gone) = check_presence(agreed.len(), gone_here) {
            return mistake(
                ErrorCode::StudioMismatch,
                "studio",
                gone,
                "check that databaseUrl names the right database; nothing was changed",
            );
        }
        if let Err(gone) = check_presence(agreed.len(), unseen.len()) {
            return mistake(
                ErrorCode::TargetMismatch,
                "platform",
                gone,
                "check that the credentials belong to the right instance; nothing was changed",
            );
        }
        Ok(())
    }

    /// Whether a type would look on the platform as a definition there does.
    fn looks_same(&self, entity: &Entity, definition: &RemoteDefinition) -> bool {
        let Some((row, digest)) = self.locals.row(&entity.id) else { return false };
        let (local, findings) = self.local_side(row, digest);
        let subject = Subject {
            entity: entity.clone(),
            website_id: row.website_id.clone(),
            remote_id: definition.id.clone(),
            origin: Origin::Adopted,
            local: Some(local),
            remote: Some(Arc::new(definition.clone())),
            detail: None,
            findings,
        };
        let mut references = References::default();
        references.bind(entity, &definition.id.key());
        let examined = examine(subject, &references, &*self.search.platform.dialect);
        examined.status == Status::Same
    }

    /// Looks at every document of the queue.
    async fn walk(
        &self,
        found: &mut Scoped,
        queue: Vec<Visit>,
        bindings: &Bindings,
    ) -> Result<(), SyncError> {
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
                let detail = detail.map(|detail| bindings.in_new_terms(detail));
                self.look(found, visit, detail, bindings).await?;
            }
            // A large studio must not keep other work of this thread waiting.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Looks at the types that fields of the examined ones need beside them, and at those that no
    /// field needs any more.
    async fn walk_parts(
        &self,
        found: &mut Scoped,
        bindings: &mut Bindings,
        states: &[StateRow],
        claims: &[Claim],
    ) -> Result<(), SyncError> {
        let mut seen: BTreeSet<Entity> = BTreeSet::new();
        let mut from = 0;
        while from < found.examined.len() {
            let parts: Vec<ContentType> = found
                .examined
                .iter()
                .skip(from)
                .flat_map(|one| one.parts.iter().cloned())
                .collect();
            from = found.examined.len();
            let visits: Vec<Visit> = parts
                .into_iter()
                .map(|part| Visit {
                    entity: Entity::content_type(part.id.clone()),
                    part: Some(part),
                })
                .filter(|visit| seen.insert(visit.entity.clone()))
                .collect();
            let unbound: Vec<Unbound> = visits
                .iter()
                .filter(|visit| !bindings.bound.contains_key(&visit.entity))
                .filter_map(|visit| {
                    Some(Unbound { entity: visit.entity.clone(), content: visit.part.clone()? })
                })
                .collect();
            let taken: BTreeMap<Entity, RemoteId> = bindings
                .bound
                .iter()
                .map(|(entity, id)| (entity.clone(), id.clone()))
                .chain(
                    bindings
                        .new
                        .iter()
                        .map(|(entity, one)| (entity.clone(), one.remote_id.clone())),
                )
                .collect();
            let orphans: Vec<&StateRow> =
                states.iter().filter(|state| !bindings.bound.contains_key(&state.entity)).collect();
            let new = bind_types(
                &unbound,
                &Evidence {
                    known: &taken,
                    orphans: &orphans,
                    claims,
                    remotes: self.remotes,
                    dialect: &*self.search.platform.dialect,
                    looks_same: &|_, _| false,
                },
            );
            for (entity, binding) in new {
                found.references.bind(&entity, &binding.remote_id.key());
                if let Origin::Rebound(old) = &binding.origin {
                    bindings.rebound.insert(old.clone(), entity.clone());
                }
                bindings.new.insert(entity, binding);
            }
            self.walk(found, visits, bindings).await?;
        }
        let examined: BTreeSet<&str> =
            found.examined.iter().map(|one| &*one.subject.entity.id).collect();
        let dropped: Vec<Visit> = bindings
            .bound
            .keys()
            .filter(|entity| entity.id.contains('/') && !seen.contains(entity))
            .filter(|entity| examined.contains(root_id(&entity.id)))
            .map(|entity| Visit { entity: entity.clone(), part: None })
            .collect();
        self.walk(found, dropped, bindings).await
    }

    async fn look(
        &self,
        found: &mut Scoped,
        visit: Visit,
        detail: Option<StateDetail>,
        bindings: &Bindings,
    ) -> Result<(), SyncError> {
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
        let Some(binding) = bindings.new.get(&entity).cloned().or(known) else { return Ok(()) };
        let mut refused = None;
        let remote = match self.presence(&binding, detail.as_ref()).await {
            Ok(Presence::Here(definition)) => Some(definition),
            Ok(Presence::Absent) => None,
            Ok(Presence::Stale) => {
                found.stale.push(binding.remote_id.key());
                return Ok(());
            }
            // A refusal to read one type is that type's, not the run's.
            Err(error) if error.class() == ErrorClass::Forbidden => {
                let step = "give the API key the right to read the type";
                refused = Some(Finding::error("FORBIDDEN", error.message, step));
                None
            }
            Err(error) => return Err(error),
        };
        let row = self.locals.row(root_id(&entity.id));
        let local = match (visit.part, row) {
            (Some(part), Some((_, row_digest))) => {
                Some((LocalSide { content: part, content_hash: None, row_digest }, Vec::new()))
            }
            (None, Some((row, row_digest))) if row.id == entity.id => {
                Some(self.local_side(row, row_digest))
            }
            _ => None,
        };
        let (local, more) = local.map_or((None, Vec::new()), |(side, found)| (Some(side), found));
        if local.is_none() && remote.is_none() && refused.is_none() {
            found.vanished.push(entity);
            return Ok(());
        }
        let subject = Subject {
            entity,
            website_id: found.scope.website_id.clone(),
            remote_id: binding.remote_id,
            origin: binding.origin,
            local,
            remote,
            detail,
            findings: binding.findings.into_iter().chain(more).chain(refused).collect(),
        };
        let mut examined = examine(subject, &found.references, &*self.search.platform.dialect);
        if let Some(side) = &mut examined.subject.local {
            side.row_digest = view_digest(side.row_digest, examined.refers, self.locals);
        }
        found.examined.push(examined);
        Ok(())
    }

    fn local_side(&self, row: &TypeRow, row_digest: Digest) -> (LocalSide, Vec<Finding>) {
        let parsed = parse_row(row, self.index);
        let content_hash = parsed.content_hash;
        (LocalSide { content: parsed.content, content_hash, row_digest }, parsed.findings)
    }

    /// Whether a document is on the platform. Absence counts only when a direct read confirms it,
    /// and a read that shows what was there before our own last write is no evidence.
    async fn presence(
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
            return Ok(Presence::Absent);
        }
        if seen.as_ref().is_some_and(|definition| !self.is_stale(definition, detail)) {
            return Ok(Presence::from(seen));
        }
        if seen.is_none() && !self.within_lag(detail) {
            return self.read_now(&binding.remote_id).await.map(Presence::from);
        }
        match self.read_now(&binding.remote_id).await? {
            Some(definition) if !self.is_stale(&definition, detail) => {
                Ok(Presence::Here(definition))
            }
            _ => Ok(Presence::Stale),
        }
    }

    async fn read_now(&self, id: &RemoteId) -> Result<Option<Arc<RemoteDefinition>>, SyncError> {
        let read = self.search.platform.adapter.read(id, self.search.cancel).await;
        read.map(|definition| definition.map(Arc::new))
            .map_err(|error| adapter_failure(error, "read").of(id.key()))
    }

    /// Our own last write may not be visible yet.
    fn within_lag(&self, detail: Option<&StateDetail>) -> bool {
        let lag = self.search.platform.dialect.capabilities().read_lag;
        detail.and_then(|detail| detail.last_write.as_ref()).is_some_and(|(at, _)| {
            let age = self.engine.ports.clock.now().saturating_sub(*at);
            age < i64::try_from(lag.as_millis()).unwrap_or(i64::MAX)
        })
    }

    /// The definition is still what our own last write changed, and may be so for some time.
    fn is_stale(&self, definition: &RemoteDefinition, detail: Option<&StateDetail>) -> bool {
        let Some(detail) = detail else { return false };
        if !self.within_lag(Some(detail)) || detail.row.remote_digest == Some(definition.digest()) {
            return false;
        }
        if is_older(&definition.revision, &detail.revision) {
            return true;
        }
        let Some((_, before)) = &detail.last_write else { return false };
        let view = self.search.platform.dialect.normalize(definition);
        view.is_ok_and(|view| view.digest() == *before)
    }

    /// What is on the platform and in nobody's studio.
    fn collect_new(
        &self,
        found: &mut Scoped,
        states: &[StateRow],
        bindings: &Bindings,
        claims: &[Claim],
    ) {
        let mut taken: BTreeSet<&RemoteId> = bindings.bound.values().collect();
        taken.extend(bindings.new.values().map(|binding| &binding.remote_id));
        taken.extend(states.iter().filter_map(|state| state.remote_id.as_ref()));
        taken.extend(claims.iter().map(|claim| &claim.remote_id));
        found.remote_new = self
            .remotes
            .open()
            .filter(|definition| !taken.contains(&definition.id))
            .cloned()
            .collect();
    }
}

/// Whether a revision is known to be from before another.
fn is_older(seen: &Revision, known: &Revision) -> bool {
    let time = |revision: &Revision| revision.modified.as_ref()?.parse::<jiff::Timestamp>().ok();
    matches!((time(seen), time(known)), (Some(seen), Some(known)) if seen < known)
}

/// A document to be looked at.
struct Visit {
    entity: Entity,
    /// For a type that a field of another needs: what it is.
    part: Option<ContentType>,
}

/// Which document is which on the platform, and how that is known.
struct Bindings {
    bound: BTreeMap<Entity, RemoteId>,
    new: BTreeMap<Entity, TypeBinding>,
    /// Documents by the id under which the state knows them.
    rebound: BTreeMap<Entity, Entity>,
}

impl Bindings {
    /// Under which id the state knows a document.
    fn stored_as(&self, entity: &Entity) -> Entity {
        match self.new.get(entity).map(|binding| &binding.origin) {
            Some(Origin::Rebound(old)) => old.clone(),
            _ => entity.clone(),
        }
    }

    /// The state refers to documents by the row ids that they had.
    fn in_new_terms(&self, mut detail: StateDetail) -> StateDetail {
        for (old, new) in &self.rebound {
            let (old, new) = (token(old), token(new));
            // An id ends with the text, or with the slash before a field, escaped in a path.
            for end in ["\"", "/", "~1"] {
                detail.base = detail.base.replace(&format!("{old}{end}"), &format!("{new}{end}"));
            }
        }
        detail
    }
}

/// Whether a document is on the platform.
enum Presence {
    Here(Arc<RemoteDefinition>),
    Absent,
    Stale,
}

impl From<Option<Arc<RemoteDefinition>>> for Presence {
    fn from(definition: Option<Arc<RemoteDefinition>>) -> Self {
        definition.map_or(Self::Absent, Self::Here)
    }
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
