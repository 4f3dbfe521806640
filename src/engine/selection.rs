//! Which types a call is about.

use std::collections::BTreeSet;

use crate::error::{SyncError, no_type};

use super::detect::{Detection, Unseen, root_id};
use super::examine::{Examined, Glimpse};
use super::locals::Locals;

/// Which types a call is about.
pub(super) enum Selection {
    /// All of them: nothing was named.
    Everything,
    /// Those with these keys or ids.
    Named(BTreeSet<String>),
    /// The documents with these ids, and what only the platform has with these keys; none when there
    /// are none.
    Documents(BTreeSet<String>),
}

impl Selection {
    /// Checks that every key and id names a type. A type that is named brings those that belong to
    /// its fields.
    pub fn new(
        wanted: &[String],
        locals: &Locals,
        detection: &Detection,
    ) -> Result<Self, SyncError> {
        let (selection, unknown) = Self::read(wanted, locals, detection);
        unknown.into_iter().next().map_or(Ok(selection), |(_, error)| Err(error))
    }

    /// The same for a job that was begun before: a type that is not there any more, because the job
    /// itself deleted it for example, stops nobody. Returns the keys and ids of these, too.
    pub fn still(wanted: &[String], locals: &Locals, detection: &Detection) -> (Self, Vec<String>) {
        let (selection, unknown) = Self::read(wanted, locals, detection);
        (selection, unknown.into_iter().map(|(name, _)| name).collect())
    }

    fn read(
        wanted: &[String],
        locals: &Locals,
        detection: &Detection,
    ) -> (Self, Vec<(String, SyncError)>) {
        if wanted.is_empty() {
            return (Self::Everything, Vec::new());
        }
        let mut asked: BTreeSet<String> = wanted.iter().cloned().collect();
        let selection = Self::Named(asked.clone());
        let mut named: BTreeSet<&str> = BTreeSet::new();
        let mut owners = Vec::new();
        let rows = &locals.rows.types;
        named.extend(rows.iter().flat_map(|row| [Some(&*row.id), row.key.as_deref()]).flatten());
        for scoped in &detection.scopes {
            let unseen = scoped.settled.iter().chain(&scoped.stale);
            named.extend(unseen.flat_map(|one| [&*one.key, &*one.id]));
            for one in &scoped.examined {
                let id = &one.subject.entity.id;
                named.extend([&*one.key, id]);
                if !id.contains('/') && selection.includes(one) {
                    owners.push(id.clone());
                }
            }
            for one in &scoped.glimpsed {
                let id = &one.entity.id;
                named.extend([&*one.key, id]);
                if !id.contains('/') && selection.glimpses(one) {
                    owners.push(id.clone());
                }
            }
        }
        let foreign = detection.scopes.iter().flat_map(|scoped| &scoped.remote_new);
        let foreign: BTreeSet<String> = foreign.map(|definition| definition.id.key()).collect();
        let is_unknown =
            |name: &&String| !named.contains(name.as_str()) && !foreign.contains(name.as_str());
        let refused = |name: &String| {
            let known = named.iter().copied().chain(foreign.iter().map(String::as_str));
            (name.clone(), no_type(name, known))
        };
        let unknown = wanted.iter().filter(is_unknown).map(refused).collect();
        asked.extend(owners);
        (Self::Named(asked), unknown)
    }

    /// Whether a type is asked for.
    pub fn includes(&self, one: &Examined) -> bool {
        let local = one.subject.local.as_ref();
        let own = local.and_then(|side| side.content.key.as_deref());
        self.has_key(&one.key)
            || self.has_id(&one.subject.entity.id)
            || own.is_some_and(|key| self.has_key(key))
    }

    /// Whether a type that was not kept is asked for.
    pub fn glimpses(&self, one: &Glimpse) -> bool {
        let own = one.own_key.as_ref();
        self.has_key(&one.key)
            || self.has_id(&one.entity.id)
            || own.is_some_and(|key| self.has_key(key))
    }

    /// Whether a type that was not looked at is asked for.
    pub fn has(&self, one: &Unseen) -> bool {
        self.has_key(&one.key) || self.has_id(&one.id)
    }

    /// Whether a key of the platform is asked for.
    pub fn has_key(&self, key: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Named(names) => names.contains(key),
            Self::Documents(_) => false,
        }
    }

    /// Whether a key of the platform was named.
    pub fn names(&self, key: &str) -> bool {
        matches!(self, Self::Named(names) | Self::Documents(names) if names.contains(key))
    }

    fn has_id(&self, id: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Named(ids) | Self::Documents(ids) => {
                ids.contains(id) || ids.contains(root_id(id))
            }
        }
    }
}
