//! How an order moved.

use std::collections::BTreeSet;

use crate::canonical::{Canonical, Path, View};
use crate::model::Json;

use super::follow::weave;
use super::{Ancestor, Movement};

/// Which sides had an element at the last agreement.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Had {
    pub(super) local: bool,
    pub(super) remote: bool,
}

/// An order moves when the elements that all sides have stand in another sequence: an element that
/// one side added or removed is no reordering, and one that a side gives no place any more keeps the
/// place it had. An order that only one side ever had is a difference that both live with until that
/// side reorders.
pub(super) fn classify_order(
    ancestor: Ancestor<&Canonical>,
    had: &dyn Fn(&str) -> Had,
    (local, remote): (&View, &View),
    path: &Path,
    list: &Path,
) -> Movement {
    let (now_local, now_remote) = (local.get(path), remote.get(path));
    match ancestor {
        Ancestor::Known { local: was_local, remote: was_remote }
            if now_local == was_local && now_remote == was_remote =>
        {
            return Movement::Unchanged;
        }
        Ancestor::Unknown if now_local.is_some() && now_local == now_remote => {
            return Movement::Same;
        }
        _ => {}
    }
    let lacks_owner = |side: &View| match path.parent() {
        Some(owner) if owner != Path::root() => side.get(&owner).is_none(),
        _ => side.is_empty(),
    };
    let elements = |side: &View| -> BTreeSet<String> { side.elements(list).collect() };
    let common = match (lacks_owner(local), lacks_owner(remote)) {
        // Where one side removed the whole list, the other may have reordered it meanwhile.
        (true, false) => elements(remote),
        (false, true) => elements(local),
        _ => &elements(local) & &elements(remote),
    };
    let restrict = |own: &Order, also: &Order| {
        let mut kept = own.clone()?;
        let other: Option<BTreeSet<&String>> = also.as_ref().map(|also| also.iter().collect());
        kept.retain(|identity| {
            common.contains(identity) && other.as_ref().is_none_or(|other| other.contains(identity))
        });
        Some(kept)
    };
    let now = (sequence(now_local), sequence(now_remote));
    match ancestor {
        Ancestor::Known { local: was_local, remote: was_remote } => {
            let was = (sequence(was_local), sequence(was_remote));
            // What came to a side where the other one has it was never anywhere else.
            let has = |side: &View, element: &str| side.get(&list.child(element)).is_some();
            let have = |element: &str| has(local, element) && has(remote, element);
            let here = |element: &str| had(element).local || have(element);
            let there = |element: &str| had(element).remote || have(element);
            let common = |element: &str| common.contains(element);
            let was = (
                stood((was.0.as_ref(), &here), (was.1.as_ref(), &there), now.0.as_ref(), &common),
                stood((was.1.as_ref(), &there), (was.0.as_ref(), &here), now.1.as_ref(), &common),
            );
            let now = (
                standing(now.0, &was.0, &|element| has(local, element)),
                standing(now.1, &was.1, &|element| has(remote, element)),
            );
            let names_none = |own: &Order| !own.iter().flatten().any(|element| common(element));
            let local_moved = restrict(&now.0, &was.0) != restrict(&was.0, &now.0);
            let remote_moved = restrict(&now.1, &was.1) != restrict(&was.1, &now.1);
            match (local_moved, remote_moved) {
                (false, false) => Movement::Unchanged,
                _ if restrict(&now.0, &now.1) == restrict(&now.1, &now.0) => Movement::Same,
                (true, false) => Movement::Local,
                (false, true) => Movement::Remote,
                // Orders that name nothing in common have nothing to disagree on.
                (true, true) if names_none(&now.0) && names_none(&now.1) => Movement::Same,
                (true, true) => Movement::Conflict,
            }
        }
        // Creating what holds the list carries the order over; adopting it does not impose one.
        Ancestor::Unknown if now_remote.is_none() && lacks_owner(remote) => Movement::Local,
        Ancestor::Unknown if now_local.is_none() && lacks_owner(local) => Movement::Remote,
        Ancestor::Unknown if now_local.is_none() || now_remote.is_none() => Movement::Unchanged,
        Ancestor::Unknown if restrict(&now.0, &now.1) == restrict(&now.1, &now.0) => Movement::Same,
        Ancestor::Unknown => Movement::Conflict,
    }
}

/// Identities in their order; `None` where nobody says one.
type Order = Option<Vec<String>>;

/// The identities that an order names.
pub(super) fn sequence(order: Option<&Canonical>) -> Order {
    let value = order?.value();
    Some(value.elements()?.iter().filter_map(Json::as_str).map(str::to_owned).collect())
}

/// Whether what two orders both name stands in another sequence.
#[must_use]
pub fn is_reordered(one: Option<&Canonical>, other: Option<&Canonical>) -> bool {
    let (Some(mut one), Some(mut other)) = (sequence(one), sequence(other)) else { return false };
    let both: BTreeSet<String> =
        one.iter().filter(|identity| other.contains(identity)).cloned().collect();
    one.retain(|identity| both.contains(identity));
    other.retain(|identity| both.contains(identity));
    one != other
}

/// What a side said of its order, and which elements it had.
type Side<'s> = (Option<&'s Vec<String>>, &'s dyn Fn(&str) -> bool);

/// The order of a side at the agreement, elements that it gave no place as on the other side: where
/// that one knew them all, and where what is named now was there.
fn stood(
    (own, had): Side<'_>,
    (other, other_had): Side<'_>,
    now: Option<&Vec<String>>,
    is_common: &dyn Fn(&str) -> bool,
) -> Order {
    let Some(other) = other else { return own.cloned() };
    let is_known = |element: &String| other.contains(element) || !other_had(element);
    if !own.into_iter().flatten().all(is_known) {
        return own.cloned();
    }
    let mut order = own.cloned().unwrap_or_default();
    weave(&mut order, other, had);
    let mut named = now.into_iter().flatten().filter(|element| is_common(element));
    let is_said = own.is_some() || (!order.is_empty() && named.all(|element| had(element)));
    is_said.then_some(order)
}

/// The order of a side now. Where it says none any more, its elements stand as they did; only where
/// it has none of them any more, there is no order either.
fn standing(own: Order, was: &Order, stands: &dyn Fn(&str) -> bool) -> Order {
    let is_left = || was.iter().flatten().any(|element| stands(element));
    match own {
        None if !is_left() => None,
        own => {
            let mut order = own.unwrap_or_default();
            weave(&mut order, was.as_deref().unwrap_or_default(), stands);
            Some(order)
        }
    }
}
