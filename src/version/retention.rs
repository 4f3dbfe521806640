//! Which versions may go.

use super::Graph;

/// How much of a history is kept; `None` for no bound. What either bound excludes is expendable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// At most this many, the newest ones.
    pub count: Option<u32>,
    /// At most this old, in days.
    pub days: Option<u32>,
}

const DAY_MS: i64 = 86_400_000;

impl Kept {
    /// Whether there is no bound.
    #[must_use]
    pub fn is_unbounded(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a version is beyond the bounds. `newer` is how many of its type are newer than it;
    /// times are in milliseconds. One of unknown age is not too old.
    #[must_use]
    pub fn excludes(&self, newer: u64, created_at: Option<i64>, now: i64) -> bool {
        let too_old = |(days, at): (u32, i64)| now.saturating_sub(at) > i64::from(days) * DAY_MS;
        self.count.is_some_and(|count| newer >= u64::from(count))
            || self.days.zip(created_at).is_some_and(too_old)
    }
}

/// The versions that may go so that no chain has a hole: those expendable ones whose parents all
/// go too, or went before. In this order, so that one may stop after any of them.
///
/// What must stay (the newest version, one that a base or an undoable run needs) is not expendable,
/// and everything made from it stays with it.
///
/// ```
/// use catalyst_sync::version::{Graph, prunable};
///
/// let one = |hash: &str, parent: &str| (hash.to_owned(), vec![parent.to_owned()]);
/// let graph = Graph::new([one("a", "gone"), one("b", "a"), one("c", "b"), one("d", "c")]);
/// assert_eq!(prunable(&graph, |at| at != 1), [0]); // c may not leave a hole between b and d
/// ```
#[must_use]
pub fn prunable(graph: &Graph, is_expendable: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut goes = vec![false; graph.order().len()];
    let mut gone = Vec::new();
    for &at in graph.order() {
        let is_free = graph.parents(at).iter().all(|parent| goes.get(*parent) == Some(&true));
        if is_free && is_expendable(at) && !graph.children(at).is_empty() {
            if let Some(slot) = goes.get_mut(at) {
                *slot = true;
            }
            gone.push(at);
        }
    }
    gone
}
