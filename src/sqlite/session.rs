//! A unit of work on the tables of the state.

use rusqlite::{CachedStatement, Connection};

use super::audit::Pen;

/// A connection inside a transaction, and how its tables are called.
#[derive(Clone, Copy)]
pub(super) struct Session<'c> {
    pub(super) connection: &'c Connection,
    pub(super) prefix: &'static str,
    /// What entries of the audit are written with.
    pub(super) pen: &'c Pen,
}

impl<'c> Session<'c> {
    /// Prepares SQL in which `{prefix}` stands before the names of our tables and indexes.
    pub(super) fn prepare(&self, template: &str) -> rusqlite::Result<CachedStatement<'c>> {
        self.connection.prepare_cached(&self.sql(template))
    }

    /// The SQL of a template.
    pub(super) fn sql(&self, template: &str) -> String {
        template.replace("{prefix}", self.prefix)
    }
}
