//! The world of one seed: both sides, the line between them, and what goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use catalyst_sync::compose::{EngineOptions, Surroundings, ports};
use catalyst_sync::engine::{Engine, Ports};
use catalyst_sync::http::{Carrier, Parcel};
use catalyst_sync::port::{Response, RowOutcome, RowWrite, Studio, StudioError, TransportError};
use rusqlite::types::FromSql;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::atoms::{Atoms, of_row, of_stored};
use super::bugs::Bug;
use super::edits::{Tokens, edit_row, edit_stored, new_definition, put_back};
use super::oracle::{Consent, Oracle, Place, Side};
use crate::support::documents::Random;
use crate::support::fake::{
    Behaviour, Call, Control, CreateMode, Direct, Fake, FakeOptions, Fault, FaultKind, Match,
    Moment, RetryAfter, Version,
};
use crate::support::sim::{
    Onlooker, Point, SimClock, Tap, TappedPlatforms, TappedStore, TappedStudio, When, call_of,
    folder, lost, not_sent, response_of,
};
use crate::support::studio_db::StudioDb;

/// Rows by id, with the keys that they get on the platform.
pub const TYPES: [(&str, &str); 4] =
    [("alpha", "Alpha"), ("beta", "Beta"), ("gamma", "Gamma"), ("delta", "Delta")];

/// What happens in the middle of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hazard {
    /// The process dies.
    Crash,
    /// The user cancels.
    Cancel,
    /// A colleague edits the platform.
    Colleague,
    /// Somebody edits the studio.
    Author,
    /// The process is frozen, and the lock of its scope gets lost.
    Freeze,
}

/// A process with an engine.
#[derive(Default)]
pub struct Process {
    /// What happens after so many more points of its life.
    pub hazards: Vec<(usize, Hazard)>,
    pub is_running: bool,
    pub is_dead: bool,
    pub is_cancelled: bool,
    pub frozen_until: Option<Duration>,
    pub consent: Consent,
    /// Edits of the studio, and of the platform, that waited when the run began.
    pub asked: [BTreeSet<Place>; 2],
    pub cancel: CancellationToken,
}

/// Everything that changes, behind one lock that nobody holds while waiting.
pub struct State {
    pub random: Random,
    pub tokens: Tokens,
    pub oracle: Oracle,
    pub log: Vec<String>,
    pub processes: [Process; 2],
    /// Edits, with their time.
    pub recent: Vec<(Duration, Side, Place)>,
    /// What the last request that changed a type found, of each.
    pub replaced: BTreeMap<String, Value>,
    /// How many creations of each key were sent.
    pub created: BTreeMap<String, i64>,
    /// Of so many requests one goes wrong; 0 for none.
    pub faults: usize,
    /// A run that lost its scope, with the last row of the journal then.
    pub superseded: Option<(String, i64)>,
}

/// One seed's world.
pub struct World {
    pub state: Mutex<State>,
    pub control: Control,
    pub clock: Arc<SimClock>,
    pub bug: Option<Bug>,
    pub crashed: [Notify; 2],
    direct: Direct,
    options: EngineOptions,
    studio: Mutex<Connection>,
    /// To the engine's memory, once there is one.
    memory: Mutex<Option<Connection>>,
    state_path: PathBuf,
    _fake: Fake,
    _folder: TempDir,
}

/// Numbers the worlds of this process: what it keeps by address must not be shared.
static WORLDS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

impl World {
    pub fn new(seed: u64, bug: Option<Bug>) -> Arc<Self> {
        let mut random = Random(Random(seed).next());
        let folder = folder();
        let studio = StudioDb::sqlite_era(folder.path()).website("w1", "Site");
        let version = if random.one_in(3) { Version::Preview3 } else { Version::V1 };
        let replaces = version == Version::Preview3 && random.one_in(2);
        let create = if replaces { CreateMode::Replace } else { CreateMode::Insert };
        let clock = Arc::new(SimClock::new(random.next()));
        let fake = FakeOptions {
            behaviour: Behaviour { create, ..Behaviour::default() },
            time: clock.for_platform(),
            ..FakeOptions::default()
        };
        let number = WORLDS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let origin = format!("https://world-{number:08}.test");
        let (fake, direct) = Fake::detached(fake, &origin);
        let options = json!({
            "databaseUrl": studio.path(),
            "workingDirectory": folder.path(),
            "requestsPerMinute": 100_000,
            "cacheTtlMs": 0,
            "mapping": if random.one_in(2) { "native" } else { "compatible" },
            "environment": {
                "OPTIMIZELY_CLIENT_ID": "test-client",
                "OPTIMIZELY_CLIENT_SECRET": "test-secret",
                "OPTIMIZELY_API_URL": fake.url(version),
            },
        });
        let state = State {
            random,
            tokens: Tokens::default(),
            oracle: Oracle::default(),
            log: Vec::new(),
            processes: Default::default(),
            recent: Vec::new(),
            replaced: BTreeMap::new(),
            created: BTreeMap::new(),
            faults: 0,
            superseded: None,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            control: fake.control().clone(),
            clock,
            bug,
            crashed: Default::default(),
            direct,
            options: EngineOptions::from_json(&options.to_string()).unwrap(),
            studio: Mutex::new(studio.connect()),
            memory: Mutex::default(),
            state_path: folder.path().join("dev.db.catalyst-sync"),
            _fake: fake,
            _folder: folder,
        })
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn log(&self, line: impl Into<String>) {
        let line = format!("{:>9} {}", self.now().as_millis(), line.into());
        self.state().log.push(line);
    }

    fn now(&self) -> Duration {
        catalyst_sync::port::Clock::elapsed(&*self.clock)
    }

    /// A new engine of a process.
    pub fn engine(self: &Arc<Self>, process: usize) -> Engine {
        let eye = Arc::new(Eye { world: Arc::clone(self), process });
        let surroundings =
            Surroundings { clock: self.clock.clone(), observer: None, carrier: Some(eye.clone()) };
        let Ports { studio, store, platforms, clock } = ports(&self.options, surroundings).unwrap();
        let store = TappedStore { inner: store, tap: eye.clone(), bug: Bug::of_store(self) };
        let studio = TappedStudio { inner: studio, tap: eye.clone(), onlooker: eye.clone() };
        let around = self.bug.map_or(Bug::nothing_around as _, Bug::around);
        let platforms = TappedPlatforms { inner: platforms, tap: eye, around };
        let ports = Ports {
            studio: Arc::new(studio),
            store: Arc::new(store),
            platforms: Arc::new(platforms),
            clock,
        };
        Engine::new(ports, self.options.settings())
    }

    /// The studio's row of a type.
    pub fn row(&self, id: &str) -> Option<(String, Value)> {
        let studio = self.studio.lock().unwrap();
        let row =
            studio.query_row("SELECT name, fields FROM ContentType WHERE id = ?1", [id], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            });
        let (name, fields) = row.ok()?;
        Some((name, serde_json::from_str(&fields).unwrap()))
    }

    /// What the studio says of a type.
    pub fn local(&self, id: &str) -> Atoms {
        self.row(id).map(|(name, definition)| of_row(&name, &definition)).unwrap_or_default()
    }

    /// What the platform holds of a type.
    pub fn remote(&self, key: &str) -> Atoms {
        of_stored(self.control.content_type(Version::V1, key).as_ref())
    }

    /// Reads a number from the engine's memory.
    pub fn remembered(&self, sql: &str, parameters: &[&str]) -> i64 {
        self.recalled(sql, parameters).unwrap_or_default()
    }

    /// Reads one value from the engine's memory, if there is one.
    fn recalled<T: FromSql>(&self, sql: &str, parameters: &[&str]) -> rusqlite::Result<T> {
        let mut memory = self.memory.lock().unwrap();
        let connection = match &mut *memory {
            Some(connection) => connection,
            none => none.insert(Connection::open_with_flags(
                &self.state_path,
                OpenFlags::SQLITE_OPEN_READ_ONLY,
            )?),
        };
        let parameters = rusqlite::params_from_iter(parameters);
        connection.prepare_cached(sql)?.query_row(parameters, |row| row.get(0))
    }

    /// Whether the studio's file passes its integrity check.
    pub fn is_studio_whole(&self) -> bool {
        let studio = self.studio.lock().unwrap();
        let found = studio.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
        found.as_deref() == Ok("ok")
    }

    fn compare(&self, id: &str, key: &str) {
        let (local, remote) = (self.local(id), self.remote(key));
        self.state().oracle.compare(key, &local, &remote);
    }

    fn sql(&self, sql: &str, parameters: &[&str]) {
        let studio = self.studio.lock().unwrap();
        studio.execute(sql, rusqlite::params_from_iter(parameters)).unwrap();
    }

    /// Somebody adds a type to the studio, or takes it away. One that a colleague has deleted stays,
    /// because nobody could tell who was first.
    pub fn add_or_remove(&self, at: usize) {
        let (id, key) = TYPES[at];
        let before = self.local(id);
        if self.row(id).is_some() && self.state().oracle.waits(Side::Platform, key, "") {
            return;
        }
        if self.row(id).is_some() {
            self.sql("DELETE FROM ContentType WHERE id = ?1", &[id]);
            self.log(format!("author deletes {key}"));
        } else {
            let definition = {
                let State { random, tokens, .. } = &mut *self.state();
                new_definition(key, 1 + random.below(3), tokens)
            };
            self.sql(
                "INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt)
                 VALUES (?1, 'w1', ?2, ?3, 1, 1)",
                &[id, key, &definition.to_string()],
            );
            self.log(format!("author adds {key}"));
        }
        self.edited(Side::Studio, at, &before);
    }

    /// Somebody edits a row of the studio.
    pub fn author(&self) {
        let at = self.state().random.below(TYPES.len());
        let (id, key) = TYPES[at];
        let Some((mut name, mut definition)) = self.row(id) else { return };
        let before = self.local(id);
        let stored = self.control.content_type(Version::V1, key);
        let known: Vec<String> = stored
            .iter()
            .flat_map(|stored| stored["properties"].as_object().into_iter().flatten())
            .map(|(key, _)| key.clone())
            .collect();
        let path = {
            let State { random, tokens, .. } = &mut *self.state();
            edit_row(&mut name, &mut definition, &known, random, tokens)
        };
        if path.as_deref() == Some("/displayName") && stored.is_none() {
            // Its first name becomes its key.
            return;
        }
        self.sql(
            "UPDATE ContentType SET name = ?2, fields = ?3 WHERE id = ?1",
            &[id, &name, &definition.to_string()],
        );
        self.log(format!("author edits {key}{}", path.unwrap_or_default()));
        self.edited(Side::Studio, at, &before);
    }

    /// A colleague edits a type on the platform.
    pub fn colleague(&self, earlier: Option<&Value>) {
        let at = self.state().random.below(TYPES.len());
        let (_, key) = TYPES[at];
        let Some(stored) = self.control.content_type(Version::V1, key) else { return };
        let earlier = earlier.and_then(|earlier| earlier["types"].get(key));
        let edit = {
            let State { random, tokens, .. } = &mut *self.state();
            edit_stored(&stored, earlier, random, tokens)
        };
        let Some((place, patch)) = edit else { return };
        let before = self.remote(key);
        assert!(self.control.edit(Version::V1, key, patch));
        self.log(format!("colleague edits {key}{place}"));
        self.edited(Side::Platform, at, &before);
    }

    /// A colleague puts back what a write has changed whose fate no process knows yet.
    pub fn colleague_puts_back(&self) {
        for (at, (_, key)) in TYPES.into_iter().enumerate() {
            let Some(earlier) = self.state().replaced.get(key).cloned() else { continue };
            let Some(stored) = self.control.content_type(Version::V1, key) else { continue };
            let open = "SELECT count(*) FROM sync_operations WHERE state = 'started'
                AND operation = 'update' AND remote_id LIKE '%\"' || ?1 || '\"%'";
            if self.remembered(open, &[key]) == 0 || self.state().random.one_in(2) {
                continue;
            }
            let edit = put_back(&stored, &earlier, &mut self.state().random);
            let Some((place, patch)) = edit else { continue };
            let before = self.remote(key);
            assert!(self.control.edit(Version::V1, key, patch));
            self.log(format!("colleague puts back {key}{place}"));
            self.edited(Side::Platform, at, &before);
        }
    }

    /// Somebody sets the clock of the computer back, by up to three days.
    pub fn set_clock_back(&self) {
        let by = self.state().random.below(3 * 24 * 3600);
        self.clock.set_back(Duration::from_secs(by as u64));
        self.log(format!("the clock is set back by {by} s"));
    }

    /// A colleague deletes a type on the platform. One whose creation nobody saw is made again then,
    /// because the engine cannot know that it was there.
    pub fn colleague_deletes(&self, at: usize) {
        let (_, key) = TYPES[at];
        let before = self.remote(key);
        let (id, _) = TYPES[at];
        if self.row(id).is_none() || self.state().oracle.is_doubted(key) {
            return;
        }
        if self.control.remove(key) {
            self.log(format!("colleague deletes {key}"));
            self.edited(Side::Platform, at, &before);
        }
    }

    /// Somebody edited a side of a type, which said something else before.
    fn edited(&self, side: Side, at: usize, before: &Atoms) {
        let (id, key) = TYPES[at];
        let now = match side {
            Side::Studio => self.local(id),
            Side::Platform => self.remote(key),
        };
        let time = self.now();
        {
            let state = &mut *self.state();
            let places = state.oracle.edited(side, key, (before, &now));
            for process in &mut state.processes {
                process.asked[side as usize].extend(places.iter().cloned());
            }
            state.recent.extend(places.into_iter().map(|place| (time, side, place)));
        }
        self.compare(id, key);
    }

    /// What may be carried over from a side: edits that wait, and those that were taken back so lately
    /// that reads may still show them.
    pub fn asked(&self, side: Side) -> BTreeSet<Place> {
        let now = self.now();
        let state = self.state();
        let is_recent = |(at, of, _): &&(Duration, Side, Place)| {
            *of == side && now.saturating_sub(*at) < Duration::from_mins(1)
        };
        let recent = state.recent.iter().filter(is_recent).map(|(_, _, place)| place.clone());
        state.oracle.waiting(side).into_iter().chain(recent).collect()
    }

    /// What became of writes that are open in the journal nobody knows but those who were written to.
    pub fn doubt_what_is_open(&self, process: usize) {
        let overrules = self.state().processes[process].consent.target_wins;
        for (_, key) in TYPES {
            let open = |table: &str| {
                let open = format!(
                    "SELECT count(*) FROM {table}
                     WHERE state = 'started' AND remote_id LIKE '%\"' || ?1 || '\"%'"
                );
                self.remembered(&open, &[key])
            };
            let rows = open("sync_rows");
            let creations = open("(SELECT * FROM sync_operations WHERE operation = 'create')");
            if rows + creations > 0 {
                self.state().oracle.open_to_conflict(key);
            } else if open("sync_operations") > 0 {
                self.state().oracle.doubt(key);
            }
            if rows > 0 && overrules {
                self.state().oracle.promise(key);
            }
        }
    }

    /// Where the engine's memory is.
    pub fn state_path(&self) -> &std::path::Path {
        &self.state_path
    }

    fn delete_locks(&self) {
        let mut locks = self.state_path.clone().into_os_string();
        locks.push(".locks");
        // There are none before the first run.
        let _ = std::fs::remove_dir_all(locks);
    }
}

/// How an engine's process sees and is seen by the world.
pub struct Eye {
    world: Arc<World>,
    process: usize,
}

impl Eye {
    /// What happens at this point of the process's life, if anything does.
    fn due(&self) -> Vec<Hazard> {
        let process = &mut self.world.state().processes[self.process];
        let mut due = Vec::new();
        process.hazards.retain_mut(|(left, hazard)| {
            if *left == 0 {
                due.push(*hazard);
                return false;
            }
            *left -= 1;
            true
        });
        due
    }

    fn suffer(&self, hazard: Hazard, point: Point) {
        let world = &self.world;
        match hazard {
            Hazard::Colleague => world.colleague(None),
            Hazard::Author => world.author(),
            Hazard::Cancel => {
                world.log(format!("{} is cancelled {point}", self.process));
                let process = &mut world.state().processes[self.process];
                process.is_cancelled = true;
                process.cancel.cancel();
            }
            Hazard::Crash => {
                world.log(format!("{} dies {point}", self.process));
                world.state().processes[self.process].is_dead = true;
                world.crashed[self.process].notify_one();
            }
            Hazard::Freeze => {
                world.log(format!("{} freezes {point}", self.process));
                world.delete_locks();
                let until = world.now() + Duration::from_mins(4);
                world.state().processes[self.process].frozen_until = Some(until);
            }
        }
    }

    /// The other process holds the scope of a frozen one from now on.
    fn take_over(&self) {
        let world = &self.world;
        let (frozen, is_running) = {
            let other = &world.state().processes[1 - self.process];
            (other.frozen_until, other.is_running && !other.is_dead)
        };
        if frozen.is_none_or(|until| until <= world.now()) {
            if is_running && frozen.is_none() && self.holds_the_scope() {
                let told = "a living run was robbed of its scope".to_owned();
                world.state().oracle.broken.push(told);
            }
            return;
        }
        world.doubt_what_is_open(1 - self.process);
        let unended =
            "SELECT id FROM sync_transactions WHERE completed_at IS NULL ORDER BY started_at";
        if let Ok(run) = world.recalled(unended, &[]) {
            let last = world.remembered("SELECT max(id) FROM sync_operations", &[]);
            world.state().superseded.get_or_insert((run, last));
        }
    }

    /// Whether another run than this process's is under way as far as the memory knows, and this
    /// process has the scope all the same.
    fn holds_the_scope(&self) -> bool {
        let held = "SELECT owner LIKE '%' || ?1 AND held = 1 FROM sync_leases";
        let unended = "SELECT count(*) FROM sync_transactions
            WHERE completed_at IS NULL AND job_id LIKE '%' || ?1";
        let (own, other) = (self.process.to_string(), (1 - self.process).to_string());
        self.world.remembered(held, &[&own]) == 1 && self.world.remembered(unended, &[&other]) > 0
    }

    /// Looks at a write of the engine before it leaves.
    fn look_at(&self, call: &Call, key: &str) {
        let world = &self.world;
        let operation = match call.method.as_str() {
            "POST" => "create",
            "PATCH" => "update",
            _ => "delete",
        };
        let open = world.remembered(
            "SELECT count(*) FROM sync_operations WHERE state = 'started' AND operation = ?1
               AND remote_id LIKE '%\"' || ?2 || '\"%'",
            &[operation, key],
        );
        let mut state = world.state();
        if open == 0 {
            state.oracle.broken.push(format!("a {operation} of {key} is not in the journal"));
        }
        if state.processes[self.process].is_cancelled {
            state.oracle.broken.push(format!("a {operation} of {key} is sent after the cancel"));
        }
    }

    /// Carries a request to the platform, and sees what it does there.
    async fn deliver(
        world: &Arc<World>,
        call: &Call,
        key: Option<&str>,
        asked: &BTreeSet<Place>,
        consent: Consent,
    ) -> Result<Response, TransportError> {
        if let Some(key) = key.filter(|_| call.method == "POST") {
            let journalled = world.remembered(
                "SELECT count(*) FROM sync_operations WHERE operation = 'create' AND attempt > 0
                   AND remote_id LIKE '%\"' || ?1 || '\"%'",
                &[key],
            );
            let state = &mut *world.state();
            let sent = state.created.entry(key.to_owned()).or_default();
            *sent += 1;
            if *sent > journalled {
                let told =
                    format!("a creation of {key} is sent again without an intent of its own");
                state.oracle.broken.push(told);
            }
        }
        let before = key.map(|key| world.remote(key));
        let found = key.and_then(|key| world.control.content_type(Version::V1, key));
        let answer = world.direct.exchange(call).await;
        if let Some(key) = key.filter(|_| call.method == "POST")
            && answer.as_ref().is_ok_and(|answer| answer.status == 401)
            && let Some(sent) = world.state().created.get_mut(key)
        {
            // What was not let in did nothing, and goes out again with a new token.
            *sent -= 1;
        }
        if let (Some(key), Some(before)) = (key, before) {
            let after = world.remote(key);
            let id = TYPES.iter().find(|(_, own)| *own == key).map_or(key, |(id, _)| id);
            let other = world.local(id);
            let is_twice = call.method == "POST"
                && !before.is_empty()
                && answer.as_ref().is_ok_and(|answer| answer.status < 300);
            let mut state = world.state();
            if let Some(found) = found.filter(|_| before != after) {
                state.replaced.insert(key.to_owned(), found);
            }
            if is_twice {
                state.oracle.broken.push(format!("{key} was created twice"));
            }
            let is_known = answer.as_ref().is_ok_and(|answer| {
                matches!(answer.status, 200 | 201 | 400..=499) && answer.status != 408
            });
            if !is_known {
                state.oracle.doubt_request(&call.method, key);
            }
            state.oracle.written(Side::Platform, key, (&before, &after, &other), asked, consent);
            drop(state);
            world.compare(id, key);
        }
        answer.map(response_of).map_err(|_| lost())
    }
}

#[async_trait]
impl Tap for Eye {
    async fn at(&self, point: Point) {
        let world = &self.world;
        for hazard in self.due() {
            self.suffer(hazard, point);
        }
        if point.call == "acquire" && point.when == When::After {
            self.take_over();
        }
        let frozen = world.state().processes[self.process].frozen_until;
        if let Some(until) = frozen.filter(|_| point.when == When::Before && point.port == "store")
        {
            tokio::time::sleep(until.saturating_sub(world.now())).await;
        }
        if world.state().processes[self.process].is_dead {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Onlooker for Eye {
    async fn write(&self, studio: &dyn Studio, write: RowWrite) -> Result<RowOutcome, StudioError> {
        let world = &self.world;
        let id = match &write {
            RowWrite::Update { row, .. } | RowWrite::Insert { row } => row.id.clone(),
            RowWrite::Delete { seen } => seen.id.clone(),
        };
        let key = TYPES.iter().find(|(own, _)| *own == id).map_or(&*id, |(_, key)| key);
        let before = world.local(&id);
        let write = Bug::of_write(world, write, studio).await;
        let outcome = studio.write(write).await;
        let (after, other) = (world.local(&id), world.remote(key));
        {
            let state = &mut *world.state();
            let process = &state.processes[self.process];
            let (asked, consent) = (process.asked[1].clone(), process.consent);
            let sides = (&before, &after, &other);
            state.oracle.written(Side::Studio, key, sides, &asked, consent);
        }
        world.compare(&id, key);
        world.log(format!("{} writes the row of {key}: {outcome:?}", self.process));
        outcome
    }
}

#[async_trait]
impl Carrier for Eye {
    async fn carry(&self, parcel: Parcel) -> Result<Response, TransportError> {
        let world = &self.world;
        let call = call_of(parcel);
        let at = |when| Point { port: "wire", call: "request", when };
        let writes = call.method != "GET" && !call.path.contains("oauth");
        let key = writes.then(|| {
            let body: Value = serde_json::from_str(&call.body).unwrap_or_default();
            let last = call.path.rsplit('/').next().unwrap_or_default();
            body["key"].as_str().unwrap_or(last).to_owned()
        });
        let (asked, consent) = {
            let state = world.state();
            let process = &state.processes[self.process];
            (&process.asked[0] | &state.oracle.waiting(Side::Studio), process.consent)
        };
        let call = Bug::of_call(world, call);
        if let Some(key) = &key {
            self.look_at(&call, key);
        }
        self.at(at(When::Before)).await;
        let (way_there, way_back, fate) = {
            let state = &mut *world.state();
            let random = &mut state.random;
            let waits = (random.below(150) as u64, random.below(150) as u64);
            let is_struck = state.faults > 0 && random.one_in(state.faults);
            (waits.0, waits.1, is_struck.then(|| fate(random, writes)))
        };
        tokio::time::sleep(Duration::from_millis(way_there)).await;
        let path = format!("{} {}", call.method, call.path);
        if let (Some(Fate::Late(wait)), Some(key)) = (&fate, &key) {
            world.log(format!("{} {path}: late", self.process));
            world.state().oracle.doubt_request(&call.method, key);
            let (world, key, wait) = (Arc::clone(world), key.clone(), *wait);
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                let _ = Self::deliver(&world, &call, Some(&key), &asked, consent).await;
                world.log(format!("{path} arrives late"));
            });
            return Err(lost());
        }
        if matches!(fate, Some(Fate::Refused)) {
            world.log(format!("{} {path} does not leave", self.process));
            return Err(not_sent());
        }
        if let Some(Fate::Fault(kind)) = fate {
            world.log(format!("{} {path} meets {}", self.process, kind.name()));
            let when = if call.path.contains("oauth") { Match::token() } else { Match::default() };
            world.control.add_fault(Fault::once(when, kind));
        }
        let mut answer = Self::deliver(world, &call, key.as_deref(), &asked, consent).await;
        if answer.is_err() && Bug::retries_blindly(world) && call.method == "POST" {
            answer = Self::deliver(world, &call, key.as_deref(), &asked, consent).await;
        }
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        world.log(format!("{} {path}: {status}", self.process));
        tokio::time::sleep(Duration::from_millis(way_back)).await;
        self.at(at(When::After)).await;
        answer
    }
}

/// What goes wrong with a request.
enum Fate {
    Fault(FaultKind),
    /// Its answer is lost, and it arrives only later.
    Late(Duration),
    /// There is no connection.
    Refused,
}

fn fate(random: &mut Random, writes: bool) -> Fate {
    let moment = if writes && random.one_in(2) { Moment::After } else { Moment::Before };
    let seconds = random.below(5) as u64;
    Fate::Fault(match random.below(10) {
        0 => FaultKind::Status { status: 503, moment, retry_after: None },
        1 => FaultKind::TooManyRequests { retry_after: Some(RetryAfter::Seconds(seconds)) },
        2 | 3 => FaultKind::Reset { moment },
        4 => FaultKind::TruncatedBody,
        5 => FaultKind::HtmlBody { status: 502, moment },
        6 if writes => FaultKind::Accepted,
        7 if writes => FaultKind::NoContent,
        8 if writes => return Fate::Late(Duration::from_millis(random.below(28_000) as u64)),
        9 => return Fate::Refused,
        _ => FaultKind::ExpireTokens,
    })
}
