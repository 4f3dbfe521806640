//! A deployment of exactly the plan that was reviewed.

use std::sync::Arc;

use catalyst_sync::engine::{
    Engine, PlanReport, Query, RunOptions, RunReport, RunRequest, RunStatus,
};
use catalyst_sync::error::ErrorCode;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::fake::Version;
use crate::support::scenario::{allow_delete, definition, simple, writes};
use crate::support::world::{Told, World, brief, request, to_files};

async fn world() -> World {
    let world = World::new().await;
    for name in ["Post", "Page", "Note"] {
        world.add(&name.to_lowercase(), name, &simple(name));
    }
    world
}

async fn plan(engine: &Engine, options: &RunOptions) -> PlanReport {
    engine.plan(&Query::default(), options).await.unwrap()
}

/// Deploys with the digest of a plan.
async fn deploy(engine: &Engine, reviewed: &PlanReport, options: RunOptions) -> RunReport {
    let options = RunOptions { plan_digest: Some(reviewed.digest.clone()), ..options };
    let request = RunRequest { options, ..request() };
    engine.deploy(&request, Arc::new(Told::default()), &CancellationToken::new()).await
}

/// What a refusal says, and `change operation type` of what it lists.
fn refusal(report: &RunReport) -> (String, Vec<String>) {
    let error = report.error.as_ref().unwrap();
    assert_eq!((error.code, report.status), (ErrorCode::PlanStale, RunStatus::Failed));
    assert!(report.outcomes.is_empty());
    let listed = error.details.operations.iter();
    let listed = listed.map(|one| format!("{} {} {}", one.change, one.operation, one.type_key));
    (error.message.clone(), listed.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_that_was_reviewed_is_carried_out() {
    let world = world().await;
    let engine = world.engine();
    let reviewed = plan(&engine, &RunOptions::default()).await;
    // By another process, too: the digest is the same.
    let report = deploy(&world.engine(), &reviewed, RunOptions::default()).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Note create success", "Page create success", "Post create success"]
    );
    let nothing = plan(&engine, &RunOptions::default()).await;
    let again = deploy(&engine, &nothing, RunOptions::default()).await;
    assert_eq!((again.status, again.outcomes.len()), (RunStatus::Completed, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moved_since_the_review_is_named_and_nothing_is_sent() {
    let world = world().await;
    world.deploy().await;
    let engine = world.engine();
    world.change("post", &definition("Post", &[json!(["f1", "headline", "text"])]));
    world.change("page", &definition("Page", &[json!(["f1", "heading", "text"])]));
    let reviewed = plan(&engine, &RunOptions::default()).await;
    world.change("post", &definition("Post", &[json!(["f1", "lead", "text"])]));
    world.change("page", &simple("Page"));
    world.add("news", "News", &simple("News"));
    world.fake.control().clear_requests();

    let (message, listed) = refusal(&deploy(&engine, &reviewed, RunOptions::default()).await);
    assert_eq!(listed, ["added create News", "changed update Post", "removed update Page"]);
    assert_eq!(
        message,
        "the plan is not the one that was reviewed: added create of News, changed update of Post, \
         removed update of Page"
    );
    assert_eq!(writes(&world), [""; 0]);
    // A rehearsal tells the same.
    let rehearsal = RunOptions { dry_run: true, ..RunOptions::default() };
    assert_eq!(refusal(&deploy(&engine, &reviewed, rehearsal).await).1, listed);
    // What an engine did not show, it cannot compare.
    let (message, listed) =
        refusal(&deploy(&world.engine(), &reviewed, RunOptions::default()).await);
    assert!(message.contains("made elsewhere"), "{message}");
    assert_eq!(listed, ["planned create News", "planned update Post"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_edits_meanwhile_makes_the_plan_stale() {
    let world = world().await;
    world.deploy().await;
    world.change("post", &definition("Post", &[json!(["f1", "headline", "text"])]));
    let engine = world.engine();
    let reviewed = plan(&engine, &RunOptions::default()).await;
    // Of another type, or of another property: the plan stays what it was.
    let theirs = json!({ "displayName": "Remarks" });
    assert!(world.fake.control().edit(Version::V1, "Note", theirs.clone()));
    assert!(world.fake.control().edit(Version::V1, "Post", json!({ "description": "theirs" })));
    let report = deploy(&engine, &reviewed, RunOptions::default()).await;
    assert_eq!(brief(&report.outcomes), ["Post update success"]);

    world.change("post", &definition("Post", &[json!(["f1", "lead", "text"])]));
    let reviewed = plan(&engine, &RunOptions::default()).await;
    let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    assert!(world.fake.control().edit(Version::V1, "Post", theirs));
    let (_, listed) = refusal(&deploy(&engine, &reviewed, RunOptions::default()).await);
    assert_eq!(listed, ["removed update Post"], "it is a conflict now");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_terms_make_another_plan() {
    let world = world().await;
    let engine = world.engine();
    let reviewed = plan(&engine, &RunOptions::default()).await;
    let both = RunOptions { mode: Some("bidirectional".to_owned()), ..RunOptions::default() };
    let cases = [
        (allow_delete(), "consent was \"allowDelete false, allowDataLoss false\" and is"),
        (both, "mode was \"push, "),
    ];
    for (options, said) in cases {
        let (message, listed) = refusal(&deploy(&engine, &reviewed, options).await);
        assert!(message.contains(said), "{message}");
        assert_eq!(listed, [""; 0]);
    }
    assert_eq!(writes(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_for_both_directions_is_carried_out_in_both() {
    let world = world().await;
    world.deploy().await;
    let both = RunOptions { mode: Some("bidirectional".to_owned()), ..RunOptions::default() };
    world.change("post", &definition("Post", &[json!(["f1", "headline", "text"])]));
    let theirs = json!({ "properties": { "title": { "isRequired": true } } });
    for key in ["Post", "Note"] {
        assert!(world.fake.control().edit(Version::V1, key, theirs.clone()));
    }
    let engine = world.engine();
    let reviewed = plan(&engine, &both).await;
    let report = deploy(&engine, &reviewed, both.clone()).await;
    assert_eq!(report.error.map(|error| error.message), None);
    assert_eq!(plan(&engine, &both).await.operations.len(), 0);
}

/// A run in both directions looks again after types came home. What somebody edited in the studio in
/// between was not reviewed, and is not sent.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_edited_while_types_come_home_is_not_sent() {
    let world = world().await;
    world.deploy().await;
    world.let_time_pass();
    assert!(world.fake.control().edit(Version::V1, "Note", json!({ "description": "Theirs" })));
    let both = RunOptions { mode: Some("bidirectional".to_owned()), ..RunOptions::default() };
    let engine = world.engine();
    let reviewed = plan(&engine, &both).await;
    let edited = definition("Page", &[json!(["f1", "heading", "text"])]);
    let trigger = format!(
        "CREATE TRIGGER somebody AFTER UPDATE ON ContentType WHEN NEW.id = 'note'
         BEGIN UPDATE ContentType SET fields = '{edited}' WHERE id = 'page'; END"
    );
    world.studio.connect().execute_batch(&trigger).unwrap();
    world.fake.control().clear_requests();
    let report = deploy(&engine, &reviewed, both).await;
    assert_eq!(brief(&report.outcomes), ["Note update success"]);
    let error = report.error.unwrap();
    let listed = error.details.operations.iter();
    let listed: Vec<_> = listed.map(|one| format!("{} {}", one.operation, one.type_key)).collect();
    assert_eq!((error.code, listed), (ErrorCode::PlanStale, vec!["update Page".to_owned()]));
    assert_eq!(writes(&world), [""; 0]);
}

/// Most types of the studio are gone. That is refused, unless somebody looked at exactly that.
#[tokio::test(flavor = "multi_thread")]
async fn a_mass_deletion_passes_when_it_was_reviewed() {
    let world = world().await;
    world.deploy().await;
    world.let_time_pass();
    for id in ["post", "page", "note"] {
        world.drop_row(id);
    }
    let engine = world.engine();
    let refused = engine.plan(&Query::default(), &RunOptions::default()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::StudioMismatch);
    let reviewed = plan(&engine, &allow_delete()).await;
    let codes: Vec<&str> = reviewed.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["DELETION", "DELETION", "DELETION", "STUDIO_MISMATCH"]);
    assert_eq!(reviewed.summary.destroy, 3);
    world.fake.control().clear_requests();
    let unseen = world.deploy_with(allow_delete()).await.error.unwrap();
    assert_eq!(unseen.code, ErrorCode::StudioMismatch);
    assert_eq!(writes(&world), [""; 0]);

    let report = deploy(&engine, &reviewed, allow_delete()).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Note delete success", "Page delete success", "Post delete success"]
    );
}

/// What a pull writes over belongs to what was reviewed, too.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_pull_would_overwrite_is_part_of_the_plan() {
    let world = world().await;
    world.deploy().await;
    let theirs = RunOptions {
        mode: Some("pull".to_owned()),
        conflict_strategy: Some("target_wins".to_owned()),
        ..RunOptions::default()
    };
    let labelled = |label: &str| {
        definition(
            "Post",
            &[json!({ "id": "f1", "name": "title", "type": "text", "label": label })],
        )
    };
    world.change("post", &labelled("Ours"));
    let patch = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    assert!(world.fake.control().edit(Version::V1, "Post", patch));
    let engine = world.engine();
    let reviewed = plan(&engine, &theirs).await;
    let change = &reviewed.operations[0].changes[0];
    let shown = [&change.before, &change.after].map(|value| value.as_ref().unwrap().as_str());
    assert_eq!(shown, [r#""Ours""#, r#""Theirs""#]);
    world.change("post", &labelled("Ours, edited"));
    let (_, listed) = refusal(&deploy(&engine, &reviewed, theirs.clone()).await);
    assert_eq!(listed, ["changed update Post"]);
    let reviewed = plan(&engine, &theirs).await;
    assert_eq!(brief(&deploy(&engine, &reviewed, theirs).await.outcomes), ["Post update success"]);
}

/// A folder gets its id by the first deployment, so the plan that was reviewed before calls it by its
/// place.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_for_a_folder_that_is_not_there_yet_is_carried_out() {
    let world = world().await;
    let engine = world.engine();
    let RunRequest { provider, .. } = to_files("types");
    let query = Query { provider, ..Query::default() };
    let reviewed = engine.plan(&query, &RunOptions::default()).await.unwrap();
    assert_eq!(reviewed.target, "files:local:new:types");
    let deploy = async |directory: &str, engine: &Engine| {
        let plan_digest = Some(reviewed.digest.clone());
        let options = RunOptions { plan_digest, ..RunOptions::default() };
        let request = RunRequest { options, ..to_files(directory) };
        engine.deploy(&request, Arc::new(Told::default()), &CancellationToken::new()).await
    };

    world.add("news", "News", &simple("News"));
    let (message, listed) = refusal(&deploy("types", &engine).await);
    assert_eq!(listed, ["added create News"]);
    assert_eq!(message, "the plan is not the one that was reviewed: added create of News");
    world.drop_row("news");
    // Another folder is another target, however new.
    let (message, _) = refusal(&deploy("others", &engine).await);
    assert!(message.contains("target was \"files:local:new:types\" and is"), "{message}");

    let report = deploy("types", &world.engine()).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Note create success", "Page create success", "Post create success"]
    );
    let done = engine.plan(&query, &RunOptions::default()).await.unwrap();
    assert_eq!(done.operations.len(), 0);
    assert_ne!(done.target, reviewed.target);
}
