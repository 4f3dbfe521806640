//! Every state of a field against every other, as a reviewed table.
//!
//! `UPDATE_GOLDEN=1 cargo test --no-default-features --test main -- merge::matrix` writes
//! `tests/golden/merge-matrix.txt` anew; what changed in it is to be reviewed with `git diff`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use catalyst_sync::canonical::{Canonical, Path, View};
use catalyst_sync::diff::diff;
use catalyst_sync::merge::{
    Ancestor, Base, Merge, Movement, Pair, Shape, conflict_kind, three_way,
};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::port::Dialect;

use crate::support::golden;
use crate::support::tally::tally;

use super::{agreed_on, carry, is_kept, mirrored, path, unknown, view};

fn shape() -> Shape {
    FilesDialect.capabilities().shape
}

/// A field with something of everything, and one beside it. No kind of the studio has all of that at
/// once, which is nothing to the algebra.
const AGREED: &str = r#"{"/name":"Event","/fieldOrder":["a","b"],
    "/fields/a":true,"/fields/a/kind":{"kind":"object"},"/fields/a/label":"A","/fields/a/maxItems":1,
    "/fields/a/options/x":true,"/fields/a/options/x/label":"X",
    "/fields/a/options/y":true,"/fields/a/options/y/label":"Y","/fields/a/optionOrder":["x","y"],
    "/fields/a/fields/n":true,"/fields/a/fields/n/kind":{"kind":"text"},
    "/fields/a/fields/n/maxLength":5,"/fields/a/fieldOrder":["n"],
    "/fields/b":true,"/fields/b/kind":{"kind":"url"}}"#;

/// A state: its name, what goes with everything below it, and what is set.
type State = (&'static str, &'static [&'static str], &'static str);

/// What can become of what both sides agreed on.
const CHANGED: [State; 26] = [
    ("unchanged", &[], "{}"),
    ("label B", &[], r#"{"/fields/a/label":"B"}"#),
    ("label C", &[], r#"{"/fields/a/label":"C"}"#),
    ("label gone", &["/fields/a/label"], "{}"),
    ("required", &[], r#"{"/fields/a/required":true}"#),
    ("bound 2", &[], r#"{"/fields/a/maxItems":2}"#),
    ("bound 3", &[], r#"{"/fields/a/maxItems":3}"#),
    ("bound gone", &["/fields/a/maxItems"], "{}"),
    ("at least 5", &[], r#"{"/fields/a/minLength":5}"#),
    ("at most 4", &[], r#"{"/fields/a/maxLength":4}"#),
    ("at most 6", &[], r#"{"/fields/a/maxLength":6}"#),
    ("type json", &[], r#"{"/fields/a/kind":{"kind":"json"}}"#),
    ("type text", &[], r#"{"/fields/a/kind":{"kind":"text"}}"#),
    ("type json, bound gone", &["/fields/a/maxItems"], r#"{"/fields/a/kind":{"kind":"json"}}"#),
    (
        "option added",
        &[],
        r#"{"/fields/a/options/z":true,"/fields/a/options/z/label":"Z","/fields/a/optionOrder":["x","y","z"]}"#,
    ),
    ("option relabelled", &[], r#"{"/fields/a/options/x/label":"XX"}"#),
    ("option removed", &["/fields/a/options/x"], r#"{"/fields/a/optionOrder":["y"]}"#),
    ("options reordered", &[], r#"{"/fields/a/optionOrder":["y","x"]}"#),
    ("fields reordered", &[], r#"{"/fieldOrder":["b","a"]}"#),
    ("renamed", &["/fields/a"], RENAMED),
    ("removed", &["/fields/a"], r#"{"/fieldOrder":["b"]}"#),
    ("nested bound", &[], r#"{"/fields/a/fields/n/maxLength":6}"#),
    ("nested type", &[], r#"{"/fields/a/fields/n/kind":{"kind":"url"}}"#),
    ("nested removed", &["/fields/a/fields", "/fields/a/fieldOrder"], "{}"),
    (
        "nested added",
        &[],
        r#"{"/fields/a/fields/m":true,"/fields/a/fields/m/kind":{"kind":"text"},"/fields/a/fieldOrder":["n","m"]}"#,
    ),
    ("type gone", &[""], "{}"),
];

/// The field under another key, as a studio without ids of fields shows a rename.
const RENAMED: &str = r#"{"/fieldOrder":["c","b"],
    "/fields/c":true,"/fields/c/kind":{"kind":"object"},"/fields/c/label":"A","/fields/c/maxItems":1,
    "/fields/c/options/x":true,"/fields/c/options/x/label":"X",
    "/fields/c/options/y":true,"/fields/c/options/y/label":"Y","/fields/c/optionOrder":["x","y"],
    "/fields/c/fields/n":true,"/fields/c/fields/n/kind":{"kind":"text"},
    "/fields/c/fields/n/maxLength":5,"/fields/c/fieldOrder":["n"]}"#;

/// What can become of what is not there.
const ADDED: [State; 6] = [
    ("absent", &[], "{}"),
    ("added", &[], r#"{"/fields/d":true,"/fields/d/kind":{"kind":"text"},"/fields/d/label":"D"}"#),
    (
        "added, another label",
        &[],
        r#"{"/fields/d":true,"/fields/d/kind":{"kind":"text"},"/fields/d/label":"E"}"#,
    ),
    ("added, no label", &[], r#"{"/fields/d":true,"/fields/d/kind":{"kind":"text"}}"#),
    (
        "added, another type",
        &[],
        r#"{"/fields/d":true,"/fields/d/kind":{"kind":"url"},"/fields/d/label":"D"}"#,
    ),
    (
        "added, with a bound",
        &[],
        r#"{"/fields/d":true,"/fields/d/kind":{"kind":"text"},"/fields/d/label":"D","/fields/d/maxLength":4}"#,
    ),
];

/// What can become of two that differ, and both sides live with it: the platform trimmed the label and
/// dropped the bound and an option.
const REWRITTEN: [State; 7] = [
    ("the studio's", &[], r#"{"/fields/a/label":" A "}"#),
    (
        "the platform's",
        &["/fields/a/maxItems", "/fields/a/options/y"],
        r#"{"/fields/a/label":"A","/fields/a/optionOrder":["x"]}"#,
    ),
    ("the studio's, label B", &[], r#"{"/fields/a/label":"B"}"#),
    (
        "the platform's, label B",
        &["/fields/a/maxItems", "/fields/a/options/y"],
        r#"{"/fields/a/label":"B","/fields/a/optionOrder":["x"]}"#,
    ),
    (
        "the studio's, option relabelled",
        &[],
        r#"{"/fields/a/label":" A ","/fields/a/options/y/label":"YY"}"#,
    ),
    ("the studio's, bound 2", &[], r#"{"/fields/a/label":" A ","/fields/a/maxItems":2}"#),
    ("removed", &["/fields/a"], r#"{"/fieldOrder":["b"]}"#),
];

fn state((_, gone, set): &State) -> View {
    let mut own = view(AGREED);
    for gone in *gone {
        let gone = path(gone);
        let below: Vec<Path> = own.below(&gone).map(|(at, _)| at.clone()).collect();
        below.into_iter().chain([gone]).for_each(|at| own.put(at, None));
    }
    let set = catalyst_sync::canonical::parse(set).unwrap();
    for (at, value) in set.members().unwrap() {
        own.set(path(at.as_str().unwrap()), Canonical::of(value));
    }
    own
}

#[test]
fn matrix() {
    let agreed = agreed_on(&view(AGREED), &shape());
    let mut table = String::from(
        "What both sides did to a field, and what becomes of it in a push that merges.\n\
         Atoms are those of the field a, unless they begin with a slash; `field` is its existence.\n\
         What follows from an atom that is named (what stands in an element, what hangs on a type) is not.\n",
    );
    section(&mut table, "agreed on, then", &agreed, &CHANGED);
    section(&mut table, "absent on both sides, then", &agreed, &ADDED);
    // Of nothing that is there now was ever agreed on anything.
    let never = ADDED.iter().fold(agreed.clone(), |base, added| {
        let mut base = base;
        for (path, _) in
            state(added).iter().filter(|(path, _)| path.as_str().starts_with("/fields/d"))
        {
            base.forget(path);
        }
        base
    });
    section(&mut table, "never agreed on, now", &never, &ADDED);
    let nothing = unknown(&view(AGREED), &View::new());
    let adopted = [
        "unchanged",
        "label B",
        "bound 2",
        "type json",
        "option removed",
        "options reordered",
        "type gone",
    ]
    .map(|name| *CHANGED.iter().find(|state| state.0 == name).unwrap());
    section(&mut table, "the whole type never agreed on, now", &nothing, &adopted);
    let (ours, theirs) = (state(&REWRITTEN[0]), state(&REWRITTEN[1]));
    let mut rewritten = Base::covering(&shape());
    for (path, _) in ours.iter().chain(theirs.iter()) {
        let pair = Pair { local: ours.get(path).cloned(), remote: theirs.get(path).cloned() };
        rewritten.set(path, pair);
    }
    section(
        &mut table,
        "rewritten by the platform, which both live with, then",
        &rewritten,
        &REWRITTEN,
    );
    golden::compare(&table, "merge-matrix.txt");
    tally(table.lines().count(), "rows of states of a field against each other");
}

fn section(table: &mut String, title: &str, base: &Base, states: &[State]) {
    for local in states {
        writeln!(table, "\n## {title} in the studio: {}\n", local.0).unwrap();
        let head = row("on the platform", "movements", "conflict", "ships", "base stays");
        writeln!(table, "{head}").unwrap();
        for remote in states {
            writeln!(table, "{}", cell(base, local, remote)).unwrap();
        }
    }
}

/// One line: what moved and how, the kind of conflict, what a push sends, and whose base stays.
fn cell(base: &Base, local_state: &State, remote_state: &State) -> String {
    let shape = shape();
    let (local, remote) = (state(local_state), state(remote_state));
    let merge = three_way(Some(base), &local, &remote, &shape);
    let name = format!("{} / {}", local_state.0, remote_state.0);

    // The other way round is the same, mirrored, and once more gives the same.
    let back = three_way(Some(&swapped(base)), &remote, &local, &shape);
    assert_eq!(back, mirrored(&merge), "{name}, sides swapped");

    // A push that merges: what the studio moved is sent, and what both agree on is agreed on.
    let mut sides = (base.clone(), local.clone(), remote.clone());
    carry(&merge, &shape, |atom| atom.movement != Movement::Remote, &mut sides);
    let sent = diff(&remote, &sides.2);
    let kept: BTreeSet<Path> = merge
        .movements
        .iter()
        .filter(|atom| matches!(atom.movement, Movement::Remote | Movement::Conflict))
        .map(|atom| atom.path.clone())
        .collect();
    for path in &kept {
        assert_eq!(sides.0.get(path, &shape), base.get(path, &shape), "{name}: base of {path}");
        assert!(is_kept(path, &shape, &remote, &sides.2), "{name}: {path} was overwritten");
    }
    assert_eq!(sides.1, local, "{name}: a push wrote to the studio");

    let kind = conflict_kind(&merge, &local, &remote, &shape);
    let ships: BTreeSet<Path> = sent.edits.iter().map(|edit| edit.path.clone()).collect();
    let [ships, stays] = [&ships, &kept].map(|paths| outermost(paths, &shape).join(", "));
    let kind = kind.map_or("", |kind| kind.as_str());
    row(remote_state.0, &movements(&merge, &shape), kind, &ships, &stays)
}

fn row(state: &str, movements: &str, conflict: &str, ships: &str, stays: &str) -> String {
    let line = format!("{state:<31}| {movements:<53}| {conflict:<10} | {ships:<18}| {stays}");
    line.trim_end().to_owned()
}

/// `local: label; conflict: bound`.
fn movements(merge: &Merge, shape: &Shape) -> String {
    let words = [
        (Movement::Local, "local"),
        (Movement::Remote, "remote"),
        (Movement::Same, "same"),
        (Movement::Conflict, "conflict"),
    ];
    let parts = words.into_iter().filter_map(|(movement, word)| {
        let moved = merge.of(movement).filter(|atom| atom.under.is_none());
        let paths: BTreeSet<Path> = moved.map(|atom| atom.path.clone()).collect();
        let shown = outermost(&paths, shape);
        (!shown.is_empty()).then(|| format!("{word}: {}", shown.join(", ")))
    });
    let mut parts: Vec<String> = parts.collect();
    if merge.of(Movement::Conflict).any(|atom| atom.under == Some(Path::root())) {
        parts.push("conflict: everything".to_owned());
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
}

/// The atoms that stand in no other of them, in short.
fn outermost(paths: &BTreeSet<Path>, shape: &Shape) -> Vec<String> {
    let whole = ["/name", "/fieldOrder", "/fields/a", "/fields/b"].map(path);
    if whole.iter().all(|part| paths.contains(part)) {
        return vec!["everything".to_owned()];
    }
    let stands_in = |path: &Path| {
        shape.elements_on(path).iter().any(|element| element != path && paths.contains(element))
    };
    let shown = paths.iter().filter(|path| !stands_in(path)).map(|path| {
        let text = path.as_str();
        match text.strip_prefix("/fields/a") {
            Some("") => "field".to_owned(),
            Some(rest) => rest.trim_start_matches('/').to_owned(),
            None => text.to_owned(),
        }
    });
    shown.collect()
}

/// The same base seen from the other side, in this shape.
fn swapped(own: &Base) -> Base {
    let mut swapped = own.clone();
    let paths: Vec<Path> = own.apart().map(|(path, _)| path.clone()).collect();
    for path in paths {
        if let Ancestor::Known { local, remote } = own.get(&path, &shape()) {
            swapped.set(&path, Pair { local: remote.cloned(), remote: local.cloned() });
        }
    }
    swapped
}
