//! What was found, in the shapes of `api.md` §3.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, Path, View};
use crate::digest::Digest;
use crate::merge::{AtomMovement, Merge, Movement, Shape};
use crate::model::Finding;
use crate::plan::{Consent, Risk, withhold};
use crate::port::Scope;

use super::examine::{Examined, Status};
use super::report::{AtomChange, Conflict, ConflictField, FailedType, FieldChanges, TypeChange};

/// How the movements of one side read: from what the other side holds to what this one has.
pub(super) fn atom_changes(one: &Examined, movement: Movement, shape: &Shape) -> Vec<AtomChange> {
    one.merge.of(movement).map(|atom| atom_change(one, atom, shape)).collect()
}

/// How one movement reads.
pub(super) fn atom_change(one: &Examined, atom: &AtomMovement, shape: &Shape) -> AtomChange {
    let (before, after) = if atom.movement == Movement::Remote {
        (atom.base.as_ref().and_then(|pair| pair.remote.clone()), atom.remote.clone())
    } else {
        (atom.remote.clone(), atom.local.clone())
    };
    let kind = match (&before, &after) {
        _ if shape.ordered_list(&atom.path).is_some() => "moved",
        (None, _) => "added",
        (_, None) => "removed",
        _ if is_rename(one, atom, shape) => "renamed",
        _ => "modified",
    };
    AtomChange { path: atom.path.clone(), kind, before, after }
}

/// An attribute of a property whose field has another name than when it was bound: the name.
fn is_rename(one: &Examined, atom: &AtomMovement, shape: &Shape) -> bool {
    let elements = shape.elements_on(&atom.path);
    let [element] = &elements[..] else { return false };
    let key = element.name();
    let names = ["displayName", "name", "label"];
    let was = one.known.iter().find(|binding| binding.key == key);
    names.contains(&&*atom.path.name()) && was.is_some_and(|was| was.name != one.field_name(&key))
}

/// Names of the fields that came, changed and went by the movements of one side.
fn field_changes(one: &Examined, movement: Movement, shape: &Shape) -> FieldChanges {
    let names: BTreeMap<&str, &str> =
        one.bindings.iter().map(|binding| (&*binding.key, &*binding.name)).collect();
    let mut changes = FieldChanges::default();
    let mut modified = BTreeSet::new();
    let mut whole = BTreeSet::new();
    for atom in one.merge.of(movement) {
        let Some(element) = shape.elements_on(&atom.path).into_iter().next() else { continue };
        let key = element.name();
        let name = names.get(&*key).map_or_else(|| key.clone(), |name| (*name).to_owned());
        if element != atom.path {
            modified.insert(name);
            continue;
        }
        whole.insert(name.clone());
        let now = if movement == Movement::Remote { &atom.remote } else { &atom.local };
        if now.is_some() { changes.added.push(name) } else { changes.removed.push(name) }
    }
    changes.modified = modified.difference(&whole).cloned().collect();
    changes
}

/// A type that one side changed.
pub(super) fn type_change(
    one: &Examined,
    shape: &Shape,
    consent: Consent,
    content_items: u64,
) -> TypeChange {
    let (status, movement) = match one.status {
        Status::New => ("new", Movement::Local),
        Status::Deleted => ("deleted", Movement::Local),
        Status::RemoteModified => ("remote_modified", Movement::Remote),
        Status::RemoteDeleted => ("remote_deleted", Movement::Remote),
        _ => ("modified", Movement::Local),
    };
    TypeChange {
        key: one.key.clone(),
        name: one.name.clone(),
        website_id: one.subject.website_id.clone(),
        status,
        local_hash: hash(one.local_hash()),
        remote_hash: hash(one.remote_hash()),
        base_hash: hash(one.base_hash()),
        content_hash: hash(one.subject.local.as_ref().and_then(|side| side.content_hash)),
        fields_count: one.subject.local.as_ref().map_or(0, |side| side.content.fields.len()),
        field_changes: field_changes(one, movement, shape),
        changes: atom_changes(one, movement, shape),
        risk: risk(one, shape, consent).as_str(),
        content_items,
        findings: one.subject.findings.clone(),
    }
}

/// What deploying a type may cost.
pub(super) fn risk(one: &Examined, shape: &Shape, consent: Consent) -> Risk {
    match one.status {
        Status::Failed => Risk::Blocked,
        Status::Deleted => Risk::Lossy,
        _ => {
            let all = Consent { data_loss: true, ..consent };
            if withhold(&one.merge, shape, all).lossy { Risk::Lossy } else { Risk::Safe }
        }
    }
}

/// A type that both sides changed apart.
pub(super) fn conflict(one: &Examined, scope: &Scope, shape: &Shape, now: i64) -> Option<Conflict> {
    let Status::Conflict(kind) = one.status else { return None };
    let (local_hash, remote_hash, base_hash) =
        (one.local_hash(), one.remote_hash(), one.base_hash());
    let sides = [local_hash, remote_hash, base_hash].map(|side| hash(side).unwrap_or_default());
    let digest = Digest::of_parts(sides.iter().map(String::as_bytes)).to_string();
    let id = Digest::of_parts(
        [&*scope.website_id, &*scope.target, &*one.subject.entity.id, &*digest].map(str::as_bytes),
    );
    let whole = |there: bool, view: &View| there.then(|| Canonical::of(&view.nested()));
    Some(Conflict {
        id: format!("conflict_{}", id.to_string().get(..24).unwrap_or_default()),
        type_key: one.key.clone(),
        website_id: scope.website_id.clone(),
        target: scope.target.clone(),
        name: one.name.clone(),
        kind: kind.as_str(),
        status: "pending",
        digest,
        local_hash: hash(local_hash),
        remote_hash: hash(remote_hash),
        ancestor_hash: hash(base_hash),
        local: whole(one.subject.local.is_some(), &one.local),
        remote: whole(one.subject.remote.is_some(), &one.remote),
        ancestor: one.base.as_ref().map(|base| Canonical::of(&base.remote().nested())),
        fields: overlaps(one, &one.merge, shape),
        auto_merged: one
            .merge
            .movements
            .iter()
            .filter(|atom| matches!(atom.movement, Movement::Local | Movement::Remote))
            .filter(|_| one.subject.local.is_some() && one.subject.remote.is_some())
            .map(|atom| atom.path.clone())
            .collect(),
        created_at: now,
    })
}

/// One entry per overlap; a type that is gone on one side overlaps as a whole.
fn overlaps(one: &Examined, merge: &Merge, _shape: &Shape) -> Vec<ConflictField> {
    if one.subject.local.is_none() || one.subject.remote.is_none() {
        let side = |there: bool, view: &View| there.then(|| Canonical::of(&view.nested()));
        return vec![ConflictField {
            path: Path::root(),
            ancestor: one.base.as_ref().map(|base| Canonical::of(&base.remote().nested())),
            local: side(one.subject.local.is_some(), &one.local),
            remote: side(one.subject.remote.is_some(), &one.remote),
        }];
    }
    merge
        .overlaps()
        .map(|atom| ConflictField {
            path: atom.path.clone(),
            ancestor: atom.base.as_ref().and_then(|pair| pair.remote.clone()),
            local: atom.local.clone(),
            remote: atom.remote.clone(),
        })
        .collect()
}

/// A type that could not be compared: its first error finding says why.
pub(super) fn failed_type(one: &Examined, now: i64) -> FailedType {
    let first = one.subject.findings.iter().find(|finding| finding.blocks());
    FailedType {
        key: one.key.clone(),
        code: first.map_or("VALIDATION_FAILED", |finding| finding.code).to_owned(),
        error: first.map_or_else(String::new, describe),
        at: now,
    }
}

/// A finding as one text.
pub(super) fn describe(finding: &Finding) -> String {
    match &finding.path {
        Some(path) => format!("{} at {path}; {}", finding.message, finding.remedy),
        None => format!("{}; {}", finding.message, finding.remedy),
    }
}

fn hash(digest: Option<Digest>) -> Option<String> {
    digest.map(|digest| digest.to_string())
}
