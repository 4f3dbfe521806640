//! How many operations succeed in one run while one of twenty requests goes wrong: 5,000 operations
//! over ten seeds, without sockets and in virtual time.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use catalyst_sync::compose::{EngineOptions, Surroundings, ports};
use catalyst_sync::engine::{Engine, RunOptions, RunReport, RunRequest, RunStatus};
use catalyst_sync::http::{Carrier, Parcel};
use catalyst_sync::port::{Response, TransportError};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::documents::Random;
use crate::support::fake::{
    Behaviour, CreateMode, Direct, Fake, FakeOptions, Fault, FaultKind, Match, Moment, Version,
};
use crate::support::sim::{SimClock, call_of, folder, lost, response_of, simulate};
use crate::support::studio_db::StudioDb;
use crate::support::tally::tally;
use crate::support::world::{Told, request};

const SEEDS: u64 = 10;
/// Types of a seed: each is created, half of them are changed then, and half are deleted.
const TYPES: usize = 250;
/// Of so many requests one goes wrong.
const ONE_OF: usize = 20;

/// A line on which requests get lost.
struct Faulty {
    direct: Direct,
    fake: Fake,
    random: Mutex<Random>,
    /// Requests of which one goes wrong; 0 for none.
    one_of: AtomicUsize,
    doubled: AtomicU32,
}

impl Faulty {
    /// What goes wrong with a request, if anything does.
    fn fate(&self) -> Option<FaultKind> {
        let one_of = self.one_of.load(Ordering::Relaxed);
        let mut random = self.random.lock().unwrap();
        if one_of == 0 || !random.one_in(one_of) {
            return None;
        }
        Some(match random.below(4) {
            0 => FaultKind::TooManyRequests { retry_after: None },
            1 => FaultKind::Status { status: 503, moment: Moment::Before, retry_after: None },
            2 => FaultKind::Reset { moment: Moment::Before },
            _ => FaultKind::Reset { moment: Moment::After },
        })
    }
}

#[async_trait]
impl Carrier for Faulty {
    async fn carry(&self, parcel: Parcel) -> Result<Response, TransportError> {
        let call = call_of(parcel);
        let wait = self.random.lock().unwrap().below(50) as u64;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let control = self.fake.control();
        if let Some(what) = self.fate() {
            let token = call.path.contains("oauth");
            let when = if token { Match::token() } else { Match::default() };
            control.add_fault(Fault::once(when, what));
        }
        let before = control.keys().len();
        let answer = self.direct.exchange(&call).await;
        control.clear_faults();
        let is_created = answer.as_ref().is_ok_and(|answer| answer.status == 201);
        if call.method == "POST" && is_created && control.keys().len() == before {
            self.doubled.fetch_add(1, Ordering::Relaxed);
        }
        answer.map(response_of).map_err(|_| lost())
    }
}

/// What came of a seed.
#[derive(Debug, Default)]
struct Share {
    operations: usize,
    succeeded: usize,
}

impl Share {
    fn count(&mut self, report: &RunReport) {
        self.operations += report.outcomes.len();
        self.succeeded += report.outcomes.iter().filter(|one| one.status == "success").count();
        assert!(report.error.is_none(), "{:?}", report.error);
    }
}

async fn deploy(options: &EngineOptions, line: &Arc<Faulty>, clock: &Arc<SimClock>) -> RunReport {
    let carrier = Some(Arc::clone(line) as Arc<dyn Carrier>);
    let surroundings = Surroundings { clock: clock.clone(), observer: None, carrier };
    let engine = Engine::new(ports(options, surroundings).unwrap(), options.settings());
    let run = RunOptions { allow_delete: true, ..RunOptions::default() };
    let request = RunRequest { options: run, ..request() };
    // What was written a moment ago may not be shown yet.
    tokio::time::sleep(Duration::from_mins(5)).await;
    engine.deploy(&request, Arc::new(Told::default()), &CancellationToken::new()).await
}

/// The keys that the platform has of ours.
fn keys(line: &Faulty) -> BTreeSet<String> {
    line.fake.control().keys().into_iter().filter(|key| key.starts_with("Type")).collect()
}

async fn live(seed: u64) -> Share {
    let folder = folder();
    let studio = StudioDb::sqlite_era(folder.path()).website("w1", "Site");
    let version = if seed.is_multiple_of(2) { Version::V1 } else { Version::Preview3 };
    let create = if seed.is_multiple_of(2) { CreateMode::Insert } else { CreateMode::Replace };
    let clock = Arc::new(SimClock::new(seed));
    let behaviour = Behaviour { create, ..Behaviour::default() };
    let made = FakeOptions { behaviour, time: clock.for_platform(), ..FakeOptions::default() };
    let (fake, direct) = Fake::detached(made, &format!("https://rate-{seed}.test"));
    let options = json!({
        "databaseUrl": studio.path(),
        "workingDirectory": folder.path(),
        "requestsPerMinute": 100_000,
        "environment": {
            "OPTIMIZELY_CLIENT_ID": "test-client",
            "OPTIMIZELY_CLIENT_SECRET": "test-secret",
            "OPTIMIZELY_API_URL": fake.url(version),
        },
    });
    let options = EngineOptions::from_json(&options.to_string()).unwrap();
    let line = Arc::new(Faulty {
        direct,
        fake,
        random: Mutex::new(Random(seed)),
        one_of: AtomicUsize::new(ONE_OF),
        doubled: AtomicU32::new(0),
    });
    let row = |at: usize, label: &str| {
        let field = json!([{ "id": "f", "name": "title", "label": label, "type": "text" }]);
        (format!("t{at}"), format!("Type{at}"), field.to_string())
    };
    let connection = studio.connect();
    for at in 0..TYPES {
        let insert = "INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt)
            VALUES (?1, 'w1', ?2, ?3, 1, 1)";
        connection.execute(insert, row(at, "Title")).unwrap();
    }

    let mut share = Share::default();
    share.count(&deploy(&options, &line, &clock).await);
    // Whatever failed is done by the run after it, once.
    line.one_of.store(0, Ordering::Relaxed);
    assert_eq!(deploy(&options, &line, &clock).await.status, RunStatus::Completed);
    assert_eq!(keys(&line).len(), TYPES);

    // Half of the rows go in two steps, because a database that lost most of its rows is a mistake.
    for half in [0, 1] {
        for at in (0..TYPES).filter(|at| at % 4 == 2 * half) {
            connection
                .execute("DELETE FROM ContentType WHERE id = ?1", [format!("t{at}")])
                .unwrap();
        }
        for at in (0..TYPES).filter(|at| at % 4 == 2 * half + 1) {
            let (id, _, fields) = row(at, "Headline");
            let update = "UPDATE ContentType SET fields = ?2 WHERE id = ?1";
            connection.execute(update, (id, fields)).unwrap();
        }
        line.one_of.store(ONE_OF, Ordering::Relaxed);
        share.count(&deploy(&options, &line, &clock).await);
        line.one_of.store(0, Ordering::Relaxed);
        assert_eq!(deploy(&options, &line, &clock).await.status, RunStatus::Completed);
    }
    let left: BTreeSet<String> =
        (0..TYPES).filter(|at| at % 2 == 1).map(|at| format!("Type{at}")).collect();
    assert_eq!(keys(&line), left, "seed {seed}");
    assert_eq!(deploy(&options, &line, &clock).await.outcomes, vec![], "seed {seed}");
    assert_eq!(line.doubled.load(Ordering::Relaxed), 0, "seed {seed} created something twice");
    line.fake.assert_clean();
    share
}

#[test]
fn of_a_thousand_operations_at_most_one_fails_in_one_run() {
    let shares = std::thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            scope.spawn(move || {
                let seeds = (0..SEEDS).filter(|seed| seed % 2 == half);
                seeds.map(|seed| simulate(Box::pin(live(seed)))).collect::<Vec<Share>>()
            })
        });
        halves.map(|half| half.join().unwrap())
    });
    let all = shares.iter().flatten();
    let operations: usize = all.clone().map(|share| share.operations).sum();
    let failed = operations - all.map(|share| share.succeeded).sum::<usize>();
    tally(
        operations - failed,
        "of 5,000 operations done in one run while one request in twenty goes wrong",
    );
    assert_eq!(operations, 5000);
    assert!(failed * 1000 <= operations, "{failed} of {operations} failed");
}
