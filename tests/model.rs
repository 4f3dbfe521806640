//! Names of target types become row ids.

use catalyst_sync::model::{ContentType, Field, TargetIndex};

fn own(website_id: &str, id: &str, key: Option<&str>, name: &str) -> ContentType {
    ContentType {
        id: id.to_owned(),
        website_id: website_id.to_owned(),
        key: key.map(str::to_owned),
        name: name.to_owned(),
        ..ContentType::default()
    }
}

fn reference(name: &str, targets: &[&str]) -> Field {
    let targets = targets.iter().map(|&target| target.to_owned()).collect();
    Field { name: name.to_owned(), targets, ..Field::default() }
}

/// Three types of one website, two of them alike but for case, and one type of another website.
fn resolve(targets: &[&str]) -> (Vec<String>, Vec<String>) {
    let mut event = own("w1", "c1", Some("event"), "Event");
    event.fields = vec![Field {
        name: "outer".to_owned(),
        fields: vec![reference("place", targets)],
        ..Field::default()
    }];
    let mut types = [
        event,
        own("w1", "c2", Some("venue"), "Venue"),
        own("w1", "c3", Some("c2"), "News"),
        own("w1", "c4", None, "NEWS"),
        own("w1", "c5", None, "Twin"),
        own("w1", "c6", None, "Twin"),
        own("w2", "d1", Some("other"), "Other"),
    ];
    let index = TargetIndex::new(
        types.iter().map(|own| (&*own.website_id, &*own.id, own.key.as_deref(), &*own.name)),
    );
    let findings = index.resolve(&mut types[0]);
    let messages = findings
        .into_iter()
        .map(|finding| {
            assert_eq!(
                (finding.code, finding.type_key.as_deref()),
                ("UNKNOWN_TARGET", Some("event"))
            );
            finding.message
        })
        .collect();
    (types[0].fields[0].fields[0].targets.clone(), messages)
}

#[test]
fn targets_become_row_ids() {
    let cases: [(&[&str], &[&str]); 9] = [
        (&["c2"], &["c2"]),    // an id goes before a key that is written alike
        (&["venue"], &["c2"]), // a key
        (&["Venue"], &["c2"]), // a name
        (&["VENUE"], &["c2"]), // a name in another case
        (&["News", "NEWS"], &["c3", "c4"]), // as written before any case
        (&["event"], &["c1"]), // itself
        (&["Venue", "c2", "venue"], &["c2"]), // each once
        (&["NEWS", "Venue"], &["c4", "c2"]), // order as written
        (&[], &[]),
    ];
    for (targets, expected) in cases {
        assert_eq!(resolve(targets), (strings(expected), vec![]), "{targets:?}");
    }
}

#[test]
fn unknown_targets_are_taken_out() {
    let unknown = |target: &str| {
        format!("the field \"place\" refers to {target:?}, which is no type of this website")
    };
    let several = |target: &str| {
        format!(
            "the field \"place\" refers to {target:?}, and several types of this website are called so"
        )
    };
    let cases = [
        (vec!["Author", "Venue"], vec!["c2"], unknown("Author")),
        (vec!["Other"], vec![], unknown("Other")), // another website's
        (vec!["news"], vec![], several("news")),
        (vec!["Twin"], vec![], several("Twin")),
    ];
    for (targets, expected, message) in cases {
        assert_eq!(resolve(&targets), (strings(&expected), vec![message]), "{targets:?}");
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}
