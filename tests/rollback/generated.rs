//! Types of every kind, made, edited and deleted at random: undone, the platform is as it was, and undone
//! once more, as it was then.

use catalyst_sync::engine::RunStatus;
use catalyst_sync::model::ContentType;
use rusqlite::params;
use serde_json::{Value, json};

use super::{Bench, SIDES, Side, everything};
use crate::support::documents::Random;
use crate::support::edits::{edit, made_type};
use crate::support::fake::Version;
use crate::support::rows::{Stored, Writer, sayable, stored};

/// How many types there are of each writer.
const TYPES: usize = 24;

fn put(bench: &Bench, row: &Stored) {
    let sql = "INSERT OR REPLACE INTO ContentType
                 (id, websiteId, name, fields, settings, createdAt, updatedAt)
               VALUES (?1, 'w1', ?2, ?3, ?4, 1, 1)";
    let connection = bench.world.studio.connect();
    connection.execute(sql, params![row.id, row.name, row.fields, row.settings]).unwrap();
}

/// Everything of a definition that is ours, properties in their order.
fn ours(side: Side, mut stored: Value) -> Value {
    let Side::Api(_) = side else { return stored };
    let mut properties: Vec<(i64, String, Value)> = Vec::new();
    for (key, mut own) in stored["properties"].as_object().cloned().unwrap_or_default() {
        let place = own.as_object_mut().unwrap().remove("sortOrder");
        properties.push((place.and_then(|it| it.as_i64()).unwrap_or_default(), key, own));
    }
    properties.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let order: Vec<&String> = properties.iter().map(|(_, key, _)| key).collect();
    let list: Vec<&Value> = properties.iter().map(|(_, _, own)| own).collect();
    let properties = json!([order, list]);
    let kept = ["key", "displayName", "description", "baseType"];
    let members = stored.as_object_mut().unwrap();
    members.retain(|name, _| kept.contains(&&**name));
    members.insert("properties".to_owned(), properties);
    stored
}

/// What the platform holds, by key.
fn platform(bench: &Bench, side: Side) -> Vec<(String, Value)> {
    let mut keys = match side {
        Side::Api(_) => bench.world.fake.control().keys(),
        Side::Folder => std::fs::read_dir(bench.world.beside("model"))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .filter(|key| key != "catalyst-sync")
            .collect(),
    };
    keys.sort();
    keys.into_iter().map(|key| (key.clone(), ours(side, bench.stored(&key).unwrap()))).collect()
}

fn assert_same(before: &[(String, Value)], after: &[(String, Value)], case: &str) {
    let keys = |all: &[(String, Value)]| -> Vec<String> {
        all.iter().map(|(key, _)| key.clone()).collect()
    };
    assert_eq!(keys(before), keys(after), "{case}");
    for ((key, was), (_, is)) in before.iter().zip(after) {
        assert_eq!(was, is, "{case} {key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_undone_is_as_it_was() {
    for (seed, side) in SIDES.into_iter().chain([Side::Api(Version::V1)]).enumerate() {
        let profile = if seed % 2 == 0 { "native" } else { "compatible" };
        let case = format!("{side:?} {profile}");
        let mut random = Random(1000 + seed as u64);
        let mut bench = Bench::new(side).await;
        bench.world.options["mapping"] = json!(profile);
        for id in ["row-a", "row-b", "row-c"] {
            let fields = json!([{ "name": "title", "type": "text" }]).to_string();
            let name = format!("Other {}", id.to_uppercase().replace("ROW-", ""));
            put(&bench, &Stored { id: id.to_owned(), name, fields, ..Stored::default() });
        }
        let mut later = Vec::new();
        for at in 0..TYPES {
            for writer in [Writer::Builder, Writer::Seed] {
                let id = format!("{writer:?}{at}").to_lowercase();
                let name = format!("{writer:?} {at}");
                let own = made_type(&mut random, 5);
                let own = ContentType { id, name: name.clone(), website_id: "w1".into(), ..own };
                let row = stored(writer, &sayable(own.clone()));
                match at % 4 {
                    0 => later.push(Some(row)),
                    1 => {
                        put(&bench, &row);
                        later.push(None);
                        let drop = format!("DELETE FROM ContentType WHERE id = '{}'", row.id);
                        later.push(Some(Stored { id: drop, ..Stored::default() }));
                    }
                    _ => {
                        put(&bench, &row);
                        let mut edited = own;
                        let count = 1 + random.below(4);
                        edit(&mut edited, count, &mut random);
                        edited.name = name;
                        later.push(Some(stored(writer, &sayable(edited))));
                    }
                }
            }
        }
        let first = bench.deploy("first", everything()).await;
        assert_eq!(first.status, RunStatus::Completed, "{case}: {:?}", first.error);
        let before = platform(&bench, side);
        bench.world.let_time_pass();

        for row in later.iter().flatten() {
            if row.id.starts_with("DELETE") {
                bench.world.sql(&row.id, &[]);
            } else {
                put(&bench, row);
            }
        }
        let second = bench.deploy("second", everything()).await;
        assert_eq!(second.status, RunStatus::Completed, "{case}: {:?}", second.outcomes);
        let after = platform(&bench, side);
        bench.world.let_time_pass();
        let pending = second.outcomes.len();
        assert!(pending > TYPES, "{case}: {pending}");

        let undone = bench.undo("second", everything()).await;
        assert_eq!(undone.status, RunStatus::Completed, "{case}: {:?}", undone.outcomes);
        assert_same(&before, &platform(&bench, side), &format!("{case} undone"));
        bench.world.let_time_pass();
        let [created, updated, deleted, remote, conflicts] = bench.pending().await;
        assert_eq!((remote, conflicts), (0, 0), "{case}");
        assert_eq!(created + updated + deleted, pending, "{case}");

        let redone = bench.undo("second-rollback", everything()).await;
        assert_eq!(redone.status, RunStatus::Completed, "{case}: {:?}", redone.outcomes);
        assert_same(&after, &platform(&bench, side), &format!("{case} redone"));
        bench.world.let_time_pass();
        assert_eq!(bench.pending().await, [0; 5], "{case}");
        bench.world.fake.assert_clean();
    }
}
