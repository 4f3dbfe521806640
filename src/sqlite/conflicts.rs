//! The log of conflicts: what is open, what was decided, and by whom.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, named_params};

use super::column::{Bytes, Remote, entity};
use super::fault::Fault;
use super::session::Session;
use super::{audit_event, record, versions};
use crate::digest::Digest;
use crate::port::{
    ConflictFilter, Decided, Decision, Entity, Ownership, RemoteDefinition, Revision, Scope,
    Settlement, StoredConflict,
};

const COLUMNS: &str = "id, website_id, target, kind, local_id, type_key, conflict_digest, conflict_details, \
                       created_at, resolution, resolved_by, resolved_at, updated_at, remote_id, \
                       remote_name, remote_body, revision_etag, revision_modified";

/// Conflicts, newest first, and how many there are without the limit.
pub(super) fn list(
    session: Session<'_>,
    filter: &ConflictFilter,
) -> Result<(Vec<StoredConflict>, u64), Fault> {
    let mut terms: Vec<String> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    if !filter.documents.is_empty() {
        let one = "(website_id = ? AND kind = ? AND local_id = ?)";
        terms.push(format!("({})", vec![one; filter.documents.len()].join(" OR ")));
        for (website_id, entity) in &filter.documents {
            values.push(website_id.clone().into());
            values.push(entity.kind.to_owned().into());
            values.push(entity.id.clone().into());
        }
    }
    if let Some(open) = filter.open {
        terms.push(format!("resolution IS {}NULL", if open { "" } else { "NOT " }));
    }
    let filtered = if terms.is_empty() {
        "FROM {prefix}conflict_log".to_owned()
    } else {
        format!("FROM {{prefix}}conflict_log WHERE {}", terms.join(" AND "))
    };
    let total: i64 = session
        .prepare(&format!("SELECT count(*) {filtered}"))?
        .query_row(rusqlite::params_from_iter(&values), |row| row.get(0))?;
    values.push(filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX)).into());
    values.push(i64::try_from(filter.offset).unwrap_or(i64::MAX).into());
    let mut statement = session
        .prepare(&format!("SELECT {COLUMNS} {filtered} ORDER BY id DESC LIMIT ? OFFSET ?"))?;
    let mut rows = statement.query(rusqlite::params_from_iter(&values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(stored(row)?);
    }
    Ok((found, u64::try_from(total).unwrap_or_default()))
}

/// Every conflict of some names.
pub(super) fn named(session: Session<'_>, names: &[String]) -> Result<Vec<StoredConflict>, Fault> {
    let mut statement = session.prepare(&format!(
        "SELECT {COLUMNS} FROM {{prefix}}conflict_log WHERE name = ?1 ORDER BY id DESC"
    ))?;
    let mut found = Vec::new();
    for name in names {
        let mut rows = statement.query([name])?;
        while let Some(row) = rows.next()? {
            found.push(stored(row)?);
        }
    }
    Ok(found)
}

/// Records a decision and what it means, if the conflict is as it was when it was decided; if it
/// cannot be recorded, nothing of it is, and what else the transaction holds stays. Fails when that
/// cannot be undone either.
pub(super) fn decide(
    session: Session<'_>,
    scope: &Scope,
    settlement: &Settlement,
) -> Result<Result<Decided, Fault>, Fault> {
    session.prepare("SAVEPOINT decision")?.execute([])?;
    let decided = settle(session, scope, settlement);
    if !matches!(decided, Ok(Decided::Done)) {
        session.prepare("ROLLBACK TO decision")?.execute([])?;
    }
    session.prepare("RELEASE decision")?.execute([])?;
    Ok(decided)
}

fn settle(session: Session<'_>, scope: &Scope, settlement: &Settlement) -> Result<Decided, Fault> {
    let Settlement { entity, digest, decision, record: means, theirs, version } = settlement;
    let Some(open) = open_of(session, scope, entity)? else { return Ok(Decided::Closed) };
    if open.digest != *digest {
        return Ok(Decided::Moved(Box::new(open)));
    }
    session
        .prepare(
            "UPDATE {prefix}conflict_log
             SET resolution = :resolution, resolved_by = :by, resolved_at = :at
             WHERE website_id = :website AND target = :target AND kind = :kind
               AND local_id = :local AND resolution IS NULL",
        )?
        .execute(named_params! {
            ":resolution": decision.resolution,
            ":by": decision.by,
            ":at": decision.at,
            ":website": scope.website_id,
            ":target": scope.target,
            ":kind": entity.kind,
            ":local": entity.id,
        })?;
    audit_event::decided(session, scope, entity, Some(*digest), decision)?;
    record::record(session, scope, std::slice::from_ref(means))?;
    record::mark_conflict(session, scope, entity)?;
    if let Some(theirs) = theirs {
        versions::insert(session, theirs)?;
    }
    match version {
        Some(version) if !versions::add(session, version)? => Ok(Decided::Overtaken),
        _ => Ok(Decided::Done),
    }
}

/// Removes conflicts of a document with these three sides.
pub(super) fn delete(
    session: Session<'_>,
    scope: &Scope,
    entity: &Entity,
    digest: Digest,
) -> Result<bool, Fault> {
    let deleted = session
        .prepare(
            "DELETE FROM {prefix}conflict_log WHERE website_id = ?1 AND target = ?2 AND kind = ?3
               AND local_id = ?4 AND conflict_digest = ?5",
        )?
        .execute((&scope.website_id, &scope.target, entity.kind, &entity.id, Bytes(digest)))?;
    record::mark_conflict(session, scope, entity)?;
    Ok(deleted > 0)
}

/// Removes what ended before a time.
pub(super) fn clear_decided(session: Session<'_>, before: i64) -> Result<u64, Fault> {
    let cleared = session
        .prepare(
            "DELETE FROM {prefix}conflict_log WHERE resolution IS NOT NULL AND resolved_at < ?1",
        )?
        .execute([before])?;
    Ok(u64::try_from(cleared).unwrap_or_default())
}

fn open_of(
    session: Session<'_>,
    scope: &Scope,
    entity: &Entity,
) -> Result<Option<StoredConflict>, Fault> {
    session
        .prepare(&format!(
            "SELECT {COLUMNS} FROM {{prefix}}conflict_log WHERE website_id = ?1 AND target = ?2
               AND kind = ?3 AND local_id = ?4 AND resolution IS NULL"
        ))?
        .query_row((&scope.website_id, &scope.target, entity.kind, &entity.id), |row| {
            Ok(stored(row))
        })
        .optional()?
        .transpose()
}

fn stored(row: &Row<'_>) -> Result<StoredConflict, Fault> {
    let kind: String = row.get("kind")?;
    let Bytes(digest) = row.get("conflict_digest")?;
    let resolution: Option<String> = row.get("resolution")?;
    let at: Option<i64> = row.get("resolved_at")?;
    let at = at.map_or_else(|| row.get("updated_at"), Ok)?;
    let by = row.get("resolved_by")?;
    Ok(StoredConflict {
        scope: Scope { website_id: row.get("website_id")?, target: row.get("target")? },
        entity: entity(&kind, row.get("local_id")?)?,
        type_key: row.get("type_key")?,
        digest,
        details: row.get("conflict_details")?,
        remote: remote(row)?,
        created_at: row.get("created_at")?,
        decision: resolution.map(|resolution| Decision { resolution, by, at }),
    })
}

fn remote(row: &Row<'_>) -> rusqlite::Result<Option<RemoteDefinition>> {
    let (Some(Remote(id)), Some(body)) =
        (row.get("remote_id")?, row.get::<_, Option<String>>("remote_body")?)
    else {
        return Ok(None);
    };
    let name: Option<String> = row.get("remote_name")?;
    Ok(Some(RemoteDefinition {
        id,
        name: name.unwrap_or_default(),
        revision: Revision {
            etag: row.get("revision_etag")?,
            modified: row.get("revision_modified")?,
        },
        // Of what is not open to us no conflict is recorded.
        ownership: Ownership::Open,
        body: body.into(),
    }))
}
