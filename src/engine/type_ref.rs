//! Which type a call means.

use std::collections::BTreeMap;

use crate::canonical::derive_key;
use crate::error::{ErrorCode, SyncError, quoted};
use crate::port::{Document, VersionHead};

use super::Engine;
use super::failure::store_failure;
use super::locals::Locals;
use super::parse::parse_row;

/// A type by its row id or its key; versions belong to no target, so none is named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypeRef {
    /// Row id or key.
    pub name: String,
    /// The website, where a key alone fits several types.
    pub website_id: Option<String>,
}

impl TypeRef {
    /// A type by its row id or key, wherever it is.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), website_id: None }
    }

    fn is_on(&self, website_id: &str) -> bool {
        self.website_id.as_deref().is_none_or(|own| own == website_id)
    }
}

impl Engine {
    /// Finds the document that is meant: a row of the studio, or one that is gone and whose history
    /// is known. A row id says more than a key, and a row that is there more than one that is gone.
    pub(super) async fn document_of(
        &self,
        locals: &Locals,
        wanted: &TypeRef,
    ) -> Result<Document, SyncError> {
        let name = &*wanted.name;
        if let Some((row, _)) = locals.row(name).filter(|(row, _)| wanted.is_on(&row.website_id)) {
            return Ok(Document::content_type(&*row.website_id, &*row.id));
        }
        let heads = self.ports.store.heads_named(name).await.map_err(store_failure)?;
        let heads: Vec<VersionHead> =
            heads.into_iter().filter(|head| wanted.is_on(&head.document.website_id)).collect();
        let is_living = |document: &Document| {
            let row = locals.row(&document.entity.id);
            row.is_some_and(|(row, _)| row.website_id == document.website_id)
        };
        let by_id = heads.iter().filter(|head| head.document.entity.id == name);
        let by_id: Vec<Document> = by_id.map(|head| head.document.clone()).collect();
        if !by_id.is_empty() {
            return only(name, &by_id);
        }
        let rows = locals.rows.types.iter().filter(|row| wanted.is_on(&row.website_id));
        let by_column = rows.clone().filter(|row| row.key.as_deref() == Some(name));
        let mut living: Vec<Document> =
            by_column.map(|row| Document::content_type(&*row.website_id, &*row.id)).collect();
        living
            .extend(heads.iter().map(|head| &head.document).filter(|one| is_living(one)).cloned());
        living.sort();
        living.dedup();
        if !living.is_empty() {
            return only(name, &living);
        }
        // Only now, because it takes a look into every definition.
        let index = locals.target_index();
        for row in rows.filter(|row| row.key.as_deref().is_none_or(str::is_empty)) {
            if derive_key(&parse_row(row, &index).content.name, "Type") != name {
                continue;
            }
            let document = Document::content_type(&*row.website_id, &*row.id);
            // A key is derived once: who has a history keeps the one that stands there.
            let known = self.ports.store.head(&document).await.map_err(store_failure)?;
            if known.is_none_or(|head| head.imported) {
                living.push(document);
            }
        }
        if !living.is_empty() {
            return only(name, &living);
        }
        let gone = heads.into_iter().filter(|head| head.successor.is_none());
        only(name, &gone.map(|head| head.document).collect::<Vec<_>>())
    }
}

fn only(name: &str, found: &[Document]) -> Result<Document, SyncError> {
    match found {
        [one] => Ok(one.clone()),
        [] => {
            let message = format!("no type has the key or id {}", quoted(name));
            Err(SyncError::new(ErrorCode::TypeNotFound, message).of(name))
        }
        several => {
            let mut by_website: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for Document { website_id, entity } in several {
                by_website.entry(website_id).or_default().push(&entity.id);
            }
            let listed: Vec<String> = by_website
                .iter()
                .map(|(website, ids)| format!("{} of website {website}", ids.join(", ")))
                .collect();
            let message = format!("{} fits several types: {}", quoted(name), listed.join("; "));
            Err(SyncError::new(ErrorCode::AmbiguousType, message).of(name))
        }
    }
}
