//! The movements of a whole document.

use std::collections::BTreeMap;

use crate::canonical::{Canonical, Path, View};
use crate::collect::map_of;

use super::order::{Had, classify_order};
use super::overlap::{differs, overlap_anchors, overlap_deletion, overlap_removals};
use super::range::overlap_ranges;
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

    /// One entry per overlap: the conflicts that do not follow from another one. There is none where
    /// the document is gone on one side: then all of it is one overlap, under the root.
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
    // All sources are in the order of paths, so that one pass meets every atom with all its values.
    let (mut locals, mut remotes) = (local.iter().peekable(), remote.iter().peekable());
    let mut agreed = base.into_iter().flat_map(Base::agreed).peekable();
    let mut apart = base.into_iter().flat_map(Base::apart).peekable();

    let mut movements = Vec::new();
    loop {
        let heads =
            [locals.peek(), remotes.peek(), agreed.peek()].map(|head| head.map(|(at, _)| *at));
        let heads = heads.into_iter().chain([apart.peek().map(|(at, _)| *at)]);
        let Some(path) = heads.flatten().min() else { break };
        let local_value = locals.next_if(|(at, _)| *at == path).map(|(_, value)| value);
        let remote_value = remotes.next_if(|(at, _)| *at == path).map(|(_, value)| value);
        let agreed_value = agreed.next_if(|(at, _)| *at == path).map(|(_, value)| value);
        apart.next_if(|(at, _)| *at == path);
        if agreed_value.is_some() && agreed_value == local_value && agreed_value == remote_value {
            continue;
        }
        let ancestor = base.map_or(Ancestor::Unknown, |base| base.get(path, shape));
        let movement = match shape.ordered_list(path) {
            Some(list) => {
                let had = |element: &str| match base.map(|it| it.get(&list.child(element), shape)) {
                    Some(Ancestor::Known { local, remote }) => {
                        Had { local: local.is_some(), remote: remote.is_some() }
                    }
                    Some(Ancestor::Unknown) | None => Had::default(),
                };
                classify_order(ancestor, &had, (local, remote), path, &list)
            }
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
    if let Some(base) = base {
        revive(base, (local, remote), shape, &mut movements);
    }
    // What only one side moved, or both alike, overlaps with nothing.
    let is_of_one_side =
        |side| movements.iter().all(|atom| side == atom.movement || !differs(atom));
    if [Movement::Local, Movement::Remote].into_iter().any(is_of_one_side) {
        return Merge { movements };
    }
    let mut atoms: BTreeMap<Path, AtomMovement> =
        map_of(movements.into_iter().map(|atom| (atom.path.clone(), atom)));
    overlap_removals(&mut atoms, shape);
    overlap_anchors(&mut atoms, shape);
    overlap_ranges(&mut atoms, (local, remote), shape);
    overlap_deletion(&mut atoms, local, remote);
    Merge { movements: atoms.into_values().collect() }
}

/// An element that one side lives without (the platform dropped it, or its removal was accepted) moves
/// whole as soon as anything inside it moves on the side that has it: an attribute alone would have
/// nothing to stand on.
fn revive(
    base: &Base,
    (local, remote): (&View, &View),
    shape: &Shape,
    movements: &mut Vec<AtomMovement>,
) {
    for (element, pair) in base.apart().filter(|(path, _)| shape.is_element(path)) {
        let (having, lacking, movement) = match (&pair.local, &pair.remote) {
            (Some(_), None) => (local, remote, Movement::Local),
            (None, Some(_)) => (remote, local, Movement::Remote),
            _ => continue,
        };
        let place = |path: &Path, movements: &[AtomMovement]| {
            movements.binary_search_by(|atom| atom.path.cmp(path))
        };
        let Err(at) = place(element, movements) else { continue };
        let stands = having.get(element).is_some() && lacking.get(element).is_none();
        let mut inside = movements.iter().skip(at).take_while(|atom| atom.path.is_below(element));
        if !(stands && inside.any(|atom| atom.movement == movement && differs(atom))) {
            continue;
        }
        let own = having.get(element).map(|value| (element, value));
        for (path, value) in own.into_iter().chain(having.below(element)) {
            let Err(at) = place(path, movements) else { continue };
            let known = match base.get(path, shape) {
                Ancestor::Known { local, remote } => {
                    Some(Pair { local: local.cloned(), remote: remote.cloned() })
                }
                Ancestor::Unknown => None,
            };
            let side = |of: Movement| (movement == of).then(|| value.clone());
            let (local, remote) = (side(Movement::Local), side(Movement::Remote));
            let atom = AtomMovement {
                path: path.clone(),
                base: known,
                local,
                remote,
                movement,
                under: None,
            };
            movements.insert(at, atom);
        }
    }
}
