//! Runs of other processes: followed, cancelled, and taken for dead when nothing is heard of them.

use std::time::Duration;

use catalyst_sync::engine::{Actor, Engine, Role};
use catalyst_sync::error::ErrorCode;
use catalyst_sync::port::{Beat, Relay, RunEnd, RunRow, Store};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use serde_json::{Value, json};

use crate::support::clock::{START, TestClock};
use crate::support::world::World;

/// A run that another process began, and what it told.
async fn elsewhere(world: &World) -> SqliteStore {
    let store = SqliteStore::new(&StateLocation::beside(world.studio.path()));
    let run = RunRow {
        run_id: "run_1".to_owned(),
        job_id: "theirs".to_owned(),
        provider: "optimizely".to_owned(),
        actor: "ada".to_owned(),
        options: "{}".to_owned(),
        job: r#"{"id":"theirs","name":"Kept","logs":[{"message":"before"}]}"#.to_owned(),
        started_at: START,
        scopes: Vec::new(),
    };
    store.begin_run(run).await.unwrap();
    store.beat(beat(10, &["first"])).await.unwrap();
    store.beat(beat(40, &["second", "third"])).await.unwrap();
    store
}

fn beat(progress: u8, messages: &[&str]) -> Beat {
    let entries = messages.iter().map(|text| json!({ "message": text }).to_string()).collect();
    Beat { run_id: "run_1".to_owned(), at: START, progress, entries }
}

async fn shown(engine: &Engine) -> Value {
    serde_json::from_str(&engine.deployment("theirs").await.unwrap().unwrap()).unwrap()
}

fn brief(job: &Value) -> Value {
    json!([job["status"], job["progress"], job["name"]])
}

fn messages(job: &Value) -> Vec<&str> {
    let logs = job["logs"].as_array().unwrap();
    logs.iter().map(|entry| entry["message"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_tells_other_processes_how_far_it_is() {
    let mut world = World::new().await;
    let clock = TestClock::manual();
    world.clock = clock.clone();
    let store = elsewhere(&world).await;
    let engine = world.engine();

    let job = shown(&engine).await;
    assert_eq!(brief(&job), json!(["running", 40, "Kept"]));
    assert_eq!(messages(&job), ["before", "first", "second", "third"]);

    // Half a minute without a word.
    clock.advance(Duration::from_secs(31));
    let job = shown(&engine).await;
    assert_eq!(brief(&job), json!(["failed", 40, "Kept"]));
    assert_eq!(job["errorInfo"]["code"], "INTERRUPTED");
    assert_eq!(job["error"], "the process that ran the deployment \"theirs\" is gone");
    assert_eq!(messages(&job), ["before", "first", "second", "third"]);

    // It was only slow.
    let late = Beat { at: START + 31_000, ..beat(50, &[]) };
    store.beat(late).await.unwrap();
    assert_eq!(shown(&engine).await["status"], "running");

    let end = RunEnd {
        run_id: "run_1".to_owned(),
        status: "completed".to_owned(),
        plan_digest: None,
        counts: [0; 3],
        result: r#"{"status":"completed"}"#.to_owned(),
        completed_at: START,
    };
    store.finish_run(end).await.unwrap();
    assert_eq!(shown(&engine).await["status"], "completed");
    // What comes too late is kept nowhere.
    store.beat(beat(60, &["late"])).await.unwrap();
    for table in ["sync_run_signals", "sync_run_log"] {
        assert_eq!(world.state(&format!("SELECT count(*) FROM {table}")), "0", "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_another_process_is_asked_to_stop() {
    let mut world = World::new().await;
    world.clock = TestClock::manual();
    let store = elsewhere(&world).await;
    let acting = |id: &str, role| world.engine().acting(Actor { id: id.to_owned(), role }).unwrap();

    let refused = acting("eve", Role::Viewer).ask_to_cancel("theirs").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::RoleRefused);
    assert_eq!(store.cancelled_by("run_1").await.unwrap(), None);

    let editor = acting("bob", Role::Editor);
    assert!(editor.ask_to_cancel("theirs").await.unwrap());
    assert_eq!(store.cancelled_by("run_1").await.unwrap().as_deref(), Some("bob"));
    // That it was asked says nothing of how far it is.
    assert_eq!(shown(&editor).await["progress"], 40);
    assert!(!editor.ask_to_cancel("nobody's").await.unwrap());
}
