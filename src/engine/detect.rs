//! Finds what moved: the studio's rows, the platform's listing and the state, joined.
//!
//! A document whose row and whose remote definition have the digests of the last look, and which was
//! settled then, is not looked at again: the cost of detecting is that of what changed, besides
//! reading both sides. Detecting writes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::digest::Digest;
use crate::error::{ErrorClass, SyncError};
use crate::model::{ContentType, Finding, TargetIndex};
use crate::port::{
    Claim, Entity, Held, Lease, Ownership, Record, RemoteDefinition, RemoteId, Scope, StateDetail,
    StateRow, TypeRow,
};

use super::absence::Gone;
use super::binding::{Evidence, Likeness, Origin, TypeBinding, Unbound, bind_types};
use super::bindings::Bindings;
use super::examine::{Examined, Glimpse, LocalSide, Status, Subject, examine};
use super::failure::store_failure;
use super::listing::{Expected, Freshness, Remotes, Sighting};
use super::locals::Locals;
use super::outcome::idle_record;
use super::parse::{content_hash, parse_head, parse_row};
use super::presence::Presence;
use super::references::References;
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
    /// What is kept of the documents that were looked at.
    pub keep: Keep,
    /// The scopes that the caller holds: in these, what both sides agree on is recorded as soon as it
    /// is seen and not kept.
    pub leases: &'s [Lease],
    /// A mass disappearance does not stop the search.
    pub tolerate_absence: bool,
    /// Stops between requests.
    pub cancel: &'s CancellationToken,
}

/// What a search keeps of a document once it is known what became of it. Definitions, views and
/// movements take many times the room of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Everything of every document.
    All,
    /// Everything of what is not the same on both sides, or has something to tell.
    Changes,
    /// What became of each.
    Counts,
}

impl Keep {
    fn keeps(self, one: &Examined) -> bool {
        match self {
            Self::All => true,
            Self::Changes => {
                one.status != Status::Same || one.refers || !one.subject.findings.is_empty()
            }
            Self::Counts => false,
        }
    }
}

/// A document that was not looked at.
#[derive(Debug, Clone)]
pub(super) struct Unseen {
    /// Its key on the platform.
    pub key: String,
    /// Its row id.
    pub id: String,
}

/// What was found in one scope.
pub(super) struct Scoped {
    /// The scope.
    pub scope: Scope,
    /// Documents that were not looked at, because nothing moved.
    pub settled: Vec<Unseen>,
    /// Which document is which on the platform.
    pub references: References,
    /// Everything looked at and kept.
    pub examined: Vec<Examined>,
    /// Everything looked at and not kept.
    pub glimpsed: Vec<Glimpse>,
    /// What is to be recorded of the documents not kept.
    agreed: Vec<Record>,
    /// Documents on the platform that nobody in the studio has, by key.
    pub remote_new: Vec<Arc<RemoteDefinition>>,
    /// Documents whose state is of no use any more: gone on both sides, or another website's.
    pub vanished: Vec<Entity>,
    /// Documents that still show what was there before our own last write.
    pub stale: Vec<Unseen>,
}

impl Scoped {
    /// The keys of every document of the studio that was found on the platform or belongs there.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let unseen = self.settled.iter().chain(&self.stale).map(|one| &*one.key);
        let seen = self.examined.iter().map(|one| &*one.key);
        unseen.chain(seen).chain(self.glimpsed.iter().map(|one| &*one.key))
    }
}

/// What was found.
pub(super) struct Detection {
    /// The listing was read to its end.
    pub complete: bool,
    /// What of the listing could not be read.
    pub findings: Vec<Finding>,
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

        let index = locals.target_index();
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
        Ok(Detection { complete: remotes.complete, findings: remotes.findings, scopes })
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
pub(super) fn root_id(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

/// One pass over a scope.
pub(super) struct Pass<'p> {
    pub engine: &'p Engine,
    pub search: &'p Search<'p>,
    pub locals: &'p Locals,
    pub index: &'p TargetIndex,
    pub remotes: &'p Remotes,
}

impl Pass<'_> {
    async fn scope(
        &self,
        known: Known,
        claims: &[Claim],
        expected: &HashMap<RemoteId, Expected>,
    ) -> Result<(Scoped, Vec<Claim>), SyncError> {
        let Known { scope, states } = known;
        let mut found = Scoped {
            scope,
            settled: Vec::new(),
            references: References::default(),
            examined: Vec::new(),
            glimpsed: Vec::new(),
            agreed: Vec::new(),
            remote_new: Vec::new(),
            vanished: Vec::new(),
            stale: Vec::new(),
        };
        let mut bindings = Bindings::default();
        let mut orphans = Vec::new();
        let mut of_root: HashMap<&str, Vec<&StateRow>> = HashMap::new();
        for state in &states {
            let Some(id) = &state.remote_id else { continue };
            let root = root_id(&state.entity.id);
            let row = self.locals.row(root);
            if row.is_some_and(|(row, _)| row.website_id == found.scope.website_id) {
                bindings.bound.insert(state.entity.clone(), id.clone());
                of_root.entry(root).or_default().push(state);
            } else {
                // Others may still refer to it; what lives has the last word on a key.
                found.references.bind(&state.entity, &id.key());
                orphans.push(state);
            }
        }
        for (entity, id) in &bindings.bound {
            found.references.bind(entity, &id.key());
        }

        // What nothing happened to is left alone, a type together with its parts.
        let mut roots = Vec::new();
        for (row, _) in self.locals.of_website(&found.scope.website_id) {
            match of_root.get(&*row.id).filter(|states| self.are_settled(states, expected)) {
                Some(states) => found.settled.extend(states.iter().map(|state| Unseen {
                    key: state.type_key.clone(),
                    id: state.entity.id.clone(),
                })),
                None => roots.push(row),
            }
        }

        self.bind_roots(&roots, &mut found.references, &mut bindings, &orphans, claims);
        self.check_absence(&found.scope, &states, &bindings).await?;

        let mut queue: Vec<Entity> =
            roots.iter().map(|row| Entity::content_type(row.id.clone())).collect();
        let Gone { deleted, released } = self.sort_gone(&found.scope, &orphans, &bindings, claims);
        queue.extend(deleted);
        found.vanished.extend(released);
        let visits = queue.into_iter().map(|entity| Visit { entity, part: None }).collect();
        let parts = self.walk(&mut found, visits, &bindings).await?;
        self.walk_parts(&mut found, parts, &mut bindings, &orphans, claims).await?;
        self.collect_new(&mut found, &states, &bindings, claims);
        let held = bindings.new.into_iter().filter(|(_, binding)| binding.holds());
        let claims_now = held
            .map(|(entity, binding)| Claim {
                website_id: found.scope.website_id.clone(),
                entity,
                remote_id: binding.remote_id,
            })
            .collect();
        Ok((found, claims_now))
    }

    /// Whether a type and its parts are all as at the last look.
    fn are_settled(&self, states: &[&StateRow], expected: &HashMap<RemoteId, Expected>) -> bool {
        states.iter().filter_map(|state| state.remote_id.as_ref()).all(|id| {
            expected.get(id).is_some_and(|known| known.settles)
                && matches!(self.remotes.seen.get(id), Some(Sighting::Same))
        })
    }

    /// Binds the types that the state does not know, and recognises the types that belong to their
    /// fields, so that owners are compared with these in place. Of those that are not there yet it is
    /// not known whether any owner needs them.
    fn bind_roots(
        &self,
        roots: &[&TypeRow],
        references: &mut References,
        bindings: &mut Bindings,
        orphans: &[&StateRow],
        claims: &[Claim],
    ) {
        let mut unbound = Vec::new();
        let mut parts = Vec::new();
        for row in roots {
            let entity = Entity::content_type(row.id.clone());
            if !bindings.bound.contains_key(&entity) {
                let mut content = parse_head(row, self.index);
                let own = self.search.platform.dialect.parts(&content, &Held::default());
                parts.extend(own.into_iter().map(Unbound::part));
                content.fields = Vec::new();
                unbound.push(Unbound { entity, content });
            }
        }
        unbound.append(&mut parts);
        for (entity, binding) in self.bind_all(&unbound, &bindings.bound, orphans, claims) {
            let is_there = binding.holds() && binding.origin != Origin::New;
            if is_there || !entity.id.contains('/') {
                bindings.take(entity, binding, references);
            }
        }
    }

    /// Binds documents beside those whose identities are known.
    pub(super) fn bind_all(
        &self,
        unbound: &[Unbound],
        known: &BTreeMap<Entity, RemoteId>,
        orphans: &[&StateRow],
        claims: &[Claim],
    ) -> BTreeMap<Entity, TypeBinding> {
        bind_types(
            unbound,
            &Evidence {
                known,
                orphans,
                claims,
                remotes: self.remotes,
                dialect: &*self.search.platform.dialect,
                same: &|pairs, found| self.same(pairs, known, found),
                name: &|entity| {
                    let row = self.locals.row(root_id(&entity.id));
                    row.map_or_else(|| entity.id.clone(), |(row, _)| row.name.clone())
                },
            },
        )
    }

    /// Keeps the pairs that look the same in every atom. They may refer to each other, so all of
    /// them are supposed to hold until one turns out not to.
    fn same<'l>(
        &self,
        mut pairs: Vec<Likeness<'l>>,
        known: &BTreeMap<Entity, RemoteId>,
        found: &BTreeMap<Entity, String>,
    ) -> Vec<Likeness<'l>> {
        while !pairs.is_empty() {
            let mut references = References::default();
            for (entity, id) in known {
                references.bind(entity, &id.key());
            }
            for (entity, key) in found {
                references.bind(entity, key);
            }
            for pair in &pairs {
                references.bind(&pair.unbound.entity, &pair.definition.id.key());
            }
            let before = pairs.len();
            pairs.retain(|pair| self.looks_same(pair, &references));
            if pairs.len() == before {
                break;
            }
        }
        pairs
    }

    /// Whether a type would look on the platform as a definition there does.
    fn looks_same(&self, pair: &Likeness<'_>, references: &References) -> bool {
        let Likeness { unbound, definition } = pair;
        let Some((row, digest)) = self.locals.row(root_id(&unbound.entity.id)) else {
            return false;
        };
        let (local, findings) = if row.id == unbound.entity.id {
            self.local_side(row, digest)
        } else {
            part_side(unbound.content.clone(), digest)
        };
        let subject = Subject {
            entity: unbound.entity.clone(),
            website_id: row.website_id.clone(),
            remote_id: definition.id.clone(),
            origin: Origin::Adopted,
            local: Some(local),
            remote: Some(Arc::new((*definition).clone())),
            detail: None,
            findings,
        };
        examine(subject, references, &*self.search.platform.dialect).status == Status::Same
    }

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
        let remote = match self.presence(&binding, detail.as_ref()).await {
            Ok(Presence::Here(definition)) => Some(definition),
            Ok(Presence::Absent) => None,
            Ok(Presence::Stale) => {
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
        if let Some(side) = &mut examined.subject.local {
            side.row_digest = view_digest(side.row_digest, examined.refers, self.locals);
        }
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
            found.agreed.extend(idle_record(&examined, &found.scope, dialect, now));
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

    fn local_side(&self, row: &TypeRow, row_digest: Digest) -> (LocalSide, Vec<Finding>) {
        let parsed = parse_row(row, self.index);
        (LocalSide { content: parsed.content, content_hash: None, row_digest }, parsed.findings)
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

/// A document to be looked at.
pub(super) struct Visit {
    /// Which one.
    pub entity: Entity,
    /// For a type that a field of another needs: what it is.
    pub part: Option<ContentType>,
}

/// The studio's side of a type that a field of another needs.
fn part_side(content: ContentType, row_digest: Digest) -> (LocalSide, Vec<Finding>) {
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
