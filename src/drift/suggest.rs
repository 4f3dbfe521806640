//! Which side of an overlap loses nothing, where that can be told.

use crate::canonical::{Canonical, Path, View};
use crate::merge::{AtomMovement, Base, Meaning, Rewrite, Shape, renames};

use super::noise::is_noise;
use super::severity::{narrows_least, narrows_most};

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The studio's.
    Local,
    /// The platform's.
    Remote,
}

/// What speaks for a side of an overlap. A suggestion and never more: nothing is decided by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggestion {
    /// Both sides say the same, and the platform writes it as its side has it.
    Rewritten,
    /// This side says something new, or the same; the other one differs from what was agreed on, or
    /// from this one, in white space alone.
    Formatting(Side),
    /// What fits the rule of the other side fits the rule of this one, too.
    Looser(Side),
    /// The other side removed it, and its content would go.
    Keeps(Side),
    /// The side removed it, and what came there looks like it under another name.
    Renamed(Side, Path),
}

/// Tells what speaks for a side of an overlap; `None` where nothing is known.
///
/// ```
/// use catalyst_sync::canonical::View;
/// use catalyst_sync::drift::{Side, Suggestion, suggest};
/// use catalyst_sync::merge::three_way;
/// use catalyst_sync::platform::files::FilesDialect;
/// use catalyst_sync::port::Dialect;
///
/// let shape = FilesDialect.capabilities().shape;
/// let read = |most: u8| {
///     let kind = r#""/fields/a":true,"/fields/a/kind":{"kind":"text"}"#;
///     View::from_json(&format!(r#"{{{kind},"/fields/a/maxLength":{most}}}"#)).unwrap()
/// };
/// let (local, remote) = (read(60), read(80));
/// let merge = three_way(None, &local, &remote, &shape);
/// let overlap = merge.overlaps().next().unwrap();
/// let told = suggest(overlap, None, (&local, &remote), &shape);
/// assert_eq!(told, Some(Suggestion::Looser(Side::Remote)));
/// ```
#[must_use]
pub fn suggest(
    overlap: &AtomMovement,
    base: Option<&Base>,
    (local, remote): (&View, &View),
    shape: &Shape,
) -> Option<Suggestion> {
    let path = &overlap.path;
    if local.is_empty() || remote.is_empty() {
        return Some(Suggestion::Keeps(if remote.is_empty() { Side::Local } else { Side::Remote }));
    }
    if shape.is_element(path) {
        return of_element(overlap, base, (local, remote), shape);
    }
    if shape.ordered_list(path).is_some() {
        return None;
    }
    let (ours, theirs) = (overlap.local.as_ref(), overlap.remote.as_ref());
    // White space comes from people, too, so it is no sign of the platform's own form.
    let is_its_own = |rewrite: &Rewrite| *rewrite != Rewrite::Whitespace;
    let rewrites: Vec<Rewrite> = shape.rewrites_of(path).filter(is_its_own).collect();
    if is_noise(ours, theirs, &rewrites) {
        return Some(Suggestion::Rewritten);
    }
    match shape.meaning(&path.name()) {
        Meaning::Name | Meaning::Text => of_text(overlap).map(Suggestion::Formatting),
        Meaning::Least => looser(ours, theirs, narrows_least).map(Suggestion::Looser),
        Meaning::Most => looser(ours, theirs, narrows_most).map(Suggestion::Looser),
        Meaning::Restriction => looser(ours, theirs, restricts).map(Suggestion::Looser),
        Meaning::Nature | Meaning::Allowed | Meaning::Value => None,
    }
}

/// Something that one side removed and the other changed.
fn of_element(
    overlap: &AtomMovement,
    base: Option<&Base>,
    (local, remote): (&View, &View),
    shape: &Shape,
) -> Option<Suggestion> {
    let element = &overlap.path;
    let (keeper, removed, has, lacks) = match (&overlap.local, &overlap.remote) {
        (Some(_), None) => (Side::Local, Side::Remote, local, remote),
        (None, Some(_)) => (Side::Remote, Side::Local, remote, local),
        _ => return None,
    };
    let list = element.parent()?;
    if shape.meaning(&list.name()) == Meaning::Allowed {
        // Without the last of them everything is allowed.
        let restricts = lacks.elements(&list).next().is_some();
        return restricts.then_some(Suggestion::Looser(keeper));
    }
    has.get(&element.child(shape.anchor))?;
    let before = base.map(|base| match removed {
        Side::Local => base.local(),
        Side::Remote => base.remote(),
    });
    let renamed = before.map(|before| renames(&before, lacks, shape)).unwrap_or_default();
    let renamed = renamed.into_iter().find(|rename| rename.from == *element);
    Some(match renamed {
        Some(rename) => Suggestion::Renamed(removed, rename.to),
        None => Suggestion::Keeps(keeper),
    })
}

/// The side of a text that says something, when the other one only set it otherwise.
fn of_text(overlap: &AtomMovement) -> Option<Side> {
    let (ours, theirs) = (overlap.local.as_ref(), overlap.remote.as_ref());
    let is_same = |one, other| is_noise(one, other, &[Rewrite::Whitespace]);
    if is_same(ours, theirs) {
        return Some(Side::Local);
    }
    let before = overlap.base.as_ref()?;
    match (is_same(before.local.as_ref(), ours), is_same(before.remote.as_ref(), theirs)) {
        (true, false) => Some(Side::Remote),
        (false, true) => Some(Side::Local),
        _ => None,
    }
}

/// Whether a restriction of another kind forbids what was allowed; of two nobody can say.
fn restricts(_: Option<&Canonical>, after: Option<&Canonical>) -> bool {
    after.is_some_and(|rule| *rule != Canonical::bool(false))
}

/// The side whose rule lets everything through that the other one's does.
fn looser(
    ours: Option<&Canonical>,
    theirs: Option<&Canonical>,
    narrows: fn(Option<&Canonical>, Option<&Canonical>) -> bool,
) -> Option<Side> {
    match (narrows(ours, theirs), narrows(theirs, ours)) {
        (true, false) => Some(Side::Local),
        (false, true) => Some(Side::Remote),
        _ => None,
    }
}
