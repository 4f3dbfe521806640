//! How much content of the studio is at stake.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::Path;
use crate::error::SyncError;
use crate::merge::{AtomMovement, Movement, Shape};
use crate::model::Finding;
use crate::plan::loses_content;

use super::Engine;
use super::detect::Detection;
use super::examine::{Examined, Status};
use super::failure::studio_failure;

/// What to do before a field that content items hold is changed.
const DEPLOYED: &str =
    "move the content first, or keep the field as it was; the change waits for allowDataLoss";

/// What to do before such a change is undone.
const ROLLED_BACK: &str =
    "move the content first, or leave the deployment as it is; the change waits for allowDataLoss";

/// A field that a movement takes away or makes another kind of, on either side.
struct Loss {
    /// The property that stands for it.
    path: Path,
    /// What it is called, for people.
    name: String,
    /// What content items may hold it under.
    members: BTreeSet<String>,
    /// It goes; else it becomes another kind.
    goes: bool,
}

impl Engine {
    /// Counts the content items of every type that was looked at and is not the same, and adds to
    /// what would lose content a finding that says how much.
    ///
    /// The platform's content is behind another interface than its types and is not counted.
    pub(super) async fn appraise(
        &self,
        detection: &mut Detection,
        shape: &Shape,
    ) -> Result<BTreeMap<String, u64>, SyncError> {
        let examined = || detection.scopes.iter().flat_map(|scoped| &scoped.examined);
        let moved = examined().filter(|one| one.status != Status::Same);
        let ids: Vec<String> = moved.map(|one| one.subject.entity.id.clone()).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let items = self.ports.studio.content_items(ids).await.map_err(studio_failure)?;
        let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for one in examined().filter(|one| items.contains_key(&one.subject.entity.id)) {
            let lost = losses(one, shape).into_iter().flat_map(|loss| loss.members);
            let lost: BTreeSet<String> = lost.collect();
            if !lost.is_empty() {
                members.insert(one.subject.entity.id.clone(), lost);
            }
        }
        let held = if members.is_empty() {
            BTreeMap::new()
        } else {
            self.ports.studio.content_members(members).await.map_err(studio_failure)?
        };
        for one in detection.scopes.iter_mut().flat_map(|scoped| &mut scoped.examined) {
            let id = &one.subject.entity.id;
            let Some(all) = items.get(id).copied() else { continue };
            let mut findings = Vec::new();
            if one.status == Status::Deleted {
                findings.push(of_type(one, all));
            }
            for loss in losses(one, shape) {
                let count = |name: &String| held.get(id).and_then(|of| of.get(name)).copied();
                let count = all.min(loss.members.iter().filter_map(count).sum());
                findings.extend((count > 0).then(|| of_field(one, &loss, count)));
            }
            one.subject.findings.extend(findings);
        }
        Ok(items)
    }
}

/// The fields that movements of either side would take away or make another kind of.
fn losses(one: &Examined, shape: &Shape) -> Vec<Loss> {
    // What cannot be read is not gone, and what is failed is left alone.
    let is_known = one.subject.local.is_some() && one.subject.remote.is_some();
    if !is_known || one.status == Status::Failed {
        return Vec::new();
    }
    let moved = |movement: Movement| one.merge.of(movement);
    // A movement of the platform is one of the studio's with the sides in each other's place.
    let theirs = moved(Movement::Remote).map(|atom| AtomMovement {
        local: atom.remote.clone(),
        remote: atom.local.clone(),
        ..atom.clone()
    });
    let ours = moved(Movement::Local).chain(moved(Movement::Conflict)).cloned();
    let mut found: BTreeMap<Path, Loss> = BTreeMap::new();
    for atom in ours.chain(theirs).filter(|atom| loses_content(atom, shape)) {
        let Some(path) = shape.elements_on(&atom.path).into_iter().next() else { continue };
        let goes = path == atom.path;
        let loss = || loss_of(one, path.clone(), goes);
        found.entry(path.clone()).or_insert_with(loss).goes |= goes;
    }
    found.into_values().collect()
}

fn loss_of(one: &Examined, path: Path, goes: bool) -> Loss {
    let key = path.name().into_owned();
    let mut name = key.clone();
    let mut members = BTreeSet::new();
    for bound in one.bindings.iter().chain(&one.known).filter(|bound| bound.key == key) {
        name.clone_from(&bound.name);
        members.extend([bound.name.clone(), bound.identity.clone()]);
    }
    if members.is_empty() {
        members.insert(key);
    }
    Loss { path, name, members, goes }
}

fn of_type(one: &Examined, count: u64) -> Finding {
    let becomes = if one.undoing.is_some() {
        "the rollback deletes from the platform"
    } else {
        "is gone from the studio"
    };
    Finding::warning(
        "CONTENT_AT_STAKE",
        format!("{} the type {}, which {becomes}", content(count, "use"), one.key),
        "move or delete the content first; a deletion waits for allowDelete",
    )
    .of(&*one.key)
}

fn of_field(one: &Examined, loss: &Loss, count: u64) -> Finding {
    let (becomes, remedy) = match (one.undoing.is_some(), loss.goes) {
        (true, true) => ("the rollback removes from the platform", ROLLED_BACK),
        (true, false) => ("the rollback makes of another type on the platform", ROLLED_BACK),
        (false, true) => ("is removed", DEPLOYED),
        (false, false) => ("gets another type", DEPLOYED),
    };
    Finding::warning(
        "CONTENT_AT_STAKE",
        format!("{} the field {}, which {becomes}", content(count, "hold"), loss.name),
        remedy,
    )
    .at(loss.path.as_str())
    .of(&*one.key)
}

/// So many content items do something.
fn content(count: u64, verb: &str) -> String {
    if count == 1 {
        format!("1 content item {verb}s")
    } else {
        format!("{count} content items {verb}")
    }
}
