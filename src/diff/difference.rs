//! The exact difference.

use crate::canonical::{Canonical, Path, View};
use crate::merge::Shape;

use super::Change;
use super::change::read;

/// One atom that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Where.
    pub path: Path,
    /// Its value in the first state.
    pub before: Option<Canonical>,
    /// Its value in the second.
    pub after: Option<Canonical>,
}

/// Everything that differs between two states, in the order of paths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// The atoms that differ.
    pub edits: Vec<Edit>,
}

/// Compares two states of a document.
///
/// ```
/// use catalyst_sync::canonical::View;
/// use catalyst_sync::diff::diff;
///
/// let before = View::from_json(r#"{"/a":1,"/b":2}"#).unwrap();
/// let after = View::from_json(r#"{"/b":3,"/c":4}"#).unwrap();
/// let found = diff(&before, &after);
/// assert_eq!(found.edits.len(), 3);
/// assert_eq!(found.apply(&before), after);
/// assert_eq!(found.reversed().apply(&after), before);
/// ```
#[must_use]
pub fn diff(before: &View, after: &View) -> Diff {
    let mut edits = Vec::new();
    let (mut first, mut second) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let path = match (first.peek(), second.peek()) {
            (None, None) => return Diff { edits },
            (Some((path, _)), None) | (None, Some((path, _))) => *path,
            (Some((a, _)), Some((b, _))) => *(a.min(b)),
        };
        let was = first.next_if(|(at, _)| *at == path).map(|(_, value)| value);
        let is = second.next_if(|(at, _)| *at == path).map(|(_, value)| value);
        if was != is {
            let (before, after) = (was.cloned(), is.cloned());
            edits.push(Edit { path: path.clone(), before, after });
        }
    }
}

impl Diff {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The second state, made from the first. Of another state it changes the same atoms only.
    #[must_use]
    pub fn apply(&self, view: &View) -> View {
        let mut view = view.clone();
        for edit in &self.edits {
            view.put(edit.path.clone(), edit.after.clone());
        }
        view
    }

    /// The difference seen from the second state.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let reverse = |edit: &Edit| Edit {
            path: edit.path.clone(),
            before: edit.after.clone(),
            after: edit.before.clone(),
        };
        Self { edits: self.edits.iter().map(reverse).collect() }
    }

    /// The difference for people: one entry for an element that came or went, whatever it holds; one
    /// for an order only where elements that both states have stand in another sequence.
    #[must_use]
    pub fn changes(&self, shape: &Shape) -> Vec<Change<'_>> {
        self.edits.iter().filter_map(|edit| read(self, edit, shape)).collect()
    }

    /// The edit of an atom.
    pub(super) fn at(&self, path: &Path) -> Option<&Edit> {
        let found = self.edits.binary_search_by(|edit| edit.path.cmp(path)).ok()?;
        self.edits.get(found)
    }
}
