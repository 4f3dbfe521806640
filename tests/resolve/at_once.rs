//! A conflict is decided right after the run that recorded it, and keeps its id while nothing moves.

use catalyst_sync::canonical::{Canonical, Path};
use catalyst_sync::engine::{
    Choice, Conflict, ConflictRef, ProviderRequest, Query, Resolution, RunOptions, RunRequest,
    Strategy, TypeRef, Values, Verdict, Wish,
};
use serde_json::{Value, json};

use super::{open, verdict};
use crate::support::fake::Version;
use crate::support::world::{World, request, to_files};

/// How two sides came to differ.
struct Case {
    name: &'static str,
    /// What was deployed before; nothing where the platform had the type first.
    agreed: Option<Value>,
    /// What the studio says now.
    ours: Value,
    /// A merge-patch for Optimizely, or the whole type where it had it first.
    theirs: Value,
    /// The same in a file.
    in_file: fn(&mut Value),
    /// Of a push, and of a run that brings home what does not overlap.
    kinds: [&'static str; 2],
    /// Where both overlap.
    overlaps: &'static [&'static str],
}

/// `title`, `seats` and `mood`, and more.
fn event(seats: &str, calm: &str, more: &[Value]) -> Value {
    let mood = json!([{ "value": "gay", "label": "Gay" }, { "value": "calm", "label": calm }]);
    let mut fields = vec![
        json!({ "id": "f1", "name": "title", "label": "Title", "type": "text" }),
        json!({ "id": "f2", "name": "seats", "label": seats, "type": "number" }),
        json!({ "id": "f3", "name": "mood", "label": "Mood", "type": "select", "options": mood }),
    ];
    fields.extend_from_slice(more);
    for (at, field) in fields.iter_mut().enumerate() {
        field["order"] = json!(at);
    }
    json!({ "name": "Event", "fields": fields })
}

fn titled() -> Value {
    let mut event = event("", "", &[]);
    event["fields"].as_array_mut().unwrap().truncate(1);
    event
}

fn fields(file: &mut Value) -> &mut Vec<Value> {
    file["fields"].as_array_mut().unwrap()
}

fn cases() -> Vec<Case> {
    let before = || event("Seats", "Calm", &[]);
    let place = json!({ "id": "f4", "name": "place", "label": "Place", "type": "text" });
    let first = |properties: Value| {
        json!({ "key": "Event", "baseType": "_component", "displayName": "Event",
                "properties": properties })
    };
    vec![
        Case {
            name: "a field that they removed and we edited",
            agreed: Some(before()),
            ours: event("Chairs", "Calm", &[]),
            theirs: json!({ "properties": { "seats": null } }),
            in_file: |file| fields(file).retain(|field| field["key"] != "seats"),
            kinds: ["structural"; 2],
            overlaps: &["seats"],
        },
        Case {
            name: "a field that both added, with different labels",
            agreed: Some(before()),
            ours: event("Seats", "Calm", &[place]),
            theirs: json!({ "properties": { "place": { "type": "string", "displayName": "Where" } } }),
            in_file: |file| {
                let place =
                    json!({ "key": "place", "name": "place", "label": "Where", "kind": "text" });
                fields(file).push(place);
            },
            kinds: ["field"; 2],
            overlaps: &["place"],
        },
        Case {
            name: "an option that they removed and we named anew",
            agreed: Some(before()),
            ours: event("Seats", "Quiet", &[]),
            theirs: json!({ "properties": { "mood": {
                "enum": [{ "value": "gay", "displayName": "Gay" }] } } }),
            in_file: |file| {
                fields(file)[2]["options"] = json!([{ "value": "gay", "label": "Gay" }]);
            },
            kinds: ["structural"; 2],
            overlaps: &["calm"],
        },
        Case {
            name: "a type that they had first, with another label",
            agreed: None,
            ours: titled(),
            theirs: first(json!({ "title": { "type": "string", "displayName": "Headline" } })),
            in_file: |file| {
                *file = json!({ "key": "Event", "name": "Event", "fields": [
                    { "key": "title", "name": "title", "label": "Headline", "kind": "text" }] });
            },
            kinds: ["both_exist"; 2],
            overlaps: &["title"],
        },
        Case {
            name: "a type that they had first, with fields that we do not have",
            agreed: None,
            ours: titled(),
            theirs: first(json!({ "more": { "type": "string", "displayName": "More" },
                "title": { "type": "string", "displayName": "Headline", "isRequired": true } })),
            in_file: |file| {
                *file = json!({ "key": "Event", "name": "Event", "fields": [
                    { "key": "more", "name": "more", "label": "More", "kind": "text" },
                    { "key": "title", "name": "title", "label": "Headline", "kind": "text",
                      "required": true }] });
            },
            // What came home was agreed on.
            kinds: ["both_exist", "field"],
            overlaps: &["title"],
        },
    ]
}

/// Where the types are deployed to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Optimizely(Version),
    Files,
}

impl Place {
    fn request(self, mode: &str) -> RunRequest {
        let request = if self == Self::Files { to_files("types") } else { request() };
        let mode = Some(mode.to_owned());
        RunRequest { options: RunOptions { mode, ..RunOptions::default() }, ..request }
    }

    fn provider(self) -> ProviderRequest {
        self.request("push").provider
    }

    async fn world(self, case: &Case) -> World {
        let mut world = World::new().await;
        world.options["mapping"] = json!("native");
        if let Self::Optimizely(version) = self {
            world.version = version;
        }
        if let Some(agreed) = &case.agreed {
            world.add("c1", "Event", agreed);
            world.run(&self.request("push")).await;
            world.let_time_pass();
        }
        match self {
            Self::Files => {
                let path = world.beside("types/Event.json");
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                let text = std::fs::read_to_string(&path).unwrap_or("null".to_owned());
                let mut file = serde_json::from_str(&text).unwrap();
                (case.in_file)(&mut file);
                std::fs::write(path, file.to_string()).unwrap();
            }
            Self::Optimizely(_) if case.agreed.is_none() => {
                world.fake.control().seed_types(Version::V1, [case.theirs.clone()]);
            }
            Self::Optimizely(_) => {
                assert!(world.fake.control().edit(Version::V1, "Event", case.theirs.clone()));
            }
        }
        match case.agreed {
            Some(_) => world.change("c1", &case.ours),
            None => world.add("c1", "Event", &case.ours),
        }
        world
    }
}

const STRATEGIES: [Strategy; 4] =
    [Strategy::SourceWins, Strategy::TargetWins, Strategy::Merge, Strategy::Manual];

/// The only open conflict, as it was recorded.
async fn the_conflict(world: &World, about: &str) -> Value {
    let open = open(world).await;
    let [conflict] = &open[..] else { panic!("{about}: {open:?}") };
    conflict.clone()
}

async fn decided_at_once(place: Place) {
    for case in cases() {
        for mode in ["push", "pull", "bidirectional"] {
            for strategy in STRATEGIES {
                let about = format!("{}: {place:?} {mode} {strategy:?}", case.name);
                let world = place.world(&case).await;
                let request = place.request(mode);
                world.run(&request).await;
                let conflict = the_conflict(&world, &about).await;
                let [pushed, came_home] = case.kinds;
                let kind = if mode == "push" { pushed } else { came_home };
                assert_eq!(conflict["type"], kind, "{about}");
                let overlaps = conflict["fields"].as_array().unwrap().clone();
                let paths: Vec<&str> =
                    overlaps.iter().map(|field| field["path"].as_str().unwrap()).collect();
                for named in case.overlaps {
                    assert!(paths.iter().any(|path| path.contains(named)), "{about}: {paths:?}");
                }
                if strategy == Strategy::Merge {
                    world.run(&request).await;
                    let again = the_conflict(&world, &about).await;
                    assert_eq!(again, conflict, "{about}: nothing moved in between");
                }
                let ours = |field: &Value| {
                    let path = Path::parse(field["path"].as_str().unwrap()).unwrap();
                    let local = field.get("local").filter(|value| !value.is_null());
                    (path, local.map(|it| Canonical::parse(&it.to_string()).unwrap()))
                };
                let values: Values = match strategy {
                    Strategy::Manual => overlaps.iter().map(ours).collect(),
                    _ => Values::new(),
                };
                let verdict =
                    Verdict { values, ..verdict(conflict["id"].as_str().unwrap(), strategy) };
                let resolutions =
                    world.engine().resolve(&place.provider(), vec![verdict]).await.unwrap();
                let resolution = &resolutions[0];
                assert_eq!(resolution.error, None, "{about}");
                let is_decided = strategy != Strategy::Merge;
                assert_eq!(resolution.success, is_decided, "{about}");
                world.run(&place.request("bidirectional")).await;
                assert_eq!(open(&world).await.is_empty(), is_decided, "{about}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_to_v1_records_is_decided_at_once() {
    decided_at_once(Place::Optimizely(Version::V1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_to_preview3_records_is_decided_at_once() {
    decided_at_once(Place::Optimizely(Version::Preview3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_to_files_records_is_decided_at_once() {
    decided_at_once(Place::Files).await;
}

/// What detecting shows is decided without a deployment in between, under the id that it was shown under.
async fn decided_as_detected(place: Place) {
    // A folder to which nothing was deployed has no id to record a decision under.
    let is_known = |case: &Case| place != Place::Files || case.agreed.is_some();
    for case in cases().into_iter().filter(is_known) {
        for strategy in [Strategy::SourceWins, Strategy::TargetWins] {
            for by_type in [false, true] {
                let about = format!("{}: {place:?} {strategy:?} {by_type}", case.name);
                let world = place.world(&case).await;
                let (id, seen) = detected(&world, place, &about).await;
                let (engine, provider) = (world.engine(), place.provider());
                let shown = engine.open_conflicts(&provider, vec![Ok(seen.clone())]).await;
                let shown = shown.unwrap().remove(0).unwrap();
                let shown: Value = serde_json::from_str(shown.as_str()).unwrap();
                assert_eq!(shown["id"], *id, "{about}");
                assert!(open(&world).await.is_empty(), "{about}: looking records nothing");

                let left = decide(&world, place, seen.clone(), None).await;
                assert_eq!((left.conflict_id, left.error), (id.clone(), None), "{about}");
                let recorded = the_conflict(&world, &about).await;
                for member in ["id", "digest", "type", "fields", "ancestor", "local", "remote"] {
                    assert_eq!(recorded[member], shown[member], "{about} {member}");
                }

                let named = if by_type { ConflictRef::Type(TypeRef::named("Event")) } else { seen };
                let resolution = decide(&world, place, named, Some(strategy)).await;
                assert_eq!((resolution.success, resolution.error), (true, None), "{about}");
                assert_eq!(resolution.conflict_id, id, "{about}");
                world.run(&place.request("bidirectional")).await;
                assert!(open(&world).await.is_empty(), "{about}");
            }
        }
    }
}

/// The only conflict that detecting shows: its id, and how somebody names it who has seen it.
async fn detected(world: &World, place: Place, about: &str) -> (String, ConflictRef) {
    let provider = place.provider();
    let query = Query { provider, include_details: true, ..Query::default() };
    let details = world.engine().detect(&query).await.unwrap().details.unwrap();
    let [Conflict { id, digest, .. }] = &details.conflicts[..] else { panic!("{about}") };
    (id.clone(), ConflictRef::Id { id: id.clone(), digest: Some(digest.clone()) })
}

async fn decide(
    world: &World,
    place: Place,
    conflict: ConflictRef,
    strategy: Option<Strategy>,
) -> Resolution {
    let choice = strategy.map(|strategy| Choice { strategy, values: Values::new() });
    let wish = Wish { conflict: Ok(conflict), choice: Ok(choice) };
    let decided = world.engine().carry_out(&place.provider(), "ada", vec![wish]).await;
    decided.unwrap().remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_detecting_shows_of_v1_is_decided() {
    decided_as_detected(Place::Optimizely(Version::V1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_detecting_shows_of_files_is_decided() {
    decided_as_detected(Place::Files).await;
}

/// The first deployment gives a folder its id; until then it is told what is missing.
#[tokio::test(flavor = "multi_thread")]
async fn what_detecting_shows_of_a_new_folder_waits_for_a_deployment() {
    for case in cases().iter().filter(|case| case.agreed.is_none()) {
        let world = Place::Files.world(case).await;
        let (_, seen) = detected(&world, Place::Files, case.name).await;
        let strategy = Some(Strategy::TargetWins);
        let refused = decide(&world, Place::Files, seen, strategy).await.error.unwrap();
        assert_eq!(
            (&*refused.code, &*refused.message),
            (
                "INVALID_ARGUMENT",
                "files:local:new:types has no id yet to record a decision under; deploy first, \
                 which gives it one and records the conflicts that it meets"
            )
        );
        world.run(&Place::Files.request("push")).await;
        let named = ConflictRef::Type(TypeRef::named("Event"));
        let decided = decide(&world, Place::Files, named, strategy).await;
        assert_eq!((decided.success, decided.error), (true, None), "{}", case.name);
    }
}

/// What is there no more, or never was, is told apart from what was decided.
#[tokio::test(flavor = "multi_thread")]
async fn what_detecting_does_not_show_is_not_decided() {
    const REMEDY: &str = "detect the changes, and decide the conflicts that they show";
    let place = Place::Optimizely(Version::V1);
    let case = &cases()[0];
    let world = place.world(case).await;
    let (id, seen) = detected(&world, place, case.name).await;
    let of_event = ConflictRef::Type(TypeRef::named("Event"));
    let unseen = ConflictRef::Id { id: id.clone(), digest: Some("0".repeat(64)) };
    let (target, strategy) = (world.changes().await.target, Some(Strategy::TargetWins));
    let told = |resolution: Resolution| resolution.error.map(|it| (it.code, it.message)).unwrap();
    let (code, message) = told(decide(&world, place, unseen, strategy).await);
    assert_eq!(code, "PLAN_STALE");
    assert!(message.contains("its digest is another"), "{message}");

    // Meanwhile the studio takes its edit back.
    world.change("c1", case.agreed.as_ref().unwrap());
    for (named, message) in [
        (seen, format!("no conflict has the id \"{id}\"; {REMEDY}")),
        (of_event, format!("no conflict of Event with {target} is open; {REMEDY}")),
    ] {
        let told = told(decide(&world, place, named, strategy).await);
        assert_eq!(told, ("INVALID_ARGUMENT".to_owned(), message));
    }
}
