//! A studio, a platform and an engine between them, on this machine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use catalyst_sync::compose::{EngineOptions, engine_with};
use catalyst_sync::engine::{
    ChangeSet, Engine, Outcome, ProviderRequest, Query, Reporter, RunEvent, RunOptions, RunReport,
    RunRequest,
};
use catalyst_sync::port::Clock;
use catalyst_sync::system::SystemClock;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::fake::{Fake, FakeOptions, Version};
use super::studio_db::StudioDb;

/// A studio in a folder of its own, and a fake platform.
pub struct World {
    pub folder: TempDir,
    pub studio: StudioDb,
    pub fake: Fake,
    /// Options as the public contract names them; changed before [`World::engine`].
    pub options: Value,
    pub version: Version,
    /// What its engines live by; real time unless a test waits for much of it.
    pub clock: Arc<dyn Clock>,
}

/// What a run told.
#[derive(Default)]
pub struct Told(Mutex<Vec<RunEvent>>);

impl Reporter for Told {
    fn report(&self, event: RunEvent) {
        self.0.lock().unwrap().push(event);
    }
}

impl Told {
    /// The messages of the log, in order.
    pub fn messages(&self) -> Vec<String> {
        let events = self.0.lock().unwrap();
        events
            .iter()
            .filter_map(|event| match event {
                RunEvent::Log { message, .. } => Some(message.clone()),
                RunEvent::Progress(_) => None,
            })
            .collect()
    }

    /// The progress reported, in order.
    pub fn progress(&self) -> Vec<u8> {
        let events = self.0.lock().unwrap();
        events
            .iter()
            .filter_map(|event| match event {
                RunEvent::Progress(progress) => Some(*progress),
                RunEvent::Log { .. } => None,
            })
            .collect()
    }
}

impl World {
    /// A studio of the SQLite era with one website `w1`, and an empty platform that speaks v1.
    pub async fn new() -> Self {
        Self::with(FakeOptions::default()).await
    }

    /// As [`World::new`], with a platform made to measure.
    pub async fn with(fake: FakeOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let studio = StudioDb::sqlite_era(folder.path()).website("w1", "Site");
        let fake = Fake::start(fake).await;
        let options = json!({ "requestsPerMinute": 100_000, "cacheTtlMs": 0 });
        let clock = Arc::new(SystemClock);
        Self { folder, studio, fake, options, version: Version::V1, clock }
    }

    /// The path of a new folder or file beside the studio's database.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a content type of website `w1`.
    pub fn add(&self, id: &str, name: &str, fields: &Value) {
        self.sql(
            "INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt) \
             VALUES (?1, 'w1', ?2, ?3, 1, 1)",
            &[id, name, &fields.to_string()],
        );
    }

    /// Changes the definition of a content type.
    pub fn change(&self, id: &str, fields: &Value) {
        self.sql("UPDATE ContentType SET fields = ?2 WHERE id = ?1", &[id, &fields.to_string()]);
    }

    /// Runs SQL in the studio's database.
    pub fn sql(&self, sql: &str, parameters: &[&str]) {
        let connection = self.studio.connect();
        connection.execute(sql, rusqlite::params_from_iter(parameters)).unwrap();
    }

    /// Reads the first column of the first row of a query on the state.
    pub fn state(&self, sql: &str) -> String {
        let mut path = self.studio.path().as_os_str().to_owned();
        path.push(".catalyst-sync");
        let connection = rusqlite::Connection::open(path).unwrap();
        connection
            .query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0))
            .map(|value| match value {
                rusqlite::types::Value::Text(text) => text,
                rusqlite::types::Value::Integer(number) => number.to_string(),
                other => format!("{other:?}"),
            })
            .unwrap_or_default()
    }

    /// The environment of the engine.
    pub fn environment(&self) -> BTreeMap<String, String> {
        [
            ("OPTIMIZELY_CLIENT_ID", "test-client".to_owned()),
            ("OPTIMIZELY_CLIENT_SECRET", "test-secret".to_owned()),
            ("OPTIMIZELY_API_URL", self.fake.url(self.version)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// Options that fit this world.
    pub fn engine_options(&self) -> EngineOptions {
        EngineOptions::from_json(&self.options_text()).unwrap()
    }

    /// The same as JSON, for another process.
    pub fn options_text(&self) -> String {
        let mut options = self.options.clone();
        options["databaseUrl"] = json!(self.studio.path());
        options["workingDirectory"] = json!(self.folder.path());
        options["environment"] = json!(self.environment());
        options.to_string()
    }

    /// A new engine; every call gets one, so that nothing is remembered but the state.
    pub fn engine(&self) -> Engine {
        self.engine_on(Arc::clone(&self.clock))
    }

    /// A new engine that lives by a clock of its own.
    pub fn engine_on(&self, clock: Arc<dyn Clock>) -> Engine {
        engine_with(&self.engine_options(), clock, None).unwrap()
    }

    /// Deploys everything with a new engine.
    pub async fn deploy(&self) -> RunReport {
        self.deploy_with(RunOptions::default()).await
    }

    /// Deploys everything with options.
    pub async fn deploy_with(&self, options: RunOptions) -> RunReport {
        self.run(&RunRequest { options, ..request() }).await
    }

    /// Carries out a request.
    pub async fn run(&self, request: &RunRequest) -> RunReport {
        self.engine().deploy(request, Arc::new(Told::default()), &CancellationToken::new()).await
    }

    /// What differs, with details.
    pub async fn changes(&self) -> ChangeSet {
        let query = Query { include_details: true, ..Query::default() };
        self.engine().detect(&query).await.unwrap()
    }
}

/// A request to deploy everything.
pub fn request() -> RunRequest {
    RunRequest {
        job_id: "job".to_owned(),
        job: r#"{"id":"job"}"#.to_owned(),
        ..RunRequest::default()
    }
}

/// A request to deploy to a folder.
pub fn to_files(directory: &str) -> RunRequest {
    RunRequest {
        provider: ProviderRequest {
            id: Some("files".to_owned()),
            config: vec![("directory".to_owned(), directory.to_owned())],
        },
        ..request()
    }
}

/// Outcomes in short: `BlogPost update success`.
pub fn brief(outcomes: &[Outcome]) -> Vec<String> {
    outcomes
        .iter()
        .map(|one| {
            let code = one.error.as_ref().map_or(String::new(), |error| format!(" {}", error.code));
            format!("{} {} {}{code}", one.type_key, one.operation, one.status)
        })
        .collect()
}
