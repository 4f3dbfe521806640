//! What is new on one side stands on the other side where it stands there, and an order that nobody
//! moved is written by nobody.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalyst_sync::engine::{Outcome, Reporter, RunEvent, RunOptions, RunRequest};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{definition, edit, nothing_is_left, options, run};
use crate::support::fake::{Kind, Version};
use crate::support::world::{World, brief, request, to_files};

/// One type in both forms: as the builder writes it, with numbers, and as the seed does, without.
const FORMS: [&str; 2] = ["builder", "seed"];

/// A type with a field per word, each a text, or a select with the options behind its colon.
fn own(form: &str, name: &str, fields: &str) -> Value {
    let fields = fields.split(' ').enumerate().map(|(at, word)| {
        let (name, options) = word.split_once(':').unwrap_or((word, ""));
        let kind = if options.is_empty() { "text" } else { "select" };
        let mut field = json!({ "name": name, "type": kind, "label": name });
        if form == "builder" {
            field["id"] = json!(format!("id-{name}"));
            field["order"] = json!(at);
        }
        if !options.is_empty() {
            let all = options.chars().map(|it| json!({ "value": it, "label": it }));
            field["options"] = all.collect();
        }
        field
    });
    let fields: Value = fields.collect();
    if form == "builder" { json!({ "name": name, "fields": fields }) } else { fields }
}

/// The fields of a definition in the words of [`own`], in the order in which the studio shows them.
fn shown(definition: &Value) -> String {
    let list = definition.get("fields").unwrap_or(definition).as_array().unwrap();
    let mut words: Vec<(f64, String)> = Vec::new();
    for (at, field) in (0_u32..).zip(list) {
        assert_eq!(definition.is_object(), field["order"].is_number(), "{field}");
        let name = field["name"].as_str().unwrap();
        let options = field["options"].as_array().into_iter().flatten();
        let options: String = options.map(|it| it["value"].as_str().unwrap()).collect();
        let word = if options.is_empty() { name.to_owned() } else { format!("{name}:{options}") };
        words.push((field["order"].as_f64().unwrap_or(f64::from(at)), word));
    }
    words.sort_by(|one, other| one.0.total_cmp(&other.0));
    let words: Vec<String> = words.into_iter().map(|(_, word)| word).collect();
    words.join(" ")
}

/// The properties of a type on the platform by their numbers.
fn shown_there(world: &World, key: &str) -> String {
    let stored = world.fake.control().content_type(world.version, key).unwrap();
    let properties = stored["properties"].as_object().unwrap();
    let number = |property: &Value| property["sortOrder"].as_i64().unwrap_or_default();
    let by_number: BTreeMap<i64, &str> =
        properties.iter().map(|(key, property)| (number(property), &**key)).collect();
    assert_eq!(by_number.len(), properties.len(), "{key}: {stored}");
    by_number.into_values().collect::<Vec<_>>().join(" ")
}

/// Properties with their numbers, `new:5`, or without one, `new:`.
fn numbered(properties: &str) -> Value {
    let mut patch = json!({});
    for word in properties.split(' ').filter(|word| !word.is_empty()) {
        let (key, number) = word.split_once(':').unwrap();
        let is_new = key.starts_with("new");
        patch[key] =
            if is_new { json!({ "type": "string", "displayName": key }) } else { json!({}) };
        match number {
            "gone" => patch[key] = Value::Null,
            "" => {}
            number => patch[key]["sortOrder"] = json!(number.parse::<i64>().unwrap()),
        }
    }
    json!({ "properties": patch })
}

fn writes(world: &World) -> usize {
    let control = world.fake.control();
    [Kind::Post, Kind::Patch, Kind::Delete].into_iter().map(|kind| control.count(kind)).sum()
}

/// Neither side has anything to say, and nobody writes to the platform.
async fn nobody_writes(world: &World) {
    let before = writes(world);
    nothing_is_left(world).await;
    assert_eq!(writes(world), before);
    world.fake.assert_clean();
}

fn nothing_dropped(outcomes: &[Outcome]) {
    for one in outcomes {
        assert_eq!((&*one.status, &one.error), ("success", &None), "{}", one.type_key);
        let lists = (&one.dropped, &one.rewritten, &one.withheld);
        assert_eq!(lists, (&vec![], &vec![], &vec![]), "{}", one.type_key);
    }
}

/// Types of both forms for each case, deployed; the key is `Case<at>` and the form.
async fn deployed(profile: &str, version: Version, count: usize, fields: &str) -> World {
    let mut world = World { version, ..World::new().await };
    world.options["mapping"] = json!(profile);
    for (at, form) in all(count) {
        let name = format!("Case{at}{form}");
        world.add(&name, &name, &own(form, &name, fields));
    }
    run(&world, "push").await;
    world
}

fn all(count: usize) -> impl Iterator<Item = (usize, &'static str)> {
    (0..count).flat_map(|at| FORMS.map(|form| (at, form)))
}

/// Gives a property another number as soon as something is about to be sent.
struct Renumbers(Arc<World>);

impl Reporter for Renumbers {
    fn report(&self, event: RunEvent) {
        if let RunEvent::Log { message, .. } = event
            && message.starts_with("Syncing Case0builder")
        {
            edit(&self.0, "Case0builder", numbered("aa:90"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_a_colleague_changes_before_a_write_comes_home() {
    let world = Arc::new(deployed("compatible", Version::V1, 1, "aa bb cc").await);
    let mut ours = own("builder", "Case0builder", "aa bb cc");
    ours["fields"][0]["label"] = json!("Ours");
    world.change("Case0builder", &ours);
    let reporter = Arc::new(Renumbers(Arc::clone(&world)));
    let request = RunRequest { options: options("push"), ..request() };
    let never = CancellationToken::new();
    let report = Box::pin(world.engine().deploy(&request, reporter, &never)).await;
    assert_eq!(brief(&report.outcomes), ["Case0builder update success"]);
    assert_eq!(shown_there(&world, "Case0builder"), "bb cc aa");
    run(&world, "pull").await;
    assert_eq!(shown(&definition(&world, "Case0builder")), "bb cc aa");
    nobody_writes(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_property_comes_home_to_its_place() {
    // aa, bb and cc have the numbers 10, 20 and 30
    let cases = [
        ("new:5", "new aa bb cc"),
        ("new:15", "aa new bb cc"),
        ("new:90", "aa bb cc new"),
        ("new2:5 new1:25", "new2 aa bb new1 cc"),
        ("new2:1 new1:2", "new2 new1 aa bb cc"),
        ("new2:80 new1:90", "aa bb cc new2 new1"),
        // What has no number, or that of another one, has no place.
        ("new:", "aa bb cc new"),
        ("new:0", "new aa bb cc"),
        ("new1: new0:", "aa bb cc new0 new1"),
        ("new1:0 new0:0", "aa bb cc new0 new1"),
        ("new:10", "aa bb cc new"),
        ("new1:10 new2:20", "aa bb cc new1 new2"),
        ("new2:50 new1:50", "aa bb cc new1 new2"),
        ("new2:5 new1:30", "new2 aa bb cc new1"),
        // A place of its own, and others moved.
        ("new:15 cc:1", "cc aa new bb"),
        ("new:15 cc:20", "aa new bb cc"),
        // Nothing new.
        ("cc:15", "aa cc bb"),
        ("bb:10", "aa bb cc"),
        ("bb:gone", "aa cc"),
        ("bb:gone cc:5", "cc aa"),
        ("bb:gone new:5", "new aa cc"),
    ];
    for profile in ["compatible", "native"] {
        for version in [Version::V1, Version::Preview3] {
            for mode in ["pull", "bidirectional"] {
                let world = deployed(profile, version, cases.len(), "aa bb cc").await;
                let sent = writes(&world);
                for (at, form) in all(cases.len()) {
                    edit(&world, &format!("Case{at}{form}"), numbered(cases[at].0));
                }
                let allowed = RunOptions { allow_data_loss: true, ..options(mode) };
                let report = Box::pin(world.deploy_with(allowed)).await;
                nothing_dropped(&report.outcomes);
                for (at, form) in all(cases.len()) {
                    let home = definition(&world, &format!("Case{at}{form}"));
                    let case = format!("{profile} {version:?} {mode} {form} {}", cases[at].0);
                    assert_eq!(shown(&home), cases[at].1, "{case}");
                }
                nobody_writes(&world).await;
                assert_eq!(writes(&world), sent, "{mode}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_shares_a_number_gets_its_place_as_soon_as_it_has_one() {
    let cases = [
        // A colleague gives numbers.
        ("aa:1 new:2", "", "aa new bb cc"),
        ("cc:15", "", "aa cc bb new"),
        ("cc:31", "", "aa bb cc new"),
        // The studio moves a field, and says all of it.
        ("", "bb aa cc new", "bb aa cc new"),
    ];
    let world = deployed("native", Version::V1, cases.len(), "aa bb cc").await;
    for (at, form) in all(cases.len()) {
        edit(&world, &format!("Case{at}{form}"), numbered("new:10"));
    }
    nothing_dropped(&run(&world, "pull").await.outcomes);
    for (at, form) in all(cases.len()) {
        let name = format!("Case{at}{form}");
        let (theirs, ours, _) = cases[at];
        edit(&world, &name, numbered(theirs));
        if !ours.is_empty() {
            reorder(&world, &name, ours);
        }
    }
    nothing_dropped(&run(&world, "bidirectional").await.outcomes);
    for (at, form) in all(cases.len()) {
        let name = format!("Case{at}{form}");
        assert_eq!(shown(&definition(&world, &name)), cases[at].2, "{name}");
    }
    assert_eq!(shown_there(&world, "Case3seed"), "bb aa cc new");
    nobody_writes(&world).await;
}

/// Puts the fields of a type into another order in the studio, new ones among them.
fn reorder(world: &World, id: &str, fields: &str) {
    let mut now = definition(world, id);
    let is_object = now.is_object();
    let list = if is_object { &mut now["fields"] } else { &mut now };
    let known = list.as_array().unwrap().clone();
    let made = own(if is_object { "builder" } else { "seed" }, id, fields);
    let made = made.get("fields").unwrap_or(&made).as_array().unwrap().clone();
    let fields = made.into_iter().map(|made| {
        let mut field =
            known.iter().find(|own| own["name"] == made["name"]).unwrap_or(&made).clone();
        if is_object {
            field["order"] = made["order"].clone();
        }
        field
    });
    *list = fields.collect();
    world.change(id, &now);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_may_add_and_one_may_reorder() {
    // what the studio has, what the platform gets, what both have in the end
    let cases = [
        ("aa own bb cc", "new:5", "new aa own bb cc"),
        ("own aa bb cc", "new:5", "new own aa bb cc"),
        ("aa own bb cc", "new:15", "aa new own bb cc"),
        ("aa bb cc own", "new:90", "aa bb cc own new"),
        ("aa bb cc own", "new:15", "aa new bb cc own"),
        ("aa own bb cc", "new:90", "aa own bb cc new"),
        // What is new comes home although the order is the studio's.
        ("cc bb aa", "new:5", "new cc bb aa"),
        ("cc bb aa", "new:15", "cc bb aa new"),
        ("cc bb aa", "new:90", "cc bb aa new"),
        ("bb aa own cc", "new:25", "bb new aa own cc"),
        // And goes out although the order is the platform's.
        ("aa own bb cc", "cc:1", "cc aa own bb"),
        ("aa bb cc own", "cc:1", "cc aa bb own"),
        // Only the studio moved.
        ("own aa bb cc", "", "own aa bb cc"),
        ("aa own bb cc", "", "aa own bb cc"),
        ("aa bb own2 own1 cc", "", "aa bb own2 own1 cc"),
        ("cc own aa bb", "", "cc own aa bb"),
        ("aa own cc", "", "aa own cc"),
    ];
    for profile in ["compatible", "native"] {
        for version in [Version::V1, Version::Preview3] {
            for modes in [&["bidirectional"][..], &["push", "pull"], &["pull", "push"]] {
                let world = deployed(profile, version, cases.len(), "aa bb cc").await;
                for (at, form) in all(cases.len()) {
                    let name = format!("Case{at}{form}");
                    reorder(&world, &name, cases[at].0);
                    edit(&world, &name, numbered(cases[at].1));
                }
                for mode in modes {
                    let allowed = RunOptions { allow_data_loss: true, ..options(mode) };
                    nothing_dropped(&Box::pin(world.deploy_with(allowed)).await.outcomes);
                }
                for (at, form) in all(cases.len()) {
                    let name = format!("Case{at}{form}");
                    let case = format!("{profile} {version:?} {modes:?} {form} {:?}", cases[at]);
                    let ours = shown(&definition(&world, &name));
                    assert_eq!(ours, shown_there(&world, &name), "{case}");
                    // Which of two new ones comes first, is the say of who is taken over last.
                    if modes[0] != "push" {
                        assert_eq!(ours, cases[at].2, "{case}");
                    }
                }
                nobody_writes(&world).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_comes_home_beside_an_order_that_conflicts() {
    for mode in ["pull", "bidirectional"] {
        let world = deployed("native", Version::V1, 1, "aa bb cc").await;
        for form in FORMS {
            let name = format!("Case0{form}");
            reorder(&world, &name, "bb aa cc");
            edit(&world, &name, numbered("cc:1 new:15"));
        }
        let merge = Some("merge".to_owned());
        let report =
            Box::pin(world.deploy_with(RunOptions { conflict_strategy: merge, ..options(mode) }))
                .await;
        for form in FORMS {
            let name = format!("Case0{form}");
            assert_eq!(shown(&definition(&world, &name)), "bb aa new cc", "{mode}");
            assert_eq!(shown_there(&world, &name), "cc aa new bb", "{mode}");
        }
        for one in &report.outcomes {
            assert_eq!((&*one.status, &one.dropped), ("conflict", &vec![]));
        }
        let open =
            "SELECT group_concat(json_extract(conflict_details, '$.fields[0].path')) FROM conflict_log
                    WHERE resolution IS NULL";
        assert_eq!(world.state(open), "/propertyOrder,/propertyOrder");
        let theirs = Some("target_wins".to_owned());
        let options = RunOptions { conflict_strategy: theirs, ..options("bidirectional") };
        nothing_dropped(&Box::pin(world.deploy_with(options)).await.outcomes);
        for form in FORMS {
            assert_eq!(shown(&definition(&world, &format!("Case0{form}"))), "cc aa new bb");
        }
        nobody_writes(&world).await;
    }
}

/// The studio keeps relationships behind its fields, so a place behind one of them is none that it
/// could give; nobody writes for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_place_behind_a_relationship_is_told_and_lived_with() {
    let world = World::new().await;
    let mut page = own("builder", "Page", "aa bb");
    page["relationships"] = json!([{ "id": "r1", "name": "venue", "type": "manyToOne",
        "sourceContentTypeId": "page", "targetContentTypeId": "page", "fieldName": "venue" }]);
    world.add("page", "Page", &page);
    run(&world, "push").await;
    assert_eq!(shown_there(&world, "Page"), "aa bb venue");
    for (patch, dropped, expected) in [
        ("new1:15", &[][..], "aa new1 bb"),
        ("new2:90", &["/propertyOrder".to_owned()], "aa new1 bb new2"),
        ("new3:12", &[], "aa new3 new1 bb new2"),
    ] {
        edit(&world, "Page", numbered(patch));
        let report = run(&world, "pull").await;
        assert_eq!(report.outcomes[0].dropped, dropped, "{patch}");
        assert_eq!(shown(&definition(&world, "page")), expected);
        nobody_writes(&world).await;
    }
}

/// A type that only the platform has, some of whose properties share a number.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_type_comes_home_in_the_order_that_it_has() {
    for (properties, expected) in [
        ("new1:20 new2:10", "new2 new1"),
        ("new1:0 new2:0", "new1 new2"),
        ("new1:5 new2:5 new3:1", "new3 new1 new2"),
        ("new1: new2: new3:1", "new3 new1 new2"),
    ] {
        let world = World::new().await;
        world.add("page", "Page", &own("builder", "Page", "aa bb"));
        run(&world, "push").await;
        let mut theirs = numbered(properties);
        theirs["key"] = json!("Theirs");
        theirs["displayName"] = json!("Theirs");
        theirs["baseType"] = json!("_component");
        world.fake.control().seed_types(Version::V1, [theirs]);
        let selected_types = vec!["Theirs".to_owned()];
        let request = RunRequest { options: options("bidirectional"), selected_types, ..request() };
        nothing_dropped(&Box::pin(world.run(&request)).await.outcomes);
        let connection = world.studio.connect();
        let sql = "SELECT id FROM ContentType WHERE name = 'Theirs'";
        let id: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(shown(&definition(&world, &id)), expected);
        nobody_writes(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn options_come_home_to_their_place() {
    let cases = [
        ("nxyz", "nxyz"),
        ("xnyz", "xnyz"),
        ("xyzn", "xyzn"),
        ("nxymz", "nxymz"),
        ("xz", "xz"),
        ("zxy", "zxy"),
        ("nzx", "nzx"),
    ];
    for profile in ["compatible", "native"] {
        for version in [Version::V1, Version::Preview3] {
            let world = deployed(profile, version, cases.len(), "aa mood:xyz").await;
            for (at, form) in all(cases.len()) {
                let list = cases[at].0.chars().map(|it| json!({ "value": it, "displayName": it }));
                let list: Value = list.collect();
                let patch = json!({ "properties": { "mood": { "enum": list } } });
                edit(&world, &format!("Case{at}{form}"), patch);
            }
            nothing_dropped(&run(&world, "pull").await.outcomes);
            for (at, form) in all(cases.len()) {
                let home = definition(&world, &format!("Case{at}{form}"));
                assert_eq!(shown(&home), format!("aa mood:{}", cases[at].1), "{profile} {form}");
            }
            nobody_writes(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn options_of_both_sides_come_together() {
    // studio, platform, both in the end
    let cases = [
        ("xmyz", "xnyz", "xnmyz"),
        ("xyzm", "xyzn", "xyzmn"),
        ("zyx", "nxyz", "nzyx"),
        ("xmyz", "zxy", "zxmy"),
        ("mxyz", "xyz", "mxyz"),
        ("xmyz", "xyz", "xmyz"),
    ];
    let world = deployed("native", Version::V1, cases.len(), "aa mood:xyz").await;
    for (at, form) in all(cases.len()) {
        let name = format!("Case{at}{form}");
        world.change(&name, &own(form, &name, &format!("aa mood:{}", cases[at].0)));
        let list = cases[at].1.chars().map(|it| json!({ "value": it, "displayName": it }));
        edit(
            &world,
            &name,
            json!({ "properties": { "mood": { "enum": list.collect::<Value>() } } }),
        );
    }
    nothing_dropped(&run(&world, "bidirectional").await.outcomes);
    for (at, form) in all(cases.len()) {
        let name = format!("Case{at}{form}");
        assert_eq!(shown(&definition(&world, &name)), format!("aa mood:{}", cases[at].2), "{form}");
        let stored = world.fake.control().content_type(Version::V1, &name).unwrap();
        let list = stored["properties"]["mood"]["enum"].as_array().unwrap();
        let there: String = list.iter().map(|it| it["value"].as_str().unwrap()).collect();
        assert_eq!(there, cases[at].2, "{form}");
    }
    nobody_writes(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_a_file_comes_home() {
    // the file's fields, the studio's, both in the end
    let cases = [
        ("new aa bb:xyz cc", "aa bb:xyz cc", "new aa bb:xyz cc"),
        ("aa new bb:xyz cc", "aa bb:xyz cc", "aa new bb:xyz cc"),
        ("aa bb:xyz cc new", "aa bb:xyz cc", "aa bb:xyz cc new"),
        ("cc aa new bb:xyz", "aa bb:xyz cc", "cc aa new bb:xyz"),
        ("cc bb:xyz", "aa bb:xyz cc", "cc bb:xyz"),
        ("aa bb:xnyz cc", "aa bb:xyz cc", "aa bb:xnyz cc"),
        ("aa bb:nzxy cc", "aa bb:xyz cc", "aa bb:nzxy cc"),
        ("aa bb:xnyz cc", "aa bb:xymz cc", "aa bb:xnymz cc"),
        ("aa new bb:xyz cc", "aa own bb:xyz cc", "aa new own bb:xyz cc"),
        ("aa bb:xyz cc new", "aa bb:xyz cc own", "aa bb:xyz cc own new"),
        ("aa bb:xyz cc new", "cc bb:xyz aa", "cc bb:xyz aa new"),
    ];
    for modes in [&["pull", "push"][..], &["bidirectional"]] {
        let world = World::new().await;
        for (at, form) in all(cases.len()) {
            let name = format!("Case{at}{form}");
            world.add(&name, &name, &own(form, &name, "aa bb:xyz cc"));
        }
        let directed = |mode: &str| {
            let options = RunOptions { allow_data_loss: true, ..options(mode) };
            RunRequest { options, ..to_files("model") }
        };
        Box::pin(world.run(&directed("push"))).await;
        let path = |name: &str| world.beside("model").join(format!("{name}.json"));
        let read = |name: &str| -> Value {
            serde_json::from_str(&std::fs::read_to_string(path(name)).unwrap()).unwrap()
        };
        for (at, form) in all(cases.len()) {
            let name = format!("Case{at}{form}");
            let mut file = read(&name);
            let known = file["fields"].as_array().unwrap().clone();
            let made = own("seed", &name, cases[at].0);
            let fields = made.as_array().unwrap().iter().map(|made| {
                let field = known.iter().find(|own| own["name"] == made["name"]).cloned();
                let new = || json!({ "key": made["name"], "name": made["name"], "kind": "text" });
                let mut field = field.unwrap_or_else(new);
                if let Some(options) = made.get("options") {
                    field["options"] = options.clone();
                }
                field
            });
            file["fields"] = fields.collect();
            std::fs::write(path(&name), file.to_string()).unwrap();
            world.change(&name, &own(form, &name, cases[at].1));
        }
        for mode in modes {
            nothing_dropped(&Box::pin(world.run(&directed(mode))).await.outcomes);
        }
        let mut texts = Vec::new();
        for (at, form) in all(cases.len()) {
            let name = format!("Case{at}{form}");
            assert_eq!(shown(&definition(&world, &name)), cases[at].2, "{modes:?} {name}");
            assert_eq!(shown(&read(&name)["fields"]), cases[at].2, "{modes:?} {name}");
            texts.push(std::fs::read_to_string(path(&name)).unwrap());
        }
        for mode in ["push", "pull", "bidirectional"] {
            let report = Box::pin(world.run(&directed(mode))).await;
            assert_eq!(brief(&report.outcomes), [""; 0], "{modes:?} {mode}");
        }
        for ((at, form), text) in all(cases.len()).zip(texts) {
            assert_eq!(std::fs::read_to_string(path(&format!("Case{at}{form}"))).unwrap(), text);
        }
    }
}
