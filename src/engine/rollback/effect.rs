//! What a deployment did to one document, and what undoes it.

use std::collections::BTreeMap;

use crate::canonical::{Path, View, parse};
use crate::error::ErrorCode;
use crate::merge::{Base, Shape};
use crate::model::{Finding, Json};
use crate::plan::Verb;
use crate::port::{
    Change, Dialect, KeptBefore, OperationState, Ownership, RemoteDefinition, Revision,
    StateDetail, StateRow,
};

use crate::engine::references::References;

/// The requests that changed a document, or may have, oldest first. There is at least one.
#[derive(Debug, Default)]
pub(super) struct Effect {
    pub changes: Vec<Change>,
}

/// What undoing goes by; absent where there was no document.
#[derive(Debug, Default)]
pub(super) struct Sides {
    /// What the deployment left.
    pub after: Option<View>,
    /// What is to be there again.
    pub wanted: Option<View>,
}

/// One request by what was there before and after it.
struct Passage<'c> {
    change: &'c Change,
    before: Option<View>,
    after: Option<View>,
}

impl Effect {
    /// Website and key of the type, whatever it was called on the way.
    pub fn names(&self) -> impl Iterator<Item = (String, String)> {
        self.changes.iter().map(|one| (one.scope.website_id.clone(), one.type_key.clone()))
    }

    /// What was kept of the document before any of it.
    pub fn kept(&self) -> Option<&KeptBefore> {
        self.changes.first()?.kept.as_ref()
    }

    /// The definition before any of it.
    pub fn definition(&self) -> Option<RemoteDefinition> {
        let first = self.changes.first()?;
        Some(definition(first, &first.kept.as_ref()?.definition))
    }

    /// The state of the document before any of it, as far as it was kept.
    pub fn detail(&self, dialect: &dyn Dialect) -> Option<StateDetail> {
        let first = self.changes.first()?;
        let kept = first.kept.as_ref()?;
        Some(StateDetail {
            row: StateRow {
                entity: first.entity.clone(),
                type_key: first.type_key.clone(),
                remote_id: Some(first.remote_id.clone()),
                row_digest: None,
                remote_digest: None,
                dialect: dialect.fingerprint(),
                settled: false,
                refers: false,
                agreed: true,
                status: "deleted".to_owned(),
            },
            base: kept.base.clone()?,
            bindings: kept.bindings.clone()?,
            origin: kept.origin.clone()?,
            revision: Revision::default(),
            last_write: None,
            content_hash: None,
            local_hash: None,
            remote_hash: None,
            last_sync_at: None,
        })
    }

    /// What both sides had agreed on before, in the studio's present terms.
    pub fn base(&self, references: &References, shape: &Shape) -> Option<Base> {
        let base = Base::from_json(self.kept()?.base.as_ref()?).ok()?;
        Some(references.to_present(base, shape))
    }

    /// What was there before, what the deployment left, and so what undoes it; or why that cannot be
    /// told.
    pub fn sides(&self, references: &References, dialect: &dyn Dialect) -> Result<Sides, Finding> {
        let shape = dialect.capabilities().shape;
        let view = |change: &Change, body: &str| {
            let view = dialect.normalize(&definition(change, body)).ok()?;
            Some(references.to_symbolic(view, &shape))
        };
        let mut passages: Vec<Passage<'_>> = Vec::new();
        for change in &self.changes {
            let before = match (change.verb, &change.kept) {
                (Verb::Create, _) => None,
                (_, Some(kept)) => {
                    Some(view(change, &kept.definition).ok_or_else(|| gone(change))?)
                }
                (_, None) => return Err(gone(change)),
            };
            let stored = change.response.as_deref().filter(|_| is_certain(change));
            let stored = stored.filter(|text| is_definition(text));
            let after = match change.verb {
                Verb::Delete => None,
                _ => stored.and_then(|text| view(change, text)).or_else(|| {
                    let mut after = before.clone().unwrap_or_default();
                    for atom in &change.atoms {
                        after.put(atom.path.clone(), atom.intended.clone());
                    }
                    Some(after)
                }),
            };
            passages.push(Passage { change, before, after });
        }
        drop_adopted(&mut passages);
        let after = passages.last().and_then(|last| last.after.clone());
        let Some(first) = passages.first() else { return Ok(Sides::default()) };
        if first.change.verb == Verb::Create && !is_certain(first.change) {
            return Err(in_doubt(first.change));
        }
        let is_replaced = passages.iter().any(|one| one.change.verb == Verb::Delete);
        let wanted = match (&first.before, &after) {
            (None, _) => None,
            (Some(before), None) => Some(before.clone()),
            (Some(before), Some(_)) if is_replaced => Some(before.clone()),
            (Some(_), Some(after)) => Some(without(after, &passages, &shape)),
        };
        Ok(Sides { after, wanted })
    }
}

/// A creation whose answer was lost may have found the type of somebody else, which was then changed. It
/// is ours only if what the change found is what was to be created.
fn drop_adopted(passages: &mut Vec<Passage<'_>>) {
    let [first, second, ..] = &passages[..] else { return };
    let is_answered = first.change.response.as_deref().is_some_and(is_definition);
    let Some(found) = &second.before else { return };
    let is_meant = || {
        let mut atoms = first.change.atoms.iter();
        atoms.all(|atom| found.get(&atom.path) == atom.intended.as_ref())
    };
    if first.change.verb == Verb::Create && !is_answered && !is_meant() {
        passages.remove(0);
    }
}

/// What the deployment left, with what it touched as it was before. Where somebody else moved an atom
/// between two of its requests, that value is the one before.
fn without(after: &View, passages: &[Passage<'_>], shape: &Shape) -> View {
    let mut wanted = after.clone();
    let mut touched: BTreeMap<&Path, usize> = BTreeMap::new();
    for (at, passage) in passages.iter().enumerate() {
        for atom in &passage.change.atoms {
            let value = |view: &Option<View>| view.as_ref()?.get(&atom.path).cloned();
            let left = touched.get(&atom.path).and_then(|before| passages.get(*before));
            let is_ours = left.is_some_and(|left| value(&left.after) == value(&passage.before));
            if !is_ours {
                wanted.put(atom.path.clone(), value(&passage.before));
                if shape.is_element(&atom.path) {
                    put_inside(&mut wanted, &atom.path, passage);
                }
            }
            touched.insert(&atom.path, at);
        }
    }
    // What comes back stands where it stood.
    if let Some(before) = passages.first().and_then(|first| first.before.as_ref()) {
        shape.follow(&mut wanted, after, before);
    }
    wanted
}

/// What came or went with an element, because it stood in it, goes or comes back with it.
fn put_inside(wanted: &mut View, element: &Path, passage: &Passage<'_>) {
    let empty = View::new();
    let (before, after) =
        (passage.before.as_ref().unwrap_or(&empty), passage.after.as_ref().unwrap_or(&empty));
    match (before.get(element), after.get(element)) {
        (None, Some(_)) => {
            for (path, _) in after.below(element) {
                wanted.put(path.clone(), None);
            }
        }
        (Some(_), None) => {
            for (path, value) in before.below(element) {
                wanted.put(path.clone(), Some(value.clone()));
            }
        }
        _ => {}
    }
}

fn is_certain(change: &Change) -> bool {
    change.state == OperationState::Applied
}

/// An answer shows what was stored, or says in words how the journal was closed without it.
fn is_definition(response: &str) -> bool {
    matches!(parse(response), Ok(Json::Object(_)))
}

/// A definition as it was kept.
fn definition(change: &Change, body: &str) -> RemoteDefinition {
    RemoteDefinition {
        id: change.remote_id.clone(),
        name: change.type_key.clone(),
        revision: Revision::default(),
        ownership: Ownership::Open,
        body: body.into(),
    }
}

/// Types of others are never deleted, nor what may be one.
fn in_doubt(change: &Change) -> Finding {
    let key = &*change.type_key;
    Finding::error(
        ErrorCode::InDoubt.as_str(),
        format!("{key} was made by the deployment or by somebody else, and is left"),
        "delete it on the platform if nobody needs it",
    )
    .of(key)
}

fn gone(change: &Change) -> Finding {
    Finding::error(
        ErrorCode::BackupGone.as_str(),
        format!("what {} was before the deployment is not kept any more", change.type_key),
        ErrorCode::BackupGone.next_step(),
    )
    .of(&*change.type_key)
}
