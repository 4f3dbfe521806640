//! An export of the audit, as whoever has to trust it reads it.

use catalyst_sync::audit::{Covered, Line, NOTHING_BEFORE, predecessor_of, verify_export};
use catalyst_sync::digest::Digest;
use serde_json::{Value, json};

/// The lines of an export.
pub fn export(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    verify(&lines);
    // Without a key anybody can make a chain whose hashes are right, whatever its entries say.
    verify(&chained(&lines));
    for line in &lines {
        let hash = Digest::of(line).to_string();
        let (text, row) = (line.clone(), Covered::Nothing);
        let _ = predecessor_of(&Line { sequence: 0, text, hash, signature: None, row });
    }
}

fn verify(lines: &[String]) {
    let count = lines.len() as u64;
    match verify_export(&mut lines.iter().cloned(), None) {
        Ok(verdict) => {
            assert_eq!(verdict.entries + 2, count, "header and head are no entries");
            assert!(!verdict.keyed, "no key was given");
        }
        Err(damage) => {
            assert!((1..=count + 1).contains(&damage.line), "{damage:?}");
            assert!(!damage.reason.is_empty());
        }
    }
}

/// The same entries, each following the one before it, and the head at the end.
fn chained(lines: &[String]) -> Vec<String> {
    let mut previous = NOTHING_BEFORE.to_owned();
    let chained = lines.iter().map(|line| {
        let Ok(mut value) = serde_json::from_str::<Value>(line) else { return line.clone() };
        if let Some(anchor) = value["anchor"]["hash"].as_str() {
            anchor.clone_into(&mut previous);
        } else if value["head"].is_object() {
            value["head"]["hash"] = json!(previous);
        } else if value["entry"].is_object() {
            value["entry"]["previous"] = json!(previous);
            if value["entry"]["covers"].is_object() && value["row"].is_object() {
                let row = canonical(&value["row"]);
                value["entry"]["covers"]["digest"] = json!(Digest::of(row).to_string());
            }
            previous = Digest::of(canonical(&value["entry"])).to_string();
            value["hash"] = json!(previous);
        }
        value.to_string()
    });
    chained.collect()
}

fn canonical(value: &Value) -> String {
    let text = value.to_string();
    catalyst_sync::canonical::Canonical::parse(&text).map_or(text, |own| own.as_str().to_owned())
}
