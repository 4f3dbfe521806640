//! The two versions of the interface that the fake speaks.

use serde::{Deserialize, Serialize};

/// A version of the REST interface, named as in its paths.
///
/// preview3 is past its end of life and v1 is general (facts §0), so both are served from one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Version {
    /// The version with a full official document.
    Preview3,
    /// The general version.
    V1,
}

impl Version {
    /// Every version, for tests that walk them.
    pub const ALL: [Self; 2] = [Self::Preview3, Self::V1];

    /// Names the version as its path segment.
    pub fn segment(self) -> &'static str {
        match self {
            Self::Preview3 => "preview3",
            Self::V1 => "v1",
        }
    }

    /// Splits a request path into its version and the path below it.
    pub fn of_path(path: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|version| {
            let rest = path.strip_prefix('/')?.strip_prefix(version.segment())?;
            (rest.is_empty() || rest.starts_with('/')).then_some((version, rest))
        })
    }
}
