//! A unit of work on the tables of the state.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection};

use super::fault::Fault;
use crate::digest::Digest;
use crate::port::{Entity, RemoteId, StoreError, Verb};

/// A connection inside a transaction, and how its tables are called.
#[derive(Clone, Copy)]
pub(super) struct Session<'c> {
    pub(super) connection: &'c Connection,
    pub(super) prefix: &'static str,
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

/// A digest in a column of bytes.
pub(super) struct Bytes(pub(super) Digest);

impl ToSql for Bytes {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_bytes())))
    }
}

impl FromSql for Bytes {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Digest::from_bytes(value.as_blob()?).map(Self).ok_or(FromSqlError::InvalidType)
    }
}

/// A digest in a column that people read.
pub(super) struct Hex(pub(super) Digest);

impl ToSql for Hex {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0.to_string()))
    }
}

impl FromSql for Hex {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        let bytes: Option<Vec<u8>> = text
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        bytes.and_then(|it| Digest::from_bytes(&it)).map(Self).ok_or(FromSqlError::InvalidType)
    }
}

/// An identity on a platform, as the JSON array that it is.
pub(super) struct Remote(pub(super) RemoteId);

impl ToSql for Remote {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0.as_json()))
    }
}

impl FromSql for Remote {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        RemoteId::from_json(value.as_str()?).map(Self).ok_or(FromSqlError::InvalidType)
    }
}

/// The document that a row is about.
///
/// Fails for a kind that this release does not know: a newer one wrote it.
pub(super) fn entity(kind: &str, id: String) -> Result<Entity, Fault> {
    if kind == Entity::CONTENT_TYPE {
        Ok(Entity::content_type(id))
    } else {
        Err(Fault::Damaged(format!("documents of the kind {kind} are not known to this release")))
    }
}

/// The operation that a word stands for.
pub(super) fn verb(word: &str) -> Result<Verb, Fault> {
    [Verb::Create, Verb::Update, Verb::Delete]
        .into_iter()
        .find(|verb| verb.as_str() == word)
        .ok_or_else(|| Fault::Damaged(format!("{word} is no operation")))
}

/// Refuses an identity that another website claims.
pub(super) fn claimed(website_id: String, remote_id: &RemoteId) -> Fault {
    Fault::Refused(StoreError::Claimed { website_id, remote_id: remote_id.clone() })
}
