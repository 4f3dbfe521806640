//! Many conflicts in one call: each is decided by itself, and few transactions do it.

use catalyst_sync::engine::Resolution;
use rusqlite::Connection;

use super::*;

/// More than are recorded at once.
const MANY: usize = 40;

/// A studio and a platform with as many conflicts of a field as there are types, and their ids in the
/// order of the types.
async fn many_conflicts() -> (World, Vec<String>) {
    let world = World::new().await;
    let id = |at: usize| format!("c{at:02}");
    let definition = |at: usize, label: &str| {
        let mut definition = article(label);
        definition["name"] = json!(format!("Type {at:02}"));
        definition
    };
    for at in 0..MANY {
        world.add(&id(at), &format!("Type {at:02}"), &definition(at, "A"));
    }
    world.deploy().await;
    for at in 0..MANY {
        let theirs = json!({ "properties": { "title": { "displayName": "C" } } });
        assert!(world.fake.control().edit(Version::V1, &format!("Type{at:02}"), theirs));
        world.change(&id(at), &definition(at, "B"));
    }
    world.deploy().await;
    let mut open: Vec<(String, String)> = open(&world)
        .await
        .iter()
        .map(|one| ["typeKey", "id"].map(|name| one[name].as_str().unwrap().to_owned()).into())
        .collect();
    open.sort();
    assert_eq!(open.len(), MANY);
    (world, open.into_iter().map(|(_, id)| id).collect())
}

async fn decide(world: &World, ids: &[String]) -> Vec<Resolution> {
    let verdicts = ids.iter().map(|id| verdict(id, Strategy::SourceWins)).collect();
    world.engine().resolve(&ProviderRequest::default(), verdicts).await.unwrap()
}

fn state_of(world: &World) -> Connection {
    Connection::open(format!("{}.catalyst-sync", world.studio.path().display())).unwrap()
}

/// What is open, what was decided, and of how many types the newest version has two parents.
const STANDING: &str = "SELECT json_array(
    (SELECT count(*) FROM conflict_log WHERE resolution IS NULL),
    (SELECT count(*) FROM conflict_log WHERE resolution = 'source_wins'),
    (SELECT count(*) FROM version_heads h JOIN version_parents p USING (version_hash)
     WHERE p.parent_order = 1),
    (SELECT count(*) FROM content_type_versions))";

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_recorded_holds_up_no_other_and_leaves_nothing_behind() {
    // Wherever in the record of a decision it happens.
    for (event, of) in [
        ("UPDATE OF resolution ON conflict_log", "new.local_id = 'c07'"),
        ("UPDATE OF settled ON sync_state", "new.local_id = 'c07'"),
        ("INSERT ON content_type_versions", "new.local_id = 'c07'"),
        ("INSERT ON version_heads", "new.local_id = 'c07'"),
    ] {
        let (world, ids) = many_conflicts().await;
        let state = state_of(&world);
        let base = "SELECT base FROM sync_bases JOIN sync_state ON id = state_id
                    WHERE local_id = 'c07'";
        let before = world.state(base);
        let trigger = format!(
            "CREATE TRIGGER bad BEFORE {event} WHEN {of} BEGIN SELECT RAISE(ABORT, 'bad'); END"
        );
        state.execute_batch(&trigger).unwrap();

        let resolutions = decide(&world, &ids).await;
        let failed: Vec<usize> = (0..MANY).filter(|at| !resolutions[*at].success).collect();
        assert_eq!(failed, [7], "{event}");
        let error = resolutions[7].error.as_ref().unwrap();
        assert_eq!((&*error.code, &*resolutions[7].type_key), ("STORE_FAILED", "Type07"));
        // Two versions from before, and two more of each that was decided.
        let versions = MANY * 2 + (MANY - 1) * 2;
        let standing = format!("[1,{},{},{versions}]", MANY - 1, MANY - 1);
        assert_eq!(world.state(STANDING), standing, "{event}");
        assert_eq!(world.state(base), before, "{event}");

        state.execute_batch("DROP TRIGGER bad").unwrap();
        assert!(decide(&world, &ids[7..8]).await[0].success, "{event}");
        assert_eq!(world.state(STANDING), format!("[0,{MANY},{MANY},{}]", MANY * 4), "{event}");
    }
}

/// As when the process is killed: the transaction that it was in is gone, and those before it are not.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_committed_is_decided_again() {
    let (world, ids) = many_conflicts().await;
    let state = state_of(&world);
    state
        .execute_batch(
            "CREATE TRIGGER death BEFORE INSERT ON version_heads WHEN new.local_id = 'c35'
             BEGIN SELECT RAISE(ROLLBACK, 'died'); END",
        )
        .unwrap();
    let resolutions = decide(&world, &ids).await;
    let decided: Vec<bool> = resolutions.iter().map(|one| one.success).collect();
    let expected: Vec<bool> = (0..MANY).map(|at| at < 32).collect();
    assert_eq!(decided, expected);
    assert_eq!(world.state(STANDING), format!("[8,32,32,{}]", MANY * 2 + 32 * 2));

    state.execute_batch("DROP TRIGGER death").unwrap();
    let again = decide(&world, &ids).await;
    let told: Vec<&str> =
        again.iter().map(|one| one.error.as_ref().map_or("", |error| &error.code)).collect();
    assert_eq!((&told[..32], &told[32..]), (&["CONFLICT"; 32][..], &[""; 8][..]));
    assert_eq!(world.state(STANDING), format!("[0,{MANY},{MANY},{}]", MANY * 4));
    assert!(world.deploy().await.outcomes.iter().all(|one| one.status == "success"));
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}

/// How often a log was committed to since it was empty: the frames that say how large the database is.
fn commits(log: &[u8]) -> usize {
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let page = number(8) as usize;
    let frames = (32..log.len()).step_by(24 + page);
    frames.filter(|at| number(at + 4) != 0).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_is_waited_for_once_for_many() {
    for (ids, expected) in [(1, 1), (MANY, 2)] {
        let (world, all) = many_conflicts().await;
        let state = state_of(&world);
        state.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        let resolutions = decide(&world, &all[..ids]).await;
        assert!(resolutions.iter().all(|one| one.success), "{resolutions:?}");
        let log = format!("{}.catalyst-sync-wal", world.studio.path().display());
        // The scope is taken and given back besides.
        assert_eq!(commits(&std::fs::read(log).unwrap()), expected + 2, "{ids}");
    }
}

/// Two documents in one row have one history, so that the second decision comes on top of the first.
#[tokio::test(flavor = "multi_thread")]
async fn decisions_about_one_history_follow_each_other() {
    let (world, ids) = part_and_whole().await;
    let resolutions = decide(&world, &ids).await;
    assert!(resolutions.iter().all(|one| one.success), "{resolutions:?}");
    let tree = world.engine().version_tree(&TypeRef::named("p")).await.unwrap();
    assert_eq!((tree.heads.len(), tree.roots.len()), (1, 1), "{:?}", tree.findings);
    let merges = tree.versions.iter().filter(|one| one.info.parents.len() == 2);
    assert_eq!(merges.count(), 2);
    assert!(world.deploy().await.outcomes.iter().all(|one| one.status == "success"));
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
}
