//! The audit: who did or was refused what, and that nobody changes it unseen.

mod exported;
mod kept;
mod keys;
mod tampering;

use std::sync::Arc;

use catalyst_sync::canonical::Path;
use catalyst_sync::compose::{self, EngineOptions, engine_with};
use catalyst_sync::engine::{
    Actor, ConflictQuery, Engine, HistoryQuery, HistoryVerdict, ProviderRequest, Query, Role,
    RunOptions, RunReport, RunRequest, RunStatus, Strategy, TypeRef, Values, Verdict, VersionNote,
};
use catalyst_sync::error::ErrorCode;
use catalyst_sync::port::VersionSource;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::fake::{Fault, FaultKind, Match, Moment, Version};
use crate::support::scenario::simple;
use crate::support::world::{Told, World, request, to_files};

const KEY: &str = "a key of the tests that is long enough";

/// An engine that holds keys.
fn engine_with_key(world: &World, key: &str) -> Engine {
    let mut options = world.engine_options();
    options.environment.insert("CATALYST_SYNC_AUDIT_KEY".to_owned(), key.to_owned());
    engine_with(&options, Arc::clone(&world.clock), None).unwrap()
}

async fn deploy(engine: &Engine, options: RunOptions) -> RunReport {
    run(engine, &RunRequest { options, ..request() }).await
}

async fn run(engine: &Engine, request: &RunRequest) -> RunReport {
    engine.deploy(request, Arc::new(Told::default()), &CancellationToken::new()).await
}

async fn verify(engine: &Engine) -> HistoryVerdict {
    engine.verify_history().await.unwrap()
}

/// The state's own database.
fn state(world: &World) -> Connection {
    let mut path = world.studio.path().as_os_str().to_owned();
    path.push(".catalyst-sync");
    Connection::open(path).unwrap()
}

/// The entries, parsed.
fn entries(world: &World) -> Vec<Value> {
    let connection = state(world);
    let mut statement =
        connection.prepare("SELECT entry FROM sync_audit ORDER BY sequence").unwrap();
    let texts = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    texts.map(|text| serde_json::from_str(&text.unwrap()).unwrap()).collect()
}

/// `actor/role action outcome code type covers`, as far as there is something.
fn brief(entry: &Value) -> String {
    let text = |name: &str| entry[name].as_str().unwrap_or_default();
    let covers = entry["covers"]["row"].as_str().unwrap_or_default();
    let table = covers.split('/').next().unwrap_or_default();
    let words = [
        &*format!("{}/{}", text("actor"), text("role")),
        text("action"),
        text("outcome"),
        text("code"),
        text("typeKey"),
        table,
    ];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn briefs(world: &World) -> Vec<String> {
    entries(world).iter().map(brief).collect()
}

async fn world() -> World {
    let world = World::new().await;
    world.add("c1", "Post", &simple("Post"));
    world.add("c2", "Page", &simple("Page"));
    world
}

fn ada(role: Role) -> Actor {
    Actor { id: "ada".to_owned(), role }
}

fn relabelled(name: &str, label: &str) -> Value {
    let title = json!({ "id": "f1", "name": "title", "label": label, "type": "text" });
    json!({ "name": name, "fields": [title] })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_leaves_an_entry_of_its_beginning_its_requests_its_attempts_and_its_end() {
    let world = world().await;
    let engine = world.engine().acting(ada(Role::Editor)).unwrap();
    assert_eq!(deploy(&engine, RunOptions::default()).await.status, RunStatus::Completed);
    let mut found = briefs(&world);
    // Types go in parallel.
    found.get_mut(2..6).unwrap().sort();
    assert_eq!(
        found,
        [
            "ada/editor audit.begin begun",
            "ada/editor run.begin running sync_transactions",
            "ada/editor push.create SUCCESS Page sync_history",
            "ada/editor push.create SUCCESS Post sync_history",
            "ada/editor request.create applied Page sync_operations",
            "ada/editor request.create applied Post sync_operations",
            "ada/editor run.end completed sync_transactions",
        ]
    );
    let end = entries(&world).pop().unwrap();
    assert_eq!((&end["deploymentId"], &end["websiteId"]), (&json!("job"), &json!("w1")));
    assert_eq!(end["planDigest"].as_str().map(str::len), Some(64));
    assert!(end["target"].as_str().unwrap().starts_with("optimizely:"), "{end}");
    let verdict = verify(&world.engine()).await;
    assert_eq!(
        verdict,
        HistoryVerdict {
            ok: true,
            entries: 7,
            first_broken: None,
            keyed: false,
            signed_from: None
        }
    );
    // Rows and records name the role, too.
    let history = engine.sync_history(&HistoryQuery::default()).await.unwrap();
    let roles: Vec<_> = history.data.iter().map(|one| one.role.as_deref()).collect();
    assert_eq!(roles, [Some("editor"); 2]);
    assert_eq!(world.state("SELECT actor || '/' || role FROM sync_transactions"), "ada/editor");
}

/// What is audited grows with what is done, and not with what there is.
#[tokio::test(flavor = "multi_thread")]
async fn types_that_are_as_they_were_leave_no_entry() {
    let world = World::new().await;
    for at in 0..300 {
        world.add(&format!("c{at}"), &format!("Type{at}"), &simple(&format!("Type{at}")));
    }
    let request = to_files("model");
    assert_eq!(world.run(&request).await.status, RunStatus::Completed);
    let before = entries(&world).len();
    assert_eq!(before, 1 + 2 + 2 * 300);
    assert_eq!(world.run(&request).await.status, RunStatus::Completed);
    assert_eq!(briefs(&world)[before..].len(), 2, "run.begin and run.end");
    assert!(verify(&world.engine()).await.ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_and_versions_are_entries_with_who_made_them() {
    let world = world().await;
    let engine = world.engine().acting(ada(Role::Admin)).unwrap();
    deploy(&engine, RunOptions::default()).await;
    let begun = entries(&world).len();
    let provider = ProviderRequest::default();

    let post = TypeRef::named("Post");
    world.change("c1", &relabelled("Post", "Ours"));
    let note = VersionNote { source: VersionSource::Ui, author: "eve".to_owned(), message: None };
    engine.record_version(&post, &note).await.unwrap().unwrap();
    let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    assert!(world.fake.control().edit(Version::V1, "Post", theirs));
    deploy(&engine, RunOptions::default()).await;
    let open = engine.conflicts(&ConflictQuery::default()).await.unwrap();
    let open: Value = serde_json::from_str(open.conflicts[0].as_str()).unwrap();
    let verdict = Verdict {
        conflict: open["id"].as_str().unwrap().to_owned(),
        strategy: Strategy::SourceWins,
        values: Values::new(),
        by: "eve".to_owned(),
    };
    assert!(engine.resolve(&provider, vec![verdict]).await.unwrap()[0].success);
    assert!(engine.delete_conflict(open["id"].as_str().unwrap()).await.unwrap());
    engine.clear_decided(1).await.unwrap();

    let page = TypeRef::named("Page");
    assert!(world.fake.control().edit(Version::V1, "Page", json!({ "description": "theirs" })));
    let path = Path::parse("/description").unwrap();
    engine.accept_drift(&provider, &page, &path).await.unwrap();

    assert_eq!(
        briefs(&world)[begun..],
        [
            "ada/admin version.record update Post",
            "ada/admin run.begin running sync_transactions",
            "ada/admin run.end partial sync_transactions",
            "ada/admin conflict.decide source_wins Post",
            "ada/admin conflict.forget asked Post",
            "ada/admin conflict.forget asked",
            "ada/admin drift.accept accepted Page",
        ]
    );
    let detail = |action: &str| {
        let found = entries(&world).into_iter().find(|entry| entry["action"] == action);
        found.unwrap()["detail"].clone()
    };
    assert_eq!(detail("version.record")["author"], "eve");
    assert_eq!(detail("conflict.decide")["resolvedBy"], "eve");
    assert_eq!(detail("drift.accept")["paths"], r#"["/description"]"#);
    assert!(verify(&engine).await.ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_an_entry_with_the_role_that_was_needed() {
    let world = world().await;
    let viewer = world.engine().acting(ada(Role::Viewer)).unwrap();
    let editor = world.engine().acting(ada(Role::Editor)).unwrap();
    let all = RunOptions::default;
    let allow = RunOptions { allow_delete: true, ..all() };
    let stale = RunOptions { plan_digest: Some("0".repeat(64)), ..all() };
    let rehearsal = RunOptions { dry_run: true, ..stale.clone() };
    for (engine, options, code) in [
        (&viewer, all(), ErrorCode::RoleRefused),
        (&editor, allow, ErrorCode::RoleRefused),
        (&editor, stale, ErrorCode::PlanStale),
        (&editor, rehearsal, ErrorCode::PlanStale),
    ] {
        assert_eq!(deploy(engine, options).await.error.unwrap().code, code);
    }
    let provider = ProviderRequest::default();
    assert!(viewer.recover(&provider).await.is_err());
    assert!(editor.clear_decided(1).await.is_err());
    // Reading leaves nothing.
    viewer.detect(&Query::default()).await.unwrap();
    verify(&viewer).await;

    let refused = entries(&world).into_iter().filter(|entry| entry["outcome"] == "refused");
    let refused: Vec<String> = refused
        .map(|entry| {
            let needed = entry["detail"]["needed"].as_str().unwrap_or("-").to_owned();
            let deployment = entry["deploymentId"].as_str().unwrap_or("-").to_owned();
            format!("{} {needed} {deployment}", brief(&entry))
        })
        .collect();
    assert_eq!(
        refused,
        [
            "ada/viewer deploy refused ROLE_REFUSED editor job",
            "ada/editor deploy with allowDelete refused ROLE_REFUSED admin job",
            "ada/editor deploy refused PLAN_STALE - job",
            "ada/viewer recover interrupted deployments refused ROLE_REFUSED editor -",
            "ada/editor take conflicts out of the log refused ROLE_REFUSED admin -",
        ]
    );
    assert!(verify(&world.engine()).await.ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_home_is_audited_and_so_is_what_the_studio_does_not_take() {
    let world = world().await;
    world.deploy().await;
    let begun = entries(&world).len();
    let freeze = "CREATE TRIGGER freeze BEFORE UPDATE ON ContentType WHEN NEW.name = 'Page'
                  BEGIN SELECT RAISE(ABORT, 'pages are frozen'); END";
    world.studio.connect().execute_batch(freeze).unwrap();
    for key in ["Post", "Page"] {
        let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
        assert!(world.fake.control().edit(Version::V1, key, theirs));
    }
    let options = RunOptions { mode: Some("pull".to_owned()), ..RunOptions::default() };
    deploy(&world.engine(), options).await;
    let mut found = briefs(&world)[begun..].to_vec();
    found.sort();
    assert_eq!(
        found,
        [
            "system/admin pull.update FAILED VALIDATION_FAILED Page sync_history",
            "system/admin pull.update SUCCESS Post sync_history",
            "system/admin run.begin running sync_transactions",
            "system/admin run.end partial sync_transactions",
        ]
    );
    assert!(verify(&world.engine()).await.ok);
}

/// The tables may lie in the studio's own database, under names of their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_state_within_the_studio_has_an_audit_like_any_other() {
    let mut world = world().await;
    world.options["stateUrl"] = json!("studio");
    world.options["retention"] = json!({ "audit": { "count": 3 } });
    for label in ["One", "Two", "Three"] {
        world.change("c1", &relabelled("Post", label));
        assert_eq!(world.deploy().await.status, RunStatus::Completed);
        let verdict = verify(&world.engine()).await;
        assert_eq!((verdict.first_broken, verdict.entries), (None, 4));
    }
    let connection = world.studio.connect();
    connection.execute("UPDATE catalyst_sync_transactions SET actor = 'eve'", []).unwrap();
    let found = verify(&world.engine()).await.first_broken.unwrap();
    assert!(found.starts_with("sync_transactions/run_"), "{found}");
}

/// A refusal stands where it cannot be written down, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_cannot_be_audited_is_still_one() {
    let mut world = world().await;
    std::fs::write(world.beside("file"), "").unwrap();
    world.options["stateUrl"] = json!("file:./file/state.db");
    let viewer = world.engine().acting(ada(Role::Viewer)).unwrap();
    let error = viewer.recover(&ProviderRequest::default()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::RoleRefused);
    let cause = error.source.unwrap().to_string();
    assert_eq!(cause, "the refusal could not be audited");
    let error = deploy(&viewer, RunOptions::default()).await.error.unwrap();
    assert_eq!(error.code, ErrorCode::RoleRefused);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_entries_like_successes() {
    let world = world().await;
    let when = Match { key: Some("Page".to_owned()), ..Match::default() };
    world.fake.control().add_fault(Fault {
        when,
        what: FaultKind::Status { status: 422, moment: Moment::Before, retry_after: None },
    });
    let report = world.deploy().await;
    assert_eq!(report.status, RunStatus::Partial);
    let found = briefs(&world);
    for expected in [
        "system/admin request.create failed Page sync_operations",
        "system/admin push.create FAILED REJECTED Page sync_history",
        "system/admin run.end partial sync_transactions",
    ] {
        assert!(found.iter().any(|one| one == expected), "{expected}: {found:?}");
    }
    assert!(verify(&world.engine()).await.ok);
}

/// Each append is serialized by its transaction.
#[tokio::test(flavor = "multi_thread")]
async fn engines_that_write_at_once_make_one_chain() {
    let world = world().await;
    world.deploy().await;
    let before = verify(&world.engine()).await.entries;
    let mut writers = Vec::new();
    for writer in 0..4 {
        let engine = world.engine().acting(ada(Role::Viewer)).unwrap();
        writers.push(tokio::spawn(async move {
            for _ in 0..25 {
                let refused = engine.clear_decided(1).await;
                assert!(refused.is_err(), "{writer}");
            }
        }));
    }
    let reader = world.engine();
    for _ in 0..10 {
        assert_eq!(verify(&reader).await.first_broken, None);
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let after = verify(&world.engine()).await;
    assert_eq!((after.ok, after.entries), (true, before + 100));
}

/// Names the options of the child.
const CHILD: &str = "CATALYST_SYNC_TEST_AUDIT_CHILD";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "is the child of another test"]
async fn child() {
    let options = std::env::var(CHILD).expect("the parent says where the state is");
    let options = EngineOptions::from_json(&options).unwrap();
    let engine = compose::engine(&options).unwrap().acting(ada(Role::Viewer)).unwrap();
    for _ in 0..25 {
        let error = engine.clear_decided(1).await.unwrap_err();
        assert!(error.source.is_none(), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_write_at_once_make_one_chain() {
    let world = world().await;
    world.deploy().await;
    let before = verify(&world.engine()).await.entries;
    let spawn = |_| {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["audit::child", "--exact", "--ignored"])
            .env(CHILD, world.options_text())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..3).map(spawn).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let after = verify(&world.engine()).await;
    assert_eq!((after.first_broken, after.entries), (None, before + 75));
}

/// What a transaction did not commit is in no chain.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_rolled_back_leaves_the_chain_as_it_was() {
    let world = world().await;
    world.deploy().await;
    let before = verify(&world.engine()).await;
    let connection = state(&world);
    // The next entry is written and its row refused, as a full disk would have it.
    connection
        .execute_batch(
            "CREATE TRIGGER full BEFORE UPDATE ON sync_audit_head
             BEGIN SELECT raise(ABORT, 'disk full'); END",
        )
        .unwrap();
    world.change("c1", &relabelled("Post", "Other"));
    assert_eq!(world.deploy().await.error.unwrap().code, ErrorCode::StoreFailed);
    connection.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(verify(&world.engine()).await, before);
    assert_eq!(world.deploy().await.status, RunStatus::Completed);
    assert!(verify(&world.engine()).await.ok);
}
