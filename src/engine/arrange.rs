//! Which steps stay, and in which order they are taken.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Path, View};
use crate::collect::map_of;
use crate::merge::{AtomMovement, Shape};
use crate::model::Finding;
use crate::plan::{Dependency, Verb, order};

use super::detect::Scoped;
use super::examine::Examined;
use super::plan::{Kept, Step};
use super::references::referred;

/// Takes out what has no place without another step: a type that belongs to a field is made only
/// when something refers to it, and nothing is deleted that something still refers to afterwards.
pub(super) fn trim(
    steps: Vec<Step>,
    scoped: &Scoped,
    shape: &Shape,
    kept: &mut BTreeMap<usize, Kept>,
) -> Vec<Step> {
    let wanted: BTreeSet<String> = steps
        .iter()
        .filter(|step| step.verb != Verb::Delete)
        .flat_map(|step| &step.ships)
        .flat_map(|atom| referred(&atom.path, atom.local.as_ref(), shape))
        .collect();
    let held = held_afterwards(&steps, scoped, shape);
    let mut left = Vec::new();
    for step in steps {
        let Some(one) = scoped.examined.get(step.at) else { continue };
        let id = &one.subject.entity.id;
        match (step.verb, held.get(id)) {
            (Verb::Create, _) if id.contains('/') && !wanted.contains(id) => {}
            (Verb::Delete, Some(holders)) => {
                kept.insert(step.at, Kept::ReferredTo(holders.clone()));
            }
            _ => left.push(step),
        }
    }
    left
}

/// Documents that shall be deleted although something on the platform goes on referring to them,
/// each with the keys of what does. A deletion that is put off for it may put off more.
fn held_afterwards(
    steps: &[Step],
    scoped: &Scoped,
    shape: &Shape,
) -> BTreeMap<String, BTreeSet<String>> {
    let deleting = ids_of(Verb::Delete, steps, scoped);
    let mut held: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    if deleting.is_empty() {
        return held;
    }
    let by_at: BTreeMap<usize, &Step> = map_of(steps.iter().map(|step| (step.at, step)));
    let mut holders: Vec<usize> = Vec::new();
    for (id, keys) in &scoped.held_elsewhere {
        if let Some(step) = deleting.get(id).and_then(|n| steps.get(*n)) {
            held.insert(id.clone(), keys.clone());
            holders.push(step.at);
        }
    }
    let mut look_at = |at: usize, let_go: &BTreeSet<&Path>, holders: &mut Vec<usize>| {
        let Some(one) = scoped.examined.get(at) else { return };
        for (path, value) in one.remote.iter().filter(|(path, _)| !let_go.contains(path)) {
            for id in referred(path, Some(value), shape) {
                let step = deleting.get(&id).and_then(|n| steps.get(*n));
                let Some(step) = step.filter(|step| step.at != at) else { continue };
                let keys = held.entry(id).or_default();
                if keys.is_empty() {
                    holders.push(step.at);
                }
                keys.insert(one.key.clone());
            }
        }
    };
    for at in 0..scoped.examined.len() {
        match by_at.get(&at) {
            Some(step) if step.verb == Verb::Delete => {}
            Some(step) => {
                let let_go = step.ships.iter().map(|atom| &atom.path).collect();
                look_at(at, &let_go, &mut holders);
            }
            None => look_at(at, &BTreeSet::new(), &mut holders),
        }
    }
    let mut next = 0;
    while let Some(at) = holders.get(next).copied() {
        look_at(at, &BTreeSet::new(), &mut holders);
        next += 1;
    }
    held
}

/// What a document refers to.
fn references_of(view: &View, shape: &Shape) -> BTreeSet<String> {
    view.iter().flat_map(|(path, value)| referred(path, Some(value), shape)).collect()
}

/// Positions of the steps of one kind, by document.
fn ids_of(verb: Verb, steps: &[Step], scoped: &Scoped) -> BTreeMap<String, usize> {
    let steps = steps.iter().enumerate().filter(|(_, step)| step.verb == verb);
    map_of(
        steps.filter_map(|(n, step)| {
            Some((scoped.examined.get(step.at)?.subject.entity.id.clone(), n))
        }),
    )
}

/// Orders steps: creations, then updates, then deletions; what is referred to first, and last to go.
pub(super) fn arrange(
    mut steps: Vec<Step>,
    scoped: &Scoped,
    shape: &Shape,
    findings: &mut Vec<Finding>,
) -> Vec<Step> {
    steps.sort_by_key(|step| (step.verb, scoped.examined.get(step.at).map(|one| one.key.clone())));
    let by_id: BTreeMap<&str, &Examined> =
        map_of(scoped.examined.iter().map(|one| (&*one.subject.entity.id, one)));
    let creating = ids_of(Verb::Create, &steps, scoped);
    let deleting = ids_of(Verb::Delete, &steps, scoped);

    let mut dependencies = Vec::new();
    for (from, step) in steps.iter_mut().enumerate() {
        let Some(one) = scoped.examined.get(step.at) else { continue };
        if !deleting.is_empty() {
            // What refers lets go of what is referred to, or goes, before that does.
            for id in references_of(&one.remote, shape) {
                let to = deleting.get(&*id).copied().filter(|to| *to != from);
                dependencies.extend(to.map(|to| Dependency { from: to, to: from }));
            }
        }
        if step.verb == Verb::Delete {
            continue;
        }
        for id in
            step.ships.iter().flat_map(|atom| referred(&atom.path, atom.local.as_ref(), shape))
        {
            if let Some(&to) = creating.get(&id) {
                dependencies.push(Dependency { from, to });
            } else if let Some(other) = by_id.get(&*id)
                && (other.subject.remote.is_none() || !scoped.references.has_key(&id))
            {
                step.lacks.get_or_insert_with(|| other.key.clone());
            }
        }
    }
    let order = order(steps.len(), &dependencies);
    for cycle in &order.cycles {
        let keys: Vec<&str> = cycle
            .iter()
            .filter_map(|n| Some(&*scoped.examined.get(steps.get(*n)?.at)?.key))
            .collect();
        let Some(first) = keys.first() else { continue };
        findings.push(
            Finding::info(
                "REFERENCE_CYCLE",
                format!("the types refer to each other in a circle: {}", keys.join(" → ")),
                "nothing to do; they are created first and the references added afterwards",
            )
            .of(*first),
        );
    }
    let deferred: BTreeSet<(usize, usize)> =
        order.deferred.iter().map(|d| (d.from, d.to)).collect();
    for (from, step) in steps.iter_mut().enumerate() {
        defer(step, from, &deferred, &creating, shape);
    }
    for dependency in &order.deferred {
        if let Some(step) = steps.get_mut(dependency.from) {
            step.cycle.push(dependency.to);
        }
    }
    for dependency in &dependencies {
        if !deferred.contains(&(dependency.from, dependency.to))
            && let Some(step) = steps.get_mut(dependency.from)
        {
            step.needs.push(dependency.to);
        }
    }
    renumber(steps, &order.sequence)
}

/// Takes the references inside a cycle out of a creation. A property that cannot be without its
/// reference goes with it.
fn defer(
    step: &mut Step,
    from: usize,
    deferred: &BTreeSet<(usize, usize)>,
    creating: &BTreeMap<String, usize>,
    shape: &Shape,
) {
    let in_cycle = |atom: &AtomMovement| {
        referred(&atom.path, atom.local.as_ref(), shape)
            .iter()
            .filter_map(|id| creating.get(id))
            .any(|to| deferred.contains(&(from, *to)))
    };
    let whole: BTreeSet<Path> = step
        .ships
        .iter()
        .filter(|atom| atom.path.name() == shape.anchor && in_cycle(atom))
        .filter_map(|atom| atom.path.parent())
        .collect();
    let is_whole = |atom: &AtomMovement| {
        shape.elements_on(&atom.path).iter().any(|element| whole.contains(element))
    };
    let (later, now) = std::mem::take(&mut step.ships)
        .into_iter()
        .partition(|atom| in_cycle(atom) || is_whole(atom));
    step.ships = now;
    step.deferred = later;
}

/// Brings steps into a sequence, creations before updates before deletions.
fn renumber(steps: Vec<Step>, sequence: &[usize]) -> Vec<Step> {
    let mut sequence = sequence.to_vec();
    sequence.sort_by_key(|n| steps.get(*n).map(|step| step.verb));
    let place: BTreeMap<usize, usize> =
        map_of(sequence.iter().enumerate().map(|(new, old)| (*old, new)));
    let mut placed: Vec<(usize, Step)> = steps
        .into_iter()
        .enumerate()
        .map(|(old, mut step)| {
            for list in [&mut step.needs, &mut step.cycle] {
                *list = list.iter().filter_map(|other| place.get(other).copied()).collect();
                list.sort_unstable();
                list.dedup();
            }
            (place.get(&old).copied().unwrap_or(old), step)
        })
        .collect();
    placed.sort_unstable_by_key(|(new, _)| *new);
    placed.into_iter().map(|(_, step)| step).collect()
}
