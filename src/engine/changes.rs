//! What was found, in the shapes of `api.md` §3.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, View};
use crate::collect::map_of;
use crate::digest::Digest;
use crate::drift::Severity;
use crate::merge::{AtomMovement, Movement, Shape};
use crate::model::Finding;
use crate::plan::{Consent, Risk, withhold};
use crate::port::{Entity, Scope};

use super::drift_findings::{drift_findings, drift_of, suggested_renames};
use super::examine::{Examined, Status};
use super::overlap::overlaps;
use super::report::{AtomChange, Conflict, FailedType, FieldChanges, TypeChange};

/// Reads the movements of one document for people.
pub(super) struct ChangeReader<'c> {
    shape: &'c Shape,
    /// Names of fields by property key.
    names: BTreeMap<&'c str, &'c str>,
    /// Names that they had when they were bound.
    old_names: BTreeMap<String, String>,
}

impl<'c> ChangeReader<'c> {
    /// Makes a reader for a document.
    pub fn new(one: &'c Examined, shape: &'c Shape) -> Self {
        let known = one.known.iter().map(|bound| (bound.key.clone(), bound.name.clone()));
        Self {
            shape,
            names: map_of(one.bindings.iter().map(|bound| (&*bound.key, &*bound.name))),
            old_names: map_of(known),
        }
    }

    /// How one movement reads: from what the other side holds to what this one has.
    pub fn change(&self, atom: &AtomMovement) -> AtomChange {
        let (before, after) = if atom.movement == Movement::Remote {
            (atom.base.as_ref().and_then(|pair| pair.remote.clone()), atom.remote.clone())
        } else {
            (atom.remote.clone(), atom.local.clone())
        };
        let kind = match (&before, &after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ if self.shape.ordered_list(&atom.path).is_some() => "moved",
            _ if self.is_rename(atom) => "renamed",
            _ => "modified",
        };
        AtomChange { path: atom.path.clone(), kind, before, after }
    }

    /// The name of the type itself, or of a property whose field has another name than when it was
    /// bound.
    fn is_rename(&self, atom: &AtomMovement) -> bool {
        if !["displayName", "name", "label"].contains(&&*atom.path.name()) {
            return false;
        }
        match &self.shape.elements_on(&atom.path)[..] {
            [] => true,
            [element] => {
                let key = element.name();
                self.old_names.get(&*key).is_some_and(|was| was != self.field_name(&key))
            }
            _ => false,
        }
    }

    /// Name of the field behind a property key.
    fn field_name<'k>(&'k self, key: &'k str) -> &'k str {
        let now = self.names.get(key).copied();
        now.or_else(|| self.old_names.get(key).map(String::as_str)).unwrap_or(key)
    }

    /// Names of the fields that came, changed and went.
    fn field_changes<'a>(&self, atoms: impl Iterator<Item = &'a AtomMovement>) -> FieldChanges {
        let mut changes = FieldChanges::default();
        let mut modified = BTreeSet::new();
        let mut whole = BTreeSet::new();
        for atom in atoms {
            let elements = self.shape.elements_on(&atom.path);
            let Some(element) = elements.into_iter().next() else { continue };
            let name = self.field_name(&element.name()).to_owned();
            if element != atom.path {
                modified.insert(name);
                continue;
            }
            whole.insert(name.clone());
            let is_remote = atom.movement == Movement::Remote;
            let now = if is_remote { &atom.remote } else { &atom.local };
            if now.is_some() { changes.added.push(name) } else { changes.removed.push(name) }
        }
        changes.modified = modified.difference(&whole).cloned().collect();
        changes
    }
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
    let reader = ChangeReader::new(one, shape);
    let drift = drift_of(one, shape);
    let mut findings = one.subject.findings.clone();
    findings.extend(drift_findings(one, &drift));
    findings.extend(suggested_renames(one, shape));
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
        field_changes: reader.field_changes(one.merge.of(movement)),
        changes: one.merge.of(movement).map(|atom| reader.change(atom)).collect(),
        risk: risk(one, shape, consent).as_str(),
        content_items,
        drift: drift.severity().map(Severity::as_str),
        findings,
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
    let hashes = [one.local_hash(), one.remote_hash(), one.base_hash()];
    let digest = of_sides(hashes).to_string();
    let [local_hash, remote_hash, base_hash] = hashes;
    let whole = |there: bool, view: &View| there.then(|| Canonical::of(&view.nested()));
    Some(Conflict {
        id: conflict_id(scope, &one.subject.entity, &digest),
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
        fields: overlaps(one, shape),
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

/// Digest of the three sides of a conflict; `None` for what is none.
pub(super) fn conflict_digest(one: &Examined) -> Option<Digest> {
    let hashes = || [one.local_hash(), one.remote_hash(), one.base_hash()];
    matches!(one.status, Status::Conflict(_)).then(|| of_sides(hashes()))
}

fn of_sides(hashes: [Option<Digest>; 3]) -> Digest {
    let sides = hashes.map(|side| hash(side).unwrap_or_default());
    Digest::of_parts(sides.iter().map(String::as_bytes))
}

/// The id of a conflict: the name of its scope and document, and its digest, because a decision is
/// about these three sides and no others.
pub(super) fn conflict_id(scope: &Scope, entity: &Entity, digest: &str) -> String {
    let sides = digest.get(..8).unwrap_or(digest);
    format!("conflict_{}_{sides}", conflict_name(scope, entity))
}

/// What stands for a scope and a document in the ids of conflicts.
pub(super) fn conflict_name(scope: &Scope, entity: &Entity) -> String {
    let name = Digest::of_parts(
        [&*scope.website_id, &*scope.target, entity.kind, &*entity.id].map(str::as_bytes),
    );
    name.to_string().get(..24).unwrap_or_default().to_owned()
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
