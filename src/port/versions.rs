//! The history of types: versions, their parents, and the latest of each document.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::{Entity, StoreError};
use crate::digest::Digest;

/// A document of a website. Versions belong to it, whatever the targets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Document {
    /// Row id of the website; empty for what was imported of a type that was gone already.
    pub website_id: String,
    /// The document.
    pub entity: Entity,
}

/// Where a change came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VersionSource {
    /// Somebody edited the type in the studio.
    Ui,
    /// An assistant did.
    Ai,
    /// The engine did, or saw it when it deployed.
    Sync,
}

/// What a version did to its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeType {
    /// There was none before.
    Create,
    /// It has another content.
    Update,
    /// It is gone.
    Delete,
}

/// A version as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// What it belongs to.
    pub document: Document,
    /// The type's key, for people.
    pub type_key: String,
    /// Its name.
    pub hash: String,
    /// Names of its parents, in their order.
    pub parents: Vec<String>,
    /// The content, as canonical JSON; `None` for a deletion, and where it was not asked for.
    pub snapshot: Option<Box<str>>,
    /// The studio's content hash; `None` for a deletion, and for an imported snapshot that is no
    /// JSON.
    pub content_hash: Option<Digest>,
    /// The row's other columns, as canonical JSON.
    pub columns: String,
    /// Where it came from.
    pub source: VersionSource,
    /// Who made it.
    pub author: Option<String>,
    /// Why.
    pub message: Option<String>,
    /// When, in milliseconds.
    pub created_at: Option<i64>,
    /// What it did.
    pub change: ChangeType,
    /// Its number for people; `None` for what was imported.
    pub semver: Option<String>,
    /// Taken over from the studio's earlier attempt, which named versions by their content alone.
    pub imported: bool,
}

/// The latest version of a document, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionHead {
    /// The document.
    pub document: Document,
    /// The type's key.
    pub type_key: String,
    /// The version.
    pub hash: String,
    /// As in [`VersionRow`].
    pub content_hash: Option<Digest>,
    /// Digest of [`VersionRow::columns`]; `None` for what was imported.
    pub columns_digest: Option<Digest>,
    /// Digest of the row as last seen with this content.
    pub row_digest: Option<Digest>,
    /// What the version did.
    pub change: ChangeType,
    /// As in [`VersionRow`].
    pub semver: Option<String>,
    /// As in [`VersionRow`].
    pub imported: bool,
    /// Row id of the document that carries the history on.
    pub successor: Option<String>,
}

/// A version to be added on top of what its author saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVersion {
    /// The version; its first parent is the one that must still be the latest.
    pub row: VersionRow,
    /// Digest of the row that it was taken of; `None` for a deletion.
    pub row_digest: Option<Digest>,
    /// The document whose history it carries on, when it is the first of its own.
    pub continues: Option<Document>,
}

/// What of a history is asked for; nothing means all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionFilter {
    /// By this author.
    pub author: Option<String>,
    /// From this source.
    pub source: Option<VersionSource>,
    /// That did this.
    pub change: Option<ChangeType>,
    /// Made at this time or later, in milliseconds.
    pub from: Option<i64>,
    /// Made at this time or earlier, in milliseconds.
    pub to: Option<i64>,
    /// At most so many, the newest.
    pub limit: Option<u32>,
}

/// The versions of a history with their links.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionLinks {
    /// Every version, oldest first, without its snapshot.
    pub versions: Vec<VersionRow>,
    /// Parents that were removed by retention.
    pub pruned: BTreeSet<String>,
}

/// One of the oldest versions of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgedVersion {
    /// Its name.
    pub hash: String,
    /// Names of its parents.
    pub parents: Vec<String>,
    /// When it was made, in milliseconds.
    pub created_at: Option<i64>,
    /// How many of the history are newer.
    pub newer: u64,
    /// It must stay: a base was made from its content, an attempt that can be undone sent it, or a
    /// parent of it is there and not listed.
    pub is_needed: bool,
}

/// The history of types. Versions are named by what they hold, so they need no lease: two writers
/// that see the same write the same, and one that saw less is told.
#[async_trait]
pub trait Versions: Send + Sync {
    /// The latest versions of all documents of a website.
    async fn heads(&self, website_id: &str) -> Result<Vec<VersionHead>, StoreError>;

    /// The latest versions of documents with this row id or type key, on every website.
    async fn heads_named(&self, name: &str) -> Result<Vec<VersionHead>, StoreError>;

    /// The latest version of one document.
    async fn head(&self, document: &Document) -> Result<Option<VersionHead>, StoreError>;

    /// The documents that share a history with one: those that it carries on, or that carry it on.
    /// The latest comes first.
    async fn succession(&self, document: &Document) -> Result<Vec<Document>, StoreError>;

    /// The versions of some documents, newest first.
    async fn history(
        &self,
        documents: Vec<Document>,
        filter: VersionFilter,
    ) -> Result<Vec<VersionRow>, StoreError>;

    /// A version by its name.
    async fn version(&self, hash: &str) -> Result<Option<VersionRow>, StoreError>;

    /// All versions of some documents with their links.
    async fn links(&self, documents: Vec<Document>) -> Result<VersionLinks, StoreError>;

    /// Adds versions in one transaction. Each is left out, and told as `false`, when another one has
    /// become the latest since.
    async fn add_versions(&self, versions: Vec<NewVersion>) -> Result<Vec<bool>, StoreError>;

    /// Adds a version that does not become the latest: what a later one is to be merged from.
    async fn add_beside(&self, row: VersionRow) -> Result<(), StoreError>;

    /// Remembers rows that were written anew without another content: document, version, row digest.
    async fn note_rows(&self, seen: Vec<(Document, String, Digest)>) -> Result<(), StoreError>;

    /// The oldest versions of some documents that share a history, at most `limit`.
    async fn oldest(
        &self,
        documents: Vec<Document>,
        limit: u32,
    ) -> Result<Vec<AgedVersion>, StoreError>;

    /// Removes versions, and remembers of their children that they had them.
    async fn remove_versions(&self, hashes: Vec<String>) -> Result<(), StoreError>;
}

impl Document {
    /// A content type of a website.
    pub fn content_type(website_id: impl Into<String>, id: impl Into<String>) -> Self {
        Self { website_id: website_id.into(), entity: Entity::content_type(id) }
    }
}

impl VersionSource {
    /// The word for it, as the studio writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ui => "UI",
            Self::Ai => "AI",
            Self::Sync => "SYNC",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Ui, Self::Ai, Self::Sync].into_iter().find(|source| source.word() == word)
    }
}

impl ChangeType {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Create, Self::Update, Self::Delete].into_iter().find(|it| it.word() == word)
    }
}
