//! A unit of work on the tables of the state.

use rusqlite::{CachedStatement, Connection};

use super::audit::Pen;
use super::fault::Fault;

/// A connection inside a transaction, and how its tables are called.
#[derive(Clone, Copy)]
pub(super) struct Session<'c> {
    pub(super) connection: &'c Connection,
    pub(super) prefix: &'static str,
    /// What entries of the audit are written with; `None` where nothing is audited.
    pub(super) pen: Option<&'c Pen>,
}

impl<'c> Session<'c> {
    /// Prepares SQL in which `{prefix}` stands before the names of our tables and indexes.
    pub(super) fn prepare(&self, template: &str) -> rusqlite::Result<CachedStatement<'c>> {
        self.connection.prepare_cached(&self.sql(template))
    }

    /// The pen of a session that writes for somebody.
    pub(super) fn pen(&self) -> Result<&'c Pen, Fault> {
        self.pen.ok_or_else(|| Fault::Failed("what is to be audited has no author".to_owned()))
    }

    /// The SQL of a template.
    pub(super) fn sql(&self, template: &str) -> String {
        template.replace("{prefix}", self.prefix)
    }
}
