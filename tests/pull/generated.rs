//! Types of every kind, edited on the platform at random: a colleague's studio deploys the edits, and
//! ours takes them home.

use catalyst_sync::engine::{Outcome, Query, RunOptions, RunReport, RunRequest};
use catalyst_sync::model::ContentType;
use rusqlite::params;
use serde_json::{Value, json};

use super::{definition, options};
use crate::support::documents::Random;
use crate::support::edits::{edit, made_type};
use crate::support::rows::{Stored, Writer, sayable, stored};
use crate::support::studio_db::StudioDb;
use crate::support::studio_rules::{complaints, is_other_kind};
use crate::support::world::{World, request, to_files};

/// How many types there are of each writer.
const TYPES: usize = 20;

fn insert(db: &StudioDb, row: &Stored) {
    db.connect()
        .execute(
            "INSERT INTO ContentType (id, websiteId, name, fields, settings, createdAt, updatedAt)
             VALUES (?1, 'w1', ?2, ?3, ?4, 1, 1)",
            params![row.id, row.name, row.fields, row.settings],
        )
        .unwrap();
}

/// A studio with these types, and those that they may refer to.
fn studio(folder: &std::path::Path, types: &[(Writer, ContentType)]) -> StudioDb {
    std::fs::create_dir_all(folder).unwrap();
    let db = StudioDb::sqlite_era(folder).website("w1", "Site");
    for id in ["row-a", "row-b", "row-c"] {
        let fields = json!([{ "name": "title", "type": "text" }]).to_string();
        let name = format!("Other {}", id.to_uppercase().replace("ROW-", ""));
        insert(&db, &Stored { id: id.to_owned(), name, fields, ..Stored::default() });
    }
    for (writer, own) in types {
        insert(&db, &stored(*writer, &sayable(own.clone())));
    }
    db
}

/// Deploys to the fake, or to a folder.
async fn run(world: &World, to: &str, options: RunOptions) -> RunReport {
    let base = if to == "files" { to_files("model") } else { request() };
    Box::pin(world.run(&RunRequest { options, ..base })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_colleague_edits_comes_home_and_then_nothing_is_left() {
    for (to, profile) in
        [("optimizely", "compatible"), ("optimizely", "native"), ("files", "compatible")]
    {
        let mut random = Random(42);
        let mut ours = Vec::new();
        let mut theirs = Vec::new();
        for at in 0..TYPES {
            for writer in [Writer::Builder, Writer::Seed] {
                let id = format!("{writer:?}{at}").to_lowercase();
                let name = format!("{writer:?} {at}");
                let own = made_type(&mut random, 5);
                let own = ContentType { id, name: name.clone(), website_id: "w1".into(), ..own };
                let mut edited = own.clone();
                let count = 1 + random.below(4);
                edit(&mut edited, count, &mut random);
                // A name derives another key, which a studio without the memory cannot know.
                edited.name = name;
                ours.push((writer, own));
                theirs.push((writer, edited));
            }
        }
        let mut world = World::new().await;
        world.options["mapping"] = json!(profile);
        world.studio = studio(&world.beside("ours"), &ours);
        let first = run(&world, to, RunOptions::default()).await;
        assert!(first.error.is_none(), "{to} {profile}: {:?}", first.error);

        let our_studio = std::mem::replace(
            &mut world.studio,
            studio(&world.folder.path().join("theirs"), &theirs),
        );
        let winning = RunOptions {
            conflict_strategy: Some("source_wins".to_owned()),
            allow_data_loss: true,
            ..RunOptions::default()
        };
        let second = run(&world, to, winning).await;
        assert!(second.error.is_none(), "{to} {profile}: {:?}", second.error);
        world.studio = our_studio;

        let all = RunOptions { allow_data_loss: true, ..options("pull") };
        let report = run(&world, to, all).await;
        assert!(report.error.is_none(), "{to} {profile}: {:?}", report.error);
        for outcome in &report.outcomes {
            assert_eq!(outcome.status, "success", "{to} {profile}: {outcome:?}");
            // The studio keeps relationships behind the other fields, and cannot say another order;
            // nor that of options of which it has none.
            let is_order = |path: &String| path.ends_with("Order");
            assert!(outcome.dropped.iter().all(is_order), "{to} {profile}: {outcome:?}");
        }
        assert!(report.outcomes.len() > TYPES / 2, "{to} {profile}: {}", report.outcomes.len());
        for (_, own) in &ours {
            let known: Vec<&str> = own.fields.iter().map(|field| &*field.name).collect();
            let now = definition(&world, &own.id);
            let list = now.get("fields").unwrap_or(&now).as_array().unwrap();
            let news = |field: &&Value| !known.contains(&field["name"].as_str().unwrap());
            for field in list.iter().filter(news) {
                let kind = field["type"].as_str().unwrap();
                assert!(to == "files" || !is_other_kind(kind), "{kind}");
            }
            let known: Vec<&str> = list.iter().filter_map(|field| field["name"].as_str()).collect();
            let of_rules = complaints("Name", &now.to_string(), &known);
            assert_eq!(of_rules, [""; 0], "{to} {profile} {}", own.id);
        }
        for mode in ["push", "pull", "bidirectional"] {
            let all = RunOptions { allow_data_loss: true, ..options(mode) };
            let again = run(&world, to, all).await;
            assert!(again.error.is_none(), "{to} {profile} {mode}: {:?}", again.error);
            // A type that belonged to a field goes with it, or is called after it: that is ours to send.
            let is_root = |one: &&Outcome| {
                ours.iter().any(|(_, own)| own.name.replace(' ', "") == one.type_key)
            };
            let left: Vec<&Outcome> = again.outcomes.iter().filter(is_root).collect();
            assert!(left.is_empty(), "{to} {profile} {mode}: {left:?}");
        }
        let base = if to == "files" { to_files("model") } else { request() };
        let query = Query { provider: base.provider, ..Query::default() };
        let summary = world.engine().detect(&query).await.unwrap().summary;
        assert!(summary.total == 0 || profile == "native", "{to} {profile}");
        // An order that cannot be said goes on being theirs.
        let unsaid = report.outcomes.iter().filter(|outcome| !outcome.dropped.is_empty());
        assert!(summary.remote_changed <= unsaid.count(), "{to} {profile}");
    }
}
