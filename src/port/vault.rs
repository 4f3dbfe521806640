//! Where sealed secrets are kept.

use async_trait::async_trait;

use super::{Author, StoreError};

/// What is kept under a name; nobody can read it without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The name, such as a provider's id.
    pub name: String,
    /// The rest, encrypted.
    pub bytes: Vec<u8>,
}

/// Keeps what is sealed. A memory that does not exist yet holds nothing. Every change is audited with
/// it: by whom, under which name, and never what.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Everything that is kept, by name.
    async fn sealed(&self) -> Result<Vec<Sealed>, StoreError>;

    /// Keeps something under its name, in the place of what is there.
    async fn put_sealed(&self, sealed: Sealed, by: Author, at: i64) -> Result<(), StoreError>;

    /// Forgets what is kept under a name; `false` when there is nothing.
    async fn remove_sealed(&self, name: &str, by: Author, at: i64) -> Result<bool, StoreError>;

    /// Replaces everything at once, if it still is as it was; `false` when it is not, and then nothing
    /// is done.
    async fn replace_sealed(
        &self,
        before: Vec<Sealed>,
        after: Vec<Sealed>,
        by: Author,
        at: i64,
    ) -> Result<bool, StoreError>;
}
