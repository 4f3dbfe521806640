//! What differs between two states: exactly, and for people.

use catalyst_sync::canonical::View;
use catalyst_sync::diff::{ChangeKind, diff};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::port::{Dialect, Held};
use proptest::prelude::*;

use crate::support::types::content_type;

const FIELD: &str = r#""/fields/a":true,"/fields/a/kind":{"kind":"text"},"/fields/a/label":"A""#;
const OTHER: &str = r#""/fields/b":true,"/fields/b/kind":{"kind":"url"}"#;

#[test]
fn one_entry_per_change() {
    let cases: [(&str, String, String, &[&str]); 9] = [
        ("nothing", FIELD.into(), FIELD.into(), &[]),
        (
            "an attribute",
            FIELD.into(),
            FIELD.replace(r#""A""#, r#""B""#),
            &["/fields/a/label Modified"],
        ),
        (
            "an element, whatever it holds",
            format!(r#"{FIELD},"/fieldOrder":["a"]"#),
            format!(r#"{FIELD},{OTHER},"/fieldOrder":["a","b"]"#),
            &["/fields/b Added"],
        ),
        (
            "the last element, with its order",
            format!(r#"{FIELD},"/fieldOrder":["a"]"#),
            r#""/name":"X""#.into(),
            &["/fields/a Removed", "/name Added"],
        ),
        (
            "another order",
            format!(r#"{FIELD},{OTHER},"/fieldOrder":["a","b"]"#),
            format!(r#"{FIELD},{OTHER},"/fieldOrder":["b","a"]"#),
            &["/fieldOrder Moved"],
        ),
        (
            "a first order",
            format!("{FIELD},{OTHER}"),
            format!(r#"{FIELD},{OTHER},"/fieldOrder":["b","a"]"#),
            &["/fieldOrder Moved"],
        ),
        ("an order of one", FIELD.into(), format!(r#"{FIELD},"/fieldOrder":["a"]"#), &[]),
        (
            "an order lost",
            format!(r#"{FIELD},{OTHER},"/fieldOrder":["b","a"]"#),
            format!("{FIELD},{OTHER}"),
            &["/fieldOrder Moved"],
        ),
        (
            "an option of a field",
            FIELD.into(),
            format!(
                r#"{FIELD},"/fields/a/options/x":true,"/fields/a/options/x/label":"X","/fields/a/optionOrder":["x"]"#
            ),
            &["/fields/a/options/x Added"],
        ),
    ];
    let shape = FilesDialect.capabilities().shape;
    let read = |atoms: &str| View::from_json(&format!("{{{atoms}}}")).unwrap();
    for (name, before, after, expected) in cases {
        let (before, after) = (read(&before), read(&after));
        let found = diff(&before, &after);
        let changes = found.changes(&shape);
        let brief: Vec<String> =
            changes.iter().map(|one| format!("{} {:?}", one.edit.path, one.kind)).collect();
        assert_eq!(brief, expected, "{name}");
        let back = found.reversed();
        let back: Vec<ChangeKind> = back.changes(&shape).iter().map(|one| one.kind).collect();
        let mirrored = changes.iter().map(|one| match one.kind {
            ChangeKind::Added => ChangeKind::Removed,
            ChangeKind::Removed => ChangeKind::Added,
            same => same,
        });
        assert_eq!(back, mirrored.collect::<Vec<_>>(), "{name}, back");
    }
}

proptest! {
    /// `apply(diff(a, b), a) == b`, and back.
    #[test]
    fn a_difference_makes_one_state_of_the_other(a in content_type(), b in content_type()) {
        let view = |own| FilesDialect.project(own, &Held::default()).view;
        let (a, b) = (view(&a), view(&b));
        let found = diff(&a, &b);
        prop_assert_eq!(&found.apply(&a), &b);
        prop_assert_eq!(&found.reversed().apply(&b), &a);
        prop_assert_eq!(found.is_empty(), a == b);
        // Everything that differs is said, or follows from what is.
        let shape = FilesDialect.capabilities().shape;
        let said = found.changes(&shape);
        for edit in &found.edits {
            let follows = said.iter().any(|one| {
                one.edit.path == edit.path || edit.path.is_below(&one.edit.path)
            });
            prop_assert!(follows || shape.ordered_list(&edit.path).is_some(), "{}", edit.path);
        }
    }
}
