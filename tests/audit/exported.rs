//! Exports, and that they verify from the file alone.

use catalyst_sync::audit::{DamagedLine, Seal, Verdict as Shown, verify_export};
use catalyst_sync::canonical::parse;
use catalyst_sync::http::Secret;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// One key, as somebody has it who holds nothing but the file and the key.
struct Held {
    name: String,
    secret: Secret,
}

impl Held {
    fn new(key: &str) -> Self {
        let secret = Secret::new(key);
        Self { name: secret.sign("name").to_string()[..16].to_owned(), secret }
    }
}

impl Seal for Held {
    fn key(&self) -> &str {
        &self.name
    }

    fn sign(&self, message: &str) -> String {
        self.secret.sign(message).to_string()
    }

    fn check(&self, key: &str, message: &str, signature: &str) -> Option<bool> {
        (key == self.name).then(|| self.secret.signed(message, signature))
    }
}

/// The whole export, line by line, and how many entries it says that it holds.
pub async fn export(engine: &Engine) -> (Vec<String>, u64) {
    let (mut text, mut entries, mut cursor) = (String::new(), 0, None);
    loop {
        let batch = engine.export_history(cursor).await.unwrap();
        text.push_str(&batch.text.concat());
        entries += batch.entries;
        cursor = batch.cursor;
        if cursor.is_none() {
            return (text.lines().map(str::to_owned).collect(), entries);
        }
    }
}

pub fn verified(lines: &[String], key: Option<&str>) -> Result<Shown, DamagedLine> {
    let held = key.map(Held::new);
    let seal = held.as_ref().map(|held| held as &dyn Seal);
    verify_export(&mut lines.iter().cloned(), seal)
}

async fn exported(key: Option<&str>) -> Vec<String> {
    let world = world().await;
    let engine = key.map_or_else(|| world.engine(), |key| engine_with_key(&world, key));
    deploy(&engine, RunOptions::default()).await;
    world.change("c1", &relabelled("Post", "\u{1F600} \u{2028}"));
    deploy(&engine, RunOptions::default()).await;
    let (lines, entries) = export(&engine).await;
    assert_eq!(lines.len() as u64, entries + 2);
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_verifies_without_the_state() {
    for key in [None, Some(KEY)] {
        let lines = exported(key).await;
        let shown = verified(&lines, key).unwrap();
        assert_eq!((shown.entries, shown.keyed), (11, key.is_some()));
        assert!(verified(&lines, None).is_ok(), "hashes need no key");
        let header: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(
            header,
            json!({ "anchor": { "hash": "0".repeat(64), "sequence": 0 },
                    "format": "catalyst-sync audit", "version": 1 })
        );
        let attempt = lines.iter().find(|line| line.contains("sync_history/1\"")).unwrap();
        let attempt: Value = serde_json::from_str(attempt).unwrap();
        assert_eq!(attempt["row"]["actor"], "system");
        assert_eq!(attempt["row"]["role"], "admin");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_export_is_removed_moved_or_repeated_unseen() {
    let lines = exported(Some(KEY)).await;
    for at in 0..lines.len() {
        let mut less = lines.clone();
        less.remove(at);
        let damage = verified(&less, None).unwrap_err();
        // What comes in its place is the first that is wrong; at the end, that nothing comes.
        assert_eq!(damage.line, at as u64 + 1, "without line {}: {}", at + 1, damage.reason);
        let mut twice = lines.clone();
        twice.insert(at, lines[at].clone());
        let damage = verified(&twice, None).unwrap_err();
        assert_eq!(damage.line, at as u64 + 2, "line {} twice: {}", at + 1, damage.reason);
        if at + 1 < lines.len() {
            let mut swapped = lines.clone();
            swapped.swap(at, at + 1);
            let damage = verified(&swapped, None).unwrap_err();
            assert_eq!(damage.line, at as u64 + 1, "line {} later: {}", at + 1, damage.reason);
        }
        assert!(verified(&lines[..at], None).is_err(), "only {at} lines");
    }
}

/// Changes every leaf of a value in turn.
fn changed(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| {
                changed(member).into_iter().map(|new| {
                    let mut members = members.clone();
                    members.insert(name.clone(), new);
                    Value::Object(members)
                })
            })
            .chain([{
                let mut members = members.clone();
                members.insert("novel".to_owned(), json!(1));
                Value::Object(members)
            }])
            .collect(),
        Value::Number(number) => vec![json!(number.as_f64().unwrap() + 1.0)],
        Value::String(text) => vec![json!(format!("{text}0"))],
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_value_of_an_export_is_changed_unseen() {
    let lines = exported(Some(KEY)).await;
    let mut tried = 0;
    for (at, line) in lines.iter().enumerate() {
        let line: Value = serde_json::from_str(line).unwrap();
        for (name, member) in line.as_object().unwrap() {
            for new in changed(member) {
                let mut damaged = lines.clone();
                let mut own = line.clone();
                own[name] = new;
                damaged[at] = own.to_string();
                let is_ignored =
                    matches!(&**name, "anchor" | "head") && own[name].to_string().contains("novel");
                let found = verified(&damaged, Some(KEY));
                if is_ignored {
                    // Members that say nothing are room for later versions.
                    assert!(found.is_ok(), "{own}");
                    continue;
                }
                let Err(damage) = found else { panic!("{own}") };
                // What stands before the first entry is compared with it.
                let expected = if at == 0 && name == "anchor" { 2 } else { at as u64 + 1 };
                assert_eq!(damage.line, expected, "{own}: {}", damage.reason);
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

/// Whatever comes out of a damaged disk is told and ends nothing; what still passes says the same.
#[test]
fn any_changed_character_is_found() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let lines = runtime.block_on(exported(Some(KEY)));
    let same = |a: &str, b: &str| parse(a).ok().is_some_and(|a| parse(b).ok() == Some(a));
    proptest!(ProptestConfig::with_cases(2_000), |(
        at in any::<Index>(), offset in any::<Index>(), char in any::<char>()
    )| {
        let at = at.index(lines.len());
        let mut line: Vec<char> = lines[at].chars().collect();
        let offset = offset.index(line.len());
        line[offset] = char;
        let mut damaged = lines.clone();
        damaged[at] = line.into_iter().collect();
        match verified(&damaged, Some(KEY)) {
            Ok(_) => prop_assert!(same(&damaged[at], &lines[at]), "{}", damaged[at]),
            Err(damage) => {
                let of_anchor = usize::from(at == 0);
                let own = at as u64 + 1..=(at + of_anchor) as u64 + 1;
                prop_assert!(own.contains(&damage.line), "{damage:?} of line {}", at + 1);
            }
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_not_there_exports_an_empty_chain() {
    let world = world().await;
    let (lines, entries) = export(&world.engine()).await;
    assert_eq!((lines.len(), entries), (2, 0));
    assert_eq!(verified(&lines, None).unwrap().entries, 0);
    assert_eq!(verify(&world.engine()).await.entries, 0);
    assert!(!world.beside("dev.db.catalyst-sync").exists(), "reading makes nothing");
}

/// A damaged chain is exported as it is; the file shows the damage.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_chain_is_exported_with_its_damage() {
    let world = world().await;
    world.deploy().await;
    state(&world).execute("UPDATE sync_history SET actor = 'eve' WHERE id = 1", []).unwrap();
    let (lines, _) = export(&world.engine()).await;
    let damage = verified(&lines, None).unwrap_err();
    assert!(damage.reason.starts_with("sync_history/1, which entry"), "{}", damage.reason);
    assert!(damage.reason.ends_with("was changed"), "{}", damage.reason);
}
