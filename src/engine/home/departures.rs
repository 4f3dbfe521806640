//! Rows of types that are gone from the platform, which are to go from the studio as well.
//!
//! No row refers to a type that is not there. A type goes if all that refer to it go as well, and then
//! after them; types that refer to each other go together, or none of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Field, TargetIndex};
use crate::port::TypeRow;

use crate::engine::parse::parse_row;

/// What becomes of rows that are to be deleted together. Rows are told by their ids.
#[derive(Default)]
pub(in crate::engine) struct Departures {
    /// Rows that go or are gone.
    going: BTreeSet<String>,
    /// Rows that were to go and do not, with one that refers to each.
    held: BTreeMap<String, String>,
    /// Who refers to a row.
    referrers: BTreeMap<String, BTreeSet<String>>,
}

impl Departures {
    /// What becomes of those to go, among all rows of a website.
    pub fn among<'r>(
        going: BTreeSet<String>,
        rows: impl Iterator<Item = &'r TypeRow>,
        targets: &TargetIndex,
    ) -> Self {
        let referrers = referrers(rows, targets);
        let mut departures = Self { going, held: BTreeMap::new(), referrers };
        departures.settle();
        departures
    }

    /// A row that refers to another one and stays. Of a circle, the row that the circle stays for.
    pub fn holder(&self, id: &str) -> Option<&String> {
        let stays = |own: &&String| !self.going.contains(*own);
        self.held.get(id).or_else(|| self.referrers.get(id)?.iter().find(stays))
    }

    /// Who refers to a row.
    pub fn referrers(&self, id: &str) -> impl Iterator<Item = &String> {
        self.referrers.get(id).into_iter().flatten()
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

/// Who refers to whom; a row to itself is nobody's concern.
fn referrers<'r>(
    rows: impl Iterator<Item = &'r TypeRow>,
    targets: &TargetIndex,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut referrers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        let mut referred = BTreeSet::new();
        collect(parse_row(row, targets).content.fields, &mut referred);
        referred.remove(&row.id);
        for target in referred {
            referrers.entry(target).or_default().insert(row.id.clone());
        }
    }
    referrers
}

/// What fields refer to, and those inside them.
fn collect(fields: Vec<Field>, targets: &mut BTreeSet<String>) {
    for field in fields {
        targets.extend(field.targets);
        collect(field.fields, targets);
    }
}
