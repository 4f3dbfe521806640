//! What is never deleted, never taken and never touched.

use catalyst_sync::engine::{Query, RunOptions, RunRequest, RunStatus, TypeRef, VersionQuery};
use serde_json::{Value, json};

use crate::support::fake::{Fault, FaultKind, Kind, Match, Moment, Shift, Version};
use crate::support::scenario::{
    allow_delete, bodies, codes, definition, foreign_types, plan, referring, simple, writes,
    writes_in_order,
};
use crate::support::world::{World, brief, request, to_files};

/// A studio of simple types that were deployed a while ago.
async fn deployed(names: &[&str]) -> World {
    let world = World::new().await;
    for name in names {
        world.add(&name.to_lowercase(), name, &simple(name));
    }
    let report = world.deploy().await;
    assert_eq!(report.status, RunStatus::Completed);
    world.let_time_pass();
    world.fake.control().clear_requests();
    world
}

fn select(types: &[&str]) -> RunRequest {
    RunRequest { selected_types: types.iter().map(|one| (*one).to_owned()).collect(), ..request() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mass_disappearance_is_a_mistake() {
    // More than half, and at least three: that many of so many.
    for (types, gone, stops) in
        [(3, 3, true), (5, 3, true), (6, 3, false), (4, 2, false), (2, 2, false)]
    {
        let names: Vec<String> = (0..types).map(|n| format!("Type{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for side in ["studio", "platform"] {
            let world = deployed(&names).await;
            for name in &names[..gone] {
                match side {
                    "studio" => world.drop_row(&name.to_lowercase()),
                    _ => assert!(world.fake.control().remove(name)),
                }
            }
            let state = world.state("SELECT group_concat(base) FROM sync_bases");
            let report = world.deploy_with(allow_delete()).await;
            let code = report.error.as_ref().map(|error| error.code.as_str());
            let expected = if side == "studio" { "STUDIO_MISMATCH" } else { "TARGET_MISMATCH" };
            assert_eq!(code, stops.then_some(expected), "{gone} of {types} gone from the {side}");
            if stops {
                assert_eq!(writes(&world), [""; 0]);
                assert_eq!(world.state("SELECT group_concat(base) FROM sync_bases"), state);
                let detected = world.engine().detect(&Query::default()).await.unwrap_err();
                assert_eq!(detected.code.as_str(), expected);
            } else if side == "studio" {
                assert_eq!(writes(&world).len(), gone);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_a_moment_ago_is_not_missed() {
    let world = World::new().await;
    for name in ["One", "Two", "Three"] {
        world.add(name, name, &simple(name));
    }
    world.deploy().await;
    world.fake.control().add_fault(Fault::always(FaultKind::TruncatedPages { items: 0 }));
    let report = world.deploy().await;
    assert!(report.error.is_none(), "{:?}", report.error);
}

/// A colleague edits a type between our reading it and our deleting it.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_was_overtaken_stays_a_conflict() {
    let world = deployed(&["Kept", "Gone"]).await;
    world.let_time_pass();
    world.drop_row("gone");
    let theirs = json!({ "description": "Theirs" });
    assert!(world.fake.control().edit(Version::V1, "Gone", theirs));
    // The listing shows what was there before the edit.
    world
        .fake
        .control()
        .add_fault(Fault::once(Match::default(), FaultKind::Lag { reads: 1, ms: 0 }));
    let report = world.deploy_with(allow_delete()).await;
    assert_eq!(brief(&report.outcomes), ["Gone delete conflict CONFLICT"]);
    assert_eq!(writes(&world), ["DELETE Gone"]);
    for _ in 0..3 {
        let report = world.deploy_with(allow_delete()).await;
        assert_eq!(brief(&report.outcomes), ["Gone none conflict CONFLICT"]);
        let stored = world.fake.control().content_type(Version::V1, "Gone").unwrap();
        assert_eq!(stored["description"], "Theirs");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_needs_its_consent() {
    let world = deployed(&["Kept", "Gone"]).await;
    world.drop_row("gone");
    for _ in 0..2 {
        let report = world.deploy().await;
        assert_eq!(brief(&report.outcomes), ["Gone delete skipped DELETE_REFUSED"]);
        assert_eq!(report.status, RunStatus::Completed);
    }
    assert_eq!(writes(&world), [""; 0]);
    let changes = world.changes().await;
    assert_eq!((changes.summary.deleted, changes.summary.total), (1, 1));

    let report = world.deploy_with(allow_delete()).await;
    assert_eq!(brief(&report.outcomes), ["Gone delete success"]);
    assert!(report.outcomes[0].withheld.is_empty(), "{:?}", report.outcomes[0].withheld);
    assert_eq!(writes(&world), ["DELETE Gone"]);
    let backup = world.state("SELECT definition FROM sync_backups WHERE type_key = 'Gone'");
    assert!(backup.contains("\"title\""), "{backup}");
    assert_eq!(brief(&world.deploy_with(allow_delete()).await.outcomes), [""; 0]);
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_agreed_on_is_deleted() {
    let world = deployed(&["Kept"]).await;
    // Another tool's type, and one of ours that never got through.
    let foreign = json!({ "key": "Foreign", "displayName": "Foreign", "baseType": "_component" });
    world.fake.control().seed_types(Version::V1, [foreign]);
    world.add("never", "Never", &simple("Never"));
    let refuse = FaultKind::Status { status: 400, moment: Moment::default(), retry_after: None };
    world.fake.control().add_fault(Fault::once(Match::on("POST", "Never"), refuse));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Never create failed REJECTED"]);
    let never = json!({ "key": "Never", "displayName": "Never", "baseType": "_component" });
    world.fake.control().seed_types(Version::V1, [never]);
    world.drop_row("never");
    world.fake.control().clear_requests();
    assert_eq!(brief(&world.deploy_with(allow_delete()).await.outcomes), [""; 0]);
    assert_eq!(writes(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_refers_goes_before_what_is_referred_to() {
    for mapping in ["compatible", "native"] {
        let mut world = World::new().await;
        world.options["mapping"] = json!(mapping);
        world.add("k", "Kept", &referring("Kept", &["c"]));
        world.add("a", "Alpha", &referring("Alpha", &["b"]));
        world.add("b", "Beta", &referring("Beta", &["c", "d"]));
        world.add("c", "Gamma", &simple("Gamma"));
        world.add("d", "Delta", &referring("Delta", &["b"]));
        world.deploy().await;
        world.let_time_pass();
        world.change("k", &referring("Kept", &[]));
        for id in ["a", "b"] {
            world.drop_row(id);
        }
        world.fake.control().clear_requests();
        let options = RunOptions { allow_data_loss: true, ..allow_delete() };
        let report = world.deploy_with(options.clone()).await;
        let expected = if mapping == "native" {
            ["PATCH Delta", "PATCH Kept", "DELETE Alpha", "DELETE Beta"].as_slice()
        } else {
            &["PATCH Kept", "DELETE Alpha", "DELETE Beta"]
        };
        let mut order = writes_in_order(&world);
        let updates = order.iter().filter(|one| one.starts_with("PATCH")).count();
        order[..updates].sort();
        if mapping == "compatible" {
            // A reference held as text holds nothing on the platform: these run at once.
            order[updates..].sort();
        }
        assert_eq!(order, expected, "{mapping}: {:?}", brief(&report.outcomes));
        assert_eq!(brief(&world.deploy_with(options).await.outcomes), [""; 0]);
        world.fake.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_that_something_still_refers_to() {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    world.add("a", "Alpha", &referring("Alpha", &["b"]));
    world.add("b", "Beta", &referring("Beta", &["c"]));
    world.add("c", "Gamma", &simple("Gamma"));
    world.deploy().await;
    world.let_time_pass();
    // The reference goes with its property, and that waits for its own consent.
    world.change("a", &simple("Alpha"));
    world.drop_row("b");
    world.drop_row("c");
    world.fake.control().clear_requests();
    let report = world.deploy_with(allow_delete()).await;
    assert_eq!(
        brief(&report.outcomes),
        [
            "Alpha none skipped DATA_LOSS_REFUSED",
            "Beta delete skipped DELETE_REFUSED",
            "Gamma delete skipped DELETE_REFUSED"
        ]
    );
    let messages: Vec<&str> =
        report.outcomes.iter().map(|one| &*one.error.as_ref().unwrap().message).collect();
    assert!(messages[1].contains("because Alpha still refers to it"), "{messages:?}");
    assert!(messages[2].contains("because Beta still refers to it"), "{messages:?}");
    assert_eq!(writes(&world), [""; 0]);

    // A reference that cannot be taken away keeps what it refers to.
    let fault = FaultKind::Status { status: 400, moment: Moment::default(), retry_after: None };
    world.fake.control().add_fault(Fault::once(Match::on("PATCH", "Alpha"), fault));
    let options = RunOptions { allow_data_loss: true, ..allow_delete() };
    let report = world.deploy_with(options.clone()).await;
    assert_eq!(
        brief(&report.outcomes),
        [
            "Alpha update failed REJECTED",
            "Beta delete blocked DEPENDENCY_FAILED",
            "Gamma delete blocked DEPENDENCY_FAILED"
        ]
    );
    let message = &report.outcomes[1].error.as_ref().unwrap().message;
    assert!(message.starts_with("is referred to by Alpha,"), "{message}");
    let report = world.deploy_with(options).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Alpha update success", "Beta delete success", "Gamma delete success"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_a_living_type_claims_is_never_deleted() {
    // The row is gone, and two others claim its key.
    let world = deployed(&["Article", "Other"]).await;
    world.drop_row("article");
    world.add("n1", "Article", &simple("Article"));
    world.add("n2", "article", &simple("article"));
    let report = world.deploy_with(allow_delete()).await;
    assert_eq!(
        brief(&report.outcomes),
        ["Article none failed COLLIDING_KEYS", "article none failed COLLIDING_KEYS"]
    );
    // Once it is decided whose it is, that one takes over what was agreed on.
    world.drop_row("n2");
    let planned = plan(&world, &allow_delete()).await;
    assert_eq!(
        (planned.operations.len(), codes(&planned)),
        (0, vec!["Article REBOUND".to_owned()])
    );

    // The row of one website is gone, and another website claims its key: it takes it over.
    let world = deployed(&["Article", "Other"]).await;
    world.website("w2");
    world.add_to("w2", "v1", "Article", &simple("Article"));
    world.drop_row("article");
    let report = world.deploy_with(allow_delete()).await;
    assert_eq!(brief(&report.outcomes), ["Article none failed KEY_CLAIMED"]);
    assert_eq!(brief(&world.deploy_with(allow_delete()).await.outcomes), [""; 0]);
    assert_eq!(world.state("SELECT website_id FROM sync_state WHERE type_key = 'Article'"), "w2");
    assert_eq!(writes(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_listing_is_no_evidence() {
    // When the first type goes between the two pages, the first one of the second page, which is
    // `Zebra`, is on neither.
    let shift = FaultKind::ShiftingPages { shift: Shift::Remove("M0000".to_owned()) };
    for (what, fault) in
        [("truncated", FaultKind::TruncatedPages { items: 6 }), ("shifting", shift)]
    {
        let world = deployed(&["Article", "Book", "Zebra", "Zoo"]).await;
        world.fake.control().seed_types(Version::V1, foreign_types(992));
        world.drop_row("zoo");
        world.fake.control().add_fault(Fault::always(fault));
        let report = world.deploy_with(allow_delete()).await;
        assert!(report.error.is_none(), "{what}: {:?}", report.error);
        assert_eq!(brief(&report.outcomes), ["Zoo delete success"], "{what}");
        assert_eq!(writes(&world), ["DELETE Zoo"], "{what}: nothing is created twice");
        let read: Vec<_> = world
            .fake
            .control()
            .requests()
            .into_iter()
            .filter(|one| one.kind == Kind::Get)
            .filter_map(|one| one.key)
            .collect();
        assert!(read.contains(&"Zebra".to_owned()), "{what}: {read:?}");
        world.fake.control().clear_faults();
        assert_eq!(brief(&world.deploy_with(allow_delete()).await.outcomes), [""; 0], "{what}");
        assert_eq!(world.state("SELECT count(*) FROM sync_state"), "3", "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_deletion_is_told_and_not_undone() {
    let world = deployed(&["Gone", "Edited"]).await;
    assert!(world.fake.control().remove("Gone") && world.fake.control().remove("Edited"));
    world.change(
        "edited",
        &definition("Edited", &[json!(["f1", "title", "text"]), json!(["f2", "body", "text"])]),
    );
    for _ in 0..2 {
        let report = world.deploy().await;
        assert_eq!(brief(&report.outcomes), ["Edited none conflict CONFLICT"]);
    }
    assert_eq!(writes(&world), [""; 0]);
    let details = world.changes().await.details.unwrap();
    let told: Vec<_> = details.remote_changed.iter().map(|one| (&*one.key, one.status)).collect();
    assert_eq!(told, [("Gone", "remote_deleted")]);
    assert_eq!((&*details.conflicts[0].type_key, details.conflicts[0].kind), ("Edited", "delete"));
    // `force` lifts no guard.
    world.deploy_with(RunOptions { force: true, ..RunOptions::default() }).await;
    assert_eq!(writes(&world), [""; 0]);
    // Deciding for the studio makes it again.
    let ours =
        RunOptions { conflict_strategy: Some("source_wins".to_owned()), ..RunOptions::default() };
    assert_eq!(brief(&world.deploy_with(ours).await.outcomes), ["Edited create success"]);
    assert_eq!(world.stored("Edited")["properties"].as_object().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_on_both_sides_is_forgotten() {
    let world = deployed(&["Gone", "Kept"]).await;
    assert!(world.fake.control().remove("Gone"));
    world.drop_row("gone");
    assert_eq!(brief(&world.deploy_with(allow_delete()).await.outcomes), [""; 0]);
    assert_eq!(world.state("SELECT group_concat(type_key) FROM sync_state"), "Kept");
    assert_eq!(writes(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_meets_an_edit() {
    let world = deployed(&["Article"]).await;
    let edit = json!({ "description": "by a colleague" });
    assert!(world.fake.control().edit(Version::V1, "Article", edit));
    world.drop_row("article");
    let report = world.deploy_with(allow_delete()).await;
    assert_eq!(brief(&report.outcomes), ["Article none conflict CONFLICT"]);
    assert_eq!(writes(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn selected_types_limit_a_run() {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    for name in ["Gone", "Left", "Other"] {
        world.add(&name.to_lowercase(), name, &simple(name));
    }
    world.deploy().await;
    world.let_time_pass();
    for id in ["gone", "left"] {
        world.drop_row(id);
    }
    world.change(
        "other",
        &definition("Other", &[json!(["f1", "title", "text"]), json!(["f2", "more", "text"])]),
    );
    world.add("a", "Alpha", &referring("Alpha", &["b", "other"]));
    world.add("b", "Beta", &referring("Beta", &["c"]));
    world.add("c", "Gamma", &simple("Gamma"));
    world.add("d", "Delta", &simple("Delta"));
    world.fake.control().clear_requests();

    // By key and by row id; what is referred to comes along only if it has to be made.
    let request = RunRequest { options: allow_delete(), ..select(&["Gone", "a"]) };
    let report = world.run(&request).await;
    assert_eq!(
        brief(&report.outcomes),
        [
            "Gamma create success",
            "Beta create success",
            "Alpha create success",
            "Gone delete success"
        ]
    );
    assert_eq!(writes_in_order(&world).last().unwrap(), "DELETE Gone");

    let report = world.run(&select(&["Nobody"])).await;
    assert_eq!(report.error.unwrap().code.as_str(), "TYPE_NOT_FOUND");
    // A type that is settled, by either name.
    for name in ["b", "Beta"] {
        let query =
            Query { types: vec![name.to_owned()], include_details: true, ..Query::default() };
        let changes = world.engine().detect(&query).await.unwrap();
        assert_eq!((changes.summary.unchanged, changes.summary.total), (1, 0), "{name}");
        assert_eq!(changes.details.unwrap().unchanged, ["Beta"]);
    }
}

/// A type whose row is gone keeps the names that it had, until it is made again from a version.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_type_is_named_by_its_key_or_its_id() {
    for name in ["Gone", "gone"] {
        let world = deployed(&["Gone", "Left", "Other"]).await;
        for id in ["gone", "left"] {
            world.drop_row(id);
        }
        let types = vec![name.to_owned()];
        let query = Query { types, include_details: true, ..Query::default() };
        let engine = world.engine();
        let deleted = engine.detect(&query).await.unwrap().details.unwrap().deleted;
        assert_eq!(deleted.iter().map(|one| &*one.key).collect::<Vec<_>>(), ["Gone"], "{name}");
        let planned = engine.plan(&query, &allow_delete()).await.unwrap().operations;
        assert_eq!(planned.iter().map(|one| &*one.type_key).collect::<Vec<_>>(), ["Gone"]);
        let request = RunRequest { options: allow_delete(), ..select(&[name]) };
        assert_eq!(brief(&world.run(&request).await.outcomes), ["Gone delete success"], "{name}");

        let history = engine.version_history(&TypeRef::named(name), &VersionQuery::default()).await;
        let history = history.unwrap();
        let content = history.iter().find(|one| one.info.change_type != "delete").unwrap();
        engine.restore_version(&content.info.hash, "ada", None).await.unwrap();
        let created = engine.detect(&query).await.unwrap().details.unwrap().created;
        assert_eq!(created.iter().map(|one| &*one.key).collect::<Vec<_>>(), ["Gone"], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_website_claims_a_key() {
    let world = World::new().await;
    world.website("w2");
    world.add("c1", "Article", &simple("Article"));
    world.add_to("w2", "d1", "ARTICLE", &simple("ARTICLE"));
    world.add_to("w2", "d2", "Own", &referring("Own", &["d1"]));
    let claimed = "ARTICLE none failed KEY_CLAIMED";
    let report = world.deploy().await;
    assert_eq!(
        brief(&report.outcomes)[..2],
        ["Article create success".to_owned(), claimed.to_owned()]
    );
    assert!(report.outcomes[1].error.as_ref().unwrap().message.contains("website w1"));
    for website in ["w2", ""] {
        let request = RunRequest { website_id: Some(website.to_owned()), ..request() };
        let report = world.run(&request).await;
        assert!(brief(&report.outcomes).contains(&claimed.to_owned()), "{website}");
    }
    assert_eq!(world.stored("Article")["displayName"], "Article");
    // In a run of its own the second website is as free as the first was.
    world.delete_state();
    let second = RunRequest { website_id: Some("w2".to_owned()), ..request() };
    assert_eq!(
        brief(&world.run(&second).await.outcomes)[..1],
        ["ARTICLE none failed COLLIDING_KEYS"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn colliding_keys_name_both_types() {
    for (first, second) in [("Blog Post", "BlogPost"), ("BlogPost", "Blogpost"), ("Ben", "Bén")] {
        let world = World::new().await;
        world.add("a", first, &simple(first));
        world.add("b", second, &simple(second));
        world.add("c", "Fine", &simple("Fine"));
        let report = world.deploy().await;
        assert_eq!(writes(&world), ["POST Fine"], "{first} {second}");
        assert_eq!(report.status, RunStatus::Partial);
        let failed: Vec<_> = report.outcomes.iter().filter(|one| one.status == "failed").collect();
        assert_eq!(failed.len(), 2);
        for one in failed {
            let error = one.error.as_ref().unwrap();
            assert_eq!(error.code, "COLLIDING_KEYS");
            let names = [format!("{first:?}"), format!("{second:?}")];
            assert!(names.iter().all(|name| error.message.contains(name)), "{}", error.message);
        }
    }
    // What is bound already stays, and keeps being deployed.
    let world = deployed(&["Article"]).await;
    world.add("late", "ARTICLE", &simple("ARTICLE"));
    world.change(
        "article",
        &definition("Article", &[json!(["f1", "title", "text"]), json!(["f2", "body", "text"])]),
    );
    let report = world.deploy().await;
    assert_eq!(
        brief(&report.outcomes),
        ["ARTICLE none failed COLLIDING_KEYS", "Article update success"]
    );
    assert_eq!(writes(&world), ["PATCH Article"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn system_types_are_never_touched() {
    let built_in = ["BlankExperience", "BlankSection", "SysContentFolder", "ImageMedia"];
    let world = World::new().await;
    for name in built_in {
        world.add(name, name, &simple(name));
    }
    let code = json!({ "key": "FromCode", "displayName": "FromCode", "baseType": "_component",
                       "source": "serverModel" });
    world.fake.control().seed_types(Version::V1, [code]);
    world.add("code", "FromCode", &simple("FromCode"));
    let before = world.fake.control().state(Version::V1);
    let report = world.deploy().await;
    for outcome in &report.outcomes {
        let code = outcome.error.as_ref().map(|error| &*error.code);
        assert_eq!(code, Some("KEY_RESERVED"), "{}", outcome.type_key);
    }
    assert_eq!((report.outcomes.len(), writes(&world)), (5, vec![]));
    assert_eq!(world.fake.control().state(Version::V1), before);

    // A type that became the platform's own since is left alone, and not deleted either.
    let world = deployed(&["Article", "Book"]).await;
    for key in ["Article", "Book"] {
        let mut taken = world.stored(key);
        taken["source"] = json!("serverModel");
        assert!(world.fake.control().remove(key));
        world.fake.control().seed_types(Version::V1, [taken]);
    }
    world.change(
        "article",
        &definition("Article", &[json!(["f1", "title", "text"]), json!(["f2", "body", "text"])]),
    );
    world.drop_row("book");
    let report = world.deploy_with(allow_delete()).await;
    assert_eq!(brief(&report.outcomes), ["Article none failed KEY_RESERVED"]);
    assert_eq!(writes(&world), [""; 0]);
}

/// Rows that hold no definition, or a strange one, and what is found in each.
const DEGENERATE: [(&str, &str); 9] = [
    ("{}", "NO_FIELDS"),
    ("[]", "NO_FIELDS"),
    ("", "INVALID_FIELDS"),
    ("null", "INVALID_FIELDS"),
    ("{oops", "INVALID_FIELDS"),
    (r#"{"name":"Article","pluralName":"Xs"}"#, "NO_FIELDS"),
    (r#"[{"id":"1755000000000_abc","type":"text"}]"#, "FIELD_WITHOUT_NAME"),
    (r#"[{"name":"a","type":"text"},{"name":"a","type":"number"}]"#, "DUPLICATE_FIELD"),
    (r#"{"fields":7}"#, "INVALID_FIELDS"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_degenerate_row_stops_nobody_else() {
    for (text, code) in DEGENERATE {
        let world = deployed(&["Article", "Book"]).await;
        let raw = |text: &str| {
            world.sql("UPDATE ContentType SET fields = ?1 WHERE id = 'article'", &[text]);
        };
        raw(text);
        world.change(
            "book",
            &definition("Book", &[json!(["f1", "title", "text"]), json!(["f2", "body", "text"])]),
        );
        let planned = plan(&world, &RunOptions::default()).await;
        let found = codes(&planned);
        assert!(found.contains(&format!("Article {code}")), "{text}: {found:?}");
        let report = world.deploy_with(allow_delete()).await;
        assert!(brief(&report.outcomes).contains(&"Book update success".to_owned()), "{text}");
        // Whatever is wrong with it, the type and what it had are still there.
        assert_eq!(world.stored("Article")["properties"]["title"]["type"], "string", "{text}");
        assert!(!writes(&world).iter().any(|write| write.starts_with("DELETE")), "{text}");
        raw(&simple("Article").to_string());
        world.let_time_pass();
        world.deploy_with(RunOptions { allow_data_loss: true, ..allow_delete() }).await;
        let properties = world.stored("Article")["properties"].clone();
        assert_eq!(properties.as_object().unwrap().keys().collect::<Vec<_>>(), ["title"], "{text}");
        let again = world.deploy_with(allow_delete()).await;
        assert_eq!(
            brief(&again.outcomes),
            [""; 0],
            "{text}: {:?}",
            bodies(&world, "PATCH", "Article")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_type_that_cannot_be_read_stay() {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    let seo = json!({ "id": "f2", "name": "seo", "type": "object",
                      "fields": [{ "name": "heading", "type": "text" }] });
    world.add("p", "Page", &definition("Page", &[json!(["f1", "title", "text"]), seo]));
    world.deploy().await;
    world.let_time_pass();
    world.sql("UPDATE ContentType SET fields = '{oops' WHERE id = 'p'", &[]);
    world.fake.control().clear_requests();
    let options = RunOptions { allow_data_loss: true, ..allow_delete() };
    let report = world.deploy_with(options).await;
    assert_eq!(brief(&report.outcomes), ["Page none failed INVALID_FIELDS"]);
    assert_eq!(writes(&world), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_obeys_the_same_guards() {
    let world = World::new().await;
    for name in ["One", "Two", "Three"] {
        world.add(&name.to_lowercase(), name, &simple(name));
    }
    world.run(&to_files("model")).await;
    std::fs::remove_file(world.beside("model/One.json")).unwrap();
    world.drop_row("two");
    let deleting = RunRequest { options: allow_delete(), ..to_files("model") };
    let report = world.run(&deleting).await;
    assert_eq!(brief(&report.outcomes), ["Two delete success"]);
    assert!(!world.beside("model/One.json").exists() && !world.beside("model/Two.json").exists());

    let world = World::new().await;
    for name in ["One", "Two", "Three"] {
        world.add(&name.to_lowercase(), name, &simple(name));
    }
    world.run(&to_files("model")).await;
    world.sql("DELETE FROM ContentType", &[]);
    let deleting = RunRequest { options: allow_delete(), ..to_files("model") };
    let report = world.run(&deleting).await;
    assert_eq!(report.error.unwrap().code.as_str(), "STUDIO_MISMATCH");
    let left: Vec<Value> = ["One", "Two", "Three"]
        .iter()
        .map(|key| std::fs::read_to_string(world.beside(&format!("model/{key}.json"))).unwrap())
        .map(|text| serde_json::from_str(&text).unwrap())
        .collect();
    assert_eq!(left.len(), 3);
}
