//! The journal: what was meant to be sent, committed before it is sent.

use rusqlite::{OptionalExtension as _, Row, named_params};

use super::audit::{self, Subject};
use super::backups;
use super::column::{Bytes, Remote, entity, verb};
use super::fault::Fault;
use super::packed::Packed;
use super::session::Session;
use crate::canonical::{Canonical, Path, parse, write};
use crate::model::Json;
use crate::port::{
    Closing, Intent, JournalEntry, Lease, OperationState, PlannedRow, Revision, Scope, TouchedAtom,
};

/// Records the operations of a plan, before anything is done.
pub(super) fn plan(
    session: Session<'_>,
    lease: &Lease,
    run_id: &str,
    operations: &[PlannedRow],
) -> Result<(), Fault> {
    let mut statement = session.prepare(
        "INSERT INTO {prefix}sync_operations
           (run_id, sequence, attempt, website_id, target, kind, local_id, type_key, operation,
            state, fence)
         VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8, 'planned', ?9)",
    )?;
    for planned in operations {
        statement.execute((
            run_id,
            planned.sequence,
            &lease.scope.website_id,
            &lease.scope.target,
            planned.entity.kind,
            &planned.entity.id,
            &planned.type_key,
            planned.verb.as_str(),
            lease.fence,
        ))?;
    }
    Ok(())
}

/// Writes an intent, and keeps the definition that it changes or deletes.
pub(super) fn intend(session: Session<'_>, lease: &Lease, intent: &Intent) -> Result<i64, Fault> {
    refuse_claimed(session, &lease.scope, intent)?;
    let id: i64 = session
        .prepare(
            "INSERT INTO {prefix}sync_operations
               (run_id, sequence, attempt, website_id, target, kind, local_id, type_key, operation,
                state, fence, remote_id, guarded, precondition_etag, precondition_modified, atoms,
                body, body_digest, bindings, sent_at)
             VALUES (:run, :sequence, :attempt, :website, :target, :kind, :local, :type_key, :verb,
                'started', :fence, :remote, :guarded, :etag, :modified, :atoms, :body, :digest,
                :bindings, :sent_at)
             RETURNING id",
        )?
        .query_row(
            named_params! {
                ":run": intent.run_id,
                ":sequence": intent.sequence,
                ":attempt": intent.attempt,
                ":website": lease.scope.website_id,
                ":target": lease.scope.target,
                ":kind": intent.entity.kind,
                ":local": intent.entity.id,
                ":type_key": intent.type_key,
                ":verb": intent.verb.as_str(),
                ":fence": lease.fence,
                ":remote": Remote(intent.remote_id.clone()),
                ":guarded": intent.precondition.is_some(),
                ":etag": intent.precondition.as_ref().and_then(|it| it.etag.as_ref()),
                ":modified": intent.precondition.as_ref().and_then(|it| it.modified.as_ref()),
                ":atoms": atoms_to_json(&intent.atoms),
                ":body": intent.body,
                ":digest": Bytes(intent.body_digest),
                ":bindings": intent.bindings,
                ":sent_at": intent.sent_at,
            },
            |row| row.get(0),
        )?;
    if let Some(previous) = &intent.previous {
        backups::keep(session, lease, (id, intent), previous)?;
    }
    Ok(id)
}

/// Writes anew when the request of an open entry leaves.
pub(super) fn note_again(session: Session<'_>, id: i64, sent_at: i64) -> Result<(), Fault> {
    session
        .prepare(
            "UPDATE {prefix}sync_operations SET sent_at = ?2 WHERE id = ?1 AND state = 'started'",
        )?
        .execute((id, sent_at))?;
    Ok(())
}

/// Closes an entry. One that is not open is a defect of the caller, never passed over.
pub(super) fn close(session: Session<'_>, scope: &Scope, closing: &Closing) -> Result<(), Fault> {
    let state = match closing.state {
        OperationState::Applied => "applied",
        OperationState::Failed => "failed",
        OperationState::Undecided => "undecided",
    };
    let closed = session
        .prepare(
            "UPDATE {prefix}sync_operations SET state = ?1, response = ?2, closed_at = ?3
             WHERE id = ?4 AND website_id = ?5 AND target = ?6 AND state = 'started'",
        )?
        .execute((
            state,
            &closing.response,
            closing.at,
            closing.id,
            &scope.website_id,
            &scope.target,
        ))?;
    if closed == 1 {
        audit::cover(session, Subject::Operation(closing.id), closing.at)
    } else {
        Err(Fault::Failed(format!("journal entry {} is not open in its scope", closing.id)))
    }
}

/// Entries that were never closed, oldest first.
pub(super) fn open_operations(
    session: Session<'_>,
    scope: &Scope,
) -> Result<Vec<JournalEntry>, Fault> {
    let mut statement = session.prepare(
        "SELECT o.id, o.fence, o.run_id, o.sequence, o.attempt, o.kind, o.local_id, o.type_key,
           o.operation, o.remote_id, o.guarded, o.precondition_etag, o.precondition_modified,
           o.atoms, o.body, o.body_digest, o.bindings, o.sent_at, b.definition
         FROM {prefix}sync_operations o LEFT JOIN {prefix}sync_backups b ON b.operation_id = o.id
         WHERE o.state = 'started' AND o.target = ?2 AND o.website_id = ?1 ORDER BY o.id",
    )?;
    let mut rows = statement.query((&scope.website_id, &scope.target))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(journal_entry(row)?);
    }
    Ok(entries)
}

/// A key that another website claims, or is about to, is not written to.
fn refuse_claimed(session: Session<'_>, scope: &Scope, intent: &Intent) -> Result<(), Fault> {
    let other: Option<String> = session
        .prepare(
            "SELECT website_id FROM {prefix}sync_state
             WHERE target = ?1 AND remote_id = ?2 AND website_id <> ?3
             UNION ALL
             SELECT website_id FROM {prefix}sync_operations
             WHERE state = 'started' AND target = ?1 AND remote_id = ?2 AND website_id <> ?3
             LIMIT 1",
        )?
        .query_row((&scope.target, intent.remote_id.as_json(), &scope.website_id), |row| row.get(0))
        .optional()?;
    other.map_or(Ok(()), |website_id| Err(Fault::claimed(website_id, &intent.remote_id)))
}

fn journal_entry(row: &Row<'_>) -> Result<JournalEntry, Fault> {
    let word = |column: &str| -> Result<String, Fault> { Ok(row.get(column)?) };
    let revision = Revision {
        etag: row.get("precondition_etag")?,
        modified: row.get("precondition_modified")?,
    };
    let (Remote(remote_id), Bytes(body_digest)) = (row.get("remote_id")?, row.get("body_digest")?);
    let intent = Intent {
        run_id: row.get("run_id")?,
        sequence: row.get("sequence")?,
        attempt: row.get("attempt")?,
        entity: entity(&word("kind")?, row.get("local_id")?)?,
        type_key: row.get("type_key")?,
        verb: verb(&word("operation")?)?,
        remote_id,
        precondition: row.get::<_, bool>("guarded")?.then_some(revision),
        atoms: atoms_from_json(&word("atoms")?)
            .ok_or_else(|| Fault::Failed("a journal entry cannot be read".to_owned()))?,
        body_digest,
        body: row.get("body")?,
        previous: row
            .get::<_, Option<Packed<String>>>("definition")?
            .map(|Packed(definition)| definition.into_boxed_str()),
        bindings: row.get("bindings")?,
        sent_at: row.get("sent_at")?,
    };
    Ok(JournalEntry { id: row.get("id")?, fence: row.get("fence")?, intent })
}

/// A list of `[path, [before], [intended], [local]]`; an empty list stands for an absent value.
fn atoms_to_json(atoms: &[TouchedAtom]) -> String {
    let value = |value: &Option<Canonical>| {
        Json::Array(value.iter().map(|value| value.value().into_owned()).collect())
    };
    let lines = atoms.iter().map(|atom| {
        Json::Array(vec![
            Json::str(atom.path.to_string()),
            value(&atom.before),
            value(&atom.intended),
            value(&atom.local),
        ])
    });
    write(&Json::Array(lines.collect()))
}

/// Reads what was written of the atoms that a request touches.
pub(super) fn atoms_from_json(text: &str) -> Option<Vec<TouchedAtom>> {
    let value = |value: &Json<'_>| Some(value.elements()?.first().map(Canonical::of));
    parse(text)
        .ok()?
        .elements()?
        .iter()
        .map(|line| match line.elements()? {
            [path, before, intended, local] => Some(TouchedAtom {
                path: Path::parse(path.as_str()?)?,
                before: value(before)?,
                intended: value(intended)?,
                local: value(local)?,
            }),
            _ => None,
        })
        .collect()
}
