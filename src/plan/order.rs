//! In which order documents that refer to each other are written.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// `from` refers to `to`, both as positions in the list of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// The document that refers.
    pub from: usize,
    /// The document that must exist first.
    pub to: usize,
}

/// An order, and the dependencies that no order can serve.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    /// Positions, dependencies first, otherwise as given.
    pub sequence: Vec<usize>,
    /// Dependencies inside a cycle: their references are written in a second phase.
    pub deferred: Vec<Dependency>,
    /// One way round for each group of documents that depend on each other, closed: it ends where it
    /// begins.
    pub cycles: Vec<Vec<usize>>,
}

/// Orders documents so that what is referred to comes first. References inside a cycle are deferred,
/// so that every document of it can be written without them and completed afterwards.
///
/// ```
/// use catalyst_sync::plan::{Dependency, order};
///
/// let order = order(3, &[Dependency { from: 0, to: 2 }]);
/// assert_eq!(order.sequence, [1, 2, 0]);
/// assert!(order.cycles.is_empty());
/// ```
#[must_use]
pub fn order(count: usize, dependencies: &[Dependency]) -> Order {
    let mut graph = DiGraph::<usize, ()>::new();
    // Reversed, because the components come out dependencies first, latest node first.
    let nodes: Vec<NodeIndex> = (0..count).map(|at| graph.add_node(at)).collect();
    for dependency in dependencies {
        if let (Some(&from), Some(&to)) = (nodes.get(dependency.from), nodes.get(dependency.to)) {
            graph.add_edge(from, to, ());
        }
    }
    let mut order = Order::default();
    let mut component_of = vec![0; count];
    let mut components: Vec<Vec<usize>> = Vec::new();
    for component in tarjan_scc(&graph) {
        let mut members: Vec<usize> =
            component.into_iter().filter_map(|node| graph.node_weight(node).copied()).collect();
        members.sort_unstable();
        for &member in &members {
            if let Some(slot) = component_of.get_mut(member) {
                *slot = components.len();
            }
        }
        components.push(members);
    }
    order.deferred = dependencies
        .iter()
        .copied()
        .filter(|d| component_of.get(d.from) == component_of.get(d.to))
        .collect();
    order.deferred.sort_unstable();
    order.deferred.dedup();
    order.cycles = circles(&order.deferred, &components, &component_of);
    order.sequence = by_depth(count, dependencies, &component_of);
    order
}

/// The shortest way round from the first document of each group, along the dependencies inside it.
fn circles(
    inside: &[Dependency],
    components: &[Vec<usize>],
    component_of: &[usize],
) -> Vec<Vec<usize>> {
    let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for dependency in inside {
        next.entry(dependency.from).or_default().push(dependency.to);
    }
    let first_of = |dependency: &Dependency| {
        components.get(*component_of.get(dependency.from)?)?.first().copied()
    };
    let firsts: BTreeSet<usize> = inside.iter().filter_map(first_of).collect();
    firsts.into_iter().filter_map(|first| circle(first, &next)).collect()
}

fn circle(first: usize, next: &BTreeMap<usize, Vec<usize>>) -> Option<Vec<usize>> {
    let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = VecDeque::from([first]);
    while let Some(at) = queue.pop_front() {
        for &to in next.get(&at).into_iter().flatten() {
            if to == first {
                let back = std::iter::successors(Some(at), |at| came_from.get(at).copied());
                let mut path: Vec<usize> = back.collect();
                path.reverse();
                path.push(first);
                return Some(path);
            }
            if let Entry::Vacant(entry) = came_from.entry(to) {
                entry.insert(at);
                queue.push_back(to);
            }
        }
    }
    None
}

/// Sorts by the longest chain of dependencies below a document, then by position: stable, and
/// independent documents stay next to each other.
fn by_depth(count: usize, dependencies: &[Dependency], component_of: &[usize]) -> Vec<usize> {
    // Components are numbered dependencies first, so one pass over them in order is enough.
    let mut depth = vec![0_usize; count];
    let mut edges: Vec<Dependency> = dependencies
        .iter()
        .copied()
        .filter(|d| component_of.get(d.from) != component_of.get(d.to))
        .collect();
    edges.sort_unstable_by_key(|d| component_of.get(d.from).copied());
    let mut component_depth = vec![0_usize; component_of.iter().max().map_or(0, |max| max + 1)];
    for edge in edges {
        let (Some(&from), Some(&to)) = (component_of.get(edge.from), component_of.get(edge.to))
        else {
            continue;
        };
        let below = component_depth.get(to).copied().unwrap_or_default() + 1;
        if let Some(slot) = component_depth.get_mut(from) {
            *slot = (*slot).max(below);
        }
    }
    for (at, slot) in depth.iter_mut().enumerate() {
        let component = component_of.get(at).copied().unwrap_or_default();
        *slot = component_depth.get(component).copied().unwrap_or_default();
    }
    let mut sequence: Vec<usize> = (0..count).collect();
    sequence.sort_by_key(|&at| depth.get(at).copied());
    sequence
}
