//! Runs that ended in the middle, and the runs after them.

mod carried;
mod elsewhere;
mod homeward;
mod kill;
mod late;
mod letting_go;
mod resume;
mod ruled;
mod taken;
mod target;
mod unproven;
mod unreadable;
mod websites;

use std::sync::Arc;
use std::time::Duration;

use catalyst_sync::canonical::{Canonical, Path};
use catalyst_sync::digest::Digest;
use catalyst_sync::engine::{ProviderRequest, Query, RunOptions, RunReport, RunRequest};
use catalyst_sync::port::{
    Clock as _, Entity, Intent, RemoteId, Revision, RunRow, Scope, Store as _, TouchedAtom, Verb,
};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::clock::TestClock;
use crate::support::fake::{Fault, FaultKind, Kind, Match, RetryAfter, Version};
use crate::support::world::{Told, World, brief, request};

/// Request timeout (30 s) and read lag (60 s): until then an absent effect proves nothing.
const WINDOW: Duration = Duration::from_secs(90);

const TITLE: &str = "/properties/title/displayName";
const LONGEST: &str = "/properties/title/maxLength";
const HELP: &str = "/properties/title/description";

/// The type `Event` with a label, a limit and a help text.
fn event(label: &str, longest: u32, help: Option<&str>) -> Value {
    json!([{ "id": "f1", "name": "title", "label": label, "type": "text", "helpText": help,
             "validation": { "maxLength": longest } }])
}

struct Bench {
    world: World,
    clock: Arc<TestClock>,
}

impl Bench {
    /// `Event` as deployed, or not there yet, beside a type that stays as it is.
    async fn with(event: Option<&Value>) -> Self {
        Self::of(World::new().await, event).await
    }

    async fn of(world: World, event: Option<&Value>) -> Self {
        let bench = Self { world, clock: TestClock::new() };
        let keep = json!([{ "id": "k", "name": "a", "type": "text" }]);
        bench.world.add("keep", "Keep", &keep);
        if let Some(event) = event {
            bench.world.add("c1", "Event", event);
        }
        bench.deploy().await;
        // What was deployed is old, so that lag concerns the interrupted write only.
        bench.clock.advance(Duration::from_hours(1));
        bench.world.fake.control().clear_requests();
        bench
    }

    async fn deploy(&self) -> RunReport {
        let options = RunOptions { allow_delete: true, ..RunOptions::default() };
        let request = RunRequest { options, ..request() };
        let engine = self.world.engine_on(self.clock.clone());
        engine.deploy(&request, Arc::new(Told::default()), &CancellationToken::new()).await
    }

    /// How many types only the platform has.
    async fn new_on_the_platform(&self) -> usize {
        let engine = self.world.engine_on(self.clock.clone());
        let query = Query { include_details: true, ..Query::default() };
        let changes = engine.detect(&query).await.unwrap();
        let moved = changes.details.unwrap().remote_changed;
        moved.iter().filter(|one| one.status == "remote_new").count()
    }

    fn stored(&self) -> Option<Value> {
        self.world.fake.control().content_type(self.world.version, "Event")
    }

    /// The fields of `Event` in the studio.
    fn row(&self) -> Value {
        let studio = self.world.studio.connect();
        let fields = "SELECT fields FROM ContentType WHERE id = 'c1'";
        let fields: String = studio.query_row(fields, [], |row| row.get(0)).unwrap();
        serde_json::from_str(&fields).unwrap()
    }

    fn edit(&self, patch: Value) {
        assert!(self.world.fake.control().edit(Version::V1, "Event", patch));
    }

    fn writes(&self) -> usize {
        let control = self.world.fake.control();
        [Kind::Post, Kind::Patch, Kind::Delete].map(|kind| control.count(kind)).iter().sum()
    }

    /// How long the run waited for a request that may still be under way.
    fn outwaited(&self) -> bool {
        self.clock.slept().contains(&WINDOW)
    }

    /// Leaves a write behind in the journal as a run does that dies right after sending it.
    async fn interrupt(
        &self,
        verb: Verb,
        guard: Guard,
        atoms: &[(&str, Option<Value>, Option<Value>)],
    ) {
        let state = |column: &str| {
            let text = self.world.state(&format!(
                "SELECT {column} FROM sync_state s JOIN sync_bases b ON b.state_id = s.id
                 WHERE local_id = 'c1'"
            ));
            (!text.is_empty()).then_some(text)
        };
        let target = self.world.state("SELECT target FROM sync_state LIMIT 1");
        let scope = Scope { website_id: "w1".to_owned(), target };
        let store = SqliteStore::new(&StateLocation::beside(self.world.studio.path()));
        let lease = store.acquire(&scope, "dead", self.clock.now()).await.unwrap();
        let run = RunRow {
            run_id: "dead".to_owned(),
            job_id: "dead".to_owned(),
            provider: "optimizely".to_owned(),
            actor: "system".to_owned(),
            options: "{}".to_owned(),
            job: "{}".to_owned(),
            started_at: self.clock.now(),
            scopes: vec![scope.clone()],
        };
        store.begin_run(run).await.unwrap();
        let value = |value: &Option<Value>| {
            value.as_ref().map(|value| Canonical::parse(&value.to_string()).unwrap())
        };
        let atoms = atoms.iter().map(|(path, before, intended)| TouchedAtom {
            path: Path::parse(path).unwrap(),
            before: value(before),
            intended: value(intended),
            local: value(intended),
        });
        let revision = match guard {
            Guard::None => Revision::default(),
            Guard::Tag => {
                Revision { etag: state("revision_etag"), modified: state("revision_modified") }
            }
        };
        let intent = Intent {
            run_id: "dead".to_owned(),
            sequence: 0,
            attempt: 1,
            entity: Entity::content_type("c1"),
            type_key: "Event".to_owned(),
            verb,
            remote_id: RemoteId::of_key("Event"),
            precondition: (verb != Verb::Create).then_some(revision),
            atoms: atoms.collect(),
            body_digest: Digest::of("{}"),
            body: "{}".to_owned(),
            previous: self.stored().map(|stored| stored.to_string().into()),
            bindings: state("bindings").unwrap_or_else(|| {
                r#"[{"identity":"f1","key":"title","kind":"text","name":"title"}]"#.to_owned()
            }),
            sent_at: self.clock.now(),
        };
        store.intend(&lease, intent).await.unwrap();
        // The lock of a dead process is released by the kernel; its row stays.
        drop(store);
    }
}

/// What an interrupted write was sent under.
#[derive(Clone, Copy)]
enum Guard {
    /// The entity tag that the state knows.
    Tag,
    /// Nothing.
    None,
}

fn both() -> [(&'static str, Option<Value>, Option<Value>); 2] {
    [
        (TITLE, Some(json!("Title")), Some(json!("Headline"))),
        (LONGEST, Some(json!(120)), Some(json!(80))),
    ]
}

/// One row of the table of `design.md` §3.5 for an update of two attributes.
struct Row {
    /// What the platform shows of label and limit, and whether something else was edited.
    shows: (&'static str, u32, bool),
    guard: Guard,
    /// What the next run does.
    does: &'static [&'static str],
    /// Kind of the conflict that is open afterwards.
    conflict: &'static str,
    /// Whether it waits until the request is known to be over.
    waits: bool,
    /// What the platform holds afterwards.
    holds: (&'static str, u32),
    /// State of the journal entry afterwards.
    closed: &'static str,
}

const ROWS: [Row; 9] = [
    // Every atom as intended: applied.
    Row {
        shows: ("Headline", 80, false),
        guard: Guard::Tag,
        does: &[],
        conflict: "",
        waits: false,
        holds: ("Headline", 80),
        closed: "applied",
    },
    // The same without a guard: positive evidence needs none.
    Row {
        shows: ("Headline", 80, true),
        guard: Guard::None,
        does: &[],
        conflict: "",
        waits: false,
        holds: ("Headline", 80),
        closed: "applied",
    },
    // Some as intended: carried out and edited since, or refused while a colleague made one of the same
    // edits; nobody can tell.
    Row {
        shows: ("Headline", 7, false),
        guard: Guard::Tag,
        does: &["Event none conflict CONFLICT"],
        conflict: "in_doubt",
        waits: true,
        holds: ("Headline", 7),
        closed: "undecided",
    },
    Row {
        shows: ("Headline", 120, false),
        guard: Guard::Tag,
        does: &["Event none conflict CONFLICT"],
        conflict: "in_doubt",
        waits: true,
        holds: ("Headline", 120),
        closed: "undecided",
    },
    // All as before, the revision too: not applied, sent again under the same precondition.
    Row {
        shows: ("Title", 120, false),
        guard: Guard::Tag,
        does: &["Event update success"],
        conflict: "",
        waits: false,
        holds: ("Headline", 80),
        closed: "failed",
    },
    // The same without a guard: it may still be under way.
    Row {
        shows: ("Title", 120, false),
        guard: Guard::None,
        does: &["Event update success"],
        conflict: "",
        waits: true,
        holds: ("Headline", 80),
        closed: "failed",
    },
    // All as before, and the revision moved: carried out and undone, or never; nobody can tell.
    Row {
        shows: ("Title", 120, true),
        guard: Guard::Tag,
        does: &["Event none conflict CONFLICT"],
        conflict: "in_doubt",
        waits: true,
        holds: ("Title", 120),
        closed: "undecided",
    },
    // None as intended, some not as before: overtaken.
    Row {
        shows: ("Theirs", 120, false),
        guard: Guard::Tag,
        does: &["Event none conflict CONFLICT"],
        conflict: "in_doubt",
        waits: true,
        holds: ("Theirs", 120),
        closed: "undecided",
    },
    Row {
        shows: ("Theirs", 7, false),
        guard: Guard::Tag,
        does: &["Event none conflict CONFLICT"],
        conflict: "in_doubt",
        waits: true,
        holds: ("Theirs", 7),
        closed: "undecided",
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_settled_by_what_a_read_shows() {
    for (n, row) in ROWS.iter().enumerate() {
        let bench = Bench::with(Some(&event("Title", 120, None))).await;
        bench.world.change("c1", &event("Headline", 80, None));
        bench.interrupt(Verb::Update, row.guard, &both()).await;
        let (label, longest, is_edited) = row.shows;
        if (label, longest) != ("Title", 120) {
            let title = json!({ "displayName": label, "maxLength": longest });
            bench.edit(json!({ "properties": { "title": title } }));
        }
        if is_edited {
            bench.edit(json!({ "description": "Theirs" }));
        }
        let report = bench.deploy().await;
        assert!(report.error.is_none(), "row {n}: {:?}", report.error);
        assert_eq!(brief(&report.outcomes), row.does, "row {n}");
        assert_eq!(bench.outwaited(), row.waits, "row {n}: {:?}", bench.clock.slept());
        let closed = "SELECT state FROM sync_operations WHERE run_id = 'dead'";
        assert_eq!(bench.world.state(closed), row.closed, "row {n}");
        let told = "SELECT sync_status || ' ' || deployment_id || ' ' || actor || ' ' ||
            (completed_at IS NULL) FROM sync_history WHERE run_id = 'dead'";
        let ended = match row.closed {
            "applied" => "SUCCESS",
            "failed" => "FAILED",
            _ => "PARTIAL",
        };
        assert_eq!(bench.world.state(told), format!("{ended} dead system 1"), "row {n}");
        let kind = "SELECT conflict_type FROM conflict_log WHERE resolution IS NULL";
        assert_eq!(bench.world.state(kind), row.conflict, "row {n}");
        let writes = bench.writes();
        assert_eq!(writes, usize::from(row.does == ["Event update success"]), "row {n}");
        for _ in 0..3 {
            bench.deploy().await;
        }
        assert_eq!(bench.writes(), writes, "row {n} is written again");
        let stored = bench.stored().unwrap();
        let title = &stored["properties"]["title"];
        assert_eq!(
            (&title["displayName"], &title["maxLength"]),
            (&json!(row.holds.0), &json!(row.holds.1)),
            "row {n}"
        );
        if is_edited {
            assert_eq!(stored["description"], "Theirs", "row {n}");
        }
        bench.world.fake.assert_clean();
    }
}

/// An attribute that was added or removed in doubt is a conflict as well, although it stands on one
/// side only.
#[tokio::test(flavor = "multi_thread")]
async fn doubt_covers_what_was_added_and_what_was_removed() {
    let (with, without) = (event("Title", 120, Some("Where")), event("Title", 120, None));
    for (before, after, atom) in [
        (&without, &with, (HELP, None, Some(json!("Where")))),
        (&with, &without, (HELP, Some(json!("Where")), None)),
    ] {
        let bench = Bench::with(Some(before)).await;
        bench.world.change("c1", after);
        let held = bench.stored().unwrap()["properties"]["title"]["description"].clone();
        bench.interrupt(Verb::Update, Guard::Tag, &[atom]).await;
        bench.edit(json!({ "description": "Theirs" }));
        for _ in 0..10 {
            let report = bench.deploy().await;
            assert_eq!(brief(&report.outcomes), ["Event none conflict CONFLICT"]);
        }
        let details = bench.world.changes().await.details.unwrap();
        let [conflict] = &details.conflicts[..] else { panic!("{:?}", details.conflicts) };
        assert_eq!((conflict.kind, &*conflict.fields[0].path.to_string()), ("in_doubt", HELP));
        assert_eq!(bench.stored().unwrap()["properties"]["title"]["description"], held);
        assert_eq!(bench.writes(), 0);

        // Once both sides are equal nothing is left to decide.
        bench.world.change("c1", before);
        let report = bench.deploy().await;
        assert_eq!(brief(&report.outcomes), [""; 0]);
        let open = "SELECT count(*) FROM conflict_log WHERE resolution IS NULL";
        assert_eq!(bench.world.state(open), "0");
    }
}

fn creation() -> Vec<(&'static str, Option<Value>, Option<Value>)> {
    [
        ("/displayName", json!("Event")),
        ("/baseType", json!("_component")),
        ("/propertyOrder", json!(["title"])),
        ("/properties/title", json!(true)),
        ("/properties/title/type", json!({ "type": "string" })),
        (TITLE, json!("Title")),
        (LONGEST, json!(120)),
    ]
    .into_iter()
    .map(|(path, value)| (path, None, Some(value)))
    .collect()
}

/// Each row: what stands under the key, what the run does, its writes, whether it waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_is_settled_by_what_stands_under_its_key() {
    let there = |title: Value| {
        let title = if title.is_null() { json!({}) } else { json!({ "title": title }) };
        json!({ "key": "Event", "displayName": "Event", "baseType": "_component",
                "properties": title })
    };
    let equal = there(
        json!({ "type": "string", "displayName": "Title", "maxLength": 120, "sortOrder": 10 }),
    );
    let lacking = there(json!({ "type": "string", "displayName": "Title", "sortOrder": 10 }));
    let other = there(
        json!({ "type": "string", "displayName": "Theirs", "maxLength": 120, "sortOrder": 10 }),
    );
    for (version, present, does, writes, waits) in [
        (Version::V1, None, vec!["Event create success"], 1, false),
        (Version::Preview3, None, vec!["Event create success"], 1, true),
        (Version::V1, Some(&equal), vec![], 0, false),
        (Version::Preview3, Some(&equal), vec![], 0, false),
        (Version::V1, Some(&lacking), vec!["Event update success"], 1, false),
        (Version::V1, Some(&other), vec!["Event none conflict CONFLICT"], 0, false),
    ] {
        let mut world = World::new().await;
        world.version = version;
        let bench = Bench::of(world, None).await;
        bench.world.add(
            "c1",
            "Event",
            &json!({ "name": "Event", "fields": event("Title", 120, None) }),
        );
        bench.interrupt(Verb::Create, Guard::None, &creation()).await;
        bench.world.fake.control().seed_types(Version::V1, present.cloned());
        let report = bench.deploy().await;
        assert_eq!(brief(&report.outcomes), does, "{version:?} {present:?}");
        assert_eq!(bench.outwaited(), waits, "{version:?} {present:?}: {:?}", bench.clock.slept());
        bench.deploy().await;
        assert_eq!(bench.writes(), writes, "{version:?} {present:?}");
        let label = bench.stored().unwrap()["properties"]["title"]["displayName"].clone();
        assert_eq!(label, if present == Some(&other) { "Theirs" } else { "Title" });
        bench.world.fake.assert_clean();
    }
}

/// Absence that may only lag closes nothing: what the creation made is still ours when it shows, though
/// the studio has given it up by then.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_shows_late_is_known_as_ours() {
    let bench = Bench::with(None).await;
    let fields = event("Title", 120, None);
    bench.world.add("c1", "Event", &json!({ "name": "Event", "fields": fields }));
    bench.interrupt(Verb::Create, Guard::None, &creation()).await;
    let engine = bench.world.engine_on(bench.clock.clone());
    let recovered = engine.recover(&ProviderRequest::default()).await.unwrap();
    let told: Vec<&str> = recovered.findings.iter().map(|one| &*one.message).collect();
    assert_eq!(told, ["an interrupted create of Event is to be sent again"]);
    let state = "SELECT state FROM sync_operations WHERE run_id = 'dead'";
    assert_eq!(bench.world.state(state), "started");

    let title =
        json!({ "type": "string", "displayName": "Title", "maxLength": 120, "sortOrder": 10 });
    let made = json!({ "key": "Event", "displayName": "Event", "baseType": "_component",
        "properties": { "title": title } });
    bench.world.fake.control().seed_types(Version::V1, [made]);
    bench.world.sql("DELETE FROM ContentType WHERE id = ?1", &["c1"]);
    assert_eq!(brief(&bench.deploy().await.outcomes), ["Event delete success"]);
    assert_eq!(bench.world.state(state), "applied");
    assert_eq!(bench.stored(), None);
}

/// What did not show for longer than reads lag was never made: what a colleague makes then is theirs,
/// however alike.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_never_showed_is_not_found_in_somebody_elses() {
    for (waited, closed) in [(Duration::from_mins(1), "applied"), (2 * WINDOW, "failed")] {
        let bench = Bench::with(None).await;
        let fields = event("Title", 120, None);
        bench.world.add("c1", "Event", &json!({ "name": "Event", "fields": fields }));
        bench.interrupt(Verb::Create, Guard::None, &creation()).await;
        bench.clock.advance(waited);
        let control = bench.world.fake.control().clone();
        control.add_fault(Fault::once(Match::on("POST", "Event"), FaultKind::Latency { ms: 250 }));
        let colleague = tokio::spawn(async move {
            while control.count(Kind::Post) == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let title = json!({ "type": "string", "displayName": "Title", "maxLength": 120,
                "sortOrder": 10 });
            let theirs = json!({ "key": "Event", "displayName": "Event",
                "baseType": "_component", "properties": { "title": title } });
            control.seed_types(Version::V1, [theirs]);
        });
        assert_eq!(brief(&bench.deploy().await.outcomes), ["Event create success"]);
        colleague.await.unwrap();
        let state = "SELECT state FROM sync_operations WHERE run_id = 'dead'";
        assert_eq!(bench.world.state(state), closed, "{waited:?}");
    }
}

/// Both sides agree on what a write was for before anybody looks at what became of it: what they hold
/// later is no doubt.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_agreed_on_since_is_no_doubt() {
    let bench = Bench::with(Some(&event("Headline", 80, None))).await;
    bench.interrupt(Verb::Update, Guard::Tag, &both()).await;
    bench.edit(json!({ "properties": { "title": { "displayName": "Theirs" } } }));
    let report = bench.deploy().await;
    assert_eq!(brief(&report.outcomes), [""; 0]);
    assert_eq!(bench.world.changes().await.summary.remote_changed, 1);
    assert_eq!(bench.world.state("SELECT count(*) FROM conflict_log"), "0");
    assert_eq!(bench.writes(), 0);
}

/// What a write without a body left is not to be told from what a colleague did before it was read:
/// neither side loses its value, and what is as it was meant is agreed on.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_before_the_first_read_of_a_write_is_a_conflict() {
    for what in [FaultKind::NoContent, FaultKind::Accepted] {
        let bench = Bench::with(Some(&event("Title", 120, None))).await;
        bench.world.change("c1", &event("Headline", 80, None));
        let control = bench.world.fake.control().clone();
        control.add_fault(Fault::once(Match::on("PATCH", "Event"), what));
        control.add_fault(Fault::once(Match::on("GET", "Event"), FaultKind::Latency { ms: 250 }));
        let colleague = tokio::spawn(async move {
            while control.count(Kind::Get) == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
            assert!(control.edit(Version::V1, "Event", theirs));
        });
        let report = bench.deploy().await;
        colleague.await.unwrap();
        assert_eq!(brief(&report.outcomes), ["Event update conflict IN_DOUBT"]);
        assert_eq!(report.outcomes[0].rewritten, [""; 0]);
        for _ in 0..2 {
            bench.deploy().await;
        }
        let title = &bench.stored().unwrap()["properties"]["title"];
        assert_eq!((&title["displayName"], &title["maxLength"]), (&json!("Theirs"), &json!(80)));
        let open =
            bench.world.state("SELECT conflict_details FROM conflict_log WHERE resolution IS NULL");
        let open: Value = serde_json::from_str(&open).unwrap();
        let fields = open["fields"].as_array().unwrap().iter();
        let fields: Vec<_> =
            fields.map(|one| (&one["path"], &one["local"], &one["remote"])).collect();
        assert_eq!(fields, [(&json!(TITLE), &json!("Headline"), &json!("Theirs"))]);
    }
}

/// A clock that goes back makes nothing look new for ever: what is dated ahead of it happened now.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_delays_by_no_more_than_the_lag() {
    let bench = Bench::with(Some(&event("Title", 120, None))).await;
    bench.world.change("c1", &event("Headline", 120, None));
    assert_eq!(brief(&bench.deploy().await.outcomes), ["Event update success"]);
    bench.clock.set_back(Duration::from_hours(24));
    // As it was before that update, which a read that lags would show, too.
    bench.edit(json!({ "properties": { "title": { "displayName": "Title" } } }));
    assert_eq!(brief(&bench.deploy().await.outcomes), ["Event none skipped STALE_READ"]);
    bench.clock.advance(Duration::from_secs(61));
    assert_eq!(brief(&bench.deploy().await.outcomes), [""; 0]);
    assert_eq!(bench.world.changes().await.summary.remote_changed, 1);
    bench.world.change("c1", &event("Headline", 80, None));
    assert_eq!(brief(&bench.deploy().await.outcomes), ["Event update success"]);

    // The same of what was deleted: a type that somebody makes again is theirs.
    let bench = Bench::with(Some(&event("Title", 120, None))).await;
    bench.world.sql("DELETE FROM ContentType WHERE id = ?1", &["c1"]);
    assert_eq!(brief(&bench.deploy().await.outcomes), ["Event delete success"]);
    bench.clock.set_back(Duration::from_hours(24));
    let theirs = json!({ "key": "Event", "displayName": "Theirs", "baseType": "_component" });
    bench.world.fake.control().seed_types(Version::V1, [theirs]);
    assert_eq!(bench.new_on_the_platform().await, 0);
    bench.deploy().await;
    bench.clock.advance(Duration::from_secs(61));
    assert_eq!(bench.new_on_the_platform().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_is_settled_by_absence() {
    for (is_gone, does, deletions) in [(true, vec![], 0), (false, vec!["Event delete success"], 1)]
    {
        let bench = Bench::with(Some(&event("Title", 120, None))).await;
        bench.world.sql("DELETE FROM ContentType WHERE id = ?1", &["c1"]);
        bench.interrupt(Verb::Delete, Guard::Tag, &[]).await;
        if is_gone {
            bench.world.fake.control().remove("Event");
        }
        let report = bench.deploy().await;
        assert_eq!(brief(&report.outcomes), does);
        assert_eq!(bench.world.fake.control().count(Kind::Delete), deletions);
        assert_eq!(bench.stored(), None);
        assert!(!bench.outwaited());
        assert_eq!(bench.world.state("SELECT count(*) FROM sync_state WHERE local_id = 'c1'"), "0");
        bench.world.fake.assert_clean();
    }
}

/// Replicas that lag show the state before a write which was carried out: what is sent again is
/// refused by its precondition, and a listing after the recovery is no remote edit.
#[tokio::test(flavor = "multi_thread")]
async fn recovery_copes_with_reads_that_lag() {
    let bench = Bench::with(Some(&event("Title", 120, None))).await;
    bench.world.change("c1", &event("Headline", 80, None));
    bench.interrupt(Verb::Update, Guard::Tag, &both()).await;
    bench
        .edit(json!({ "properties": { "title": { "displayName": "Headline", "maxLength": 80 } } }));
    let lag = |reads| Fault { when: Match::method("GET"), what: FaultKind::Lag { reads, ms: 0 } };
    bench.world.fake.control().add_fault(lag(3));
    let report = bench.deploy().await;
    assert!(report.error.is_none(), "{:?}", report.error);
    let stored = bench.stored().unwrap();
    assert_eq!(stored["properties"]["title"]["displayName"], "Headline");
    bench.deploy().await;
    let applied = bench.world.fake.control().requests().into_iter();
    let applied = applied.filter(|one| one.kind == Kind::Patch && one.status == Some(200));
    assert_eq!(applied.count(), 0, "the write was carried out already");

    // Settled at once, and only then do the reads fall back.
    let bench = Bench::with(Some(&event("Title", 120, None))).await;
    bench.world.change("c1", &event("Headline", 80, None));
    bench.interrupt(Verb::Update, Guard::Tag, &both()).await;
    bench
        .edit(json!({ "properties": { "title": { "displayName": "Headline", "maxLength": 80 } } }));
    let behind = Fault {
        when: Match { nth: Some(2), ..Match::method("GET") },
        what: FaultKind::Lag { reads: 1000, ms: 0 },
    };
    bench.world.fake.control().add_fault(behind);
    let report = bench.deploy().await;
    assert_eq!(brief(&report.outcomes), ["Event none skipped STALE_READ"]);
    assert_eq!(bench.writes(), 0);
    bench.world.fake.control().clear_faults();
    assert_eq!(brief(&bench.deploy().await.outcomes), [""; 0]);
    assert_eq!(bench.world.changes().await.summary.remote_changed, 0);
}

/// The same doubt within a run: the answer is lost, and somebody edits before the read.
#[tokio::test(flavor = "multi_thread")]
async fn doubt_within_a_run_is_a_conflict_at_once() {
    for (theirs, line, kind, label) in [
        (json!({ "description": "Theirs" }), "conflict IN_DOUBT", "in_doubt", "Title"),
        (
            json!({ "properties": { "title": { "displayName": "Theirs" } } }),
            "conflict IN_DOUBT",
            "in_doubt",
            "Theirs",
        ),
        (
            json!({ "properties": { "title": { "displayName": "Headline", "maxLength": 7 } } }),
            "conflict IN_DOUBT",
            "in_doubt",
            "Headline",
        ),
    ] {
        let bench = Bench::with(Some(&event("Title", 120, None))).await;
        bench.world.change("c1", &event("Headline", 80, None));
        let control = bench.world.fake.control().clone();
        let reset = FaultKind::Reset { moment: crate::support::fake::Moment::Before };
        control.add_fault(Fault::once(Match::on("PATCH", "Event"), reset));
        // The read that is to settle it waits for the edit.
        let read = Match::on("GET", "Event");
        control.add_fault(Fault::once(read, FaultKind::Latency { ms: 250 }));
        let colleague = tokio::spawn(async move {
            while control.count(Kind::Get) == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            assert!(control.edit(Version::V1, "Event", theirs));
        });
        let report = bench.deploy().await;
        colleague.await.unwrap();
        assert_eq!(brief(&report.outcomes), [format!("Event update {line}")]);
        let open = "SELECT conflict_type FROM conflict_log WHERE resolution IS NULL";
        assert_eq!(bench.world.state(open), kind);
        assert_eq!(
            bench.world.state("SELECT count(*) FROM sync_operations WHERE state = 'started'"),
            "0"
        );
        let writes = bench.writes();
        for _ in 0..3 {
            bench.deploy().await;
        }
        assert_eq!(bench.writes(), writes, "{line}");
        let stored = bench.stored().unwrap();
        assert_eq!(stored["properties"]["title"]["displayName"], label, "{line}");
    }
}
