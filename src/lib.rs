//! catalyst-sync keeps the content model of a studio and the content models of its CMS platforms
//! in step.

pub mod canonical;
pub mod digest;
pub mod engine;
pub mod error;
pub mod http;
pub mod merge;
pub mod model;
pub mod plan;
pub mod platform;
pub mod port;
pub mod sqlite;
pub mod system;
