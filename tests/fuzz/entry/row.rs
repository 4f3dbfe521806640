//! A content type as a writer of the studio left it.

use std::collections::BTreeMap;

use catalyst_sync::canonical::{column, content_hash_of_row, parse, write};
use catalyst_sync::model::studio::{Changes, Codec, Row, content_type, edit};
use catalyst_sync::model::{ContentType, TargetIndex};
use catalyst_sync::port::Held;

use super::definition::dialects;

/// The columns of a row, one per line: fields, settings, name, key, plural name, category, field to
/// show. What is missing is absent.
pub fn row(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let lines: Vec<&str> = text.lines().collect();
    let line = |at: usize| lines.get(at).copied();
    let stored = || Row {
        id: "row-own",
        website_id: "site",
        name: line(2).unwrap_or("Own"),
        key: line(3),
        plural_name: line(4),
        category: line(5),
        display_field: line(6),
        fields: column(line(0)),
        settings: column(line(1)),
    };
    let read = || {
        let (mut content, mut findings) = content_type(&stored(), write);
        findings.extend(targets().resolve(&mut content));
        (content, findings)
    };
    let (content, findings) = read();
    assert_eq!(read(), (content.clone(), findings.clone()));
    for finding in &findings {
        assert!(!finding.message.is_empty() && !finding.remedy.is_empty(), "{finding:?}");
    }
    let fields = line(0).unwrap_or_default();
    if let (Ok(hash), Ok(json)) = (content_hash_of_row("row-own", fields), parse(fields)) {
        assert_eq!(content_hash_of_row("row-own", &write(&json)), Ok(hash), "the form moves it");
    }

    let codec = Codec { write, parse: |text| parse(text).expect("is JSON").into_owned() };
    let unchanged = edit(&stored(), &content, &BTreeMap::new(), &targets(), codec);
    assert_eq!(unchanged, Ok(Changes::default()));
    if !findings.iter().any(catalyst_sync::model::Finding::blocks) {
        projected(&content);
    }
}

/// What did not move is not touched.
fn projected(content: &ContentType) {
    for dialect in dialects() {
        let keys = content.fields.iter();
        let keys = keys.map(|field| (field.identity(), dialect.field_keys(field).preferred));
        let held = Held { keys: keys.collect(), ..Held::default() };
        let projection = dialect.project(content, &held);
        assert_eq!(dialect.project(content, &held), projection);
        let reflection = dialect.reflect(content, &held, &projection.view);
        assert_eq!(&reflection.local, content, "{}", dialect.name());
        assert_eq!(reflection.findings, []);
        let _ = (dialect.type_keys(content), dialect.parts(content, &held));
    }
}

fn targets() -> TargetIndex {
    TargetIndex::new([("site", "row-own", None, "Own"), ("site", "row-b", Some("b"), "Other")])
}
