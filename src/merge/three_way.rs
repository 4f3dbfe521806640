//! The movements of a whole document.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::canonical::{Canonical, Path, View};
use crate::model::Json;

use super::{Ancestor, Base, Movement, Pair, Shape, classify};

/// How one atom moved, with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtomMovement {
    /// Where.
    pub path: Path,
    /// What both sides were; `None` when nothing was ever agreed.
    pub base: Option<Pair>,
    /// The studio's value now.
    pub local: Option<Canonical>,
    /// The platform's value now.
    pub remote: Option<Canonical>,
    /// How it went.
    pub movement: Movement,
    /// For a conflict that only follows from another one (an attribute of a property whose removal
    /// or retyping conflicts): where that one is.
    pub under: Option<Path>,
}

/// Everything that moved in a document. Atoms that did not move are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merge {
    /// The movements, in the order of paths.
    pub movements: Vec<AtomMovement>,
}

impl Merge {
    /// The movements of one kind.
    pub fn of(&self, movement: Movement) -> impl Iterator<Item = &AtomMovement> {
        self.movements.iter().filter(move |atom| atom.movement == movement)
    }

    /// One entry per overlap: the conflicts that do not follow from another one.
    pub fn overlaps(&self) -> impl Iterator<Item = &AtomMovement> {
        self.of(Movement::Conflict).filter(|atom| atom.under.is_none())
    }

    /// Whether nothing moved.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.movements.is_empty()
    }
}

/// Tells for every atom of a document who moved it since the last agreement.
///
/// `base` is `None` for a document that was never reconciled.
#[must_use]
pub fn three_way(base: Option<&Base>, local: &View, remote: &View, shape: &Shape) -> Merge {
    // Each source is in order already, which makes the sort one pass, and the values stand where the
    // paths do.
    let mut paths: Vec<&Path> = local.iter().chain(remote.iter()).map(|(path, _)| path).collect();
    paths.extend(base.into_iter().flat_map(Base::paths));
    paths.sort();
    paths.dedup();
    let (mut locals, mut remotes) = (local.iter().peekable(), remote.iter().peekable());

    let mut movements = Vec::new();
    for path in paths {
        let ancestor = base.map_or(Ancestor::Unknown, |base| base.get(path, shape));
        let local_value = locals.next_if(|(at, _)| *at == path).map(|(_, value)| value);
        let remote_value = remotes.next_if(|(at, _)| *at == path).map(|(_, value)| value);
        let movement = match shape.ordered_list(path) {
            Some(list) => classify_order(ancestor, (local, remote), path, &list),
            None => classify(ancestor, local_value, remote_value),
        };
        if movement == Movement::Unchanged {
            continue;
        }
        let base = match ancestor {
            Ancestor::Known { local, remote } => {
                Some(Pair { local: local.cloned(), remote: remote.cloned() })
            }
            Ancestor::Unknown => None,
        };
        movements.push(AtomMovement {
            path: path.clone(),
            base,
            local: local_value.cloned(),
            remote: remote_value.cloned(),
            movement,
            under: None,
        });
    }
    // What only one side moved, or both alike, overlaps with nothing.
    let is_of_one_side =
        |side| movements.iter().all(|atom| side == atom.movement || !differs(atom));
    if [Movement::Local, Movement::Remote].into_iter().any(is_of_one_side) {
        return Merge { movements };
    }
    let mut atoms: BTreeMap<Path, AtomMovement> =
        movements.into_iter().map(|atom| (atom.path.clone(), atom)).collect();
    overlap_removals(&mut atoms, shape);
    overlap_anchors(&mut atoms, shape);
    Merge { movements: atoms.into_values().collect() }
}

/// An order moves when the elements that all sides have stand in another sequence: an element that
/// one side added or removed is no reordering. An order that only one side ever had is a difference
/// that both live with until that side reorders.
fn classify_order(
    ancestor: Ancestor<&Canonical>,
    (local, remote): (&View, &View),
    path: &Path,
    list: &Path,
) -> Movement {
    let sequence = |value: Option<&Canonical>| -> Option<Vec<String>> {
        let value = value?.value();
        Some(value.elements()?.iter().filter_map(Json::as_str).map(str::to_owned).collect())
    };
    let (now_local, now_remote) = (local.get(path), remote.get(path));
    match ancestor {
        Ancestor::Known { local: was_local, remote: was_remote }
            if now_local == was_local && now_remote == was_remote =>
        {
            return Movement::Unchanged;
        }
        Ancestor::Unknown if now_local.is_some() && now_local == now_remote => {
            return Movement::Same;
        }
        _ => {}
    }
    let on_local: BTreeSet<String> = local.elements(list).collect();
    let common: BTreeSet<String> =
        remote.elements(list).filter(|identity| on_local.contains(identity)).collect();
    let restrict = |value: Option<&Canonical>, also: Option<&Canonical>| {
        let mut kept = sequence(value)?;
        let other = sequence(also).map(BTreeSet::from_iter);
        kept.retain(|identity| {
            common.contains(identity) && other.as_ref().is_none_or(|other| other.contains(identity))
        });
        Some(kept)
    };
    let lacks_owner = |side: &View| match path.parent() {
        Some(owner) if owner != Path::root() => side.get(&owner).is_none(),
        _ => side.is_empty(),
    };
    match ancestor {
        Ancestor::Known { local: was_local, remote: was_remote } => {
            let local_moved = restrict(now_local, was_local) != restrict(was_local, now_local);
            let remote_moved = restrict(now_remote, was_remote) != restrict(was_remote, now_remote);
            match (local_moved, remote_moved) {
                (false, false) => Movement::Unchanged,
                (true, false) => Movement::Local,
                (false, true) => Movement::Remote,
                (true, true)
                    if restrict(now_local, now_remote) == restrict(now_remote, now_local) =>
                {
                    Movement::Same
                }
                (true, true) => Movement::Conflict,
            }
        }
        // Creating what holds the list carries the order over; adopting it does not impose one.
        Ancestor::Unknown if now_remote.is_none() && lacks_owner(remote) => Movement::Local,
        Ancestor::Unknown if now_local.is_none() && lacks_owner(local) => Movement::Remote,
        Ancestor::Unknown if now_local.is_none() || now_remote.is_none() => Movement::Unchanged,
        Ancestor::Unknown if restrict(now_local, now_remote) == restrict(now_remote, now_local) => {
            Movement::Same
        }
        Ancestor::Unknown => Movement::Conflict,
    }
}

/// Whether the sides differ in an atom. Where they do not, there is nothing to decide, whoever
/// moved: the platform may long have had what the studio comes to only now.
fn differs(atom: &AtomMovement) -> bool {
    atom.local != atom.remote
}

/// Removing an element on one side overlaps every movement of the other side inside it.
fn overlap_removals(atoms: &mut BTreeMap<Path, AtomMovement>, shape: &Shape) {
    let removed: Vec<(Path, Movement)> = atoms
        .values()
        .filter(|atom| shape.is_element(&atom.path))
        .filter_map(|atom| match atom.movement {
            Movement::Local if atom.local.is_none() => Some((atom.path.clone(), Movement::Remote)),
            Movement::Remote if atom.remote.is_none() => Some((atom.path.clone(), Movement::Local)),
            _ => None,
        })
        .collect();
    for (element, theirs) in removed {
        // What stands below a path follows it directly.
        let inside: Vec<Path> = atoms
            .range((Bound::Excluded(&element), Bound::Unbounded))
            .take_while(|(path, _)| path.is_below(&element))
            .filter(|(_, atom)| differs(atom))
            .map(|(path, _)| path.clone())
            .collect();
        let overlaps = inside
            .iter()
            .filter_map(|path| atoms.get(path))
            .any(|atom| atom.movement == theirs || atom.movement == Movement::Conflict);
        if !overlaps {
            continue;
        }
        for path in &inside {
            let Some(atom) = atoms.get_mut(path) else { continue };
            atom.movement = Movement::Conflict;
            // Outer elements come first, and the outermost is the one to decide.
            atom.under.get_or_insert_with(|| element.clone());
        }
        if let Some(atom) = atoms.get_mut(&element) {
            atom.movement = Movement::Conflict;
        }
    }
}

/// A movement of a property's anchor overlaps the other side's movements of what is bound to it.
fn overlap_anchors(atoms: &mut BTreeMap<Path, AtomMovement>, shape: &Shape) {
    let mut bound: BTreeMap<Path, Vec<Path>> = BTreeMap::new();
    for (path, _) in atoms.iter().filter(|(_, atom)| differs(atom)) {
        let anchor = shape.anchor_of(path);
        if let Some(anchor) = anchor.filter(|anchor| atoms.get(anchor).is_some_and(differs)) {
            bound.entry(anchor).or_default().push(path.clone());
        }
    }
    for (anchor, paths) in bound {
        let Some(mine) = atoms.get(&anchor).map(|atom| atom.movement) else { continue };
        let theirs = match mine {
            Movement::Local => Movement::Remote,
            Movement::Remote => Movement::Local,
            Movement::Conflict => Movement::Conflict,
            Movement::Unchanged | Movement::Same => continue,
        };
        let overlaps = mine == Movement::Conflict
            || paths
                .iter()
                .filter_map(|path| atoms.get(path))
                .any(|atom| atom.movement == theirs || atom.movement == Movement::Conflict);
        if !overlaps {
            continue;
        }
        let top = atoms.get(&anchor).and_then(|atom| atom.under.clone());
        for path in &paths {
            if let Some(atom) = atoms.get_mut(path) {
                atom.movement = Movement::Conflict;
                atom.under = Some(top.clone().unwrap_or_else(|| anchor.clone()));
            }
        }
        if let Some(atom) = atoms.get_mut(&anchor) {
            atom.movement = Movement::Conflict;
        }
    }
}
