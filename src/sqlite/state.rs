//! What is known of the documents of a scope.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, Row, named_params};

use super::column::{Bytes, Hex, Remote, entity};
use super::fault::Fault;
use super::session::Session;
use crate::port::{Claim, Entity, RemoteId, Revision, Scope, StateDetail, StateRow};

/// The columns of a [`StateRow`], in its order.
const SMALL: &str = "kind, local_id, type_key, remote_id, row_digest, remote_digest, dialect, \
                     settled, refers, agreed, sync_status";

/// The small part of every state of a scope, by document.
pub(super) fn states(session: Session<'_>, scope: &Scope) -> Result<Vec<StateRow>, Fault> {
    let mut statement = session.prepare(&format!(
        "SELECT {SMALL} FROM {{prefix}}sync_state
         WHERE website_id = ?1 AND target = ?2 ORDER BY kind, local_id"
    ))?;
    let mut rows = statement.query((&scope.website_id, &scope.target))?;
    let mut states = Vec::new();
    while let Some(row) = rows.next()? {
        states.push(state_row(row)?);
    }
    Ok(states)
}

/// The whole state of some documents.
pub(super) fn details(
    session: Session<'_>,
    scope: &Scope,
    entities: &[Entity],
) -> Result<BTreeMap<Entity, StateDetail>, Fault> {
    let mut statement = session.prepare(&format!(
        "SELECT {SMALL}, base, bindings, origin, revision_etag, revision_modified, last_write_at,
           last_write_view, last_synced_hash, local_hash, remote_hash, last_sync_at
         FROM {{prefix}}sync_state JOIN {{prefix}}sync_bases ON state_id = id
         WHERE website_id = ?1 AND target = ?2 AND kind = ?3 AND local_id = ?4"
    ))?;
    let mut details = BTreeMap::new();
    for entity in entities {
        let mut rows =
            statement.query((&scope.website_id, &scope.target, entity.kind, &entity.id))?;
        if let Some(row) = rows.next()? {
            details.insert(entity.clone(), state_detail(row)?);
        }
    }
    Ok(details)
}

/// The documents of a scope that have one of these identities on its target.
pub(super) fn bound(
    session: Session<'_>,
    scope: &Scope,
    remote_ids: &[RemoteId],
) -> Result<Vec<(Entity, RemoteId)>, Fault> {
    let mut statement = session.prepare(
        "SELECT kind, local_id FROM {prefix}sync_state
         WHERE target = ?2 AND remote_id = ?3 AND website_id = ?1",
    )?;
    let mut bound = Vec::new();
    for remote_id in remote_ids {
        let id = Remote(remote_id.clone());
        let mut rows = statement.query((&scope.website_id, &scope.target, id))?;
        while let Some(row) = rows.next()? {
            let kind = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            bound.push((entity(kind, row.get(1)?)?, remote_id.clone()));
        }
    }
    Ok(bound)
}

/// What other websites claim on the target.
pub(super) fn claims(session: Session<'_>, scope: &Scope) -> Result<Vec<Claim>, Fault> {
    let mut statement = session.prepare(
        "SELECT website_id, kind, local_id, remote_id FROM {prefix}sync_state
         WHERE target = ?2 AND remote_id IS NOT NULL AND website_id <> ?1
         ORDER BY website_id, kind, local_id",
    )?;
    let mut rows = statement.query((&scope.website_id, &scope.target))?;
    let mut claims = Vec::new();
    while let Some(row) = rows.next()? {
        let Remote(remote_id) = row.get(3)?;
        claims.push(Claim {
            website_id: row.get(0)?,
            entity: entity(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?, row.get(2)?)?,
            remote_id,
        });
    }
    Ok(claims)
}

/// Writes the state of one document as seen at a time, unless another one claims its identity on the
/// target. A hash that is not known says nothing about a change.
pub(super) fn upsert(
    session: Session<'_>,
    scope: &Scope,
    detail: &StateDetail,
    seen_at: Option<i64>,
) -> Result<(), Fault> {
    let row = &detail.row;
    refuse_claimed(session, scope, detail)?;
    let id: i64 = session
        .prepare(
            "INSERT INTO {prefix}sync_state
               (website_id, target, kind, local_id, type_key, remote_id, sync_status, dialect,
                settled, refers, agreed, row_digest, remote_digest, local_hash, remote_hash,
                last_synced_hash, last_sync_at, local_changed_at, remote_changed_at)
             VALUES (:website, :target, :kind, :local, :type_key, :remote, :status, :dialect,
                :settled, :refers, :agreed, :row_digest, :remote_digest, :local_hash, :remote_hash,
                :synced, :sync_at, :seen_at, :seen_at)
             ON CONFLICT (website_id, target, kind, local_id) DO UPDATE SET
               type_key = excluded.type_key, remote_id = excluded.remote_id,
               sync_status = excluded.sync_status, dialect = excluded.dialect,
               settled = excluded.settled, refers = excluded.refers, agreed = excluded.agreed,
               row_digest = excluded.row_digest, remote_digest = excluded.remote_digest,
               local_hash = excluded.local_hash, remote_hash = excluded.remote_hash,
               last_synced_hash = excluded.last_synced_hash, last_sync_at = excluded.last_sync_at,
               local_changed_at = iif(local_hash <> excluded.local_hash,
                 excluded.local_changed_at, coalesce(local_changed_at, excluded.local_changed_at)),
               remote_changed_at = iif(remote_hash <> excluded.remote_hash,
                 excluded.remote_changed_at, coalesce(remote_changed_at, excluded.remote_changed_at))
             RETURNING id",
        )?
        .query_row(
            named_params! {
                ":website": scope.website_id,
                ":target": scope.target,
                ":kind": row.entity.kind,
                ":local": row.entity.id,
                ":type_key": row.type_key,
                ":remote": row.remote_id.clone().map(Remote),
                ":status": row.status,
                ":dialect": row.dialect,
                ":settled": row.settled,
                ":refers": row.refers,
                ":agreed": row.agreed,
                ":row_digest": row.row_digest.map(Bytes),
                ":remote_digest": row.remote_digest.map(Bytes),
                ":local_hash": detail.local_hash.map(Hex),
                ":remote_hash": detail.remote_hash.map(Hex),
                ":synced": detail.content_hash.map(Hex),
                ":sync_at": detail.last_sync_at,
                ":seen_at": seen_at,
            },
            |row| row.get(0),
        )?;
    session
        .prepare(
            "INSERT OR REPLACE INTO {prefix}sync_bases
               (state_id, base, bindings, origin, revision_etag, revision_modified, last_write_at,
                last_write_view)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            id,
            &detail.base,
            &detail.bindings,
            &detail.origin,
            &detail.revision.etag,
            &detail.revision.modified,
            detail.last_write.map(|(at, _)| at),
            detail.last_write.map(|(_, view)| Bytes(view)),
        ))?;
    Ok(())
}

/// Drops the state of a document that is gone on both sides.
pub(super) fn forget(session: Session<'_>, scope: &Scope, entity: &Entity) -> Result<(), Fault> {
    let id: Option<i64> = session
        .prepare(
            "DELETE FROM {prefix}sync_state
             WHERE website_id = ?1 AND target = ?2 AND kind = ?3 AND local_id = ?4 RETURNING id",
        )?
        .query_row((&scope.website_id, &scope.target, entity.kind, &entity.id), |row| row.get(0))
        .optional()?;
    session.prepare("DELETE FROM {prefix}sync_bases WHERE state_id = ?1")?.execute([id])?;
    Ok(())
}

/// The unique index would refuse it as well; this names who claims it.
fn refuse_claimed(session: Session<'_>, scope: &Scope, detail: &StateDetail) -> Result<(), Fault> {
    let StateRow { entity, remote_id: Some(remote_id), .. } = &detail.row else { return Ok(()) };
    let other: Option<String> = session
        .prepare(
            "SELECT website_id FROM {prefix}sync_state
             WHERE target = ?1 AND remote_id = ?2
               AND (website_id, kind, local_id) <> (?3, ?4, ?5)",
        )?
        .query_row(
            (&scope.target, remote_id.as_json(), &scope.website_id, entity.kind, &entity.id),
            |row| row.get(0),
        )
        .optional()?;
    other.map_or(Ok(()), |website_id| Err(Fault::claimed(website_id, remote_id)))
}

/// By position, because names are looked up for every row anew, and all rows of a scope are read.
fn state_row(row: &Row<'_>) -> Result<StateRow, Fault> {
    Ok(StateRow {
        entity: entity(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?, row.get(1)?)?,
        type_key: row.get(2)?,
        remote_id: row.get::<_, Option<Remote>>(3)?.map(|Remote(id)| id),
        row_digest: row.get::<_, Option<Bytes>>(4)?.map(|Bytes(digest)| digest),
        remote_digest: row.get::<_, Option<Bytes>>(5)?.map(|Bytes(digest)| digest),
        dialect: row.get(6)?,
        settled: row.get(7)?,
        refers: row.get(8)?,
        agreed: row.get(9)?,
        status: row.get(10)?,
    })
}

fn state_detail(row: &Row<'_>) -> Result<StateDetail, Fault> {
    let hash = |column: &str| -> rusqlite::Result<_> {
        Ok(row.get::<_, Option<Hex>>(column)?.map(|Hex(digest)| digest))
    };
    let view = row.get::<_, Option<Bytes>>("last_write_view")?.map(|Bytes(digest)| digest);
    Ok(StateDetail {
        row: state_row(row)?,
        base: row.get("base")?,
        bindings: row.get("bindings")?,
        origin: row.get("origin")?,
        revision: Revision {
            etag: row.get("revision_etag")?,
            modified: row.get("revision_modified")?,
        },
        last_write: row.get::<_, Option<i64>>("last_write_at")?.zip(view),
        content_hash: hash("last_synced_hash")?,
        local_hash: hash("local_hash")?,
        remote_hash: hash("remote_hash")?,
        last_sync_at: row.get("last_sync_at")?,
    })
}
