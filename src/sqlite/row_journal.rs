//! The journal of writes to the studio's rows.

use async_trait::async_trait;
use rusqlite::{Row, named_params};

use super::column::{Bytes, Remote, entity};
use super::fault::Fault;
use super::session::Session;
use super::store::SqliteStore;
use crate::canonical::{parse, write};
use crate::model::Json;
use crate::port::{
    Decision, Lease, OpenRow, OperationState, RowBounds, RowIntent, RowJournal, RowWrite, Scope,
    StoreError, TypeRow,
};

#[async_trait]
impl RowJournal for SqliteStore {
    async fn intend_row(&self, lease: &Lease, intent: RowIntent) -> Result<i64, StoreError> {
        self.write_under(lease, move |session, lease| intend(session, lease, &intent)).await
    }

    async fn open_rows(&self, scope: &Scope) -> Result<Vec<OpenRow>, StoreError> {
        let scope = scope.clone();
        self.read(move |session| open(session, &scope)).await
    }

    async fn rows_of(&self, run_id: &str) -> Result<Vec<(String, RowIntent)>, StoreError> {
        let run_id = run_id.to_owned();
        self.read(move |session| of_run(session, &run_id)).await
    }

    async fn prune_rows(&self, lease: &Lease, bounds: RowBounds) -> Result<(), StoreError> {
        self.write_under(lease, move |session, lease| prune(session, &lease.scope, bounds)).await
    }
}

fn intend(session: Session<'_>, lease: &Lease, intent: &RowIntent) -> Result<i64, Fault> {
    let (before, after) = match &intent.write {
        RowWrite::Update { seen, row } => (Some(seen), Some(row)),
        RowWrite::Insert { row } => (None, Some(row)),
        RowWrite::Delete { seen } => (Some(seen), None),
    };
    let decision = intent.decision.as_ref();
    let id = session
        .prepare(
            "INSERT INTO {prefix}sync_rows
               (run_id, website_id, target, kind, local_id, type_key, state, fence, remote_id,
                row_before, row_after, base, bindings, merged, conflict_digest, resolution,
                resolved_by, resolved_at, actor, started_at)
             VALUES (:run, :website, :target, :kind, :local, :type_key, 'started', :fence, :remote,
                :before, :after, :base, :bindings, :merged, :digest, :resolution, :by, :decided,
                :actor, :at)
             RETURNING id",
        )?
        .query_row(
            named_params! {
                ":run": intent.run_id,
                ":website": lease.scope.website_id,
                ":target": lease.scope.target,
                ":kind": intent.entity.kind,
                ":local": intent.entity.id,
                ":type_key": intent.type_key,
                ":fence": lease.fence,
                ":remote": Remote(intent.remote_id.clone()),
                ":before": before.map(|row| row_to_json(row)),
                ":after": after.map(|row| row_to_json(row)),
                ":base": intent.base,
                ":bindings": intent.bindings,
                ":merged": intent.merged,
                ":digest": decision.map(|(digest, _)| Bytes(*digest)),
                ":resolution": decision.map(|(_, decision)| &decision.resolution),
                ":by": decision.and_then(|(_, decision)| decision.by.as_ref()),
                ":decided": decision.map(|(_, decision)| decision.at),
                ":actor": intent.actor,
                ":at": intent.at,
            },
            |row| row.get(0),
        )?;
    Ok(id)
}

/// Closes an entry. One that is not open is a defect of the caller, never passed over.
pub(super) fn close(
    session: Session<'_>,
    scope: &Scope,
    (id, state): (i64, OperationState),
    at: Option<i64>,
) -> Result<(), Fault> {
    let word = match state {
        OperationState::Applied => "applied",
        OperationState::Failed => "failed",
        OperationState::Undecided => "undecided",
    };
    let closed = session
        .prepare(
            "UPDATE {prefix}sync_rows SET state = ?1, closed_at = coalesce(?2, started_at)
             WHERE id = ?3 AND website_id = ?4 AND target = ?5 AND state = 'started'",
        )?
        .execute((word, at, id, &scope.website_id, &scope.target))?;
    if closed == 1 {
        Ok(())
    } else {
        Err(Fault::Failed(format!("the write {id} to the studio is not open in its scope")))
    }
}

/// The columns of an entry.
const COLUMNS: &str = "id, run_id, kind, local_id, type_key, remote_id, row_before, row_after, base, \
                       bindings, merged, conflict_digest, resolution, resolved_by, resolved_at, \
                       actor, started_at";

fn of_run(session: Session<'_>, run_id: &str) -> Result<Vec<(String, RowIntent)>, Fault> {
    let mut statement = session.prepare(&format!(
        "SELECT {COLUMNS}, website_id FROM {{prefix}}sync_rows
         WHERE run_id = ?1 AND state = 'applied' ORDER BY id"
    ))?;
    let mut rows = statement.query([run_id])?;
    let mut written = Vec::new();
    while let Some(row) = rows.next()? {
        written.push((row.get("website_id")?, entry(row)?.intent));
    }
    Ok(written)
}

fn open(session: Session<'_>, scope: &Scope) -> Result<Vec<OpenRow>, Fault> {
    let mut statement = session.prepare(&format!(
        "SELECT {COLUMNS} FROM {{prefix}}sync_rows
         WHERE state = 'started' AND target = ?2 AND website_id = ?1 ORDER BY id"
    ))?;
    let mut rows = statement.query((&scope.website_id, &scope.target))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(entry(row)?);
    }
    Ok(entries)
}

/// Whoever undoes next needs the rows that the latest deployment replaced, and of what was decided or
/// restored since, the latest of each document.
fn prune(session: Session<'_>, scope: &Scope, bounds: RowBounds) -> Result<(), Fault> {
    session
        .prepare(
            "DELETE FROM {prefix}sync_rows WHERE id IN (
               SELECT id FROM (
                 SELECT id, run_id, state, started_at, row_number() OVER (
                   PARTITION BY kind, local_id ORDER BY id DESC) AS place
                 FROM {prefix}sync_rows WHERE website_id = :website AND target = :target)
               WHERE state <> 'started' AND place > 1
                 AND (place > :count OR started_at < :since)
                 AND run_id IS NOT (
                   SELECT r.run_id FROM {prefix}sync_rows r
                   JOIN {prefix}sync_transactions t ON t.id = r.run_id
                   WHERE r.website_id = :website AND r.target = :target
                   ORDER BY r.id DESC LIMIT 1))",
        )?
        .execute(named_params! {
            ":website": scope.website_id,
            ":target": scope.target,
            ":count": bounds.count,
            ":since": bounds.since,
        })?;
    Ok(())
}

fn entry(row: &Row<'_>) -> Result<OpenRow, Fault> {
    let unreadable = || Fault::Failed("a write to the studio cannot be read".to_owned());
    let stored = |column: &str| -> Result<Option<TypeRow>, Fault> {
        let text: Option<String> = row.get(column)?;
        text.map(|text| row_from_json(&text).ok_or_else(unreadable)).transpose()
    };
    let write = match (stored("row_before")?, stored("row_after")?) {
        (Some(seen), Some(after)) => RowWrite::update(seen, after),
        (None, Some(after)) => RowWrite::insert(after),
        (Some(seen), None) => RowWrite::delete(seen),
        (None, None) => return Err(unreadable()),
    };
    let kind: String = row.get("kind")?;
    let Remote(remote_id) = row.get("remote_id")?;
    let digest: Option<Bytes> = row.get("conflict_digest")?;
    let resolution: Option<String> = row.get("resolution")?;
    let at: i64 = row.get("started_at")?;
    let decided: Option<i64> = row.get("resolved_at")?;
    let by = row.get("resolved_by")?;
    let intent = RowIntent {
        run_id: row.get("run_id")?,
        entity: entity(&kind, row.get("local_id")?)?,
        type_key: row.get("type_key")?,
        remote_id,
        write,
        base: row.get("base")?,
        bindings: row.get("bindings")?,
        merged: row.get("merged")?,
        decision: digest.zip(resolution).map(|(Bytes(digest), resolution)| {
            (digest, Decision { resolution, by, at: decided.unwrap_or(at) })
        }),
        actor: row.get("actor")?,
        at,
    };
    Ok(OpenRow { id: row.get("id")?, intent })
}

/// Every column of a row that is read. Times are texts, so that none is rounded.
fn row_to_json(row: &TypeRow) -> String {
    let text = |own: Option<&str>| own.map(|own| Json::str(own.to_owned()));
    let time = |own: Option<i64>| own.map(|own| Json::str(own.to_string()));
    let members = [
        ("id", text(Some(&row.id))),
        ("websiteId", text(Some(&row.website_id))),
        ("name", text(Some(&row.name))),
        ("key", text(row.key.as_deref())),
        ("pluralName", text(row.plural_name.as_deref())),
        ("category", text(row.category.as_deref())),
        ("displayField", text(row.display_field.as_deref())),
        ("fields", text(row.fields.as_deref())),
        ("settings", text(row.settings.as_deref())),
        ("createdAt", time(row.created_at)),
        ("updatedAt", time(row.updated_at)),
    ];
    let present = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
    write(&Json::object(present))
}

fn row_from_json(text: &str) -> Option<TypeRow> {
    let value = parse(text).ok()?;
    let text = |name: &str| value.get(name).and_then(Json::as_str).map(str::to_owned);
    let time = |name: &str| text(name).and_then(|time| time.parse().ok());
    Some(TypeRow {
        id: text("id")?,
        website_id: text("websiteId")?,
        name: text("name")?,
        key: text("key"),
        plural_name: text("pluralName"),
        category: text("category"),
        display_field: text("displayField"),
        fields: text("fields").map(String::into_boxed_str),
        settings: text("settings").map(String::into_boxed_str),
        created_at: time("createdAt"),
        updated_at: time("updatedAt"),
    })
}
