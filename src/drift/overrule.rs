//! "Ours all the same."

use crate::canonical::View;
use crate::merge::{Base, Movement, Pair, Shape, three_way};

/// Overrules what only the platform moved: that is known, and the studio's side holds all the same, so
/// that the next push sends it. What moved on both sides is a conflict, and left to be decided as one.
#[must_use]
pub fn overrule(base: &Base, local: &View, remote: &View, shape: &Shape) -> Base {
    let merge = three_way(Some(base), local, remote, shape);
    let mut overruled = base.clone();
    for atom in merge.of(Movement::Remote) {
        // Both stood where the platform does now, and the studio has moved since.
        let now = || atom.remote.clone();
        overruled.set(&atom.path, Pair { local: now(), remote: now() });
    }
    overruled
}
