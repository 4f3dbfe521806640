//! What moved on a platform, and what only looks so.

mod corpus;
mod detected;
mod suggestions;

use catalyst_sync::canonical::{Canonical, Path, View};
use catalyst_sync::diff::diff;
use catalyst_sync::drift::{accept, drift, overrule, settle};
use catalyst_sync::merge::{Base, Movement, Pair, Shape, three_way};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::port::Dialect;

fn shape() -> Shape {
    FilesDialect.capabilities().shape
}

fn path(pointer: &str) -> Path {
    Path::parse(pointer).unwrap()
}

fn view(json: &str) -> View {
    View::from_json(json).unwrap()
}

/// The base after both sides were seen alike.
fn base_of(both: &View, shape: &Shape) -> Base {
    let mut base = Base::covering(shape);
    for (path, value) in both.iter() {
        base.set(path, Pair { local: Some(value.clone()), remote: Some(value.clone()) });
    }
    base
}

fn base(local: &View, remote: &View) -> Base {
    let mut base = Base::covering(&shape());
    for (path, _) in local.iter().chain(remote.iter()) {
        let pair = Pair { local: local.get(path).cloned(), remote: remote.get(path).cloned() };
        base.set(path, pair);
    }
    base
}

const EVENT: &str = r##"{"/name":"Event","/description":"Public events","/fieldOrder":["a","b"],
    "/fields/a":true,"/fields/a/name":"a","/fields/a/label":"A","/fields/a/kind":{"kind":"text"},
    "/fields/a/minLength":2,"/fields/a/maxLength":9,
    "/fields/b":true,"/fields/b/name":"b","/fields/b/kind":{"kind":"select"},
    "/fields/b/required":true,"/fields/b/minDate":"2025-01-01",
    "/fields/b/options/x":true,"/fields/b/options/x/label":"X",
    "/fields/b/options/y":true,"/fields/b/options/y/label":"Y","/fields/b/optionOrder":["x","y"],
    "/settings/colour":"#ffaa00","/settings/note":"keep"}"##;

/// The event with some atoms changed; `null` takes one out.
fn event(edits: &str) -> View {
    let mut own = view(EVENT);
    let edits = catalyst_sync::canonical::parse(edits).unwrap();
    for (at, value) in edits.members().unwrap() {
        let value = (!value.is_null()).then(|| Canonical::of(value));
        own.put(path(at.as_str().unwrap()), value);
    }
    own
}

#[test]
fn every_movement_has_its_severity() {
    let cases: [(&str, &str); 26] = [
        (r#"{"/name":"Events"}"#, "/name Modified text"),
        (r#"{"/description":null}"#, "/description Removed text"),
        (r#"{"/fieldOrder":["b","a"]}"#, "/fieldOrder Moved text"),
        (r#"{"/fields/a/label":"B"}"#, "/fields/a/label Modified text"),
        (r#"{"/fields/a/kind":{"kind":"url"}}"#, "/fields/a/kind Modified breaking"),
        (r#"{"/category":"page"}"#, "/category Added breaking"),
        (r#"{"/fields/a/minLength":1}"#, "/fields/a/minLength Modified addition"),
        (r#"{"/fields/a/minLength":3}"#, "/fields/a/minLength Modified breaking"),
        (r#"{"/fields/a/minLength":null}"#, "/fields/a/minLength Removed addition"),
        (r#"{"/fields/a/maxLength":10}"#, "/fields/a/maxLength Modified addition"),
        (r#"{"/fields/a/maxLength":8}"#, "/fields/a/maxLength Modified breaking"),
        (r#"{"/fields/a/maxLength":null}"#, "/fields/a/maxLength Removed addition"),
        (r#"{"/fields/b/maxLength":8}"#, "/fields/b/maxLength Added breaking"),
        (r#"{"/fields/b/minDate":"2026-01-01"}"#, "/fields/b/minDate Modified breaking"),
        (r#"{"/fields/b/minDate":"2024-01-01"}"#, "/fields/b/minDate Modified addition"),
        (r#"{"/fields/a/required":true}"#, "/fields/a/required Added breaking"),
        (r#"{"/fields/b/required":null}"#, "/fields/b/required Removed addition"),
        (r#"{"/fields/a/pattern":"^a"}"#, "/fields/a/pattern Added breaking"),
        (
            r#"{"/fields/b/options/x":null,"/fields/b/options/x/label":null,"/fields/b/optionOrder":["y"]}"#,
            "/fields/b/options/x Removed breaking",
        ),
        (
            r#"{"/fields/b/options/z":true,"/fields/b/options/z/label":"Z","/fields/b/optionOrder":["x","y","z"]}"#,
            "/fields/b/options/z Added addition",
        ),
        (r#"{"/fields/a/targets/remote:T":true}"#, "/fields/a/targets/remote:T Added breaking"),
        (r#"{"/fields/c":true,"/fields/c/kind":{"kind":"text"}}"#, "/fields/c Added addition"),
        (
            r#"{"/fields/c":true,"/fields/c/kind":{"kind":"text"},"/fields/c/required":true}"#,
            "/fields/c Added breaking",
        ),
        (
            r#"{"/fields/a":null,"/fields/a/name":null,"/fields/a/label":null,"/fields/a/kind":null,
                "/fields/a/minLength":null,"/fields/a/maxLength":null,"/fieldOrder":["b"]}"#,
            "/fields/a Removed breaking",
        ),
        (r#"{"/settings/note":"changed"}"#, "/settings/note Modified addition"),
        (r#"{"/settings/note":null}"#, "/settings/note Removed addition"),
    ];
    for (edits, expected) in cases {
        let agreed = event("{}");
        let found = drift(&base(&agreed, &agreed), &event(edits), &shape());
        let brief: Vec<String> = found
            .moved
            .iter()
            .map(|one| format!("{} {:?} {}", one.path, one.kind, one.severity.as_str()))
            .collect();
        assert_eq!(brief, [expected], "{edits}");
        assert_eq!(found.noise, [], "{edits}");
        assert_eq!(found.severity(), Some(found.moved[0].severity));
    }
}

#[test]
fn a_document_that_went_is_one_movement() {
    let agreed = event("{}");
    let found = drift(&base(&agreed, &agreed), &View::new(), &shape());
    let [gone] = &found.moved[..] else { panic!("{:?}", found.moved) };
    assert_eq!((gone.path.as_str(), gone.severity.as_str()), ("", "breaking"));
    // And back again, where both had agreed that it is gone.
    let found = drift(&base(&agreed, &View::new()), &agreed, &shape());
    assert_eq!(found.moved.len(), 1);
}

#[test]
fn what_was_never_agreed_on_does_not_drift() {
    let agreed = event("{}");
    let mut base = base(&agreed, &agreed);
    base.forget(&path("/name"));
    assert_eq!(drift(&base, &event(r#"{"/name":"Other"}"#), &shape()).moved, []);
}

#[test]
fn noise_moves_the_base_and_nothing_else() {
    let agreed = event("{}");
    let before = base(&agreed, &agreed);
    let remote = event(
        r##"{"/settings/colour":"#FA0","/description":" Public\r\nevents ","/name":"Events"}"##,
    );
    let found = drift(&before, &remote, &shape());
    let noise: Vec<&str> = found.noise.iter().map(Path::as_str).collect();
    assert_eq!(noise, ["/description", "/settings/colour"]);
    assert_eq!(found.moved.len(), 1);

    // A merge sees what is real, and only that.
    let settled = settle(&before, &remote, &shape());
    assert_eq!(settled.local(), agreed);
    let merge = three_way(Some(&settled), &agreed, &remote, &shape());
    let moved: Vec<&str> = merge.movements.iter().map(|atom| atom.path.as_str()).collect();
    assert_eq!(moved, ["/name"]);
    // An edit in the studio is one side's movement, not a conflict with noise.
    let local = event(r##"{"/settings/colour":"#00ff00"}"##);
    let merge = three_way(Some(&settled), &local, &remote, &shape());
    assert_eq!(merge.of(Movement::Local).count(), 1);
    assert_eq!(merge.of(Movement::Conflict).count(), 0);
    // And again nothing: settling is done.
    assert_eq!(settle(&settled, &remote, &shape()), settled);
}

// ---- "Not a change" ---------------------------------------------------------------------------

fn moves(base: &Base, local: &View, remote: &View) -> Vec<String> {
    let merge = three_way(Some(base), local, remote, &shape());
    merge.movements.iter().map(|atom| format!("{} {:?}", atom.path, atom.movement)).collect()
}

#[test]
fn accepting_holds_until_a_value_changes_again() {
    let (local, remote) = (event("{}"), event(r#"{"/fields/a/label":"B"}"#));
    let before = base(&local, &local);
    let at = path("/fields/a/label");
    assert_eq!(moves(&before, &local, &remote), ["/fields/a/label Remote"]);
    let accepted = accept(&before, &at, &local, &remote, &shape());
    assert_eq!(moves(&accepted, &local, &remote), [""; 0]);
    assert_eq!(drift(&accepted, &remote, &shape()).moved, []);
    // It is in the base, so it outlives the process.
    let accepted = Base::from_json(&accepted.to_json()).unwrap();
    assert_eq!(moves(&accepted, &local, &remote), [""; 0]);

    let again = event(r#"{"/fields/a/label":"C"}"#);
    assert_eq!(moves(&accepted, &local, &again), ["/fields/a/label Remote"]);
    assert_eq!(moves(&accepted, &again, &remote), ["/fields/a/label Local"]);
    assert_eq!(moves(&accepted, &again, &again), ["/fields/a/label Same"]);
    // Back to what it was is a change as well, to which nothing has to be done.
    assert_eq!(moves(&accepted, &local, &local), ["/fields/a/label Same"]);
    assert_eq!(drift(&accepted, &local, &shape()).moved.len(), 1);
}

#[test]
fn accepting_takes_what_the_path_says() {
    let local = event(r#"{"/description":"Ours"}"#);
    let remote = event(
        r#"{"/name":"Theirs","/fields/a/label":"B","/fields/b":null,"/fields/b/name":null,
            "/fields/b/kind":null,"/fields/b/required":null,"/fields/b/minDate":null,
            "/fields/b/options/x":null,"/fields/b/options/x/label":null,"/fields/b/options/y":null,
            "/fields/b/options/y/label":null,"/fields/b/optionOrder":null,"/fieldOrder":["a"]}"#,
    );
    let before = base(&event("{}"), &event("{}"));
    let after = |at: &str| {
        let accepted = accept(&before, &path(at), &local, &remote, &shape());
        let found = drift(&accepted, &remote, &shape()).moved;
        found.iter().map(|one| one.path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(after("/nothing"), ["/fields/a/label", "/fields/b", "/name"]);
    assert_eq!(after("/name"), ["/fields/a/label", "/fields/b"]);
    assert_eq!(after("/fields/b"), ["/fields/a/label", "/name"]);
    assert_eq!(after("/fields"), ["/name"]);
    assert_eq!(after(""), [""; 0]);
    // A movement of the studio is still one.
    let accepted = accept(&before, &Path::root(), &local, &remote, &shape());
    assert_eq!(moves(&accepted, &local, &remote), ["/description Local"]);

    // A removal that was accepted holds until something inside moves; then the field is back whole.
    let relabelled = {
        let mut own = local.clone();
        own.set(path("/fields/b/label"), Canonical::str("B"));
        own
    };
    let accepted = accept(&before, &path("/fields/b"), &relabelled, &remote, &shape());
    assert!(diff(&accepted.local(), &relabelled).changes(&shape()).len() <= 2);
    let accepted = accept(&before, &path("/fields/b"), &local, &remote, &shape());
    let merge = three_way(Some(&accepted), &relabelled, &remote, &shape());
    let whole: Vec<&Path> = merge
        .of(Movement::Local)
        .map(|atom| &atom.path)
        .filter(|at| at.as_str().starts_with("/fields/b"))
        .collect();
    assert_eq!(whole.len(), 11);
}

#[test]
fn overruling_makes_a_movement_of_the_studio_of_every_one_of_the_platform() {
    let local = event(r#"{"/name":"Ours","/description":"Ours"}"#);
    let remote = event(
        r#"{"/name":"Theirs","/fields/a/label":"B","/fields/b":null,"/fields/b/name":null,
            "/fields/b/kind":null,"/fields/b/required":null,"/fields/b/minDate":null,
            "/fields/b/options/x":null,"/fields/b/options/x/label":null,"/fields/b/options/y":null,
            "/fields/b/options/y/label":null,"/fields/b/optionOrder":null,"/fieldOrder":["a"],
            "/fields/c":true,"/fields/c/name":"c","/fields/c/kind":{"kind":"text"}}"#,
    );
    let before = base(&event("{}"), &event("{}"));
    let overruled = overrule(&before, &local, &remote, &shape());
    let merge = three_way(Some(&overruled), &local, &remote, &shape());
    let conflicts: Vec<&str> =
        merge.of(Movement::Conflict).map(|atom| atom.path.as_str()).collect();
    assert_eq!(conflicts, ["/name"], "which was one before");
    assert_eq!(merge.of(Movement::Remote).count(), 0);
    // What is sent makes the platform what the studio is.
    let mut sent = remote.clone();
    for atom in merge.of(Movement::Local) {
        sent.put(atom.path.clone(), atom.local.clone());
    }
    // An order follows the elements that come and go.
    for at in ["/name", "/fieldOrder"].map(path) {
        sent.put(at.clone(), local.get(&at).cloned());
    }
    assert_eq!(sent, local);
    // What the platform changes after that nobody has overruled.
    let mut again = remote.clone();
    again.set(path("/fields/a/label"), Canonical::str("C"));
    let merge = three_way(Some(&overruled), &local, &again, &shape());
    assert_eq!(merge.of(Movement::Conflict).count(), 2);
}

#[test]
fn a_conflict_is_accepted_whole() {
    let local = event(r#"{"/fields/a/kind":{"kind":"url"},"/fields/a/maxLength":null}"#);
    let remote = event(r#"{"/fields/a/minLength":3,"/fields/a/label":"B"}"#);
    let before = base(&event("{}"), &event("{}"));
    assert_eq!(
        moves(&before, &local, &remote),
        [
            "/fields/a/kind Conflict",
            "/fields/a/label Remote",
            "/fields/a/maxLength Conflict",
            "/fields/a/minLength Conflict",
        ]
    );
    // The studio alone retyped; what the platform moved follows from that.
    let accepted = accept(&before, &path("/fields/a/kind"), &local, &remote, &shape());
    assert_eq!(
        moves(&accepted, &local, &remote),
        ["/fields/a/kind Local", "/fields/a/label Remote", "/fields/a/maxLength Local"]
    );
}
