//! Who may do what.

use std::sync::Arc;

use catalyst_sync::canonical::Path;
use catalyst_sync::engine::{
    Actor, Choice, ConflictQuery, ConflictRef, Engine, ProviderRequest, Query, Role, RunOptions,
    RunRequest, RunStatus, Strategy, TypeRef, Values, Verdict, VersionNote, Wish,
};
use catalyst_sync::error::{ErrorClass, ErrorCode, SyncError};
use catalyst_sync::port::VersionSource;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::fake::Version;
use crate::support::world::{Told, World, request};

const ROLES: [Role; 3] = [Role::Viewer, Role::Editor, Role::Admin];

fn ada(role: Role) -> Actor {
    Actor { id: "ada".to_owned(), role }
}

async fn world() -> World {
    let world = World::new().await;
    let title = json!({ "name": "title", "type": "text" });
    world.add("c1", "Post", &json!({ "name": "Post", "fields": [title] }));
    world
}

async fn deploy(engine: &Engine, options: RunOptions) -> Result<(), SyncError> {
    let request = RunRequest { options, ..request() };
    let report =
        engine.deploy(&request, Arc::new(Told::default()), &CancellationToken::new()).await;
    match report.error {
        Some(error) => {
            assert_eq!((report.status, report.outcomes.len()), (RunStatus::Failed, 0));
            Err(error)
        }
        None => Ok(()),
    }
}

/// What asks for more than to deploy, and the role that it needs.
fn options() -> Vec<(&'static str, RunOptions, Role)> {
    let all = RunOptions::default;
    vec![
        ("a rehearsal", RunOptions { dry_run: true, force: true, ..all() }, Role::Viewer),
        ("a deployment", all(), Role::Editor),
        ("a pull", RunOptions { mode: Some("pull".to_owned()), ..all() }, Role::Editor),
        ("allowDelete", RunOptions { allow_delete: true, ..all() }, Role::Admin),
        ("allowDataLoss", RunOptions { allow_data_loss: true, ..all() }, Role::Admin),
        ("force", RunOptions { force: true, ..all() }, Role::Admin),
        ("bypassValidation", RunOptions { bypass_validation: true, ..all() }, Role::Admin),
        (
            "source_wins",
            RunOptions { conflict_strategy: Some("source_wins".to_owned()), ..all() },
            Role::Admin,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_needs_the_role_that_its_options_ask_for() {
    let world = world().await;
    for (what, options, needed) in options() {
        for role in ROLES {
            let engine = world.engine().acting(ada(role)).unwrap();
            world.fake.control().clear_requests();
            let done = deploy(&engine, options.clone()).await;
            if role >= needed {
                assert!(done.is_ok(), "{what}, {role:?}: {done:?}");
                continue;
            }
            let error = done.unwrap_err();
            assert_eq!(error.code, ErrorCode::RoleRefused, "{what}, {role:?}");
            assert_eq!(error.class(), ErrorClass::Forbidden);
            let message = error.to_string();
            assert!(message.contains(&format!("ada\" acts as {}", role.as_str())), "{message}");
            assert_eq!(
                error.details.next_step.as_deref(),
                Some(&*format!("ask somebody with the role {}", needed.as_str()))
            );
            assert!(world.fake.control().requests().is_empty(), "{what}: nothing is sent");
        }
    }
}

/// Every verb beside a deployment that changes something, and who may.
async fn refused(engine: &Engine) -> Vec<(&'static str, bool)> {
    fn is_refused<T>(result: Result<T, SyncError>) -> bool {
        result.is_err_and(|error| error.code == ErrorCode::RoleRefused)
    }
    let provider = ProviderRequest::default();
    let post = TypeRef::named("Post");
    let id = "conflict_0".to_owned();
    let conflict = Ok(ConflictRef::Id { id, digest: None });
    let wish = Wish { conflict, choice: Ok(None) };
    let note = VersionNote { source: VersionSource::Ui, author: "ada".to_owned(), message: None };
    let title = Path::parse("/displayName").unwrap();
    vec![
        ("detect", is_refused(engine.detect(&Query::default()).await)),
        ("plan", is_refused(engine.plan(&Query::default(), &RunOptions::default()).await)),
        ("resolve", is_refused(engine.resolve(&provider, vec![]).await)),
        ("carry out", is_refused(engine.carry_out(&provider, "ada", vec![wish]).await)),
        ("accept drift", is_refused(engine.accept_drift(&provider, &post, &title).await)),
        ("record", is_refused(engine.record_version(&post, &note).await)),
        ("restore", is_refused(engine.restore_version("none", "ada", None).await)),
        ("delete conflict", is_refused(engine.delete_conflict("conflict_0").await)),
        ("clear decided", is_refused(engine.clear_decided(1).await)),
        ("credentials", is_refused(engine.remove_credentials("optimizely").await)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_changes_nothing_and_who_edits_forgets_nothing() {
    let world = world().await;
    let expected = [
        (
            Role::Viewer,
            "resolve, carry out, accept drift, record, restore, delete conflict, clear decided, \
             credentials",
        ),
        (Role::Editor, "delete conflict, clear decided, credentials"),
        (Role::Admin, ""),
    ];
    for (role, names) in expected {
        let found = refused(&world.engine().acting(ada(role)).unwrap()).await;
        let found: Vec<&str> =
            found.into_iter().filter(|(_, is_refused)| *is_refused).map(|(name, _)| name).collect();
        assert_eq!(found.join(", "), names, "{role:?}");
    }
}

/// What the row held before is recorded with it, by nobody, which is no signing for others.
#[tokio::test(flavor = "multi_thread")]
async fn who_edits_restores() {
    let world = world().await;
    let note = VersionNote { source: VersionSource::Ui, author: "ada".to_owned(), message: None };
    let recorded = world.engine().record_version(&TypeRef::named("Post"), &note).await;
    let hash = recorded.unwrap().unwrap().info.hash;
    world.change("c1", &json!({ "name": "Post", "fields": [] }));
    for (role, told) in [
        (Role::Viewer, Err(ErrorCode::RoleRefused)),
        (Role::Editor, Ok(true)),
        (Role::Admin, Ok(false)),
    ] {
        let engine = world.engine().acting(ada(role)).unwrap();
        let restored = engine.restore_version(&hash, "ada", None).await;
        let restored = restored.map(|one| one.is_some()).map_err(|error| error.code);
        assert_eq!(restored, told, "{role:?}");
    }
    let authors = "SELECT group_concat(author, ', ') \
                   FROM (SELECT author FROM content_type_versions ORDER BY rowid)";
    assert_eq!(world.state(authors), "ada, system, ada");
    let refusals = "SELECT count(*) FROM sync_audit WHERE entry LIKE '%ROLE_REFUSED%'";
    assert_eq!(world.state(refusals), "1", "the viewer's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_is_handed_down_and_never_up() {
    let world = world().await;
    for (at, own) in ROLES.into_iter().enumerate() {
        let engine = world.engine().acting(ada(own)).unwrap();
        for (below, wanted) in ROLES.into_iter().enumerate() {
            let handed = engine.acting(Actor { id: "bob".to_owned(), role: wanted });
            let code = handed.err().map(|error| error.code);
            assert_eq!(
                code,
                (below > at).then_some(ErrorCode::RoleRefused),
                "{own:?} to {wanted:?}"
            );
        }
    }
}

/// With one's own name only; an admin may sign for the person that a server speaks for.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_for_others() {
    let world = world().await;
    let post = TypeRef::named("Post");
    let note = |author: &str| VersionNote {
        source: VersionSource::Ui,
        author: author.to_owned(),
        message: None,
    };
    let provider = ProviderRequest::default();
    for (role, name, is_permitted) in
        [(Role::Editor, "ada", true), (Role::Editor, "boss", false), (Role::Admin, "boss", true)]
    {
        let engine = world.engine().acting(ada(role)).unwrap();
        let codes = [
            engine.record_version(&post, &note(name)).await.err(),
            engine.restore_version("none", name, None).await.err(),
            engine.carry_out(&provider, name, vec![]).await.err(),
        ];
        let refused =
            codes.map(|error| error.is_some_and(|error| error.code == ErrorCode::RoleRefused));
        assert_eq!(refused, [!is_permitted; 3], "{role:?} as {name}");
    }
}

/// What only a colleague moved, and what a colleague deleted, is for an admin to overrule or to follow.
#[tokio::test(flavor = "multi_thread")]
async fn an_editor_neither_overrules_nor_deletes_by_deciding() {
    let world = world().await;
    deploy(&world.engine(), RunOptions::default()).await.unwrap();
    assert!(world.fake.control().edit(Version::V1, "Post", json!({ "description": "theirs" })));
    let wish = || {
        let choice = Choice { strategy: Strategy::SourceWins, values: Values::new() };
        let conflict = Ok(ConflictRef::Type(TypeRef::named("Post")));
        vec![Wish { conflict, choice: Ok(Some(choice)) }]
    };
    let provider = ProviderRequest::default();
    for (role, code) in [(Role::Editor, Some("ROLE_REFUSED")), (Role::Admin, None)] {
        let engine = world.engine().acting(ada(role)).unwrap();
        let told = engine.carry_out(&provider, "ada", wish()).await.unwrap();
        let error = told[0].error.as_ref().map(|error| &*error.code);
        assert_eq!((error, told[0].success), (code, code.is_none()), "{role:?}");
    }

    deploy(&world.engine(), RunOptions::default()).await.unwrap();
    world.let_time_pass();
    assert!(world.fake.control().remove("Post"));
    let edited = json!({ "name": "Post", "description": "ours", "fields": [] });
    world.change("c1", &edited);
    let _ = deploy(&world.engine(), RunOptions::default()).await;
    let page = world.engine().conflicts(&ConflictQuery::default()).await.unwrap();
    let conflict: serde_json::Value = serde_json::from_str(page.conflicts[0].as_str()).unwrap();
    assert_eq!(conflict["type"], "delete");
    for (role, code) in [(Role::Editor, Some("ROLE_REFUSED")), (Role::Admin, None)] {
        let engine = world.engine().acting(ada(role)).unwrap();
        let verdict = Verdict {
            conflict: conflict["id"].as_str().unwrap().to_owned(),
            strategy: Strategy::TargetWins,
            values: Values::new(),
            by: "ada".to_owned(),
        };
        let told = engine.resolve(&provider, vec![verdict]).await.unwrap();
        assert_eq!(told[0].error.as_ref().map(|error| &*error.code), code, "{role:?}");
    }
}
