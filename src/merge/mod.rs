//! Layer 2: who changed what, per atom.
//!
//! [`classify`] tells how one value moved against the pair that both sides last agreed on;
//! [`three_way`] does so for whole documents and adds the three rules of overlap: removing an element
//! overlaps every movement inside it, a property's type overlaps the attributes bound to it, and
//! limits of both sides overlap that allow no value together.
//! [`renames`] suggests where an element that went and one that came may be the same; the merge itself
//! never assumes so.

mod base;
mod follow;
mod meaning;
mod movement;
mod order;
mod overlap;
mod range;
mod rename;
mod shape;
mod three_way;

pub use base::{Ancestor, Base, Pair};
pub use meaning::{Meaning, Rewrite};
pub use movement::{Movement, classify};
pub use order::is_reordered;
pub use overlap::{ConflictKind, conflict_kind};
pub use rename::{Rename, renames};
pub use shape::Shape;
pub use three_way::{AtomMovement, Merge, three_way};
