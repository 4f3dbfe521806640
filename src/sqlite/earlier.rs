//! What the studio's own earlier attempt at synchronizing left in its database.
//!
//! Its version history is taken over once, when the state is first made: versions, parents, and the
//! attempts that ended. Old hashes stay the names of their versions; the content is hashed anew, and
//! a difference is a finding. Its `sync_state` is **not** taken over: it was compared with four
//! hard-coded types, never with a platform, so none of it is a base to merge from. Nor are its
//! conflicts, which came from the same comparison. The old tables stay as they are, byte for byte.

use std::collections::HashMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};

use super::date::milliseconds;
use super::fault::Fault;
use super::migration::Condition;
use super::session::{Hex, Session};
use crate::canonical::{content_hash, parse};
use crate::digest::Digest;
use crate::model::Finding;
use crate::port::Entity;

/// What was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Earlier {
    /// Versions.
    pub versions: u64,
    /// Links from a version to a parent.
    pub parents: u64,
    /// Attempts that ended.
    pub history: u64,
    /// `IMPORTED_HASH_MISMATCH` for each version whose content does not have the hash it is named
    /// by.
    pub findings: Vec<Finding>,
}

/// Rows of the earlier attempt, copied out.
#[derive(Default)]
pub(super) struct EarlierRows {
    websites: HashMap<String, String>,
    versions: Vec<Version>,
    parents: Vec<(String, String, i64)>,
    history: Vec<Attempt>,
}

struct Version {
    type_key: String,
    hash: String,
    parent_hash: Option<String>,
    snapshot: String,
    source: String,
    author: Option<String>,
    message: Option<String>,
    created_at: Option<i64>,
}

struct Attempt {
    type_key: String,
    version_hash: Option<String>,
    platform: String,
    direction: String,
    status: String,
    pushed: String,
    response: Option<String>,
    error: Option<String>,
    retries: i64,
    metadata: Option<String>,
    deployment_id: Option<String>,
    started_at: Option<i64>,
    completed_at: Option<i64>,
    created_at: Option<i64>,
}

/// Whether the earlier attempt is still to be looked for.
pub(super) fn is_due(session: Session<'_>, condition: &Condition) -> Result<bool, Fault> {
    if !matches!(condition, Condition::Ours { .. }) {
        return Ok(true);
    }
    let done = session.prepare("SELECT 1 FROM {prefix}sync_imports")?.exists([])?;
    Ok(!done)
}

/// Reads the old tables in one transaction; those that do not exist are empty.
pub(super) fn read(connection: &mut Connection) -> Result<EarlierRows, Fault> {
    let transaction = connection.transaction()?;
    let rows = EarlierRows {
        websites: collect(
            &transaction,
            "ContentType",
            "SELECT id, websiteId FROM ContentType",
            |row| Ok((required(row, 0)?, required(row, 1)?)),
        )?
        .into_iter()
        .collect(),
        versions: collect(
            &transaction,
            "content_type_versions",
            "SELECT type_key, version_hash, parent_hash, content_snapshot, change_source, author,
               message, created_at FROM content_type_versions ORDER BY id",
            version,
        )?,
        parents: collect(
            &transaction,
            "version_parents",
            "SELECT version_hash, parent_hash, parent_order FROM version_parents",
            |row| Ok((required(row, 0)?, required(row, 1)?, row.get(2)?)),
        )?,
        // An attempt that never ended says nothing about what it did.
        history: collect(
            &transaction,
            "sync_history",
            "SELECT type_key, version_hash, target_platform, sync_direction, sync_status,
               pushed_data, response_data, error_message, retry_count, sync_metadata,
               deployment_id, started_at, completed_at, created_at FROM sync_history
             WHERE sync_status IN ('SUCCESS', 'FAILED', 'PARTIAL')
               AND sync_direction IN ('PUSH', 'PULL') ORDER BY rowid",
            attempt,
        )?,
    };
    transaction.commit()?;
    Ok(rows)
}

/// Takes the rows over and remembers that it was done. Runs inside the caller's write transaction.
pub(super) fn insert(session: Session<'_>, rows: &EarlierRows) -> Result<(), Fault> {
    for version in &rows.versions {
        insert_version(session, rows, version)?;
    }
    for parent in &rows.parents {
        session
            .prepare(
                "INSERT OR IGNORE INTO {prefix}version_parents (version_hash, parent_hash,
                 parent_order) VALUES (?1, ?2, ?3)",
            )?
            .execute((&parent.0, &parent.1, parent.2))?;
    }
    for attempt in &rows.history {
        insert_attempt(session, rows, attempt)?;
    }
    session
        .prepare(
            "INSERT INTO {prefix}sync_imports (id, versions, parents, history)
             SELECT 1, (SELECT count(*) FROM {prefix}content_type_versions WHERE imported = 1),
               (SELECT count(*) FROM {prefix}version_parents),
               (SELECT count(*) FROM {prefix}sync_history WHERE imported = 1)",
        )?
        .execute([])?;
    Ok(())
}

/// What was taken over; `None` while that is still to be done.
pub(super) fn summary(session: Session<'_>) -> Result<Option<Earlier>, Fault> {
    let counted = session
        .prepare("SELECT versions, parents, history FROM {prefix}sync_imports")?
        .query_row([], |row| {
            let count = |column| row.get(column).map(i64::unsigned_abs);
            Ok(Earlier {
                versions: count(0)?,
                parents: count(1)?,
                history: count(2)?,
                findings: Vec::new(),
            })
        })
        .optional()?;
    let Some(mut earlier) = counted else { return Ok(None) };
    earlier.findings = session
        .prepare(
            "SELECT type_key, version_hash, content_hash FROM {prefix}content_type_versions
             WHERE imported = 1 AND content_hash IS NOT version_hash ORDER BY id",
        )?
        .query_map([], |row| {
            Ok(mismatch(&row.get::<_, String>(0)?, &row.get::<_, String>(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(Some(earlier))
}

fn mismatch(type_key: &str, version_hash: &str, content_hash: Option<String>) -> Finding {
    let found = content_hash.map_or_else(
        || "is no JSON and has no hash".to_owned(),
        |content_hash| format!("has the hash {content_hash}"),
    );
    Finding::warning(
        "IMPORTED_HASH_MISMATCH",
        format!("version {version_hash} was imported, but its content {found}"),
        "do not rely on what this version holds; record a new one from the type as it is now",
    )
    .of(type_key)
}

fn insert_version(
    session: Session<'_>,
    rows: &EarlierRows,
    version: &Version,
) -> Result<(), Fault> {
    let hash: Option<Digest> = parse(&version.snapshot).ok().map(content_hash);
    session
        .prepare(
            "INSERT OR IGNORE INTO {prefix}content_type_versions
               (website_id, kind, local_id, type_key, version_hash, parent_hash, content_snapshot,
                content_hash, change_source, author, message, created_at, imported)
             VALUES (:website, :kind, :key, :key, :version, :parent, :snapshot, :hash, :source,
                :author, :message, :at, 1)",
        )?
        .execute(named_params! {
            ":website": rows.website_of(&version.type_key),
            ":kind": Entity::CONTENT_TYPE,
            ":key": version.type_key,
            ":version": version.hash,
            ":parent": version.parent_hash,
            ":snapshot": version.snapshot,
            ":hash": hash.map(Hex),
            ":source": version.source,
            ":author": version.author,
            ":message": version.message,
            ":at": version.created_at,
        })?;
    Ok(())
}

fn insert_attempt(
    session: Session<'_>,
    rows: &EarlierRows,
    attempt: &Attempt,
) -> Result<(), Fault> {
    session
        .prepare(
            "INSERT INTO {prefix}sync_history
               (website_id, target, kind, local_id, type_key, version_hash, target_platform,
                sync_direction, sync_status, pushed_data, response_data, error_message,
                retry_count, sync_metadata, deployment_id, started_at, completed_at, created_at,
                imported)
             VALUES (:website, '', :kind, :key, :key, :version, :platform, :direction, :status,
                :pushed, :response, :error, :retries, :metadata, :deployment, :started, :completed,
                :created, 1)",
        )?
        .execute(named_params! {
            ":website": rows.website_of(&attempt.type_key),
            ":kind": Entity::CONTENT_TYPE,
            ":key": attempt.type_key,
            ":version": attempt.version_hash,
            ":platform": attempt.platform,
            ":direction": attempt.direction,
            ":status": attempt.status,
            ":pushed": attempt.pushed,
            ":response": attempt.response,
            ":error": attempt.error,
            ":retries": attempt.retries,
            ":metadata": attempt.metadata,
            ":deployment": attempt.deployment_id,
            ":started": attempt.started_at,
            ":completed": attempt.completed_at,
            ":created": attempt.created_at,
        })?;
    Ok(())
}

impl EarlierRows {
    /// The website of a type; empty when the type is gone, or was named by something else than its
    /// id.
    fn website_of(&self, type_key: &str) -> &str {
        self.websites.get(type_key).map_or("", String::as_str)
    }
}

fn collect<T>(
    connection: &Connection,
    table: &str,
    sql: &str,
    row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let exists = connection
        .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1")?
        .exists([table])?;
    if exists { connection.prepare(sql)?.query_map([], row)?.collect() } else { Ok(Vec::new()) }
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
        started_at: milliseconds(row.get_ref(11)?),
        completed_at: milliseconds(row.get_ref(12)?),
        created_at: milliseconds(row.get_ref(13)?),
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
