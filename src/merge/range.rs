//! Limits that are fine on their own and allow nothing together.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, Path, View};

use super::overlap::differs;
use super::{AtomMovement, Movement, Shape};

/// Moving one limit of a range overlaps the other side's movement of the other limit where both
/// together would allow no value: at least 20, the studio says, and at most 10, the platform.
pub(super) fn overlap_ranges(
    atoms: &mut BTreeMap<Path, AtomMovement>,
    sides: (&View, &View),
    shape: &Shape,
) {
    let moved = atoms.values().filter(|atom| differs(atom));
    let ranges: BTreeSet<_> = moved.filter_map(|atom| shape.range_of(&atom.path)).collect();
    for (least, most) in ranges {
        let [low, high] = [&least, &most].map(|path| Limit::of(path, atoms, sides));
        let was_empty = exceeds(low.local, high.local) || exceeds(low.remote, high.remote);
        let is_empty = exceeds(low.pushed(), high.pushed()) || exceeds(low.pulled(), high.pulled());
        if was_empty || !is_empty {
            continue;
        }
        for path in [least, most] {
            if let Some(atom) = atoms.get_mut(&path).filter(|atom| differs(atom)) {
                atom.movement = Movement::Conflict;
            }
        }
    }
}

impl Shape {
    /// The other limit of a range that allows nothing: of the one that this path is a limit of.
    #[must_use]
    pub fn excluded_by(&self, path: &Path, view: &View) -> Option<Path> {
        let (least, most) = self.range_of(path)?;
        let is_empty = exceeds(view.get(&least), view.get(&most));
        if is_empty { self.other_limit(path) } else { None }
    }

    /// For a limit of a range: the other one.
    #[must_use]
    pub fn other_limit(&self, path: &Path) -> Option<Path> {
        let (least, most) = self.range_of(path)?;
        Some(if *path == least { most } else { least })
    }
}

/// One limit on both sides.
struct Limit<'v> {
    local: Option<&'v Canonical>,
    remote: Option<&'v Canonical>,
    movement: Movement,
}

impl<'v> Limit<'v> {
    fn of(
        path: &Path,
        atoms: &BTreeMap<Path, AtomMovement>,
        (local, remote): (&'v View, &'v View),
    ) -> Self {
        let movement = atoms.get(path).map_or(Movement::Unchanged, |atom| atom.movement);
        Self { local: local.get(path), remote: remote.get(path), movement }
    }

    /// What stands on the platform once it took what the studio moved.
    fn pushed(&self) -> Option<&'v Canonical> {
        if self.movement == Movement::Local { self.local } else { self.remote }
    }

    /// What stands in the studio once it took what the platform moved.
    fn pulled(&self) -> Option<&'v Canonical> {
        if self.movement == Movement::Remote { self.remote } else { self.local }
    }
}

/// Whether a lower limit is above an upper one: numbers as numbers, dates in ISO 8601 as texts.
fn exceeds(least: Option<&Canonical>, most: Option<&Canonical>) -> bool {
    let (Some(least), Some(most)) = (least, most) else { return false };
    let (least, most) = (least.value(), most.value());
    match (least.as_f64(), most.as_f64()) {
        (Some(least), Some(most)) => least > most,
        _ => matches!((least.as_str(), most.as_str()), (Some(least), Some(most)) if least > most),
    }
}
