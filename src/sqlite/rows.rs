//! Rows of the studio's tables, copied out as they are.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, OptionalExtension as _, Row};

use super::date::milliseconds;
use crate::port::{Columns, RowSet, TypeRow, WebsiteRow};

/// Why rows cannot be had.
#[derive(Debug)]
pub(super) enum RowFault {
    /// SQLite failed.
    Sqlite(Error),
    /// Not a studio's database, and why.
    Foreign(String),
}

impl From<Error> for RowFault {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Reads all websites and content types; of content types that are not among the `whole` ones, if
/// those are named, only what they are called by. Runs inside the caller's read transaction.
pub(super) fn read(
    connection: &Connection,
    whole: Option<&BTreeSet<String>>,
) -> Result<RowSet, RowFault> {
    Table::find(connection, "Website")?.with(&["id", "name"])?;
    let content_type = content_type(connection)?;
    let websites = connection
        .prepare_cached("SELECT id, name FROM Website ORDER BY id")?
        .query_map([], |row| Ok(WebsiteRow { id: word(row, 0)?, name: word(row, 1)? }))?
        .collect::<Result<_, _>>()?;

    let columns = if whole.is_some() { heads(&content_type) } else { select(&content_type) };
    let mut types: Vec<TypeRow> = connection
        .prepare_cached(&format!("{columns} ORDER BY rowid"))?
        .query_map([], type_row)?
        .collect::<Result<_, _>>()?;
    if let Some(whole) = whole {
        let mut read =
            connection.prepare_cached(&format!("{} WHERE id = ?1", select(&content_type)))?;
        for row in types.iter_mut().filter(|row| whole.contains(&row.id)) {
            *row = read.query_row([&row.id], type_row)?;
        }
    }
    types.sort_by(|a, b| a.website_id.cmp(&b.website_id));

    let columns = Columns { key: content_type.has("key"), settings: content_type.has("settings") };
    Ok(RowSet { version: None, columns, websites, types })
}

/// Reads one content type, as [`read`] reads it.
pub(super) fn one(connection: &Connection, id: &str) -> Result<Option<TypeRow>, RowFault> {
    let content_type = content_type(connection)?;
    let row = connection
        .prepare_cached(&format!("{} WHERE id = ?1", select(&content_type)))?
        .query_row([id], type_row)
        .optional()?;
    Ok(row)
}

/// The table of content types.
pub(super) fn content_type(connection: &Connection) -> Result<Table, RowFault> {
    Table::find(connection, "ContentType")?.with(&["id", "websiteId", "name", "fields"])
}

fn select(content_type: &Table) -> String {
    let optional =
        ["key", "pluralName", "category", "displayField", "settings", "createdAt", "updatedAt"]
            .map(|column| content_type.column(column))
            .join(", ");
    format!("SELECT id, websiteId, name, fields, {optional} FROM ContentType")
}

/// As [`select`], with nothing but what types are called by.
fn heads(content_type: &Table) -> String {
    let key = content_type.column("key");
    format!(
        "SELECT id, websiteId, name, NULL, {key}, NULL, NULL, NULL, NULL, NULL, NULL
         FROM ContentType"
    )
}

/// Counts the items of some types; a database without the table has none.
pub(super) fn content_items(
    connection: &Connection,
    type_ids: &[String],
) -> rusqlite::Result<BTreeMap<String, u64>> {
    let Ok(_) = Table::find(connection, "ContentItem").and_then(|it| it.with(&["contentTypeId"]))
    else {
        return Ok(BTreeMap::new());
    };
    let wanted = serde_json::Value::from(type_ids).to_string();
    connection
        .prepare_cached(
            "SELECT contentTypeId, count(*) FROM ContentItem
             WHERE contentTypeId IN (SELECT value FROM json_each(?1)) GROUP BY contentTypeId",
        )?
        .query_map([wanted], |row| {
            let count: i64 = row.get(1)?;
            Ok((word(row, 0)?, count.unsigned_abs()))
        })?
        .collect()
}

/// Counts the items of types that hold something under members of their content; what is no JSON
/// object holds nothing, and neither does `null`, an empty text, list or object.
pub(super) fn content_members(
    connection: &Connection,
    wanted: &BTreeMap<String, BTreeSet<String>>,
) -> rusqlite::Result<BTreeMap<String, BTreeMap<String, u64>>> {
    let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let Ok(table) =
        Table::find(connection, "ContentItem").and_then(|it| it.with(&["contentTypeId"]))
    else {
        return Ok(counts);
    };
    // The later studio renamed the column.
    let Some(content) = ["data", "content"].into_iter().find(|name| table.has(name)) else {
        return Ok(counts);
    };
    let wanted = serde_json::json!(wanted).to_string();
    let mut statement = connection.prepare_cached(&format!(
        "WITH wanted(type_id, member) AS (
           SELECT types.key, members.value FROM json_each(?1) types, json_each(types.value) members
         )
         SELECT item.contentTypeId, held.key, count(*)
         FROM ContentItem item,
           json_each(CASE WHEN json_valid(item.{content}) THEN item.{content} ELSE '{{}}' END) held
         WHERE (item.contentTypeId, held.key) IN wanted
           AND held.value NOT IN ('', '[]', '{{}}')
         GROUP BY item.contentTypeId, held.key"
    ))?;
    let mut rows = statement.query([wanted])?;
    while let Some(row) = rows.next()? {
        let count: i64 = row.get(2)?;
        let members = counts.entry(word(row, 0)?).or_default();
        members.insert(word(row, 1)?, count.unsigned_abs());
    }
    Ok(counts)
}

fn type_row(row: &Row<'_>) -> rusqlite::Result<TypeRow> {
    Ok(TypeRow {
        id: word(row, 0)?,
        website_id: word(row, 1)?,
        name: word(row, 2)?,
        fields: text(row, 3)?.map(Box::from),
        key: text(row, 4)?.map(str::to_owned),
        plural_name: text(row, 5)?.map(str::to_owned),
        category: text(row, 6)?.map(str::to_owned),
        display_field: text(row, 7)?.map(str::to_owned),
        settings: text(row, 8)?.map(Box::from),
        created_at: milliseconds(row.get_ref(9)?),
        updated_at: milliseconds(row.get_ref(10)?),
    })
}

/// Text, also where it was stored as bytes; `None` when it is neither.
fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Option<&'r str>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => std::str::from_utf8(bytes).ok(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => None,
    })
}

/// Text of a column that must have some, made the best of.
fn word(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Null => String::new(),
    })
}

/// A table and the columns it has.
pub(super) struct Table {
    name: &'static str,
    columns: Vec<String>,
}

impl Table {
    fn find(connection: &Connection, name: &'static str) -> Result<Self, RowFault> {
        let columns: Vec<String> = connection
            .prepare_cached("SELECT name FROM pragma_table_info(?1)")?
            .query_map([name], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if columns.is_empty() {
            return Err(RowFault::Foreign(format!("it has no table {name}")));
        }
        Ok(Self { name, columns })
    }

    fn with(self, required: &[&str]) -> Result<Self, RowFault> {
        match required.iter().find(|column| !self.has(column)) {
            None => Ok(self),
            Some(column) => {
                Err(RowFault::Foreign(format!("its table {} has no column {column}", self.name)))
            }
        }
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|own| own == column)
    }

    /// The column, or NULL in its place.
    fn column(&self, column: &str) -> String {
        if self.has(column) { format!("\"{column}\"") } else { "NULL".to_owned() }
    }
}
