//! A request whose answer was lost, and later ones that prove nothing about it.

use super::*;
use crate::support::fake::Moment;

/// What becomes of every request after the first, whose answer is lost without an effect so far.
fn lose(bench: &Bench, method: &str, later: &FaultKind) {
    let control = bench.world.fake.control();
    let lost = FaultKind::Reset { moment: Moment::Before };
    control.add_fault(Fault::once(Match::on(method, "Event"), lost));
    let second = |when| Match { nth: Some(2), ..when };
    control.add_fault(Fault { when: second(Match::on(method, "Event")), what: later.clone() });
    let what = FaultKind::Status { status: 503, moment: Moment::Before, retry_after: None };
    control.add_fault(Fault { when: second(Match::token()), what });
}

/// Later requests that did not leave, were not let in, or were refused.
fn later() -> [(FaultKind, &'static str); 4] {
    let status = |status| FaultKind::Status { status, moment: Moment::Before, retry_after: None };
    [
        (FaultKind::ExpireTokens, "PLATFORM_UNREACHABLE"),
        (FaultKind::TooManyRequests { retry_after: None }, "RATE_LIMITED"),
        (status(403), "FORBIDDEN"),
        (status(400), "REJECTED"),
    ]
}

const OPEN: &str = "SELECT count(*) FROM sync_operations WHERE state = 'started'";

async fn both_ways(bench: &Bench) -> RunReport {
    let options = RunOptions {
        mode: Some("bidirectional".to_owned()),
        allow_delete: true,
        ..RunOptions::default()
    };
    let engine = bench.world.engine_on(bench.clock.clone());
    let told = Arc::new(Told::default());
    let request = RunRequest { options, ..request() };
    engine.deploy(&request, told, &CancellationToken::new()).await
}

/// The first request arrives when the studio says something else by then: it is still known as ours.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_arrives_late_is_nobodys_edit() {
    for (later, code) in later() {
        for now in [event("Title", 120, None), event("Third", 7, None)] {
            let bench = Bench::with(Some(&event("Title", 120, None))).await;
            bench.world.change("c1", &event("Headline", 80, None));
            lose(&bench, "PATCH", &later);
            let report = bench.deploy().await;
            assert_eq!(brief(&report.outcomes), [format!("Event update failed {code}")]);
            assert_eq!(bench.world.state(OPEN), "1", "{code}");
            bench.world.fake.control().clear_faults();

            let arrives = json!({ "displayName": "Headline", "maxLength": 80 });
            bench.edit(json!({ "properties": { "title": arrives } }));
            bench.world.change("c1", &now);
            let report = both_ways(&bench).await;
            assert_eq!(brief(&report.outcomes), ["Event update success"], "{code}");
            assert_eq!(bench.row(), now, "{code}");
            let title = bench.stored().unwrap()["properties"]["title"].clone();
            let meant = (&now[0]["label"], &now[0]["validation"]["maxLength"]);
            assert_eq!((&title["displayName"], &title["maxLength"]), meant, "{code}");
            assert_eq!(bench.world.state(OPEN), "0", "{code}");
        }
    }
}

/// Nor does a type stay behind that the studio has given up meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_arrives_late_leaves_nothing_behind() {
    for (later, code) in later() {
        let bench = Bench::with(None).await;
        let fields = event("Title", 120, None);
        bench.world.add("c1", "Event", &json!({ "name": "Event", "fields": fields }));
        lose(&bench, "POST", &later);
        let report = bench.deploy().await;
        assert_eq!(brief(&report.outcomes), [format!("Event create failed {code}")]);
        bench.world.fake.control().clear_faults();

        let title =
            json!({ "type": "string", "displayName": "Title", "maxLength": 120, "sortOrder": 10 });
        let arrives = json!({ "key": "Event", "displayName": "Event", "baseType": "_component",
            "properties": { "title": title } });
        bench.world.fake.control().seed_types(Version::V1, [arrives]);
        bench.world.sql("DELETE FROM ContentType WHERE id = ?1", &["c1"]);
        let report = both_ways(&bench).await;
        assert_eq!(brief(&report.outcomes), ["Event delete success"], "{code}");
        assert_eq!((bench.stored(), bench.world.state(OPEN)), (None, "0".to_owned()), "{code}");
    }
}
