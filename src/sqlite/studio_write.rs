//! The studio's database: how it is written.
//!
//! One row at a time, and only a row that still is as it was read. The comparison and the write are
//! in one transaction that takes the write lock first (`BEGIN IMMEDIATE`), so nobody commits in
//! between; and the comparison is made on what the reader makes of the columns, so that it holds for
//! every form in which a column may stand. Nothing else of the file is touched: no stored pragma,
//! no journal mode, no table of our own.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{
    Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params_from_iter,
};

use super::connection::{Identity, Stamp, open_to_write};
use super::date::Form;
use super::rows::{self, RowFault, Table};
use crate::port::{RowOutcome, RowWrite, TypeRow};

/// A connection that writes.
pub(super) struct Writer {
    connection: Connection,
    /// The file that it is to.
    pub(super) identity: Identity,
}

impl Writer {
    pub(super) fn open(path: &Path, patience: Duration, stamp: Stamp) -> rusqlite::Result<Self> {
        let connection = open_to_write(path, OpenFlags::empty(), patience)?;
        // As Prisma's own connection has it. Belongs to the connection, not to the file.
        connection.pragma_update(None, "foreign_keys", "ON")?;
        Ok(Self { connection, identity: stamp.identity })
    }

    pub(super) fn write(&mut self, write: &RowWrite) -> Result<RowOutcome, RowFault> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let table = rows::content_type(&transaction)?;
        let outcome = match write {
            RowWrite::Update { seen, row } => update(&transaction, &table, seen, row)?,
            RowWrite::Insert { row } => insert(&transaction, &table, row)?,
            RowWrite::Delete { seen } => delete(&transaction, seen)?,
        };
        if outcome == RowOutcome::Written {
            transaction.commit()?;
        }
        // Dropping a transaction undoes it.
        Ok(outcome)
    }
}

fn update(
    connection: &Connection,
    table: &Table,
    seen: &TypeRow,
    row: &TypeRow,
) -> Result<RowOutcome, RowFault> {
    if rows::one(connection, &seen.id)?.as_ref() != Some(seen) {
        return Ok(RowOutcome::Moved);
    }
    let old = columns(seen);
    let changed = columns(row).into_iter().zip(old).filter(|(new, old)| new != old);
    let mut changed: Vec<(&str, Value)> =
        changed.map(|(new, _)| new).filter(|(name, _)| table.has(name)).collect();
    if row.updated_at != seen.updated_at && table.has(UPDATED) {
        changed.push((UPDATED, date_of(connection, &seen.id, row.updated_at)?));
    }
    if changed.is_empty() {
        return Ok(RowOutcome::Written);
    }
    let assignments: Vec<String> =
        changed.iter().map(|(name, _)| format!("\"{name}\" = ?")).collect();
    let sql = format!("UPDATE ContentType SET {} WHERE id = ?", assignments.join(", "));
    let values = changed.into_iter().map(|(_, value)| value);
    let values = values.chain([Value::from(seen.id.clone())]);
    refused_as_taken(connection.execute(&sql, params_from_iter(values)))
}

fn insert(connection: &Connection, table: &Table, row: &TypeRow) -> Result<RowOutcome, RowFault> {
    let ids = [("id", Value::from(row.id.clone())), ("websiteId", row.website_id.clone().into())];
    let all = ids.into_iter().chain(columns(row));
    let mut present: Vec<(&str, Value)> = all.filter(|(name, _)| table.has(name)).collect();
    for (column, at) in [(CREATED, row.created_at), (UPDATED, row.updated_at)] {
        if table.has(column) {
            present.push((column, date_of_newest(connection, column, at)?));
        }
    }
    let names: Vec<String> = present.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let places = vec!["?"; present.len()].join(", ");
    let sql = format!("INSERT INTO ContentType ({}) VALUES ({places})", names.join(", "));
    let values = present.into_iter().map(|(_, value)| value);
    refused_as_taken(connection.execute(&sql, params_from_iter(values)))
}

fn delete(connection: &Connection, seen: &TypeRow) -> Result<RowOutcome, RowFault> {
    if rows::one(connection, &seen.id)?.as_ref() != Some(seen) {
        return Ok(RowOutcome::Moved);
    }
    let items = rows::content_items(connection, std::slice::from_ref(&seen.id))?;
    if let Some(items) = items.get(&seen.id).copied().filter(|items| *items > 0) {
        return Ok(RowOutcome::InUse { items });
    }
    connection.execute("DELETE FROM ContentType WHERE id = ?1", [&seen.id])?;
    Ok(RowOutcome::Written)
}

const CREATED: &str = "createdAt";
const UPDATED: &str = "updatedAt";

/// The date of a change in the form that the row has it in, and where it has none, in that of the
/// newest row.
fn date_of(connection: &Connection, id: &str, at: Option<i64>) -> rusqlite::Result<Value> {
    let own = format!("SELECT \"{UPDATED}\" FROM ContentType WHERE id = ?1");
    let form = connection.query_row(&own, [id], |row| Ok(Form::of(row.get_ref(0)?)))?;
    match (form, at) {
        (Some(form), Some(at)) => Ok(form.write(at)),
        _ => date_of_newest(connection, UPDATED, at),
    }
}

/// A date in the form of the newest row, which is how the studio's client writes now. Without any row,
/// as Prisma's native engine does.
fn date_of_newest(
    connection: &Connection,
    column: &str,
    at: Option<i64>,
) -> rusqlite::Result<Value> {
    let Some(at) = at else { return Ok(Value::Null) };
    let newest = format!(
        "SELECT \"{column}\" FROM ContentType WHERE \"{column}\" IS NOT NULL
         ORDER BY rowid DESC LIMIT 1"
    );
    let form = connection.query_row(&newest, [], |row| Ok(Form::of(row.get_ref(0)?))).optional()?;
    Ok(form.flatten().unwrap_or(Form::Milliseconds).write(at))
}

/// What is written of a row besides its ids and dates.
fn columns(row: &TypeRow) -> [(&'static str, Value); 7] {
    let text = |own: Option<&str>| own.map_or(Value::Null, |text| Value::Text(text.to_owned()));
    [
        ("name", Value::Text(row.name.clone())),
        ("key", text(row.key.as_deref())),
        ("pluralName", text(row.plural_name.as_deref())),
        ("category", text(row.category.as_deref())),
        ("displayField", text(row.display_field.as_deref())),
        ("fields", text(row.fields.as_deref())),
        ("settings", text(row.settings.as_deref())),
    ]
}

/// An index that is unique says that somebody has the id or the key.
fn refused_as_taken(written: rusqlite::Result<usize>) -> Result<RowOutcome, RowFault> {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    match written {
        Ok(_) => Ok(RowOutcome::Written),
        Err(error)
            if error.sqlite_error().is_some_and(|own| {
                matches!(own.extended_code, SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_UNIQUE)
            }) =>
        {
            Ok(RowOutcome::Taken)
        }
        Err(error) => Err(error.into()),
    }
}
