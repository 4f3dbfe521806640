//! Values of the ports as they stand in columns.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use super::fault::Fault;
use crate::digest::Digest;
use crate::port::{Entity, RemoteId, Verb};

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
        digest_of_hex(value.as_str()?).map(Self).ok_or(FromSqlError::InvalidType)
    }
}

/// The digest that a text stands for; `None` when it stands for none.
pub(super) fn digest_of_hex(text: &str) -> Option<Digest> {
    let pairs = text.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> =
        pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    Digest::from_bytes(&bytes?)
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
        Err(Fault::Failed(format!("documents of the kind {kind} are not known to this release")))
    }
}

/// The operation that a word stands for.
pub(super) fn verb(word: &str) -> Result<Verb, Fault> {
    [Verb::Create, Verb::Update, Verb::Delete]
        .into_iter()
        .find(|verb| verb.as_str() == word)
        .ok_or_else(|| Fault::Failed(format!("{word} is no operation")))
}
