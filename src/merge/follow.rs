//! Orders that follow their lists.
//!
//! An order is an atom that an element coming or going does not move. So whoever takes elements over
//! puts them where the side that they come from shows them.

use std::collections::BTreeSet;

use crate::canonical::{Canonical, Path, View};
use crate::model::Json;

use super::order::sequence;
use super::{Base, Pair, Shape};

impl Shape {
    /// Makes the orders of a document name what its lists hold.
    ///
    /// `before` is the document as it was, `from` the side that new elements come from: these stand
    /// behind the element that they stand behind there, and at the end or the beginning where they
    /// do so there. What went is taken out; what `from` gives no place goes to the end. A list whose
    /// order nobody says is left without one.
    ///
    /// ```
    /// use catalyst_sync::canonical::{Canonical, Path, View};
    /// use catalyst_sync::platform::files::FilesDialect;
    /// use catalyst_sync::port::Dialect;
    ///
    /// let shape = FilesDialect.capabilities().shape;
    /// let ours = View::from_json(r#"{"/fieldOrder":["b","a"],"/fields/a":true,"/fields/b":true}"#)?;
    /// let theirs = View::from_json(
    ///     r#"{"/fieldOrder":["a","new","b"],"/fields/a":true,"/fields/b":true,"/fields/new":true}"#,
    /// )?;
    /// let mut merged = ours.clone();
    /// merged.set(Path::parse("/fields/new").unwrap(), Canonical::bool(true));
    /// shape.follow(&mut merged, &ours, &theirs);
    /// let order = merged.get(&Path::parse("/fieldOrder").unwrap());
    /// assert_eq!(order.unwrap().as_str(), r#"["b","a","new"]"#);
    /// # Ok::<(), catalyst_sync::canonical::ParseError>(())
    /// ```
    pub fn follow(&self, view: &mut View, before: &View, from: &View) {
        let orders =
            view.iter().filter_map(|(path, _)| Some((path.clone(), self.ordered_list(path)?)));
        let orders: Vec<(Path, Path)> = orders.collect();
        for (path, list) in orders {
            let held: BTreeSet<String> = view.elements(&list).collect();
            let known: BTreeSet<String> = before.elements(&list).collect();
            let named = |side: &View| sequence(side.get(&path)).unwrap_or_default();
            let mut order = named(view);
            let said = order.clone();
            order.retain(|identity| held.contains(identity));
            // What has no place there stands there as it does here.
            let has = |own: &str| known.contains(own) && from.get(&list.child(own)).is_some();
            let (ours, mut theirs) = (named(before), named(from));
            weave(&mut theirs, &ours, &has);
            weave(&mut order, &theirs, &|new| held.contains(new) && !known.contains(new));
            weave(&mut order, &ours, &|own| held.contains(own));
            let missing: BTreeSet<String> = order.iter().cloned().collect();
            let is_left = |new: &&String| !missing.contains(*new) && !known.contains(*new);
            order.extend(held.iter().filter(is_left).cloned());
            if order != said {
                let order = order.into_iter().map(Json::str).collect::<Vec<_>>();
                view.put(path, (!order.is_empty()).then(|| Canonical::of(&Json::Array(order))));
            }
        }
    }
}

impl Base {
    /// Agrees on the orders that nobody moved as they stand: they followed what came and went.
    pub fn take_orders(
        &mut self,
        local: &View,
        remote: &View,
        moved: &BTreeSet<&Path>,
        shape: &Shape,
    ) {
        let sides = local.iter().chain(remote.iter()).map(|(path, _)| path);
        let is_order = |path: &&Path| shape.ordered_list(path).is_some() && !moved.contains(path);
        let orders: BTreeSet<Path> = self.paths().chain(sides).filter(is_order).cloned().collect();
        for path in orders {
            let (local, remote) = (local.get(&path).cloned(), remote.get(&path).cloned());
            self.set(&path, Pair { local, remote });
        }
    }
}

/// Puts into an order what another one names besides: at the end or the beginning where it stands so
/// there, else right behind what it stands behind there.
pub(super) fn weave(order: &mut Vec<String>, by: &[String], is_wanted: &dyn Fn(&str) -> bool) {
    let mut there: BTreeSet<String> = order.iter().cloned().collect();
    let last = by.iter().rposition(|identity| there.contains(identity));
    let mut previous: Option<&String> = None;
    for (at, identity) in by.iter().enumerate() {
        if !there.contains(identity) {
            if !is_wanted(identity) {
                continue;
            }
            let is_behind_all = last.is_none_or(|last| last < at);
            let behind = previous.and_then(|previous| order.iter().position(|own| own == previous));
            let place = behind.map_or(0, |behind| behind + 1);
            order.insert(if is_behind_all { order.len() } else { place }, identity.clone());
            there.insert(identity.clone());
        }
        previous = Some(identity);
    }
}
