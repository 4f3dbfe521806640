//! A deployment that fails and is undone at once: nobody gets in between, unless it lost its scope.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use catalyst_sync::engine::{RunOptions, RunReport, RunRequest, RunStatus};
use catalyst_sync::port::{Lease, Scope, Store as _, StoreError};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use tokio_util::sync::CancellationToken;

use super::Bench;
use super::failing::halfway;
use crate::support::fake::Version;
use crate::support::looked_on::looked_on;
use crate::support::sim::{Onlooker, Point, Tap, When};
use crate::support::world::{Told, World, request};

/// Somebody else's hold on the state.
struct Rival {
    store: SqliteStore,
    seen: Mutex<Vec<String>>,
}

impl Rival {
    fn of(world: &World) -> Self {
        let store = SqliteStore::new(&StateLocation::beside(world.studio.path()));
        Self { store, seen: Mutex::default() }
    }

    async fn acquire(&self) -> Result<Lease, StoreError> {
        self.store.acquire(&self.scope(), "rival", 1).await
    }

    /// The only scope that was ever taken.
    fn scope(&self) -> Scope {
        let state = rusqlite::Connection::open(self.store.path()).unwrap();
        let select = "SELECT website_id, target FROM sync_leases";
        let scope = state.query_row(select, [], |row| {
            Ok(Scope { website_id: row.get(0)?, target: row.get(1)? })
        });
        scope.unwrap()
    }
}

/// Writes to the studio are made as they are.
struct AsItIs;

impl Onlooker for AsItIs {}

/// Deploys what will be refused in its middle and is to be undone as a whole then.
async fn fail(bench: &Bench, tap: Arc<dyn Tap>) -> (RunReport, Vec<String>) {
    let rollback = Some("full".to_owned());
    let options = RunOptions { rollback, allow_delete: true, ..RunOptions::default() };
    let asked = RunRequest { options, ..request() };
    let told = Arc::new(Told::default());
    let engine = looked_on(&bench.world, &tap, Arc::new(AsItIs));
    let report = engine.deploy(&asked, told.clone(), &CancellationToken::new()).await;
    assert_eq!(report.status, RunStatus::Partial, "{:?}", report.error);
    (report, told.messages())
}

/// Wants the scope after everything that a run does with it.
struct Eager(Rival);

#[async_trait]
impl Tap for Eager {
    async fn at(&self, point: Point) {
        const MOMENTS: [&str; 4] = ["acquire", "begin_run", "finish_run", "release"];
        if point.when == When::Before || !MOMENTS.contains(&point.call) {
            return;
        }
        let found = match self.0.acquire().await {
            Ok(lease) => {
                self.0.store.release(lease).await.unwrap();
                "free".to_owned()
            }
            Err(StoreError::Held { holder, .. }) => format!("held by {holder}"),
            Err(error) => panic!("{error}"),
        };
        self.0.seen.lock().unwrap().push(format!("{}: {found}", point.call));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_undoes_itself_holds_its_scope_until_that_is_done() {
    let bench = halfway(Version::V1).await;
    let rival = Arc::new(Eager(Rival::of(&bench.world)));
    fail(&bench, rival.clone()).await;
    assert!(["Alpha", "Beta", "Gamma"].iter().all(|key| bench.stored(key).is_none()));
    assert_eq!(
        *rival.0.seen.lock().unwrap(),
        [
            "acquire: held by job",
            "begin_run: held by job",
            "finish_run: held by job",
            // The rollback.
            "begin_run: held by job",
            "finish_run: held by job",
            "release: free",
            // What was undone is noted with the deployment.
            "finish_run: free",
        ]
    );
}

/// Takes the scope of a run that is over, as after its lock was lost, and keeps it.
struct Thief(Rival, Mutex<Option<Lease>>);

#[async_trait]
impl Tap for Thief {
    async fn at(&self, point: Point) {
        let is_over = point.call == "finish_run" && point.when == When::After;
        if !is_over || self.1.lock().unwrap().is_some() {
            return;
        }
        std::fs::remove_dir_all(format!("{}.locks", self.0.store.path().display())).unwrap();
        let lease = self.0.acquire().await.unwrap();
        *self.1.lock().unwrap() = Some(lease);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_was_lost_is_not_taken_back_to_undo_something() {
    let bench = halfway(Version::V1).await;
    let thief = Arc::new(Thief(Rival::of(&bench.world), Mutex::default()));
    let (report, log) = fail(&bench, thief.clone()).await;
    let end = log.last().unwrap();
    assert!(end.starts_with("Rollback job-rollback failed: 0 types undone"), "{end}");
    assert!(end.contains("the deployment rival has been running since"), "{end}");
    assert!(report.outcomes.iter().all(|one| !one.rolled_back));
    assert!(bench.stored("Gamma").is_some());
    let held = thief.1.lock().unwrap().clone().unwrap();
    thief.0.store.check(&held).await.unwrap();
}
