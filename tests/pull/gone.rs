//! Types that are gone from the platform, and rows that still refer to them.

use catalyst_sync::engine::{PlanReport, Query, RunOptions};
use serde_json::{Value, json};

use super::{edit, options, run};
use crate::support::world::{World, brief};

/// A type with a reference to another one, if any.
fn pointing(to: Option<&str>) -> Value {
    let title = json!({ "id": "f0", "name": "title", "label": "Title", "type": "text" });
    let reference = to.map(|to| {
        json!({ "id": "f1", "name": "next", "label": "Next", "type": "reference",
                "referenceTypes": [to], "allowedTypes": [to] })
    });
    std::iter::once(title).chain(reference).collect()
}

/// A type with an object whose own field has the reference.
fn nested(to: &str) -> Value {
    json!([{ "id": "f0", "name": "box", "label": "Box", "type": "object",
             "fields": pointing(Some(to)) }])
}

/// Deploys `Alpha`, `Beta`, `Gamma` and `Delta`, has some deleted on the platform, and pulls with every
/// consent. Returns what was told of them, and which rows are left.
async fn pulled(types: [Value; 4], gone: &[&str], items_of: &str) -> (Vec<String>, String) {
    let world = World::new().await;
    for (name, fields) in ["Alpha", "Beta", "Gamma", "Delta"].into_iter().zip(types) {
        world.add(&name.to_lowercase(), name, &fields);
    }
    run(&world, "push").await;
    world.let_time_pass();
    for key in gone {
        assert!(world.fake.control().remove(key), "{key}");
    }
    let item = "INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt)
                SELECT 'i1', id, 'w1', '{}', 1 FROM ContentType WHERE id = ?1";
    world.sql(item, &[items_of]);
    let options = RunOptions { allow_delete: true, ..options("pull") };
    let plan = world.engine().plan(&Query::default(), &options).await.unwrap();
    let report = Box::pin(world.deploy_with(options)).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    let mut told: Vec<String> = report
        .outcomes
        .iter()
        .map(|one| {
            let why = one.error.as_ref().map_or("", |error| shortened(&error.message));
            format!("{} {} {why}", one.type_key, one.status)
        })
        .collect();
    told.sort();
    assert_eq!(announced(&plan), told, "what a plan announces is what is done");
    let rows = "SELECT group_concat(name, ' ') FROM (SELECT name FROM ContentType ORDER BY name)";
    let connection = world.studio.connect();
    (told, connection.query_row(rows, [], |row| row.get(0)).unwrap())
}

/// What a plan says about deletions, in the words of what is told of them.
fn announced(plan: &PlanReport) -> Vec<String> {
    let deletions = plan.operations.iter().map(|one| {
        assert_eq!(one.operation, "delete");
        format!("{} success ", one.type_key)
    });
    let refused = plan.findings.iter().filter(|finding| finding.code == "DELETE_REFUSED");
    let stay = refused.map(|finding| {
        let key = finding.type_key.as_deref().unwrap_or_default();
        format!("{key} skipped {}; {}", shortened(&finding.message), finding.remedy)
    });
    let mut all: Vec<String> = deletions.chain(stay).collect();
    all.sort();
    all
}

fn shortened(why: &str) -> &str {
    why.trim_start_matches("gone from the platform, and left in the studio ")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_nested_field_refers_to_stays() {
    let none = || pointing(None);
    let (told, rows) = pulled([nested("Beta"), none(), none(), none()], &["Beta"], "").await;
    assert_eq!(
        told,
        ["Beta skipped because Alpha still refers to it; remove the reference, then pull again"]
    );
    assert_eq!(rows, "Alpha Beta Delta Gamma");
}

#[tokio::test(flavor = "multi_thread")]
async fn types_that_refer_to_each_other_go_together() {
    let (to, none) = (|name: &str| pointing(Some(name)), || pointing(None));
    for types in [
        [to("Beta"), none(), none(), none()],
        [none(), to("Alpha"), none(), none()],
        [to("Beta"), to("Alpha"), none(), none()],
        [to("Alpha"), to("Beta"), none(), none()],
    ] {
        let case = types[0].to_string();
        let (told, rows) = pulled(types, &["Alpha", "Beta"], "").await;
        assert_eq!(told, ["Alpha success ", "Beta success "], "{case}");
        assert_eq!(rows, "Delta Gamma", "{case}");
    }
}

/// Of a circle none goes while one of it is needed: by a type that stays, or by content.
#[tokio::test(flavor = "multi_thread")]
async fn a_circle_stays_with_any_of_it() {
    let to = |name: &str| pointing(Some(name));
    let types = [to("Beta"), to("Alpha"), to("Beta"), pointing(None)];
    let (told, rows) = pulled(types, &["Alpha", "Beta"], "").await;
    let stay = [
        "Alpha skipped because Beta still refers to it; remove the reference, then pull again",
        "Beta skipped because Gamma still refers to it; remove the reference, then pull again",
    ];
    assert_eq!((&told[..], &*rows), (&stay.map(str::to_owned)[..], "Alpha Beta Delta Gamma"));

    let types = [to("Beta"), to("Alpha"), pointing(None), pointing(None)];
    let (told, rows) = pulled(types, &["Alpha", "Beta"], "alpha").await;
    let stay = [
        "Alpha skipped because 1 content items are of it; delete them in the studio first",
        "Beta skipped because Alpha still refers to it; remove the reference, then pull again",
    ];
    assert_eq!((&told[..], &*rows), (&stay.map(str::to_owned)[..], "Alpha Beta Delta Gamma"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_goes_with_the_last_reference_to_it() {
    let mut world = World::new().await;
    world.options["mapping"] = json!("native");
    world.add("alpha", "Alpha", &pointing(Some("Beta")));
    world.add("beta", "Beta", &pointing(None));
    run(&world, "push").await;
    world.let_time_pass();
    edit(&world, "Alpha", json!({ "properties": { "next": null } }));
    assert!(world.fake.control().remove("Beta"));

    let options = RunOptions { allow_delete: true, ..options("pull") };
    let plan = world.engine().plan(&Query::default(), &options).await.unwrap();
    let announced = plan.operations.iter().map(|one| format!("{} {}", one.type_key, one.operation));
    assert_eq!(announced.collect::<Vec<_>>(), ["Alpha update", "Beta delete"]);
    let report = Box::pin(world.deploy_with(options)).await;
    assert_eq!(brief(&report.outcomes), ["Alpha update success", "Beta delete success"]);
}
