//! Every code of the error table: what raises it, what it says, and that the README lists it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use catalyst_sync::compose::{EngineOptions, engine};
use catalyst_sync::engine::{
    Actor, Engine, Outcome, Platform, Platforms, Ports, ProviderRequest, Purpose, Query, Reporter,
    Role, RunEvent, RunOptions, RunReport, RunRequest, Settings, TypeRef, Undo, UndoMode,
};
use catalyst_sync::error::{ErrorClass, ErrorCode, SyncError};
use catalyst_sync::port::{Clock, DataVersion, RowOutcome, RowSet, RowWrite, Studio, StudioError};
use catalyst_sync::sqlite::{SqliteStore, SqliteStudio, StateLocation};
use catalyst_sync::system::SystemClock;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::clock::TestClock;
use crate::support::fake::{
    Fault, FaultKind, Kind, Match, Moment, Preview3, RetryAfter, Version, listen,
};
use crate::support::world::{Told, World, brief, request, to_files};

/// Codes that no call of this release ends with, and why.
const NOT_RAISED: [(ErrorCode, &str); 6] = [
    (ErrorCode::Interrupted, "told of a run whose process is gone: tests/recover/resume.rs"),
    (ErrorCode::Duplicate, "a creation that finds its key taken adopts what is there"),
    (ErrorCode::AuditUnverified, "a key that is missing: tests/audit/keys.rs"),
    (ErrorCode::ExportFailed, "the boundary writes exports: __test__/audit.spec.ts"),
    (ErrorCode::NotAvailable, "raised by the boundary, whose tests are in JavaScript"),
    (ErrorCode::EngineClosed, "raised by the boundary, whose tests are in JavaScript"),
];

/// What a caller sees of an error, whether it ended a run or one type of it.
struct Raised {
    code: String,
    /// What happened, then what to do.
    said: [String; 2],
}

impl From<SyncError> for Raised {
    fn from(error: SyncError) -> Self {
        let step = error.details.next_step.clone().unwrap_or_default();
        Self { code: error.code.to_string(), said: [error.message, step] }
    }
}

impl From<Outcome> for Raised {
    fn from(outcome: Outcome) -> Self {
        let error = outcome.error.expect("the outcome has an error");
        let (happened, step) = error.message.split_once("; ").unwrap_or((&error.message, ""));
        Self { code: error.code, said: [happened.to_owned(), step.to_owned()] }
    }
}

/// The error of a run that failed as a whole.
fn whole(report: RunReport) -> Raised {
    report.error.expect("the run failed as a whole").into()
}

/// The error of the only type that did not succeed.
fn of_one(report: RunReport) -> Raised {
    let mut bad = report.outcomes.into_iter().filter(|one| one.status != "success");
    let first = bad.next().expect("a type failed");
    assert_eq!(brief(&bad.collect::<Vec<_>>()), [""; 0]);
    let raised = Raised::from(first);
    // Where nothing else was carried out, it is that of the run, too.
    if let Some(error) = report.error {
        assert_eq!(error.code.as_str(), raised.code);
        assert!(error.message.contains(&raised.said[0]), "{}", error.message);
    }
    raised
}

macro_rules! scenarios {
    ($($code:ident $name:ident $raise:block)+) => {
        /// Codes that a test below raises.
        const RAISED: &[ErrorCode] = &[$(ErrorCode::$code,)+];

        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            let raised: Raised = $raise;
            assert_eq!(raised.code, ErrorCode::$code.as_str(), "{:?}", raised.said);
            for text in &raised.said {
                let first = text.chars().next().expect("it says what happened and what to do");
                assert!(!first.is_uppercase() && !text.ends_with('.'), "{text}");
            }
        })+
    };
}

fn article() -> Value {
    named("Article")
}

fn named(name: &str) -> Value {
    json!({ "name": name, "fields": [
        { "id": "f1", "name": "title", "label": "Title", "type": "text" },
        { "id": "f2", "name": "body", "label": "Body", "type": "richText" },
    ] })
}

async fn world() -> World {
    let mut world = World::new().await;
    world.options["maxAttempts"] = json!(1);
    world.add("c1", "Article", &article());
    world
}

/// A world whose article is deployed and then given another label.
async fn edited() -> World {
    edited_on(Arc::new(SystemClock)).await
}

async fn edited_on(clock: Arc<dyn Clock>) -> World {
    let world = World { clock, ..world().await };
    world.deploy().await;
    let mut edited = article();
    edited["fields"][0]["label"] = json!("Headline");
    world.change("c1", &edited);
    world
}

fn refuse(world: &World, method: &str, status: u16) {
    let what = FaultKind::Status { status, moment: Moment::Before, retry_after: None };
    world.fake.control().add_fault(Fault { when: Match::method(method), what });
}

fn to(id: &str, config: &[(&str, &str)]) -> RunRequest {
    let config = config.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    RunRequest { provider: ProviderRequest { id: Some(id.to_owned()), config }, ..request() }
}

async fn deploy(engine: &Engine) -> RunReport {
    engine.deploy(&request(), Arc::new(Told::default()), &CancellationToken::new()).await
}

fn own_credentials() -> ProviderRequest {
    to("optimizely", &[("clientId", "own"), ("clientSecret", "own")]).provider
}

async fn set_credentials(key: &str) -> Raised {
    let mut options = world().await.engine_options();
    options.environment.insert("CATALYST_SYNC_KEY".to_owned(), key.to_owned());
    engine(&options).unwrap().set_credentials(&own_credentials()).await.unwrap_err().into()
}

async fn with(change: impl FnOnce(&mut EngineOptions)) -> Raised {
    let world = world().await;
    let mut options = world.engine_options();
    change(&mut options);
    match engine(&options) {
        Ok(engine) => whole(deploy(&engine).await),
        Err(error) => error.into(),
    }
}

scenarios! {
    InvalidArgument an_option_of_the_wrong_form {
        EngineOptions::from_json(r#"{"mapping":"wide"}"#).err().unwrap().into()
    }
    ValidationFailed a_folder_whose_marker_is_not_ours {
        let world = world().await;
        std::fs::create_dir(world.beside("model")).unwrap();
        std::fs::write(world.beside("model/catalyst-sync.json"), "{}").unwrap();
        whole(world.run(&to_files("model")).await)
    }
    Rejected a_definition_that_the_platform_refuses {
        let world = world().await;
        refuse(&world, "POST", 422);
        of_one(world.deploy().await)
    }
    DataLossRefused a_removed_field_without_consent {
        let world = world().await;
        world.deploy().await;
        world.change("c1", &json!({ "name": "Article", "fields": [article()["fields"][0]] }));
        of_one(world.deploy().await)
    }
    DeleteRefused a_removed_type_without_consent {
        let world = world().await;
        world.deploy().await;
        world.sql("DELETE FROM ContentType", &[]);
        of_one(world.deploy().await)
    }
    UnknownProvider a_provider_that_nobody_knows {
        whole(world().await.run(&to("sharepoint", &[])).await)
    }
    ProviderUnavailable a_provider_that_comes_later {
        whole(world().await.run(&to("contentful", &[])).await)
    }
    RolledBack a_deployment_that_was_undone {
        let world = world().await;
        world.deploy().await;
        let undo = Undo { job_id: "job".to_owned(), mode: UndoMode::Full };
        let options = RunOptions { allow_delete: true, ..RunOptions::default() };
        let asked = RunRequest { job_id: undo.id(), undo: Some(undo), options, ..request() };
        world.run(&asked).await;
        whole(world.run(&asked).await)
    }
    BackupGone an_update_whose_backup_is_gone {
        let world = edited().await;
        world.deploy().await;
        let state = rusqlite::Connection::open(world.state_path()).unwrap();
        state.execute("DELETE FROM sync_backups", []).unwrap();
        let undo = Undo { job_id: "job".to_owned(), mode: UndoMode::Full };
        of_one(world.run(&RunRequest { job_id: undo.id(), undo: Some(undo), ..request() }).await)
    }
    DeploymentNotFound a_deployment_that_nobody_began {
        world().await.engine().job("nothing").await.err().unwrap().into()
    }
    PlanStale a_plan_that_nobody_reviewed {
        let plan_digest = Some("0".repeat(64));
        whole(world().await.deploy_with(RunOptions { plan_digest, ..RunOptions::default() }).await)
    }
    RoleRefused a_role_that_only_looks {
        let viewer = Actor { id: "ada".to_owned(), role: Role::Viewer };
        let engine = world().await.engine().acting(viewer).unwrap();
        whole(deploy(&engine).await)
    }
    Conflict the_same_property_changed_on_both_sides {
        let world = edited().await;
        let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
        assert!(world.fake.control().edit(Version::V1, "Article", theirs));
        of_one(world.deploy().await)
    }
    InDoubt a_lost_answer_and_a_value_that_nobody_sent {
        // Nothing is decided before the request can no longer be under way.
        let world = edited_on(TestClock::new()).await;
        let rewrite = FaultKind::RewriteMember {
            member: "properties.title.displayName".to_owned(),
            value: json!("Neither"),
        };
        for what in [rewrite, FaultKind::Reset { moment: Moment::After }] {
            world.fake.control().add_fault(Fault { when: Match::method("PATCH"), what });
        }
        of_one(world.deploy().await)
    }
    StaleRead a_key_that_is_taken_by_something_not_shown {
        let world = world().await;
        refuse(&world, "POST", 409);
        of_one(world.deploy().await)
    }
    KeyClaimed two_websites_with_a_type_of_one_name {
        let world = world().await;
        world.sql(
            "INSERT INTO Website (id, name, category, updatedAt) VALUES ('w2', 'Two', 'blog', 1)",
            &[],
        );
        world.sql(
            "INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt)
             SELECT 'c2', 'w2', name, fields, 1, 1 FROM ContentType",
            &[],
        );
        of_one(world.deploy().await)
    }
    DeploymentInProgress a_website_that_is_being_deployed {
        let world = world().await;
        let slow = FaultKind::Latency { ms: 1_000 };
        world.fake.control().add_fault(Fault { when: Match::method("POST"), what: slow });
        let first = world.engine();
        let running = tokio::spawn(async move { deploy(&first).await });
        while world.fake.control().count(Kind::Post) == 0 {
            tokio::task::yield_now().await;
        }
        let second = world.deploy().await;
        assert_eq!(brief(&running.await.unwrap().outcomes), ["Article create success"]);
        whole(second)
    }
    LeaseLost a_state_that_somebody_else_took_over {
        let world = world().await;
        let thief = Arc::new(Thief { state: world.beside("dev.db.catalyst-sync") });
        whole(world.engine().deploy(&request(), thief, &CancellationToken::new()).await)
    }
    DependencyFailed a_type_whose_reference_cannot_be_created {
        let mut world = world().await;
        world.options["mapping"] = json!("native");
        world.add("c2", "Author", &json!({ "name": "Author", "fields": [
            { "id": "a1", "name": "post", "type": "reference", "referenceType": "Article" },
        ] }));
        let what = FaultKind::Status { status: 422, moment: Moment::Before, retry_after: None };
        world.fake.control().add_fault(Fault { when: Match::on("POST", "Article"), what });
        let report = world.deploy().await;
        report.outcomes.into_iter().find(|one| one.status == "blocked").unwrap().into()
    }
    CredentialsMissing an_environment_without_them {
        with(|options| options.environment.clear()).await
    }
    AuthFailed a_wrong_secret {
        with(|options| {
            options.environment.insert("OPTIMIZELY_CLIENT_SECRET".into(), "wrong".into());
        })
        .await
    }
    Forbidden a_type_that_the_key_may_not_create {
        let world = world().await;
        refuse(&world, "POST", 403);
        of_one(world.deploy().await)
    }
    HostNotAllowed an_address_that_nobody_allowed {
        let address = "https://elsewhere.example/v1";
        whole(world().await.run(&to("optimizely", &[("apiUrl", address)])).await)
    }
    RateLimited a_platform_that_stays_busy {
        let world = world().await;
        let busy = FaultKind::TooManyRequests { retry_after: Some(RetryAfter::Seconds(1)) };
        world.fake.control().add_fault(Fault::always(busy));
        whole(world.deploy().await)
    }
    PlatformUnreachable a_closed_port {
        let port = listen().await;
        let address = format!("http://{}/v1", port.local_addr().unwrap());
        drop(port);
        with(|options| {
            options.environment.insert("OPTIMIZELY_API_URL".into(), address);
        })
        .await
    }
    PlatformFailed a_platform_that_is_down {
        let world = world().await;
        refuse(&world, "GET", 503);
        whole(world.deploy().await)
    }
    ApiVersionGone a_version_that_was_switched_off {
        let mut world = world().await;
        world.version = Version::Preview3;
        let mut behaviour = world.fake.control().behaviour();
        behaviour.preview3 = Preview3::Gone;
        world.fake.control().set_behaviour(behaviour);
        whole(world.deploy().await)
    }
    WebsiteNotFound an_id_of_no_website {
        let asked = RunRequest { website_id: Some("w9".to_owned()), ..request() };
        whole(world().await.run(&asked).await)
    }
    AmbiguousType a_key_of_two_types {
        let world = world().await;
        world.add("c2", "Article", &article());
        let wanted = TypeRef { name: "Article".to_owned(), ..TypeRef::default() };
        world.engine().sync_state(&wanted).await.err().unwrap().into()
    }
    TypeNotFound a_key_of_no_type {
        let asked = RunRequest { selected_types: vec!["Nothing".to_owned()], ..request() };
        whole(world().await.run(&asked).await)
    }
    RemoteGone a_type_that_was_deleted_meanwhile {
        let world = edited().await;
        refuse(&world, "PATCH", 404);
        of_one(world.deploy().await)
    }
    DatabaseNotFound a_file_that_is_not_there {
        with(|options| options.database_url = Some("file:./none.db".to_owned())).await
    }
    DatabaseInvalid a_file_that_is_no_studio {
        with(|options| {
            let file = options.working_directory.join("notes.txt");
            std::fs::write(&file, "no database").unwrap();
            options.database_url = Some(file.display().to_string());
        })
        .await
    }
    DatabaseUnsupported another_kind_of_database {
        with(|options| options.database_url = Some("postgresql://host/db".to_owned())).await
    }
    DatabaseBusy a_database_that_somebody_keeps_locked {
        let world = world().await;
        let lock = world.studio.connect();
        lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let path = world.studio.path().to_owned();
        let studio = SqliteStudio::with_patience(path, std::time::Duration::from_millis(20));
        engine_of(&world, Arc::new(studio)).extract(None).await.unwrap_err().into()
    }
    StoreReadOnly a_state_below_a_folder_that_is_missing {
        with(|options| options.state_url = Some("file:./missing/state.db".to_owned())).await
    }
    StoreFailed a_state_whose_rows_are_garbage {
        let world = world().await;
        world.deploy().await;
        let state = Connection::open(world.beside("dev.db.catalyst-sync")).unwrap();
        state.execute("UPDATE sync_state SET remote_id = 'garbage'", []).unwrap();
        whole(world.deploy().await)
    }
    StateIncompatible a_state_of_another_program {
        let world = world().await;
        std::fs::write(world.beside("dev.db.catalyst-sync"), "no database at all").unwrap();
        whole(world.deploy().await)
    }
    KeyInvalid a_passphrase_in_the_place_of_a_key {
        set_credentials("correct horse").await
    }
    KeyWrong credentials_stored_with_another_key {
        let world = world().await;
        let mut raised = None;
        for digit in ["0", "1"] {
            let mut options = world.engine_options();
            options.environment.insert("CATALYST_SYNC_KEY".to_owned(), digit.repeat(64));
            let engine = engine(&options).unwrap();
            if digit == "0" {
                engine.set_credentials(&own_credentials()).await.unwrap();
            } else {
                raised = engine.detect(&Query::default()).await.err();
            }
        }
        raised.unwrap().into()
    }
    TargetMismatch a_platform_that_was_emptied {
        let world = three().await;
        for key in ["Article", "Story", "Note"] {
            assert!(world.fake.control().remove(key));
        }
        // Long after the deployment: what was written a moment ago may not be listed yet.
        let state = Connection::open(world.beside("dev.db.catalyst-sync")).unwrap();
        state.execute("UPDATE sync_bases SET last_write_at = 0", []).unwrap();
        whole(world.deploy().await)
    }
    StudioMismatch a_studio_that_was_emptied {
        let world = three().await;
        world.sql("DELETE FROM ContentType", &[]);
        whole(world.deploy().await)
    }
    Cancelled a_run_that_is_cancelled_at_once {
        let world = world().await;
        let cancel = CancellationToken::new();
        cancel.cancel();
        whole(world.engine().deploy(&request(), Arc::new(Told::default()), &cancel).await)
    }
    Internal a_port_that_breaks_its_promise {
        engine_of(&world().await, Arc::new(Silent)).extract(None).await.unwrap_err().into()
    }
}

async fn three() -> World {
    let world = world().await;
    world.add("c2", "Story", &named("Story"));
    world.add("c3", "Note", &named("Note"));
    let report = world.deploy().await;
    assert_eq!(report.outcomes.len(), 3, "{:?}", brief(&report.outcomes));
    world
}

/// Takes the lease as soon as the first type is about to be sent.
struct Thief {
    state: std::path::PathBuf,
}

impl Reporter for Thief {
    fn report(&self, event: RunEvent) {
        if let RunEvent::Log { message, .. } = event
            && message.starts_with("Syncing")
        {
            let state = Connection::open(&self.state).unwrap();
            assert_eq!(state.execute("UPDATE sync_leases SET fence = fence + 1", []).unwrap(), 1);
        }
    }
}

/// Says that nothing changed to somebody who has seen nothing.
struct Silent;

#[async_trait]
impl Studio for Silent {
    async fn read(&self, _: Option<DataVersion>) -> Result<Option<RowSet>, StudioError> {
        Ok(None)
    }

    async fn read_some(
        &self,
        _: Option<DataVersion>,
        _: BTreeSet<String>,
    ) -> Result<Option<RowSet>, StudioError> {
        Ok(None)
    }

    async fn content_items(&self, _: Vec<String>) -> Result<BTreeMap<String, u64>, StudioError> {
        Ok(BTreeMap::new())
    }

    async fn content_members(
        &self,
        _: BTreeMap<String, BTreeSet<String>>,
    ) -> Result<BTreeMap<String, BTreeMap<String, u64>>, StudioError> {
        Ok(BTreeMap::new())
    }

    async fn write(&self, _: RowWrite) -> Result<RowOutcome, StudioError> {
        Ok(RowOutcome::Moved)
    }
}

struct Nowhere;

#[async_trait]
impl Platforms for Nowhere {
    async fn connect(
        &self,
        _: &ProviderRequest,
        _: &str,
        _: Purpose,
    ) -> Result<Platform, SyncError> {
        Err(SyncError::new(ErrorCode::UnknownProvider, "nowhere"))
    }

    fn conceal(&self, _: &ProviderRequest, text: &str) -> String {
        text.to_owned()
    }
}

fn engine_of(world: &World, studio: Arc<dyn Studio>) -> Engine {
    let ports = Ports {
        studio,
        store: Arc::new(SqliteStore::new(&StateLocation::beside(world.studio.path()))),
        platforms: Arc::new(Nowhere),
        clock: TestClock::new(),
    };
    Engine::new(ports, Settings::default())
}

#[test]
fn every_code_is_raised_or_listed() {
    let mut known: Vec<ErrorCode> = NOT_RAISED.iter().map(|(code, _)| *code).collect();
    known.extend(RAISED);
    known.sort();
    let mut all = ErrorCode::ALL.to_vec();
    all.sort();
    assert_eq!(known, all);
}

/// The rows of the table in `design.md`: what a status means, where it comes from, whether it is
/// tried again, and whether the other type is deployed all the same.
#[tokio::test(flavor = "multi_thread")]
async fn classes_are_those_of_the_design() {
    let table: [(&str, u16, &str, u32, bool); 14] = [
        ("POST", 400, "REJECTED VALIDATION", 1, true),
        ("POST", 422, "REJECTED VALIDATION", 1, true),
        ("PATCH", 409, "CONFLICT CONFLICT", 1, true),
        ("POST", 403, "FORBIDDEN FORBIDDEN", 1, true),
        ("POST", 401, "AUTH_FAILED AUTH", 1, false),
        ("GET", 401, "AUTH_FAILED AUTH", 0, false),
        ("GET", 403, "AUTH_FAILED AUTH", 0, false),
        ("POST", 429, "RATE_LIMITED RATE_LIMIT", 3, true),
        ("POST", 408, "PLATFORM_FAILED NETWORK", 3, true),
        ("POST", 425, "PLATFORM_FAILED NETWORK", 3, true),
        ("POST", 500, "PLATFORM_FAILED NETWORK", 3, true),
        ("POST", 503, "PLATFORM_FAILED NETWORK", 3, true),
        ("GET", 503, "PLATFORM_FAILED NETWORK", 0, false),
        ("DELETE", 403, "FORBIDDEN FORBIDDEN", 1, true),
    ];
    for (method, status, expected, attempts, goes_on) in table {
        let case = format!("{status} on {method}");
        let mut world = World::new().await;
        world.options["maxInFlight"] = json!(1);
        world.add("c1", "Article", &article());
        if matches!(method, "PATCH" | "DELETE") {
            world.deploy().await;
            world.change("c1", &json!({ "name": "Article", "description": "new", "fields": [] }));
        }
        if method == "DELETE" {
            world.sql("DELETE FROM ContentType", &[]);
        }
        world.add("c2", "Story", &named("Story"));
        let what = FaultKind::Status { status, moment: Moment::Before, retry_after: None };
        let key = (method != "GET").then(|| "Article".to_owned());
        let when = Match { key, ..Match::method(method) };
        world.fake.control().add_fault(Fault { when, what });
        let consent = RunOptions { allow_delete: true, ..RunOptions::default() };
        let asked = RunRequest { options: consent, ..request() };
        let clock = TestClock::new();
        let engine =
            catalyst_sync::compose::engine_with(&world.engine_options(), clock, None).unwrap();
        let report =
            engine.deploy(&asked, Arc::new(Told::default()), &CancellationToken::new()).await;
        let bad = report.outcomes.iter().find(|one| one.type_key == "Article");
        let code = match (&report.error, bad.and_then(|one| one.error.as_ref())) {
            (Some(error), _) => error.code.to_string(),
            (None, Some(error)) => error.code.clone(),
            (None, None) => panic!("{case}: {:?}", brief(&report.outcomes)),
        };
        let class = ErrorCode::ALL.iter().find(|one| one.as_str() == code).map(|one| one.class());
        let class = class.unwrap_or_else(|| panic!("{case}: {code} is in no table"));
        assert_eq!(format!("{code} {}", class.as_str()), expected, "{case}");
        assert_eq!(bad.map_or(0, |one| one.attempts), attempts, "{case}");
        let other =
            report.outcomes.iter().any(|one| one.type_key == "Story" && one.status == "success");
        assert_eq!(other, goes_on, "{case}: {:?}", brief(&report.outcomes));
    }
}

/// What may be tried again without a change is what time can cure.
#[test]
fn classes_tell_what_is_worth_repeating() {
    let cured_by_time: BTreeSet<&str> =
        ErrorCode::ALL.iter().filter(|code| code.retryable()).map(|code| code.as_str()).collect();
    let expected = [
        "DATABASE_BUSY",
        "DEPENDENCY_FAILED",
        "DEPLOYMENT_IN_PROGRESS",
        "LEASE_LOST",
        "PLATFORM_FAILED",
        "PLATFORM_UNREACHABLE",
        "RATE_LIMITED",
        "STALE_READ",
    ];
    assert_eq!(cured_by_time, expected.into());
}

#[test]
fn classes_go_with_their_http_statuses() {
    for code in ErrorCode::ALL {
        let fits: &[u16] = match code.class() {
            ErrorClass::Validation => &[400, 409, 422, 501],
            ErrorClass::Dependency => &[424],
            ErrorClass::Conflict | ErrorClass::Duplicate => &[409],
            ErrorClass::Auth => &[401],
            ErrorClass::Forbidden => &[403],
            ErrorClass::RateLimit => &[429],
            ErrorClass::Network => &[502],
            ErrorClass::NotFound => &[404],
            ErrorClass::Cancelled => &[499, 503],
            ErrorClass::State => &[409, 501, 503],
            ErrorClass::Internal => &[500],
        };
        assert!(fits.contains(&code.status()), "{code} {}", code.status());
    }
}

/// The table as the README shows it.
fn markdown() -> String {
    let rows = ErrorCode::ALL.iter().map(|code| {
        let again = if code.retryable() { "yes" } else { "no" };
        let (class, status) = (code.class().as_str(), code.status());
        format!("| `{code}` | {class} | {status} | {again} | {} |\n", code.meaning())
    });
    let head =
        "| code | class | HTTP status | retryable | meaning |\n| --- | --- | --- | --- | --- |\n";
    head.chars().chain(rows.collect::<String>().chars()).collect()
}

#[test]
fn the_readme_lists_them() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).expect("README.md is there");
    let section = readme.split("\n## ").find(|section| section.starts_with("Errors\n"));
    let section = section.expect("README.md has a section \"## Errors\"");
    let is_row = |line: &&str| line.starts_with('|');
    let listed: Vec<&str> = section.lines().filter(is_row).collect();
    let table = markdown();
    let expected: Vec<&str> = table.lines().collect();
    assert_eq!(listed, expected, "the section \"## Errors\" of README.md should hold\n{table}");
}
