//! Which document of a scope is which on the platform, and how that is known.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::map_of;
use crate::port::{Entity, RemoteId, StateRow};

use super::binding::{Origin, TypeBinding};
use super::detect::root_id;
use super::references::References;

/// All bindings of a scope.
#[derive(Default)]
pub(super) struct Bindings {
    /// Of documents that the state knows and that still exist.
    pub bound: BTreeMap<Entity, RemoteId>,
    /// Of documents that the state does not know.
    pub new: BTreeMap<Entity, TypeBinding>,
    /// Documents by the ids of the rows that are gone, under which the state knows them.
    pub rebound: BTreeMap<Entity, Entity>,
    /// Keys of what we deleted on the platform so lately that it may still be shown.
    pub deleted: BTreeSet<String>,
}

impl Bindings {
    /// Takes a new binding over. One that was refused stands for nothing in references.
    pub fn take(&mut self, entity: Entity, binding: TypeBinding, references: &mut References) {
        if binding.holds() {
            references.bind(&entity, &binding.remote_id.key());
            if let Origin::Rebound(old) = &binding.origin {
                references.rename(old, &entity);
                self.rebound.insert(old.clone(), entity.clone());
            }
        }
        self.new.insert(entity, binding);
    }

    /// Whether a document is bound already.
    pub fn knows(&self, entity: &Entity) -> bool {
        self.bound.contains_key(entity) || self.new.contains_key(entity)
    }

    /// Every identity that is taken, with its document.
    pub fn taken(&self) -> BTreeMap<Entity, RemoteId> {
        let bound = self.bound.iter().map(|(entity, id)| (entity.clone(), id.clone()));
        let new = self.new.iter().filter(|(_, binding)| binding.holds());
        map_of(
            bound.chain(new.map(|(entity, binding)| (entity.clone(), binding.remote_id.clone()))),
        )
    }

    /// The documents without a row whose place nobody took yet.
    pub fn open<'s>(&self, orphans: &[&'s StateRow]) -> Vec<&'s StateRow> {
        orphans.iter().copied().filter(|state| !self.rebound.contains_key(&state.entity)).collect()
    }

    /// Whether another row took the place of the one that a document belonged to.
    pub fn took_over(&self, entity: &Entity) -> bool {
        self.rebound.contains_key(&Entity::content_type(root_id(&entity.id)))
    }

    /// Row id of a document, by the row that took its place if one did.
    pub fn root_now(&self, entity: &Entity) -> String {
        let root = Entity::content_type(root_id(&entity.id));
        self.rebound.get(&root).unwrap_or(&root).id.clone()
    }

    /// Under which id the state knows a document.
    pub fn stored_as(&self, entity: &Entity) -> Entity {
        match self.new.get(entity).map(|binding| &binding.origin) {
            Some(Origin::Rebound(old)) => old.clone(),
            _ => entity.clone(),
        }
    }
}
