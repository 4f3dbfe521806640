//! Which type a caller means.

use std::collections::BTreeSet;

use crate::error::{ErrorCode, SyncError, no_type, quoted};
use crate::port::{Document, Entity, KnownType};

use super::Engine;
use super::detect::root_id;
use super::failure::store_failure;
use super::locals::Locals;

/// A type as a caller names it: by row id, or by key and what tells it from others of that key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypeRef {
    /// Row id or key.
    pub name: String,
    /// The website, where it matters.
    pub website_id: Option<String>,
    /// The provider whose target is meant, where it matters.
    pub provider: Option<String>,
}

/// The one document that a [`TypeRef`] names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedType {
    /// Its website; empty for an import of which nobody knows it.
    pub website_id: String,
    /// The document.
    pub entity: Entity,
    /// What it is called: the key of its state, else the name that it was asked for by.
    pub key: String,
    /// Its row exists.
    pub lives: bool,
}

impl TypeRef {
    /// A type by its row id or key, wherever it is.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

impl NamedType {
    /// What the versions are kept of: the type itself, or for a part the type that it lies in.
    pub fn document(&self) -> Document {
        Document::content_type(&*self.website_id, root_id(&self.entity.id))
    }
}

impl Engine {
    /// Finds the one type that a caller means. An id counts before a key, and what exists before what
    /// is only remembered. The provider is looked at where several are left.
    ///
    /// # Errors
    ///
    /// `TYPE_NOT_FOUND` when neither the studio nor the state knows it, `AMBIGUOUS_TYPE` when several
    /// have the key, and when the state cannot be read.
    pub(super) async fn named_type(
        &self,
        locals: &Locals,
        wanted: &TypeRef,
    ) -> Result<NamedType, SyncError> {
        let known = self.ports.store.known_types(&wanted.name).await.map_err(store_failure)?;
        let mut candidates = candidates(wanted, locals, &known);
        if candidates.len() > 1
            && let Some(provider) = &wanted.provider
        {
            let is_there = |one: &&NamedType| {
                let own = known.iter().filter(|known| known.entity == one.entity);
                own.filter_map(|known| known.target.as_deref())
                    .any(|target| is_of(target, provider))
            };
            let there: Vec<NamedType> = candidates.iter().filter(is_there).cloned().collect();
            if !there.is_empty() {
                candidates = there;
            }
        }
        match candidates.len() {
            0 | 1 => candidates.pop().ok_or_else(|| {
                let ids = locals.rows.types.iter().map(|row| &*row.id);
                no_type(&wanted.name, ids.flat_map(|id| [locals.key_of(id), id]))
            }),
            _ => Err(ambiguous(&wanted.name, &candidates)),
        }
    }
}

/// Whether a target is one of a provider's.
pub(super) fn is_of(target: &str, provider: &str) -> bool {
    target.strip_prefix(provider).is_some_and(|rest| rest.starts_with(':'))
}

/// The refusal of a name that fits several types, or several targets of one.
pub(super) fn ambiguous(name: &str, candidates: &[NamedType]) -> SyncError {
    let fits = candidates.iter().map(|one| {
        let website = if one.website_id.is_empty() { "no website" } else { &one.website_id };
        format!("{} in {website}", one.entity.id)
    });
    let fits: Vec<String> = fits.collect();
    let message = format!("{} is the key of several types: {}", quoted(name), fits.join(", "));
    SyncError::new(ErrorCode::AmbiguousType, message).of(name)
}

fn candidates(wanted: &TypeRef, locals: &Locals, known: &[KnownType]) -> Vec<NamedType> {
    let here = |website_id: &str| wanted.website_id.as_deref().is_none_or(|id| id == website_id);
    let name = &wanted.name;
    if let Some((row, _)) = locals.row(name).filter(|(row, _)| here(&row.website_id)) {
        let entity = Entity::content_type(&row.id);
        let key = key_of(&entity, true, locals, known).to_owned();
        return vec![NamedType { website_id: row.website_id.clone(), entity, key, lives: true }];
    }
    let living =
        locals.of_key(name).map(|(row, _)| (&row.website_id, Entity::content_type(&row.id)));
    let lives = |one: &&KnownType| {
        let row = locals.row(root_id(&one.entity.id));
        row.is_some_and(|(row, _)| row.website_id == one.website_id)
    };
    let bound = known.iter().filter(|one| one.is_current).filter(lives);
    let bound = bound.map(|one| (&one.website_id, one.entity.clone()));
    let mut found: BTreeSet<_> = living.chain(bound).filter(|(website, _)| here(website)).collect();
    let lives = !found.is_empty();
    if !lives {
        // What a state or the latest version says counts for more than what was once done.
        for current in [true, false] {
            if found.is_empty() {
                let past = known.iter().filter(|one| one.is_current == current);
                found = past
                    .map(|one| (&one.website_id, one.entity.clone()))
                    .filter(|(website, _)| here(website))
                    .collect();
            }
        }
        // The same type before and after its website was known.
        if found.iter().any(|(website, _)| !website.is_empty()) {
            found.retain(|(website, _)| !website.is_empty());
        }
    }
    let named = |(website_id, entity): (&String, Entity)| {
        let key = key_of(&entity, lives, locals, known);
        let key = if key.is_empty() { name } else { key }.to_owned();
        NamedType { website_id: website_id.clone(), entity, key, lives }
    };
    found.into_iter().map(named).collect()
}

/// The key of a state, else the one that the studio knows, else the last that is remembered.
fn key_of<'k>(entity: &Entity, lives: bool, locals: &'k Locals, known: &'k [KnownType]) -> &'k str {
    let own = known.iter().filter(|one| one.entity == *entity);
    let remembered = own.min_by_key(|one| (one.target.is_none(), !one.is_current));
    match remembered {
        Some(one) if one.target.is_some() || !lives => &one.type_key,
        _ => locals.key_of(&entity.id),
    }
}
