//! The history of types.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use async_trait::async_trait;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, named_params, params_from_iter};

use super::audit_event;
use super::column::{Bytes, Hex, digest_of_hex, entity};
use super::fault::Fault;
use super::session::Session;
use super::store::SqliteStore;
use crate::digest::Digest;
use crate::port::{
    AgedVersion, ChangeType, Document, NewVersion, StoreError, VersionFilter, VersionHead,
    VersionLinks, VersionRow, VersionSource, Versions,
};

/// The columns of a [`VersionRow`] besides its snapshot and its parents beyond the first.
const SMALL: &str = "website_id, kind, local_id, type_key, version_hash, parent_hash, content_hash, \
                     row_columns, change_source, author, message, created_at, change_type, semver, \
                     imported";

const HEAD: &str = "website_id, kind, local_id, type_key, version_hash, content_hash, \
                    columns_digest, row_digest, change_type, semver, imported, successor";

/// What stands in the place of a content that is not there; the column allows no NULL.
const NO_CONTENT: &str = "null";

#[async_trait]
impl Versions for SqliteStore {
    async fn heads(&self, website_id: &str) -> Result<Vec<VersionHead>, StoreError> {
        let website_id = website_id.to_owned();
        self.read(move |session| {
            heads(session, "website_id = ?1 ORDER BY kind, local_id", &website_id)
        })
        .await
    }

    async fn heads_named(&self, name: &str) -> Result<Vec<VersionHead>, StoreError> {
        let name = name.to_owned();
        let named = "type_key = ?1 OR local_id = ?1 ORDER BY website_id, kind, local_id";
        self.read(move |session| heads(session, named, &name)).await
    }

    async fn head(&self, document: &Document) -> Result<Option<VersionHead>, StoreError> {
        let document = document.clone();
        self.read(move |session| head(session, &document)).await
    }

    async fn succession(&self, document: &Document) -> Result<Vec<Document>, StoreError> {
        let document = document.clone();
        self.read(move |session| succession(session, document)).await
    }

    async fn history(
        &self,
        documents: Vec<Document>,
        filter: VersionFilter,
    ) -> Result<Vec<VersionRow>, StoreError> {
        self.read(move |session| history(session, &documents, &filter)).await
    }

    async fn version(&self, hash: &str) -> Result<Option<VersionRow>, StoreError> {
        let hash = hash.to_owned();
        self.read(move |session| {
            let sql = format!(
                "SELECT {SMALL}, content_snapshot FROM {{prefix}}content_type_versions
                 WHERE version_hash = ?1"
            );
            let mut statement = session.prepare(&sql)?;
            let mut rows = statement.query([&hash])?;
            rows.next()?.map(|row| version_row(session, row)).transpose()
        })
        .await
    }

    async fn links(&self, documents: Vec<Document>) -> Result<VersionLinks, StoreError> {
        self.read(move |session| links(session, &documents)).await
    }

    async fn add_versions(&self, versions: Vec<NewVersion>) -> Result<Vec<bool>, StoreError> {
        self.write(move |session| versions.iter().map(|version| add(session, version)).collect())
            .await
    }

    async fn add_beside(&self, row: VersionRow) -> Result<(), StoreError> {
        self.write_ahead(move |session| insert(session, &row)).await
    }

    async fn note_rows(&self, seen: Vec<(Document, String, Digest)>) -> Result<(), StoreError> {
        self.write_ahead(move |session| {
            let mut statement = session.prepare(
                "UPDATE {prefix}version_heads SET row_digest = ?5 WHERE website_id = ?1
                   AND kind = ?2 AND local_id = ?3 AND version_hash = ?4",
            )?;
            for (Document { website_id, entity }, hash, digest) in &seen {
                statement.execute((website_id, entity.kind, &entity.id, hash, Bytes(*digest)))?;
            }
            Ok(())
        })
        .await
    }

    async fn oldest(
        &self,
        documents: Vec<Document>,
        limit: u32,
    ) -> Result<Vec<AgedVersion>, StoreError> {
        self.read(move |session| oldest(session, &documents, limit)).await
    }

    async fn remove_versions(&self, hashes: Vec<String>) -> Result<(), StoreError> {
        self.write(move |session| {
            for hash in &hashes {
                session
                    .prepare(
                        "UPDATE {prefix}version_parents SET pruned = 1 WHERE parent_hash = ?1",
                    )?
                    .execute([hash])?;
                session
                    .prepare("DELETE FROM {prefix}version_parents WHERE version_hash = ?1")?
                    .execute([hash])?;
                session
                    .prepare("DELETE FROM {prefix}content_type_versions WHERE version_hash = ?1")?
                    .execute([hash])?;
            }
            Ok(())
        })
        .await
    }
}

fn heads(session: Session<'_>, which: &str, name: &str) -> Result<Vec<VersionHead>, Fault> {
    let sql = format!("SELECT {HEAD} FROM {{prefix}}version_heads WHERE {which}");
    let mut statement = session.prepare(&sql)?;
    let mut rows = statement.query([name])?;
    let mut heads = Vec::new();
    while let Some(row) = rows.next()? {
        heads.push(head_row(row)?);
    }
    Ok(heads)
}

fn head(session: Session<'_>, document: &Document) -> Result<Option<VersionHead>, Fault> {
    let sql = format!(
        "SELECT {HEAD} FROM {{prefix}}version_heads
         WHERE website_id = ?1 AND kind = ?2 AND local_id = ?3"
    );
    let mut statement = session.prepare(&sql)?;
    let Document { website_id, entity } = document;
    let mut rows = statement.query((website_id, entity.kind, &entity.id))?;
    rows.next()?.map(head_row).transpose()
}

fn succession(session: Session<'_>, document: Document) -> Result<Vec<Document>, Fault> {
    let Document { website_id, entity } = document;
    let successor: Option<String> = session
        .prepare(
            "SELECT successor FROM {prefix}version_heads
             WHERE website_id = ?1 AND kind = ?2 AND local_id = ?3",
        )?
        .query_row((&website_id, entity.kind, &entity.id), |row| row.get(0))
        .optional()?
        .flatten();
    let latest = successor.unwrap_or(entity.id);
    let earlier: Vec<String> = session
        .prepare(
            "SELECT local_id FROM {prefix}version_heads
             WHERE website_id = ?1 AND kind = ?2 AND successor = ?3 ORDER BY local_id",
        )?
        .query_map((&website_id, entity.kind, &latest), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let ids = std::iter::once(latest).chain(earlier);
    Ok(ids.map(|id| Document::content_type(website_id.clone(), id)).collect())
}

/// Newest first: by time, and by when it was written.
type Age = Reverse<(Option<i64>, i64)>;

/// Each document's versions come in order from an index, so that a limit is also one of the work.
fn history(
    session: Session<'_>,
    documents: &[Document],
    filter: &VersionFilter,
) -> Result<Vec<VersionRow>, Fault> {
    let mut conditions = String::new();
    let mut values: Vec<Value> = Vec::new();
    let text = |text: &str| Value::Text(text.to_owned());
    let given = [
        ("author =", filter.author.as_deref().map(text)),
        ("change_source =", filter.source.map(|source| text(source.word()))),
        ("change_type =", filter.change.map(|change| text(change.word()))),
        ("created_at >=", filter.from.map(Value::Integer)),
        ("created_at <=", filter.to.map(Value::Integer)),
    ];
    for (condition, value) in given {
        if let Some(value) = value {
            values.push(value);
            let _ = write!(conditions, " AND {condition} ?{}", values.len() + 3);
        }
    }
    let limit = filter.limit.map_or(-1, i64::from);
    let sql = format!(
        "SELECT {SMALL}, content_snapshot, id FROM {{prefix}}content_type_versions
         WHERE website_id = ?1 AND kind = ?2 AND local_id = ?3{conditions}
         ORDER BY created_at DESC, id DESC LIMIT {limit}"
    );
    let mut statement = session.prepare(&sql)?;
    let mut found: Vec<(Age, VersionRow)> = Vec::new();
    for Document { website_id, entity } in documents {
        let own = [text(website_id), text(entity.kind), text(&entity.id)];
        let mut rows = statement.query(params_from_iter(own.iter().chain(&values)))?;
        while let Some(row) = rows.next()? {
            let version = version_row(session, row)?;
            found.push((Reverse((version.created_at, row.get("id")?)), version));
        }
    }
    found.sort_unstable_by_key(|(age, _)| *age);
    let limit =
        filter.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found.into_iter().map(|(_, version)| version).take(limit).collect())
}

fn links(session: Session<'_>, documents: &[Document]) -> Result<VersionLinks, Fault> {
    let mut versions: Vec<(i64, VersionRow)> = Vec::new();
    let mut further: HashMap<String, Vec<String>> = HashMap::new();
    let mut pruned = BTreeSet::new();
    let sql = format!(
        "SELECT {SMALL}, id FROM {{prefix}}content_type_versions
         WHERE website_id = ?1 AND kind = ?2 AND local_id = ?3"
    );
    for Document { website_id, entity } in documents {
        let mut statement = session.prepare(&sql)?;
        let mut rows = statement.query((website_id, entity.kind, &entity.id))?;
        while let Some(row) = rows.next()? {
            versions.push((row.get("id")?, small_row(row)?));
        }
        // One query for all, because one per version would cost as much as the versions.
        let mut statement = session.prepare(
            "SELECT p.version_hash, p.parent_hash, p.pruned
             FROM {prefix}content_type_versions v
             JOIN {prefix}version_parents p ON p.version_hash = v.version_hash
             WHERE v.website_id = ?1 AND v.kind = ?2 AND v.local_id = ?3
             ORDER BY p.version_hash, p.parent_order",
        )?;
        let mut rows = statement.query((website_id, entity.kind, &entity.id))?;
        while let Some(row) = rows.next()? {
            let (version, parent): (String, String) = (row.get(0)?, row.get(1)?);
            if row.get(2)? {
                pruned.insert(parent.clone());
            }
            further.entry(version).or_default().push(parent);
        }
    }
    versions.sort_unstable_by_key(|(id, _)| *id);
    let versions = versions.into_iter().map(|(_, mut version)| {
        join(&mut version.parents, further.remove(&version.hash).unwrap_or_default());
        version
    });
    Ok(VersionLinks { versions: versions.collect(), pruned })
}

/// The first parent stands with its version; the earlier attempt wrote no other place.
fn join(parents: &mut Vec<String>, further: Vec<String>) {
    for parent in further {
        if !parents.contains(&parent) {
            parents.push(parent);
        }
    }
}

/// Adds a version, if its parent still is the latest; tells whether it is.
pub(super) fn add(session: Session<'_>, version: &NewVersion) -> Result<bool, Fault> {
    let NewVersion { row, row_digest, continues } = version;
    let own = head(session, &row.document)?;
    let earlier = match (continues, &own) {
        (Some(earlier), None) => head(session, earlier)?.filter(|head| head.successor.is_none()),
        (Some(_), Some(_)) => return Ok(false),
        (None, _) => own,
    };
    if earlier.map(|head| head.hash).as_ref() != row.parents.first() {
        return Ok(false);
    }
    insert(session, row)?;
    let Document { website_id, entity } = &row.document;
    session
        .prepare(
            "INSERT OR REPLACE INTO {prefix}version_heads (website_id, kind, local_id, type_key,
               version_hash, content_hash, columns_digest, row_digest, change_type, semver)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute((
            website_id,
            entity.kind,
            &entity.id,
            &row.type_key,
            &row.hash,
            row.content_hash.map(Hex),
            Bytes(Digest::of(&row.columns)),
            row_digest.map(Bytes),
            row.change.word(),
            &row.semver,
        ))?;
    if let Some(Document { entity: earlier, .. }) = continues {
        session
            .prepare(
                "UPDATE {prefix}version_heads SET successor = ?4 WHERE website_id = ?1
                   AND kind = ?2 AND (local_id = ?3 OR successor = ?3)",
            )?
            .execute((website_id, entity.kind, &earlier.id, &entity.id))?;
    }
    audit_event::recorded(session, row)?;
    Ok(true)
}

/// Adds a version, and leaves the latest what it is.
pub(super) fn insert(session: Session<'_>, row: &VersionRow) -> Result<(), Fault> {
    session
        .prepare(
            "INSERT OR IGNORE INTO {prefix}content_type_versions
               (website_id, kind, local_id, type_key, version_hash, parent_hash, content_snapshot,
                content_hash, row_columns, change_source, author, message, created_at, change_type,
                semver)
             VALUES (:website, :kind, :local, :key, :version, :parent, :snapshot, :content,
                :columns, :source, :author, :message, :at, :change, :semver)",
        )?
        .execute(named_params! {
            ":website": row.document.website_id,
            ":kind": row.document.entity.kind,
            ":local": row.document.entity.id,
            ":key": row.type_key,
            ":version": row.hash,
            ":parent": row.parents.first(),
            ":snapshot": row.snapshot.as_deref().unwrap_or(NO_CONTENT),
            ":content": row.content_hash.map(Hex),
            ":columns": row.columns,
            ":source": row.source.word(),
            ":author": row.author,
            ":message": row.message,
            ":at": row.created_at,
            ":change": row.change.word(),
            ":semver": row.semver,
        })?;
    for (at, parent) in row.parents.iter().enumerate() {
        session
            .prepare(
                "INSERT OR IGNORE INTO {prefix}version_parents (version_hash, parent_hash,
                   parent_order) VALUES (?1, ?2, ?3)",
            )?
            .execute((&row.hash, parent, i64::try_from(at).unwrap_or(i64::MAX)))?;
    }
    Ok(())
}

fn oldest(
    session: Session<'_>,
    documents: &[Document],
    limit: u32,
) -> Result<Vec<AgedVersion>, Fault> {
    let mut all: u64 = 0;
    let mut found: Vec<((Option<i64>, i64), AgedVersion)> = Vec::new();
    for Document { website_id, entity } in documents {
        all += session
            .prepare(
                "SELECT count(*) FROM {prefix}content_type_versions
                 WHERE website_id = ?1 AND kind = ?2 AND local_id = ?3",
            )?
            .query_row((website_id, entity.kind, &entity.id), |row| row.get::<_, i64>(0))?
            .unsigned_abs();
        let mut statement = session.prepare(
            "SELECT version_hash, parent_hash, created_at, id,
               EXISTS (SELECT 1 FROM {prefix}sync_state s WHERE s.website_id = ?1 AND s.kind = ?2
                 AND s.local_id = ?3 AND s.last_synced_hash = v.content_hash)
               OR EXISTS (SELECT 1 FROM {prefix}sync_history h
                 JOIN {prefix}sync_backups b ON b.run_id = h.run_id
                 WHERE h.version_hash = v.version_hash)
             FROM {prefix}content_type_versions v
             WHERE website_id = ?1 AND kind = ?2 AND local_id = ?3
             ORDER BY created_at, id LIMIT ?4",
        )?;
        let mut rows = statement.query((website_id, entity.kind, &entity.id, limit))?;
        while let Some(row) = rows.next()? {
            let hash: String = row.get(0)?;
            let mut parents: Vec<String> = row.get::<_, Option<String>>(1)?.into_iter().collect();
            join(&mut parents, further_parents(session, &hash)?);
            let (created_at, is_needed) = (row.get(2)?, row.get(4)?);
            let aged = AgedVersion { hash, parents, created_at, newer: 0, is_needed };
            found.push(((created_at, row.get(3)?), aged));
        }
    }
    found.sort_unstable_by_key(|(age, _)| *age);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let listed: BTreeSet<String> = found.iter().map(|(_, version)| version.hash.clone()).collect();
    let mut exists =
        session.prepare("SELECT 1 FROM {prefix}content_type_versions WHERE version_hash = ?1")?;
    let mut aged = Vec::with_capacity(found.len());
    for (_, mut version) in found {
        all = all.saturating_sub(1);
        version.newer = all;
        // A clock that went back may have made a parent look newer than its child.
        for parent in version.parents.iter().filter(|parent| !listed.contains(*parent)) {
            version.is_needed |= exists.exists([parent])?;
        }
        aged.push(version);
    }
    Ok(aged)
}

fn further_parents(session: Session<'_>, hash: &str) -> Result<Vec<String>, Fault> {
    let parents = session
        .prepare(
            "SELECT parent_hash FROM {prefix}version_parents
             WHERE version_hash = ?1 ORDER BY parent_order",
        )?
        .query_map([hash], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(parents)
}

/// A version with its snapshot and all its parents.
fn version_row(session: Session<'_>, row: &Row<'_>) -> Result<VersionRow, Fault> {
    let mut version = small_row(row)?;
    let further = further_parents(session, &version.hash)?;
    join(&mut version.parents, further);
    if version.change != ChangeType::Delete {
        version.snapshot = Some(row.get::<_, String>("content_snapshot")?.into_boxed_str());
    }
    Ok(version)
}

/// By position, because names are looked up for every row anew, and a graph has many.
fn small_row(row: &Row<'_>) -> Result<VersionRow, Fault> {
    let source = row.get_ref(8)?.as_str().map_err(rusqlite::Error::from)?;
    let content_hash: Option<String> = row.get(6)?;
    Ok(VersionRow {
        document: document(row)?,
        type_key: row.get(3)?,
        hash: row.get(4)?,
        parents: row.get::<_, Option<String>>(5)?.into_iter().collect(),
        snapshot: None,
        content_hash: content_hash.as_deref().and_then(digest_of_hex),
        columns: row.get(7)?,
        source: VersionSource::from_word(source)
            .ok_or_else(|| Fault::Failed(format!("{source} is no source of a version")))?,
        author: row.get(9)?,
        message: row.get(10)?,
        created_at: row.get(11)?,
        change: change(row, 12)?,
        semver: row.get(13)?,
        imported: row.get(14)?,
    })
}

fn head_row(row: &Row<'_>) -> Result<VersionHead, Fault> {
    let content_hash: Option<String> = row.get(5)?;
    let digest = |column| -> rusqlite::Result<Option<Digest>> {
        Ok(row.get::<_, Option<Bytes>>(column)?.map(|Bytes(digest)| digest))
    };
    Ok(VersionHead {
        document: document(row)?,
        type_key: row.get(3)?,
        hash: row.get(4)?,
        content_hash: content_hash.as_deref().and_then(digest_of_hex),
        columns_digest: digest(6)?,
        row_digest: digest(7)?,
        change: change(row, 8)?,
        semver: row.get(9)?,
        imported: row.get(10)?,
        successor: row.get(11)?,
    })
}

fn document(row: &Row<'_>) -> Result<Document, Fault> {
    let kind = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
    Ok(Document { website_id: row.get(0)?, entity: entity(kind, row.get(2)?)? })
}

fn change(row: &Row<'_>, column: usize) -> Result<ChangeType, Fault> {
    let word = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    ChangeType::from_word(word)
        .ok_or_else(|| Fault::Failed(format!("{word} is no change of a type")))
}
