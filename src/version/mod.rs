//! Layer 2: the history of a type, git-like and pure.
//!
//! A version is named by [`version_hash`], which covers what it belongs to, its content and its
//! parents; so going back to an earlier content is a new version, and nothing in a chain can change
//! without every later name changing too. [`Graph`] holds the versions of a type with their links,
//! of which any may be missing or wrong; [`diff`] tells property by property what moved between two
//! contents, and how much that means to whoever uses the type; [`Semver`] counts it.

mod change;
mod content;
mod diff;
mod format;
mod graph;
mod hash;
mod outline;
mod retention;
mod semver;

pub use change::{CHANGES, Level, Rule, When};
pub use content::{Content, Snapshot};
pub use diff::{Change, ChangeKind, Diff, diff};
pub use format::{DrawnVersion, format_changes, format_graph};
pub use graph::Graph;
pub use hash::{Identity, version_hash};
pub use retention::{Kept, prunable};
pub use semver::{Semver, next};
