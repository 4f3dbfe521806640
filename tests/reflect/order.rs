//! Where fields and options stand after the way home.

use catalyst_sync::canonical::{Canonical, Path};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::{Dialect, Held};

use crate::support::rows::{Stored, targets};

fn dialects() -> [Box<dyn Dialect>; 2] {
    let settings = Settings::new(ApiVersion::V1, Profile::Native);
    [Box::new(FilesDialect), Box::new(OptimizelyDialect::new(settings))]
}

fn row(fields: &str) -> Stored {
    Stored {
        id: "c1".to_owned(),
        website_id: "w1".to_owned(),
        name: "Event".to_owned(),
        fields: fields.to_owned(),
        settings: Some("{}".to_owned()),
        ..Stored::default()
    }
}

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

/// The fields of a type, with the order of them, after the properties of a view moved: `-key` for one
/// that went, `+key` for one that came, and the order as it is said then.
fn after(dialect: &dyn Dialect, row: &Stored, moves: &str, order: Option<&str>) -> Stored {
    let index = targets("w1", &["c1"]);
    let local = row.read(&index);
    let held = Held { view: dialect.project(&local, &Held::default()).view, ..Held::default() };
    let is_file = dialect.name() == "files";
    let (list, at) =
        if is_file { ("/fields", "/fieldOrder") } else { ("/properties", "/propertyOrder") };
    let mut view = held.view.clone();
    for step in moves.split_whitespace() {
        let element = path(list).child(&step[1..]);
        let mut set = |path: Path, value: Option<&str>| {
            view.put(path, value.map(|value| Canonical::parse(value).unwrap()));
        };
        if step.starts_with('-') {
            let gone: Vec<Path> = held.view.below(&element).map(|(path, _)| path.clone()).collect();
            for path in gone {
                set(path, None);
            }
            set(element, None);
        } else {
            let name = format!("{:?}", &step[1..]);
            let (attribute, anchor, word) = if is_file {
                ("name", "kind", r#"{"kind":"text"}"#)
            } else {
                ("displayName", "type", r#"{"type":"string"}"#)
            };
            set(element.child(attribute), Some(&name));
            set(element.child(anchor), Some(word));
            set(element, Some("true"));
        }
    }
    let order = order.map(|order| {
        let keys: Vec<String> = order.split(' ').map(|key| format!("{key:?}")).collect();
        Canonical::parse(&format!("[{}]", keys.join(","))).unwrap()
    });
    view.put(path(at), order);
    let reflection = dialect.reflect(&local, &held, &view);
    assert_eq!(reflection.findings, [], "{moves} {view:?}");
    row.edited(&reflection, &index).unwrap()
}

fn names(row: &Stored) -> String {
    let fields = row.read(&targets("w1", &["c1"])).fields;
    fields.iter().map(|field| &*field.name).collect::<Vec<_>>().join(" ")
}

#[test]
fn an_order_that_names_not_all_moves_what_it_names() {
    let seed =
        r#"[{"name":"aa","type":"text"},{"name":"bb","type":"text"},{"name":"cc","type":"text"}]"#;
    for (moves, order, expected) in [
        ("", "aa bb cc", "aa bb cc"),
        ("", "cc aa", "cc aa bb"),
        ("", "cc", "aa bb cc"),
        ("+new", "new aa bb cc", "new aa bb cc"),
        ("+new", "aa new cc", "aa bb new cc"),
        ("+new", "new", "new aa bb cc"),
        ("+new", "aa bb cc", "aa bb cc new"),
        ("+new1 +new2", "new2 aa", "new2 aa bb cc new1"),
        ("-bb", "cc aa", "cc aa"),
        ("-bb", "aa bb cc", "aa cc"),
        ("-bb +new", "cc new", "aa cc new"),
        ("", "aa gone bb cc", "aa bb cc"),
    ] {
        for dialect in dialects() {
            let edited = after(&*dialect, &row(seed), moves, Some(order));
            assert_eq!(names(&edited), expected, "{} {moves} {order}", dialect.name());
            assert!(!edited.fields.contains("order"), "{}", edited.fields);
        }
    }
    for dialect in dialects() {
        assert_eq!(names(&after(&*dialect, &row(seed), "+new", None)), "aa bb cc new");
    }
}

/// What is written as the number of a place and is none, counts as its position and stays.
#[test]
fn a_text_for_a_number_stands_in_nobodys_way() {
    let fields = |orders: &str| {
        let fields = orders.split(' ').map(|word| {
            let (name, order) = word.split_once(':').unwrap();
            let order =
                if order.is_empty() { String::new() } else { format!(r#","order":{order}"#) };
            format!(r#"{{"id":"{name}","name":"{name}","type":"text","label":"{name}"{order}}}"#)
        });
        let fields: Vec<String> = fields.collect();
        format!(r#"{{"name":"Event","fields":[{}]}}"#, fields.join(","))
    };
    for (before, moves, order, expected) in [
        (r#"aa:0 bb:"1" cc:2"#, "-aa", "bb cc", r#"bb:"1" cc:2"#),
        (r#"aa:0 bb:"1" cc:2"#, "-cc", "aa bb", r#"aa:0 bb:"1""#),
        // Without the first one the text would stand before the last one.
        (r#"aa:1 bb:2 cc:3 dd:"4""#, "-aa", "bb cc dd", r#"bb:0 cc:1 dd:"4""#),
        (r#"aa:10 bb:20 cc:"x""#, "", "aa bb cc", r#"aa:0 bb:1 cc:"x""#),
        (r#"aa:0 bb:1 cc:"x""#, "", "bb aa cc", r#"bb:0 aa:1 cc:"x""#),
        (r"aa:0 bb:true cc:{} dd:5", "-bb", "dd cc aa", r"dd:0 cc:{} aa:2"),
        (r#"aa: bb:"1" cc:"#, "-aa", "cc bb", r#"cc: bb:"1""#),
        (r"aa:0 bb:null cc:2", "", "bb aa cc", r"bb:null aa:0 cc:2"),
    ] {
        for dialect in dialects() {
            let edited = after(&*dialect, &row(&fields(before)), moves, Some(order));
            assert_eq!(edited.fields, fields(expected), "{} {before} {moves}", dialect.name());
        }
    }
}
