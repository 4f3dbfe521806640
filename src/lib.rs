//! catalyst-sync keeps the content model of a studio and the content models of its CMS platforms
//! in step.
//!
//! The layers, each using only those above it: [`model`] → [`canonical`], [`digest`] → [`diff`],
//! [`merge`], [`drift`], [`version`], [`audit`] → [`plan`] → [`port`] (types and traits) → the edges [`sqlite`],
//! [`http`], [`platform`], [`system`] and, beside them, [`engine`] → [`compose`], which makes an
//! engine of options, and the boundary to Node.js. `docs/architecture.md` says why.

mod argument;
pub mod audit;
pub mod blocking;
pub mod canonical;
pub mod collect;
pub mod compose;
pub mod diff;
pub mod digest;
pub mod drift;
pub mod engine;
pub mod error;
pub mod http;
pub mod merge;
pub mod model;
#[cfg(feature = "node")]
mod node;
pub mod plan;
pub mod platform;
pub mod port;
pub mod sqlite;
pub mod system;
pub mod version;

/// Documents are many small texts, and this allocator makes and frees them with less work than the
/// one of the C library: a sixth less CPU time for a first detection.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
