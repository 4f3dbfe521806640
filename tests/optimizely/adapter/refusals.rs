//! Answers and silences that are no success.

use std::time::Duration;

use catalyst_sync::platform::optimizely::ApiVersion;
use catalyst_sync::port::{
    Adapter, AdapterError, Effect, Refusal, RemoteId, Revision, TransportError, Verb,
};
use tokio_util::sync::CancellationToken;

use super::{apply, connect, list, operation, wait};
use crate::support::scripted::{Answer, answer};

fn refused(verb: Verb, answered: Answer) -> AdapterError {
    apply(ApiVersion::V1, &operation(verb, Revision::default()), answered).0.unwrap_err()
}

#[test]
fn a_refusal_has_a_reason_and_an_effect() {
    use Effect as E;
    use Refusal as R;
    use Verb::{Create, Delete, Update};
    for (verb, status, body, refusal, effect) in [
        (Create, 400, "", R::Invalid, E::None),
        (Create, 422, "", R::Invalid, E::None),
        (Create, 409, "", R::Duplicate, E::None),
        (Create, 404, "", R::VersionGone, E::None),
        (Create, 410, "", R::VersionGone, E::None),
        (Create, 403, "", R::Forbidden, E::None),
        (Update, 404, "", R::NotFound, E::None),
        (Update, 409, "", R::Conflict, E::None),
        (Update, 412, "", R::Stale, E::None),
        (Update, 429, "", R::RateLimited, E::None),
        (Update, 408, "", R::Failed, E::Unknown),
        (Update, 425, "", R::Failed, E::Unknown),
        (Update, 500, "", R::Failed, E::Unknown),
        (Update, 503, "<html>", R::Failed, E::Unknown),
        (Update, 400, "", R::Invalid, E::None),
        (
            Update,
            400,
            r#"{"detail":"… Use the 'ignoreDataLossWarnings' option …"}"#,
            R::Breaking,
            E::None,
        ),
        (
            Update,
            400,
            r#"{"errors":[{"detail":"The changes to 'A' are considered breaking"}]}"#,
            R::Breaking,
            E::None,
        ),
        (Delete, 400, "", R::InUse, E::None),
        (Delete, 409, "", R::InUse, E::None),
        (Delete, 412, "", R::Stale, E::None),
    ] {
        let error = refused(verb, answer(status, &[], body));
        let AdapterError::Refused { refusal: found, status: shown, effect: done, .. } = error
        else {
            panic!("{verb:?} {status}: {error}");
        };
        assert_eq!((found, shown, done), (refusal, status, effect), "{verb:?} {status} {body}");
    }
}

/// Nobody refused anything: the address is another one.
#[test]
fn a_redirect_is_not_followed_and_did_nothing() {
    let message = "the platform answered 302, a redirect, which credentials do not follow";
    let expected = AdapterError::Unreachable { message: message.to_owned(), effect: Effect::None };
    assert_eq!(refused(Verb::Update, answer(302, &[], "")), expected);
}

#[test]
fn messages_are_read_from_every_form_of_problem() {
    for (body, expected) in [
        ("", "the platform answered 400 without an explanation"),
        ("<html><body>Bad</body></html>", "the platform answered 400 without an explanation"),
        ("plain  words\n", "the platform answered 400: plain words"),
        (r#"{"title":"Bad","detail":null}"#, "the platform answered 400: Bad"),
        (
            r#"{"title":"Bad","detail":"Worse","errors":[{"field":"properties.a","detail":"No"},{"detail":"Nay"}]}"#,
            "the platform answered 400: Worse; properties.a: No; Nay",
        ),
        (
            r#"{"title":"Bad","errors":{"key":["too short","odd"]}}"#,
            "the platform answered 400: Bad; key: too short; key: odd",
        ),
        (r#"{"errors":null,"code":7}"#, "the platform answered 400 without an explanation"),
        ("[1]", "the platform answered 400: [1]"),
    ] {
        assert_eq!(refused(Verb::Create, answer(400, &[], body)).to_string(), expected, "{body}");
    }
}

#[test]
fn messages_are_bounded_and_hold_no_secret() {
    let long = refused(Verb::Create, answer(400, &[], &"word ".repeat(1_000))).to_string();
    assert_eq!(long.chars().count(), "the platform answered 400: ".len() + 501);

    let token = "a1B2".repeat(12);
    for secret in [
        format!("Authorization: Bearer {token}"),
        format!("got {token} instead"),
        "bearer short-one".to_owned(),
        "token eyJhbGciOi.eyJzdWIi.c2ln".to_owned(),
        "client_secret=hunter2".to_owned(),
        r#"{"client_secret":"hunter2"}"#.to_owned(),
    ] {
        let shown = refused(Verb::Create, answer(400, &[], &secret)).to_string();
        for leak in [token.as_str(), "short-one", "eyJ", "hunter2"] {
            assert!(!shown.contains(leak), "{shown}");
        }
    }
}

#[test]
fn a_wait_is_read_in_both_forms_and_passed_on() {
    for (value, expected, pause) in [
        (Some("7"), Some(7), 7),
        (Some("Fri, 20 Nov 2026 10:00:30 GMT"), Some(30), 30),
        (Some("Fri, 20 Nov 2026 09:00:00 GMT"), Some(0), 0),
        (Some("soon"), None, 1),
        (None, None, 1),
    ] {
        let headers: Vec<(&str, &str)> =
            value.map(|value| ("retry-after", value)).into_iter().collect();
        let (adapter, transport) = connect(ApiVersion::V1, [answer(429, &headers, "")]);
        let update = operation(Verb::Update, Revision::default());
        let error = wait(adapter.apply(&update, "{}", &CancellationToken::new())).unwrap_err();
        let AdapterError::Refused { retry_after, .. } = error else { panic!("{error}") };
        assert_eq!(retry_after, expected.map(Duration::from_secs), "{value:?}");
        assert_eq!(transport.pauses(), [Duration::from_secs(pause)], "{value:?}");
    }
}

#[test]
fn the_request_can_be_named_to_the_vendor() {
    for (headers, body, expected) in [
        (&[("x-request-id", "r-1")][..], r#"{"traceId":"t-1"}"#, Some("r-1")),
        (&[], r#"{"traceId":"t-1"}"#, Some("t-1")),
        (&[], "", None),
    ] {
        let error = refused(Verb::Update, answer(500, headers, body));
        let AdapterError::Refused { request_id, .. } = error else { panic!("{error}") };
        assert_eq!(request_id.as_deref(), expected);
    }
}

#[test]
fn a_version_that_was_switched_off_says_so() {
    for status in [404, 410] {
        let error = list(ApiVersion::Preview3, [answer(status, &[], "")]).0.unwrap_err();
        let AdapterError::Refused { refusal, message, .. } = error else { panic!("{error}") };
        assert_eq!(refusal, Refusal::VersionGone);
        assert!(message.contains("preview3 was switched off; use v1"), "{message}");
    }
}

#[test]
fn silence_is_known_or_unknown() {
    let lost = || TransportError::Lost { message: "reset".to_owned() };
    let not_sent = TransportError::NotSent { message: "refused".to_owned() };
    let unreachable =
        |message: &str, effect| AdapterError::Unreachable { message: message.to_owned(), effect };
    assert_eq!(refused(Verb::Create, Err(lost())), unreachable("reset", Effect::Unknown));
    assert_eq!(refused(Verb::Create, Err(not_sent)), unreachable("refused", Effect::None));
    assert_eq!(refused(Verb::Create, Err(TransportError::Cancelled)), AdapterError::Cancelled);
    let unauthorized = TransportError::Unauthorized { message: "no".to_owned() };
    assert_eq!(
        refused(Verb::Create, Err(unauthorized)),
        AdapterError::Unauthorized { message: "no".to_owned() }
    );
    // A read has no effect, whatever became of it.
    let (adapter, _) = connect(ApiVersion::V1, [Err(lost())]);
    let read = wait(adapter.read(&RemoteId::of_key("A"), &CancellationToken::new()));
    assert_eq!(read, Err(unreachable("reset", Effect::None)));
}

#[test]
fn an_unreadable_success_is_unknown() {
    for body in ["{", r#"{"displayName":"no key"}"#, "<html>"] {
        let error = refused(Verb::Update, answer(200, &[], body));
        let AdapterError::Refused { refusal, effect, .. } = error else { panic!("{error}") };
        assert_eq!((refusal, effect), (Refusal::Failed, Effect::Unknown), "{body}");
    }
    let error = list(ApiVersion::V1, [answer(200, &[], r#"{"items":[{}]}"#)]).0.unwrap_err();
    let AdapterError::Refused { refusal, effect, .. } = error else { panic!("{error}") };
    assert_eq!((refusal, effect), (Refusal::Failed, Effect::None));
}

/// Credentials follow no redirect, so nothing was carried out.
#[test]
fn a_redirect_is_no_answer() {
    let error = refused(Verb::Update, answer(302, &[], ""));
    assert!(matches!(error, AdapterError::Unreachable { effect: Effect::None, .. }), "{error:?}");
}
