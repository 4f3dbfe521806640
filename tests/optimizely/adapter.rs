//! Requests and answers.

mod refusals;

use std::sync::Arc;

use catalyst_sync::canonical::View;
use catalyst_sync::model::Severity;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyAdapter};
use catalyst_sync::port::{
    Adapter, AdapterError, Method, Operation, Ownership, Refusal, RemoteDefinition, RemoteId,
    Request, Revision, Stored, Verb,
};
use tokio_util::sync::CancellationToken;

use super::remote;
use crate::support::scripted::{Answer, Scripted, StoppedClock, answer};

/// 2026-11-20T10:00:00Z.
const NOW: i64 = 1_795_168_800_000;

/// What a listing gave: definitions, and whether it was complete.
type Listed = Result<(Vec<RemoteDefinition>, bool), AdapterError>;

/// A write, and its method, path and headers besides `accept`.
type Written<'w> = (ApiVersion, Operation, Method, &'w str, &'w [(&'w str, &'w str)]);

fn connect(
    version: ApiVersion,
    answers: impl IntoIterator<Item = Answer>,
) -> (OptimizelyAdapter, Arc<Scripted>) {
    let transport = Arc::new(Scripted::new(answers));
    let adapter = OptimizelyAdapter::new(version, transport.clone(), Arc::new(StoppedClock(NOW)));
    (adapter, transport)
}

/// Waits for a future that needs no runtime of its own.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Lists, and returns the keys, whether the listing is complete, and what was asked.
fn list(version: ApiVersion, pages: impl IntoIterator<Item = Answer>) -> (Listed, Vec<Request>) {
    let (adapter, transport) = connect(version, pages);
    let mut found = Vec::new();
    let mut sink = |definition| found.push(definition);
    let listing = wait(adapter.list(&mut sink, &CancellationToken::new()));
    (listing.map(|listing| (found, listing.complete)), transport.requests())
}

fn apply(
    version: ApiVersion,
    operation: &Operation,
    answered: Answer,
) -> (Result<Stored, AdapterError>, Request) {
    let (adapter, transport) = connect(version, [answered]);
    let stored = wait(adapter.apply(operation, "BODY", &CancellationToken::new()));
    (stored, transport.requests().remove(0))
}

fn operation(verb: Verb, revision: Revision) -> Operation {
    let before = (verb != Verb::Create)
        .then(|| RemoteDefinition { revision, ..remote("a:B", r#"{"key":"a:B"}"#) });
    let id = RemoteId::of_key("a:B");
    Operation { verb, id, before, after: View::new(), accept_loss: false, whole: false }
}

fn page(keys: &[&str], rest: &str) -> Answer {
    let items: Vec<String> = keys.iter().map(|key| format!(r#"{{"key":"{key}"}}"#)).collect();
    answer(200, &[], &format!(r#"{{"items":[{}]{rest}}}"#, items.join(",")))
}

#[test]
fn a_listing_ends_with_a_short_page() {
    // pages; keys; complete; requests
    let cases: [(Vec<Answer>, &str, bool, usize); 9] = [
        (vec![page(&["A"], r#","pageSize":1000,"totalItemCount":1"#)], "A", true, 1),
        (vec![page(&[], r#","pageSize":1000"#)], "", true, 1),
        (vec![answer(200, &[], "{}")], "", true, 1),
        // The server's own page is smaller than what was asked for.
        (
            vec![page(&["A", "B"], r#","pageSize":2"#), page(&["C"], r#","pageSize":2"#)],
            "A B C",
            true,
            2,
        ),
        // No size: only an empty page is an end.
        (vec![page(&["A"], ""), page(&[], "")], "A", true, 2),
        // The total is a hint: one more page is asked for, and it does not count against the end.
        (
            vec![
                page(&["A"], r#","pageSize":5,"totalCount":3"#),
                page(&[], r#","pageSize":5,"totalCount":3"#),
            ],
            "A",
            true,
            2,
        ),
        // The listing moved between its pages.
        (
            vec![page(&["A", "B"], r#","pageSize":2"#), page(&["B"], r#","pageSize":2"#)],
            "A B",
            false,
            2,
        ),
        (
            vec![
                page(&["A"], r#","pageSize":1,"totalItemCount":2"#),
                page(&["B"], r#","pageSize":1,"totalItemCount":3"#),
                page(&[], r#","pageSize":1,"totalItemCount":3"#),
            ],
            "A B",
            false,
            3,
        ),
        (
            vec![
                page(&["A"], r#","pageSize":1,"totalItemCount":1"#),
                page(&[], r#","pageSize":1"#),
            ],
            "A",
            true,
            2,
        ),
    ];
    for (pages, expected, complete, count) in cases {
        let (listing, requests) = list(ApiVersion::V1, pages.clone());
        let (found, is_complete) = listing.unwrap();
        let keys: Vec<String> = found.iter().map(|found| found.id.key()).collect();
        assert_eq!((keys.join(" ").as_str(), is_complete), (expected, complete), "{pages:?}");
        let paths: Vec<String> = requests.into_iter().map(|request| request.path).collect();
        let expected: Vec<String> =
            (0..count).map(|at| format!("/contenttypes?pageIndex={at}&pageSize=1000")).collect();
        assert_eq!(paths, expected);
    }
}

/// One definition without a usable key is left out by name, and the rest is no proof of absence.
#[test]
fn a_listed_definition_without_a_key_is_a_finding() {
    let long = format!(r#"{{"key":7,"displayName":"{}"}}"#, "x ".repeat(5_000));
    for (item, said) in [
        (r#"{"displayName":"Event"}"#, "definition 2 (Event) of the platform's listing"),
        (r#"{"key":7,"displayName":"Event"}"#, "definition 2 (Event) of the platform's listing"),
        (r#"{"key":null}"#, "definition 2 of the platform's listing"),
        (r#"{"key":""}"#, "the key is empty"),
        (r#"{"key":"\ud800"}"#, "definition 2 (\u{fffd}) of the platform's listing"),
        (r#"{"key":"Event","key":"Event"}"#, "definition 2 (Event) of the platform's listing"),
        (r#"["Event"]"#, "definition 2 of the platform's listing"),
        ("null", "definition 2 of the platform's listing"),
        (&long, "definition 2 (x x x"),
    ] {
        let body = format!(r#"{{"items":[{{"key":"A"}},{item},{{"key":"B"}}],"pageSize":9}}"#);
        let (adapter, transport) = connect(ApiVersion::V1, [answer(200, &[], &body)]);
        let mut keys = Vec::new();
        let mut sink = |definition: RemoteDefinition| keys.push(definition.id.key());
        let listing = wait(adapter.list(&mut sink, &CancellationToken::new())).unwrap();
        assert_eq!(keys, ["A", "B"], "{item}");
        assert!(!listing.complete, "{item}");
        let [finding] = &listing.findings[..] else { panic!("{item}: {:?}", listing.findings) };
        assert_eq!((finding.code, finding.severity), ("REMOTE_UNREADABLE", Severity::Warning));
        assert!(finding.message.contains(said), "{finding:?}");
        assert!(finding.message.len() < 350, "{finding:?}");
        assert_eq!(transport.requests().len(), 1, "{item}");
    }
}

/// Pages go on behind an unreadable definition; many of them are counted, not all named.
#[test]
fn unreadable_definitions_end_no_listing() {
    let bad = |count: usize| vec!["{}"; count].join(",");
    let page = |items: &str| {
        answer(200, &[], &format!(r#"{{"items":[{items}],"pageSize":30,"totalCount":52}}"#))
    };
    let pages = [
        page(&format!(r#"{{"key":"A"}},{}"#, bad(29))),
        page(&format!(r#"{},{{"key":"B"}}"#, bad(21))),
    ];
    let (adapter, transport) = connect(ApiVersion::V1, pages);
    let mut keys = Vec::new();
    let mut sink = |definition: RemoteDefinition| keys.push(definition.id.key());
    let listing = wait(adapter.list(&mut sink, &CancellationToken::new())).unwrap();
    assert_eq!((keys.join(" ").as_str(), listing.complete), ("A B", false));
    assert_eq!(transport.requests().len(), 2);
    assert_eq!(listing.findings.len(), 21);
    assert_eq!(listing.findings[20].message, "30 more definitions cannot be read");

    // The same page for ever.
    let same = page(&format!(r#"{{"key":"A"}},{}"#, bad(29)));
    let (listing, requests) = list(ApiVersion::V1, [same.clone(), same]);
    assert!(!listing.unwrap().1);
    assert_eq!(requests.len(), 2);

    // Not one definition has a key: that is no listing of definitions at all.
    let (listing, _) = list(ApiVersion::V1, [page(&bad(3))]);
    let Err(AdapterError::Refused { refusal, .. }) = listing else { panic!("{listing:?}") };
    assert_eq!(refusal, Refusal::Failed);
}

#[test]
fn a_listed_definition_keeps_its_text() {
    let item = r#"{ "key":"Event","displayName":"\ud83d bad","lastModified":"2026-01-02T03:04:05.678Z", "x":1.50 }"#;
    let body = format!(r#"{{"items":[{item}],"pageSize":1000}}"#);
    let (listing, _) = list(ApiVersion::Preview3, [answer(200, &[], &body)]);
    let found = listing.unwrap().0.remove(0);
    assert_eq!(&*found.body, item);
    assert_eq!(found.name, "\u{fffd} bad");
    let modified = Some("2026-01-02T03:04:05.678Z".to_owned());
    assert_eq!(found.revision, Revision { etag: None, modified });
}

#[test]
fn what_belongs_to_the_platform_is_known() {
    for (item, is_open) in [
        (r#"{"key":"Event"}"#, true),
        (r#"{"key":"Event","source":""}"#, true),
        (r#"{"key":"Event","source":"catalyst-studio-sync"}"#, true),
        (r#"{"key":"Event","source":"system"}"#, false),
        (r#"{"key":"Event","source":"serverModel"}"#, false),
        (r#"{"key":"Event","isContract":true}"#, false),
        (r#"{"key":"globalcontract:_Item"}"#, false),
        (r#"{"key":"BlankExperience","source":""}"#, false),
        (r#"{"key":"ImageMedia"}"#, false),
    ] {
        let (listing, _) = list(
            ApiVersion::V1,
            [answer(200, &[], &format!(r#"{{"items":[{item}],"pageSize":9}}"#))],
        );
        let found = listing.unwrap().0.remove(0);
        assert_eq!(found.ownership == Ownership::Open, is_open, "{item}");
    }
}

#[test]
fn a_read_brings_the_revision() {
    for (headers, body, etag, modified) in [
        (&[("etag", "\"1\"")][..], r#"{"key":"A"}"#, Some("\"1\""), None),
        (&[("etag", "W/\"1\"")], r#"{"key":"A"}"#, None, None),
        (
            &[("etag", "\"1\""), ("last-modified", "Fri, 20 Nov 2026 10:00:00 GMT")],
            r#"{"key":"A"}"#,
            Some("\"1\""),
            Some("Fri, 20 Nov 2026 10:00:00 GMT"),
        ),
        // The time inside is the one that listings show.
        (
            &[("last-modified", "Fri, 20 Nov 2026 10:00:00 GMT")],
            r#"{"key":"A","lastModified":"2026-11-20T10:00:00.5Z"}"#,
            None,
            Some("2026-11-20T10:00:00.5Z"),
        ),
    ] {
        let (adapter, transport) = connect(ApiVersion::V1, [answer(200, headers, body)]);
        let read = wait(adapter.read(&RemoteId::of_key("a:B c"), &CancellationToken::new()));
        let revision = read.unwrap().unwrap().revision;
        assert_eq!((revision.etag.as_deref(), revision.modified.as_deref()), (etag, modified));
        assert_eq!(transport.requests()[0].path, "/contenttypes/a%3AB%20c");
    }
}

#[test]
fn a_missing_definition_is_no_error() {
    let (adapter, _) = connect(ApiVersion::V1, [answer(404, &[], "")]);
    let read = wait(adapter.read(&RemoteId::of_key("A"), &CancellationToken::new()));
    assert_eq!(read, Ok(None));
}

#[test]
fn writes_carry_what_guards_them() {
    let etag = Revision { etag: Some("\"7\"".to_owned()), modified: Some("whenever".to_owned()) };
    let time = |modified: &str| Revision { etag: None, modified: Some(modified.to_owned()) };
    let cases: [Written<'_>; 6] = [
        (
            ApiVersion::V1,
            operation(Verb::Create, Revision::default()),
            Method::Post,
            "/contenttypes",
            &[("content-type", "application/json"), ("prefer", "return=representation")],
        ),
        (
            ApiVersion::Preview3,
            operation(Verb::Create, Revision::default()),
            Method::Post,
            "/contenttypes",
            &[("content-type", "application/json")],
        ),
        (
            ApiVersion::Preview3,
            operation(Verb::Update, etag.clone()),
            Method::Patch,
            "/contenttypes/a%3AB",
            &[("content-type", "application/merge-patch+json"), ("if-match", "\"7\"")],
        ),
        (
            ApiVersion::Preview3,
            operation(Verb::Update, time("2026-11-20T10:00:00.999Z")),
            Method::Patch,
            "/contenttypes/a%3AB",
            &[
                ("content-type", "application/merge-patch+json"),
                ("if-unmodified-since", "Fri, 20 Nov 2026 10:00:00 GMT"),
            ],
        ),
        (
            ApiVersion::V1,
            operation(Verb::Delete, etag),
            Method::Delete,
            "/contenttypes/a%3AB",
            &[("if-match", "\"7\"")],
        ),
        (
            ApiVersion::V1,
            Operation {
                accept_loss: true,
                ..operation(Verb::Update, time("Fri, 20 Nov 2026 10:00:00 GMT"))
            },
            Method::Patch,
            "/contenttypes/a%3AB",
            &[
                ("content-type", "application/merge-patch+json"),
                ("prefer", "return=representation"),
                ("if-unmodified-since", "Fri, 20 Nov 2026 10:00:00 GMT"),
                ("cms-ignore-data-loss-warnings", "true"),
            ],
        ),
    ];
    for (version, operation, method, path, headers) in cases {
        let (_, request) = apply(version, &operation, answer(204, &[], ""));
        assert_eq!((request.method, request.path.as_str()), (method, path));
        let sent: Vec<(&str, &str)> = request
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .filter(|(name, _)| *name != "accept")
            .collect();
        assert_eq!(sent, headers, "{version:?} {:?}", operation.verb);
        let body = (operation.verb != Verb::Delete).then(|| "BODY".to_owned());
        assert_eq!(request.body, body);
    }
}

#[test]
fn an_answer_shows_what_was_stored() {
    let shown = r#"{"key":"a:B","displayName":"B"}"#;
    for (verb, status, body, expected) in [
        (Verb::Create, 201, shown, "definition"),
        (Verb::Create, 200, shown, "definition"),
        (Verb::Create, 202, shown, "unseen"),
        (Verb::Create, 201, " ", "unseen"),
        (Verb::Update, 200, shown, "definition"),
        (Verb::Update, 204, "", "unseen"),
        (Verb::Delete, 200, shown, "gone"),
        (Verb::Delete, 204, "", "gone"),
        (Verb::Delete, 404, "", "gone"),
        (Verb::Delete, 202, "", "unseen"),
    ] {
        let answered = answer(status, &[("etag", "\"8\"")], body);
        let (stored, _) = apply(ApiVersion::V1, &operation(verb, Revision::default()), answered);
        let found = match stored.unwrap() {
            Stored::Definition(definition) => {
                assert_eq!(definition.revision.etag.as_deref(), Some("\"8\""));
                assert_eq!(&*definition.body, shown);
                "definition"
            }
            Stored::Unseen => "unseen",
            Stored::Gone => "gone",
        };
        assert_eq!(found, expected, "{verb:?} {status}");
    }
}
