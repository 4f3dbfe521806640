//! Pairs of definitions of which somebody said what they are: an edit, or noise.
//!
//! `tests/golden/drift-corpus.jsonl` has one pair a line: what a definition (`drift-<platform>.json`
//! beside it) became, either as a whole `text` or by what was `set` and `remove`d in it. Labels are by
//! hand; a pair that is noise in a way that no dialect declares stays in, and counts as a false alarm.

use std::collections::BTreeMap;

use catalyst_sync::drift::drift;
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::{Dialect, Ownership, RemoteDefinition, RemoteId, Revision};
use serde_json::Value;

use super::base_of;

const CORPUS: &str = include_str!("../golden/drift-corpus.jsonl");

/// At most so many of the pairs that are noise may be taken for edits.
const FALSE_ALARMS: f64 = 0.05;

fn body(pair: &Value, before: &Value) -> String {
    if let Some(text) = pair["text"].as_str() {
        return text.to_owned();
    }
    let mut after = before.clone();
    for (pointer, value) in pair["set"].as_object().into_iter().flatten() {
        let (owner, name) = pointer.rsplit_once('/').unwrap();
        match after.pointer_mut(owner).unwrap() {
            Value::Object(members) => _ = members.insert(name.to_owned(), value.clone()),
            Value::Array(elements) => elements[name.parse::<usize>().unwrap()] = value.clone(),
            other => panic!("{pointer}: {other}"),
        }
    }
    for pointer in pair["remove"].as_array().into_iter().flatten() {
        let (owner, name) = pointer.as_str().unwrap().rsplit_once('/').unwrap();
        let owner = after.pointer_mut(owner).unwrap().as_object_mut().unwrap();
        assert!(owner.remove(name).is_some(), "{pointer}");
    }
    after.to_string()
}

#[test]
fn corpus() {
    let settings = Settings::new(ApiVersion::V1, Profile::Native);
    let optimizely = OptimizelyDialect::new(settings);
    let platforms: BTreeMap<&str, (&dyn Dialect, &str, &str)> = [
        (
            "files",
            (&FilesDialect as &dyn Dialect, "Event", include_str!("../golden/drift-files.json")),
        ),
        ("optimizely", (&optimizely, "Article", include_str!("../golden/drift-optimizely.json"))),
    ]
    .into();
    let (mut noise, mut real) = (0_u32, 0_u32);
    let (mut alarms, mut missed, mut seen) = (Vec::new(), Vec::new(), BTreeMap::new());
    for line in CORPUS.lines() {
        let pair: Value = serde_json::from_str(line).unwrap();
        let [label, platform, what] =
            ["label", "platform", "what"].map(|at| pair[at].as_str().unwrap());
        let (dialect, key, before) = platforms[platform];
        let shape = dialect.capabilities().shape;
        let view = |text: &str| {
            let remote = RemoteDefinition {
                id: RemoteId::of_key(key),
                name: key.to_owned(),
                revision: Revision::default(),
                ownership: Ownership::Open,
                body: text.into(),
            };
            dialect.normalize(&remote).unwrap_or_else(|error| panic!("{what}: {error}"))
        };
        let after = body(&pair, &serde_json::from_str(before).unwrap());
        let found = drift(&base_of(&view(before), &shape), &view(&after), &shape);
        let moved: Vec<String> = found.moved.iter().map(|one| one.path.to_string()).collect();
        let line = format!("{platform}, {what}: {moved:?}");
        match (label, moved.is_empty()) {
            ("noise", false) => alarms.push(line),
            ("real", true) => missed.push(line),
            ("noise" | "real", _) => {}
            _ => panic!("{what} is {label}"),
        }
        *(if label == "noise" { &mut noise } else { &mut real }) += 1;
        let topic = what.split(':').next().unwrap().to_owned();
        *seen.entry(topic).or_insert(0_u32) += u32::from(label == "noise");
    }
    let share = f64::from(u32::try_from(alarms.len()).unwrap()) / f64::from(noise);
    println!(
        "drift: of {noise} pairs that are noise {} were taken for edits ({:.1} %), of {real} edits {} \
         were missed",
        alarms.len(),
        share * 100.0,
        missed.len()
    );
    for line in &alarms {
        println!("  false alarm: {line}");
    }
    assert!(noise + real >= 200 && noise >= 80 && real >= 80);
    for topic in [
        "key order",
        "null against absent",
        "number against text",
        "case of colours",
        "whitespace",
        "unordered list",
    ] {
        assert!(seen.get(topic).is_some_and(|pairs| *pairs > 1), "too little about {topic}");
    }
    assert!(missed.is_empty(), "missed: {missed:#?}");
    assert!(share < FALSE_ALARMS, "{share}: {alarms:#?}");
}
