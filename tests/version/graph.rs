//! Laws of the graph, against definitions that are too slow to be used.

use std::collections::BTreeSet;

use catalyst_sync::digest::Digest;
use catalyst_sync::version::{
    DrawnVersion, Graph, Identity, Kept, format_graph, prunable, version_hash,
};
use proptest::prelude::*;

/// Links as numbers: version `n` is called `n`, and a parent may be a later one, itself, or one that
/// is not there.
fn links(parents: &[Vec<usize>]) -> Vec<(String, Vec<String>)> {
    let name = |at: &usize| at.to_string();
    parents.iter().enumerate().map(|(at, of)| (name(&at), of.iter().map(name).collect())).collect()
}

/// Histories as honest writers make them: parents come first.
fn history() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..3), 1..24)
        .prop_map(|picks| {
            let earlier = |at: usize, picks: Vec<prop::sample::Index>| {
                let parents: BTreeSet<usize> =
                    picks.iter().filter(|_| at > 0).map(|pick| pick.index(at)).collect();
                parents.into_iter().collect()
            };
            picks.into_iter().enumerate().map(|(at, picks)| earlier(at, picks)).collect()
        })
}

/// Anything that a store may hold.
fn anything() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(0_usize..20, 0..3), 1..16)
}

/// Ancestors by following links until nothing is new.
fn ancestors(parents: &[Vec<usize>], at: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::from([at]);
    loop {
        let more: BTreeSet<usize> = found
            .iter()
            .flat_map(|at| &parents[*at])
            .copied()
            .filter(|parent| *parent < parents.len())
            .collect();
        let before = found.len();
        found.extend(more);
        if found.len() == before {
            return found;
        }
    }
}

proptest! {
    #[test]
    fn parents_come_before_their_children(parents in history()) {
        let graph = Graph::new(links(&parents));
        prop_assert!(graph.cycles().is_empty() && graph.missing().is_empty());
        let place = |at: usize| graph.order().iter().position(|own| *own == at).unwrap();
        for (at, of) in parents.iter().enumerate() {
            prop_assert!(of.iter().all(|parent| place(*parent) < place(at)));
        }
    }

    #[test]
    fn every_version_is_placed_once_whatever_is_stored(parents in anything()) {
        let graph = Graph::new(links(&parents));
        let placed: BTreeSet<usize> = graph.order().iter().copied().collect();
        prop_assert_eq!(placed.len(), parents.len());
        prop_assert_eq!(graph.order().len(), parents.len());
        for at in 0..parents.len() {
            let lineage: BTreeSet<usize> = graph.lineage(at).into_iter().collect();
            prop_assert_eq!(lineage, ancestors(&parents, at));
        }
        let missing: BTreeSet<(usize, String)> = graph.missing().iter().cloned().collect();
        let expected: BTreeSet<(usize, String)> = parents.iter().enumerate()
            .flat_map(|(at, of)| of.iter().filter(|parent| **parent >= parents.len())
                .map(move |parent| (at, parent.to_string())))
            .collect();
        prop_assert_eq!(missing, expected);
        // In a cycle is who is an ancestor of one of its own parents.
        let looped: BTreeSet<usize> = (0..parents.len())
            .filter(|at| parents[*at].iter().any(|parent| {
                *parent < parents.len() && ancestors(&parents, *parent).contains(at)
            }))
            .collect();
        let found: BTreeSet<usize> = graph.cycles().iter().flatten().copied().collect();
        prop_assert_eq!(found, looped);
    }

    #[test]
    fn nearest_common_ancestors_are_common_and_none_stands_behind_another(
        parents in history(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(),
    ) {
        let (a, b) = (a.index(parents.len()), b.index(parents.len()));
        let graph = Graph::new(links(&parents));
        let common: BTreeSet<usize> =
            ancestors(&parents, a).intersection(&ancestors(&parents, b)).copied().collect();
        let expected: BTreeSet<usize> = common.iter().copied()
            .filter(|at| !common.iter().any(|other| {
                other != at && ancestors(&parents, *other).contains(at)
            }))
            .collect();
        let found: BTreeSet<usize> = graph.common_ancestors(a, b).into_iter().collect();
        prop_assert_eq!(&found, &expected);
        let mirrored: BTreeSet<usize> = graph.common_ancestors(b, a).into_iter().collect();
        prop_assert_eq!(found, mirrored);
    }

    #[test]
    fn what_is_pruned_leaves_no_hole(
        parents in history(), stays in prop::collection::vec(any::<bool>(), 24),
    ) {
        let graph = Graph::new(links(&parents));
        let gone: BTreeSet<usize> = prunable(&graph, |at| !stays[at]).into_iter().collect();
        for at in &gone {
            prop_assert!(!stays[*at], "{} was to stay", at);
            prop_assert!(parents[*at].iter().all(|parent| gone.contains(parent)));
            prop_assert!(!graph.children(*at).is_empty(), "{} is a head", at);
        }
    }

    #[test]
    fn every_version_is_drawn_on_a_line_of_its_own(parents in history()) {
        let drawn: Vec<DrawnVersion> = links(&parents).into_iter()
            .map(|(hash, parents)| DrawnVersion { label: format!("<{hash}>"), hash, parents })
            .collect();
        let text = format_graph(&drawn);
        for one in &drawn {
            let lines = text.lines().filter(|line| line.ends_with(&format!("* {}", one.label))
                || line.ends_with(&format!("| {}", one.label)));
            prop_assert_eq!(lines.count(), 1, "{} in\n{}", one.label, text);
        }
    }
}

#[test]
fn two_that_crossed_have_two_common_ancestors() {
    // 3 and 4 both merge 1 and 2.
    let graph = Graph::new(links(&[vec![], vec![0], vec![0], vec![1, 2], vec![2, 1]]));
    assert_eq!(graph.common_ancestors(3, 4), [2, 1]);
    assert_eq!(graph.common_ancestors(3, 3), [3]);
}

#[test]
fn a_history_of_its_own_has_nothing_in_common() {
    let graph = Graph::new(links(&[vec![], vec![]]));
    assert!(graph.common_ancestors(0, 1).is_empty());
    assert_eq!((graph.roots(), graph.heads()), (vec![0, 1], vec![0, 1]));
}

#[test]
fn a_cycle_is_reported_and_the_rest_is_as_it_was() {
    let graph = Graph::new(links(&[vec![], vec![3], vec![1], vec![2], vec![0]]));
    assert_eq!(graph.cycles(), [vec![1, 2, 3]]);
    assert_eq!(graph.order(), [0, 4, 1, 2, 3]);
    assert_eq!(graph.lineage(2).len(), 3);
}

/// As deep as nobody will ever edit a type: a recursion would not survive it.
#[test]
fn a_long_history_needs_no_stack() {
    let chain: Vec<Vec<usize>> =
        (0..200_000).map(|at: usize| at.checked_sub(1).into_iter().collect()).collect();
    let graph = Graph::new(links(&chain));
    assert_eq!(graph.lineage(199_999).len(), 200_000);
    assert_eq!(graph.common_ancestors(5, 199_999), [5]);
    let mut circle = chain;
    circle[0] = vec![199_999];
    assert_eq!(Graph::new(links(&circle)).cycles().len(), 1);
}

#[test]
fn every_part_of_a_version_is_in_its_hash() {
    let identity =
        Identity { website_id: "w1", kind: "content-type", local_id: "c1", columns: "{}" };
    let content = Some(Digest::of("x"));
    let parents = ["a".to_owned(), "b".to_owned()];
    let [one, other] = &parents;
    let hashes = [
        version_hash(&identity, content, &[]),
        version_hash(&identity, None, &[]),
        version_hash(&identity, Some(Digest::of("y")), &[]),
        version_hash(&Identity { website_id: "w2", ..identity }, content, &[]),
        version_hash(&Identity { kind: "other", ..identity }, content, &[]),
        version_hash(&Identity { local_id: "c2", ..identity }, content, &[]),
        version_hash(&Identity { columns: r#"{"name":"x"}"#, ..identity }, content, &[]),
        version_hash(&identity, content, &parents),
        version_hash(&identity, content, &[other.clone(), one.clone()]),
        version_hash(&identity, content, &["ab".to_owned()]),
    ];
    assert_eq!(BTreeSet::from(hashes).len(), hashes.len());
}

#[test]
fn bounds_exclude_what_is_beyond_either() {
    const DAY: i64 = 86_400_000;
    let cases = [
        (Kept::default(), 1_000_000, Some(0), false),
        (Kept { count: Some(3), days: None }, 2, Some(0), false),
        (Kept { count: Some(3), days: None }, 3, Some(0), true),
        (Kept { count: None, days: Some(10) }, 0, Some(90 * DAY), false),
        (Kept { count: None, days: Some(10) }, 0, Some(90 * DAY - 1), true),
        (Kept { count: None, days: Some(10) }, 0, None, false),
        (Kept { count: Some(3), days: Some(10) }, 9, None, true),
    ];
    for (kept, newer, created_at, expected) in cases {
        assert_eq!(kept.excludes(newer, created_at, 100 * DAY), expected, "{kept:?} {newer}");
    }
}
