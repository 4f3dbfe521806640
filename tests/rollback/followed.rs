//! Without `preserveData`, the studio goes back with the platform.

use std::sync::Arc;

use catalyst_sync::engine::{Engine, RunOptions, RunStatus, Undo, UndoMode};
use catalyst_sync::error::ErrorCode;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Bench, SIDES, Side, everything, fields, told};
use crate::support::fake::{Fault, FaultKind, Match, Version};
use crate::support::scenario::simple;
use crate::support::world::{Told, request};

/// Every consent, and the studio follows.
fn following() -> RunOptions {
    RunOptions { preserve_data: Some(false), ..everything() }
}

fn pulling() -> RunOptions {
    RunOptions { mode: Some("pull".to_owned()), ..everything() }
}

/// The labels of a row of the studio, by name; `None` where there is no row.
pub fn row(bench: &Bench, id: &str) -> Option<Vec<String>> {
    let connection = bench.world.studio.connect();
    let sql = "SELECT fields FROM ContentType WHERE id = ?1";
    let text: String = connection.query_row(sql, [id], |row| row.get(0)).ok()?;
    let definition: Value = serde_json::from_str(&text).unwrap();
    let fields = definition.as_array().or_else(|| definition["fields"].as_array()).unwrap();
    let label = |own: &Value| {
        format!("{}={}", own["name"].as_str().unwrap(), own["label"].as_str().unwrap())
    };
    Some(fields.iter().map(label).collect())
}

/// The rows of the studio with their names.
fn names(bench: &Bench) -> String {
    let names = "SELECT group_concat(id || ' ' || name, ', ')
                 FROM (SELECT id, name FROM ContentType ORDER BY id)";
    bench.world.studio.connect().query_row(names, [], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_goes_back_in_the_studio_too() {
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.world.add("c1", "Event", &fields(&[("title", "Title"), ("venue", "Venue")]));
        bench.deploy("first", RunOptions::default()).await;
        let edited = [("title", "Headline"), ("venue", "Venue"), ("price", "Price")];
        bench.world.change("c1", &fields(&edited));
        bench.deploy("second", RunOptions::default()).await;

        let undone = bench.undo("second", following()).await;
        assert_eq!(undone.status, RunStatus::Completed, "{side:?} {:?}", undone.error);
        assert_eq!(told(&undone).1, ["Event update success", "Event update success"]);
        let directions: Vec<&str> = undone.outcomes.iter().map(|one| &*one.direction).collect();
        assert_eq!(directions, ["push", "pull"], "{side:?}");
        let before = ["title=Title", "venue=Venue"];
        assert_eq!(row(&bench, "c1").unwrap(), before, "{side:?}");
        assert_eq!(bench.labels("Event"), before, "{side:?}");
        assert_eq!(bench.pending().await, [0; 5], "{side:?}");
        let versions = "SELECT count(*) FROM content_type_versions WHERE local_id = 'c1'";
        assert_eq!(bench.world.state(versions), "3", "{side:?}: two of people, and this one");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_studio_edited_since_stays() {
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.world.add("c1", "Event", &fields(&[("title", "Title"), ("venue", "Venue")]));
        bench.deploy("first", RunOptions::default()).await;
        bench.world.change("c1", &fields(&[("title", "Headline"), ("venue", "Place")]));
        bench.deploy("second", RunOptions::default()).await;
        bench.world.change("c1", &fields(&[("title", "Newer"), ("venue", "Place")]));

        let undone = bench.undo("second", following()).await;
        assert_eq!(undone.status, RunStatus::Completed, "{side:?} {:?}", undone.error);
        assert_eq!(row(&bench, "c1").unwrap(), ["title=Newer", "venue=Venue"], "{side:?}");
        assert_eq!(bench.labels("Event"), ["title=Title", "venue=Venue"], "{side:?}");
        assert_eq!(bench.pending().await, [0, 1, 0, 0, 0], "{side:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_row_of_a_type_that_was_deleted_is_made_again() {
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
        bench.deploy("first", RunOptions::default()).await;
        bench.world.let_time_pass();
        bench.world.drop_row("c1");
        bench.deploy("second", everything()).await;
        let undone = bench.undo("second", following()).await;
        assert_eq!(undone.status, RunStatus::Completed, "{side:?} {:?}", undone.error);
        assert_eq!(told(&undone).1, ["Event create success", "Event create success"]);
        assert_eq!(row(&bench, "c1").unwrap(), ["title=Title"], "{side:?}");
        assert_eq!(bench.pending().await, [0; 5], "{side:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_home_goes_back() {
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.world.add("c1", "Event", &fields(&[("title", "Title"), ("venue", "Venue")]));
        bench.deploy("first", RunOptions::default()).await;
        bench.world.let_time_pass();
        bench.relabel("Event", "title", "Theirs");
        bench.relabel("Event", "venue", "There");
        let pulled = bench.deploy("second", pulling()).await;
        assert_eq!(told(&pulled).1, ["Event update success"], "{side:?}");
        assert_eq!(row(&bench, "c1").unwrap(), ["title=Theirs", "venue=There"], "{side:?}");
        bench.world.change("c1", &fields(&[("title", "Theirs"), ("venue", "Here")]));

        // With the studio's rows to be kept, there is nothing to undo.
        assert_eq!(told(&bench.undo("second", everything()).await).1, [""; 0], "{side:?}");
        let undone = bench.undo("second", following()).await;
        assert_eq!(told(&undone).1, ["Event update success"], "{side:?} {:?}", undone.error);
        assert_eq!(row(&bench, "c1").unwrap(), ["title=Title", "venue=Here"], "{side:?}");
        assert_eq!(bench.labels("Event"), ["title=Theirs", "venue=There"], "{side:?}");
        // It is news from the platform again.
        let again = bench.deploy("third", pulling()).await;
        assert_eq!(told(&again).1, ["Event update success"], "{side:?} {:?}", again.error);
        assert_eq!(row(&bench, "c1").unwrap(), ["title=Theirs", "venue=Here"], "{side:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_came_home_is_deleted_again_only_if_allowed_and_untouched() {
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.seed("Talk", "title", "Title");
        let connection = || bench.world.studio.connect();
        let id = || -> Option<String> {
            let sql = "SELECT id FROM ContentType WHERE name = 'Talk'";
            connection().query_row(sql, [], |row| row.get(0)).ok()
        };
        let job = json!({ "id": "pull" }).to_string();
        let asked = catalyst_sync::engine::RunRequest {
            job_id: "pull".to_owned(),
            job,
            options: pulling(),
            selected_types: vec!["Talk".to_owned()],
            ..Default::default()
        };
        let pulled = bench.world.run(&bench.to(asked)).await;
        assert_eq!(told(&pulled).1, ["Talk create success"], "{side:?} {:?}", pulled.error);
        let made = id().unwrap();
        let before = row(&bench, &made);

        let refused = RunOptions { preserve_data: Some(false), ..RunOptions::default() };
        let stays = "DELETE_REFUSED the studio's row of Talk stays: made in the studio by the \
                     deployment, and left there; roll back with allowDelete";
        assert_eq!(foretold(&bench, "pull", &refused).await, [stays], "{side:?}");
        let deleted =
            "DELETION the studio's row of Talk is deleted, because the deployment made it";
        assert_eq!(foretold(&bench, "pull", &following()).await, [deleted], "{side:?}");
        let undone = bench.undo("pull", refused).await;
        assert_eq!(told(&undone).1, ["Talk delete skipped DELETE_REFUSED"], "{side:?}");
        assert_eq!(row(&bench, &made), before, "{side:?}");

        let undone = bench.undo("pull", following()).await;
        assert_eq!(told(&undone).1, ["Talk delete success"], "{side:?} {:?}", undone.error);
        assert_eq!(id(), None, "{side:?}");
        assert!(bench.stored("Talk").is_some(), "{side:?}");
    }
}

/// What the platform wrote down in another form is so again, and both sides live with it again.
#[tokio::test(flavor = "multi_thread")]
async fn a_difference_that_was_lived_with_is_lived_with_again() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    let member = "properties.title.displayName".to_owned();
    let what = FaultKind::RewriteMember { member, value: json!("TITLE") };
    bench.world.fake.control().add_fault(Fault { when: Match::method("POST"), what });
    bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
    let first = bench.deploy("first", RunOptions::default()).await;
    assert_eq!(first.outcomes[0].rewritten.len(), 1, "{:?}", first.outcomes);
    assert_eq!(bench.pending().await, [0; 5]);
    bench.world.change("c1", &fields(&[("title", "Headline")]));
    bench.deploy("second", RunOptions::default()).await;
    assert_eq!(bench.labels("Event"), ["title=Headline"]);

    let undone = bench.undo("second", following()).await;
    assert_eq!(told(&undone).1, ["Event update success", "Event update success"]);
    assert_eq!(row(&bench, "c1").unwrap(), ["title=Title"]);
    assert_eq!(bench.labels("Event"), ["title=TITLE"]);
    assert_eq!(bench.pending().await, [0; 5]);
}

/// A row that cannot be made again, because its name was given to another type, keeps no other row from
/// coming back.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_made_again_fails_alone() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.add("c1", "Event", &simple("Event"));
    bench.world.add("c2", "Post", &simple("Post"));
    bench.deploy("first", RunOptions::default()).await;
    bench.world.rename("c1", &simple("Fair"));
    bench.deploy("renamed", RunOptions::default()).await;
    bench.world.let_time_pass();
    bench.world.drop_row("c1");
    bench.world.drop_row("c2");
    bench.deploy("second", everything()).await;
    bench.world.add("c3", "Fair", &simple("Fair"));

    let undone = bench.undo("second", following()).await;
    let outcomes = [
        "Event create success",
        "Post create success",
        "Event create failed VALIDATION_FAILED",
        "Post create success",
    ];
    assert_eq!(told(&undone).1, outcomes, "{:?}", undone.error);
    assert_eq!(names(&bench), "c2 Post, c3 Fair");
}

/// A name that one row gives back is free for the next.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_went_round_go_back() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.add("c1", "Event", &simple("Event"));
    bench.world.add("c2", "Post", &simple("Post"));
    bench.deploy("first", RunOptions::default()).await;
    bench.world.rename("c2", &simple("Fair"));
    bench.world.rename("c1", &simple("Post"));
    bench.deploy("second", RunOptions::default()).await;
    assert_eq!(names(&bench), "c1 Post, c2 Fair");

    let undone = bench.undo("second", following()).await;
    assert_eq!(undone.status, RunStatus::Completed, "{:?}", told(&undone));
    assert_eq!(names(&bench), "c1 Event, c2 Post");
    assert_eq!(bench.pending().await, [0; 5]);
}

/// Whoever reviewed that the studio keeps its rows has not reviewed that they go.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_keeps_the_rows_is_none_that_takes_them_back() {
    for (reviewed, carried_out) in [(everything(), following()), (following(), everything())] {
        let bench = Bench::new(Side::Api(Version::V1)).await;
        bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
        bench.deploy("first", RunOptions::default()).await;
        bench.world.change("c1", &fields(&[("title", "Headline")]));
        bench.deploy("second", RunOptions::default()).await;
        let engine = bench.world.engine();
        let undo = Undo { job_id: "second".to_owned(), mode: UndoMode::Full };
        let provider = request().provider;
        let digest = engine.plan_rollback(&provider, &undo, &reviewed).await.unwrap().digest;

        let asked = |options: &RunOptions| {
            let plan_digest = Some(digest.clone());
            let options = RunOptions { plan_digest, ..options.clone() };
            bench.undoing("second", UndoMode::Full, options)
        };
        let run = async |engine: &Engine, options: &RunOptions| {
            let reporter = Arc::new(Told::default());
            engine.deploy(&asked(options), reporter, &CancellationToken::new()).await
        };
        // The engine that made the plan, and one that did not.
        for engine in [&engine, &bench.world.engine()] {
            let error = run(engine, &carried_out).await.error.unwrap();
            assert_eq!(error.code, ErrorCode::PlanStale);
            let follows = carried_out.preserve_data == Some(false);
            let said = format!("preserveData was \"{follows}\" and is \"{}\"", !follows);
            assert!(error.message.contains(&said), "{error}");
        }
        assert_eq!(row(&bench, "c1").unwrap(), ["title=Headline"]);
        assert_eq!(run(&engine, &reviewed).await.status, RunStatus::Completed);
    }
}

/// What the plan says of the studio's rows, without what it says of the platform.
async fn foretold(bench: &Bench, id: &str, options: &RunOptions) -> Vec<String> {
    let plan = bench.plan(id, options).await.unwrap();
    let rows = plan.findings.into_iter().filter(|one| one.message.contains("the studio's row"));
    rows.map(|one| format!("{} {}", one.code, one.message)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_tells_what_becomes_of_the_rows() {
    let title = "/properties/title/displayName";
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.world.add("c1", "Event", &fields(&[("title", "Title"), ("venue", "Venue")]));
        bench.deploy("first", RunOptions::default()).await;
        bench.world.change("c1", &fields(&[("title", "Headline"), ("venue", "Place")]));
        bench.deploy("second", RunOptions::default()).await;
        bench.world.change("c1", &fields(&[("title", "Headline"), ("venue", "Newer")]));
        let title = if side == Side::Folder { "/fields/title/label" } else { title };
        let back = format!("ROW_RETURNS the studio's row of Event goes back at: {title}");
        assert_eq!(foretold(&bench, "second", &following()).await, [back], "{side:?}");
        assert_eq!(foretold(&bench, "second", &everything()).await, [""; 0], "{side:?}");

        bench.world.let_time_pass();
        bench.relabel("Event", "title", "Theirs");
        bench.deploy("pull", pulling()).await;
        let back = format!("ROW_RETURNS the studio's row of Event goes back at: {title}");
        assert_eq!(foretold(&bench, "pull", &following()).await, [back], "{side:?}");
        bench.undo("pull", following()).await;
        assert_eq!(foretold(&bench, "pull", &following()).await, [""; 0], "{side:?}");

        bench.deploy("home", pulling()).await;
        bench.world.let_time_pass();
        bench.world.drop_row("c1");
        bench.deploy("gone", everything()).await;
        let again = "ROW_RETURNS the studio's row of Event is made again";
        assert_eq!(foretold(&bench, "gone", &following()).await, [again], "{side:?}");
    }
}

/// What came home is the same on both sides, and what was entered in it since is lost all the same.
#[tokio::test(flavor = "multi_thread")]
async fn content_in_what_came_home_waits_for_consent() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
    bench.deploy("first", RunOptions::default()).await;
    bench.world.let_time_pass();
    let venue = json!({ "properties": { "venue": { "type": "string", "displayName": "Venue" } } });
    assert!(bench.world.fake.control().edit(Version::V1, "Event", venue));
    bench.deploy("pull", pulling()).await;
    assert_eq!(row(&bench, "c1").unwrap(), ["title=Title", "venue=Venue"]);
    let item = "INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt)
                VALUES ('i1', 'c1', 'w1', ?1, 1)";
    bench.world.sql(item, &[r#"{"venue":"Hall"}"#]);

    let options = RunOptions { preserve_data: Some(false), ..RunOptions::default() };
    let paths = "/properties/venue, /properties/venue/displayName, /properties/venue/type";
    let waits = "DATA_LOSS_REFUSED the studio's row of Event loses content, and waits for consent";
    let told = foretold(&bench, "pull", &options).await;
    assert_eq!(told.last(), Some(&format!("{waits}: {paths}")));
    let undone = bench.undo("pull", options).await;
    assert_eq!(undone.outcomes[0].withheld.join(", "), paths);
    assert_eq!(row(&bench, "c1").unwrap(), ["title=Title", "venue=Venue"]);
    let undone = bench.undo("pull", following()).await;
    assert_eq!(undone.outcomes[0].withheld, [""; 0], "{:?}", undone.error);
    assert_eq!(row(&bench, "c1").unwrap(), ["title=Title"]);
}
