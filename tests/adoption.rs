//! What exists on the platform already is recognised and kept: no duplicate, no conflict, no write.

use catalyst_sync::engine::{ProviderRequest, RunOptions, RunRequest, RunStatus};
use serde_json::{Value, json};

use crate::support::fake::{FakeOptions, Tenant, Version};
use crate::support::scenario::{
    allow_delete, bodies, codes, definition, plan, referring, simple, writes,
};
use crate::support::studio_db::StudioDb;
use crate::support::world::{World, brief, request, to_files};

/// A type as the studio's proof of concept left it: its keys, its types, what the server filled in.
fn left_behind(key: &str, name: &str, properties: &[(&str, &str, &str, bool)]) -> Value {
    let properties: serde_json::Map<String, Value> = properties
        .iter()
        .map(|(key, kind, label, required)| {
            let property = json!({
                "type": kind, "displayName": label, "isRequired": required, "isLocalized": false,
                "sortOrder": 0, "indexingType": "disabled", "group": "Information",
            });
            ((*key).to_owned(), property)
        })
        .collect();
    json!({
        "key": key, "displayName": name, "baseType": "_component", "sortOrder": 100,
        "description": "Content type imported from Catalyst Studio - c1",
        "properties": properties,
    })
}

/// Everything that it gave an odd key to.
fn left_behind_of_everything() -> Vec<Value> {
    vec![
        left_behind(
            "BlogPost",
            "Blog Post",
            &[
                ("title", "string", "Title", true),
                ("body", "string", "body", false),
                ("price", "string", "price", false),
                ("postedAt", "dateTime", "postedAt", true),
                ("pinned", "boolean", "pinned", false),
                ("uRL", "string", "URL", false),
                ("iD", "string", "ID", false),
                ("field3d", "string", "3d", false),
                // It gave one key to every name without a Latin letter; the last one stayed.
                ("field", "string", "字", false),
            ],
        ),
        left_behind("Type", "文章", &[("title", "string", "title", false)]),
        left_behind("ben", "Üben", &[("title", "string", "title", false)]),
        left_behind("TypeA", "A", &[("title", "string", "title", false)]),
        left_behind("ncodeName", "Ünïcode Name", &[("title", "string", "title", false)]),
        left_behind("Empty", "Empty", &[("title", "string", "Title", false)]),
    ]
}

fn blog_post() -> Value {
    definition(
        "Blog Post",
        &[
            json!({ "id": "f1", "name": "title", "label": "Title", "type": "text", "required": true }),
            json!(["f2", "body", "richText"]),
            json!(["f3", "price", "number"]),
            json!({ "id": "f4", "name": "postedAt", "type": "datetime", "required": true }),
            json!(["f5", "pinned", "boolean"]),
            json!(["f6", "URL", "url"]),
            json!(["f7", "ID", "text"]),
            json!(["f8", "3d", "json"]),
            json!(["f9", "字", "text"]),
        ],
    )
}

async fn studio_of_the_proof_of_concept() -> World {
    let world = World::new().await;
    world.add("c1", "Blog Post", &blog_post());
    for (id, name) in [("c2", "文章"), ("c3", "Üben"), ("c4", "A"), ("c5", "Ünïcode Name")] {
        world.add(id, name, &simple(name));
    }
    world.add("c6", "Empty", &definition("Empty", &[]));
    world.fake.control().seed_types(Version::V1, left_behind_of_everything());
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_proof_of_concept_left_is_adopted() {
    for version in [Version::V1, Version::Preview3] {
        let mut world = studio_of_the_proof_of_concept().await;
        world.version = version;
        let before = world.fake.control().state(Version::V1);
        for _ in 0..2 {
            let report = world.deploy().await;
            assert_eq!(brief(&report.outcomes), [""; 0], "{version:?}");
            assert_eq!(report.status, RunStatus::Completed);
        }
        assert_eq!(writes(&world), [""; 0], "{version:?}");
        assert_eq!(world.fake.control().state(Version::V1), before);
        // The platform's description is the platform's, and so is the property it invented.
        let changes = world.changes().await;
        assert_eq!((changes.summary.total, changes.summary.remote_changed), (0, 6));

        // A real edit sends itself and nothing else: no order, no description, no base type.
        let mut edited = blog_post();
        edited["fields"][5]["label"] = json!("Address");
        edited["fields"][8]["label"] = json!("Word");
        world.change("c1", &edited);
        world.fake.control().clear_requests();
        assert_eq!(brief(&world.deploy().await.outcomes), ["BlogPost update success"]);
        assert_eq!(
            bodies(&world, "PATCH", "BlogPost"),
            [json!({ "properties": {
                "field": { "displayName": "Word" }, "uRL": { "displayName": "Address" },
            } })]
        );
        world.fake.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_several_fields_got_goes_to_the_one_it_shows() {
    let world = World::new().await;
    let left = left_behind("Word", "Word", &[("field", "string", "字", false)]);
    world.fake.control().seed_types(Version::V1, [left]);
    let fields = [json!(["f1", "文", "text"]), json!(["f2", "字", "text"])];
    world.add("c1", "Word", &definition("Word", &fields));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Word update success"]);
    let sent = bodies(&world, "PATCH", "Word");
    let added: Vec<&String> = sent[0]["properties"].as_object().unwrap().keys().collect();
    assert_eq!(added, ["Wen"]);

    // A field that is called like such a key keeps it.
    let world = World::new().await;
    let left = left_behind("Word", "Word", &[("field", "string", "field", false)]);
    world.fake.control().seed_types(Version::V1, [left]);
    let fields = [json!(["f1", "文", "text"]), json!(["f2", "field", "text"])];
    world.add("c1", "Word", &definition("Word", &fields));
    assert_eq!(brief(&world.deploy().await.outcomes), ["Word update success"]);
    assert_eq!(world.stored("Word")["properties"]["field"]["displayName"], "field");
    assert_eq!(world.stored("Word")["properties"]["Wen"]["displayName"], "文");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_type_is_kept_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let studio = StudioDb::head_era(folder.path()).website("w1", "Site").content_type(
        "c1",
        "w1",
        "Blog Post",
        &simple("Blog Post").to_string(),
    );
    let world = World { folder, studio, ..World::new().await };
    let left = left_behind("BlogPost", "Blog Post", &[("title", "string", "title", false)]);
    world.fake.control().seed_types(Version::V1, [left]);
    let planned = plan(&world, &RunOptions::default()).await;
    assert_eq!(
        (planned.operations.len(), codes(&planned)),
        (0, vec!["BlogPost BASE_TYPE_KEPT".to_owned()])
    );
    world.deploy().await;
    assert_eq!(writes(&world), [""; 0]);
    assert_eq!(world.stored("BlogPost")["baseType"], "_component");
}

/// Types with references among each other, a cycle, and an object field.
fn add_a_whole_model(world: &World) {
    world.add("a", "Author", &referring("Author", &["b"]));
    world.add("b", "Book", &referring("Book", &["a", "s"]));
    world.add("s", "Shop", &simple("Shop"));
    let seo = json!({ "id": "f2", "name": "seo", "label": "SEO", "type": "object",
                      "fields": [{ "name": "heading", "type": "text" }] });
    world.add("p", "Page", &definition("Page", &[json!(["f1", "title", "text"]), seo]));
}

fn rename_everything(world: &World) {
    world.rename("a", &referring("Writer", &["b"]));
    world.rename("b", &referring("Volume", &["a", "s"]));
    let seo = json!({ "id": "f2", "name": "meta", "label": "Metadata", "type": "object",
                      "fields": [{ "name": "heading", "type": "text" }] });
    world.rename("p", &definition("Landing", &[json!(["f1", "headline", "text"]), seo]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_state_is_found_again_without_a_write() {
    for mapping in ["compatible", "native"] {
        let mut world = World::new().await;
        world.options["mapping"] = json!(mapping);
        add_a_whole_model(&world);
        world.deploy().await;
        world.delete_state();
        world.fake.control().clear_requests();
        let report = world.deploy().await;
        assert_eq!((brief(&report.outcomes), writes(&world)), (vec![], vec![]), "{mapping}");
        let types = if mapping == "native" { 5 } else { 4 };
        assert_eq!(world.changes().await.summary.unchanged, types, "{mapping}");

        // As if it had never been lost: an edit is an edit, and the part is still a part.
        world.change("p", &definition("Page", &[json!(["f1", "title", "text"])]));
        let planned = plan(&world, &allow_delete()).await;
        let withheld: Vec<_> =
            planned.operations.iter().map(|one| (&*one.type_key, one.operation)).collect();
        assert_eq!(withheld, [], "a removal waits for its consent: {mapping}");
        world.fake.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_changed_since_are_findings() {
    for mapping in ["compatible", "native"] {
        let mut world = World::new().await;
        world.options["mapping"] = json!(mapping);
        add_a_whole_model(&world);
        world.deploy().await;
        rename_everything(&world);
        world.deploy().await;
        let keys = world.fake.control().keys();
        world.delete_state();
        world.fake.control().clear_requests();

        let planned = plan(&world, &RunOptions::default()).await;
        let mut expected = vec![
            "Author RENAMED_SINCE_CREATION",
            "Book RENAMED_SINCE_CREATION",
            "Page FIELD_RENAMED_SINCE_CREATION",
            "Page RENAMED_SINCE_CREATION",
            "PageSEO RENAMED_SINCE_CREATION",
        ];
        expected.retain(|code| mapping == "native" || !code.starts_with("PageSEO"));
        let cycles = ["REFERENCE_CYCLE", "NO_FIELDS"];
        let found: Vec<String> = codes(&planned)
            .into_iter()
            .filter(|code| !cycles.iter().any(|cycle| code.ends_with(cycle)))
            .collect();
        assert_eq!(found, expected, "{mapping}");
        assert_eq!(planned.operations.len(), 0, "{mapping}: {:?}", planned.operations);
        let report = world.deploy().await;
        assert_eq!((brief(&report.outcomes), writes(&world)), (vec![], vec![]), "{mapping}");
        assert_eq!(world.fake.control().keys(), keys);
        world.fake.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_state_of_a_folder_is_found_again() {
    let world = World::new().await;
    add_a_whole_model(&world);
    world.run(&to_files("model")).await;
    rename_everything(&world);
    world.run(&to_files("model")).await;
    let read = || {
        let mut files: Vec<(String, String)> = std::fs::read_dir(world.beside("model"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()))
            .collect();
        files.sort();
        files
    };
    let before = read();
    world.delete_state();
    let report = world.run(&to_files("model")).await;
    assert_eq!(brief(&report.outcomes), [""; 0]);
    assert_eq!(read(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_type_of_the_same_name_is_left_alone() {
    let other = |kind: &str| {
        json!({ "key": "Legacy1", "displayName": "Shop", "baseType": "_component",
                "properties": { "title": { "type": kind, "displayName": "title" } } })
    };
    for (what, foreign, adopted) in [
        ("same in every atom", other("string"), true),
        ("another type of property", other("integer"), false),
        (
            "one property more",
            {
                let mut more = other("string");
                more["properties"]["extra"] = json!({ "type": "string", "displayName": "extra" });
                more
            },
            false,
        ),
        (
            "a description",
            {
                let mut described = other("string");
                described["description"] = json!("theirs");
                described
            },
            false,
        ),
    ] {
        let world = World::new().await;
        world.add("s", "Shop", &simple("Shop"));
        world.fake.control().seed_types(Version::V1, [foreign]);
        let before = world.stored("Legacy1");
        let report = world.deploy().await;
        let expected: &[&str] = if adopted { &[] } else { &["Shop create success"] };
        assert_eq!(brief(&report.outcomes), expected, "{what}");
        assert_eq!(world.stored("Legacy1"), before, "{what}");
        if !adopted {
            let details = world.changes().await.details.unwrap();
            let foreign = &details.remote_changed[0];
            assert_eq!((&*foreign.key, foreign.status), ("Legacy1", "remote_new"));
        }
    }
    // Of two with the name nobody can tell which one it is.
    let world = World::new().await;
    world.add("s", "Shop", &simple("Shop"));
    let mut second = other("string");
    second["key"] = json!("Legacy2");
    world.fake.control().seed_types(Version::V1, [other("string"), second]);
    assert_eq!(brief(&world.deploy().await.outcomes), ["Shop create success"]);
}

/// A request to the tenant of another client id.
fn to_tenant(world: &World, client: &str) -> RunRequest {
    let config = [
        ("clientId", client.to_owned()),
        ("clientSecret", "other-secret".to_owned()),
        ("apiUrl", world.fake.url(Version::V1)),
    ];
    RunRequest {
        provider: ProviderRequest {
            id: Some("optimizely".to_owned()),
            config: config.map(|(name, value)| (name.to_owned(), value)).into(),
        },
        ..request()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_tenant_gets_everything_and_the_first_is_untouched() {
    let tenants = vec![Tenant::default(), Tenant::new("other-client", "other-secret")];
    let world = World::with(FakeOptions { tenants, ..FakeOptions::default() }).await;
    add_a_whole_model(&world);
    world.deploy().await;
    let first = world.fake.control().state(Version::V1);
    world.fake.control().clear_requests();
    let engine = world.engine();
    let run = || {
        let told = std::sync::Arc::default();
        let cancel = tokio_util::sync::CancellationToken::new();
        let (engine, request) = (&engine, to_tenant(&world, "other-client"));
        async move {
            engine
                .deploy(&request, told as std::sync::Arc<crate::support::world::Told>, &cancel)
                .await
        }
    };
    let report = run().await;
    let mut outcomes = brief(&report.outcomes);
    outcomes.sort();
    assert_eq!(
        outcomes,
        [
            "Author create success",
            "Book create success",
            "Page create success",
            "Shop create success"
        ]
    );
    assert_eq!(brief(&run().await.outcomes), [""; 0]);
    let second = world.fake.control().for_client("other-client");
    assert_eq!(second.keys(), world.fake.control().keys());
    assert_eq!(world.fake.control().state(Version::V1), first);
    assert_eq!(brief(&world.deploy().await.outcomes), [""; 0]);
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseeded_database_is_bound_again() {
    for mapping in ["compatible", "native"] {
        let mut world = World::new().await;
        world.options["mapping"] = json!(mapping);
        add_a_whole_model(&world);
        world.deploy().await;
        world.let_time_pass();
        let before = world.fake.control().state(Version::V1);
        world.fake.control().clear_requests();

        // New ids for all rows and for all fields, the same names.
        world.sql("DELETE FROM ContentType", &[]);
        world.add("a2", "Author", &referring("Author", &["b2"]));
        world.add("b2", "Book", &referring("Book", &["a2", "s2"]));
        world.add("s2", "Shop", &simple("Shop"));
        let seo = json!({ "id": "g2", "name": "seo", "label": "SEO", "type": "object",
                          "fields": [{ "name": "heading", "type": "text" }] });
        world.add("p2", "Page", &definition("Page", &[json!(["g1", "title", "text"]), seo]));

        let planned = plan(&world, &allow_delete()).await;
        assert_eq!(planned.operations.len(), 0, "{mapping}: {:?}", planned.operations);
        let rebound = codes(&planned).iter().filter(|code| code.ends_with(" REBOUND")).count();
        assert_eq!(rebound, if mapping == "native" { 5 } else { 4 });
        let report = world.deploy_with(allow_delete()).await;
        assert_eq!((brief(&report.outcomes), writes(&world)), (vec![], vec![]), "{mapping}");
        assert_eq!(world.fake.control().state(Version::V1), before);

        // From now on it is as it ever was.
        assert_eq!(codes(&plan(&world, &allow_delete()).await), [""; 0]);
        let rows = world.state(
            "SELECT group_concat(local_id) FROM (SELECT local_id FROM sync_state ORDER BY 1)",
        );
        let parts = if mapping == "native" { "a2,b2,p2,p2/g2,s2" } else { "a2,b2,p2,s2" };
        assert_eq!(rows, parts);
        world.change("a2", &referring("Author", &["b2", "s2"]));
        let report = world.deploy_with(allow_delete()).await;
        assert_eq!(brief(&report.outcomes), ["Author update success"]);
        world.fake.assert_clean();
    }
}
