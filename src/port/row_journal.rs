//! Writes to the studio's rows: committed to the memory before they are made, and closed with what
//! they left behind.

use async_trait::async_trait;

use super::{Decision, Entity, Lease, RemoteId, RowWrite, Scope, StoreError};
use crate::digest::Digest;

/// What is committed before a row of the studio is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowIntent {
    /// What it is part of.
    pub run_id: String,
    /// The document that comes home; several may lie in one row.
    pub entity: Entity,
    /// Its key.
    pub type_key: String,
    /// What it is on the platform.
    pub remote_id: RemoteId,
    /// The row as it was and as it shall be.
    pub write: RowWrite,
    /// The base once the row is as meant, as in [`StateDetail`](super::StateDetail).
    pub base: String,
    /// The bindings of fields then.
    pub bindings: String,
    /// The version that it merges into the row, which becomes the second parent of what it leaves.
    pub merged: Option<String>,
    /// The decision that it carries out, with the digest of the conflict.
    pub decision: Option<(Digest, Decision)>,
    /// Who acts.
    pub actor: String,
    /// When, in milliseconds.
    pub at: i64,
}

/// A write to the studio that was begun and not closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRow {
    /// Names it in the journal.
    pub id: i64,
    /// What was committed.
    pub intent: RowIntent,
}

/// The journal of writes to the studio. Each is closed by its [`Record`](super::Record).
#[async_trait]
pub trait RowJournal: Send + Sync {
    /// Commits an intent durably, before the row is written; returns its name in the journal.
    async fn intend_row(&self, lease: &Lease, intent: RowIntent) -> Result<i64, StoreError>;

    /// Writes of a scope that were begun and never closed, oldest first.
    async fn open_rows(&self, scope: &Scope) -> Result<Vec<OpenRow>, StoreError>;

    /// Writes of a run that were carried out, oldest first, each with its website.
    async fn rows_of(&self, run_id: &str) -> Result<Vec<(String, RowIntent)>, StoreError>;

    /// Removes closed writes of a scope beyond the bounds, and with them the rows that they replaced.
    /// The latest of each document stays, and so do those of the latest deployment that made any:
    /// they are what would be undone next.
    async fn prune_rows(&self, lease: &Lease, bounds: RowBounds) -> Result<(), StoreError>;
}

/// How much of the journal is kept; `None` for no bound. What either bound excludes goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowBounds {
    /// At most this many of each document, the newest ones.
    pub count: Option<u32>,
    /// Begun at this time or later, in milliseconds.
    pub since: Option<i64>,
}
