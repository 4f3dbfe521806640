//! A studio and a platform whose engine dies at a named point of its life.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use catalyst_sync::compose::{EngineOptions, Surroundings, ports};
use catalyst_sync::engine::{Engine, Ports, ProviderRequest};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::line::{Fakes, Line};
use super::points::{Spot, Target, Verb};
use crate::support::fake::{Direct, Fake, FakeOptions, Version};
use crate::support::sim::{
    Onlooker, Point, SimClock, StoreBug, Tap, TappedPlatforms, TappedStore, TappedStudio,
};
use crate::support::studio_db::StudioDb;

/// Dies when it has come through its spots, in their order.
#[derive(Default)]
pub struct Tripwire {
    spots: Mutex<Vec<Spot>>,
    pub dead: Notify,
    is_dead: Mutex<bool>,
}

impl Tripwire {
    pub fn new(spots: Vec<Spot>) -> Arc<Self> {
        Arc::new(Self { spots: Mutex::new(spots), ..Self::default() })
    }

    /// Whether it came to its end.
    pub fn is_hit(&self) -> bool {
        *self.is_dead.lock().unwrap()
    }
}

#[async_trait]
impl Tap for Tripwire {
    async fn at(&self, point: Point) {
        let dies = {
            let mut spots = self.spots.lock().unwrap();
            let is_due = spots.first_mut().is_some_and(|spot| spot.is(point));
            if is_due {
                spots.remove(0);
            }
            is_due && spots.is_empty()
        };
        if dies {
            *self.is_dead.lock().unwrap() = true;
            self.dead.notify_one();
        }
        if self.is_hit() {
            // A dead process neither goes on nor answers.
            std::future::pending::<()>().await;
        }
    }
}

struct AsItIs;

impl StoreBug for AsItIs {}
impl Onlooker for AsItIs {}

/// Both sides, in a folder.
pub struct Bench {
    pub target: Target,
    pub folder: PathBuf,
    pub studio: StudioDb,
    pub fake: Fake,
    pub direct: Direct,
    fakes: Fakes,
    clock: Arc<SimClock>,
}

impl Bench {
    /// A new studio in a folder, and an empty platform.
    pub fn new(target: Target, folder: PathBuf) -> Self {
        let studio = StudioDb::sqlite_era(&folder).website("w1", "Site");
        Self::with(target, folder, studio)
    }

    /// The studio that lies in a folder already, and the platform of the parent process.
    pub fn of_the_parent(target: Target, folder: PathBuf) -> Self {
        let studio = StudioDb::in_folder(&folder);
        Self { fakes: Fakes::InTheParent, ..Self::with(target, folder, studio) }
    }

    fn with(target: Target, folder: PathBuf, studio: StudioDb) -> Self {
        let clock = Arc::new(SimClock::new(1));
        let made = FakeOptions { time: clock.for_platform(), ..FakeOptions::default() };
        let name = folder.file_name().unwrap().to_string_lossy().to_lowercase();
        let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let origin = format!("https://{name}.test");
        let (fake, direct) = Fake::detached(made, &origin);
        let fakes = Fakes::Here(direct.clone());
        Self { target, folder, studio, fake, direct, fakes, clock }
    }

    pub fn provider(&self) -> ProviderRequest {
        let config = vec![("directory".to_owned(), "model".to_owned())];
        match self.target {
            Target::Optimizely => ProviderRequest::default(),
            Target::Files => ProviderRequest { id: Some("files".to_owned()), config },
        }
    }

    /// A process that does something and dies at a tripwire. One that is to let go of something keeps
    /// as little as it may.
    pub fn engine_for(&self, wire: &Arc<Tripwire>, verb: Verb) -> Engine {
        let least = json!({ "count": 1 });
        let kept = json!({ "versions": least, "backups": least, "audit": least });
        self.keeping(wire, &if verb.cut().is_some() { kept } else { json!({}) })
    }

    /// A process that dies at a tripwire and keeps everything.
    pub fn engine(&self, wire: &Arc<Tripwire>) -> Engine {
        self.keeping(wire, &json!({}))
    }

    fn keeping(&self, wire: &Arc<Tripwire>, retention: &Value) -> Engine {
        let options = json!({
            "retention": retention,
            "databaseUrl": self.studio.path(),
            "workingDirectory": self.folder,
            "requestsPerMinute": 100_000,
            "cacheTtlMs": 0,
            "mapping": "native",
            "environment": {
                "OPTIMIZELY_CLIENT_ID": "test-client",
                "OPTIMIZELY_CLIENT_SECRET": "test-secret",
                "OPTIMIZELY_API_URL": self.fake.url(Version::V1),
            },
        });
        let options = EngineOptions::from_json(&options.to_string()).unwrap();
        let line = Line { fakes: self.fakes.clone(), wire: Arc::clone(wire) };
        let surroundings = Surroundings {
            clock: self.clock.clone(),
            observer: None,
            carrier: Some(Arc::new(line)),
        };
        let Ports { studio, store, platforms, clock } = ports(&options, surroundings).unwrap();
        let tap = || Arc::clone(wire) as Arc<dyn Tap>;
        let ports = Ports {
            studio: Arc::new(TappedStudio {
                inner: studio,
                tap: tap(),
                onlooker: Arc::new(AsItIs),
            }),
            store: Arc::new(TappedStore { inner: store, tap: tap(), bug: Arc::new(AsItIs) }),
            platforms: Arc::new(TappedPlatforms {
                inner: platforms,
                tap: tap(),
                around: |own| own,
            }),
            clock,
        };
        Engine::new(ports, options.settings())
    }

    /// Lets so much time pass that no read lags and no request is under way any more.
    pub async fn later(&self) {
        tokio::time::sleep(Duration::from_mins(10)).await;
    }

    /// Lets days pass: every process begins at the same moment, and comes after the one before it.
    pub async fn the_day_after(&self, days: u32) {
        tokio::time::sleep(Duration::from_hours(24) * days).await;
    }

    fn file(&self, key: &str) -> Option<PathBuf> {
        let entries = std::fs::read_dir(self.folder.join("model")).ok()?;
        let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.find(|path| path.file_stem().is_some_and(|stem| stem == key))
    }

    /// What the platform holds of a type.
    pub fn remote(&self, key: &str) -> Option<Value> {
        match self.target {
            Target::Optimizely => self.fake.control().content_type(Version::V1, key),
            Target::Files => {
                let text = std::fs::read_to_string(self.file(key)?).unwrap();
                Some(serde_json::from_str(&text).unwrap())
            }
        }
    }

    /// The keys of the types that are not the platform's own.
    pub fn keys(&self) -> Vec<String> {
        let all = ["Alpha", "Beta", "Event", "Keep"];
        let mut keys: Vec<String> = match self.target {
            Target::Optimizely => self.fake.control().keys(),
            Target::Files => {
                let entries = std::fs::read_dir(self.folder.join("model")).unwrap();
                let stem = |entry: std::fs::DirEntry| {
                    entry.path().file_stem().unwrap().to_string_lossy().into_owned()
                };
                entries.map(|entry| stem(entry.unwrap())).collect()
            }
        };
        let own = |key: &String| all.iter().any(|name| key.contains(name));
        keys.retain(own);
        keys.sort();
        keys
    }

    /// A colleague exchanges a text in a type.
    pub fn colleague(&self, key: &str, from: &str, to: &str) {
        match self.target {
            Target::Optimizely => {
                let stored = self.remote(key).unwrap();
                let changed: Value =
                    serde_json::from_str(&stored.to_string().replace(from, to)).unwrap();
                let patch = json!({
                    "displayName": changed["displayName"],
                    "properties": changed["properties"],
                });
                assert!(self.fake.control().edit(Version::V1, key, patch));
            }
            Target::Files => {
                let file = self.file(key).unwrap();
                let text = std::fs::read_to_string(&file).unwrap();
                assert!(text.contains(from), "{text}");
                std::fs::write(file, text.replace(from, to)).unwrap();
            }
        }
    }

    /// Runs SQL in the studio's database.
    pub fn sql(&self, sql: &str, parameters: &[&str]) {
        let parameters = rusqlite::params_from_iter(parameters);
        self.studio.connect().execute(sql, parameters).unwrap();
    }

    /// The definition of a row.
    pub fn row(&self, id: &str) -> Option<String> {
        let select = "SELECT fields FROM ContentType WHERE id = ?1";
        self.studio.connect().query_row(select, [id], |row| row.get(0)).ok()
    }

    /// The first column of the first row that the engine's memory has for a question.
    pub fn remembered(&self, sql: &str) -> String {
        let mut path = self.studio.path().as_os_str().to_owned();
        path.push(".catalyst-sync");
        let connection = Connection::open(path).unwrap();
        connection
            .query_row(&format!("SELECT CAST(({sql}) AS TEXT)"), [], |row| row.get(0))
            .unwrap_or_default()
    }
}
