//! Keys that come, change, are wrong or are missing.

use super::*;

const NEW: &str = "another key of the tests and as long";

async fn refused(engine: &Engine) -> String {
    let error = deploy(engine, RunOptions::default()).await.error.unwrap();
    assert_eq!(error.code, ErrorCode::AuditUnverified);
    error.message
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_comes_later_vouches_for_what_was_there() {
    let world = world().await;
    world.deploy().await;
    let keyed = engine_with_key(&world, KEY);
    let before = verify(&keyed).await;
    assert_eq!(
        (before.ok, before.keyed, before.entries),
        (true, false, 7),
        "nothing is signed yet"
    );
    assert_eq!(deploy(&keyed, RunOptions::default()).await.status, RunStatus::Completed);
    let verdict = verify(&keyed).await;
    assert_eq!((verdict.ok, verdict.keyed, verdict.signed_from), (true, true, Some(8)));
    // Without the key, the hashes still verify; nobody vouches for them.
    let bare = verify(&world.engine()).await;
    assert_eq!((bare.ok, bare.keyed, bare.signed_from), (true, false, None));
    // What was there before is vouched for, though it is not signed.
    state(&world).execute("UPDATE sync_history SET actor = 'eve' WHERE id = 1", []).unwrap();
    assert!(!verify(&keyed).await.ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_another_key_or_none_neither_vouches_nor_writes() {
    let world = world().await;
    let keyed = engine_with_key(&world, KEY);
    deploy(&keyed, RunOptions::default()).await;
    let id = entries(&world)[0]["key"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 16);
    assert!(!KEY.contains(&id));

    let wrong = engine_with_key(&world, NEW);
    let verdict = verify(&wrong).await;
    assert_eq!((verdict.ok, verdict.keyed), (false, false));
    let said = format!("entry 1 is signed with the key {id}, which is not given");
    assert_eq!(verdict.first_broken, Some(said));
    let message = refused(&wrong).await;
    let said = format!("the audit is signed with the key {id}, which is not given");
    assert_eq!(message, said);
    assert_eq!(refused(&world.engine()).await, said);
    assert!(verify(&keyed).await.keyed, "nothing was added");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_changed_by_naming_the_old_one_after_the_new() {
    let world = world().await;
    deploy(&engine_with_key(&world, KEY), RunOptions::default()).await;
    let both = engine_with_key(&world, &format!("{NEW}, {KEY}"));
    assert!(verify(&both).await.keyed);
    assert_eq!(deploy(&both, RunOptions::default()).await.status, RunStatus::Completed);
    assert!(verify(&both).await.keyed);
    let only_new = engine_with_key(&world, NEW);
    let verdict = verify(&only_new).await;
    assert_eq!((verdict.ok, verdict.keyed, verdict.signed_from), (true, true, Some(8)));
    assert_eq!(deploy(&only_new, RunOptions::default()).await.status, RunStatus::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_keeps_nobody_out_is_refused() {
    let world = world().await;
    for key in ["short", &format!("{KEY},short"), &format!("{KEY},")] {
        let mut options = world.engine_options();
        options.environment.insert("CATALYST_SYNC_AUDIT_KEY".to_owned(), key.to_owned());
        let error = engine_with(&options, Arc::clone(&world.clock), None).err().unwrap();
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{key}");
        assert!(!error.to_string().contains("tests"), "{error}");
    }
}
