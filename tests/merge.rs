//! The three-way algebra: its laws over random documents, and its rules of overlap by example.

mod follow;
mod laws;
mod matrix;
mod mutation;
mod ranges;
mod renames;
mod share;

use std::collections::BTreeMap;

use catalyst_sync::canonical::{Canonical, Path, View};
use catalyst_sync::merge::{
    Ancestor, AtomMovement, Base, ConflictKind, Meaning, Merge, Movement, Pair, Shape,
    conflict_kind, three_way,
};
use catalyst_sync::plan::{Consent, withhold};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::port::Dialect;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A small dialect: properties with a type, attributes bound to it, options, and both orders.
const SHAPE: Shape = Shape {
    lists: &["properties", "enum"],
    orders: &[("propertyOrder", "properties"), ("enumOrder", "enum")],
    anchor: "type",
    bound: &["minLength", "enum"],
    ranges: &[("minLength", "maxLength")],
    references: &[],
    owned: &[
        "/displayName",
        "/propertyOrder",
        "/properties/*",
        "/properties/*/displayName",
        "/properties/*/enum/*",
        "/properties/*/enum/*/label",
        "/properties/*/enumOrder",
        "/properties/*/minLength",
        "/properties/*/type",
    ],
    meanings: &[("displayName", Meaning::Name), ("label", Meaning::Name)],
    rewrites: &[],
};

fn view(json: &str) -> View {
    View::from_json(json).unwrap()
}

fn path(pointer: &str) -> Path {
    Path::parse(pointer).unwrap()
}

/// The base after both sides were seen so.
fn base(local: &View, remote: &View) -> Base {
    let mut base = Base::covering(&SHAPE);
    for (path, _) in local.iter().chain(remote.iter()) {
        let pair = Pair { local: local.get(path).cloned(), remote: remote.get(path).cloned() };
        base.set(path, pair);
    }
    base
}

fn agreed(view: &View) -> Base {
    base(view, view)
}

/// `path movement` of everything that moved, with what it follows from.
fn brief(merge: &Merge) -> Vec<String> {
    let word = |atom: &AtomMovement| {
        let under = atom.under.as_ref().map(|under| format!(" under {under}")).unwrap_or_default();
        format!("{} {:?}{under}", atom.path, atom.movement)
    };
    merge.movements.iter().map(word).collect()
}

// ---- Overlap, by example ---------------------------------------------------------------------

const TITLE: &str = r#"{"/properties/a":true,"/properties/a/displayName":"A",
    "/properties/a/minLength":1,"/properties/a/type":"string"}"#;

/// The title with some atoms changed; `null` takes one out.
fn edited(edits: &str) -> View {
    let mut own = view(TITLE);
    let edits = catalyst_sync::canonical::parse(edits).unwrap();
    for (at, value) in edits.members().unwrap() {
        let value = (!value.is_null()).then(|| Canonical::of(value));
        own.put(path(at.as_str().unwrap()), value);
    }
    own
}

const REMOVED: &str = r#"{"/properties/a":null,"/properties/a/displayName":null,
    "/properties/a/minLength":null,"/properties/a/type":null}"#;

/// What happens, the edits of either side, and what moved.
type Overlap = (&'static str, &'static str, &'static str, Vec<String>);

fn removals() -> [Overlap; 5] {
    let conflict = |inside: &[&str]| -> Vec<String> {
        let inside =
            inside.iter().map(|name| format!("/properties/a/{name} Conflict under /properties/a"));
        std::iter::once("/properties/a Conflict".to_owned()).chain(inside).collect()
    };
    [
        (
            "removing what the other side edited",
            REMOVED,
            r#"{"/properties/a/displayName":"B"}"#,
            conflict(&["displayName", "minLength", "type"]),
        ),
        (
            "removing what the other side added to",
            REMOVED,
            r#"{"/properties/a/enum/x":true}"#,
            conflict(&["displayName", "enum/x", "minLength", "type"]),
        ),
        (
            "removing what nobody else touched",
            REMOVED,
            "{}",
            lines(&[
                "/properties/a Local",
                "/properties/a/displayName Local",
                "/properties/a/minLength Local",
                "/properties/a/type Local",
            ]),
        ),
        (
            "removing on both sides",
            REMOVED,
            REMOVED,
            lines(&[
                "/properties/a Same",
                "/properties/a/displayName Same",
                "/properties/a/minLength Same",
                "/properties/a/type Same",
            ]),
        ),
        (
            "removing beside an edit of another property",
            REMOVED,
            r#"{"/displayName":"T"}"#,
            lines(&[
                "/displayName Remote",
                "/properties/a Local",
                "/properties/a/displayName Local",
                "/properties/a/minLength Local",
                "/properties/a/type Local",
            ]),
        ),
    ]
}

fn retypings() -> [Overlap; 7] {
    [
        (
            "retyping what the other side bounded anew",
            r#"{"/properties/a/type":"url"}"#,
            r#"{"/properties/a/minLength":2}"#,
            lines(&[
                "/properties/a/minLength Conflict under /properties/a/type",
                "/properties/a/type Conflict",
            ]),
        ),
        (
            "retyping where the other side added an option",
            r#"{"/properties/a/type":"url"}"#,
            r#"{"/properties/a/enum/x":true,"/properties/a/enum/x/label":"X"}"#,
            lines(&[
                "/properties/a/enum/x Conflict under /properties/a/type",
                "/properties/a/enum/x/label Conflict under /properties/a/type",
                "/properties/a/type Conflict",
            ]),
        ),
        (
            "retyping beside an edit of a name",
            r#"{"/properties/a/type":"url"}"#,
            r#"{"/properties/a/displayName":"B"}"#,
            lines(&["/properties/a/displayName Remote", "/properties/a/type Local"]),
        ),
        (
            "retyping with new bounds, on one side",
            r#"{"/properties/a/type":"url","/properties/a/minLength":null}"#,
            "{}",
            lines(&["/properties/a/minLength Local", "/properties/a/type Local"]),
        ),
        (
            "retyping alike",
            r#"{"/properties/a/type":"url"}"#,
            r#"{"/properties/a/type":"url","/properties/a/minLength":2}"#,
            lines(&["/properties/a/minLength Remote", "/properties/a/type Same"]),
        ),
        (
            "retyping apart",
            r#"{"/properties/a/type":"url","/properties/a/minLength":2}"#,
            r#"{"/properties/a/type":"json"}"#,
            lines(&[
                "/properties/a/minLength Conflict under /properties/a/type",
                "/properties/a/type Conflict",
            ]),
        ),
        (
            "adding the same property apart",
            r#"{"/properties/b":true,"/properties/b/type":"url"}"#,
            r#"{"/properties/b":true,"/properties/b/type":"json"}"#,
            lines(&["/properties/b Same", "/properties/b/type Conflict"]),
        ),
    ]
}

#[test]
fn overlaps() {
    // A document has a name, so that a property that goes is not the whole of it.
    let named = |mut own: View| {
        own.set(path("/name"), Canonical::str("Event"));
        own
    };
    let base = agreed(&named(view(TITLE)));
    for (name, local, remote, expected) in removals().into_iter().chain(retypings()) {
        let (local, remote) = (named(edited(local)), named(edited(remote)));
        let merge = three_way(Some(&base), &local, &remote, &SHAPE);
        assert_eq!(brief(&merge), expected, "{name}");
        // Everything that overlaps is one conflict, named once.
        let conflicts = expected.iter().any(|line| line.contains("Conflict"));
        assert_eq!(merge.overlaps().count(), usize::from(conflicts), "{name}");
        // And the other way round.
        let swapped = three_way(Some(&base), &remote, &local, &SHAPE);
        assert_eq!(swapped, mirrored(&merge), "{name}, sides swapped");
    }
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

#[test]
fn removing_overlaps_what_is_nested_in_it() {
    let before = view(
        r#"{"/displayName":"E","/properties/a":true,"/properties/a/properties/b":true,"/properties/a/properties/b/type":"url"}"#,
    );
    let edited = view(
        r#"{"/displayName":"E","/properties/a":true,"/properties/a/properties/b":true,"/properties/a/properties/b/type":"json"}"#,
    );
    let merge =
        three_way(Some(&agreed(&before)), &view(r#"{"/displayName":"E"}"#), &edited, &SHAPE);
    let expected = [
        "/properties/a Conflict",
        "/properties/a/properties/b Conflict under /properties/a",
        "/properties/a/properties/b/type Conflict under /properties/a",
    ];
    assert_eq!(brief(&merge), expected);
}

#[test]
fn deleting_a_document_overlaps_all_of_it() {
    let before = agreed(&edited(r#"{"/displayName":"E"}"#));
    let changed = edited(r#"{"/displayName":"T"}"#);
    let merge = three_way(Some(&before), &View::new(), &changed, &SHAPE);
    assert!(
        merge.movements.iter().all(|atom| {
            atom.movement == Movement::Conflict && atom.under == Some(Path::root())
        })
    );
    let kind = conflict_kind(&merge, &View::new(), &changed, &SHAPE);
    assert_eq!(kind, Some(ConflictKind::Delete));
    // What came since is no less an edit than what changed.
    let more = edited(r#"{"/displayName":"E","/properties/b":true}"#);
    let merge = three_way(Some(&before), &more, &View::new(), &SHAPE);
    assert_eq!(conflict_kind(&merge, &more, &View::new(), &SHAPE), Some(ConflictKind::Delete));
    // Untouched on the other side, it just goes; and what only one side ever had was not deleted.
    let same = edited(r#"{"/displayName":"E"}"#);
    for (base, local, movement) in
        [(&before, View::new(), Movement::Local), (&agreed(&View::new()), changed, Movement::Local)]
    {
        let other = if local.is_empty() { &same } else { &View::new() };
        let merge = three_way(Some(base), &local, other, &SHAPE);
        assert!(merge.movements.iter().all(|atom| atom.movement == movement));
    }
}

#[test]
fn retyping_a_nested_field_overlaps_its_bounds() {
    let shape = FilesDialect.capabilities().shape;
    let read = |inner: &str, outer: &str| {
        view(&format!(
            r#"{{"/fields/a":true,"/fields/a/kind":{{"kind":"{outer}"}},"/fields/a/fields/b":true,
                "/fields/a/fields/b/label":"B",{inner}}}"#
        ))
    };
    let at = "/fields/a/fields/b";
    let of = |kind: &str, most: u8| {
        format!(r#""{at}/kind":{{"kind":"{kind}"}},"{at}/maxLength":{most}"#)
    };
    let before = agreed_on(&read(&of("text", 5), "object"), &shape);
    let bounded = read(&of("text", 9), "object");
    let cases = [
        (
            read(&of("number", 5), "object"),
            lines(&[
                "/fields/a/fields/b/kind Conflict",
                "/fields/a/fields/b/maxLength Conflict under /fields/a/fields/b/kind",
            ]),
        ),
        // What the outer field is decides what becomes of everything in it.
        (
            read(&of("number", 5), "json"),
            lines(&[
                "/fields/a/fields/b/kind Conflict under /fields/a/kind",
                "/fields/a/fields/b/maxLength Conflict under /fields/a/kind",
                "/fields/a/kind Conflict",
            ]),
        ),
    ];
    for (local, expected) in cases {
        let merge = three_way(Some(&before), &local, &bounded, &shape);
        assert_eq!(brief(&merge), expected);
        assert_eq!(merge.overlaps().count(), 1);
    }
    // What a nested field holds is lost like what any other holds, so it ships with consent only.
    let same = read(&of("text", 5), "object");
    let retyped = read(&of("number", 5), "object");
    let merge = three_way(Some(&before), &retyped, &same, &shape);
    let careful = Consent { delete: false, data_loss: false };
    let withholding = withhold(&merge, &shape, careful);
    assert_eq!(withholding.withheld, [path("/fields/a/fields/b/kind")]);
    assert_eq!(withholding.ships, []);
    let willing = withhold(&merge, &shape, Consent { data_loss: true, ..careful });
    assert!(willing.lossy && willing.ships.len() == 1);
}

/// The base after both sides were seen alike, in another shape.
fn agreed_on(both: &View, shape: &Shape) -> Base {
    let mut base = Base::covering(shape);
    for (path, value) in both.iter() {
        base.set(path, Pair { local: Some(value.clone()), remote: Some(value.clone()) });
    }
    base
}

#[test]
fn what_one_side_lives_without_moves_whole() {
    // The platform dropped the property, and both live with that.
    let local = edited("{}");
    let dropped = base(&local, &View::new());
    assert_eq!(brief(&three_way(Some(&dropped), &local, &View::new(), &SHAPE)), [""; 0]);
    // A new name has nothing to stand on without the property.
    let renamed = edited(r#"{"/properties/a/displayName":"B"}"#);
    let whole = [
        "/properties/a Local",
        "/properties/a/displayName Local",
        "/properties/a/minLength Local",
        "/properties/a/type Local",
    ];
    let merge = three_way(Some(&dropped), &renamed, &View::new(), &SHAPE);
    assert_eq!(brief(&merge), whole);
    let swapped = three_way(Some(&swapped(&dropped)), &View::new(), &renamed, &SHAPE);
    assert_eq!(swapped, mirrored(&merge));
    // What is taken out of it is no reason to bring it back.
    let shorter = edited(r#"{"/properties/a/minLength":null}"#);
    assert_eq!(
        brief(&three_way(Some(&dropped), &shorter, &View::new(), &SHAPE)),
        ["/properties/a/minLength Same"]
    );
}

#[test]
fn both_sides_coming_to_agree_is_no_conflict() {
    // The platform had rewritten both values; now each side has taken over one of the other's.
    let was_local = edited("{}");
    let was_remote = edited(r#"{"/properties/a/type":"url","/properties/a/minLength":2}"#);
    let now = edited(r#"{"/properties/a/type":"url"}"#);
    let merge = three_way(Some(&base(&was_local, &was_remote)), &now, &now, &SHAPE);
    assert_eq!(brief(&merge), ["/properties/a/minLength Same", "/properties/a/type Same"]);
}

#[test]
fn orders_compare_what_all_sides_have() {
    let ordered = |order: &str| {
        let mut own = View::new();
        for name in order.chars() {
            own.set(path("/properties").child(&name.to_string()), Canonical::bool(true));
        }
        own.set(path("/propertyOrder"), order_of(order.chars().map(String::from)));
        own
    };
    let cases = [
        ("abc", "abc", "abc", None),
        ("abc", "xabc", "abc", None), // adding is no reordering
        ("abc", "ac", "abc", None),   // neither is removing
        ("abc", "xabyc", "abzc", None),
        ("abc", "cab", "abc", Some(Movement::Local)),
        ("abc", "abc", "bac", Some(Movement::Remote)),
        ("abc", "cab", "abcx", Some(Movement::Local)),
        ("abc", "cab", "xcab", Some(Movement::Same)),
        ("abc", "cab", "bca", Some(Movement::Conflict)),
        ("abc", "cba", "bca", Some(Movement::Conflict)),
        ("abc", "cab", "ab", None), // what moved is gone on the other side
    ];
    for (before, local, remote, expected) in cases {
        let merge =
            three_way(Some(&agreed(&ordered(before))), &ordered(local), &ordered(remote), &SHAPE);
        let moved = merge.movements.iter().find(|atom| atom.path == path("/propertyOrder"));
        assert_eq!(moved.map(|atom| atom.movement), expected, "{before}: {local} and {remote}");
    }
    // Nothing was ever agreed on.
    let cases = [
        ("abc", "abc", Some(Movement::Same)),
        ("abc", "axc", Some(Movement::Same)),
        ("abc", "cab", Some(Movement::Conflict)),
        ("abc", "", Some(Movement::Local)),
        ("", "abc", Some(Movement::Remote)),
    ];
    for (local, remote, expected) in cases {
        let side = |order: &str| if order.is_empty() { View::new() } else { ordered(order) };
        let merge = three_way(None, &side(local), &side(remote), &SHAPE);
        let moved = merge.movements.iter().find(|atom| atom.path == path("/propertyOrder"));
        assert_eq!(moved.map(|atom| atom.movement), expected, "{local:?} and {remote:?}");
    }
    // Elements that the order of a side does not name any more stand as they did.
    let said = |all: &str, order: &str| {
        let mut own = ordered(all);
        let order = (!order.is_empty()).then(|| order_of(order.chars().map(String::from)));
        own.put(path("/propertyOrder"), order);
        own
    };
    let cases = [
        // the platform's at the agreement, the studio's now, the platform's now
        ("abc", "abc", "", None),
        ("abc", "abc", "c", None),
        ("abc", "abc", "ca", Some(Movement::Remote)),
        ("abc", "cab", "ac", Some(Movement::Local)),
        ("abc", "bac", "ca", Some(Movement::Conflict)),
        ("ac", "abc", "abc", None),
        ("ac", "abc", "bac", Some(Movement::Remote)),
        ("c", "abc", "bc", None),
        ("c", "abc", "cb", Some(Movement::Remote)),
        ("c", "acb", "bc", Some(Movement::Local)),
        ("", "abc", "", None),
        ("", "acb", "", Some(Movement::Local)),
        ("", "abc", "b", None),
        ("", "abc", "bc", None),
        ("", "abc", "cb", Some(Movement::Remote)),
        ("", "acb", "bc", Some(Movement::Local)),
        ("", "acb", "ba", Some(Movement::Conflict)),
    ];
    for (was, local, now, expected) in cases {
        let agreed = base(&ordered("abc"), &said("abc", was));
        let merge = three_way(Some(&agreed), &ordered(local), &said("abc", now), &SHAPE);
        let moved = merge.movements.iter().find(|atom| atom.path == path("/propertyOrder"));
        let moved = moved.map(|atom| atom.movement);
        assert_eq!(moved, expected, "{was:?}: {local} and {now:?}");
    }
    // Adopting a document whose platform keeps no order does not impose one.
    let unordered = view(r#"{"/properties/a":true,"/properties/b":true}"#);
    assert_eq!(
        brief(&three_way(None, &ordered("ab"), &unordered, &SHAPE)),
        ["/properties/a Same", "/properties/b Same"]
    );
}

fn order_of(names: impl Iterator<Item = String>) -> Canonical {
    Canonical::of(&catalyst_sync::model::Json::Array(
        names.map(catalyst_sync::model::Json::str).collect(),
    ))
}

#[test]
fn adoption_is_per_atom() {
    let local = edited(r#"{"/properties/a/displayName":"B","/displayName":"T"}"#);
    let remote = edited(r#"{"/properties/a/minLength":null}"#);
    let expected = [
        "/displayName Local",
        "/properties/a Same",
        "/properties/a/displayName Conflict",
        "/properties/a/minLength Local",
        "/properties/a/type Same",
    ];
    assert_eq!(brief(&three_way(None, &local, &remote, &SHAPE)), expected);
}

#[test]
fn unknown_is_not_absent() {
    let mut base = agreed(&view(TITLE));
    let at = path("/displayName");
    let absent = Ancestor::Known { local: None, remote: None };
    assert_eq!(base.get(&at, &SHAPE), absent);
    base.forget(&at);
    assert_eq!(base.get(&at, &SHAPE), Ancestor::Unknown);
    base.set(&at, Pair::default());
    assert_eq!(base.get(&at, &SHAPE), absent, "agreeing that it is absent");

    // A view that owns more than the one that made the base knows nothing of the rest.
    let wider = Shape { owned: &["/displayName", "/properties/*", "/icon"], ..SHAPE };
    let icon = path("/icon");
    assert_eq!(base.get(&icon, &wider), Ancestor::Unknown);
    base.cover(&wider);
    assert_eq!(base.get(&icon, &wider), absent);
}

#[test]
fn base_keeps_both_halves() {
    let (local, remote) = (edited(r#"{"/displayName":" T"}"#), edited(r#"{"/displayName":"T"}"#));
    let base = base(&local, &remote);
    assert_eq!((base.local(), base.remote()), (local, remote));
    assert_eq!(base.apart().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["/displayName"]);
}

// ---- Laws ------------------------------------------------------------------------------------

/// A property: type, name, bound, options with labels, and whether their order is kept.
type Property = (&'static str, Option<u8>, Option<u8>, BTreeMap<String, Option<u8>>);

fn property() -> impl Strategy<Value = Property> {
    let options = btree_map("[xy/]", option::of(0_u8..2), 0..3);
    (select(vec!["string", "url"]), option::of(0_u8..2), option::of(0_u8..2), options)
}

/// A document in which every list has its elements and every order names them. It has a name,
/// because a document without any atom does not exist; now and then it is such a one.
fn views() -> impl Strategy<Value = View> {
    prop_oneof![1 => Just(View::new()), 12 => documents()]
}

fn documents() -> impl Strategy<Value = View> {
    let properties = btree_map("[abc~]", property(), 0..4);
    (0_u8..2, properties, any::<Index>()).prop_map(|(name, properties, turn)| {
        let mut own = View::new();
        let number = |number: Option<u8>| number.map(|number| Canonical::number(number.into()));
        own.put(path("/displayName"), number(Some(name)));
        let mut order: Vec<String> = properties.keys().cloned().collect();
        if !order.is_empty() {
            let at = turn.index(order.len());
            order.rotate_left(at);
            own.set(path("/propertyOrder"), order_of(order.into_iter()));
        }
        for (key, (kind, name, least, options)) in properties {
            let at = path("/properties").child(&key);
            own.set(at.clone(), Canonical::bool(true));
            own.set(at.child("type"), Canonical::str(kind));
            own.put(at.child("displayName"), number(name));
            own.put(at.child("minLength"), number(least));
            let order = options.keys().cloned().rev();
            own.put(at.child("enumOrder"), (!options.is_empty()).then(|| order_of(order)));
            for (value, label) in options {
                let at = at.child("enum").child(&value);
                own.set(at.clone(), Canonical::bool(true));
                own.put(at.child("label"), number(label));
            }
        }
        own
    })
}

/// A base of two documents, some of whose atoms were never agreed on, or none at all.
fn bases() -> impl Strategy<Value = Option<Base>> {
    let forgotten = vec(any::<Index>(), 0..3);
    let alike = any::<bool>();
    option::weighted(0.9, (views(), views(), alike, forgotten)).prop_map(|made| {
        made.map(|(local, remote, alike, forgotten)| {
            let mut base = if alike { agreed(&local) } else { base(&local, &remote) };
            let paths: Vec<Path> = base.paths().cloned().collect();
            // Of what is not known, nothing is known inside.
            for at in forgotten.iter().filter(|_| !paths.is_empty()).map(|at| at.get(&paths)) {
                let inside = paths.iter().filter(|path| *path == at || path.is_below(at));
                inside.for_each(|path| base.forget(path));
            }
            base
        })
    })
}

/// The same base seen from the other side.
fn swapped(own: &Base) -> Base {
    let mut swapped = own.clone();
    let paths: Vec<Path> = own.apart().map(|(path, _)| path.clone()).collect();
    for path in paths {
        if let Ancestor::Known { local, remote } = own.get(&path, &SHAPE) {
            swapped.set(&path, Pair { local: remote.cloned(), remote: local.cloned() });
        }
    }
    swapped
}

/// The same movements seen from the other side.
fn mirrored(merge: &Merge) -> Merge {
    let mirror = |atom: &AtomMovement| AtomMovement {
        path: atom.path.clone(),
        base: atom.base.clone().map(|pair| Pair { local: pair.remote, remote: pair.local }),
        local: atom.remote.clone(),
        remote: atom.local.clone(),
        movement: match atom.movement {
            Movement::Local => Movement::Remote,
            Movement::Remote => Movement::Local,
            other => other,
        },
        under: atom.under.clone(),
    };
    Merge { movements: merge.movements.iter().map(mirror).collect() }
}

fn moved(merge: &Merge, movement: Movement) -> Vec<Path> {
    merge.of(movement).map(|atom| atom.path.clone()).collect()
}

/// Carries movements over to the other side and moves the base of what was carried, as a push or a
/// pull that was verified does: orders follow what came and went, and those that nobody moved are
/// agreed on as they stand.
fn carry(
    merge: &Merge,
    shape: &Shape,
    which: impl Fn(&AtomMovement) -> bool,
    sides: &mut (Base, View, View),
) {
    let (base, local, remote) = sides;
    let (was_local, was_remote) = (local.clone(), remote.clone());
    let mut carried = Vec::new();
    for atom in merge.movements.iter().filter(|atom| which(atom)) {
        match atom.movement {
            Movement::Local => remote.put(atom.path.clone(), atom.local.clone()),
            Movement::Remote => local.put(atom.path.clone(), atom.remote.clone()),
            Movement::Same => {}
            Movement::Conflict | Movement::Unchanged => continue,
        }
        carried.push(atom.path.clone());
    }
    shape.follow(local, &was_local, &was_remote);
    shape.follow(remote, &was_remote, &was_local);
    for path in &carried {
        let pair = Pair { local: local.get(path).cloned(), remote: remote.get(path).cloned() };
        base.set(path, pair);
    }
    let moved = merge.movements.iter().filter(|atom| atom.movement != Movement::Same);
    base.take_orders(local, remote, &moved.map(|atom| &atom.path).collect(), shape);
}

/// What moved, but for what the orders among it are now: they name whatever came meanwhile.
fn told(merge: &Merge, shape: &Shape) -> Vec<AtomMovement> {
    let mut movements = merge.movements.clone();
    for atom in movements.iter_mut().filter(|atom| shape.ordered_list(&atom.path).is_some()) {
        (atom.local, atom.remote) = (None, None);
    }
    movements
}

/// Whether an atom is still as it was. An order is, while what it placed stands as it did: elements
/// may come between, and go.
fn is_kept(path: &Path, shape: &Shape, then: &View, now: &View) -> bool {
    let Some(list) = shape.ordered_list(path) else { return now.get(path) == then.get(path) };
    let [mut then, mut still] =
        [then, now].map(|side| side.get(path).map(texts).unwrap_or_default());
    then.retain(|element| now.get(&list.child(element)).is_some());
    still.retain(|element| then.contains(element));
    still == then
}

fn texts(order: &Canonical) -> Vec<String> {
    let value = order.value();
    value.elements().unwrap().iter().map(|own| own.as_str().unwrap().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Where both sides still are what they were, nothing moved.
    #[test]
    fn nothing_moves_by_itself(local in views(), remote in views()) {
        let merge = three_way(Some(&base(&local, &remote)), &local, &remote, &SHAPE);
        prop_assert!(merge.is_empty(), "{:?}", brief(&merge));
    }

    /// The studio and the platform are treated alike.
    #[test]
    fn sides_are_symmetric(base in bases(), local in views(), remote in views()) {
        let here = three_way(base.as_ref(), &local, &remote, &SHAPE);
        let there = three_way(base.as_ref().map(swapped).as_ref(), &remote, &local, &SHAPE);
        prop_assert_eq!(there, mirrored(&here));
    }

    /// Two sides that are equal never conflict, whatever they were.
    #[test]
    fn equal_sides_never_conflict(base in bases(), both in views()) {
        let merge = three_way(base.as_ref(), &both, &both, &SHAPE);
        prop_assert_eq!(moved(&merge, Movement::Conflict), vec![]);
    }

    /// One side that moved alone is taken whole: `merge(b, x, b) = x`.
    #[test]
    fn one_side_alone_is_taken_whole(before in views(), after in views()) {
        let merge = three_way(Some(&agreed(&before)), &after, &before, &SHAPE);
        prop_assert!(merge.movements.iter().all(|atom| atom.movement == Movement::Local));
        let mut sides = (agreed(&before), after.clone(), before);
        carry(&merge, &SHAPE, |_| true, &mut sides);
        let unordered = |own: &View| -> View {
            let attributes = own.iter().filter(|(path, _)| SHAPE.ordered_list(path).is_none());
            attributes.map(|(path, value)| (path.clone(), value.clone())).collect()
        };
        prop_assert_eq!(unordered(&sides.2), unordered(&after));
    }

    /// After everything that does not conflict went to the other side, only the conflicts are left,
    /// and they are the same ones; an order in conflict names what came meanwhile too.
    #[test]
    fn carrying_all_leaves_the_conflicts(base in bases(), local in views(), remote in views()) {
        let first = three_way(base.as_ref(), &local, &remote, &SHAPE);
        let base = base.unwrap_or_else(|| unknown(&local, &remote));
        prop_assert_eq!(&three_way(Some(&base), &local, &remote, &SHAPE), &first);
        let mut sides = (base, local, remote);
        carry(&first, &SHAPE, |_| true, &mut sides);
        let second = three_way(Some(&sides.0), &sides.1, &sides.2, &SHAPE);
        let mut expected = told(&first, &SHAPE);
        expected.retain(|atom| atom.movement == Movement::Conflict);
        prop_assert_eq!(told(&second, &SHAPE), expected);
    }

    /// A push may be cut off anywhere and repeated: what the platform moved stays as it is.
    #[test]
    fn a_repeated_push_never_overwrites(
        base in bases(), local in views(), remote in views(), cuts in vec(any::<u64>(), 3),
    ) {
        let first = three_way(base.as_ref(), &local, &remote, &SHAPE);
        let theirs: Vec<Path> = first
            .movements
            .iter()
            .filter(|atom| matches!(atom.movement, Movement::Remote | Movement::Conflict))
            .map(|atom| atom.path.clone())
            .collect();
        let mut sides = (base.unwrap_or_else(|| unknown(&local, &remote)), local, remote.clone());
        for cut in cuts {
            let merge = three_way(Some(&sides.0), &sides.1, &sides.2, &SHAPE);
            let mut bits = cut;
            let sent: Vec<Path> = moved(&merge, Movement::Local)
                .into_iter()
                .filter(|_| { bits = bits.rotate_left(1); bits & 1 == 1 })
                .collect();
            carry(&merge, &SHAPE, |atom| sent.contains(&atom.path), &mut sides);
            for path in &theirs {
                let (then, now) = (&remote, &sides.2);
                prop_assert!(
                    is_kept(path, &SHAPE, then, now),
                    "{}: {:?} is {:?}", path, then.get(path), now.get(path)
                );
            }
        }
    }

    /// Edits of different properties merge without conflict, into what both of them make.
    #[test]
    fn disjoint_edits_commute(
        before in views(), after in views(), here in btree_set("[abc~]", 0..4),
    ) {
        // One side takes some properties of `after`, the other side takes all the rest of it.
        let mine = |path: &Path| path.segments().nth(1).is_some_and(|key| here.contains(&*key));
        let taking = |side: bool| -> View {
            let of = |own: &View, taken: bool| {
                let chosen = move |path: &&Path| {
                    SHAPE.ordered_list(path).is_none() && (mine(path) == side) == taken
                };
                own.iter()
                    .filter(move |(path, _)| chosen(path))
                    .map(|(path, value)| (path.clone(), value.clone()))
                    .collect::<Vec<_>>()
            };
            of(&after, true).into_iter().chain(of(&before, false)).collect()
        };
        let (local, remote) = (taking(true), taking(false));
        let unordered: View = before
            .iter()
            .filter(|(path, _)| SHAPE.ordered_list(path).is_none())
            .map(|(path, value)| (path.clone(), value.clone()))
            .collect();
        let merge = three_way(Some(&agreed(&unordered)), &local, &remote, &SHAPE);
        prop_assert_eq!(merge.overlaps().count(), 0, "{:?}", brief(&merge));
        let mut sides = (agreed(&unordered), local, remote);
        carry(&merge, &SHAPE, |_| true, &mut sides);
        let both: View = after
            .iter()
            .filter(|(path, _)| SHAPE.ordered_list(path).is_none())
            .map(|(path, value)| (path.clone(), value.clone()))
            .collect();
        prop_assert_eq!(&sides.1, &both);
        prop_assert_eq!(&sides.2, &both);
    }

    /// A base is the same after it was stored.
    #[test]
    fn bases_survive_storage(base in bases()) {
        let base = base.unwrap_or_default();
        prop_assert_eq!(Base::from_json(&base.to_json()).unwrap(), base);
    }
}

/// A base that knows nothing, which is what having none means.
fn unknown(local: &View, remote: &View) -> Base {
    let mut base = Base::covering(&SHAPE);
    for (path, _) in local.iter().chain(remote.iter()) {
        base.forget(path);
    }
    base
}
