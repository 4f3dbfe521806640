//! A history of 100,000 attempts: pages, edges of times, and how SQLite gets at them.

use catalyst_sync::port::{History as _, HistoryFilter, Store as _};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use rusqlite::Connection;
use tempfile::TempDir;

const COUNT: u32 = 100_000;

/// Attempt `n` is recorded at `10 n`; every tenth fails, every seventh is on files, 1,000 types take
/// turns, and 100 attempts make a deployment.
async fn store() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::new(&StateLocation::beside(folder.path().join("dev.db")));
    store.check_writable().await.unwrap();
    let connection = Connection::open(store.path()).unwrap();
    connection
        .execute(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
             INSERT INTO sync_history (id, website_id, target, kind, local_id, type_key,
               target_platform, sync_direction, sync_status, operation, pushed_data, response_data,
               error_code, error_message, retry_count, actor, run_id, deployment_id, started_at,
               completed_at, created_at)
             SELECT n, 'w1', iif(n % 7 = 0, 'files:local:a', 'optimizely:host:a'), 'content-type',
               'c' || (n % 1000), 'Type' || (n % 1000), iif(n % 7 = 0, 'files', 'optimizely'), 'PUSH',
               iif(n % 10 = 0, 'FAILED', 'SUCCESS'), 'update', '{\"n\":' || n || '}', '{}',
               iif(n % 10 = 0, 'REJECTED', NULL), iif(n % 10 = 0, 'refused ' || n, NULL), 0, 'system',
               'run' || (n / 100), 'job' || (n / 100), 10 * n - 5, 10 * n, 10 * n
             FROM n",
            [COUNT],
        )
        .unwrap();
    (folder, store)
}

fn document(id: &str) -> Vec<(String, String)> {
    vec![("w1".to_owned(), id.to_owned())]
}

#[tokio::test]
async fn pages_and_edges() {
    let (_folder, store) = store().await;
    let ids = async |filter: HistoryFilter, limit, offset| {
        let page = store.attempts(filter, limit, offset).await.unwrap();
        (page.entries.iter().map(|one| one.id).collect::<Vec<_>>(), page.total)
    };
    let all = HistoryFilter::default;
    assert_eq!(ids(all(), 3, 0).await, (vec![100_000, 99_999, 99_998], 100_000));
    assert_eq!(ids(all(), 3, 99_998).await, (vec![2, 1], 100_000));
    assert_eq!(ids(all(), 3, 100_000).await, (vec![], 100_000));
    let between = |from, to| HistoryFilter { from, to, ..all() };
    assert_eq!(ids(between(Some(20), Some(40)), 9, 0).await, (vec![4, 3, 2], 3), "both included");
    assert_eq!(ids(between(Some(21), Some(39)), 9, 0).await, (vec![3], 1));
    assert_eq!(ids(between(None, Some(10)), 9, 0).await, (vec![1], 1));
    assert_eq!(ids(between(Some(1_000_000), None), 9, 0).await, (vec![100_000], 1));
    assert_eq!(ids(between(Some(1_000_001), None), 9, 0).await, (vec![], 0));
    let c7 = || HistoryFilter { documents: document("c7"), ..all() };
    assert_eq!(ids(c7(), 2, 0).await, (vec![99_007, 98_007], 100));
    assert_eq!(ids(c7(), 2, 99).await, (vec![7], 100));
    let c7_on_files = HistoryFilter { platforms: vec!["files".to_owned()], ..c7() };
    assert_eq!(ids(c7_on_files, 1, 0).await, (vec![98_007], 15));
    let failed = HistoryFilter { status: Some("FAILED".to_owned()), ..all() };
    assert_eq!(ids(failed, 2, 1).await, (vec![99_990, 99_980], 10_000));
    let job = HistoryFilter { deployment_id: Some("job5".to_owned()), ..all() };
    assert_eq!(ids(job.clone(), 1, 99).await, (vec![500], 100));
    let failed_of_job = HistoryFilter { status: Some("FAILED".to_owned()), ..job };
    assert_eq!(ids(failed_of_job, 1, 0).await, (vec![590], 10));
    let nobody = HistoryFilter { documents: document("nobody"), ..all() };
    assert_eq!(ids(nobody, 9, 0).await, (vec![], 0));
    let two = HistoryFilter {
        documents: [document("c1"), document("c2")].concat(),
        to: Some(10_020),
        ..all()
    };
    assert_eq!(ids(two, 3, 0).await, (vec![1_002, 1_001, 2], 4));
    let contradiction =
        HistoryFilter { platforms: vec!["files".to_owned(), "optimizely".to_owned()], ..all() };
    assert_eq!(ids(contradiction, 9, 0).await, (vec![], 0));

    let ids: Vec<i64> =
        store.attempts_by_id(vec![9, 0, 4]).await.unwrap().iter().map(|one| one.id).collect();
    assert_eq!(ids, [9, 4]);
    let failures = HistoryFilter { status: Some("FAILED".to_owned()), ..all() };
    let groups = store.failures(failures).await.unwrap();
    assert_eq!(groups.len(), 100, "every tenth of 1,000 types");
    assert_eq!(
        (groups[0].count, groups[0].first, groups[0].latest_id),
        (100, Some(10_000), 100_000)
    );
    let sums = store.tally(all()).await.unwrap();
    assert_eq!(sums.iter().map(|one| one.count).sum::<u64>(), 100_000);
    assert!(sums.iter().all(|one| one.duration == 5 * one.timed), "{sums:?}");
}

/// No filter reads the table to find out what passes it, and no page of one filter is sorted.
#[tokio::test]
async fn every_filter_has_its_index() {
    let (_folder, store) = store().await;
    let platforms = vec!["files".to_owned()];
    let all = HistoryFilter::default;
    let cases = [
        ("time", all()),
        ("time", HistoryFilter { from: Some(1), to: Some(9), ..all() }),
        ("document", HistoryFilter { documents: document("c1"), ..all() }),
        (
            "document",
            HistoryFilter { documents: document("c1"), status: Some("FAILED".to_owned()), ..all() },
        ),
        (
            "document",
            HistoryFilter {
                documents: document("c1"),
                from: Some(5),
                platforms: platforms.clone(),
                ..all()
            },
        ),
        ("platform", HistoryFilter { platforms, from: Some(1), ..all() }),
        ("status", HistoryFilter { status: Some("FAILED".to_owned()), to: Some(1), ..all() }),
        ("deployment", HistoryFilter { deployment_id: Some("job5".to_owned()), ..all() }),
        (
            "deployment",
            HistoryFilter {
                deployment_id: Some("job5".to_owned()),
                platforms: vec!["files".to_owned()],
                status: Some("FAILED".to_owned()),
                from: Some(1),
                ..all()
            },
        ),
        (
            "status",
            HistoryFilter {
                platforms: vec!["files".to_owned()],
                status: Some("FAILED".to_owned()),
                ..all()
            },
        ),
    ];
    for (index, filter) in cases {
        let plans = store.history_plans(filter.clone()).await.unwrap();
        let [count, page, ..] = &plans[..] else { panic!("{plans:?}") };
        // Where nothing is left out, counting takes the smallest.
        let how = if filter == all() { "SCAN" } else { "SEARCH" };
        let covered = format!("{how} sync_history USING COVERING INDEX ");
        assert!(count.starts_with(&covered), "{filter:?}: {count}");
        assert!(page.contains(&format!(" INDEX idx_sync_history_{index}")), "{filter:?}: {page}");
        assert!(!page.contains("TEMP B-TREE"), "{filter:?}: {page}");
        for step in plans.iter().flat_map(|plan| plan.split("; ")) {
            let reads_table = step.contains("sync_history") && !step.contains(" INDEX ");
            assert!(!reads_table, "{filter:?}: {step}");
        }
    }
    let several = HistoryFilter { documents: [document("c1"), document("c2")].concat(), ..all() };
    let plans = store.history_plans(several).await.unwrap();
    assert!(plans.iter().all(|plan| plan.contains("SEARCH sync_history")), "{plans:?}");
}
