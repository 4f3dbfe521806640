//! Requests that left long after they were noted, because they waited for their turn.

use async_trait::async_trait;
use catalyst_sync::error::ErrorCode;

use super::*;
use crate::support::death::Death;
use crate::support::looked_on::looked_on;
use crate::support::sim::{Onlooker, Point, Tap, When};

/// How long after its time in the journal a request may have left, at the latest.
const LATENESS: Duration = Duration::from_secs(10);

/// `Event` as edited in the studio.
async fn edited() -> Bench {
    let mut bench = Bench::with(Some(&event("Title", 120, None))).await;
    bench.world.clock = bench.clock.clone();
    bench.world.change("c1", &event("Headline", 80, None));
    // Only what comes from now on is seen late.
    bench.world.fake.control().settle();
    bench
}

/// The same, and a platform that holds everything back for two minutes when that is sent.
async fn held_back() -> Bench {
    let bench = edited().await;
    let retry_after = Some(RetryAfter::Seconds(120));
    let what = FaultKind::TooManyRequests { retry_after };
    bench.world.fake.control().add_fault(Fault::once(Match::on("PATCH", "Event"), what));
    bench
}

/// From now on, all reads but the next one show what was there before the last write.
fn fall_back(bench: &Bench) {
    let when = Match { nth: Some(2), ..Match::method("GET") };
    let what = FaultKind::Lag { reads: 1000, ms: 0 };
    bench.world.fake.control().add_fault(Fault { when, what });
}

/// The next run does not take for a colleague's edit what a read shows that lags.
async fn assert_not_believed(bench: &Bench) {
    let options = RunOptions { mode: Some("bidirectional".to_owned()), ..RunOptions::default() };
    let engine = bench.world.engine_on(bench.clock.clone());
    let told = Arc::new(Told::default());
    let request = RunRequest { options, ..request() };
    let report = engine.deploy(&request, told, &CancellationToken::new()).await;
    assert_eq!(brief(&report.outcomes), ["Event none skipped STALE_READ"]);
    assert_eq!(bench.row(), event("Headline", 80, None));
    assert_eq!(bench.stored().unwrap()["properties"]["title"]["displayName"], "Headline");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waited_is_as_young_as_it_is() {
    let bench = held_back().await;
    let begun = bench.clock.now();
    // The first record is that of what was seen.
    let death = Death::at(2, |point| (point.call, point.when) == ("record", When::Before));
    let engine = death.engine(&bench.world);
    assert!(death.strikes(&engine, &request()).await);
    drop(engine);
    assert!(bench.clock.now() - begun >= 120_000);
    assert_eq!(bench.writes(), 2);
    bench.clock.advance(Duration::from_secs(30));
    fall_back(&bench);
    assert_not_believed(&bench).await;
}

/// The journal is told again only now and then, so a request may have left a little later than it says,
/// and then it was under way.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_may_have_left_later_than_it_was_noted() {
    let bench = edited().await;
    bench.interrupt(Verb::Update, Guard::Tag, &both()).await;
    bench.clock.advance(Duration::from_secs(75));
    bench
        .edit(json!({ "properties": { "title": { "displayName": "Headline", "maxLength": 80 } } }));
    fall_back(&bench);
    assert_not_believed(&bench).await;

    let second = Duration::from_secs(1);
    for (age, waits) in [
        (Duration::ZERO, WINDOW),
        (LATENESS, WINDOW),
        (WINDOW, LATENESS),
        (WINDOW + Duration::from_secs(9), second),
        (WINDOW + LATENESS, Duration::ZERO),
    ] {
        let bench = edited().await;
        bench.interrupt(Verb::Update, Guard::None, &both()).await;
        bench.clock.advance(age);
        let before = bench.clock.slept().len();
        assert_eq!(brief(&bench.deploy().await.outcomes), ["Event update success"]);
        assert_eq!(bench.clock.slept()[before..][..1], [waits], "after {age:?}");
    }
}

/// Takes the scope away while a request waits for its turn.
struct Thief {
    store: SqliteStore,
    scope: Scope,
    locks: std::path::PathBuf,
    /// Requests that were let go until then.
    left: std::sync::Mutex<usize>,
}

#[async_trait]
impl Tap for Thief {
    async fn at(&self, point: Point) {
        if (point.port, point.call, point.when) != ("store", "check", When::After) {
            return;
        }
        let left = {
            let mut left = self.left.lock().unwrap();
            *left = left.wrapping_sub(1);
            *left
        };
        if left == 0 {
            std::fs::remove_dir_all(&self.locks).unwrap();
            std::mem::forget(self.store.acquire(&self.scope, "thief", 0).await.unwrap());
        }
    }
}

struct Nobody;

impl Onlooker for Nobody {}

#[tokio::test(flavor = "multi_thread")]
async fn who_loses_the_scope_while_a_request_waits_does_not_send_it() {
    let bench = held_back().await;
    let location = StateLocation::beside(bench.world.studio.path());
    let target = bench.world.state("SELECT target FROM sync_state LIMIT 1");
    let thief: Arc<dyn Tap> = Arc::new(Thief {
        store: SqliteStore::new(&location),
        scope: Scope { website_id: "w1".to_owned(), target },
        locks: format!("{}.locks", location.file().display()).into(),
        left: std::sync::Mutex::new(2),
    });
    let engine = looked_on(&bench.world, &thief, Arc::new(Nobody));
    let told = Arc::new(Told::default());
    let report = engine.deploy(&request(), told, &CancellationToken::new()).await;
    assert_eq!(report.error.map(|error| error.code), Some(ErrorCode::LeaseLost));
    assert_eq!(bench.writes(), 1);
    assert_eq!(bench.stored().unwrap()["properties"]["title"]["displayName"], "Title");
}
