//! What types leave behind, committed at once.

use rusqlite::named_params;

use super::audit::Subject;
use super::column::{Bytes, Hex, Remote};
use super::fault::Fault;
use super::packed::Packed;
use super::session::Session;
use super::{audit, audit_event, journal, row_journal, state};
use crate::port::{Check, ConflictRow, Entity, HistoryRow, Record, Scope};

/// Writes all records. What is forgotten goes first, so that its identity can be claimed by what
/// takes its place.
pub(super) fn record(session: Session<'_>, scope: &Scope, records: &[Record]) -> Result<(), Fault> {
    for forgotten in records.iter().filter_map(|record| record.forget.as_ref()) {
        state::forget(session, scope, forgotten)?;
    }
    for record in records {
        one(session, scope, record)?;
    }
    Ok(())
}

fn one(session: Session<'_>, scope: &Scope, record: &Record) -> Result<(), Fault> {
    for closing in &record.closes {
        journal::close(session, scope, closing)?;
    }
    if let Some(closing) = record.row {
        row_journal::close(session, scope, closing, moment(record))?;
    }
    if let Some(check) = &record.check {
        checked(session, scope, check)?;
    }
    if let Some(detail) = &record.state {
        state::upsert(session, scope, detail, moment(record))?;
    }
    if let Some(row) = &record.history {
        history(session, scope, row)?;
    }
    if let Some(row) = &record.conflict {
        conflict(session, scope, row)?;
    }
    if let Some(entity) = &record.settled_conflict {
        settle_conflict(session, scope, entity, record)?;
    }
    let touched = [
        record.state.as_ref().map(|detail| &detail.row.entity),
        record.conflict.as_ref().map(|row| &row.entity),
        record.settled_conflict.as_ref(),
    ];
    for entity in touched.into_iter().flatten() {
        mark_conflict(session, scope, entity)?;
    }
    if let Some(event) = &record.note {
        audit::append(session, event, None)?;
    }
    Ok(())
}

/// One row per scope, so that looking at what did not move costs the same however much there is.
fn checked(session: Session<'_>, scope: &Scope, check: &Check) -> Result<(), Fault> {
    session
        .prepare(
            "INSERT OR REPLACE INTO {prefix}sync_checks
               (website_id, target, last_checked_at, sync_mode)
             VALUES (?1, ?2, ?3, coalesce(
               (SELECT json_extract(options, '$.mode') FROM {prefix}sync_transactions WHERE id = ?4),
               'push'))",
        )?
        .execute((&scope.website_id, &scope.target, check.at, &check.run_id))?;
    Ok(())
}

fn history(session: Session<'_>, scope: &Scope, row: &HistoryRow) -> Result<(), Fault> {
    let author = &session.pen()?.author;
    session
        .prepare(
            "INSERT INTO {prefix}sync_history
               (website_id, target, kind, local_id, type_key, version_hash, target_platform,
                sync_direction, sync_status, operation, pushed_data, response_data, error_code,
                error_message, retry_count, sync_metadata, actor, role, run_id, deployment_id, started_at,
                completed_at, created_at)
             VALUES (:website, :target, :kind, :local, :type_key,
                (SELECT version_hash FROM {prefix}version_heads
                   WHERE website_id = :website AND kind = :kind AND local_id = :local),
                :platform, :direction, :status, :verb, :pushed, :response, :code, :error, :retries,
                :metadata,
                coalesce(:actor, (SELECT actor FROM {prefix}sync_transactions WHERE id = :run)),
                coalesce(
                  (SELECT role FROM {prefix}sync_transactions
                   WHERE id = :run AND actor = coalesce(:actor, actor)),
                  iif(:actor = :author, :role, NULL)),
                :run, (SELECT job_id FROM {prefix}sync_transactions WHERE id = :run), :started,
                :completed, :recorded)",
        )?
        .execute(named_params! {
            ":website": scope.website_id,
            ":target": scope.target,
            ":kind": row.entity.kind,
            ":local": row.entity.id,
            ":type_key": row.type_key,
            ":platform": row.platform,
            ":direction": row.direction.as_str(),
            ":status": row.status,
            ":verb": row.verb.as_str(),
            ":pushed": row.pushed,
            ":response": row.response,
            ":code": row.code,
            ":error": row.error,
            ":retries": row.retries,
            ":metadata": row.metadata,
            ":actor": row.actor,
            ":author": author.id,
            ":role": author.role,
            ":run": row.run_id,
            ":started": row.started_at,
            ":completed": row.completed_at,
            ":recorded": row.recorded_at,
        })?;
    let id = session.connection.last_insert_rowid();
    audit::cover(session, Subject::History(id), row.recorded_at)?;
    if let Some(previous) = &row.previous {
        backup(session, scope, row, previous)?;
    }
    Ok(())
}

/// The intents of a run keep what was there before; this is for what reached the record without
/// one.
fn backup(
    session: Session<'_>,
    scope: &Scope,
    row: &HistoryRow,
    previous: &str,
) -> Result<(), Fault> {
    session
        .prepare(
            "INSERT INTO {prefix}sync_backups
               (run_id, website_id, target, kind, local_id, type_key, remote_id, operation,
                definition, size, taken_at)
             SELECT :run, :website, :target, :kind, :local, :type_key,
               (SELECT remote_id FROM {prefix}sync_state WHERE website_id = :website
                  AND target = :target AND kind = :kind AND local_id = :local),
               :verb, :definition, :size, :at
             WHERE NOT EXISTS (SELECT 1 FROM {prefix}sync_backups WHERE run_id = :run
               AND website_id = :website AND target = :target AND kind = :kind
               AND local_id = :local)",
        )?
        .execute(named_params! {
            ":run": row.run_id,
            ":website": scope.website_id,
            ":target": scope.target,
            ":kind": row.entity.kind,
            ":local": row.entity.id,
            ":type_key": row.type_key,
            ":verb": row.verb.as_str(),
            ":definition": Packed(previous),
            ":size": i64::try_from(previous.len()).unwrap_or(i64::MAX),
            ":at": row.started_at,
        })?;
    Ok(())
}

/// New evidence updates the open row, which keeps its id and its time of creation.
fn conflict(session: Session<'_>, scope: &Scope, row: &ConflictRow) -> Result<(), Fault> {
    session
        .prepare(
            "INSERT INTO {prefix}conflict_log
               (website_id, target, kind, local_id, type_key, name, local_hash, remote_hash,
                ancestor_hash, conflict_type, conflict_digest, conflict_details, created_at,
                updated_at, remote_id, remote_name, remote_body, revision_etag, revision_modified)
             VALUES (:website, :target, :kind, :local, :type_key, :name, :local_hash,
                :remote_hash, :ancestor_hash, :type, :digest, :details, :at, :at, :remote_id,
                :remote_name, :remote_body, :etag, :modified)
             ON CONFLICT (website_id, target, kind, local_id) WHERE resolution IS NULL
             DO UPDATE SET type_key = excluded.type_key, local_hash = excluded.local_hash,
               remote_hash = excluded.remote_hash, ancestor_hash = excluded.ancestor_hash,
               conflict_type = excluded.conflict_type, conflict_digest = excluded.conflict_digest,
               conflict_details = excluded.conflict_details, updated_at = excluded.updated_at,
               remote_id = excluded.remote_id, remote_name = excluded.remote_name,
               remote_body = excluded.remote_body, revision_etag = excluded.revision_etag,
               revision_modified = excluded.revision_modified",
        )?
        .execute(named_params! {
            ":website": scope.website_id,
            ":target": scope.target,
            ":kind": row.entity.kind,
            ":local": row.entity.id,
            ":type_key": row.type_key,
            ":name": row.name,
            ":local_hash": row.local_hash.map(Hex),
            ":remote_hash": row.remote_hash.map(Hex),
            ":ancestor_hash": row.ancestor_hash.map(Hex),
            ":type": row.kind,
            ":digest": Bytes(row.digest),
            ":details": row.details,
            ":at": row.at,
            ":remote_id": row.remote.as_ref().map(|remote| Remote(remote.id.clone())),
            ":remote_name": row.remote.as_ref().map(|remote| &remote.name),
            ":remote_body": row.remote.as_ref().map(|remote| &*remote.body),
            ":etag": row.remote.as_ref().and_then(|remote| remote.revision.etag.as_ref()),
            ":modified": row.remote.as_ref().and_then(|remote| remote.revision.modified.as_ref()),
        })?;
    Ok(())
}

fn settle_conflict(
    session: Session<'_>,
    scope: &Scope,
    entity: &Entity,
    record: &Record,
) -> Result<(), Fault> {
    let decision = record.decision.as_ref();
    let at = decision.map(|decision| decision.at).or_else(|| moment(record));
    let resolution = decision.map_or("settled", |decision| &decision.resolution);
    let by = decision.and_then(|decision| decision.by.as_deref());
    let settled = session
        .prepare(
            "UPDATE {prefix}conflict_log
             SET resolution = ?6, resolved_by = ?7, resolved_at = coalesce(?5, updated_at)
             WHERE website_id = ?1 AND target = ?2 AND kind = ?3 AND local_id = ?4
               AND resolution IS NULL",
        )?
        .execute((&scope.website_id, &scope.target, entity.kind, &entity.id, at, resolution, by))?;
    match decision {
        Some(decision) if settled > 0 => {
            audit_event::decided(session, scope, entity, None, decision)
        }
        _ => Ok(()),
    }
}

/// Keeps `sync_state.conflict_status` what the log says.
pub(super) fn mark_conflict(
    session: Session<'_>,
    scope: &Scope,
    entity: &Entity,
) -> Result<(), Fault> {
    session
        .prepare(
            "UPDATE {prefix}sync_state SET conflict_status = coalesce(
               (SELECT iif(resolution IS NULL, 'detected', 'resolved')
                FROM {prefix}conflict_log c
                WHERE c.website_id = ?1 AND c.target = ?2 AND c.kind = ?3 AND c.local_id = ?4
                ORDER BY c.id DESC LIMIT 1),
               'none')
             WHERE website_id = ?1 AND target = ?2 AND kind = ?3 AND local_id = ?4",
        )?
        .execute((&scope.website_id, &scope.target, entity.kind, &entity.id))?;
    Ok(())
}

/// When what a record says was seen.
fn moment(record: &Record) -> Option<i64> {
    let history = record.history.iter().map(|row| row.recorded_at);
    let state = record.state.iter().filter_map(|detail| detail.last_sync_at);
    let named = history.chain(state).chain(record.closes.iter().map(|closing| closing.at));
    record.seen_at.or_else(|| named.max())
}
