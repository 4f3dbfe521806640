//! The end of a chain, kept apart from it.

use crate::canonical::{parse, write};
use crate::model::Json;

use super::entry::{number, whole};
use super::seal::{Seal, of_head};

/// Rows that no entry covers, because they were there before the chain began or because retention
/// cut their entries off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exempt {
    /// The last such row of `sync_history`.
    pub history: i64,
    /// The last such row of `sync_operations`.
    pub operations: i64,
    /// When the last such run began, in milliseconds.
    pub started: i64,
}

/// The end of a chain. Kept in a row of its own, so that entries which are missing at the end are
/// missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The last entry; 0 when there is none.
    pub sequence: u64,
    /// Its hash.
    pub hash: String,
    /// The key that it was signed with.
    pub key: Option<String>,
    /// The signature of the head itself.
    pub signature: Option<String>,
    /// What no entry covers.
    pub exempt: Exempt,
}

impl Exempt {
    /// Reads what [`Exempt::to_json`] writes, or the detail of an entry.
    #[must_use]
    pub fn of(json: &Json<'_>) -> Option<Self> {
        let count = |name: &str| {
            let value = json.get(name)?;
            whole(value).or_else(|| value.as_str()?.parse().ok())
        };
        Some(Self {
            history: count("history")?,
            operations: count("operations")?,
            started: count("started")?,
        })
    }

    /// Reads canonical JSON.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::of(&parse(text).ok()?)
    }

    /// Canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        write(&self.json())
    }

    /// The members of an entry's detail.
    #[must_use]
    pub fn detail(&self) -> Vec<(&'static str, String)> {
        vec![
            ("history", self.history.to_string()),
            ("operations", self.operations.to_string()),
            ("started", self.started.to_string()),
        ]
    }

    pub(super) fn json(&self) -> Json<'static> {
        Json::object([
            ("history", number(self.history)),
            ("operations", number(self.operations)),
            ("started", number(self.started)),
        ])
    }
}

impl Head {
    /// Signs the head, or leaves it without a signature.
    pub fn seal(&mut self, seal: Option<&dyn Seal>) {
        self.key = seal.map(|seal| seal.key().to_owned());
        let message = of_head(&self.hash, &self.exempt.to_json());
        self.signature = seal.map(|seal| seal.sign(&message));
    }

    /// Whether the head was signed with a key that the seal holds; `None` when it holds no such key,
    /// and for a head that is not signed.
    #[must_use]
    pub fn is_sealed(&self, seal: &dyn Seal) -> Option<bool> {
        let message = of_head(&self.hash, &self.exempt.to_json());
        let key = self.key.as_deref()?;
        // A key without a signature is one that does not fit.
        seal.check(key, &message, self.signature.as_deref().unwrap_or_default())
    }
}
