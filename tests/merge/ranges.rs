//! Limits of both sides that allow nothing together.

use catalyst_sync::canonical::{Canonical, View};
use catalyst_sync::merge::{Merge, Movement, three_way};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::port::Dialect;

use super::{agreed, brief, mirrored, path, view};

/// What happens, the limits agreed on, those of either side, and what moved.
const CASES: [(&str, &str, &str, &str, &[&str]); 10] = [
    (
        "a lower limit above the other side's upper one",
        r#""min":0,"max":50"#,
        r#""min":20,"max":50"#,
        r#""min":0,"max":10"#,
        &["max Conflict", "min Conflict"],
    ),
    (
        "limits that meet",
        r#""min":0,"max":50"#,
        r#""min":20,"max":50"#,
        r#""min":0,"max":20"#,
        &["max Remote", "min Local"],
    ),
    (
        "limits where there were none",
        "",
        r#""minLength":9"#,
        r#""maxLength":8"#,
        &["maxLength Conflict", "minLength Conflict"],
    ),
    (
        "numbers, not texts",
        "",
        r#""minLength":9"#,
        r#""maxLength":10"#,
        &["maxLength Remote", "minLength Local"],
    ),
    (
        "dates",
        "",
        r#""minDate":"2026-01-01T00:00:00Z""#,
        r#""maxDate":"2025-12-31""#,
        &["maxDate Conflict", "minDate Conflict"],
    ),
    (
        "a limit that goes allows more",
        r#""min":5,"max":50"#,
        r#""min":null,"max":50"#,
        r#""min":5,"max":10"#,
        &["max Remote", "min Local"],
    ),
    (
        "a limit that would stand beside an open conflict",
        r#""min":0,"max":50"#,
        r#""min":20,"max":50"#,
        r#""min":3,"max":10"#,
        &["max Conflict", "min Conflict"],
    ),
    (
        "both limits of one side",
        r#""min":0,"max":50"#,
        r#""min":60,"max":90"#,
        r#""min":0,"max":50"#,
        &["max Local", "min Local"],
    ),
    (
        "both sides alike",
        r#""min":0,"max":50"#,
        r#""min":20,"max":50"#,
        r#""min":20,"max":40"#,
        &["max Remote", "min Same"],
    ),
    (
        "what allowed nothing before",
        r#""min":9,"max":5"#,
        r#""min":10,"max":5"#,
        r#""min":9,"max":4"#,
        &["max Remote", "min Local"],
    ),
];

/// A field with limits; one that is `null` is not there.
fn field(limits: &str) -> View {
    let mut own = view(r#"{"/fields/a":true,"/fields/a/kind":{"kind":"text"}}"#);
    let limits = format!("{{{limits}}}");
    for (name, value) in catalyst_sync::canonical::parse(&limits).unwrap().members().unwrap() {
        let value = (!value.is_null()).then(|| Canonical::of(value));
        own.put(path("/fields/a").child(name.as_str().unwrap()), value);
    }
    own
}

#[test]
fn limits_that_allow_nothing_together_conflict() {
    let shape = FilesDialect.capabilities().shape;
    for (what, was, local, remote, expected) in CASES {
        let base = agreed(&field(was));
        let merge = |local: &str, remote: &str| -> Merge {
            three_way(Some(&base), &field(local), &field(remote), &shape)
        };
        let found = merge(local, remote);
        let named: Vec<String> =
            brief(&found).iter().map(|line| line.replace("/fields/a/", "")).collect();
        assert_eq!(named, expected, "{what}");
        assert_eq!(merge(remote, local), mirrored(&found), "{what}, sides swapped");
        // Each limit is decided by itself.
        let conflicts = expected.iter().filter(|line| line.ends_with("Conflict")).count();
        assert_eq!(found.overlaps().count(), conflicts, "{what}");
        assert_eq!(found.of(Movement::Conflict).count(), conflicts, "{what}");
    }
}
