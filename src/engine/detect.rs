//! Finds what moved: the studio's rows, the platform's listing and the state, joined.
//!
//! A document whose row and whose remote definition have the digests of the last look, and which was
//! settled then, is not looked at again: the cost of detecting is that of what changed, besides
//! reading both sides. Looking writes nothing; a deployment has what both sides agree on recorded as
//! it is seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::digest::Digest;
use crate::error::SyncError;
use crate::model::TargetIndex;
use crate::port::{Claim, Entity, Held, Lease, RemoteId, Scope, StateRow, TypeRow};

use super::absence::Gone;
use super::binding::{Evidence, Likeness, Origin, TypeBinding, Unbound, bind_types};
use super::bindings::Bindings;
pub(super) use super::detection::{Detection, Keep, Scoped, Unseen};
use super::examine::{Status, Subject, examine};
use super::failure::store_failure;
use super::listing::{Expected, Freshness, Remotes, Sighting};
use super::locals::Locals;
use super::parse::parse_head;
use super::references::References;
use super::walk::{Visit, part_side};
use super::{Engine, Platform, Ports};

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
    pub keep: Keep<'s>,
    /// The scopes that the caller holds: in these, what both sides agree on is recorded as soon as it
    /// is seen and not kept.
    pub leases: &'s [Lease],
    /// A mass disappearance does not stop the search.
    pub tolerate_absence: bool,
    /// Stops between requests.
    pub cancel: &'s CancellationToken,
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
        let among_names = made_with(&fingerprint, Some(locals.context));
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
                let means = if state.refers { &among_names } else { &fingerprint };
                let row = locals.row(root_id(&state.entity.id));
                let settles = !search.everything
                    && !search.keep.asks_for(id, state.refers)
                    && state.settled
                    && state.dialect == *means
                    && row.is_some_and(|(_, row_digest)| state.row_digest == Some(row_digest));
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
            let pass = Pass { engine: self, search, locals, index, remotes: &remotes };
            let found = pass.scope(known, &claims, &expected).await?;
            claimed_now.extend(found.1);
            scopes.push(found.0);
        }
        Ok(Detection { complete: remotes.complete, findings: remotes.findings, scopes })
    }
}

/// What a view is made with, besides its row: the dialect, and where it refers to other documents
/// their names.
pub(super) fn made_with(fingerprint: &str, context: Option<Digest>) -> String {
    context.map_or_else(|| fingerprint.to_owned(), |names| format!("{fingerprint} {names}"))
}

/// Row id of a document: a part's id is its owner's, a slash, and the field.
pub(super) fn root_id(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

/// What we deleted a moment ago may still be shown, and is not new.
fn set_aside_deleted(found: &mut Scoped, bindings: &Bindings) {
    let (stale, new): (Vec<_>, Vec<_>) = std::mem::take(&mut found.remote_new)
        .into_iter()
        .partition(|definition| bindings.deleted.contains(&definition.id.key()));
    found.remote_new = new;
    let keys = stale.iter().map(|definition| definition.id.key());
    found.stale.extend(keys.map(|key| Unseen { id: key.clone(), key }));
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
            held_elsewhere: BTreeMap::new(),
            vanished: Vec::new(),
            stale: Vec::new(),
            findings: Vec::new(),
        };
        let deleted = self.deleted_lately(&found.scope).await?;
        let mut bindings = Bindings { deleted, ..Bindings::default() };
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
        found.findings.extend(self.check_absence(&found.scope, &states, &bindings).await?);

        let mut queue: Vec<Entity> =
            roots.iter().map(|row| Entity::content_type(row.id.clone())).collect();
        let Gone { deleted, released } = self.sort_gone(&found.scope, &orphans, &bindings, claims);
        queue.extend(deleted);
        found.vanished.extend(released);
        let visits = queue.into_iter().map(|entity| Visit { entity, part: None }).collect();
        let parts = self.walk(&mut found, visits, &bindings).await?;
        self.walk_parts(&mut found, parts, &mut bindings, &orphans, claims).await?;
        self.collect_new(&mut found, &states, &bindings, claims);
        set_aside_deleted(&mut found, &bindings);
        found.held_elsewhere = self.held_elsewhere(&found);
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

    /// Keys of what we deleted on the platform so lately that it may still be shown.
    async fn deleted_lately(&self, scope: &Scope) -> Result<BTreeSet<String>, SyncError> {
        let asked_at = self.remotes.asked_at;
        let Some(since) = self.lag_began(asked_at) else { return Ok(BTreeSet::new()) };
        let Ports { store, clock, .. } = &self.engine.ports;
        let deleted = store.deleted_since(scope, since, clock.now()).await;
        Ok(deleted.map_err(store_failure)?.into_iter().collect())
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
