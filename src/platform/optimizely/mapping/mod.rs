//! From what the studio holds to what the platform can express.
//!
//! [`choose`] picks the platform type of a field, [`carries`] judges how well a platform type holds
//! a kind, [`project`] writes the view and names everything that has no place in it.

mod attribute;
mod carry;
mod choose;
mod field;
mod kind;
mod loss;
mod need;
mod options;
mod parts;
mod project;
mod reflect;

pub use attribute::Attribute;
pub use carry::{Carry, carries};
pub(super) use choose::Rules;
pub(super) use parts::parts;
pub(super) use project::project;
pub(super) use reflect::reflect;
