//! The version that a merge has as its second parent: what the platform had, as the studio would
//! say it, on top of what both sides last agreed on.

use crate::error::SyncError;
use crate::merge::Movement;
use crate::port::{Document, TypeRow, VersionFilter, VersionRow};

use super::Home;
use super::draft::held;
use crate::engine::examine::Examined;
use crate::engine::failure::store_failure;
use crate::engine::record_version::content_of;

/// How far back the version is looked for that both sides agreed on.
const DEPTH: u32 = 32;

impl Home<'_> {
    /// Records the platform's side of a document that both sides moved, and tells its version; `None`
    /// where there is nothing to merge, or the studio cannot say it.
    pub async fn record_theirs(
        &self,
        one: &Examined,
        row: &TypeRow,
    ) -> Result<Option<String>, SyncError> {
        let moved = |movement| one.merge.of(movement).next().is_some();
        let is_merge =
            moved(Movement::Conflict) || (moved(Movement::Local) && moved(Movement::Remote));
        let (Some(side), Some(_), true) = (&one.subject.local, &one.subject.remote, is_merge)
        else {
            return Ok(None);
        };
        let Ok((theirs, _)) = self.reflected(one, side, &one.remote, row) else { return Ok(None) };
        let document = self.document(one);
        let agreed = self.agreed(one, &document).await?;
        let note = self.note(format!("as it was on {}", self.platform.provider));
        self.engine.record_beside(&document, &theirs, agreed, &note).await
    }

    /// The latest version that says what both sides last agreed on.
    async fn agreed(
        &self,
        one: &Examined,
        document: &Document,
    ) -> Result<Option<VersionRow>, SyncError> {
        let Some(base) = &one.base else { return Ok(None) };
        let store = &self.engine.ports.store;
        let filter = VersionFilter { limit: Some(DEPTH), ..VersionFilter::default() };
        let history = store.history(vec![document.clone()], filter).await;
        let (local, held) = (base.local(), held(one));
        for known in history.map_err(store_failure)? {
            let whole = store.version(&known.hash).await.map_err(store_failure)?;
            let Some(mut content) = whole.as_ref().and_then(content_of) else { continue };
            // What a name meant then is not known; what it means now is as good.
            let _ = self.targets.resolve(&mut content);
            if self.platform.dialect.project(&content, &held).view == local {
                return Ok(whole);
            }
        }
        Ok(None)
    }
}
