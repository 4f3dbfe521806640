//! Types that fields of others need beside them: owned by these, and gone with them.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::SyncError;
use crate::model::ContentType;
use crate::port::{Claim, Entity, StateRow};

use super::binding::{TypeBinding, Unbound};
use super::bindings::Bindings;
use super::detect::{Pass, Scoped};
use super::examine::Status;
use super::walk::Visit;

impl Pass<'_> {
    /// Looks at the parts that fields need, and at those that no field needs any more.
    pub(super) async fn walk_parts(
        &self,
        found: &mut Scoped,
        mut parts: Vec<ContentType>,
        bindings: &mut Bindings,
        orphans: &[&StateRow],
        claims: &[Claim],
    ) -> Result<(), SyncError> {
        let mut seen: BTreeSet<Entity> = BTreeSet::new();
        while !parts.is_empty() {
            parts.retain(|part| seen.insert(Entity::content_type(part.id.clone())));
            let unknown: Vec<Unbound> = parts
                .iter()
                .filter(|part| !bindings.knows(&Entity::content_type(part.id.clone())))
                .cloned()
                .map(Unbound::part)
                .collect();
            let new = self.bind(&unknown, bindings, orphans, claims);
            for (entity, binding) in new {
                bindings.take(entity, binding, &mut found.references);
            }
            let visits = parts.into_iter().map(|part| Visit {
                entity: Entity::content_type(part.id.clone()),
                part: Some(part),
            });
            parts = self.walk(found, visits.collect(), bindings).await?;
        }
        let kept = found.examined.iter().filter(|one| one.subject.local.is_some());
        let kept = kept.map(|one| (one.status, &*one.subject.entity.id));
        let glimpsed = found.glimpsed.iter().filter(|one| one.is_local);
        let glimpsed = glimpsed.map(|one| (one.status, &*one.entity.id));
        let readable = kept.chain(glimpsed).filter(|(status, _)| *status != Status::Failed);
        let owners: BTreeSet<&str> = readable.map(|(_, id)| id).collect();
        let known = bindings.bound.keys().chain(
            orphans
                .iter()
                .map(|state| &state.entity)
                .filter(|entity| !bindings.rebound.contains_key(*entity)),
        );
        let dropped = known
            .filter(|entity| entity.id.contains('/') && !seen.contains(entity))
            .filter(|entity| owners.contains(&*bindings.root_now(entity)))
            .map(|entity| Visit { entity: entity.clone(), part: None })
            .collect();
        self.walk(found, dropped, bindings).await.map(drop)
    }

    fn bind(
        &self,
        parts: &[Unbound],
        bindings: &Bindings,
        orphans: &[&StateRow],
        claims: &[Claim],
    ) -> BTreeMap<Entity, TypeBinding> {
        if parts.is_empty() {
            return BTreeMap::new();
        }
        self.bind_all(parts, &bindings.taken(), &bindings.open(orphans), claims)
    }
}
