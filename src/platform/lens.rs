//! The way home, as far as it is the same for every platform.
//!
//! A dialect says how a difference between two views becomes edits. Whether the edits say what the
//! view says is not believed but looked at: the edited type is projected again, and each atom that
//! did not arrive goes back to what it was and becomes the finding `NOT_REPRESENTABLE`.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, Path, View};
use crate::collect::map_of;
use crate::model::{ContentType, Field, FieldKind, Finding, Json};
use crate::port::{Held, Reflection, Shape};

/// How often atoms go back before nothing is edited at all. One round finds what the studio cannot
/// say, a second one what depended on it, a third one an order of what is left.
const ROUNDS: usize = 8;

/// A type with edits made.
pub(super) struct Edited {
    pub(super) local: ContentType,
    /// Property key by field identity.
    pub(super) keys: BTreeMap<String, String>,
    /// Identity before, by identity now.
    pub(super) origins: BTreeMap<String, String>,
}

/// The two ways between a type and its view.
pub(super) struct Lens<'l> {
    pub(super) shape: &'l Shape,
    pub(super) project: &'l dyn Fn(&ContentType, &Held) -> View,
    /// Edits the type by the difference of two views: what it says, and what it shall say. A view
    /// without an order says nothing of the order.
    pub(super) edit: &'l dyn Fn(&View, &View) -> Edited,
}

impl Lens<'_> {
    /// Edits a type until it says the view, but for what it cannot say.
    pub(super) fn reflect(&self, local: &ContentType, held: &Held, view: &View) -> Reflection {
        let before = (self.project)(local, held);
        let mut target = view.clone();
        // The studio has a place for everything, so what the view gives none keeps the one it had.
        self.shape.follow(&mut target, &before, view);
        let mut refused: BTreeSet<Path> = BTreeSet::new();
        for _ in 0..ROUNDS {
            let Edited { local: after, keys, origins } = (self.edit)(&before, &target);
            let mut reflection =
                Reflection { local: after, keys, origins, view: target.clone(), findings: vec![] };
            let got = (self.project)(&reflection.local, &reflection.held());
            let wrong = self.wrong(&target, &got);
            if wrong.is_empty() {
                reflection.findings = findings(&refused, view);
                reflection.view = got;
                return reflection;
            }
            for path in wrong {
                if self.shape.ordered_list(&path).is_some() {
                    if !retreat_order(&path, &mut target, &got) {
                        refused.insert(path);
                    }
                    continue;
                }
                // Back to what it was; where that is what was tried, the studio always says it.
                let was = before.get(&path);
                let now = if target.get(&path) == was { got.get(&path) } else { was };
                target.put(path.clone(), now.cloned());
                refused.insert(path);
            }
        }
        // Only a projection that contradicts itself comes here.
        let Edited { keys, .. } = (self.edit)(&before, &before);
        let all = self.wrong(view, &before).into_iter().collect();
        let findings = findings(&all, view);
        Reflection { local: local.clone(), keys, origins: BTreeMap::new(), view: before, findings }
    }

    /// The atoms in which a view is not what was wanted.
    fn wrong(&self, wanted: &View, got: &View) -> Vec<Path> {
        let paths: BTreeSet<&Path> =
            wanted.iter().chain(got.iter()).map(|(path, _)| path).collect();
        let differs = |path: &&&Path| {
            let is_unsaid = wanted.get(path).is_none() && self.shape.ordered_list(path).is_some();
            wanted.get(path) != got.get(path) && !is_unsaid
        };
        paths.iter().filter(differs).map(|path| (**path).clone()).collect()
    }
}

/// Takes out of an order what is not there. Returns false when that is not what was wrong with it:
/// then it is dropped.
fn retreat_order(path: &Path, target: &mut View, got: &View) -> bool {
    let wanted = target.get(path).map(texts).unwrap_or_default();
    let there: BTreeSet<String> =
        got.get(path).map(texts).unwrap_or_default().into_iter().collect();
    let kept: Vec<String> = wanted.iter().filter(|key| there.contains(*key)).cloned().collect();
    let is_shorter = kept.len() < wanted.len();
    let list = kept.into_iter().map(Json::str).collect::<Vec<_>>();
    let order = (is_shorter && !list.is_empty()).then(|| Canonical::of(&Json::Array(list)));
    target.put(path.clone(), order);
    is_shorter
}

/// The elements of an order.
pub(super) fn texts(order: &Canonical) -> Vec<String> {
    let value = order.value();
    let elements = value.elements().unwrap_or_default();
    elements.iter().filter_map(|element| element.as_str().map(str::to_owned)).collect()
}

/// One finding for each atom, and one for all that stands below it.
fn findings(refused: &BTreeSet<Path>, view: &View) -> Vec<Finding> {
    let is_below = |path: &&Path| {
        let above = std::iter::successors(path.parent(), Path::parent);
        !above.into_iter().any(|above| refused.contains(&above))
    };
    let describe = |path: &Path| {
        let message = match view.get(path) {
            Some(value) => format!("the studio cannot say that {path} is {}", value.as_str()),
            None => format!("the studio cannot say that there is no {path}"),
        };
        Finding::warning(
            "NOT_REPRESENTABLE",
            message,
            "nothing to do; this difference stays until one of the two sides is changed",
        )
        .at(path.as_str())
    };
    refused.iter().filter(is_below).map(describe).collect()
}

/// Whether a field stands among the relationships of a definition, which have no place for limits or
/// help, and stand behind the fields. Only of these does the reader keep the word for the kind.
pub(super) fn is_relationship(field: &Field) -> bool {
    matches!(field.kind, FieldKind::RelationshipToOne | FieldKind::RelationshipToMany)
        && field.extra.contains_key("type")
}

/// Puts keyed elements into the order given; what it does not name keeps its place.
pub(super) fn arrange<T>(list: Vec<(String, T)>, order: Option<&Canonical>) -> Vec<(String, T)> {
    let Some(order) = order.map(texts) else { return list };
    let ranks: BTreeMap<&String, usize> =
        map_of(order.iter().enumerate().map(|(rank, key)| (key, rank)));
    let rank = |key: &String| ranks.get(key).copied();
    let (mut named, others): (Vec<_>, Vec<_>) =
        list.into_iter().enumerate().partition(|(_, (key, _))| rank(key).is_some());
    named.sort_unstable_by_key(|(_, (key, _))| rank(key));
    let total = named.len() + others.len();
    let (mut named, mut others) = (named.into_iter(), others.into_iter().peekable());
    let mut arranged = Vec::with_capacity(total);
    for at in 0..total {
        let next = match others.peek() {
            Some((place, _)) if *place == at => others.next(),
            _ => named.next().or_else(|| others.next()),
        };
        arranged.extend(next.map(|(_, element)| element));
    }
    arranged
}

/// Puts relationships behind the other fields, where the studio keeps them.
pub(super) fn relationships_last<T>(list: &mut [T], field: impl Fn(&T) -> &Field) {
    list.sort_by_key(|element| is_relationship(field(element)));
}

/// Keys that more than one field has.
pub(super) fn contended(keys: impl Iterator<Item = String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    keys.filter(|key| !seen.insert(key.clone())).collect()
}

/// An id for a new field, where the fields beside it have one: made from its name, so that making it
/// once more makes the same.
pub(super) fn new_id(name: &str, beside: &[&Field]) -> Option<String> {
    let has_ids = beside.is_empty() || beside.iter().any(|field| field.id.is_some());
    let is_free = |id: &String| beside.iter().all(|field| field.id.as_ref() != Some(id));
    let first = std::iter::once(format!("field_{name}"));
    let others = (2..).map(|number| format!("field_{name}_{number}"));
    has_ids.then(|| first.chain(others).find(is_free)).flatten()
}

/// A name that no field beside it has.
pub(super) fn new_name(wanted: &str, beside: &[&Field]) -> String {
    let is_free = |name: &String| beside.iter().all(|field| field.name != *name);
    let first = std::iter::once(wanted.to_owned());
    let others = (2..).map(|number| format!("{wanted}_{number}"));
    first.chain(others).find(is_free).unwrap_or_default()
}

/// The text of an atom.
pub(super) fn text(view: &View, path: &Path) -> Option<String> {
    view.get(path)?.value().as_str().map(str::to_owned)
}
