//! The audit: entries are appended by the writes whose rows they cover.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension as _, Row};

use super::audit_cut;
use super::audit_event::of_row;
use super::fault::Fault;
use super::session::Session;
use super::store::SqliteStore;
use crate::canonical::{parse, write};
use crate::digest::Digest;
use crate::model::{Json, Text};
use crate::port::chain::{BEGIN, Covered, Entry, Event, Exempt, Head, Line, Seal, covered_by};
use crate::port::{Audit, AuditBounds, AuditEnd, Author, Store, StoreError};

/// Entries that are read at once.
const PAGE: u32 = 128;
/// Bytes after which no further entry is read.
const HELD: usize = 256 * 1024;

/// Columns of covered rows. Once released, a list only grows, by columns that are NULL in old rows.
const HISTORY: &str = "id, website_id, target, kind, local_id, type_key, version_hash, target_platform, \
                       sync_direction, sync_status, operation, pushed_data, response_data, error_code, \
                       error_message, retry_count, sync_metadata, actor, role, run_id, deployment_id, \
                       started_at, completed_at, created_at, imported";
const OPERATION: &str = "id, run_id, sequence, attempt, website_id, target, kind, local_id, type_key, \
                         operation, state, fence, remote_id, guarded, precondition_etag, \
                         precondition_modified, atoms, body, body_digest, bindings, sent_at, response, \
                         closed_at";
/// What a run has from its beginning on.
const BEGUN: &str = "id, job_id, provider, actor, role, options, job, started_at";
const ENDED: &str = "id, job_id, provider, actor, role, options, job, started_at, completed_at, status, \
                     plan_digest, total_types, successful_types, failed_types, transaction_state, \
                     can_resume";

/// Who writes, and with what they sign.
#[derive(Clone, Default)]
pub(super) struct Pen {
    pub(super) author: Author,
    pub(super) seal: Option<Arc<dyn Seal>>,
}

/// A row that an entry covers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'s> {
    /// An attempt to synchronize a type.
    History(i64),
    /// A request that was closed.
    Operation(i64),
    /// A run that begins.
    Begun(&'s str),
    /// A run that ended.
    Ended(&'s str),
}

impl Subject<'_> {
    /// The row's name in entries.
    fn name(self) -> String {
        match self {
            Self::History(id) => format!("sync_history/{id}"),
            Self::Operation(id) => format!("sync_operations/{id}"),
            Self::Begun(id) => format!("sync_transactions/{id}/begun"),
            Self::Ended(id) => format!("sync_transactions/{id}"),
        }
    }
}

#[async_trait]
impl Audit for SqliteStore {
    fn written_by(&self, author: Author) -> Arc<dyn Store> {
        Arc::new(self.written_for(author))
    }

    fn seal(&self) -> Option<Arc<dyn Seal>> {
        self.pen().seal.clone()
    }

    async fn note(&self, event: Event) -> Result<(), StoreError> {
        self.write(move |session| append(session, &event, None)).await
    }

    async fn audit_end(&self) -> Result<AuditEnd, StoreError> {
        self.read(|session| Ok(head(session)?.map_or(AuditEnd::Lost, AuditEnd::At))).await
    }

    async fn audit_lines(&self, after: u64, last: u64) -> Result<Vec<Line>, StoreError> {
        self.read(move |session| lines(session, after, last)).await
    }

    async fn uncovered(&self, exempt: Exempt) -> Result<Option<String>, StoreError> {
        self.read(move |session| uncovered(session, exempt)).await
    }

    async fn cut_audit(&self, bounds: AuditBounds, now: i64) -> Result<u64, StoreError> {
        self.write(move |session| audit_cut::cut(session, bounds, now)).await
    }
}

/// Appends the entry that covers a row as it is now.
pub(super) fn cover(session: Session<'_>, subject: Subject<'_>, at: i64) -> Result<(), Fault> {
    let name = subject.name();
    let row = row_named(session, &name)?;
    let row = row.ok_or_else(|| Fault::Failed(format!("{name} is to be audited and is gone")))?;
    let event = of_row(session, subject, &row, at)?;
    append(session, &event, Some((&name, Digest::of(write(&row)))))
}

/// Appends an entry.
///
/// Fails where the chain cannot be carried on: what is not known to be whole is not signed, and what
/// is signed gets no end that is not.
pub(super) fn append(
    session: Session<'_>,
    event: &Event,
    covers: Option<(&str, Digest)>,
) -> Result<(), Fault> {
    let seal = session.pen()?.seal.as_deref();
    let mut head = head(session)?.ok_or_else(|| {
        Fault::from(StoreError::Unverified { reason: "has lost its end".to_owned() })
    })?;
    check_end(&head, seal)?;
    if head.sequence == 0 {
        let begin = Event {
            at: event.at,
            action: BEGIN.to_owned(),
            outcome: "begun".to_owned(),
            detail: head.exempt.detail(),
            ..Event::default()
        };
        link(session, &mut head, &begin, None)?;
    }
    link(session, &mut head, event, covers)?;
    save_head(session, &mut head)
}

/// Signs the end of the chain and keeps it.
pub(super) fn save_head(session: Session<'_>, head: &mut Head) -> Result<(), Fault> {
    head.seal(session.pen()?.seal.as_deref());
    session
        .prepare(
            "UPDATE {prefix}sync_audit_head
             SET sequence = ?1, hash = ?2, signing_key = ?3, signature = ?4, exempt = ?5",
        )?
        .execute((
            i64::try_from(head.sequence).unwrap_or(i64::MAX),
            &head.hash,
            &head.key,
            &head.signature,
            head.exempt.to_json(),
        ))?;
    Ok(())
}

/// Adds an entry and moves the head, which is to be kept afterwards.
pub(super) fn link(
    session: Session<'_>,
    head: &mut Head,
    event: &Event,
    covers: Option<(&str, Digest)>,
) -> Result<(), Fault> {
    let Pen { author: Author { id, role }, seal } = session.pen()?;
    let sequence = head.sequence + 1;
    let entry = Entry { sequence, previous: &head.hash, actor: id, role, event, covers };
    let (text, hash, signature) = entry.written(seal.as_deref());
    session
        .prepare(
            "INSERT INTO {prefix}sync_audit (sequence, entry, hash, signature, covers)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((
            i64::try_from(sequence).unwrap_or(i64::MAX),
            text,
            &hash,
            signature,
            covers.map(|(name, _)| name),
        ))?;
    head.sequence = sequence;
    head.hash = hash;
    Ok(())
}

/// Where the chain ends; `None` when that is lost, or is nothing that was written there.
pub(super) fn head(session: Session<'_>) -> Result<Option<Head>, Fault> {
    let found = session
        .prepare(
            "SELECT sequence, hash, signing_key, signature, exempt FROM {prefix}sync_audit_head",
        )?
        .query_row([], |row| Ok(head_of(row).ok().flatten()))
        .optional()?;
    Ok(found.flatten())
}

fn head_of(row: &Row<'_>) -> rusqlite::Result<Option<Head>> {
    let (sequence, exempt): (i64, String) = (row.get(0)?, row.get(4)?);
    let (hash, key, signature) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let known = u64::try_from(sequence).ok().zip(Exempt::parse(&exempt));
    Ok(known.map(|(sequence, exempt)| Head { sequence, hash, key, signature, exempt }))
}

/// Refuses to go on after an end that is not known to be the right one.
pub(super) fn check_end(head: &Head, seal: Option<&dyn Seal>) -> Result<(), Fault> {
    let reason = match (&head.key, seal.map(|seal| head.is_sealed(seal))) {
        (None, _) | (_, Some(Some(true))) => return Ok(()),
        (_, Some(Some(false))) => "has an end whose signature is wrong".to_owned(),
        (Some(key), _) => format!("is signed with the key {key}, which is not given"),
    };
    Err(StoreError::Unverified { reason }.into())
}

/// The row of a name, without its NULL columns.
fn row_named(session: Session<'_>, name: &str) -> Result<Option<Json<'static>>, Fault> {
    let Some((table, id)) = name.split_once('/') else { return Ok(None) };
    let (columns, id) = match (table, id.strip_suffix("/begun")) {
        ("sync_history", None) => (HISTORY, id),
        ("sync_operations", None) => (OPERATION, id),
        ("sync_transactions", None) => (ENDED, id),
        ("sync_transactions", Some(id)) => (BEGUN, id),
        _ => return Ok(None),
    };
    let sql = format!("SELECT {columns} FROM {{prefix}}{table} WHERE id = ?1");
    let mut statement = session.prepare(&sql)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let found = statement.query_row([id], |row| {
        let mut members = Vec::with_capacity(names.len());
        for (at, name) in names.into_iter().enumerate() {
            members.extend(value(row.get_ref(at)?).map(|own| (Text::Str(name.into()), own)));
        }
        Ok(Json::Object(members))
    });
    Ok(found.optional()?)
}

/// A value as JSON, so that no two values give the same; nothing for NULL.
fn value(value: ValueRef<'_>) -> Option<Json<'static>> {
    /// Up to here every integer is a number of its own in JavaScript.
    const SAFE: u64 = 1 << 53;
    let other = |name: &'static str, text: String| Json::object([(name, Json::str(text))]);
    Some(match value {
        ValueRef::Null => return None,
        #[expect(clippy::cast_precision_loss, reason = "within 2^53")]
        ValueRef::Integer(number) if number.unsigned_abs() <= SAFE => Json::Number(number as f64),
        ValueRef::Integer(number) => other("integer", number.to_string()),
        ValueRef::Real(number) => other("real", number.to_string()),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Json::str(text.to_owned()),
            Err(_) => other("text", hexadecimal(text)),
        },
        ValueRef::Blob(blob) => other("bytes", hexadecimal(blob)),
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn lines(session: Session<'_>, after: u64, last: u64) -> Result<Vec<Line>, Fault> {
    let mut statement = session.prepare(
        "SELECT entry, hash, signature, covers, sequence,
           (SELECT max(l.sequence) FROM {prefix}sync_audit l WHERE l.covers = e.covers)
         FROM {prefix}sync_audit e WHERE sequence > ?1 AND sequence <= ?2
         ORDER BY sequence LIMIT ?3",
    )?;
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let mut rows = statement.query((whole(after), whole(last), PAGE))?;
    let mut lines = Vec::new();
    let mut held = 0;
    while held < HELD
        && let Some(row) = rows.next()?
    {
        // What is no text cannot be what the hash says, and is told as what can be read of it.
        let text = |at: usize| -> rusqlite::Result<Option<String>> {
            Ok(match row.get_ref(at)? {
                ValueRef::Null => None,
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    Some(String::from_utf8_lossy(bytes).into_owned())
                }
                ValueRef::Integer(number) => Some(number.to_string()),
                ValueRef::Real(number) => Some(number.to_string()),
            })
        };
        let entry = text(0)?.unwrap_or_default();
        let (sequence, latest): (i64, Option<i64>) = (row.get(4)?, row.get(5)?);
        let covered = covered(session, &entry, text(3)?.as_deref(), (sequence, latest))?;
        held += entry.len() + if let Covered::Row(row) = &covered { row.len() } else { 0 };
        lines.push(Line {
            sequence: sequence.unsigned_abs(),
            text: entry,
            hash: text(1)?.unwrap_or_default(),
            signature: text(2)?,
            row: covered,
        });
    }
    Ok(lines)
}

fn covered(
    session: Session<'_>,
    entry: &str,
    column: Option<&str>,
    (sequence, latest): (i64, Option<i64>),
) -> Result<Covered, Fault> {
    let json = parse(entry).ok();
    let named = json.as_ref().and_then(|json| covered_by(json));
    let Some(name) = named else {
        return Ok(if column.is_none() { Covered::Nothing } else { Covered::Missing });
    };
    if column != Some(name) {
        return Ok(Covered::Missing);
    }
    if let Some(latest) = latest.filter(|latest| *latest > sequence) {
        return Ok(Covered::Superseded(latest.unsigned_abs()));
    }
    Ok(row_named(session, name)?.map_or(Covered::Missing, |row| Covered::Row(write(&row))))
}

/// Imported rows were never the engine's, and planned and open operations are not over.
fn uncovered(session: Session<'_>, exempt: Exempt) -> Result<Option<String>, Fault> {
    let found = session
        .prepare(
            "SELECT 'sync_history/' || id AS name FROM {prefix}sync_history
             WHERE id > ?1 AND imported = 0
               AND NOT EXISTS (SELECT 1 FROM {prefix}sync_audit WHERE covers = 'sync_history/' || id)
             UNION ALL
             SELECT 'sync_operations/' || id FROM {prefix}sync_operations
             WHERE id > ?2 AND state NOT IN ('planned', 'started') AND NOT EXISTS
               (SELECT 1 FROM {prefix}sync_audit WHERE covers = 'sync_operations/' || id)
             UNION ALL
             SELECT 'sync_transactions/' || id FROM {prefix}sync_transactions
             WHERE started_at > ?3 AND NOT EXISTS
               (SELECT 1 FROM {prefix}sync_audit
                WHERE covers = 'sync_transactions/' || id || '/begun')
             UNION ALL
             SELECT 'sync_transactions/' || id FROM {prefix}sync_transactions
             WHERE started_at > ?3 AND completed_at IS NOT NULL AND NOT EXISTS
               (SELECT 1 FROM {prefix}sync_audit WHERE covers = 'sync_transactions/' || id)
             LIMIT 1",
        )?
        .query_row((exempt.history, exempt.operations, exempt.started), |row| row.get(0))
        .optional()?;
    Ok(found)
}
