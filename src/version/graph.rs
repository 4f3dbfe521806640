//! The versions of a type with their links.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// Versions and their parents, in any shape that a store may hold: several roots, several heads,
/// merges, parents that are not there, and cycles, which no honest writer makes.
///
/// Versions are named by their position in what the graph was made of. Nothing here recurses, so a
/// history may be as long as memory allows.
///
/// ```
/// use catalyst_sync::version::Graph;
///
/// let one = |hash: &str, parents: &[&str]| {
///     (hash.to_owned(), parents.iter().map(|&parent| parent.to_owned()).collect())
/// };
/// let graph = Graph::new([
///     one("a", &[]),
///     one("left", &["a"]),
///     one("right", &["a"]),
///     one("merged", &["left", "right"]),
/// ]);
/// assert_eq!((graph.roots(), graph.heads()), (vec![0], vec![3]));
/// assert_eq!(graph.lineage(3), [3, 2, 1, 0]);
/// assert_eq!(graph.common_ancestors(1, 2), [0]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Graph {
    index: HashMap<String, usize>,
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
    missing: Vec<(usize, String)>,
    order: Vec<usize>,
    cycles: Vec<Vec<usize>>,
}

impl Graph {
    /// Links versions, given as hash and hashes of parents, oldest first as far as that is known. Of
    /// two with one hash the first counts; the position of the other one has no links.
    #[must_use]
    pub fn new(versions: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        let mut graph = Self::default();
        let mut named: Vec<Vec<String>> = Vec::new();
        for (at, (hash, parents)) in versions.into_iter().enumerate() {
            let is_first = *graph.index.entry(hash).or_insert(at) == at;
            named.push(if is_first { parents } else { Vec::new() });
        }
        graph.children = vec![Vec::new(); named.len()];
        for (at, names) in named.into_iter().enumerate() {
            let mut parents = Vec::with_capacity(names.len());
            for name in names {
                match graph.index.get(&name) {
                    Some(parent) if parents.contains(parent) => {}
                    Some(&parent) => {
                        parents.push(parent);
                        if let Some(children) = graph.children.get_mut(parent) {
                            children.push(at);
                        }
                    }
                    None => graph.missing.push((at, name)),
                }
            }
            graph.parents.push(parents);
        }
        graph.sort();
        graph
    }

    /// Parents first, otherwise as given; what stands in a cycle or above one comes last.
    fn sort(&mut self) {
        let count = self.parents.len();
        let mut open: Vec<usize> = self.parents.iter().map(Vec::len).collect();
        let mut ready: BinaryHeap<Reverse<usize>> =
            (0..count).filter(|at| self.parents(*at).is_empty()).map(Reverse).collect();
        let mut is_placed = vec![false; count];
        self.order.reserve(count);
        while let Some(Reverse(at)) = ready.pop() {
            self.order.push(at);
            if let Some(placed) = is_placed.get_mut(at) {
                *placed = true;
            }
            for &child in self.children.get(at).into_iter().flatten() {
                let Some(left) = open.get_mut(child) else { continue };
                *left -= 1;
                if *left == 0 {
                    ready.push(Reverse(child));
                }
            }
        }
        let rest: Vec<usize> = (0..count).filter(|at| is_placed.get(*at) != Some(&true)).collect();
        if !rest.is_empty() {
            self.cycles = self.find_cycles(&rest);
            self.order.extend(rest);
        }
    }

    fn find_cycles(&self, among: &[usize]) -> Vec<Vec<usize>> {
        let mut graph = DiGraph::<usize, ()>::new();
        let nodes: HashMap<usize, NodeIndex> =
            among.iter().map(|&at| (at, graph.add_node(at))).collect();
        for &at in among {
            for parent in self.parents(at) {
                if let (Some(&from), Some(&to)) = (nodes.get(&at), nodes.get(parent)) {
                    graph.add_edge(from, to, ());
                }
            }
        }
        let mut cycles: Vec<Vec<usize>> = kosaraju_scc(&graph)
            .into_iter()
            .map(|group| {
                let positions = group.iter().filter_map(|node| graph.node_weight(*node));
                let mut cycle: Vec<usize> = positions.copied().collect();
                cycle.sort_unstable();
                cycle
            })
            .filter(|cycle| {
                let first = cycle.first().copied().unwrap_or_default();
                cycle.len() > 1 || self.parents(first).contains(&first)
            })
            .collect();
        cycles.sort_unstable();
        cycles
    }

    /// The position of a version.
    #[must_use]
    pub fn position(&self, hash: &str) -> Option<usize> {
        self.index.get(hash).copied()
    }

    /// The parents that are there, in their order.
    #[must_use]
    pub fn parents(&self, at: usize) -> &[usize] {
        self.parents.get(at).map(Vec::as_slice).unwrap_or_default()
    }

    /// The versions made from one.
    #[must_use]
    pub fn children(&self, at: usize) -> &[usize] {
        self.children.get(at).map(Vec::as_slice).unwrap_or_default()
    }

    /// All versions, parents before their children.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Versions and the hashes of parents that are not there.
    #[must_use]
    pub fn missing(&self) -> &[(usize, String)] {
        &self.missing
    }

    /// Groups of versions that are their own ancestors.
    #[must_use]
    pub fn cycles(&self) -> &[Vec<usize>] {
        &self.cycles
    }

    /// Versions none of whose parents is there.
    #[must_use]
    pub fn roots(&self) -> Vec<usize> {
        (0..self.parents.len()).filter(|at| self.parents(*at).is_empty()).collect()
    }

    /// Versions from which none was made.
    #[must_use]
    pub fn heads(&self) -> Vec<usize> {
        (0..self.parents.len()).filter(|at| self.children(*at).is_empty()).collect()
    }

    /// A version and all its ancestors, each before its parents.
    #[must_use]
    pub fn lineage(&self, at: usize) -> Vec<usize> {
        let reached = self.ancestors(at);
        let is_reached = |at: &&usize| reached.get(**at) == Some(&true);
        self.order.iter().rev().filter(is_reached).copied().collect()
    }

    /// The nearest common ancestors of two versions, newest first: those that are no ancestor of
    /// another common one. A version counts as its own ancestor. Two that crossed (each merged the
    /// other's parent) have several; without a common history there is none.
    #[must_use]
    pub fn common_ancestors(&self, a: usize, b: usize) -> Vec<usize> {
        let (of_a, of_b) = (self.ancestors(a), self.ancestors(b));
        let is_common = |at: usize| of_a.get(at) == Some(&true) && of_b.get(at) == Some(&true);
        // Every ancestor of a common one is common, so what stands behind another one is the parent
        // of a common one.
        let mut is_behind = vec![false; self.parents.len()];
        for at in (0..self.parents.len()).filter(|at| is_common(*at)) {
            for &parent in self.parents(at) {
                if let Some(behind) = is_behind.get_mut(parent) {
                    *behind = true;
                }
            }
        }
        let is_nearest = |at: &&usize| is_common(**at) && is_behind.get(**at) == Some(&false);
        self.order.iter().rev().filter(is_nearest).copied().collect()
    }

    fn ancestors(&self, at: usize) -> Vec<bool> {
        let mut reached = vec![false; self.parents.len()];
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            match reached.get_mut(at) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            open.extend(self.parents(at));
        }
        reached
    }
}
