//! A deployment that fails and is undone at once: nobody gets in between.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use catalyst_sync::compose::{Surroundings, ports};
use catalyst_sync::engine::{Engine, Ports, RunOptions, RunRequest, RunStatus};
use catalyst_sync::port::{Scope, Store as _, StoreError};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use tokio_util::sync::CancellationToken;

use super::failing::halfway;
use crate::support::fake::Version;
use crate::support::sim::{Point, StoreBug, Tap, TappedStore, When};
use crate::support::world::{Told, World, request};

/// Somebody who wants the scope after everything that a run does with it.
struct Rival {
    store: SqliteStore,
    seen: Mutex<Vec<String>>,
}

impl Rival {
    fn of(world: &World) -> Self {
        let store = SqliteStore::new(&StateLocation::beside(world.studio.path()));
        Self { store, seen: Mutex::default() }
    }
}

#[async_trait]
impl Tap for Rival {
    async fn at(&self, point: Point) {
        const MOMENTS: [&str; 4] = ["acquire", "begin_run", "finish_run", "release"];
        if point.when == When::Before || !MOMENTS.contains(&point.call) {
            return;
        }
        let scope: Scope = held_scope(&self.store);
        let found = match self.store.acquire(&scope, "rival", 1).await {
            Ok(lease) => {
                self.store.release(lease).await.unwrap();
                "free".to_owned()
            }
            Err(StoreError::Held { holder, .. }) => format!("held by {holder}"),
            Err(error) => panic!("{error}"),
        };
        self.seen.lock().unwrap().push(format!("{}: {found}", point.call));
    }
}

/// The only scope that was ever taken.
fn held_scope(store: &SqliteStore) -> Scope {
    let state = rusqlite::Connection::open(store.path()).unwrap();
    let scope =
        |row: &rusqlite::Row<'_>| Ok(Scope { website_id: row.get(0)?, target: row.get(1)? });
    state.query_row("SELECT website_id, target FROM sync_leases", [], scope).unwrap()
}

struct AsItIs;

impl StoreBug for AsItIs {}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_undoes_itself_holds_its_scope_until_that_is_done() {
    let bench = halfway(Version::V1).await;
    let world = &bench.world;
    let options = world.engine_options();
    let surroundings =
        Surroundings { clock: Arc::clone(&world.clock), observer: None, carrier: None };
    let Ports { studio, store, platforms, clock } = ports(&options, surroundings).unwrap();
    let rival = Arc::new(Rival::of(world));
    let tap: Arc<dyn Tap> = rival.clone();
    let store = Arc::new(TappedStore { inner: store, tap, bug: Arc::new(AsItIs) });
    let engine = Engine::new(Ports { studio, store, platforms, clock }, options.settings());

    let rollback = Some("full".to_owned());
    let options = RunOptions { rollback, allow_delete: true, ..RunOptions::default() };
    let asked = RunRequest { options, ..request() };
    let report = engine.deploy(&asked, Arc::new(Told::default()), &CancellationToken::new()).await;
    assert_eq!(report.status, RunStatus::Partial, "{:?}", report.error);
    assert!(["Alpha", "Beta", "Gamma"].iter().all(|key| bench.stored(key).is_none()));
    assert_eq!(
        *rival.seen.lock().unwrap(),
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
