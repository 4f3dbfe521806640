use catalyst_sync::port::{Lease, Store as _, StoreError};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use rusqlite::Connection;

use super::{PATIENCE, empty_store, leased_store, scope};

#[tokio::test]
async fn a_second_holder_is_told_who_and_since_when() {
    let (_folder, store, file) = empty_store();
    let other = SqliteStore::with_patience(&StateLocation::at(&file, "/no/studio"), PATIENCE);
    let lease = store.acquire(&scope("w1"), "deploy-1", 42).await.unwrap();

    for contender in [&store, &other] {
        let refused = contender.acquire(&scope("w1"), "deploy-2", 43).await.unwrap_err();
        assert!(
            matches!(&refused, StoreError::Held { holder, since: 42 } if holder == "deploy-1"),
            "{refused:?}"
        );
    }
    let elsewhere = other.acquire(&scope("w2"), "deploy-2", 43).await.unwrap();
    assert_eq!(elsewhere.scope, scope("w2"), "another scope is free");

    store.release(lease).await.unwrap();
    other.acquire(&scope("w1"), "deploy-2", 44).await.unwrap();
}

#[tokio::test]
async fn of_two_that_come_at_once_one_is_told_who_the_other_is() {
    let (_folder, _, file) = empty_store();
    let state = StateLocation::at(&file, "/no/studio");
    let [store, other] = [0; 2].map(|_| SqliteStore::new(&state));
    for round in (0..100).step_by(2) {
        let names = [round, round + 1].map(|number| format!("deploy-{number}"));
        let scope = scope("w1");
        let both = tokio::join!(
            store.acquire(&scope, &names[0], round),
            other.acquire(&scope, &names[1], round + 1),
        );
        let (holding, lease, name, refused) = match both {
            (Ok(lease), Err(refused)) => (&store, lease, &names[0], refused),
            (Err(refused), Ok(lease)) => (&other, lease, &names[1], refused),
            both => panic!("{both:?}"),
        };
        assert!(
            matches!(&refused, StoreError::Held { holder, .. } if holder == name),
            "{name} holds the scope, and the other is told: {refused:?}"
        );
        holding.release(lease).await.unwrap();
    }
}

#[tokio::test]
async fn two_leases_of_one_owner_do_not_release_each_other() {
    let (_folder, store, file) = empty_store();
    let first = store.acquire(&scope("w1"), "deploy", 1).await.unwrap();
    let _kept = store.acquire(&scope("w2"), "deploy", 1).await.unwrap();
    store.release(first).await.unwrap();
    let other = SqliteStore::with_patience(&StateLocation::at(&file, "/no/studio"), PATIENCE);
    assert!(matches!(other.acquire(&scope("w2"), "deploy", 2).await, Err(StoreError::Held { .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_the_state_is_the_same_state() {
    let (folder, store, file) = empty_store();
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let other = SqliteStore::with_patience(&StateLocation::at(&link, "/no/studio"), PATIENCE);
    let _kept = store.acquire(&scope("w1"), "deploy-1", 1).await.unwrap();
    assert!(matches!(
        other.acquire(&scope("w1"), "deploy-2", 2).await,
        Err(StoreError::Held { .. })
    ));
}

#[tokio::test]
async fn what_a_dead_holder_left_is_taken_over_under_a_higher_fence() {
    let (_folder, store, file) = empty_store();
    let dead = store.acquire(&scope("w1"), "deploy-1", 1).await.unwrap();
    // The locks of a process go with it; so do those of a store.
    drop(store);
    let store = SqliteStore::with_patience(&StateLocation::at(&file, "/no/studio"), PATIENCE);
    let lease = store.acquire(&scope("w1"), "deploy-2", 2).await.unwrap();
    assert_eq!((dead.fence, lease.fence), (1, 2));
    assert!(matches!(store.check(&dead).await, Err(StoreError::LeaseLost)));
    store.check(&lease).await.unwrap();
}

#[tokio::test]
async fn fences_grow_with_every_holding() {
    let (_folder, store, _) = empty_store();
    let mut fences = Vec::new();
    for now in 1..=3 {
        let lease = store.acquire(&scope("w1"), "deploy", now).await.unwrap();
        fences.push(lease.fence);
        store.release(lease).await.unwrap();
    }
    assert_eq!(fences, [1, 2, 3]);
}

#[tokio::test]
async fn a_holder_that_lost_its_lease_writes_nothing() {
    let take_over = |store: &SqliteStore| {
        Connection::open(store.path())
            .unwrap()
            .execute("UPDATE sync_leases SET fence = fence + 1, holder = 'somebody else'", [])
            .unwrap();
    };
    let (_folder, store, lease) = leased_store().await;
    store.check(&lease).await.unwrap();
    take_over(&store);
    assert_lost(&store, &lease).await;
    store.release(lease).await.unwrap();
    let held: bool = Connection::open(store.path())
        .unwrap()
        .query_row("SELECT held FROM sync_leases", [], |row| row.get(0))
        .unwrap();
    assert!(held, "releasing leaves the new holder alone");
}

#[tokio::test]
async fn a_lease_that_was_given_back_is_lost() {
    let (_folder, store, lease) = leased_store().await;
    store.release(lease.clone()).await.unwrap();
    assert_lost(&store, &lease).await;
}

#[tokio::test]
async fn a_lease_of_a_state_that_is_gone_is_lost() {
    let (_folder, store, lease) = leased_store().await;
    for suffix in ["", "-wal", "-shm"] {
        std::fs::remove_file(format!("{}{suffix}", store.path().display())).unwrap();
    }
    assert_lost(&store, &lease).await;
}

async fn assert_lost(store: &SqliteStore, lease: &Lease) {
    let intent = super::journal::intent("c1");
    for (call, outcome) in [
        ("check", store.check(lease).await),
        ("plan", store.plan("run", vec![(lease.clone(), Vec::new())]).await),
        ("intend", store.intend(lease, intent).await.map(drop)),
        ("close", store.close(lease, super::journal::closing(1)).await),
        ("record", store.record(lease, Vec::new()).await),
    ] {
        assert!(matches!(outcome, Err(StoreError::LeaseLost)), "{call}: {outcome:?}");
    }
}
