//! What a platform may answer that no platform should.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use catalyst_sync::compose::engine_with;
use catalyst_sync::engine::{Engine, Query, RunOptions, RunReport, RunRequest};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::clock::TestClock;
use crate::support::loopback::{Loopback, Reply, answer, token};
use crate::support::world::{Told, World, brief, request};

/// A platform whose listing is any bytes.
struct Odd {
    world: World,
    server: Loopback,
    listing: Arc<Mutex<Vec<u8>>>,
    /// One for all runs, so that none waits and each has an id of its own.
    clock: Arc<TestClock>,
}

impl Odd {
    /// The platform holds what was created there.
    async fn new() -> Self {
        let world = World::new().await;
        world.add(
            "c1",
            "Article",
            &json!({ "name": "Article", "fields": [
            { "id": "f1", "name": "title", "label": "Title", "type": "text" },
        ] }),
        );
        let listing = Arc::new(Mutex::new(br#"{"items":[]}"#.to_vec()));
        let stored: Arc<Mutex<Option<String>>> = Arc::default();
        let (shown, kept) = (Arc::clone(&listing), Arc::clone(&stored));
        let server = Loopback::start(move |received| match (&*received.method, &*received.path) {
            (_, "/oauth/token") => token("odd-token", 300),
            ("GET", path) if path.contains('?') => raw(&shown.lock().unwrap()),
            ("GET", _) => match &*kept.lock().unwrap() {
                Some(body) => answer(200, "etag: \"1\"\r\n", body),
                None => answer(404, "", ""),
            },
            _ => {
                *kept.lock().unwrap() = Some(received.body.clone());
                answer(201, "etag: \"1\"\r\n", &received.body)
            }
        })
        .await;
        let odd = Self { world, server, listing, clock: TestClock::new() };
        let first = odd.deploy().await;
        assert_eq!(brief(&first.outcomes), ["Article create success"]);
        let stored = stored.lock().unwrap().clone().unwrap();
        odd.list(format!(r#"{{"items":[{stored}],"pageSize":1000}}"#).as_bytes());
        assert_eq!(brief(&odd.deploy().await.outcomes), [""; 0]);
        odd
    }

    fn list(&self, body: &[u8]) {
        *self.listing.lock().unwrap() = body.to_vec();
    }

    fn engine(&self) -> Engine {
        let mut options = self.world.engine_options();
        let address = format!("http://{}/v1", self.server.address);
        options.environment.insert("OPTIMIZELY_API_URL".to_owned(), address);
        options.max_attempts = 1;
        engine_with(&options, self.clock.clone(), None).unwrap()
    }

    /// Everything is allowed, deletions too.
    async fn deploy(&self) -> RunReport {
        let all = RunOptions { allow_delete: true, allow_data_loss: true, ..RunOptions::default() };
        let asked = RunRequest { options: all, ..request() };
        self.engine().deploy(&asked, Arc::new(Told::default()), &CancellationToken::new()).await
    }

    fn writes(&self) -> Vec<String> {
        let writes = self.server.calls().into_iter().filter(|call| call.method != "GET");
        writes.map(|call| format!("{} {} {}", call.method, call.path, call.body)).collect()
    }
}

fn raw(body: &[u8]) -> Reply {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    Reply::Raw([head.as_bytes(), body].concat())
}

fn page(items: &Value) -> Vec<u8> {
    json!({ "items": items }).to_string().into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn as_a_listing_end_the_run_and_change_nothing() {
    let huge = format!(r#"{{"items":[],"x":"{}"}}"#, "x".repeat(40 << 20)).into_bytes();
    let table: [(&str, Vec<u8>, &str); 15] = [
        ("nothing", b"".to_vec(), "PLATFORM_FAILED"),
        ("null", b"null".to_vec(), "PLATFORM_FAILED"),
        ("a list", b"[]".to_vec(), "PLATFORM_FAILED"),
        ("a page of HTML", b"<html></html>".to_vec(), "PLATFORM_FAILED"),
        ("cut off", br#"{"items":[{"key":"Art"#.to_vec(), "PLATFORM_FAILED"),
        ("items an object", br#"{"items":{}}"#.to_vec(), "PLATFORM_FAILED"),
        ("items a text", br#"{"items":"none"}"#.to_vec(), "PLATFORM_FAILED"),
        ("no key", page(&json!([{ "displayName": "Article" }])), "PLATFORM_FAILED"),
        ("a key of the wrong type", page(&json!([{ "key": 7 }])), "PLATFORM_FAILED"),
        ("an item that is a list", page(&json!([["Article"]])), "PLATFORM_FAILED"),
        ("an item that is null", page(&json!([null])), "PLATFORM_FAILED"),
        ("a negative total", br#"{"items":[],"totalCount":-1}"#.to_vec(), "PLATFORM_FAILED"),
        (
            "a total of the wrong type",
            br#"{"items":[],"totalCount":"1"}"#.to_vec(),
            "PLATFORM_FAILED",
        ),
        ("invalid UTF-8", b"{\"items\":[{\"key\":\"\xff\xfe\"}]}".to_vec(), "PLATFORM_FAILED"),
        ("40 MB", huge, "PLATFORM_UNREACHABLE"),
    ];
    let odd = Odd::new().await;
    odd.world.sql("UPDATE ContentType SET fields = replace(fields, 'Title', 'Other')", &[]);
    let before = (odd.writes(), odd.world.state("SELECT group_concat(base) FROM sync_bases"));
    for (case, listing, code) in table {
        odd.list(&listing);
        let error = odd.deploy().await.error.unwrap_or_else(|| panic!("{case} was accepted"));
        assert_eq!(error.code.as_str(), code, "{case}: {error}");
        assert!(error.details.next_step.is_some() && error.message.len() < 700, "{case}: {error}");
        let after = (odd.writes(), odd.world.state("SELECT group_concat(base) FROM sync_bases"));
        assert_eq!(after, before, "{case}");
    }
}

/// A definition that nobody can identify stands beside the others: they are deployed, what is not
/// listed is looked for by its key, and what is not there either is not taken for deleted.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_usable_key_stop_nobody() {
    for item in [r#"{"displayName":"Article"}"#, r#"{"key":7}"#, r#"{"key":""}"#, "null", "[]"] {
        let odd = Odd::new().await;
        let other = r#"{"key":"Other","displayName":"Other","baseType":"_component"}"#;
        odd.list(format!(r#"{{"items":[{other},{item}],"pageSize":1000}}"#).as_bytes());
        odd.clock.advance(Duration::from_hours(1));
        let changes = odd.engine().detect(&Query::default()).await.unwrap();
        assert!(!changes.complete, "{item}");
        let plan = odd.engine().plan(&Query::default(), &RunOptions::default()).await.unwrap();
        for findings in [changes.findings, plan.findings] {
            let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
            assert_eq!(codes, ["REMOTE_UNREADABLE"], "{item}");
        }
        odd.world.add("c2", "Story", &json!({ "name": "Story", "fields": [] }));
        let before = odd.writes().len();
        let report = odd.deploy().await;
        assert!(report.error.is_none(), "{item}: {:?}", report.error);
        assert_eq!(brief(&report.outcomes), ["Story create success"], "{item}");
        let sent = odd.writes().split_off(before);
        assert!(sent.len() == 1 && sent[0].starts_with("POST"), "{item}: {sent:?}");
    }
}

/// One odd definition is that type's own trouble: another type is deployed all the same.
#[tokio::test(flavor = "multi_thread")]
async fn as_a_definition_fail_their_own_type_at_most() {
    let of = |members: &Value| {
        let mut item =
            json!({ "key": "Article", "displayName": "Article", "baseType": "_component" });
        item.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        item.to_string()
    };
    let title = |property: Value| of(&json!({ "properties": { "title": property } }));
    let deep = format!("{}1{}", r#"{"a":["#.repeat(2_500), "]}".repeat(2_500));
    let failed = "Article none failed REMOTE_UNREADABLE";
    let table: [(&str, String, Option<&str>); 14] = [
        ("properties null", of(&json!({ "properties": null })), None),
        ("properties a list", of(&json!({ "properties": [] })), Some(failed)),
        ("properties a text", of(&json!({ "properties": "none" })), Some(failed)),
        ("a property that is null", title(Value::Null), None),
        ("a property that is a list", title(json!([])), Some(failed)),
        ("a property that is a text", title(json!("string")), Some(failed)),
        ("an unknown property type", title(json!({ "type": "hologram" })), None),
        ("a type of the wrong type", title(json!({ "type": 7, "format": [], "items": 3 })), None),
        (
            "numbers out of range",
            title(json!({ "type": "string", "maxLength": -1, "minLength": 1e300 })),
            None,
        ),
        (
            "members of wrong types",
            of(&json!({ "displayName": 7, "description": [], "source": {},
            "lastModified": false, "isContract": "yes", "baseType": 1, "sortOrder": "first" })),
            None,
        ),
        (
            "lists of wrong types",
            title(json!({ "type": "string", "enum": [1, null, {}, "x"],
            "allowedTypes": [1, null] })),
            None,
        ),
        (
            "lists that are none",
            title(json!({ "type": "string", "enum": "x", "allowedTypes": {} })),
            None,
        ),
        ("5,000 levels", format!(r#"{{"key":"Article","x":{deep}}}"#), Some(failed)),
        (
            "a lone surrogate",
            r#"{"key":"Article","displayName":"\ud800","properties":{"\udc00":{}}}"#.to_owned(),
            Some(failed),
        ),
    ];
    for (case, item, expected) in table {
        let odd = Odd::new().await;
        odd.list(format!(r#"{{"items":[{item}],"pageSize":1000}}"#).as_bytes());
        odd.world.add("c2", "Story", &json!({ "name": "Story", "fields": [] }));
        if expected.is_some() {
            let item = r#"INSERT INTO ContentItem (id, contentTypeId, websiteId, data, updatedAt)
                          VALUES ('i1', 'c1', 'w1', '{"title":"A"}', 1)"#;
            odd.world.sql(item, &[]);
            let plan = odd.engine().plan(&Query::default(), &RunOptions::default()).await.unwrap();
            let is_lost = plan.findings.iter().any(|finding| finding.code == "CONTENT_AT_STAKE");
            assert!(!is_lost, "{case}: nothing is removed that cannot be read");
        }
        let report = odd.deploy().await;
        assert!(report.error.is_none(), "{case}: {:?}", report.error);
        let outcomes = brief(&report.outcomes);
        assert!(outcomes.contains(&"Story create success".to_owned()), "{case}: {outcomes:?}");
        if let Some(expected) = expected {
            assert!(outcomes.contains(&expected.to_owned()), "{case}: {outcomes:?}");
        }
        let deletions = odd.writes().iter().filter(|write| write.starts_with("DELETE")).count();
        assert_eq!(deletions, 0, "{case}");
    }
}

/// A server that shows one page for ever is asked once more, and its listing proves no absence.
#[tokio::test(flavor = "multi_thread")]
async fn to_every_page_alike_end_the_listing() {
    let odd = Odd::new().await;
    odd.list(br#"{"items":[{"key":"Other","displayName":"Other","baseType":"_component"}]}"#);
    let before = odd.server.calls().len();
    let changes = odd.engine().detect(&Query::default()).await.unwrap();
    assert!(!changes.complete);
    assert_eq!(changes.summary.failed, 0);
    let listed = odd.server.calls().split_off(before);
    assert_eq!(listed.iter().filter(|call| call.path.contains("pageIndex")).count(), 2);
}

/// A write was made, whatever its answer looks like: the next run finds it and sends nothing again.
#[tokio::test(flavor = "multi_thread")]
async fn to_a_write_do_not_make_it_twice() {
    for body in ["", "null", "[]", "{}", "<html>", r#"{"key":7}"#, r#"{"key":"Other"}"#] {
        let world = World::new().await;
        world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
        let stored: Arc<Mutex<Option<String>>> = Arc::default();
        let kept = Arc::clone(&stored);
        let server = Loopback::start(move |received| {
            let mut kept = kept.lock().unwrap();
            match (&*received.method, &*received.path, &*kept) {
                (_, "/oauth/token", _) => token("odd-token", 300),
                ("GET", path, Some(stored)) if path.contains('?') => {
                    answer(200, "", &format!(r#"{{"items":[{stored}],"pageSize":1000}}"#))
                }
                ("GET", path, None) if path.contains('?') => answer(200, "", r#"{"items":[]}"#),
                ("GET", _, Some(stored)) => answer(200, "etag: \"1\"\r\n", stored),
                ("GET", _, None) => answer(404, "", ""),
                _ => {
                    *kept = Some(received.body.clone());
                    answer(201, "", body)
                }
            }
        })
        .await;
        let odd = Odd { world, server, listing: Arc::default(), clock: TestClock::new() };
        let report = odd.deploy().await;
        assert!(report.error.is_none(), "{body:?}: {:?}", report.error);
        assert_eq!(brief(&report.outcomes), ["Article create success"], "{body:?}");
        assert_eq!(brief(&odd.deploy().await.outcomes), [""; 0], "{body:?}");
        assert_eq!(odd.writes().len(), 1, "{body:?}: {:?}", odd.writes());
    }
}
