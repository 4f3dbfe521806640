//! catalyst-sync keeps the content model of a studio and the content models of its CMS platforms
//! in step.

pub mod canonical;
pub mod digest;
pub mod error;
pub mod merge;
pub mod model;
pub mod platform;
pub mod port;
