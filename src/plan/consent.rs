//! Which movements may ship.

use std::collections::BTreeSet;

use crate::canonical::Path;
use crate::merge::{AtomMovement, Merge, Movement, Shape};

/// What the user allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// Deleting types.
    pub delete: bool,
    /// Removing or retyping properties.
    pub data_loss: bool,
}

/// The local movements of a document, parted by what may be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Withholding {
    /// Sent.
    pub ships: Vec<AtomMovement>,
    /// Not sent for want of consent; their base stays.
    pub withheld: Vec<Path>,
    /// Whether something that ships loses content.
    pub lossy: bool,
}

/// Parts the local movements of a document. Removing an element loses its content, so does changing
/// what a property is; whatever stands inside the element, or is bound to the property's type, goes
/// the same way as these. An option or a reference that is removed holds no content of its own.
#[must_use]
pub fn withhold(merge: &Merge, shape: &Shape, consent: Consent) -> Withholding {
    let losing: BTreeSet<&Path> = merge
        .of(Movement::Local)
        .filter(|atom| loses_content(atom, shape))
        .map(|atom| &atom.path)
        .collect();
    let lists: BTreeSet<Path> = losing.iter().filter_map(|path| path.parent()).collect();
    // An order goes with the last element of its list.
    let is_last_order = |atom: &AtomMovement| {
        atom.local.is_none()
            && shape.ordered_list(&atom.path).is_some_and(|list| lists.contains(&list))
    };
    let follows = |path: &Path| {
        losing.contains(path)
            || shape.elements_on(path).iter().any(|element| losing.contains(element))
            || shape.anchors_of(path).iter().any(|anchor| losing.contains(anchor))
    };
    let mut result = Withholding::default();
    for atom in merge.of(Movement::Local) {
        let lossy = follows(&atom.path) || is_last_order(atom);
        if lossy && !consent.data_loss {
            result.withheld.push(atom.path.clone());
        } else {
            result.lossy |= lossy;
            result.ships.push(atom.clone());
        }
    }
    result
}

/// Whether a local movement takes a field away, or makes another kind of it.
#[must_use]
pub fn loses_content(atom: &AtomMovement, shape: &Shape) -> bool {
    let elements = shape.elements_on(&atom.path);
    // A nested field is one of its own; an option or a reference is not.
    let of_field = |element: &&Path| elements.len() == 1 || nested_like_outer(element, shape);
    let Some(property) = elements.iter().rev().find(of_field) else { return false };
    if *property == atom.path {
        return atom.local.is_none() && atom.remote.is_some();
    }
    let anchor = property.child(shape.anchor);
    atom.path == anchor && atom.local.is_some() && atom.remote.is_some()
}

/// Whether an inner element is of the same list as the outermost one: a field in a field.
fn nested_like_outer(path: &Path, shape: &Shape) -> bool {
    shape.pattern(path).matches('*').count() == 1
}
