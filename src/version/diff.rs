//! What moved between two contents, property by property.

use std::cmp::Ordering;

use crate::canonical::{Canonical, Path, View, parse};
use crate::merge::{Base, Pair, three_way};
use crate::model::{ContentType, Json};

use super::change::level_of;
use super::outline::{SHAPE, outlines};
use super::{Level, When};

/// One attribute or element that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where, by the later names of fields: `/fields/title/label`.
    pub path: Path,
    /// How.
    pub kind: ChangeKind,
    /// The value before; of an element all of it.
    pub before: Option<Canonical>,
    /// The value after; of an element all of it.
    pub after: Option<Canonical>,
    /// What it means to whoever uses the type.
    pub level: Level,
}

/// How something moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there.
    Added,
    /// It is not there any more.
    Removed,
    /// It has another value.
    Modified,
    /// A field has another machine name, and is known by its id to be the same.
    Renamed,
    /// An order is another one among those that are on both sides.
    Moved,
}

/// What moved between two contents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// What moved, in the order of paths. What stands in an element that came or went is told with
    /// it.
    pub changes: Vec<Change>,
    /// Names of fields that are on both sides and did not move.
    pub unchanged: Vec<String>,
}

impl Diff {
    /// What all of it means together; text when nothing that the engine interprets moved.
    #[must_use]
    pub fn level(&self) -> Level {
        self.changes.iter().map(|change| change.level).max().unwrap_or(Level::Patch)
    }
}

impl ChangeKind {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Modified => "modified",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
        }
    }
}

/// Compares two contents; `None` is a type that is not there.
///
/// Fields are the same by id, else by name, so a field that keeps its id and gets another name was
/// renamed. Elements that were added or removed are no reordering of the rest.
///
/// ```
/// use catalyst_sync::model::{ContentType, Field};
/// use catalyst_sync::version::{ChangeKind, Level, diff};
///
/// let field = |name: &str| Field { id: Some("f1".into()), name: name.into(), ..Field::default() };
/// let of = |field| ContentType { fields: vec![field], ..ContentType::default() };
/// let diff = diff(Some(&of(field("title"))), Some(&of(field("headline"))));
/// let [change] = &diff.changes[..] else { panic!("{:?}", diff.changes) };
/// assert_eq!(change.path.as_str(), "/fields/headline/name");
/// assert_eq!((change.kind, change.level), (ChangeKind::Renamed, Level::Major));
/// ```
#[must_use]
pub fn diff(before: Option<&ContentType>, after: Option<&ContentType>) -> Diff {
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (before, after),
        (None, None) => return Diff::default(),
        (None, Some(after)) => return whole(ChangeKind::Added, after),
        (Some(before), None) => return whole(ChangeKind::Removed, before),
    };
    let (was, is) = outlines(before, after);
    let mut base = Base::default();
    for (path, value) in was.iter() {
        base.set(path, Pair { local: Some(value.clone()), remote: Some(value.clone()) });
    }
    let mut changes: Vec<Change> = Vec::new();
    for atom in three_way(Some(&base), &is, &was, &SHAPE).movements {
        let told = changes.last().is_some_and(|above| {
            let is_whole = matches!(above.kind, ChangeKind::Added | ChangeKind::Removed);
            is_whole && atom.path.is_below(&above.path)
        });
        if !told {
            changes.push(change(&atom.path, &was, &is));
        }
    }
    let unchanged = is
        .elements(&Path::root().child("fields"))
        .filter(|name| {
            let at = Path::root().child("fields").child(name);
            !changes.iter().any(|change| change.path == at || change.path.is_below(&at))
        })
        .collect();
    Diff { changes, unchanged }
}

fn whole(kind: ChangeKind, content: &ContentType) -> Diff {
    let (view, _) = outlines(content, content);
    let value = Some(Canonical::of(&view.nested()));
    let (before, after, when) = match kind {
        ChangeKind::Removed => (value, None, When::Removed),
        _ => (None, value, When::Added),
    };
    let change = Change { path: Path::root(), kind, before, after, level: level_of("", when) };
    Diff { changes: vec![change], unchanged: Vec::new() }
}

fn change(path: &Path, was: &View, is: &View) -> Change {
    let pattern = SHAPE.pattern(path);
    let (before, after) = (was.get(path), is.get(path));
    let kind = match (before, after) {
        _ if SHAPE.ordered_list(path).is_some() => ChangeKind::Moved,
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        _ if pattern == "/fields/*/name" => ChangeKind::Renamed,
        _ => ChangeKind::Modified,
    };
    let when = match (before, after) {
        (None, _) if is.get(&path.child("required")).is_some() => When::AddedRequired,
        (None, _) => When::Added,
        (_, None) => When::Removed,
        (Some(before), Some(after)) => compared(before, after),
    };
    Change {
        kind,
        before: part(was, path),
        after: part(is, path),
        level: level_of(&pattern, when),
        path: path.clone(),
    }
}

/// The value at a path; of an element all that stands in it.
fn part(view: &View, path: &Path) -> Option<Canonical> {
    let own = view.get(path)?;
    let start = path.as_str().len();
    let inside: View = view
        .below(path)
        .filter_map(|(at, value)| Some((Path::parse(at.as_str().get(start..)?)?, value.clone())))
        .collect();
    Some(if inside.is_empty() { own.clone() } else { Canonical::of(&inside.nested()) })
}

fn compared(before: &Canonical, after: &Canonical) -> When {
    let (Ok(before), Ok(after)) = (parse(before.as_str()), parse(after.as_str())) else {
        return When::Changed;
    };
    let order = match (&before, &after) {
        (Json::Number(before), Json::Number(after)) => before.partial_cmp(after),
        // Dates are written so that they sort as texts.
        (Json::String(_), Json::String(_)) => before.as_str().partial_cmp(&after.as_str()),
        _ => None,
    };
    match order {
        Some(Ordering::Less) => When::Raised,
        Some(Ordering::Greater) => When::Lowered,
        Some(Ordering::Equal) | None => When::Changed,
    }
}
