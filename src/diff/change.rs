//! One difference as people see it.

use std::collections::BTreeSet;

use crate::canonical::Canonical;
use crate::merge::Shape;
use crate::model::Json;

use super::{Diff, Edit};

/// What became of an atom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// It came.
    Added,
    /// It has another value.
    Modified,
    /// It went.
    Removed,
    /// Its elements stand in another sequence.
    Moved,
}

/// A difference that does not follow from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'d> {
    /// The atom.
    pub edit: &'d Edit,
    /// What became of it.
    pub kind: ChangeKind,
}

/// Reads an edit; nothing when it follows from another one.
pub(super) fn read<'d>(diff: &'d Diff, edit: &'d Edit, shape: &Shape) -> Option<Change<'d>> {
    let comes_or_goes = |edit: &Edit| edit.before.is_none() || edit.after.is_none();
    let mut elements = shape.elements_on(&edit.path);
    elements.retain(|element| *element != edit.path);
    if elements.iter().filter_map(|element| diff.at(element)).any(comes_or_goes) {
        return None;
    }
    let kind = match (shape.ordered_list(&edit.path), &edit.before, &edit.after) {
        (Some(list), ..) => {
            let stays = |name: &str| !diff.at(&list.child(name)).is_some_and(comes_or_goes);
            is_moved(edit, stays).then_some(ChangeKind::Moved)?
        }
        (None, None, _) => ChangeKind::Added,
        (None, _, None) => ChangeKind::Removed,
        (None, Some(_), Some(_)) => ChangeKind::Modified,
    };
    Some(Change { edit, kind })
}

/// Whether the elements that both states have stand in another sequence, or came by one or lost it.
fn is_moved(edit: &Edit, stays: impl Fn(&str) -> bool) -> bool {
    let names = |value: &Option<Canonical>| -> Option<Vec<String>> {
        let value = value.as_ref()?.value();
        let names = value.elements().unwrap_or_default().iter().filter_map(Json::as_str);
        Some(names.filter(|name| stays(name)).map(str::to_owned).collect())
    };
    match (names(&edit.before), names(&edit.after)) {
        (Some(mut was), Some(mut is)) => {
            let common: BTreeSet<String> =
                is.iter().filter(|name| was.contains(name)).cloned().collect();
            was.retain(|name| common.contains(name));
            is.retain(|name| common.contains(name));
            was != is
        }
        // One element has no sequence.
        (None, Some(only)) | (Some(only), None) => only.len() > 1,
        (None, None) => false,
    }
}
