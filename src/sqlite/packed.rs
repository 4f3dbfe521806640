//! Long texts that are kept for long: compressed where that is worth it.

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// Shorter texts stay as they are: readable with any tool, and hardly smaller otherwise.
const WORTH_IT: usize = 2_048;

/// The fastest level: definitions repeat themselves so much that the others gain little.
const LEVEL: u8 = 1;

/// Bytes that no definition of a type has; what unpacks to more is damaged.
const MOST: usize = 256 * 1024 * 1024;

/// A text in a column: as it is, or a blob where it is compressed.
pub(super) struct Packed<T>(pub(super) T);

impl ToSql for Packed<&str> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(if self.0.len() < WORTH_IT {
            ToSqlOutput::from(self.0)
        } else {
            ToSqlOutput::from(compress_to_vec_zlib(self.0.as_bytes(), LEVEL))
        })
    }
}

impl FromSql for Packed<String> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let ValueRef::Blob(bytes) = value else {
            return value.as_str().map(str::to_owned).map(Self);
        };
        let text = decompress_to_vec_zlib_with_limit(bytes, MOST)
            .map_err(|error| FromSqlError::Other(error.to_string().into()))?;
        String::from_utf8(text).map(Self).map_err(|error| FromSqlError::Other(error.into()))
    }
}
