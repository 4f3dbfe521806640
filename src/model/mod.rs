//! Layer 0: what a content type is, in the engine's own terms.
//!
//! [`studio`] turns what the studio's writers put into a row into a [`ContentType`]; whatever it
//! cannot make sense of becomes a [`Finding`], never an invented value.

mod content_type;
mod finding;
mod json;
pub mod studio;
mod targets;

pub use content_type::{Category, Choice, Constraints, ContentType, Field, FieldKind, Raw};
pub use finding::{Finding, Severity};
pub use json::{Json, Text};
pub use targets::TargetIndex;
