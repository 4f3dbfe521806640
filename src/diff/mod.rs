//! Layer 2: what differs between two states of one document.
//!
//! A [`Diff`] is exact: applied to the first state it gives the second. [`Diff::changes`] is the same
//! for people: one entry per change, without what only follows from another one.

mod change;
mod difference;

pub use change::{Change, ChangeKind};
pub use difference::{Diff, Edit, diff};
