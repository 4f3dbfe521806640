//! Plans: what is done in which order, what waits, and what makes two plans the same.

use catalyst_sync::canonical::Path;
use catalyst_sync::engine::{PlanReport, Query, RunOptions, RunRequest};
use serde_json::{Value, json};

use crate::support::fake::{Fault, FaultKind, Match, Moment, Version};
use crate::support::scenario::{
    allow_data_loss, allow_delete, bodies, codes, definition, plan, referring, simple, writes,
    writes_in_order,
};
use crate::support::world::{World, brief, request};

async fn native() -> World {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    world
}

/// `update Article safe <- Author`, per operation.
fn steps(plan: &PlanReport) -> Vec<String> {
    plan.operations
        .iter()
        .map(|one| {
            let needs = one.depends_on.join(",");
            let needs = if needs.is_empty() { needs } else { format!(" <- {needs}") };
            format!("{} {} {}{needs}", one.operation, one.type_key, one.risk)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_referred_to_comes_first() {
    let world = native().await;
    world.add("a", "Alpha", &referring("Alpha", &["b", "Delta"]));
    world.add("b", "Beta", &referring("Beta", &["c"]));
    world.add("c", "Gamma", &simple("Gamma"));
    world.add("d", "Delta", &simple("Delta"));
    let planned = plan(&world, &RunOptions::default()).await;
    assert_eq!(
        steps(&planned),
        [
            "create Delta safe",
            "create Gamma safe",
            "create Beta safe <- Gamma",
            "create Alpha safe <- Delta,Beta"
        ]
    );
    assert_eq!(codes(&planned), [""; 0]);
    world.deploy().await;
    let order = writes_in_order(&world);
    let place = |key: &str| order.iter().position(|one| one.ends_with(key)).unwrap();
    assert!(place("Gamma") < place("Beta") && place("Beta") < place("Alpha"));
    assert!(place("Delta") < place("Alpha"));

    // A reference to what exists already needs nobody.
    world.change("c", &referring("Gamma", &["d", "a"]));
    let planned = plan(&world, &RunOptions::default()).await;
    assert_eq!((steps(&planned), codes(&planned)), (vec!["update Gamma safe".to_owned()], vec![]));
    world.fake.control().clear_requests();
    world.deploy().await;
    let sent = &bodies(&world, "PATCH", "Gamma")[0]["properties"];
    assert_eq!(sent["rel0"]["allowedTypes"], json!(["Delta"]));
    assert_eq!(sent["rel1"]["allowedTypes"], json!(["Alpha"]));
    // One to what is new comes after that.
    world.add("e", "Epsilon", &simple("Epsilon"));
    world.change("d", &referring("Delta", &["e"]));
    let planned = plan(&world, &RunOptions::default()).await;
    assert_eq!(steps(&planned), ["create Epsilon safe", "update Delta safe <- Epsilon"]);
    world.deploy().await;
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_takes_two_phases() {
    for version in [Version::V1, Version::Preview3] {
        let mut world = native().await;
        world.version = version;
        world.add("a", "Alpha", &referring("Alpha", &["b"]));
        world.add("b", "Beta", &referring("Beta", &["c"]));
        world.add("c", "Gamma", &referring("Gamma", &["a"]));
        world.add("s", "Self", &referring("Self", &["s"]));
        let planned = plan(&world, &RunOptions::default()).await;
        let messages: Vec<&str> = planned
            .findings
            .iter()
            .filter(|finding| finding.code == "REFERENCE_CYCLE")
            .map(|finding| &*finding.message)
            .collect();
        assert_eq!(
            messages,
            [
                "the types refer to each other in a circle: Alpha → Beta → Gamma → Alpha",
                "the types refer to each other in a circle: Self → Self"
            ]
        );
        let report = world.deploy().await;
        assert!(report.outcomes.iter().all(|one| one.status == "success"), "{:?}", report.outcomes);
        assert_eq!(writes(&world).len(), 8, "{:?}", writes(&world));
        for (key, target) in
            [("Alpha", "Beta"), ("Beta", "Gamma"), ("Gamma", "Alpha"), ("Self", "Self")]
        {
            let allowed = &world.stored(key)["properties"]["rel0"]["allowedTypes"];
            assert_eq!(*allowed, json!([target]));
        }
        world.fake.control().clear_requests();
        assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
        assert_eq!(writes(&world), [""; 0]);
        world.fake.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_failed_type_is_blocked_and_nobody_else() {
    let world = native().await;
    world.add("a", "Alpha", &referring("Alpha", &["b"]));
    world.add("b", "Beta", &referring("Beta", &["c"]));
    world.add("c", "Gamma", &simple("Gamma"));
    world.add("d", "Delta", &referring("Delta", &["e"]));
    world.add("e", "Epsilon", &simple("Epsilon"));
    let refuse = FaultKind::Status { status: 400, moment: Moment::default(), retry_after: None };
    world.fake.control().add_fault(Fault::once(Match::on("POST", "Gamma"), refuse));
    let report = world.deploy().await;
    assert_eq!(
        brief(&report.outcomes),
        [
            "Epsilon create success",
            "Gamma create failed REJECTED",
            "Beta create blocked DEPENDENCY_FAILED",
            "Delta create success",
            "Alpha create blocked DEPENDENCY_FAILED"
        ]
    );
    let again = world.deploy().await;
    assert_eq!(
        brief(&again.outcomes),
        ["Gamma create success", "Beta create success", "Alpha create success"]
    );

    // A target that cannot be planned at all blocks as well; the others are none the wiser.
    let world = native().await;
    world.add("a", "Alpha", &referring("Alpha", &["b"]));
    world.add("b", "Beta", &json!({ "name": "Beta", "fields": 7 }));
    world.add("c", "Gamma", &simple("Gamma"));
    let planned = plan(&world, &RunOptions::default()).await;
    assert_eq!(steps(&planned), ["create Alpha blocked", "create Gamma safe"]);
    let report = world.deploy().await;
    assert_eq!(
        brief(&report.outcomes),
        [
            "Beta none failed INVALID_FIELDS",
            "Alpha create blocked DEPENDENCY_FAILED",
            "Gamma create success"
        ]
    );
    world.fake.assert_clean();
}

/// An object field with one text.
fn object(id: &str, nested: &[&str]) -> Value {
    let nested: Vec<Value> =
        nested.iter().map(|name| json!({ "name": name, "type": "text" })).collect();
    json!({ "id": id, "name": "seo", "label": "SEO", "type": "object", "fields": nested })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_is_a_type_of_its_own() {
    let world = native().await;
    let title = json!(["f1", "title", "text"]);
    world.add("p", "Page", &definition("Page", &[title.clone(), object("f2", &["heading"])]));
    let planned = plan(&world, &RunOptions::default()).await;
    assert_eq!(steps(&planned), ["create PageSEO safe", "create Page safe <- PageSEO"]);
    world.deploy().await;
    assert_eq!(world.stored("Page")["properties"]["seo"]["contentType"], "PageSEO");

    // An edit of the nested fields is one of that type.
    world.change("p", &definition("Page", &[title.clone(), object("f2", &["heading", "robots"])]));
    world.fake.control().clear_requests();
    assert_eq!(brief(&world.deploy().await.outcomes), ["PageSEO update success"]);
    assert_eq!(writes(&world), ["PATCH PageSEO"]);

    // When the field goes, it goes as well, each with the consent that it needs.
    world.let_time_pass();
    world.change("p", &definition("Page", &[title]));
    let withheld = "Page none skipped DATA_LOSS_REFUSED";
    let kept = "PageSEO delete skipped DELETE_REFUSED";
    for options in [RunOptions::default(), allow_delete()] {
        let report = world.deploy_with(options).await;
        assert_eq!(brief(&report.outcomes), [withheld, kept]);
    }
    let report = world.deploy_with(allow_data_loss()).await;
    assert_eq!(brief(&report.outcomes), [kept, "Page update success"]);
    world.let_time_pass();
    let report = world.deploy_with(allow_delete()).await;
    assert_eq!(brief(&report.outcomes), ["PageSEO delete success"]);
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_goes_with_its_parts() {
    let world = native().await;
    world.add("p", "Page", &definition("Page", &[object("f2", &["heading"])]));
    world.add("q", "Quote", &simple("Quote"));
    world.deploy().await;
    world.let_time_pass();
    world.drop_row("p");
    world.fake.control().clear_requests();
    let request = RunRequest {
        selected_types: vec!["Page".to_owned()],
        options: allow_delete(),
        ..request()
    };
    let report = world.run(&request).await;
    assert_eq!(brief(&report.outcomes), ["Page delete success", "PageSEO delete success"]);
    assert_eq!(writes_in_order(&world), ["DELETE Page", "DELETE PageSEO"]);
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_part_is_made_for_an_owner_that_does_not_take_it() {
    // The kind changes to an object, but the change waits for its consent.
    let world = native().await;
    world.add(
        "p",
        "Page",
        &definition("Page", &[json!({ "id": "f2", "name": "seo", "type": "boolean" })]),
    );
    world.deploy().await;
    world.change("p", &definition("Page", &[object("f2", &["heading"])]));
    world.fake.control().clear_requests();
    let report = world.deploy().await;
    assert_eq!(writes(&world), ["PATCH Page"], "{:?}", brief(&report.outcomes));
    assert_eq!(report.outcomes[0].withheld, ["/properties/seo/type"]);
    let report = world.deploy_with(allow_data_loss()).await;
    assert_eq!(brief(&report.outcomes), ["PageSEO create success", "Page update success"]);

    // An owner that fails takes nothing.
    let world = native().await;
    world.add("p", "Page", &definition("Page", &[object("f2", &["heading"])]));
    world.add("q", "PAGE", &definition("PAGE", &[object("f2", &["heading"])]));
    let report = world.deploy().await;
    assert_eq!(writes(&world), [""; 0], "{:?}", brief(&report.outcomes));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_of_the_api_changes_the_address_only() {
    for mapping in ["compatible", "native"] {
        let mut world = native().await;
        world.options["mapping"] = json!(mapping);
        world.version = Version::Preview3;
        world.add("a", "Alpha", &referring("Alpha", &["b"]));
        world.add("b", "Beta", &definition("Beta", &[
            json!({ "id": "f1", "name": "title", "type": "text", "required": true, "validation": { "maxLength": 9 } }),
            json!({ "id": "f2", "name": "topic", "type": "select", "options": ["News", "Howto"] }),
            json!({ "id": "f3", "name": "day", "type": "date", "validation": { "minDate": "2025-01-01" } }),
        ]));
        world.deploy().await;
        let target = plan(&world, &RunOptions::default()).await.target;
        world.version = Version::V1;
        world.fake.control().clear_requests();
        let planned = plan(&world, &RunOptions::default()).await;
        assert_eq!(
            (planned.target, planned.operations, planned.conflicts),
            (target, vec![], vec![])
        );
        assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
        assert_eq!(writes(&world), [""; 0]);
        assert_eq!(world.state("SELECT count(DISTINCT target) || count(*) FROM sync_state"), "12");
        // From then on the new version is used throughout.
        world.change("a", &referring("Alpha", &["b", "a"]));
        world.deploy().await;
        assert!(
            world
                .fake
                .control()
                .requests()
                .iter()
                .all(|one| one.version != Some(Version::Preview3))
        );
        world.fake.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_profile_retypes_nothing_by_itself() {
    let fields = [
        json!(["f1", "count", "number"]),
        json!(["f2", "body", "richText"]),
        json!(["f3", "tags", "tags"]),
        object("f4", &["heading"]),
    ];
    let mut world = World::new().await;
    world.add("a", "Alpha", &definition("Alpha", &fields));
    world.deploy().await;
    world.options["mapping"] = json!("native");
    world.fake.control().clear_requests();
    for _ in 0..2 {
        let report = world.deploy().await;
        assert_eq!((brief(&report.outcomes), writes(&world)), (vec![], vec![]));
    }
    // New fields get the new types.
    let more = [&fields[..], &[json!(["f5", "price", "number"])]].concat();
    world.change("a", &definition("Alpha", &more));
    world.deploy().await;
    assert_eq!(
        bodies(&world, "PATCH", "Alpha"),
        [json!({ "properties": {
            "price": { "type": "float", "displayName": "price", "sortOrder": 50 } } })]
    );
    assert_eq!(world.stored("Alpha")["properties"]["count"]["type"], "string");
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_kind_needs_the_consent_to_lose() {
    let world = native().await;
    let before =
        definition("Alpha", &[json!(["f1", "count", "text"]), json!(["f2", "old", "text"])]);
    world.add("a", "Alpha", &before);
    world.deploy().await;
    world
        .studio
        .connect()
        .execute_batch(
            "INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt)
         VALUES ('i1', 'a', 'w1', '{}', 1), ('i2', 'a', 'w1', '{}', 1)",
        )
        .unwrap();
    let after = definition(
        "Alpha",
        &[
            json!({ "id": "f1", "name": "count", "label": "Count", "type": "boolean" }),
            json!(["f3", "new", "text"]),
        ],
    );
    world.change("a", &after);
    let planned = plan(&world, &RunOptions::default()).await;
    assert_eq!(steps(&planned), ["update Alpha safe"]);
    let operation = &planned.operations[0];
    assert_eq!(operation.content_items, 2);
    let withheld: Vec<&str> = operation.withheld.iter().map(Path::as_str).collect();
    assert_eq!(
        withheld,
        [
            "/properties/count/type",
            "/properties/old",
            "/properties/old/displayName",
            "/properties/old/type"
        ]
    );
    world.fake.control().clear_requests();
    let report = world.deploy().await;
    assert_eq!(report.outcomes[0].withheld, withheld);
    assert_eq!(
        bodies(&world, "PATCH", "Alpha"),
        [json!({ "properties": {
            "count": { "displayName": "Count" },
            "new": { "type": "string", "displayName": "new", "sortOrder": 30 } } })]
    );
    // What waits, waits; it is neither sent nor forgotten.
    assert_eq!(brief(&world.deploy().await.outcomes), ["Alpha none skipped DATA_LOSS_REFUSED"]);
    // A plan without an operation says so, too.
    let waiting = plan(&world, &RunOptions::default()).await;
    assert_eq!(steps(&waiting), [""; 0]);
    let waits = "what changed loses content, and waits for consent: ";
    let told = waiting.findings.iter().filter(|finding| finding.code == "DATA_LOSS_REFUSED");
    let told: Vec<&str> = told.map(|finding| &*finding.message).collect();
    assert_eq!(told, [format!("{waits}{}", withheld.join(", "))]);
    let lossy = plan(&world, &allow_data_loss()).await;
    assert_eq!(steps(&lossy), ["update Alpha lossy"]);
    assert_eq!(
        brief(&world.deploy_with(allow_data_loss()).await.outcomes),
        ["Alpha update success"]
    );
    let properties = world.stored("Alpha")["properties"].clone();
    assert_eq!(properties["count"]["type"], "boolean");
    assert!(properties.get("old").is_none());
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_covers_what_would_be_done_and_nothing_else() {
    let mut world = World::new().await;
    world.add("a", "Alpha", &simple("Alpha"));
    world.add("b", "Beta", &simple("Beta"));
    world.deploy().await;
    let edited = |label: &str| {
        definition(
            "Alpha",
            &[json!({ "id": "f1", "name": "title", "label": label, "type": "text" })],
        )
    };
    world.change("a", &edited("One"));
    let digest = async |world: &World, options: &RunOptions| plan(world, options).await.digest;
    let plain = RunOptions::default();
    let first = digest(&world, &plain).await;

    // Time, another engine, an unrelated type, a finding, a revision: the same plan.
    assert_eq!(digest(&world, &plain).await, first);
    let unrelated = json!({ "key": "Foreign", "displayName": "Foreign", "baseType": "_component" });
    world.fake.control().seed_types(Version::V1, [unrelated]);
    assert!(world.fake.control().edit(Version::V1, "Alpha", json!({ "sortOrder": 7 })));
    world.sql("UPDATE ContentType SET updatedAt = 99", &[]);
    assert_eq!(digest(&world, &plain).await, first);
    world.version = Version::Preview3;
    assert_eq!(digest(&world, &plain).await, first);
    world.version = Version::V1;

    // Consents, profile, website, the value, the value expected on the platform: another plan.
    let mut digests = vec![
        first.clone(),
        digest(&world, &allow_delete()).await,
        digest(&world, &allow_data_loss()).await,
    ];
    let query = Query { website_id: Some("w1".to_owned()), ..Query::default() };
    digests.push(world.engine().plan(&query, &plain).await.unwrap().digest);
    world.options["mapping"] = json!("native");
    digests.push(digest(&world, &plain).await);
    world.options["mapping"] = json!("compatible");
    world.change("a", &edited("Two"));
    digests.push(digest(&world, &plain).await);
    world.change("a", &edited("One"));
    world.change(
        "b",
        &definition("Beta", &[json!(["f1", "title", "text"]), json!(["f2", "x", "text"])]),
    );
    digests.push(digest(&world, &plain).await);
    let all = digests.len();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), all);
    let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    assert!(world.fake.control().edit(Version::V1, "Alpha", theirs));
    let ours = RunOptions { conflict_strategy: Some("source_wins".to_owned()), ..plain };
    assert!(!digests.contains(&digest(&world, &ours).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn planning_and_detecting_write_nothing() {
    let world = native().await;
    world.add("p", "Page", &definition("Page", &[object("f2", &["heading"])]));
    let studio = std::fs::read(world.studio.path()).unwrap();
    let engine = world.engine();
    engine.plan(&Query::default(), &allow_delete()).await.unwrap();
    engine.detect(&Query::default()).await.unwrap();
    engine.preview_mapping(&Query::default()).await.unwrap();
    engine.extract(None).await.unwrap();
    let dry = RunRequest { options: RunOptions { dry_run: true, ..allow_delete() }, ..request() };
    assert_eq!(
        brief(&world.run(&dry).await.outcomes),
        ["PageSEO create success", "Page create success"]
    );
    assert_eq!(writes(&world), [""; 0]);
    assert!(!std::path::Path::new(&world.state_path()).exists());
    assert_eq!(std::fs::read(world.studio.path()).unwrap(), studio);
    let left: Vec<_> = std::fs::read_dir(world.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["dev.db"]);
}
