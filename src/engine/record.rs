//! Moves the base: only for what both sides now agree on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::canonical::{Path, View};
use crate::collect::map_of;
use crate::digest::Digest;
use crate::merge::{Ancestor, AtomMovement, Base, Movement, Pair, Shape, is_reordered, three_way};
use crate::port::{
    ConflictRow, Dialect, RemoteDefinition, Scope, StateDetail, StateRow, TouchedAtom,
};

use super::binding::Origin;
use super::changes::{conflict, conflict_name};
use super::detect::made_with;
use super::examine::{Examined, Status, Subject, examine};
use super::fields::{FieldBinding, write_bindings};
use super::references::References;
use super::see::status_word;

/// What both sides look like when a document is recorded.
pub(super) struct Standing<'s> {
    /// The definition on the platform now.
    pub remote: &'s RemoteDefinition,
    /// Its view, references symbolic.
    pub view: &'s View,
    /// What was sent and verified.
    pub sent: &'s [TouchedAtom],
    /// What was sent without it being possible to tell whether it was carried out.
    pub doubted: &'s [TouchedAtom],
    /// What both sides had agreed on before the deployment that is undone, when one is.
    pub undone: Option<&'s Base>,
    /// When our last write was over and the digest of the view before it, when there was one.
    pub last_write: Option<(i64, Digest)>,
    /// Now, in milliseconds.
    pub at: i64,
}

/// The state of a document after both sides were looked at, and perhaps written.
pub(super) fn state_after(
    one: &Examined,
    standing: &Standing<'_>,
    dialect: &dyn Dialect,
) -> StateDetail {
    let shape = dialect.capabilities().shape;
    let base = base_after(one, standing, &shape);
    let rest = three_way(Some(&base), &one.local, standing.view, &shape);
    let side = one.subject.local.as_ref();
    let old = one.subject.detail.as_ref();
    let status = status_after(one, &rest, !standing.doubted.is_empty());
    StateDetail {
        row: StateRow {
            entity: one.subject.entity.clone(),
            type_key: one.key.clone(),
            remote_id: Some(standing.remote.id.clone()),
            row_digest: side.map(|side| side.row_digest),
            remote_digest: Some(standing.remote.digest()),
            dialect: made_with(&dialect.fingerprint(), one.context),
            settled: rest.is_empty()
                && !one.subject.findings.iter().any(crate::model::Finding::blocks),
            refers: one.depends(),
            agreed: true,
            status: status.to_owned(),
        },
        bindings: write_bindings(&bindings_after(one, &base, &rest.movements, &shape)),
        base: base.to_json(),
        origin: old.map_or_else(
            || if one.subject.origin == Origin::New { "created" } else { "adopted" }.to_owned(),
            |old| old.origin.clone(),
        ),
        revision: standing.remote.revision.clone(),
        last_write: standing.last_write.or_else(|| old.and_then(|old| old.last_write)),
        content_hash: side.and_then(|side| side.content_hash),
        local_hash: side.map(|_| one.local.digest()),
        remote_hash: Some(standing.view.digest()),
        last_sync_at: if rest.is_empty() || !standing.sent.is_empty() {
            Some(standing.at)
        } else {
            old.and_then(|old| old.last_sync_at)
        },
    }
}

/// The base after a run: pairs of what was sent and what was stored, what both sides have in common,
/// and the old pair of everything else.
fn base_after(one: &Examined, standing: &Standing<'_>, shape: &Shape) -> Base {
    let first = one.base.is_none();
    let mut base = one.base.clone().unwrap_or_default();
    base.cover(shape);
    if first {
        for (path, value) in one.local.iter() {
            if standing.view.get(path) == Some(value) {
                base.set(path, Pair { local: Some(value.clone()), remote: Some(value.clone()) });
            }
        }
    }
    // An order follows what comes and goes; one that somebody else changed since is a movement.
    let orders = standing.view.iter().filter(|(path, _)| shape.ordered_list(path).is_some());
    let reordered: BTreeSet<&Path> = orders
        .filter(|(path, now)| is_reordered(one.remote.get(path), Some(now)))
        .map(|(path, _)| path)
        .collect();
    for atom in &one.merge.movements {
        match atom.movement {
            Movement::Same
                if shape.ordered_list(&atom.path).is_some() && !reordered.contains(&atom.path) =>
            {
                base.set(&atom.path, pair_now(one, standing, &atom.path));
            }
            // As both sides were compared: what is stored by now may be somebody's edit since.
            Movement::Same => {
                let of = |view: &View| view.get(&atom.path).cloned();
                base.set(&atom.path, Pair { local: of(&one.local), remote: of(&one.remote) });
            }
            // What nobody agreed on is not absent but unknown.
            _ if atom.base.is_none() => base.forget(&atom.path),
            _ => {}
        }
    }
    for atom in standing.sent {
        let stored = standing.view.get(&atom.path).cloned();
        match standing.undone.map(|before| before.get(&atom.path, shape)) {
            // What was overruled is in conflict again.
            Some(Ancestor::Unknown) => base.forget(&atom.path),
            Some(Ancestor::Known { local, remote }) if remote != atom.intended.as_ref() => {
                base.set(&atom.path, Pair { local: local.cloned(), remote: remote.cloned() });
            }
            _ => base.set(&atom.path, Pair { local: atom.local.clone(), remote: stored }),
        }
    }
    doubt(&mut base, standing.doubted, standing.view, shape);
    let moved = one.merge.movements.iter().filter(|atom| atom.movement != Movement::Same);
    let sent = standing.sent.iter().map(|atom| &atom.path);
    let moved = moved.map(|atom| &atom.path).chain(sent).chain(reordered).collect();
    base.take_orders(&one.local, standing.view, &moved, shape);
    base
}

/// Makes a conflict of every atom that was sent in vain or was carried out and undone since, nobody
/// can tell. Where the base alone would not show one, it becomes a pair that neither side stands at:
/// the studio as it was before the write, the platform as it was meant to be after it. Whatever the
/// sides hold now has then moved on both, until they are equal or somebody decides.
pub(super) fn doubt(base: &mut Base, atoms: &[TouchedAtom], now: &View, shape: &Shape) {
    for atom in atoms.iter().filter(|atom| atom.before != atom.intended) {
        let known = match base.get(&atom.path, shape) {
            Ancestor::Known { local, remote } => Some((local.cloned(), remote.cloned())),
            Ancestor::Unknown => None,
        };
        let stands_still =
            known.as_ref().is_none_or(|(_, remote)| now.get(&atom.path) == remote.as_ref());
        if stands_still {
            let local = known.map_or_else(|| atom.before.clone(), |(local, _)| local);
            base.set(&atom.path, Pair { local, remote: atom.intended.clone() });
        }
    }
}

fn pair_now(one: &Examined, standing: &Standing<'_>, path: &Path) -> Pair {
    Pair { local: one.local.get(path).cloned(), remote: standing.view.get(path).cloned() }
}

/// Bindings with the kinds that were agreed on; a property that waits for consent to be retyped keeps
/// the kind it had, and one that waits to be removed keeps its binding.
fn bindings_after(
    one: &Examined,
    base: &Base,
    open: &[AtomMovement],
    shape: &Shape,
) -> Vec<FieldBinding> {
    let known = &one.known;
    let Some(list) = shape.lists.first().map(|list| Path::root().child(list)) else {
        return one.bindings.clone();
    };
    let open: BTreeSet<&Path> = open.iter().map(|atom| &atom.path).collect();
    let anchor_open = |key: &str| open.contains(&list.child(key).child(shape.anchor));
    let kinds: BTreeMap<&str, &str> = map_of(known.iter().map(|old| (&*old.key, &*old.kind)));
    let mut bindings: Vec<FieldBinding> = one
        .bindings
        .iter()
        .map(|binding| {
            let old = kinds.get(&*binding.key).filter(|_| anchor_open(&binding.key));
            let kind = old.map_or_else(|| binding.kind.clone(), |old| (*old).to_owned());
            FieldBinding { kind, ..binding.clone() }
        })
        .collect();
    let agreed = base.local();
    let now: BTreeSet<&str> = one.bindings.iter().map(|binding| &*binding.key).collect();
    let gone = known
        .iter()
        .filter(|old| agreed.get(&list.child(&old.key)).is_some() && !now.contains(&*old.key));
    bindings.extend(gone.cloned());
    bindings
}

fn status_after(one: &Examined, rest: &crate::merge::Merge, is_new_doubt: bool) -> &'static str {
    let has = |movement| rest.of(movement).next().is_some();
    if has(Movement::Conflict) {
        // A write that could not be settled stays known as the reason until somebody decides.
        let doubted = one.subject.detail.as_ref().is_some_and(|old| old.row.status == "in_doubt");
        if doubted || is_new_doubt { "in_doubt" } else { "conflict" }
    } else if has(Movement::Local) {
        "modified"
    } else if has(Movement::Remote) {
        "remote_modified"
    } else if one.status == Status::Failed {
        status_word(one)
    } else {
        "in_sync"
    }
}

/// The row of the conflict that a document has once its state is recorded, when there is one. A
/// decision finds the three sides as they are then, so the conflict is about these.
pub(super) fn conflict_after(
    one: &Examined,
    state: Option<&StateDetail>,
    scope: &Scope,
    (references, dialect): (&References, &dyn Dialect),
    at: i64,
) -> Option<ConflictRow> {
    let shape = dialect.capabilities().shape;
    match (state, &one.subject.local, &one.subject.remote) {
        (Some(state), Some(_), Some(remote)) => {
            let remote = || Arc::clone(remote);
            let seen = awaits_decision(state)
                .then(|| seen_since(one, remote(), state, references, dialect))?;
            conflict_row(&seen, scope, &shape, at)
        }
        _ => conflict_row(one, scope, &shape, at),
    }
}

/// Whether a document waits for a decision.
pub(super) fn awaits_decision(state: &StateDetail) -> bool {
    matches!(&*state.row.status, "conflict" | "in_doubt")
}

/// A document as the next look will find it, if nobody touches it.
pub(super) fn seen_since(
    one: &Examined,
    remote: Arc<RemoteDefinition>,
    state: &StateDetail,
    references: &References,
    dialect: &dyn Dialect,
) -> Examined {
    let subject = Subject {
        entity: one.subject.entity.clone(),
        website_id: one.subject.website_id.clone(),
        remote_id: one.subject.remote_id.clone(),
        origin: Origin::Known,
        local: one.subject.local.clone(),
        remote: Some(remote),
        detail: Some(state.clone()),
        findings: Vec::new(),
    };
    examine(subject, references, dialect)
}

/// The row of an open conflict, when there is one.
pub(super) fn conflict_row(
    one: &Examined,
    scope: &Scope,
    shape: &Shape,
    at: i64,
) -> Option<ConflictRow> {
    let conflict = conflict(one, scope, shape, at)?;
    let kind = conflict.kind;
    let details = serde_json::to_string(&conflict).unwrap_or_default();
    let sides = [&conflict.local_hash, &conflict.remote_hash, &conflict.ancestor_hash]
        .map(|side| side.clone().unwrap_or_default());
    Some(ConflictRow {
        entity: one.subject.entity.clone(),
        type_key: one.key.clone(),
        name: conflict_name(scope, &one.subject.entity),
        kind,
        digest: Digest::of_parts(sides.iter().map(String::as_bytes)),
        local_hash: one.local_hash(),
        remote_hash: one.remote_hash(),
        ancestor_hash: one.base_hash(),
        details,
        remote: one.subject.remote.as_deref().cloned(),
        at,
    })
}
