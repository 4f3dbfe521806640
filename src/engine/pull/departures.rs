//! Types that are gone from the platform, deleted in the studio.
//!
//! No row refers to a type that is not there. A type goes if all that refer to it go as well, and then
//! after them; types that refer to each other go together, or none of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::SyncError;
use crate::model::Field;
use crate::plan::{Dependency, order};

use super::Trip;
use crate::engine::detect::Scoped;
use crate::engine::home::{HomeStep, Source};
use crate::engine::parse::parse_row;

/// The types that a trip deletes.
#[derive(Default)]
pub(super) struct Departures {
    /// Ids of the rows that go or are gone.
    going: BTreeSet<String>,
    /// Ids of the rows that were to go and do not, with one that refers to each.
    held: BTreeMap<String, String>,
    /// Ids of the rows that refer to a row, by its id.
    referrers: BTreeMap<String, BTreeSet<String>>,
}

impl Departures {
    /// A row that refers to another one and stays. Of a circle, the row that the circle stays for.
    pub fn holder(&self, id: &str) -> Option<&String> {
        let stays = |own: &&String| !self.going.contains(*own);
        self.held.get(id).or_else(|| self.referrers.get(id)?.iter().find(stays))
    }

    /// A row stays after all.
    pub fn stay(&mut self, id: &str) {
        self.going.remove(id);
    }

    /// Has stay what those refer to that stay.
    fn settle(&mut self) {
        loop {
            let held = |id: &String| Some((id.clone(), self.holder(id)?.clone()));
            let held: Vec<(String, String)> = self.going.iter().filter_map(held).collect();
            if held.is_empty() {
                return;
            }
            for (id, holder) in held {
                self.going.remove(&id);
                self.held.insert(id, holder);
            }
        }
    }
}

impl Trip<'_> {
    /// Looks at who refers to types that are to be deleted, and puts these in their order.
    pub(super) async fn depart<'s>(
        &mut self,
        steps: &'s [HomeStep],
    ) -> Result<Vec<&'s HomeStep>, SyncError> {
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        self.refresh().await?;
        let scoped = self.scoped;
        let ids: Vec<&str> = steps.iter().map(|step| id_of(scoped, step)).collect();
        self.departures.going = ids.iter().map(|&id| id.to_owned()).collect();
        self.departures.referrers = self.referrers();
        self.departures.settle();
        let mut first: Vec<Dependency> = Vec::new();
        let places: BTreeMap<&str, usize> =
            ids.iter().enumerate().map(|(at, &id)| (id, at)).collect();
        for (from, id) in ids.iter().enumerate() {
            let referrers = self.departures.referrers.get(*id).into_iter().flatten();
            let places = referrers.filter_map(|own| places.get(&**own));
            first.extend(places.map(|&to| Dependency { from, to }));
        }
        let sequence = order(ids.len(), &first).sequence.into_iter();
        Ok(sequence.filter_map(|at| steps.get(at)).collect())
    }

    /// Who refers to whom among the rows of the website; a row to itself is nobody's concern.
    fn referrers(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut referrers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (row, _) in self.locals.of_website(&self.scoped.scope.website_id) {
            let mut targets = BTreeSet::new();
            collect(parse_row(row, &self.targets).content.fields, &mut targets);
            targets.remove(&row.id);
            for target in targets {
                referrers.entry(target).or_default().insert(row.id.clone());
            }
        }
        referrers
    }
}

fn id_of<'s>(scoped: &'s Scoped, step: &HomeStep) -> &'s str {
    let one = match step.of {
        Source::Known(at) => scoped.examined.get(at),
        Source::New(_) => None,
    };
    one.map_or("", |one| &one.subject.entity.id)
}

/// What fields refer to, and those inside them.
fn collect(fields: Vec<Field>, targets: &mut BTreeSet<String>) {
    for field in fields {
        targets.extend(field.targets);
        collect(field.fields, targets);
    }
}
