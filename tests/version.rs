//! The pure graph of versions.

mod diff;
mod graph;
mod semver;
