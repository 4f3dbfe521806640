//! Layer 2: what moved on a platform since the last agreement, and what only looks so.
//!
//! [`drift`] reads the movements of the platform's side for people, each with a [`Severity`], apart
//! from noise: values that the platform wrote down again in another form, in a way that its dialect
//! declares ([`Rewrite`](crate::merge::Rewrite)). [`settle`] moves the base along with the noise, so
//! that no merge sees it; [`accept`] does so where a person says that a movement is no change. Both
//! leave pairs with unequal halves, which hold until a value changes again. [`overrule`] makes
//! a movement of the studio's side of what the platform moved. [`suggest`] tells which side of an
//! overlap loses nothing.

mod accept;
mod moved;
mod noise;
mod overrule;
mod severity;
mod suggest;

pub use accept::accept;
pub use moved::{Drift, Moved, drift};
pub use noise::{has_noise, is_noise, settle};
pub use overrule::overrule;
pub use severity::Severity;
pub use suggest::{Side, Suggestion, suggest};
