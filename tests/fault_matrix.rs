//! The fault matrix: every fault of the fake, once and for ever, on every operation, through both
//! versions of the API, without sockets and in virtual time. What a deployment comes to is a reviewed
//! table; that the next one puts it right, that the one after it finds nothing to do, and that no
//! secret is told or kept, holds for all.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use catalyst_sync::compose::{EngineOptions, Surroundings, ports};
use catalyst_sync::engine::{Engine, Outcome, RunOptions, RunReport, RunRequest};
use catalyst_sync::error::ErrorCode;
use catalyst_sync::http::{Carrier, Parcel};
use catalyst_sync::port::{Response, TransportError};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::support::fake::{
    Direct, Fake, FakeOptions, Fault, FaultKind, Kind, Match, Moment, RetryAfter, Shift, Tenant,
    Version,
};
use crate::support::golden::compare;
use crate::support::planted::{self, Heard, SECRET, clean, clean_below, remembered};
use crate::support::sim::{SimClock, call_of, folder, lost, response_of, simulate};
use crate::support::studio_db::StudioDb;
use crate::support::tally::tally;
use crate::support::world::request;

/// What a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Create,
    Update,
    Delete,
    List,
    Read,
    Token,
}

const OPERATIONS: [Operation; 6] = [
    Operation::Create,
    Operation::Update,
    Operation::Delete,
    Operation::List,
    Operation::Read,
    Operation::Token,
];

impl Operation {
    fn requests(self) -> Match {
        match self {
            Self::Create => Match::on("POST", "Event"),
            Self::Update => Match::on("PATCH", "Event"),
            Self::Delete => Match::on("DELETE", "Event"),
            Self::List => Match::method("GET"),
            Self::Read => Match::on("GET", "Event"),
            Self::Token => Match::token(),
        }
    }
}

/// Every fault there is, with what it can be told apart by.
fn faults() -> Vec<FaultKind> {
    let mut all = Vec::new();
    for moment in [Moment::Before, Moment::After] {
        for status in [400, 401, 403, 404, 408, 409, 410, 412, 422, 425, 500, 503] {
            all.push(FaultKind::Status { status, moment, retry_after: None });
        }
        all.push(FaultKind::Reset { moment });
        all.push(FaultKind::HtmlBody { status: 502, moment });
        all.push(FaultKind::HtmlBody { status: 200, moment });
    }
    for retry_after in [None, Some(RetryAfter::Seconds(7)), Some(RetryAfter::DateIn(7))] {
        all.push(FaultKind::TooManyRequests { retry_after });
    }
    all.extend([
        FaultKind::Latency { ms: 3000 },
        FaultKind::SlowAnswer { ms: 500, pieces: 4 },
        FaultKind::TruncatedBody,
        FaultKind::EmptyBody { status: 200 },
        FaultKind::EmptyBody { status: 500 },
        FaultKind::Lag { reads: 0, ms: 30_000 },
        FaultKind::Lag { reads: 2, ms: 0 },
        FaultKind::Flap { reads: 3 },
        FaultKind::TruncatedPages { items: 2 },
        FaultKind::ShiftingPages { shift: Shift::Insert(stranger("A")) },
        FaultKind::ShiftingPages { shift: Shift::Remove("A0".to_owned()) },
        FaultKind::ExpireTokens,
        FaultKind::DropMembers { members: vec!["properties.title.maxLength".to_owned()] },
        FaultKind::RewriteMember {
            member: "properties.title.maxLength".to_owned(),
            value: json!(9),
        },
        FaultKind::WeakEntityTag,
        FaultKind::MissingEntityTag,
        FaultKind::ExtraMembers,
        FaultKind::MissingTotal,
        FaultKind::Accepted,
        FaultKind::NoContent,
    ]);
    all
}

/// Ties the list to the faults that there are: a new one does not compile until it is named here, and
/// what is named here has to be listed.
macro_rules! kinds {
    ($($kind:ident,)+) => {
        const KINDS: &[&str] = &[$(stringify!($kind)),+];

        fn kind_of(fault: &FaultKind) -> &'static str {
            match fault {
                $(FaultKind::$kind { .. } => stringify!($kind),)+
            }
        }
    };
}

kinds! {
    Latency,
    Status,
    TooManyRequests,
    Reset,
    TruncatedBody,
    HtmlBody,
    EmptyBody,
    Lag,
    Flap,
    TruncatedPages,
    ShiftingPages,
    ExpireTokens,
    DropMembers,
    RewriteMember,
    WeakEntityTag,
    MissingEntityTag,
    ExtraMembers,
    MissingTotal,
    Accepted,
    NoContent,
    SlowAnswer,
}

#[test]
fn every_kind_of_fault_is_listed() {
    let listed = faults();
    let listed: BTreeSet<&str> = listed.iter().map(kind_of).collect();
    assert_eq!(listed, KINDS.iter().copied().collect());
}

/// A type that nobody has in the studio.
fn stranger(key: &str) -> Value {
    json!({ "key": key, "displayName": key, "baseType": "_component" })
}

struct Line(Direct);

#[async_trait]
impl Carrier for Line {
    async fn carry(&self, parcel: Parcel) -> Result<Response, TransportError> {
        self.0.exchange(&call_of(parcel)).await.map(response_of).map_err(|_| lost())
    }
}

/// A studio with a type to be deployed and one that stays as it is.
struct Bench {
    studio: StudioDb,
    fake: Fake,
    version: Version,
    options: EngineOptions,
    line: Arc<Line>,
    clock: Arc<SimClock>,
    heard: Arc<Heard>,
    folder: TempDir,
}

fn event(label: &str) -> String {
    json!([{ "id": "f1", "name": "title", "label": label, "type": "text",
             "validation": { "maxLength": 120 } }])
    .to_string()
}

impl Bench {
    fn new(version: Version, number: usize) -> Self {
        let folder = folder();
        let studio = StudioDb::sqlite_era(folder.path()).website("w1", "Site");
        let clock = Arc::new(SimClock::new(1));
        let tenants = vec![Tenant::new("own-client", SECRET)];
        let made = FakeOptions { time: clock.for_platform(), tenants, ..FakeOptions::default() };
        let origin = format!("https://matrix-{}-{number}.test", version.segment());
        let (fake, direct) = Fake::detached(made, &origin);
        let options = json!({
            "databaseUrl": studio.path(),
            "workingDirectory": folder.path(),
            "requestsPerMinute": 100_000,
            "environment": {
                "OPTIMIZELY_CLIENT_ID": "own-client",
                "OPTIMIZELY_CLIENT_SECRET": SECRET,
                "OPTIMIZELY_API_URL": fake.url(version),
            },
        });
        let options = EngineOptions::from_json(&options.to_string()).unwrap();
        let line = Arc::new(Line(direct));
        let heard = Arc::new(Heard::default());
        Self { studio, fake, version, options, line, clock, heard, folder }
    }

    fn engine(&self) -> Engine {
        let carrier = Some(self.line.clone() as Arc<dyn Carrier>);
        let observer = Some(self.heard.observer());
        let surroundings = Surroundings { clock: self.clock.clone(), observer, carrier };
        Engine::new(ports(&self.options, surroundings).unwrap(), self.options.settings())
    }

    async fn deploy(&self) -> RunReport {
        self.deploy_through(&self.engine()).await
    }

    async fn deploy_through(&self, engine: &Engine) -> RunReport {
        // Reads that lag are over, and tokens are too.
        tokio::time::sleep(Duration::from_hours(1)).await;
        let options = RunOptions { allow_delete: true, ..RunOptions::default() };
        let request = RunRequest { options, ..request() };
        engine.deploy(&request, self.heard.clone(), &CancellationToken::new()).await
    }

    fn add(&self, id: &str, name: &str) {
        let insert = "INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt)
            VALUES (?1, 'w1', ?2, ?3, 1, 1)";
        self.studio.connect().execute(insert, (id, name, event("Title"))).unwrap();
    }

    /// Gets everything ready for one operation on `Event`. A colleague's edit is there to be lost.
    async fn prepare(&self, operation: Operation) {
        self.add("keep", "Keep");
        if operation != Operation::Create {
            self.add("c1", "Event");
        }
        assert_eq!(self.deploy().await.error.map(|error| error.code), None);
        let connection = self.studio.connect();
        match operation {
            Operation::Create => self.add("c1", "Event"),
            Operation::Delete => {
                connection.execute("DELETE FROM ContentType WHERE id = 'c1'", []).unwrap();
            }
            _ => {
                let theirs = json!({ "description": "Theirs" });
                assert!(self.fake.control().edit(Version::V1, "Event", theirs));
                let update = "UPDATE ContentType SET fields = ?1 WHERE id = 'c1'";
                connection.execute(update, [event("Headline")]).unwrap();
            }
        }
        self.fake.control().clear_requests();
    }

    /// The platform holds what both sides meant.
    fn assert_arrived(&self, operation: Operation, at: &str) {
        let stored = self.fake.control().content_type(self.version, "Event");
        let title = |stored: &Value| stored["properties"]["title"]["displayName"].clone();
        match (operation, stored) {
            (Operation::Delete, None) => {}
            (Operation::Create, Some(stored)) => assert_eq!(title(&stored), "Title", "{at}"),
            (_, Some(stored)) => {
                assert_eq!(title(&stored), "Headline", "{at}");
                assert_eq!(stored["description"], "Theirs", "{at}");
            }
            (_, stored) => panic!("{at}: the platform holds {stored:?}"),
        }
    }

    fn open(&self) -> i64 {
        let mut path = self.studio.path().as_os_str().to_owned();
        path.push(".catalyst-sync");
        let connection = rusqlite::Connection::open(path).unwrap();
        let open = "SELECT count(*) FROM sync_operations WHERE state = 'started'";
        connection.query_row(open, [], |row| row.get(0)).unwrap()
    }
}

/// A deletion needs no body, and what is not there needs no deletion: whoever says so falsely is
/// believed, and what was to go is nobody's afterwards.
fn is_believed(operation: Operation, what: &FaultKind) -> bool {
    let says_gone = matches!(
        what,
        FaultKind::Status { status: 404 | 410, moment: Moment::Before, .. }
            | FaultKind::HtmlBody { status: 200, moment: Moment::Before }
            | FaultKind::EmptyBody { status: 200 }
    );
    operation == Operation::Delete && says_gone
}

/// A code with its class.
fn told(code: &str) -> String {
    let known = ErrorCode::ALL.iter().find(|known| known.as_str() == code);
    let class = known.map_or("?".to_owned(), |known| format!("{:?}", known.class()));
    format!("{code} ({class})")
}

fn line(report: &RunReport) -> String {
    let of_type = |one: &Outcome| {
        let code =
            one.error.as_ref().map_or(String::new(), |error| format!(" {}", told(&error.code)));
        format!("{} {} {}{code}, {} sent", one.type_key, one.operation, one.status, one.attempts)
    };
    let outcomes: Vec<String> = report.outcomes.iter().map(of_type).collect();
    let stopped =
        report.error.as_ref().map(|error| format!("stopped by {}", told(error.code.as_str())));
    let all: Vec<String> = stopped.into_iter().chain(outcomes).collect();
    if all.is_empty() { "nothing to do".to_owned() } else { all.join("; ") }
}

/// What a deployment comes to; the two after it put it right.
async fn strike(
    version: Version,
    operation: Operation,
    (what, times): (FaultKind, Option<u32>),
    number: usize,
) -> String {
    let bench = Bench::new(version, number);
    let control = bench.fake.control();
    if matches!(what, FaultKind::ShiftingPages { .. }) {
        // So many that ours begin the second page.
        control.seed_types(Version::V1, (0..100).map(|at| stranger(&format!("A{at}"))));
    }
    bench.prepare(operation).await;
    control.add_fault(Fault { when: Match { times, ..operation.requests() }, what: what.clone() });
    let engine = bench.engine();
    let struck = bench.deploy_through(&engine).await;
    let told = line(&struck);
    let at = format!("{version:?} {operation:?} {what:?} {times:?}: {told}");
    clean(&at, &planted::told(&struck));
    clean(&at, &remembered(&engine, "job").await);
    control.clear_faults();
    control.settle();

    let next = bench.deploy().await;
    assert!(next.error.is_none(), "{at}: {:?}", next.error);
    if is_believed(operation, &what) {
        assert!(
            told.contains("Event delete success") && control.keys().contains(&"Event".to_owned())
        );
    } else {
        bench.assert_arrived(operation, &at);
    }
    control.clear_requests();
    let last = bench.deploy().await;
    assert_eq!(line(&last), "nothing to do", "{at}");
    let writes: usize =
        [Kind::Post, Kind::Patch, Kind::Delete].map(|kind| control.count(kind)).iter().sum();
    assert_eq!(writes, 0, "{at} is sent again and again");
    assert_eq!(bench.open(), 0, "{at} leaves the journal open");
    let violations: Vec<String> = control.violations().iter().map(ToString::to_string).collect();
    assert_eq!(violations, [""; 0], "{at}");
    clean(&at, &bench.heard.text());
    let mut looked_at = Vec::new();
    clean_below(bench.folder.path(), &mut looked_at);
    assert!(looked_at.contains(&"dev.db.catalyst-sync".to_owned()), "{looked_at:?}");
    told
}

fn matrix(version: Version) -> String {
    let mut table = String::new();
    let (mut number, mut failed) = (0, 0);
    for operation in OPERATIONS {
        for what in faults() {
            let json = serde_json::to_string(&what).unwrap();
            for times in [Some(1), None] {
                number += 1;
                let what = what.clone();
                let strike =
                    || simulate(Box::pin(strike(version, operation, (what, times), number)));
                // Every row is looked at, so that one failure tells of all.
                let Ok(told) = catch_unwind(AssertUnwindSafe(strike)) else {
                    failed += 1;
                    continue;
                };
                let often = if times.is_some() { "once" } else { "for ever" };
                writeln!(table, "{operation:?} {json} {often}: {told}").unwrap();
            }
        }
    }
    assert_eq!(failed, 0, "{failed} of {number} rows");
    tally(number, "faults on operations of the platform");
    table
}

#[test]
fn every_fault_on_every_operation_through_v1() {
    compare(&matrix(Version::V1), "fault-matrix-v1.txt");
}

#[test]
fn every_fault_on_every_operation_through_preview3() {
    compare(&matrix(Version::Preview3), "fault-matrix-preview3.txt");
}
