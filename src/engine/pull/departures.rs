//! Types that are gone from the platform, deleted in the studio: in their order, and those that nobody
//! who stays refers to.

use std::collections::BTreeMap;

use crate::error::SyncError;
use crate::plan::{Dependency, order};

use super::Trip;
use crate::engine::home::{Departures, HomeStep};

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
        let ids: Vec<&str> = steps.iter().map(|step| step.id(scoped)).collect();
        let rows = self.locals.of_website(&scoped.scope.website_id).map(|(row, _)| row);
        let going = ids.iter().map(|&id| id.to_owned()).collect();
        self.departures = Departures::among(going, rows, &self.targets);
        let mut first: Vec<Dependency> = Vec::new();
        let places: BTreeMap<&str, usize> =
            ids.iter().enumerate().map(|(at, &id)| (id, at)).collect();
        for (from, id) in ids.iter().enumerate() {
            let places = self.departures.referrers(id).filter_map(|own| places.get(&**own));
            first.extend(places.map(|&to| Dependency { from, to }));
        }
        let sequence = order(ids.len(), &first).sequence.into_iter();
        Ok(sequence.filter_map(|at| steps.get(at)).collect())
    }
}
