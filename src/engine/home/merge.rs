//! The version that a merge has as its second parent: what the platform had, as the studio would
//! say it, on top of what both sides last agreed on.

use crate::canonical::Path;
use crate::error::SyncError;
use crate::merge::Movement;
use crate::port::{Document, NewVersion, TypeRow, VersionFilter, VersionRow};

use super::Home;
use super::draft::{held, part};
use crate::engine::examine::Examined;
use crate::engine::failure::store_failure;
use crate::engine::record_version::content_of;

/// How far back the version is looked for that both sides agreed on.
const DEPTH: u32 = 32;

/// The versions of a merge that left a content as it is. Nothing is recorded of them yet.
#[derive(Default)]
pub(in crate::engine) struct Merged {
    /// The platform's side, where no version says it yet.
    pub theirs: Option<Box<VersionRow>>,
    /// The content, with the platform's side as its second parent.
    pub version: Option<Box<NewVersion>>,
}

/// The platform's side of a document as a version.
struct Theirs {
    /// It comes first; what else was read of the history comes after.
    versions: Vec<VersionRow>,
    /// No version said so before.
    is_new: bool,
}

impl Home<'_> {
    /// Records the platform's side of a document that both sides moved, and tells its version; `None`
    /// where there is nothing to merge, or the studio cannot say it.
    pub async fn record_theirs(
        &self,
        one: &Examined,
        row: &TypeRow,
    ) -> Result<Option<String>, SyncError> {
        let theirs = self.theirs(one, row).await?;
        let Some((first, is_new)) =
            theirs.and_then(|it| Some((it.versions.into_iter().next()?, it.is_new)))
        else {
            return Ok(None);
        };
        let hash = first.hash.clone();
        if is_new {
            self.engine.ports.store.add_beside(first).await.map_err(store_failure)?;
        }
        Ok(Some(hash))
    }

    /// The versions of a decision that merged the platform's side into a content that it left as it is.
    pub async fn merged(&self, one: &Examined, row: &TypeRow) -> Result<Merged, SyncError> {
        let Some(Theirs { versions, is_new }) = self.theirs(one, row).await? else {
            return Ok(Merged::default());
        };
        let Some(first) = versions.first() else { return Ok(Merged::default()) };
        let note = self.note(format!("decided against {}", self.platform.provider));
        let merged = (first.hash.clone(), &*versions);
        let document = self.document(one);
        let version =
            self.engine.version_merged(self.locals, &document, row, merged, &note).await?;
        let theirs = is_new.then(|| Box::new(first.clone()));
        Ok(Merged { theirs, version: version.map(Box::new) })
    }

    async fn theirs(&self, one: &Examined, row: &TypeRow) -> Result<Option<Theirs>, SyncError> {
        let moved = |movement| one.merge.of(movement).next().is_some();
        let is_merge =
            moved(Movement::Conflict) || (moved(Movement::Local) && moved(Movement::Remote));
        let (Some(side), Some(_), true) = (&one.subject.local, &one.subject.remote, is_merge)
        else {
            return Ok(None);
        };
        let Ok((theirs, _)) = self.reflected(one, side, &one.remote, row) else { return Ok(None) };
        let document = self.document(one);
        let mut versions = self.agreed(one, &document).await?;
        let note = self.note(format!("as it was on {}", self.platform.provider));
        let made = self.engine.version_beside(&document, &theirs, &versions, &note).await?;
        let is_new = made.is_some();
        versions.splice(..0, made);
        Ok(Some(Theirs { versions, is_new }))
    }

    /// The latest version that says what both sides last agreed on, and after it those that say
    /// something else since. Where part of an edit was agreed on since, no version says all of it:
    /// then the latest that says so of everything that overlaps. Nothing where there is none.
    async fn agreed(
        &self,
        one: &Examined,
        document: &Document,
    ) -> Result<Vec<VersionRow>, SyncError> {
        let Some(base) = &one.base else { return Ok(Vec::new()) };
        let store = &self.engine.ports.store;
        let filter = VersionFilter { limit: Some(DEPTH), ..VersionFilter::default() };
        let history = store.history(vec![document.clone()], filter).await;
        let (local, held) = (base.local(), held(one));
        let mut versions = history.map_err(store_failure)?;
        let (dialect, id) = (&*self.platform.dialect, &one.subject.entity.id);
        let view_of = |known: &VersionRow| {
            let mut content = content_of(known)?;
            // What a name meant then is not known; what it means now is as good.
            let _ = self.targets.resolve(&mut content);
            let is_part = content.id != *id;
            let own = if is_part { part(dialect, &content, id) } else { Some(content) };
            Some(dialect.project(&own?, &held).view)
        };
        let overlaps: Vec<&Path> = one.merge.overlaps().map(|atom| &atom.path).collect();
        let mut before_overlap = None;
        let mut agreed = None;
        for (at, known) in versions.iter().enumerate() {
            let Some(view) = view_of(known) else { continue };
            if view == local {
                agreed = Some(at);
                break;
            }
            if overlaps.iter().all(|path| view.get(path) == local.get(path)) {
                before_overlap.get_or_insert(at);
            }
        }
        let Some(at) = agreed.or(before_overlap) else { return Ok(Vec::new()) };
        versions.truncate(at + 1);
        versions.rotate_right(1);
        Ok(versions)
    }
}
