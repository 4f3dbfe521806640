//! What overlaps beyond an atom, and how.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::canonical::{Path, View};

use super::{AtomMovement, Merge, Movement, Shape};

/// How two sides of a document conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictKind {
    /// Some attribute.
    Field,
    /// An element removed on one side and changed on the other, or what a property is.
    Structural,
    /// The document is gone on one side and changed on the other.
    Delete,
    /// Both exist, different, and nothing was ever agreed.
    BothExist,
}

impl ConflictKind {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Structural => "structural",
            Self::Delete => "delete",
            Self::BothExist => "both_exist",
        }
    }

    /// How one overlap conflicts, by itself.
    #[must_use]
    pub fn of(overlap: &AtomMovement, shape: &Shape) -> Self {
        if overlap.base.is_none() {
            Self::BothExist
        } else if shape.is_element(&overlap.path) || *overlap.path.name() == *shape.anchor {
            Self::Structural
        } else {
            Self::Field
        }
    }
}

/// How the sides of a document conflict, if they do; a document without any atom is not there.
#[must_use]
pub fn conflict_kind(
    merge: &Merge,
    local: &View,
    remote: &View,
    shape: &Shape,
) -> Option<ConflictKind> {
    merge.of(Movement::Conflict).next()?;
    if local.is_empty() || remote.is_empty() {
        return Some(ConflictKind::Delete);
    }
    let kinds: Vec<ConflictKind> =
        merge.overlaps().map(|overlap| ConflictKind::of(overlap, shape)).collect();
    let has = |kind| kinds.contains(&kind);
    Some(if has(ConflictKind::Structural) {
        ConflictKind::Structural
    } else if has(ConflictKind::Field) {
        ConflictKind::Field
    } else {
        ConflictKind::BothExist
    })
}

/// Removing a document on one side overlaps every movement of the other side. There is no atom for
/// the document itself, so what overlaps stands under the root.
pub(super) fn overlap_deletion(
    atoms: &mut BTreeMap<Path, AtomMovement>,
    local: &View,
    remote: &View,
) {
    let theirs = match (local.is_empty(), remote.is_empty()) {
        (true, false) => Movement::Remote,
        (false, true) => Movement::Local,
        _ => return,
    };
    // A side that never had anything of it removed nothing.
    let removes = |atom: &AtomMovement| {
        let was = atom.base.as_ref();
        let was =
            was.and_then(|pair| if local.is_empty() { &pair.local } else { &pair.remote }.as_ref());
        was.is_some()
    };
    let moves = |atom: &AtomMovement| [theirs, Movement::Conflict].contains(&atom.movement);
    let differing: Vec<&AtomMovement> = atoms.values().filter(|atom| differs(atom)).collect();
    if !(differing.iter().any(|atom| removes(atom)) && differing.iter().any(|atom| moves(atom))) {
        return;
    }
    for atom in atoms.values_mut().filter(|atom| differs(atom)) {
        atom.movement = Movement::Conflict;
        atom.under = Some(Path::root());
    }
}

/// Whether the sides differ in an atom. Where they do not, there is nothing to decide, whoever
/// moved: the platform may long have had what the studio comes to only now.
pub(super) fn differs(atom: &AtomMovement) -> bool {
    atom.local != atom.remote
}

/// Removing an element on one side overlaps every movement of the other side inside it; and where the
/// sides conflict about whether there is one, all inside it follows.
pub(super) fn overlap_removals(atoms: &mut BTreeMap<Path, AtomMovement>, shape: &Shape) {
    let removed: Vec<(Path, Movement)> = atoms
        .values()
        .filter(|atom| shape.is_element(&atom.path))
        .filter_map(|atom| match atom.movement {
            Movement::Local if atom.local.is_none() => Some((atom.path.clone(), Movement::Remote)),
            Movement::Remote if atom.remote.is_none() => Some((atom.path.clone(), Movement::Local)),
            Movement::Conflict => Some((atom.path.clone(), Movement::Conflict)),
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
        let overlaps = theirs == Movement::Conflict
            || inside
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
pub(super) fn overlap_anchors(atoms: &mut BTreeMap<Path, AtomMovement>, shape: &Shape) {
    let mut bound: BTreeMap<Path, Vec<Path>> = BTreeMap::new();
    for (path, _) in atoms.iter().filter(|(_, atom)| differs(atom)) {
        for anchor in shape.anchors_of(path) {
            if atoms.get(&anchor).is_some_and(differs) {
                bound.entry(anchor).or_default().push(path.clone());
            }
        }
    }
    // The outermost is the one to decide.
    let mut bound: Vec<(Path, Vec<Path>)> = bound.into_iter().collect();
    bound.sort_by_key(|(anchor, _)| anchor.depth());
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
