//! Recording versions: asked for, or because a run sees a content.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::canonical::{derive_key, write};
use crate::collect::map_of;
use crate::digest::Digest;
use crate::error::{ErrorCode, SyncError};
use crate::model::ContentType;
use crate::model::studio::content_type;
use crate::port::{
    ChangeType, Document, NewVersion, TypeRow, VersionHead, VersionRow, VersionSource,
};
use crate::version::{
    Content, Graph, Identity, Level, Semver, Snapshot, diff, next, prunable, version_hash,
};

use super::actor::Action;
use super::failure::store_failure;
use super::locals::{Locals, row_digest};
use super::parse::row_of;
use super::report::Version;
use super::versions::{intact, shown};
use super::{Engine, TypeRef};

/// How often a version is made anew because another one came in between.
const ATTEMPTS: u32 = 8;

/// Versions that are added at once, so that few contents are held.
const BATCH: usize = 256;

/// Oldest versions that are looked at for one that is recorded. More than one, so that a bound that
/// was lowered is reached after a while.
const AGED: u32 = 64;

/// Where a version comes from, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionNote {
    /// Where the change came from.
    pub source: VersionSource,
    /// Who made it.
    pub author: String,
    /// Why.
    pub message: Option<String>,
}

/// What a version is made from.
struct Made<'m> {
    document: Document,
    /// The row as it is; `None` when it is gone.
    row: Option<(&'m TypeRow, Digest)>,
    /// The latest version of the document, or of the one whose history it carries on.
    head: Option<VersionHead>,
    /// The version that was merged into it.
    merged: Option<String>,
    /// Versions that were read already.
    known: &'m [VersionRow],
    note: &'m VersionNote,
}

impl Engine {
    /// Records the content of a type as it is now; `None` when the latest version holds it already.
    /// For a type whose row is gone, that it is gone.
    ///
    /// # Errors
    ///
    /// `TYPE_NOT_FOUND` and `AMBIGUOUS_TYPE`; `VALIDATION_FAILED` for a definition that is no JSON
    /// object or list; and when a database cannot be read or written.
    pub async fn record_version(
        &self,
        wanted: &TypeRef,
        note: &VersionNote,
    ) -> Result<Option<Version>, SyncError> {
        self.record_merged_version(wanted, note, None).await
    }

    /// As [`Engine::record_version`], of a content that another version was merged into: it becomes
    /// the second parent, so that even an unchanged content is a new version.
    ///
    /// # Errors
    ///
    /// As [`Engine::record_version`].
    pub async fn record_merged_version(
        &self,
        wanted: &TypeRef,
        note: &VersionNote,
        merged: Option<&str>,
    ) -> Result<Option<Version>, SyncError> {
        self.permit(Action::RecordVersion).await?;
        self.permit_signature(&note.author).await?;
        self.record_present(wanted, note, merged).await
    }

    /// As [`Engine::record_merged_version`], of what the engine itself sees: whoever it acts for signs
    /// nothing by that.
    pub(super) async fn record_present(
        &self,
        wanted: &TypeRef,
        note: &VersionNote,
        merged: Option<&str>,
    ) -> Result<Option<Version>, SyncError> {
        for _ in 0..ATTEMPTS {
            let locals = self.locals().await?;
            let document = self.named_type(&locals, wanted).await?.document();
            let store = &self.ports.store;
            let row = locals.row(&document.entity.id);
            let head = self.head_of(&document, row, &locals).await?;
            // Read after the latest version: what others wrote and recorded since moves that on, and
            // what they replaced is not taken for the present.
            let locals = self.locals().await?;
            let row = locals.row(&document.entity.id);
            let merged = merged.map(str::to_owned);
            let made = Made { document, row, head, merged, known: &[], note };
            let Some(new) = self.version_of(&made).await? else { return Ok(None) };
            let added = store.add_versions(vec![new.clone()]).await.map_err(store_failure)?;
            if added == [true] {
                self.prune(&new.row.document).await?;
                return Ok(Some(shown(new.row)));
            }
        }
        Err(busy(&wanted.name))
    }

    /// Records a content that was just written, whatever the row holds by now; without a row, that it
    /// is gone. `merged` is the version that was merged into it, if any was. `None` when the latest
    /// version says so already.
    pub(super) async fn record_row(
        &self,
        locals: &Locals,
        document: &Document,
        row: Option<&TypeRow>,
        merged: Option<String>,
        note: &VersionNote,
    ) -> Result<Option<VersionRow>, SyncError> {
        let row = row.map(|row| (row, row_digest(row)));
        for _ in 0..ATTEMPTS {
            let head = self.head_of(document, row, locals).await?;
            let document = document.clone();
            let merged = merged.clone();
            let made = Made { document, row, head, merged, known: &[], note };
            let Some(new) = self.version_of(&made).await? else { return Ok(None) };
            let added = self.ports.store.add_versions(vec![new.clone()]).await;
            if added.map_err(store_failure)? == [true] {
                self.prune(&new.row.document).await?;
                return Ok(Some(new.row));
            }
        }
        Err(busy(&document.entity.id))
    }

    /// Records a content that was just written over the one that `head` stands for. Where others
    /// recorded since, it goes on top of theirs while the row still holds it; from what they made of
    /// it they went on. `None` then, and when the latest version says so already.
    pub(super) async fn record_written(
        &self,
        mut head: Option<VersionHead>,
        document: &Document,
        row: &TypeRow,
        note: &VersionNote,
    ) -> Result<Option<VersionRow>, SyncError> {
        let (store, digest) = (&self.ports.store, row_digest(row));
        for _ in 0..ATTEMPTS {
            let (document, row) = (document.clone(), Some((row, digest)));
            let made = Made { document, row, head, merged: None, known: &[], note };
            let Some(new) = self.version_of(&made).await? else { return Ok(None) };
            let document = new.row.document.clone();
            if store.add_versions(vec![new.clone()]).await.map_err(store_failure)? == [true] {
                self.prune(&document).await?;
                return Ok(Some(new.row));
            }
            head = store.head(&document).await.map_err(store_failure)?;
            let locals = self.locals().await?;
            if locals.row(&document.entity.id).is_none_or(|(_, now)| now != digest) {
                return Ok(None);
            }
        }
        Err(busy(&document.entity.id))
    }

    /// The version of a content beside the latest, on top of the first of the versions that are
    /// `known`; `None` when that one holds it already. Records nothing.
    pub(super) async fn version_beside(
        &self,
        document: &Document,
        row: &TypeRow,
        known: &[VersionRow],
        note: &VersionNote,
    ) -> Result<Option<VersionRow>, SyncError> {
        let head = known.first().cloned().map(head_of_row);
        let row = Some((row, row_digest(row)));
        let made = Made { document: document.clone(), row, head, merged: None, known, note };
        Ok(self.version_of(&made).await?.map(|new| new.row))
    }

    /// The version of a content that another version was merged into, on top of the latest. Records
    /// nothing.
    pub(super) async fn version_merged(
        &self,
        locals: &Locals,
        document: &Document,
        row: &TypeRow,
        (merged, known): (String, &[VersionRow]),
        note: &VersionNote,
    ) -> Result<Option<NewVersion>, SyncError> {
        let row = Some((row, row_digest(row)));
        let head = self.head_of(document, row, locals).await?;
        let merged = Some(merged);
        self.version_of(&Made { document: document.clone(), row, head, merged, known, note }).await
    }

    /// The latest version of a document, or of the one whose history it carries on.
    pub(super) async fn head_of(
        &self,
        document: &Document,
        row: Option<(&TypeRow, Digest)>,
        locals: &Locals,
    ) -> Result<Option<VersionHead>, SyncError> {
        let store = &self.ports.store;
        let head = store.head(document).await.map_err(store_failure)?;
        let (None, Some((row, _))) = (&head, row) else { return Ok(head) };
        let named = store.heads_named(&key_of(row, None)).await.map_err(store_failure)?;
        Ok(predecessor(named, document, locals))
    }

    /// Records what a run sees: every content of its websites that no version holds yet, and every
    /// row that is gone. What cannot be read is left out; the run says so elsewhere.
    pub(super) async fn record_seen(
        &self,
        locals: &Locals,
        websites: &[String],
        note: &VersionNote,
    ) -> Result<(), SyncError> {
        for website_id in websites {
            let known = self.ports.store.heads(website_id).await.map_err(store_failure)?;
            let mut known =
                map_of(known.into_iter().map(|head| (head.document.entity.id.clone(), head)));
            let (mut versions, mut continued) = (Vec::new(), BTreeSet::new());
            for (row, digest) in locals.of_website(website_id) {
                let own = known.remove(&row.id);
                if own.as_ref().is_some_and(|head| head.row_digest == Some(digest)) {
                    continue;
                }
                let document = Document::content_type(&**website_id, &*row.id);
                let head = own.or_else(|| {
                    let key = key_of(row, None);
                    let gone = known.values().filter(|head| head.type_key == key);
                    let gone = gone.filter(|head| !continued.contains(&head.document));
                    let found = predecessor(gone.cloned().collect(), &document, locals)?;
                    continued.insert(found.document.clone());
                    Some(found)
                });
                let row = Some((row, digest));
                let made = Made { document, row, head, merged: None, known: &[], note };
                match self.version_of(&made).await {
                    Ok(new) => versions.extend(new),
                    Err(error) if error.code == ErrorCode::ValidationFailed => {}
                    Err(error) => return Err(error),
                }
                self.add_some(&mut versions, BATCH).await?;
            }
            let gone = known.into_values().filter(|head| {
                let document = &head.document;
                locals.row(&document.entity.id).is_none() && !continued.contains(document)
            });
            for head in gone.filter(|head| head.successor.is_none()) {
                let document = head.document.clone();
                let head = Some(head);
                let made = Made { document, row: None, head, merged: None, known: &[], note };
                versions.extend(self.version_of(&made).await?);
                self.add_some(&mut versions, BATCH).await?;
            }
            self.add_some(&mut versions, 1).await?;
        }
        Ok(())
    }

    /// Adds what was gathered once there is enough of it. What somebody else recorded in between is
    /// seen by the next run.
    async fn add_some(
        &self,
        versions: &mut Vec<NewVersion>,
        enough: usize,
    ) -> Result<(), SyncError> {
        if versions.len() < enough {
            return Ok(());
        }
        let documents: Vec<Document> =
            versions.iter().map(|version| version.row.document.clone()).collect();
        let versions = std::mem::take(versions);
        self.ports.store.add_versions(versions).await.map_err(store_failure)?;
        for document in &documents {
            self.prune(document).await?;
        }
        Ok(())
    }

    /// The version that is due, if any is.
    async fn version_of(&self, made: &Made<'_>) -> Result<Option<NewVersion>, SyncError> {
        let Made { document, row, head, merged, known, note } = made;
        let entity = &document.entity;
        let (snapshot, row_digest) = match row {
            Some((row, digest)) => (Some(snapshot_of(row)?), Some(*digest)),
            None => (None, None),
        };
        if let Some(head) = head
            && head.document == *document
            && merged.is_none()
            && holds(head, snapshot.as_ref())
        {
            if let Some(digest) = row_digest.filter(|digest| head.row_digest != Some(*digest)) {
                let seen = vec![(document.clone(), head.hash.clone(), digest)];
                self.ports.store.note_rows(seen).await.map_err(store_failure)?;
            }
            return Ok(None);
        }
        let was_there = head.as_ref().is_some_and(|head| head.change != ChangeType::Delete);
        let change = match (&snapshot, was_there) {
            // Of what nobody recorded there is nothing to tell.
            (None, _) if head.is_none() => return Ok(None),
            (None, _) => ChangeType::Delete,
            (Some(_), true) => ChangeType::Update,
            (Some(_), false) => ChangeType::Create,
        };
        let parents: Vec<String> =
            head.iter().map(|head| &head.hash).chain(merged).cloned().collect();
        let columns = snapshot.as_ref().map_or_else(|| "{}".to_owned(), |it| it.columns.clone());
        let content_hash = snapshot.as_ref().map(|snapshot| snapshot.content_hash);
        let identity = Identity {
            website_id: &document.website_id,
            kind: entity.kind,
            local_id: &entity.id,
            columns: &columns,
        };
        let hash = version_hash(&identity, content_hash, &parents).to_string();
        let row = VersionRow {
            type_key: match row {
                Some((row, _)) => key_of(row, head.as_ref()),
                None => head.as_ref().map_or_else(String::new, |head| head.type_key.clone()),
            },
            hash,
            parents,
            snapshot: snapshot.map(|snapshot| snapshot.text.into_boxed_str()),
            content_hash,
            columns,
            source: note.source,
            author: Some(note.author.clone()),
            message: note.message.clone(),
            created_at: Some(self.ports.clock.now()),
            change,
            semver: None,
            imported: false,
            document: document.clone(),
        };
        let semver = Some(self.semver_of(&row, known).await?.to_string());
        let earlier = head.as_ref().map(|head| &head.document);
        Ok(Some(NewVersion {
            row: VersionRow { semver, ..row },
            row_digest,
            continues: earlier.filter(|earlier| *earlier != document).cloned(),
        }))
    }

    /// The number of a version: the largest that a parent's gives with what changed since.
    async fn semver_of(&self, row: &VersionRow, known: &[VersionRow]) -> Result<Semver, SyncError> {
        let mut parents = Vec::new();
        let content = content_of(row);
        for hash in &row.parents {
            let mut parent = known.iter().find(|one| one.hash == *hash).map(Cow::Borrowed);
            if parent.is_none() {
                let stored = self.ports.store.version(hash).await.map_err(store_failure)?;
                parent = stored.map(Cow::Owned);
            }
            let Some(parent) = parent else { continue };
            let Some(number) = parent.semver.as_deref().and_then(|it| it.parse().ok()) else {
                continue;
            };
            // Of a parent that cannot be trusted nobody can say what stayed compatible.
            let level = match intact(&parent) {
                // As when a decision leaves a content as it is.
                Ok(()) if parent.snapshot == row.snapshot && parent.columns == row.columns => {
                    Level::Patch
                }
                Ok(()) => diff(content_of(&parent).as_ref(), content.as_ref()).level(),
                Err(_) => Level::Major,
            };
            parents.push((number, level));
        }
        Ok(next(parents))
    }

    /// Removes what the bounds of the history exclude, as far as no chain gets a hole.
    pub(super) async fn prune(&self, document: &Document) -> Result<(), SyncError> {
        let kept = self.settings.kept_versions;
        if kept.is_unbounded() {
            return Ok(());
        }
        let store = &self.ports.store;
        let documents = store.succession(document).await.map_err(store_failure)?;
        let aged = store.oldest(documents, AGED).await.map_err(store_failure)?;
        let now = self.ports.clock.now();
        let graph = Graph::new(aged.iter().map(|one| (one.hash.clone(), one.parents.clone())));
        let is_expendable = |at: usize| {
            aged.get(at)
                .is_some_and(|one| !one.is_needed && kept.excludes(one.newer, one.created_at, now))
        };
        let gone = prunable(&graph, is_expendable);
        let gone: Vec<String> =
            gone.into_iter().filter_map(|at| Some(aged.get(at)?.hash.clone())).collect();
        if gone.is_empty() {
            return Ok(());
        }
        store.remove_versions(gone).await.map_err(store_failure)
    }
}

pub(super) fn busy(name: &str) -> SyncError {
    SyncError::new(ErrorCode::DatabaseBusy, "others keep recording versions of the type").of(name)
}

/// The document whose history a new row carries on: one with the same key whose row is gone, as
/// after a re-seeded database, or after a type was deleted and made again.
fn predecessor(
    heads: Vec<VersionHead>,
    document: &Document,
    locals: &Locals,
) -> Option<VersionHead> {
    let mut gone = heads.into_iter().filter(|head| {
        head.document.website_id == document.website_id
            && head.document != *document
            && head.successor.is_none()
            && !locals.lives(&head.document.entity.id)
    });
    // Of several nobody can say which.
    gone.next().filter(|_| gone.next().is_none())
}

/// A version as if it were the latest.
fn head_of_row(row: VersionRow) -> VersionHead {
    VersionHead {
        columns_digest: (!row.imported).then(|| Digest::of(&row.columns)),
        document: row.document,
        type_key: row.type_key,
        hash: row.hash,
        content_hash: row.content_hash,
        row_digest: None,
        change: row.change,
        semver: row.semver,
        imported: row.imported,
        successor: None,
    }
}

/// Whether a version holds a content already.
fn holds(head: &VersionHead, snapshot: Option<&Snapshot>) -> bool {
    let Some(snapshot) = snapshot else { return head.change == ChangeType::Delete };
    if head.change == ChangeType::Delete || head.content_hash != Some(snapshot.content_hash) {
        return false;
    }
    match head.columns_digest {
        Some(columns) => columns == Digest::of(&snapshot.columns),
        // What was imported kept no columns, and is only as good as its name.
        None => head.hash == snapshot.content_hash.to_string(),
    }
}

/// The key column, else the key that the history knows, else the one derived from the name.
fn key_of(row: &TypeRow, head: Option<&VersionHead>) -> String {
    let known = head.filter(|head| !head.imported).map(|head| head.type_key.clone());
    let column = row.key.clone().filter(|key| !key.is_empty());
    column.or(known).unwrap_or_else(|| {
        let (content, _) = content_type(&row_of(row), write);
        derive_key(&content.name, "Type")
    })
}

fn snapshot_of(row: &TypeRow) -> Result<Snapshot, SyncError> {
    Snapshot::of(&row_of(row)).ok_or_else(|| {
        let message = format!("the definition of {} is no JSON object or list", row.name);
        SyncError::new(ErrorCode::ValidationFailed, message).of(&row.id)
    })
}

/// The content of a version; `None` for a deletion.
pub(super) fn content_of(row: &VersionRow) -> Option<ContentType> {
    let Document { website_id, entity } = &row.document;
    let content = Content::read(row.snapshot.as_deref()?, &row.columns, &entity.id).ok()?;
    Some(content.content_type(&entity.id, website_id))
}
