//! What is done to one document, and what it may cost.

use serde::Serialize;

/// What is done to one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// Makes it.
    Create,
    /// Changes some of its atoms.
    Update,
    /// Removes it.
    Delete,
}

impl Verb {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Create, Self::Update, Self::Delete].into_iter().find(|verb| verb.as_str() == word)
    }
}

/// What an operation may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// No content is lost.
    Safe,
    /// Content of some property, or of the whole type, is lost.
    Lossy,
    /// It cannot be done as things are.
    Blocked,
}

impl Risk {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Lossy => "lossy",
            Self::Blocked => "blocked",
        }
    }
}
