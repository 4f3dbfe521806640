//! catalyst-sync keeps the content model of a studio and the content models of its CMS platforms
//! in step.

pub mod argument;
pub mod canonical;
pub mod compose;
pub mod digest;
pub mod engine;
pub mod error;
pub mod merge;
pub mod model;
#[cfg(feature = "node")]
mod node;
pub mod port;
