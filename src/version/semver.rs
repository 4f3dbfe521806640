//! Semantic versions of types.

use std::fmt;
use std::str::FromStr;

use super::Level;

/// A semantic version: what changed since, as one number for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Semver {
    /// Breaking changes.
    pub major: u32,
    /// Additions since the last breaking change.
    pub minor: u32,
    /// Changes of text since the last addition.
    pub patch: u32,
}

impl Semver {
    /// What the first version of a type has.
    pub const FIRST: Self = Self { major: 1, minor: 0, patch: 0 };

    /// The version after a change.
    #[must_use]
    pub fn after(self, level: Level) -> Self {
        let Self { major, minor, patch } = self;
        match level {
            Level::Major => Self { major: major.saturating_add(1), minor: 0, patch: 0 },
            Level::Minor => Self { major, minor: minor.saturating_add(1), patch: 0 },
            Level::Patch => Self { major, minor, patch: patch.saturating_add(1) },
        }
    }
}

/// The version of what was made from parents, each given with what changed since it. Without a
/// parent that has a number it is the first; of several the larger counts.
///
/// ```
/// use catalyst_sync::version::{Level, Semver, next};
///
/// let (ours, theirs) = ("1.4.0".parse::<Semver>()?, "2.0.0".parse::<Semver>()?);
/// let merged = next([(ours, Level::Major), (theirs, Level::Minor)]);
/// assert_eq!(merged.to_string(), "2.1.0");
/// # Ok::<(), std::num::ParseIntError>(())
/// ```
#[must_use]
pub fn next(parents: impl IntoIterator<Item = (Semver, Level)>) -> Semver {
    let after = parents.into_iter().map(|(parent, level)| parent.after(level));
    after.max().unwrap_or(Semver::FIRST)
}

impl fmt::Display for Semver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Semver {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '.').map(str::parse);
        let mut part = || parts.next().unwrap_or_else(|| "".parse());
        Ok(Self { major: part()?, minor: part()?, patch: part()? })
    }
}
