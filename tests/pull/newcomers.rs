//! Types that only the platform has.

use catalyst_sync::engine::{RunOptions, RunReport, RunRequest};
use serde_json::{Value, json};

use super::{deployed, nothing_is_left, options, run};
use crate::support::fake::Version;
use crate::support::studio_db::{StudioDb, UI_FIELDS};
use crate::support::studio_rules::complaints;
use crate::support::world::{World, brief, request};

fn venue() -> Value {
    json!({ "key": "venue_type", "displayName": "Venue", "baseType": "_component",
            "properties": {
                "name": { "type": "string", "displayName": "Name", "isRequired": true },
                "kind": { "type": "string", "enum": [
                    { "value": "hall", "displayName": "Hall" },
                    { "value": "open", "displayName": "Open" }] },
                "next": { "type": "contentReference", "allowedTypes": ["Person"] } } })
}

fn person() -> Value {
    json!({ "key": "Person", "displayName": "Person", "baseType": "_component",
            "properties": { "home": { "type": "contentReference", "allowedTypes": ["venue_type"] } } })
}

fn seed(world: &World) {
    world.fake.control().seed_types(Version::V1, [venue(), person()]);
}

/// Rows that were not there before: id, name, key, definition, and the types of both dates.
fn made(world: &World) -> Vec<(String, String, Value, String)> {
    let connection = world.studio.connect();
    let sql = "SELECT id, name, fields, typeof(createdAt) || ' ' || typeof(updatedAt)
               FROM ContentType WHERE length(id) > 2 ORDER BY name";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let text: String = row.get(2)?;
        Ok((row.get(0)?, row.get(1)?, serde_json::from_str(&text).unwrap(), row.get(3)?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

async fn selecting(world: &World, mode: &str, types: &[&str]) -> RunReport {
    let selected_types = types.iter().map(|&one| one.to_owned()).collect();
    let request = RunRequest { options: options(mode), selected_types, ..request() };
    Box::pin(world.run(&request)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_made_as_the_studio_makes_types_when_asked_for() {
    let world = deployed("compatible", Version::V1).await;
    seed(&world);
    let offered = run(&world, "pull").await;
    assert_eq!(brief(&offered.outcomes), [""; 0]);
    assert_eq!(made(&world).len(), 0, "offered, and not made unasked");
    let changes = world.changes().await;
    assert_eq!(changes.summary.remote_changed, 2);

    let report = selecting(&world, "pull", &["venue_type", "Person"]).await;
    assert_eq!(brief(&report.outcomes), ["Person create success", "venue_type create success"]);
    let made = made(&world);
    let [(person_id, person, about_person, dates), (venue_id, venue, about_venue, _)] = &made[..]
    else {
        panic!("{made:?}")
    };
    for id in [person_id, venue_id] {
        let is_id = id.len() == 25
            && id.starts_with('c')
            && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        assert!(is_id, "{id}");
    }
    assert_ne!(person_id, venue_id);
    assert_eq!((&**person, &**venue, &**dates), ("Person", "Venue", "integer integer"));
    for (name, definition) in [(person, about_person), (venue, about_venue)] {
        assert_eq!(complaints(name, &definition.to_string(), &[]), [""; 0]);
    }
    // They refer to each other, by the ids that both were given at once.
    let field = |definition: &Value, name: &str| -> Value {
        let fields = definition["fields"].as_array().unwrap().iter();
        fields.clone().find(|field| field["name"] == name).unwrap().clone()
    };
    assert!(field(about_person, "home").to_string().contains(&**venue_id));
    assert!(field(about_venue, "next").to_string().contains(&**person_id));
    assert_eq!(field(about_venue, "name")["required"], true);
    assert_eq!(field(about_venue, "kind")["type"], "select");
    nothing_is_left(&world).await;

    let keys = world.fake.control().keys();
    assert!(!keys.contains(&"Venue".to_owned()), "the type keeps its key: {keys:?}");
    world.fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ways_make_them_unasked_in_one_website() {
    let world = deployed("compatible", Version::V1).await;
    seed(&world);
    let two = "INSERT INTO Website (id, name, category, updatedAt) VALUES ('w2', 'Two', 'blog', 1)";
    world.sql(two, &[]);
    let everywhere = run(&world, "bidirectional").await;
    assert_eq!(brief(&everywhere.outcomes), [""; 0], "nobody said which website");
    let one = RunRequest {
        options: options("bidirectional"),
        website_id: Some("w1".to_owned()),
        ..request()
    };
    let report = Box::pin(world.run(&one)).await;
    assert_eq!(brief(&report.outcomes), ["Person create success", "venue_type create success"]);
    assert_eq!(made(&world).len(), 2);
    nothing_is_left(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_of_a_seeded_studio_are_lists() {
    let world = World::new().await;
    world.add("c2", "Post", &super::post());
    run(&world, "push").await;
    seed(&world);
    selecting(&world, "pull", &["Person"]).await;
    let made = made(&world);
    assert!(made[0].2.is_array(), "{made:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_later_studio_gets_its_columns_and_a_taken_name_is_refused() {
    let mut world = World::new().await;
    let folder = world.beside("later");
    std::fs::create_dir(&folder).unwrap();
    world.studio = StudioDb::head_era(&folder)
        .website("w1", "Site")
        .content_type("c1", "w1", "Event", UI_FIELDS);
    run(&world, "push").await;
    seed(&world);
    let named = json!({ "key": "Other", "displayName": "Event", "baseType": "_component",
                        "properties": { "title": { "type": "string" } } });
    world.fake.control().seed_types(Version::V1, [named]);
    let report = selecting(&world, "pull", &["venue_type", "Other"]).await;
    let mut told = brief(&report.outcomes);
    told.sort();
    assert_eq!(told, ["Other create failed VALIDATION_FAILED", "venue_type create success"]);
    let connection = world.studio.connect();
    let sql = "SELECT json_array(key, name, pluralName, displayField, category)
               FROM ContentType WHERE name = 'Venue'";
    let columns: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(columns, r#"["venue","Venue","Venues","kind","component"]"#);
    let rows: i64 =
        connection.query_row("SELECT count(*) FROM ContentType", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 2);
    let again = RunOptions { allow_delete: true, ..options("push") };
    let report = Box::pin(world.deploy_with(again)).await;
    assert_eq!(brief(&report.outcomes), [""; 0], "the type keeps the key that it has there");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_could_not_be_made_is_made_by_a_retry() {
    let world = deployed("compatible", Version::V1).await;
    seed(&world);
    let connection = world.studio.connect();
    let full = "CREATE TRIGGER full BEFORE INSERT ON ContentType
                BEGIN SELECT RAISE(ABORT, 'full'); END";
    connection.execute_batch(full).unwrap();
    let report = selecting(&world, "pull", &["Person"]).await;
    assert!(report.error.is_some(), "{:?}", brief(&report.outcomes));
    connection.execute_batch("DROP TRIGGER full").unwrap();
    // As if the write had never been begun, so that only the retry can make it.
    let state = format!("{}.catalyst-sync", world.studio.path().display());
    let state = rusqlite::Connection::open(state).unwrap();
    state.execute("DELETE FROM sync_rows", []).unwrap();
    let again = RunRequest {
        retry_of: Some("job".to_owned()),
        job_id: "again".to_owned(),
        options: options("pull"),
        ..request()
    };
    let report = Box::pin(world.run(&again)).await;
    assert_eq!(brief(&report.outcomes), ["Person create success"]);
    assert_eq!(made(&world).len(), 1);
}

/// Of two that refer to each other one cannot be made, because its name is taken.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_made_is_referred_to_by_nobody() {
    for taken in ["Venue", "Person"] {
        let world = deployed("compatible", Version::V1).await;
        let other = json!([{ "id": "f1", "name": "town", "label": "Town", "type": "text" }]);
        world.add("cx", taken, &other);
        run(&world, "push").await;
        seed_beside(&world);
        let report = run(&world, "bidirectional").await;
        let (person, venue) = match taken {
            "Venue" => ("create success", "create failed VALIDATION_FAILED"),
            _ => ("create failed VALIDATION_FAILED", "create success"),
        };
        let told = [format!("person_type {person}"), format!("venue_type {venue}")];
        assert_eq!(brief(&report.outcomes), told);
        let made_now = made(&world);
        let [(_, _, definition, _)] = &made_now[..] else { panic!("{taken}: {made_now:?}") };
        // What was a reference names nobody, so there is no id but its own in it.
        assert!(!definition.to_string().contains("allowedTypes"), "{taken}: {definition}");

        // Once the name is free both are made, and refer to each other.
        world.drop_row("cx");
        let options = RunOptions { allow_delete: true, ..options("bidirectional") };
        let report = Box::pin(world.deploy_with(options)).await;
        assert!(report.error.is_none(), "{:?}", report.error);
        run(&world, "pull").await;
        let made = made(&world);
        let [(person_id, _, about_person, _), (venue_id, _, about_venue, _)] = &made[..] else {
            panic!("{made:?}")
        };
        assert!(about_person.to_string().contains(&**venue_id), "{taken}: {about_person}");
        assert!(about_venue.to_string().contains(&**person_id), "{taken}: {about_venue}");
        nothing_is_left(&world).await;
    }
}

/// The two types under keys that no row of the studio has.
fn seed_beside(world: &World) {
    let mut person = person();
    person["key"] = json!("person_type");
    let mut venue = venue();
    venue["properties"]["next"]["allowedTypes"] = json!(["person_type"]);
    world.fake.control().seed_types(Version::V1, [venue, person]);
}

/// The process dies between making the first and completing it.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_and_not_completed_is_completed_by_the_next_run() {
    for is_journalled in [true, false] {
        let world = deployed("compatible", Version::V1).await;
        seed(&world);
        let connection = world.studio.connect();
        let death = "CREATE TRIGGER death BEFORE UPDATE ON ContentType
                     BEGIN SELECT abs(-9223372036854775807 - 1); END";
        connection.execute_batch(death).unwrap();
        let report = Box::pin(world.deploy_with(options("bidirectional"))).await;
        assert!(report.error.is_some(), "{:?}", brief(&report.outcomes));
        connection.execute_batch("DROP TRIGGER death").unwrap();
        assert_eq!(made(&world).len(), 2);
        if !is_journalled {
            let state = format!("{}.catalyst-sync", world.studio.path().display());
            let state = rusqlite::Connection::open(state).unwrap();
            state.execute("DELETE FROM sync_rows WHERE state = 'started'", []).unwrap();
        }
        run(&world, "pull").await;
        let made = made(&world);
        assert!(made[0].2.to_string().contains(&*made[1].0), "{is_journalled}: {made:?}");
        assert!(made[1].2.to_string().contains(&*made[0].0), "{is_journalled}: {made:?}");
        nothing_is_left(&world).await;
    }
}

/// The studio takes names of letters, digits and spaces; a type that is called otherwise gets one of its
/// own here, and keeps what it is called there.
#[tokio::test(flavor = "multi_thread")]
async fn one_whose_name_the_studio_does_not_take_gets_a_name() {
    for (shown, name) in [("venue", "Venue"), ("Über uns", "BerUns"), ("__proto__", "Proto")] {
        let world = deployed("compatible", Version::V1).await;
        let there = json!({ "key": "Place", "displayName": shown, "baseType": "_component" });
        world.fake.control().seed_types(Version::V1, [there]);
        let report = selecting(&world, "pull", &["Place"]).await;
        assert_eq!(brief(&report.outcomes), ["Place create success"], "{shown}");
        assert_eq!(report.outcomes[0].dropped, ["/displayName"], "{shown}");
        let [(_, made, definition, _)] = &made(&world)[..] else { panic!("{shown}") };
        assert_eq!((&**made, &definition["name"]), (name, &json!(name)));
        nothing_is_left(&world).await;
        let stored = world.fake.control().content_type(Version::V1, "Place").unwrap();
        assert_eq!(stored["displayName"], shown);
    }
}
