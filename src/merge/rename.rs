//! Elements that may be the same under another identity.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, Path, View};
use crate::model::Json;

use super::{Meaning, Shape};

/// An element that went and one that came, which look as if the one had become the other.
///
/// A suggestion and never more: a platform keeps the content of a property under its key, so taking
/// two properties for one, or one for two, loses content. To follow it is to bind what came to what
/// went, which is for a person to say, or for one who knows that there is no content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rename {
    /// The element that went.
    pub from: Path,
    /// The element that came.
    pub to: Path,
}

/// Suggests what was renamed between two states of one side.
///
/// The evidence must be complete: one element went and one came in the same list, both are the same
/// in everything but what people call them, both stand between the same neighbours, and no other
/// element that went or came looks like either. What has no order has no neighbours, and an element
/// that says nothing of what it is (an option, which is its value) must have kept its name.
///
/// ```
/// use catalyst_sync::canonical::View;
/// use catalyst_sync::merge::{Meaning, Shape, renames};
///
/// let shape = Shape {
///     lists: &["fields"],
///     orders: &[("order", "fields")],
///     anchor: "type",
///     bound: &[],
///     ranges: &[],
///     references: &[],
///     owned: &["/order", "/fields/*", "/fields/*/type", "/fields/*/label"],
///     meanings: &[("label", Meaning::Name)],
///     rewrites: &[],
/// };
/// let read = |text| View::from_json(text).unwrap();
/// let before = read(r#"{"/fields/a":true,"/fields/a/type":"url","/order":["a"]}"#);
/// let after = read(r#"{"/fields/b":true,"/fields/b/type":"url","/order":["b"]}"#);
/// let [rename] = &renames(&before, &after, &shape)[..] else { panic!() };
/// assert_eq!((rename.from.as_str(), rename.to.as_str()), ("/fields/a", "/fields/b"));
/// ```
#[must_use]
pub fn renames(before: &View, after: &View, shape: &Shape) -> Vec<Rename> {
    let mut found = Vec::new();
    for (attribute, list) in orders_of(before, after, shape) {
        let (Some(was), Some(is)) = (sequence(before, &attribute), sequence(after, &attribute))
        else {
            continue;
        };
        let gone = standing(&was, &is, |identity| looks(before, &list.child(identity), shape));
        let come = standing(&is, &was, |identity| looks(after, &list.child(identity), shape));
        for (look, from) in &gone {
            let to = come.get(look).map(Vec::as_slice).unwrap_or_default();
            if let ([from], [to]) = (&from[..], to)
                && from.neighbours == to.neighbours
            {
                let (from, to) = (list.child(from.identity), list.child(to.identity));
                found.push(Rename { from, to });
            }
        }
    }
    found.sort_unstable();
    found
}

/// The orders that both states have, each with the list that it orders.
fn orders_of(before: &View, after: &View, shape: &Shape) -> Vec<(Path, Path)> {
    let is_in_both = |path: &&Path| after.get(path).is_some();
    before
        .iter()
        .map(|(path, _)| path)
        .filter(is_in_both)
        .filter_map(|path| Some((path.clone(), shape.ordered_list(path)?)))
        .collect()
}

fn sequence(view: &View, order: &Path) -> Option<Vec<String>> {
    let value = view.get(order)?.value();
    Some(value.elements()?.iter().filter_map(Json::as_str).map(str::to_owned).collect())
}

/// Everything below an element but its names; what it is stands among it.
type Look<'v> = Vec<(String, &'v Canonical)>;

fn looks<'v>(view: &'v View, element: &Path, shape: &Shape) -> Option<Look<'v>> {
    view.get(element)?;
    let says_what_it_is = view.get(&element.child(shape.anchor)).is_some();
    let is_own_name = |path: &Path| {
        path.depth() == element.depth() + 1 && shape.meaning(&path.name()) == Meaning::Name
    };
    let look: Look<'v> = view
        .below(element)
        .filter(|(path, _)| !(says_what_it_is && is_own_name(path)))
        .map(|(path, value)| {
            let rest = path.as_str().get(element.as_str().len()..).unwrap_or_default();
            (rest.to_owned(), value)
        })
        .collect();
    (!look.is_empty()).then_some(look)
}

/// An element that only one of two states has, with what stands on either side of it and is in both.
struct Standing<'s> {
    identity: &'s str,
    neighbours: (Option<&'s str>, Option<&'s str>),
}

/// The elements of one sequence that the other lacks, by their look.
fn standing<'s, 'v>(
    own: &'s [String],
    other: &[String],
    look: impl Fn(&str) -> Option<Look<'v>>,
) -> BTreeMap<Look<'v>, Vec<Standing<'s>>> {
    let other: BTreeSet<&str> = other.iter().map(String::as_str).collect();
    let is_common = |identity: &&str| other.contains(identity);
    let own: Vec<&'s str> = own.iter().map(String::as_str).collect();
    let mut found: BTreeMap<Look<'v>, Vec<Standing<'s>>> = BTreeMap::new();
    for (at, identity) in own.iter().enumerate().filter(|(_, identity)| !is_common(identity)) {
        let Some(look) = look(identity) else { continue };
        let (before, after) = own.split_at(at);
        let neighbours =
            (before.iter().rev().copied().find(is_common), after.iter().copied().find(is_common));
        found.entry(look).or_default().push(Standing { identity, neighbours });
    }
    found
}
