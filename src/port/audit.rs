//! What the engine asks of the audit.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Store, StoreError};
use crate::audit::{Event, Exempt, Head, Line, Seal};

/// Who everything is written for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// As the server knows them.
    pub id: String,
    /// The word for what they may do.
    pub role: &'static str,
}

/// Whoever acts when nobody is named.
impl Default for Author {
    fn default() -> Self {
        Self { id: "system".to_owned(), role: "admin" }
    }
}

/// The end of the chain, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AuditEnd {
    /// There is no state.
    #[default]
    Nowhere,
    /// The state has lost it, or it cannot be read.
    Lost,
    /// Where it is.
    At(Head),
}

/// How much of the audit is kept; `None` for no bound. What either bound excludes goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditBounds {
    /// At most this many entries, the newest ones.
    pub count: Option<u32>,
    /// Made at this time or later, in milliseconds.
    pub since: Option<i64>,
}

/// The audit: a chain of entries, each committed together with the row that it covers. Entries are
/// made by the writes themselves; what has no row of its own is noted.
#[async_trait]
pub trait Audit: Send + Sync {
    /// The same store, writing for somebody.
    fn written_by(&self, author: Author) -> Arc<dyn Store>;

    /// What signs entries, and checks their signatures.
    fn seal(&self) -> Option<Arc<dyn Seal>>;

    /// Adds an entry about what has no row of its own.
    async fn note(&self, event: Event) -> Result<(), StoreError>;

    /// The end of the chain.
    async fn audit_end(&self) -> Result<AuditEnd, StoreError>;

    /// The entries after one and up to another, oldest first, with the rows that they cover; no more
    /// than are held at once.
    async fn audit_lines(&self, after: u64, last: u64) -> Result<Vec<Line>, StoreError>;

    /// A row that an entry should cover, and none does.
    async fn uncovered(&self, exempt: Exempt) -> Result<Option<String>, StoreError>;

    /// Cuts off the oldest entries beyond the bounds, and the history rows that they cover; tells how
    /// many entries. What a run that has not ended wrote stays, and so do the history rows of what can
    /// be undone. The cut is an entry of its own, so that the chain still verifies.
    async fn cut_audit(&self, bounds: AuditBounds, now: i64) -> Result<u64, StoreError>;
}
