//! Types that only the platform has, made in the studio.
//!
//! No row refers to a type that is not there. Of types that refer to each other, the first is made
//! without what refers to the others, and completed once they are there, as a push does it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::canonical::Path;
use crate::error::SyncError;
use crate::model::TargetIndex;
use crate::port::{Entity, RemoteDefinition};

use super::{Carried, Trip};
use crate::engine::examine::Examined;
use crate::engine::failure::store_failure;
use crate::engine::home::{HomePlan, Source};
use crate::engine::references::awaits;
use crate::engine::report::Outcome;

/// The types that a trip makes.
#[derive(Default)]
pub(super) struct Newcomers {
    /// Their row ids, by position in [`Scoped::remote_new`](super::Scoped::remote_new).
    ids: BTreeMap<usize, String>,
    /// Their positions, by key.
    places: BTreeMap<String, usize>,
    /// Those that are there, or are being made.
    there: BTreeSet<usize>,
    /// Those that still are to be made.
    to_come: BTreeSet<usize>,
    /// Those that were made before what they refer to, in their order.
    incomplete: Vec<usize>,
}

impl Trip<'_> {
    /// Gives types that are to be made their ids.
    pub(super) fn name_newcomers(&mut self, plan: &HomePlan) {
        for step in &plan.steps {
            let Source::New(at) = step.of else { continue };
            let id = self.engine.new_row_id();
            self.newcomers.ids.insert(at, id);
            self.newcomers.to_come.insert(at);
            if let Some(definition) = self.scoped.remote_new.get(at) {
                self.newcomers.places.insert(definition.id.key(), at);
            }
        }
        self.know_newcomers();
    }

    /// Makes one.
    pub(super) async fn welcome(
        &mut self,
        at: usize,
        outcome: Outcome,
    ) -> Result<Carried, SyncError> {
        self.newcomers.to_come.remove(&at);
        self.newcomers.there.insert(at);
        self.know(at);
        let Some(one) = self.newcomer(at) else { return Ok((outcome, None)) };
        let draft = self.home().draft_new(&one).await;
        let made = match draft {
            Ok(draft) => self.make(&one, draft, outcome).await,
            Err(error) => Err(error),
        };
        if made.is_err() {
            // Nothing may refer to what was not made.
            self.newcomers.there.remove(&at);
            self.know_newcomers();
        } else if self.awaits_more(&one) {
            self.newcomers.incomplete.push(at);
        }
        made
    }

    /// Whether a type was made before what it refers to.
    pub(super) fn is_incomplete(&self, source: Source) -> bool {
        matches!(source, Source::New(at) if self.newcomers.incomplete.contains(&at))
    }

    /// Says in the types that were made first what refers to those that came after. Returns what became
    /// of each; `first` is what was told of it when it was made.
    pub(super) async fn complete(
        &mut self,
        source: Source,
        first: Outcome,
    ) -> Result<Carried, SyncError> {
        let Source::New(at) = source else { return Ok((first, None)) };
        let Some(mut one) = self.newcomer(at) else { return Ok((first, None)) };
        let entity = one.subject.entity.clone();
        let store = &self.engine.ports.store;
        let known = store.details(&self.scoped.scope, vec![entity.clone()]).await;
        one.subject.detail = known.map_err(store_failure)?.remove(&entity);
        let dropped = first.dropped.clone();
        let (mut outcome, draft) = self.update(&one, first).await?;
        if let Some(draft) = &draft {
            let is_said = |path: &String| {
                let path = Path::parse(path);
                path.is_some_and(|path| one.remote.get(&path) == draft.after.local.get(&path))
            };
            let unsaid = dropped.into_iter().filter(|path| !is_said(path));
            let unsaid: BTreeSet<String> = unsaid.chain(outcome.dropped).collect();
            outcome.dropped = unsaid.into_iter().collect();
        }
        Ok((outcome, draft))
    }

    /// The names by which rows refer to types, with those that were made.
    pub(super) fn index(&self) -> TargetIndex {
        let website_id = &*self.scoped.scope.website_id;
        let known = self.locals.rows.types.iter();
        let known = known.map(|row| (&*row.website_id, &*row.id, row.key.as_deref(), &*row.name));
        let there = self.newcomers.there.iter().filter_map(|at| self.newcomers.ids.get(at));
        let new = there.filter(|id| self.locals.row(id).is_none());
        TargetIndex::new(known.chain(new.map(|id| (website_id, &**id, None, &**id))))
    }

    /// Lets those that are there be referred to, and no others.
    fn know_newcomers(&mut self) {
        self.references = self.scoped.references.clone();
        let there: Vec<usize> = self.newcomers.there.iter().copied().collect();
        for at in there {
            self.bind(at);
        }
        self.targets = self.index();
    }

    /// Lets one more be referred to.
    fn know(&mut self, at: usize) {
        self.bind(at);
        if let Some(id) = self.newcomers.ids.get(&at).filter(|id| self.locals.row(id).is_none()) {
            self.targets.insert(&self.scoped.scope.website_id, id, None, id);
        }
    }

    fn bind(&mut self, at: usize) {
        if let (Some(definition), Some(id)) =
            (self.scoped.remote_new.get(at), self.newcomers.ids.get(&at))
        {
            self.references.bind(&Entity::content_type(id.clone()), &definition.id.key());
        }
    }

    fn definition(&self, at: usize) -> Option<&Arc<RemoteDefinition>> {
        self.scoped.remote_new.get(at)
    }

    fn newcomer(&self, at: usize) -> Option<Examined> {
        let id = self.newcomers.ids.get(&at)?;
        Some(self.home().newcomer(self.definition(at)?, id))
    }

    /// Whether a document refers to any that is still to be made.
    fn awaits_more(&self, one: &Examined) -> bool {
        let shape = self.platform.dialect.capabilities().shape;
        let Newcomers { places, to_come, .. } = &self.newcomers;
        let is_to_come = |key: &str| places.get(key).is_some_and(|at| to_come.contains(at));
        awaits(&one.remote, &shape, &is_to_come)
    }
}
