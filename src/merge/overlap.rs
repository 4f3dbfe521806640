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
    let kinds = || merge.overlaps().map(|overlap| ConflictKind::of(overlap, shape));
    // Where every overlap is of atoms without a base, the document was never agreed on. Where only
    // some are, they are attributes that two sides added to what they share.
    let all = kinds().min()?;
    Some(if local.is_empty() || remote.is_empty() {
        ConflictKind::Delete
    } else if all == ConflictKind::BothExist || kinds().all(|kind| kind == ConflictKind::Field) {
        all
    } else if kinds().any(|kind| kind == ConflictKind::Structural) {
        ConflictKind::Structural
    } else {
        ConflictKind::Field
    })
}

/// Whether the sides differ in an atom. Where they do not, there is nothing to decide, whoever
/// moved: the platform may long have had what the studio comes to only now.
pub(super) fn differs(atom: &AtomMovement) -> bool {
    atom.local != atom.remote
}

/// Removing an element on one side overlaps every movement of the other side inside it.
pub(super) fn overlap_removals(atoms: &mut BTreeMap<Path, AtomMovement>, shape: &Shape) {
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
