//! "Not a change."

use crate::canonical::{Path, View};
use crate::merge::{Ancestor, Base, Pair, Shape, three_way};

/// Agrees that what moved on the platform at a path, and below it, is no change: each side keeps what
/// it has, and that is what both last agreed on. Nothing is written to either side.
///
/// Only atoms that the platform moved, or that were never agreed on, are accepted; a movement of the
/// studio alone is still one. A conflict is accepted whole, with everything that follows from it. The
/// agreement holds until a value changes again on either side; then it is a movement like any other,
/// and an element that one side lives without comes back whole.
#[must_use]
pub fn accept(base: &Base, path: &Path, local: &View, remote: &View, shape: &Shape) -> Base {
    let merge = three_way(Some(base), local, remote, shape);
    let is_meant = |at: &Path| *path == Path::root() || at == path || at.is_below(path);
    let mut accepted = base.clone();
    for atom in &merge.movements {
        let follows = atom.under.as_ref().is_some_and(is_meant);
        let is_moved = match base.get(&atom.path, shape) {
            Ancestor::Known { remote: was, .. } => was != remote.get(&atom.path),
            Ancestor::Unknown => true,
        };
        if is_moved && (follows || is_meant(&atom.path)) {
            let pair = Pair { local: atom.local.clone(), remote: atom.remote.clone() };
            accepted.set(&atom.path, pair);
        }
    }
    accepted
}
