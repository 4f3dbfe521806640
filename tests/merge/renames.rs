//! What is suggested as a rename, and what is not.

use catalyst_sync::canonical::View;
use catalyst_sync::merge::{Shape, renames, three_way};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::port::Dialect;

use super::{agreed_on, view};

fn shape() -> Shape {
    FilesDialect.capabilities().shape
}

/// A document of fields `key:label:kind:maxLength`, in order; empty parts are absent.
fn fields(own: &[&str]) -> View {
    let mut atoms = vec![r#""/name":"Event""#.to_owned()];
    let mut order = Vec::new();
    for field in own {
        let parts: Vec<&str> = field.split(':').collect();
        let part = |at: usize| parts.get(at).copied().unwrap_or_default();
        let at = format!("/fields/{}", part(0));
        atoms.push(format!(r#""{at}":true,"{at}/name":"{}""#, part(0)));
        for (attribute, value) in [
            ("label", format!("{:?}", part(1))),
            ("kind", format!(r#"{{"kind":"{}"}}"#, part(2))),
            ("maxLength", part(3).to_owned()),
        ] {
            if !["", "\"\""].contains(&&*value) {
                atoms.push(format!(r#""{at}/{attribute}":{value}"#));
            }
        }
        order.push(format!("{:?}", part(0)));
    }
    atoms.push(format!(r#""/fieldOrder":[{}]"#, order.join(",")));
    view(&format!("{{{}}}", atoms.join(",")))
}

fn suggested(before: &View, after: &View) -> Vec<String> {
    let found = renames(before, after, &shape());
    found.iter().map(|rename| format!("{} {}", rename.from, rename.to)).collect()
}

type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

#[test]
fn told_by_complete_evidence() {
    let cases: [Case; 5] = [
        ("alone", &["a:A:text:5"], &["b:B:text:5"]),
        ("in place", &["x::url", "a:A:text", "y::url"], &["x::url", "b:A:text", "y::url"]),
        ("first", &["a::text", "x::url"], &["b::text", "x::url"]),
        ("beside what moved away", &["x::url", "a::text", "y::url"], &["y::url", "b::text"]),
        (
            "beside a new field of another kind",
            &["a::text", "x::url"],
            &["n::json", "b::text", "x::url"],
        ),
    ];
    for (name, before, after) in cases {
        let found = suggested(&fields(before), &fields(after));
        let expected: &[&str] =
            if name == "beside what moved away" { &[] } else { &["/fields/a /fields/b"] };
        assert_eq!(found, expected, "{name}");
        // Back again it is one too.
        let back = suggested(&fields(after), &fields(before));
        assert_eq!(back.len(), expected.len(), "{name}, back");
    }
}

/// What looks like a rename and is none, or could be one of several.
#[test]
fn not_told_by_less() {
    let cases: [Case; 11] = [
        ("another kind", &["a:A:text"], &["b:A:url"]),
        ("another bound", &["a:A:text:5"], &["b:A:text:6"]),
        ("a bound more", &["a:A:text"], &["b:A:text:6"]),
        ("at another place", &["a::text", "x::url", "y::url"], &["x::url", "b::text", "y::url"]),
        ("two went", &["a::text", "c::text"], &["b::text"]),
        ("two came", &["a::text"], &["b::text", "c::text"]),
        ("two went and two came, alike", &["a::text", "c::text"], &["b::text", "d::text"]),
        ("only went", &["a::text", "x::url"], &["x::url"]),
        ("only came", &["x::url"], &["x::url", "b::text"]),
        ("nothing", &["a::text"], &["a::text"]),
        ("renamed on the spot", &["a:A:text"], &["a:B:text"]),
    ];
    for (name, before, after) in cases {
        assert_eq!(suggested(&fields(before), &fields(after)), [""; 0], "{name}");
    }
}

#[test]
fn fields_in_fields_are_fields() {
    let read = |key: &str| {
        view(&format!(
            r#"{{"/fields/a":true,"/fields/a/kind":{{"kind":"object"}},
                "/fields/a/fieldOrder":["{key}"],"/fields/a/fields/{key}":true,
                "/fields/a/fields/{key}/kind":{{"kind":"text"}}}}"#
        ))
    };
    assert_eq!(suggested(&read("b"), &read("c")), ["/fields/a/fields/b /fields/a/fields/c"]);
}

/// An option is its value. Only the name says that another value is the same option.
#[test]
fn options_must_keep_their_names() {
    let read = |options: &[(&str, &str)]| {
        let at = "/fields/a";
        let mut atoms = vec![format!(r#""{at}":true,"{at}/kind":{{"kind":"select"}}"#)];
        for (value, label) in options {
            atoms.push(format!(
                r#""{at}/options/{value}":true,"{at}/options/{value}/label":"{label}""#
            ));
        }
        let order: Vec<String> = options.iter().map(|(value, _)| format!("{value:?}")).collect();
        atoms.push(format!(r#""{at}/optionOrder":[{}]"#, order.join(",")));
        view(&format!("{{{}}}", atoms.join(",")))
    };
    let before = read(&[("in", "In stock"), ("out", "Sold out")]);
    let same_name = read(&[("in_stock", "In stock"), ("out", "Sold out")]);
    let other_name = read(&[("soon", "Coming soon"), ("out", "Sold out")]);
    assert_eq!(suggested(&before, &same_name), ["/fields/a/options/in /fields/a/options/in_stock"]);
    assert_eq!(suggested(&before, &other_name), [""; 0]);
}

/// Where nobody knows the order, nobody knows the neighbours.
#[test]
fn without_an_order_nothing_is_told() {
    let without = |own: &View| -> View {
        let atoms = own.iter().filter(|(path, _)| path.as_str() != "/fieldOrder");
        atoms.map(|(path, value)| (path.clone(), value.clone())).collect()
    };
    let (before, after) = (fields(&["a::text"]), fields(&["b::text"]));
    assert_eq!(suggested(&without(&before), &without(&after)), [""; 0]);
}

/// The content behind the old key would be lost, so the merge takes the two for what they are: one
/// removal and one addition, which need consent like any other.
#[test]
fn never_automatic() {
    let (before, after) = (fields(&["a:A:text"]), fields(&["b:A:text"]));
    assert_eq!(suggested(&before, &after).len(), 1);
    let merge = three_way(Some(&agreed_on(&before, &shape())), &after, &before, &shape());
    let gone = merge.movements.iter().find(|atom| atom.path.as_str() == "/fields/a").unwrap();
    let came = merge.movements.iter().find(|atom| atom.path.as_str() == "/fields/b").unwrap();
    assert_eq!((gone.local.is_some(), gone.remote.is_some()), (false, true));
    assert_eq!((came.local.is_some(), came.remote.is_some()), (true, false));
    // Renamed here and edited there is a conflict about what was renamed.
    let edited = fields(&["a:A:text:9"]);
    let merge = three_way(Some(&agreed_on(&before, &shape())), &after, &edited, &shape());
    let overlaps: Vec<&str> = merge.overlaps().map(|atom| atom.path.as_str()).collect();
    assert_eq!(overlaps, ["/fields/a"]);
}
