//! What is kept to be put back, for how long, and in how much room.

use std::time::Duration;

use catalyst_sync::engine::{BackupQuery, RunOptions, TypeRef};
use catalyst_sync::port::{BackupFilter, Backups as _, Entity};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use serde_json::json;

use super::{Bench, Side, everything, fields, told};
use crate::support::clock::TestClock;
use crate::support::fake::Version;

/// One deployment per label, `r0` and on; only the first creates.
async fn deployed(bench: &Bench, labels: &[&str]) {
    bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
    for (n, label) in labels.iter().enumerate() {
        bench.world.change("c1", &fields(&[("title", label)]));
        bench.deploy(&format!("r{n}"), RunOptions::default()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_listed_newest_first() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    deployed(&bench, &["A", "B", "C"]).await;
    let store = SqliteStore::new(&StateLocation::beside(bench.world.studio.path()));
    let all = BackupFilter { limit: 10, ..BackupFilter::default() };
    let (backups, total) = store.backups(all.clone()).await.unwrap();
    let jobs: Vec<&str> = backups.iter().filter_map(|one| one.job_id.as_deref()).collect();
    assert_eq!((jobs, total), (vec!["r2", "r1"], 2), "a creation has nothing to be kept");
    let size = bench.world.state("SELECT length(definition) FROM sync_backups ORDER BY id LIMIT 1");
    assert_eq!(backups[1].size.to_string(), size);
    let of = |job: &str| BackupFilter { job_id: Some(job.to_owned()), ..all.clone() };
    assert_eq!(store.backups(of("r1")).await.unwrap().1, 1);
    assert_eq!(store.backups(of("r0")).await.unwrap().1, 0);
    let (page, total) =
        store.backups(BackupFilter { limit: 1, offset: 1, ..all.clone() }).await.unwrap();
    assert_eq!((page[0].job_id.as_deref(), total), (Some("r1"), 2));
    let document = |id: &str| Some(("w1".to_owned(), Entity::content_type(id)));
    let of_type = |id: &str| BackupFilter { document: document(id), ..all.clone() };
    assert_eq!(store.backups(of_type("c1")).await.unwrap().1, 2);
    assert_eq!(store.backups(of_type("c2")).await.unwrap(), (vec![], 0));

    let query = BackupQuery {
        deployment_id: Some("r2".to_owned()),
        wanted: Some(TypeRef::named("Event")),
        limit: 1,
        offset: 0,
    };
    let page = bench.world.engine().list_backups(&query).await.unwrap();
    let one = &page.backups[0];
    assert_eq!((&*one.type_key, one.operation, one.compressed), ("Event", "update", false));
    assert_eq!((page.total, page.has_more), (1, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_keeps_what_would_be_undone_next() {
    let mut bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.options["retention"] = json!({ "backups": { "count": 2 } });
    deployed(&bench, &["A", "B", "C", "D", "E"]).await;
    bench.world.change("c1", &fields(&[("title", "F")]));
    bench.deploy("last", RunOptions::default()).await;
    // Two of the type were left when the last run began, and it made one more.
    assert_eq!(bench.world.state("SELECT count(*) FROM sync_backups"), "3");
    let gone = bench.undo("r1", everything()).await;
    assert_eq!(told(&gone).1, ["Event none failed BACKUP_GONE"]);
    assert_eq!(bench.labels("Event"), ["title=F"]);
    let undone = bench.undo("last", everything()).await;
    assert_eq!(told(&undone).1, ["Event update success"], "{:?}", undone.error);
    assert_eq!(bench.labels("Event"), ["title=E"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_are_kept_for_days_and_what_would_be_undone_next_however_old() {
    let mut bench = Bench::new(Side::Api(Version::V1)).await;
    let clock = TestClock::new();
    bench.world.clock = clock.clone();
    let kept = |bench: &Bench| {
        bench.world.state(
            "SELECT group_concat(job_id) FROM (SELECT job_id FROM sync_backups b
               JOIN sync_transactions t ON t.id = b.run_id ORDER BY b.id)",
        )
    };
    let days = |days: u64| clock.advance(Duration::from_hours(24 * days));
    deployed(&bench, &["A", "B"]).await;
    days(6);
    bench.world.change("c1", &fields(&[("title", "C")]));
    bench.deploy("later", RunOptions::default()).await;
    days(6);
    bench.world.options["retention"] = json!({ "backups": { "days": 10 } });
    assert_eq!(kept(&bench), "r1,later");
    bench.world.change("c1", &fields(&[("title", "D")]));
    bench.deploy("last", RunOptions::default()).await;
    assert_eq!(kept(&bench), "later,last", "the one of twelve days ago is gone");
    days(11);
    bench.deploy("idle", RunOptions::default()).await;
    assert_eq!(kept(&bench), "last");
    let undone = bench.undo("last", everything()).await;
    assert_eq!(told(&undone).1, ["Event update success"], "{:?}", undone.error);
    assert_eq!(bench.labels("Event"), ["title=C"]);
}

/// The state knows the type by the id of the old row until it is recorded, and what both sides had agreed on is
/// kept all the same: the studio's edit is pending again, and in conflict with nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_agreed_on_is_kept_of_a_type_whose_row_was_made_anew() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.add("c1", "Event", &fields(&[("title", "Title"), ("venue", "Venue")]));
    bench.deploy("first", RunOptions::default()).await;
    bench.world.drop_row("c1");
    bench.world.add("c9", "Event", &fields(&[("title", "Headline"), ("venue", "Venue")]));
    let rebound = bench.deploy("second", RunOptions::default()).await;
    assert_eq!(told(&rebound).1, ["Event update success"]);
    let kept = "SELECT count(*) FROM sync_backups WHERE base IS NOT NULL";
    assert_eq!(bench.world.state(kept), "1");
    let undone = bench.undo("second", everything()).await;
    assert_eq!(told(&undone).1, ["Event update success"], "{:?}", undone.error);
    assert_eq!(bench.labels("Event"), ["title=Title", "venue=Venue"]);
    assert_eq!(bench.pending().await, [0, 1, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_definitions_are_compressed_and_come_back_whole() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    let many: Vec<(String, String)> =
        (0..60).map(|n| (format!("field{n}"), format!("Field {n}"))).collect();
    let mut labels: Vec<(&str, &str)> =
        many.iter().map(|(name, label)| (&**name, &**label)).collect();
    bench.world.add("c1", "Event", &fields(&labels));
    bench.deploy("first", RunOptions::default()).await;
    let before = bench.labels("Event");
    labels[7].1 = "Other";
    bench.world.change("c1", &fields(&labels));
    bench.deploy("second", RunOptions::default()).await;
    let kept = "SELECT typeof(definition) || ' ' || (length(definition) * 3 < size) || ' ' ||
                typeof(base) FROM sync_backups";
    assert_eq!(bench.world.state(kept), "blob 1 blob");
    bench.world.let_time_pass();
    bench.world.drop_row("c1");
    bench.deploy("third", everything()).await;
    assert_eq!(bench.stored("Event"), None);
    assert_eq!(told(&bench.undo("third", everything()).await).1, ["Event create success"]);
    assert_eq!(told(&bench.undo("second", everything()).await).1, ["Event update success"]);
    assert_eq!(bench.labels("Event"), before);
}
