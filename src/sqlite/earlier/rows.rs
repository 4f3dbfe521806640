//! The tables of the earlier attempt, read.

use std::collections::HashMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::sqlite::date::milliseconds;
use crate::sqlite::fault::Fault;

/// Rows of the earlier attempt, copied out.
#[derive(Default)]
pub(in crate::sqlite) struct EarlierRows {
    websites: HashMap<String, String>,
    pub(super) versions: Vec<Version>,
    pub(super) parents: Vec<(String, String, i64)>,
    pub(super) history: Vec<Attempt>,
}

pub(super) struct Version {
    pub(super) type_key: String,
    pub(super) hash: String,
    pub(super) parent_hash: Option<String>,
    pub(super) snapshot: String,
    pub(super) source: String,
    pub(super) author: Option<String>,
    pub(super) message: Option<String>,
    pub(super) created_at: Option<i64>,
}

pub(super) struct Attempt {
    pub(super) type_key: String,
    pub(super) version_hash: Option<String>,
    pub(super) platform: String,
    pub(super) direction: String,
    pub(super) status: String,
    pub(super) pushed: String,
    pub(super) response: Option<String>,
    pub(super) error: Option<String>,
    pub(super) retries: i64,
    pub(super) metadata: Option<String>,
    pub(super) deployment_id: Option<String>,
    pub(super) started_at: Option<i64>,
    pub(super) completed_at: Option<i64>,
    pub(super) created_at: Option<i64>,
}

impl EarlierRows {
    /// The website of a type; empty when the type is gone, or was named by something else than its
    /// id.
    pub(super) fn website_of(&self, type_key: &str) -> &str {
        self.websites.get(type_key).map_or("", String::as_str)
    }
}

/// Reads the old tables in one transaction. One that does not exist, or has other columns than the
/// attempt gave it, is empty.
pub(in crate::sqlite) fn read(connection: &mut Connection) -> Result<EarlierRows, Fault> {
    let transaction = connection.transaction()?;
    let types = collect(&transaction, "ContentType", &["id", "websiteId"], "", |row| {
        Ok((required(row, 0)?, required(row, 1)?))
    })?;
    let rows = EarlierRows {
        websites: types.into_iter().collect(),
        versions: collect(
            &transaction,
            "content_type_versions",
            &[
                "type_key",
                "version_hash",
                "parent_hash",
                "content_snapshot",
                "change_source",
                "author",
                "message",
                "created_at",
            ],
            "",
            version,
        )?,
        parents: collect(
            &transaction,
            "version_parents",
            &["version_hash", "parent_hash", "parent_order"],
            "",
            |row| Ok((required(row, 0)?, required(row, 1)?, row.get(2)?)),
        )?,
        // An attempt that never ended says nothing about what it did.
        history: collect(
            &transaction,
            "sync_history",
            &[
                "type_key",
                "version_hash",
                "target_platform",
                "sync_direction",
                "sync_status",
                "pushed_data",
                "response_data",
                "error_message",
                "retry_count",
                "sync_metadata",
                "deployment_id",
                "started_at",
                "completed_at",
                "created_at",
            ],
            "WHERE sync_status IN ('SUCCESS', 'FAILED', 'PARTIAL')
               AND sync_direction IN ('PUSH', 'PULL')",
            attempt,
        )?,
    };
    transaction.commit()?;
    Ok(rows)
}

fn collect<T>(
    connection: &Connection,
    table: &str,
    columns: &[&str],
    condition: &str,
    row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let found: Vec<String> = connection
        .prepare_cached("SELECT name FROM pragma_table_info(?1)")?
        .query_map([table], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if !columns.iter().all(|column| found.iter().any(|own| own == column)) {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {} FROM {table} {condition} ORDER BY rowid", columns.join(", "));
    connection.prepare(&sql)?.query_map([], row)?.collect()
}

fn version(row: &Row<'_>) -> rusqlite::Result<Version> {
    let source = required(row, 4)?;
    Ok(Version {
        type_key: required(row, 0)?,
        hash: required(row, 1)?,
        parent_hash: optional(row, 2)?,
        snapshot: required(row, 3)?,
        // Only the sync itself ever wrote another word.
        source: if matches!(&*source, "UI" | "AI") { source } else { "SYNC".to_owned() },
        author: optional(row, 5)?,
        message: optional(row, 6)?,
        created_at: milliseconds(row.get_ref(7)?),
    })
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    let (started_at, completed_at) =
        (milliseconds(row.get_ref(11)?), milliseconds(row.get_ref(12)?));
    Ok(Attempt {
        type_key: required(row, 0)?,
        version_hash: optional(row, 1)?,
        platform: required(row, 2)?,
        direction: required(row, 3)?,
        status: required(row, 4)?,
        pushed: required(row, 5)?,
        response: optional(row, 6)?,
        error: optional(row, 7)?,
        retries: row.get::<_, Option<i64>>(8)?.unwrap_or_default(),
        metadata: optional(row, 9)?,
        deployment_id: optional(row, 10)?,
        started_at,
        completed_at,
        // The history is in the order of this time, so that every attempt must have one.
        created_at: milliseconds(row.get_ref(13)?).or(completed_at).or(started_at),
    })
}

fn required(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(optional(row, column)?.unwrap_or_default())
}

fn optional(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Null => None,
    })
}
