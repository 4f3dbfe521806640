//! How much a movement matters.

use crate::canonical::{Canonical, Path, View};
use crate::diff::{Change, ChangeKind};
use crate::merge::{Meaning, Shape};
use crate::model::Json;

/// How much a movement matters to those who did not make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Only what people read is different.
    Text,
    /// More is possible than before; what there was still holds.
    Addition,
    /// Content or code that held before may hold no longer.
    Breaking,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Addition => "addition",
            Self::Breaking => "breaking",
        }
    }
}

/// Judges a change between two states, by what the dialect says that the attribute means.
pub(super) fn severity(
    change: &Change<'_>,
    before: &View,
    after: &View,
    shape: &Shape,
) -> Severity {
    let edit = change.edit;
    if shape.is_element(&edit.path) {
        return of_element(change.kind, &edit.path, before, after, shape);
    }
    match shape.meaning(&edit.path.name()) {
        Meaning::Name | Meaning::Text => Severity::Text,
        Meaning::Restriction if edit.after.is_none() => Severity::Addition,
        Meaning::Nature | Meaning::Restriction => Severity::Breaking,
        Meaning::Least => of_bound(narrows_least(edit.before.as_ref(), edit.after.as_ref())),
        Meaning::Most => of_bound(narrows_most(edit.before.as_ref(), edit.after.as_ref())),
        Meaning::Allowed | Meaning::Value => Severity::Addition,
    }
}

fn of_element(
    kind: ChangeKind,
    element: &Path,
    before: &View,
    after: &View,
    shape: &Shape,
) -> Severity {
    let list = element.parent().unwrap_or_else(Path::root);
    match shape.meaning(&list.name()) {
        // The first of what is allowed forbids the rest, and without the last everything is allowed.
        Meaning::Allowed => {
            let is_empty = |view: &View| view.elements(&list).next().is_none();
            let narrows = (kind == ChangeKind::Removed && !is_empty(after)) || is_empty(before);
            if narrows { Severity::Breaking } else { Severity::Addition }
        }
        _ if after.get(&element.child(shape.anchor)).is_some() => {
            // What content has no value for yet must not be there in vain.
            let is_required = after.below(element).any(|(path, _)| {
                path.depth() == element.depth() + 1
                    && shape.meaning(&path.name()) == Meaning::Restriction
                    && after.get(path) == Some(&Canonical::bool(true))
            });
            if is_required { Severity::Breaking } else { Severity::Addition }
        }
        // A property that went; a value by name is only another value.
        _ if before.get(&element.child(shape.anchor)).is_some() => Severity::Breaking,
        _ => Severity::Addition,
    }
}

fn of_bound(narrows: bool) -> Severity {
    if narrows { Severity::Breaking } else { Severity::Addition }
}

/// Whether another lower bound forbids what was allowed: a higher one than before does, and a first
/// one.
pub(super) fn narrows_least(before: Option<&Canonical>, after: Option<&Canonical>) -> bool {
    match (before.map(Canonical::value), after.map(Canonical::value)) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(Json::Number(before)), Some(Json::Number(after))) => after > before,
        // Dates in the forms that occur compare as texts; what cannot be compared may forbid.
        (Some(before), Some(after)) => match (before.as_str(), after.as_str()) {
            (Some(before), Some(after)) => after > before,
            _ => true,
        },
    }
}

/// As [`narrows_least`], of an upper bound: what is an upper one to one is a lower one to the other.
pub(super) fn narrows_most(before: Option<&Canonical>, after: Option<&Canonical>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => narrows_least(Some(after), Some(before)),
        (before, after) => narrows_least(before, after),
    }
}
