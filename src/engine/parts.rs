//! Types that fields of others need beside them: owned by these, and gone with them.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::SyncError;
use crate::model::ContentType;
use crate::port::{Claim, Entity, Held, StateRow};

use super::binding::{Origin, TypeBinding, Unbound};
use super::bindings::Bindings;
use super::detect::{Pass, Scoped, Visit};
use super::examine::Status;
use super::parse::parse_row;
use super::references::References;

impl Pass<'_> {
    /// Recognises the parts of types that the state does not know, so that their owners are compared
    /// with them in place. A part that is not there yet is none of the platform's business until its
    /// owner turns out to need it.
    pub(super) fn recognise_parts(
        &self,
        references: &mut References,
        bindings: &mut Bindings,
        orphans: &[&StateRow],
        claims: &[Claim],
    ) {
        let owners = bindings.new.iter().filter(|(_, binding)| {
            binding.holds() && matches!(binding.origin, Origin::Adopted | Origin::Rebound(_))
        });
        let parts: Vec<Unbound> = owners
            .filter_map(|(entity, _)| self.locals.row(&entity.id))
            .flat_map(|(row, _)| {
                let content = parse_row(row, self.index).content;
                self.search.platform.dialect.parts(&content, &Held::default())
            })
            .map(unbound)
            .collect();
        let found = self.bind(&parts, bindings, orphans, claims).into_iter();
        let there = found.filter(|(_, one)| one.holds() && one.origin != Origin::New);
        take(there, references, bindings);
    }

    /// Looks at the parts of the examined types, and at those that no field needs any more.
    pub(super) async fn walk_parts(
        &self,
        found: &mut Scoped,
        bindings: &mut Bindings,
        orphans: &[&StateRow],
        claims: &[Claim],
    ) -> Result<(), SyncError> {
        let mut seen: BTreeSet<Entity> = BTreeSet::new();
        let mut from = 0;
        while from < found.examined.len() {
            // What a type that cannot be read needs is not known.
            let readable = found.examined.iter().skip(from).filter(|one| is_readable(one.status));
            let parts: Vec<ContentType> = readable
                .flat_map(|one| one.parts.iter().cloned())
                .filter(|part| seen.insert(Entity::content_type(part.id.clone())))
                .collect();
            from = found.examined.len();
            let unknown: Vec<Unbound> = parts
                .iter()
                .filter(|part| !bindings.knows(&Entity::content_type(part.id.clone())))
                .cloned()
                .map(unbound)
                .collect();
            let new = self.bind(&unknown, bindings, orphans, claims);
            take(new.into_iter(), &mut found.references, bindings);
            let visits = parts.into_iter().map(|part| Visit {
                entity: Entity::content_type(part.id.clone()),
                part: Some(part),
            });
            self.walk(found, visits.collect(), bindings).await?;
        }
        let owners: BTreeSet<&str> = found
            .examined
            .iter()
            .filter(|one| is_readable(one.status) && one.subject.local.is_some())
            .map(|one| &*one.subject.entity.id)
            .collect();
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
        self.walk(found, dropped, bindings).await
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

fn unbound(part: ContentType) -> Unbound {
    Unbound { entity: Entity::content_type(part.id.clone()), content: part }
}

fn is_readable(status: Status) -> bool {
    status != Status::Failed
}

/// Takes over what was bound.
fn take(
    new: impl Iterator<Item = (Entity, TypeBinding)>,
    references: &mut References,
    bindings: &mut Bindings,
) {
    for (entity, binding) in new {
        bindings.take(entity, binding, references);
    }
}
