//! Orders follow what comes and goes.

use std::collections::BTreeSet;

use catalyst_sync::canonical::{Canonical, View};
use proptest::prelude::*;
use proptest::sample::{SizeRange, subsequence};

use super::{SHAPE, order_of, path};

/// A document of properties, and of an order that names some of them.
fn ordered(list: &str, all: &str, order: &str) -> View {
    let mut own = View::new();
    for name in all.chars() {
        own.set(path(list).child(&name.to_string()), Canonical::bool(true));
    }
    let order = (!order.is_empty()).then(|| order_of(order.chars().map(String::from)));
    own.put(path(&order_path(list)), order);
    own
}

fn order_path(list: &str) -> String {
    if list.ends_with("enum") { format!("{list}Order") } else { "/propertyOrder".to_owned() }
}

/// What the order names after new elements came, and others went, and the side that they come from
/// says an order.
fn followed(list: &str, ours: &str, order: &str, now: &str, theirs: (&str, &str)) -> String {
    let before = ordered(list, ours, ours);
    let mut after = ordered(list, now, order);
    SHAPE.follow(&mut after, &before, &ordered(list, theirs.0, theirs.1));
    let order = after.get(&path(&order_path(list)));
    order.map_or_else(String::new, |order| order.as_str().replace(['[', ']', '"', ','], ""))
}

#[test]
fn what_is_new_stands_behind_its_neighbour() {
    let cases = [
        // ours, what there is then, their order, ours then
        ("abc", "abc", "abc", "abc"),
        ("abc", "abcn", "nabc", "nabc"),
        ("abc", "abcn", "anbc", "anbc"),
        ("abc", "abcn", "abcn", "abcn"),
        ("abc", "abcmn", "mabcn", "mabcn"),
        ("abc", "abcmn", "nmabc", "nmabc"),
        ("abc", "abcmn", "anmbc", "anmbc"),
        ("abc", "ab", "abc", "ab"),
        ("abc", "acn", "acn", "acn"),
        ("abc", "", "", ""),
        // Ours stand otherwise, or are more.
        ("cba", "abcn", "anbc", "cban"),
        ("cba", "abcn", "nabc", "ncba"),
        ("cba", "abcn", "abcn", "cban"),
        ("aobc", "aobcn", "anbc", "anobc"),
        ("abco", "abcno", "abcn", "abcon"),
        ("o", "on", "n", "on"),
        // What they do not name stands as it does with us; what is new, at the end.
        ("abc", "abcn", "nc", "abnc"),
        ("abc", "abcn", "anc", "abnc"),
        ("abc", "abcn", "", "abcn"),
        ("abc", "abcmn", "nabc", "nabcm"),
    ];
    for list in ["/properties", "/properties/x/enum"] {
        for (ours, now, order, expected) in cases {
            let theirs = now.replace('o', "");
            let got = followed(list, ours, ours, now, (&theirs, order));
            assert_eq!(got, expected, "{ours} {now} {order}");
        }
        // An order that was taken over names what they have; what is ours alone stands as it did.
        for (ours, taken, now, expected) in [
            ("abco", "cba", "abco", "cbao"),
            ("aobc", "cba", "aobc", "cbao"),
            ("abc", "cnba", "abc", "cba"),
            ("abc", "cnba", "abcn", "cnba"),
        ] {
            let got = followed(list, ours, taken, now, ("abcn", "cnba"));
            assert_eq!(got, expected, "{ours} {taken}");
        }
    }
}

/// Where nobody says an order, none is made up.
#[test]
fn no_order_stays_none() {
    let before = ordered("/properties", "abc", "");
    let mut after = ordered("/properties", "abcn", "");
    SHAPE.follow(&mut after, &before, &ordered("/properties", "abcn", "nabc"));
    assert_eq!(after, ordered("/properties", "abcn", ""));
}

fn names(size: impl Into<SizeRange>) -> impl Strategy<Value = String> {
    let some = subsequence(vec!['a', 'b', 'c', 'd', 'e', 'f', 'g'], size);
    some.prop_shuffle().prop_map(String::from_iter)
}

proptest! {
    /// Everything is named once, what stood before stands as it did, and following again changes
    /// nothing.
    #[test]
    fn an_order_names_all_and_moves_nothing(
        ours in names(1..7), theirs in names(0..7), now in names(1..8),
    ) {
        let before = ordered("/properties", &ours, &ours);
        let from = ordered("/properties", "abcdefg", &theirs);
        let mut after = ordered("/properties", &now, &ours);
        SHAPE.follow(&mut after, &before, &from);
        let got = followed("/properties", &ours, &ours, &now, ("abcdefg", &theirs));
        let all = |text: &str| text.chars().collect::<BTreeSet<char>>();
        prop_assert_eq!(all(&got), all(&now));
        prop_assert_eq!(got.len(), now.len());
        let kept = |text: &str, other: &str| -> String {
            text.chars().filter(|name| other.contains(*name)).collect()
        };
        prop_assert_eq!(kept(&got, &ours), kept(&ours, &now));
        let once = after.clone();
        SHAPE.follow(&mut after, &once.clone(), &from);
        prop_assert_eq!(after, once);
    }
}
