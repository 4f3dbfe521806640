//! What speaks for a side of an overlap, and what does not.

use catalyst_sync::canonical::View;
use catalyst_sync::drift::{Suggestion, suggest};
use catalyst_sync::merge::three_way;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::Dialect;

use super::{base, event, shape};

/// Edits here and there, and what is suggested of each overlap.
type Case = (&'static str, &'static str, &'static [&'static str]);

const GONE: &str = r#"{"/fields/a":null,"/fields/a/name":null,"/fields/a/label":null,
    "/fields/a/kind":null,"/fields/a/minLength":null,"/fields/a/maxLength":null,
    "/fieldOrder":["b"]}"#;

const RENAMED: &str = r#"{"/fields/a":null,"/fields/a/name":null,"/fields/a/label":null,
    "/fields/a/kind":null,"/fields/a/minLength":null,"/fields/a/maxLength":null,
    "/fields/c":true,"/fields/c/name":"c","/fields/c/label":"A","/fields/c/kind":{"kind":"text"},
    "/fields/c/minLength":2,"/fields/c/maxLength":9,"/fieldOrder":["c","b"]}"#;

const NO_X: &str = r#"{"/fields/b/options/x":null,"/fields/b/options/x/label":null,
    "/fields/b/optionOrder":["y"]}"#;

const NO_OPTIONS: &str = r#"{"/fields/b/options/x":null,"/fields/b/options/x/label":null,
    "/fields/b/options/y":null,"/fields/b/options/y/label":null,"/fields/b/optionOrder":null}"#;

fn told(ours: &str, theirs: &str) -> Vec<String> {
    let agreed = event("{}");
    let (base, local, remote) = (base(&agreed, &agreed), event(ours), event(theirs));
    let merge = three_way(Some(&base), &local, &remote, &shape());
    let overlaps = merge.overlaps().map(|overlap| {
        let told = suggest(overlap, Some(&base), (&local, &remote), &shape());
        let told = told.map_or_else(|| "nothing".to_owned(), |told| format!("{told:?}"));
        format!(
            "{} {}",
            overlap.path,
            told.replace("Path(\"", "").replace('"', "").replace("))", ")")
        )
    });
    overlaps.collect()
}

/// Where nothing is lost, and the same with the sides exchanged.
#[test]
fn the_side_that_loses_nothing() {
    let cases: [Case; 12] = [
        (
            r#"{"/fields/a/maxLength":20}"#,
            r#"{"/fields/a/maxLength":30}"#,
            &["/fields/a/maxLength Looser(Remote)"],
        ),
        (
            r#"{"/fields/a/maxLength":20}"#,
            r#"{"/fields/a/maxLength":null}"#,
            &["/fields/a/maxLength Looser(Remote)"],
        ),
        (
            r#"{"/fields/a/minLength":3}"#,
            r#"{"/fields/a/minLength":1}"#,
            &["/fields/a/minLength Looser(Remote)"],
        ),
        (
            r#"{"/fields/b/minDate":"2026-01-01"}"#,
            r#"{"/fields/b/minDate":"2024-01-01"}"#,
            &["/fields/b/minDate Looser(Remote)"],
        ),
        (NO_X, r#"{"/fields/b/options/x/label":"New"}"#, &["/fields/b/options/x Looser(Remote)"]),
        (GONE, r#"{"/fields/a/label":"B"}"#, &["/fields/a Keeps(Remote)"]),
        (
            r#"{"/fields/a/label":" A "}"#,
            r#"{"/fields/a/label":"B"}"#,
            &["/fields/a/label Formatting(Remote)"],
        ),
        // Of two labels nobody can say which is better, nor of two patterns and two kinds.
        (r#"{"/name":"Here"}"#, r#"{"/name":"There"}"#, &["/name nothing"]),
        (
            r#"{"/fields/a/pattern":"^a"}"#,
            r#"{"/fields/a/pattern":"^b"}"#,
            &["/fields/a/pattern nothing"],
        ),
        (
            r#"{"/fields/a/kind":{"kind":"url"}}"#,
            r#"{"/fields/a/kind":{"kind":"email"}}"#,
            &["/fields/a/kind nothing"],
        ),
        (r#"{"/settings/note":"x"}"#, r#"{"/settings/note":"y"}"#, &["/settings/note nothing"]),
        // Without any option everything is allowed, so neither side lets through what the other does.
        (NO_OPTIONS, r#"{"/fields/b/options/x/label":"New"}"#, &["/fields/b/options/x nothing"]),
    ];
    for (ours, theirs, expected) in cases {
        assert_eq!(told(ours, theirs), expected, "{ours} {theirs}");
        let exchanged: Vec<String> =
            expected.iter().map(|one| one.replace("(Remote)", "(Local)")).collect();
        assert_eq!(told(theirs, ours), exchanged, "{theirs} {ours}");
    }
}

/// White space comes from people, too: nothing is lost with the studio's, and that it is the platform's
/// own form would be a guess.
#[test]
fn white_space_alone_brings_nothing_new() {
    for (ours, theirs) in [("  New name", "New name"), ("New name", "New \n name")] {
        let label = |text: &str| format!(r#"{{"/fields/a/label":{text:?}}}"#);
        assert_eq!(told(&label(ours), &label(theirs)), ["/fields/a/label Formatting(Local)"]);
    }
}

/// A number that the platform writes as a text is as it writes it.
#[test]
fn what_says_the_same_is_as_the_platform_writes_it() {
    let shape =
        OptimizelyDialect::new(Settings::new(ApiVersion::V1, Profile::Native)).capabilities().shape;
    let least = |value: &str| {
        View::from_json(&format!(r#"{{"/properties/a":true,"/properties/a/minLength":{value}}}"#))
            .unwrap()
    };
    let (local, remote) = (least("5"), least(r#""5""#));
    let merge = three_way(None, &local, &remote, &shape);
    let told: Vec<_> =
        merge.overlaps().map(|overlap| suggest(overlap, None, (&local, &remote), &shape)).collect();
    assert_eq!(told, [Some(Suggestion::Rewritten)]);
}

/// A removal that looks like a rename is told as one, and no side is suggested: either would leave two
/// properties.
#[test]
fn what_looks_renamed_is_no_removal() {
    let edited = r#"{"/fields/a/label":"B"}"#;
    assert_eq!(told(RENAMED, edited), ["/fields/a Renamed(Local, /fields/c)"]);
    assert_eq!(told(edited, RENAMED), ["/fields/a Renamed(Remote, /fields/c)"]);
}

/// Without an agreement a limit is a limit all the same; of what one side removed nothing is known.
#[test]
fn limits_need_no_agreement() {
    let (local, remote) =
        (event(r#"{"/fields/a/maxLength":20}"#), event(r#"{"/fields/a/maxLength":30}"#));
    let merge = three_way(None, &local, &remote, &shape());
    let told: Vec<String> = merge
        .overlaps()
        .map(|overlap| format!("{:?}", suggest(overlap, None, (&local, &remote), &shape())))
        .collect();
    assert_eq!(told, ["Some(Looser(Remote))"]);
}
