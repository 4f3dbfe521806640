//! Which table of types a projection follows.

/// Which table of platform types new properties get (`api.md` §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// The types that the studio's proof of concept gave, so that what it created keeps them.
    #[default]
    Compatible,
    /// The types that the platform really has.
    Native,
}

impl Profile {
    /// The word for it in options and fingerprints.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Native => "native",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Compatible, Self::Native].into_iter().find(|profile| profile.word() == word)
    }
}
