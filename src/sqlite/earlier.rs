//! What the studio's own earlier attempt at synchronizing left in its database.
//!
//! Its version history is taken over once, when the state is first made: versions, parents, and the
//! attempts that ended. Old hashes stay the names of their versions; the content is hashed anew, and
//! a difference is a finding. Its `sync_state` is **not** taken over: it was compared with four
//! hard-coded types, never with a platform, so none of it is a base to merge from. Nor are its
//! conflicts, which came from the same comparison. The old tables stay as they are, byte for byte.

mod rows;

use rusqlite::{OptionalExtension as _, named_params};

use self::rows::{Attempt, Version};
pub(super) use self::rows::{EarlierRows, read};
use super::column::Hex;
use super::fault::Fault;
use super::migration::Condition;
use super::session::Session;
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

/// Whether the earlier attempt is still to be looked for.
pub(super) fn is_due(session: Session<'_>, condition: &Condition) -> Result<bool, Fault> {
    // An older state may not have the table to say so yet.
    if !matches!(condition, Condition::Ours { missing: 0 }) {
        return Ok(true);
    }
    let done = session.prepare("SELECT 1 FROM {prefix}sync_imports")?.exists([])?;
    Ok(!done)
}

/// Takes the rows over and remembers that it was done. Runs inside the caller's write transaction.
pub(super) fn insert(session: Session<'_>, rows: &EarlierRows) -> Result<(), Fault> {
    for version in &rows.versions {
        insert_version(session, rows, version)?;
    }
    // What the engine recorded itself is newer than anything that it takes over.
    session
        .prepare(
            "INSERT OR IGNORE INTO {prefix}version_heads
               (website_id, kind, local_id, type_key, version_hash, content_hash, change_type,
                imported)
             SELECT website_id, kind, local_id, type_key, version_hash, content_hash, change_type, 1
             FROM {prefix}content_type_versions WHERE id IN (
               SELECT max(id) FROM {prefix}content_type_versions WHERE imported = 1
               GROUP BY website_id, kind, local_id)",
        )?
        .execute([])?;
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
                content_hash, change_source, author, message, created_at, change_type, imported)
             VALUES (:website, :kind, :key, :key, :version, :parent, :snapshot, :hash, :source,
                :author, :message, :at, iif(:parent IS NULL, 'create', 'update'), 1)",
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
