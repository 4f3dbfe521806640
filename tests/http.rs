//! The transport against a server on this machine.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use catalyst_sync::http::{
    AccessError, Allowance, Credentials, Endpoint, EndpointError, HttpOptions, HttpTransport,
    Offer, Pace, RequestLog, Secret, grant, scrub,
};
use catalyst_sync::port::{Clock, Method, Request, Transport as _, TransportError};
use tokio::io::AsyncWriteExt as _;
use tokio_util::sync::CancellationToken;

use crate::support::clock::TestClock;
use crate::support::fake::listen;
use crate::support::loopback::{Loopback, Received, Reply, answer, token};

const SECRET: &str = "s3cr3t/+\"of mine";

fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}

fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

fn credentials() -> Credentials {
    Credentials { client_id: "studio".to_owned(), client_secret: Secret::new(SECRET) }
}

fn pace(requests_per_minute: u32, max_in_flight: u32) -> HttpOptions {
    let pace = Pace {
        requests_per_minute: count(requests_per_minute),
        max_in_flight: count(max_in_flight),
    };
    HttpOptions { pace, ..HttpOptions::standard() }
}

fn transport(server: &Loopback, options: HttpOptions, clock: &Arc<TestClock>) -> HttpTransport {
    let endpoint = Endpoint::parse(&format!("http://{}/v1", server.address)).expect("loopback");
    let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(clock);
    HttpTransport::new(endpoint, credentials(), options, clock).expect("no TLS is needed")
}

fn request(method: Method, path: &str) -> Request {
    let body = (method != Method::Get).then(|| "{}".to_owned());
    Request { method, path: path.to_owned(), headers: Vec::new(), body }
}

fn get(path: &str) -> Request {
    request(Method::Get, path)
}

/// A server that gives tokens `token-1`, `token-2` … for 300 seconds, and answers the n-th other
/// request, counted from 0, as told.
async fn server(reply: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static) -> Loopback {
    let (tokens, calls) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Loopback::start(move |received| {
        if received.path == "/oauth/token" {
            token(&format!("token-{}", tokens.fetch_add(1, Ordering::SeqCst) + 1), 300)
        } else {
            reply(calls.fetch_add(1, Ordering::SeqCst), received)
        }
    })
    .await
}

/// A free port that nobody listens on.
async fn nobody() -> std::net::SocketAddr {
    let listener = listen().await;
    listener.local_addr().expect("an address")
}

mod secrets {
    use super::*;

    #[test]
    fn print_as_stars() {
        let secret = Secret::new(SECRET);
        assert_eq!(format!("{secret} {secret:?} {:?}", credentials()), {
            r#"*** *** Credentials { client_id: "studio", client_secret: *** }"#
        });
    }

    #[test]
    fn are_masked_in_every_form() {
        let secret = Secret::new(SECRET);
        let basic = Secret::new(format!("studio:{SECRET}"));
        let table = [
            (r#"as it is: s3cr3t/+"of mine."#, "as it is: ***."),
            (r#"{"s":"s3cr3t/+\"of mine"}"#, r#"{"s":"***"}"#),
            (r#"{"s":"s3cr3t\/+\"of mine"}"#, r#"{"s":"***"}"#),
            ("form: s3cr3t%2F%2B%22of+mine&x=1", "form: ***&x=1"),
            ("form: s3cr3t%2f%2b%22of+mine&x=1", "form: ***&x=1"),
            ("percent: s3cr3t%2F%2B%22of%20mine", "percent: ***"),
            ("base64: czNjcjN0Lysib2YgbWluZQ", "base64: ***"),
            ("basic: c3R1ZGlvOnMzY3IzdC8rIm9mIG1pbmU=", "basic: ***="),
            ("nothing: s3cr3t", "nothing: s3cr3t"),
        ];
        for (text, masked) in table {
            assert_eq!(scrub(text, &[&secret, &basic]), masked);
        }
    }

    #[test]
    fn that_are_empty_mask_nothing() {
        assert_eq!(scrub("abc", &[&Secret::new("")]), "abc");
    }
}

mod addresses {
    use super::*;

    #[test]
    fn must_be_safe_for_credentials() {
        let table = [
            ("https://api.cms.optimizely.com/v1", Ok("https://api.cms.optimizely.com")),
            ("https://api.cms.optimizely.com:443/v1/", Ok("https://api.cms.optimizely.com")),
            ("https://Cms.Example:8443", Ok("https://cms.example:8443")),
            ("http://127.0.0.1:4010/v1", Ok("http://127.0.0.1:4010")),
            ("http://[::1]:4010/v1", Ok("http://[::1]:4010")),
            ("http://localhost:4010/v1", Ok("http://localhost:4010")),
            ("http://cms.example/v1", Err(EndpointError::Insecure)),
            ("http://127.0.0.1.cms.example/v1", Err(EndpointError::Insecure)),
            ("http://localhost.cms.example/v1", Err(EndpointError::Insecure)),
            ("https://user@cms.example/v1", Err(EndpointError::UserInfo)),
            ("https://user:password@cms.example/v1", Err(EndpointError::UserInfo)),
            ("https://cms.example/v1?key=1", Err(EndpointError::Query)),
            ("https://cms.example/v1#top", Err(EndpointError::Query)),
            ("ftp://cms.example/v1", Err(EndpointError::Invalid)),
            ("file:///etc/passwd", Err(EndpointError::Invalid)),
            ("cms.example/v1", Err(EndpointError::Invalid)),
            ("", Err(EndpointError::Invalid)),
        ];
        for (text, expected) in table {
            let endpoint = Endpoint::parse(text);
            let origin = endpoint.as_ref().map(|endpoint| endpoint.origin().as_str());
            assert_eq!(origin.map_err(|error| *error), expected, "{text}");
        }
    }

    const OWN: &str = "https://api.cms.optimizely.com/v1";

    fn offer(api_url: &str, client_id: &str, client_secret: &str) -> Offer {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Offer {
            api_url: given(api_url),
            client_id: given(client_id),
            client_secret: given(client_secret).map(Secret::new),
        }
    }

    fn granted(environment: &Offer, configuration: &Offer) -> Result<String, AccessError> {
        let allowed = ["cms.example".to_owned(), "other.example:8443".to_owned()];
        let allowance = Allowance { api_url: OWN, allowed_hosts: &allowed };
        let (endpoint, credentials) = grant(environment, configuration, allowance)?;
        Ok(format!("{} as {}", endpoint.base(), credentials.client_id))
    }

    #[test]
    fn get_the_credentials_of_their_own_source() {
        let environment = offer("", "env", "x");
        let table = [
            (offer("", "", ""), Ok("https://api.cms.optimizely.com/v1 as env")),
            (offer("", "own", "y"), Ok("https://api.cms.optimizely.com/v1 as own")),
            (
                offer("https://api.cms.optimizely.com/preview3", "", ""),
                Ok("https://api.cms.optimizely.com/preview3 as env"),
            ),
            (offer("https://cms.example/v1", "own", "y"), Ok("https://cms.example/v1 as own")),
            (offer("https://other.example:8443", "own", "y"), {
                Ok("https://other.example:8443/ as own")
            }),
            // Whether allowed or not, the environment's credentials do not travel.
            (offer("https://cms.example/v1", "", ""), {
                Err("the credentials of the environment do not go to https://cms.example")
            }),
            (offer("https://evil.example/v1", "", ""), {
                Err("https://evil.example is not an allowed host")
            }),
            (offer("https://evil.example/v1", "own", "y"), {
                Err("https://evil.example is not an allowed host")
            }),
            (offer("https://other.example", "own", "y"), {
                Err("https://other.example is not an allowed host")
            }),
            (offer("https://api.cms.optimizely.com.evil.example", "own", "y"), {
                Err("https://api.cms.optimizely.com.evil.example is not an allowed host")
            }),
            (offer("", "own", ""), Err("the client secret is missing")),
            (offer("", "", "y"), Err("the client id is missing")),
            (offer("http://cms.example/v1", "own", "y"), {
                Err("the configured address: the address is plain http, which is allowed to this \
                     machine only; use https")
            }),
        ];
        for (configuration, expected) in table {
            let outcome = granted(&environment, &configuration).map_err(|error| error.to_string());
            assert_eq!(outcome.as_deref().map_err(String::as_str), expected);
        }
    }

    #[test]
    fn of_the_platform_need_own_credentials_when_the_environment_names_another() {
        let environment = offer("http://127.0.0.1:4010/v1", "env", "x");
        let refused = AccessError::ForeignHost { origin: "https://api.cms.optimizely.com".into() };
        assert_eq!(granted(&environment, &offer(OWN, "", "")), Err(refused));
        assert_eq!(granted(&environment, &offer(OWN, "own", "y")), Ok(format!("{OWN} as own")));
    }

    #[test]
    fn without_any_credentials_are_of_no_use() {
        let missing = AccessError::CredentialsMissing { missing: "the client id" };
        assert_eq!(granted(&Offer::default(), &Offer::default()), Err(missing));
    }

    #[tokio::test]
    async fn are_never_left_by_a_path() {
        let server = server(|_, _| answer(200, "", "")).await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        for path in ["/../oauth/token", "/%2e%2e/oauth/token", "x", "@evil.example/", ""] {
            let outcome = transport.send(&get(path), &CancellationToken::new()).await;
            let message = "the path leads out of the base address".to_owned();
            assert_eq!(outcome, Err(TransportError::NotSent { message }), "{path}");
        }
        assert_eq!(server.received().len(), 0);
    }

    #[tokio::test]
    async fn are_never_left_by_a_redirect() {
        let other = server(|_, _| answer(200, "", "")).await;
        let location = format!("location: http://{}/v1/contenttypes\r\n", other.address);
        let server = server(move |_, _| answer(302, &location, "")).await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        let answer = transport.send(&get("/contenttypes"), &CancellationToken::new()).await;
        assert_eq!(answer.map(|answer| answer.status), Ok(302));
        assert_eq!((server.calls().len(), other.received().len()), (1, 0));
    }

    #[tokio::test]
    async fn that_speak_no_tls_get_no_request() {
        let listener = listen().await;
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                stream.write_all(b"HTTP/1.1 400 Not TLS\r\n\r\n").await.expect("a peer");
            }
        });
        let endpoint = Endpoint::parse(&format!("https://{address}/v1")).expect("https");
        let clock: Arc<dyn Clock> = TestClock::new();
        let outcome = match HttpTransport::new(endpoint, credentials(), pace(9, 1), clock) {
            Ok(transport) => transport.send(&get("/x"), &CancellationToken::new()).await,
            // A system without any certificates cannot even try.
            Err(error) => Err(error),
        };
        assert!(matches!(outcome, Err(TransportError::NotSent { .. })), "{outcome:?}");
    }
}

mod tokens {
    use super::*;

    #[tokio::test]
    async fn are_asked_for_as_documented_and_sent_with_every_request() {
        let server = server(|_, _| answer(200, "etag: \"7\"\r\n", "{}")).await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        let mut patch = request(Method::Patch, "/contenttypes/Event?x=1");
        patch.headers.push(("content-type", "application/merge-patch+json".to_owned()));
        patch.headers.push(("if-match", "\"6\"".to_owned()));
        let answer = transport.send(&patch, &CancellationToken::new()).await.expect("an answer");
        assert_eq!((answer.status, answer.header("etag")), (200, Some("\"7\"")));

        let received = server.received();
        assert_eq!((&*received[0].method, &*received[0].path), ("POST", "/oauth/token"));
        assert_eq!(received[0].header("content-type"), Some("application/json"));
        assert_eq!(
            received[0].body,
            r#"{"client_id":"studio","client_secret":"s3cr3t/+\"of mine","grant_type":"client_credentials"}"#
        );
        assert_eq!((&*received[1].method, &*received[1].path), {
            ("PATCH", "/v1/contenttypes/Event?x=1")
        });
        assert_eq!(received[1].header("authorization"), Some("Bearer token-1"));
        assert_eq!(received[1].header("content-type"), Some("application/merge-patch+json"));
        assert_eq!(received[1].header("if-match"), Some("\"6\""));
        assert_eq!(transport.traffic().requests, 2);
        let bodies = received[0].body.len() + received[1].body.len();
        let answers = r#"{"access_token":"token-1","expires_in":300,"token_type":"Bearer"}{}"#;
        assert_eq!(transport.traffic().bytes, (bodies + answers.len()) as u64);
    }

    #[tokio::test]
    async fn are_shared_by_all_transports_and_asked_for_once() {
        let server = server(|_, _| answer(200, "", "")).await;
        let clock = TestClock::new();
        let (one, two) = (
            transport(&server, HttpOptions::standard(), &clock),
            transport(&server, HttpOptions::standard(), &clock),
        );
        let cancel = CancellationToken::new();
        let (path, all) = (get("/x"), 0..10);
        let sends = all.map(|at| if at % 2 == 0 { &one } else { &two }.send(&path, &cancel));
        for outcome in futures_util::future::join_all(sends).await {
            assert_eq!(outcome.map(|answer| answer.status), Ok(200));
        }
        assert_eq!((server.token_requests(), server.calls().len()), (1, 10));
    }

    #[tokio::test]
    async fn of_another_secret_are_not_shared() {
        let server = server(|_, _| answer(200, "", "")).await;
        let clock = TestClock::new();
        let one = transport(&server, HttpOptions::standard(), &clock);
        let endpoint = Endpoint::parse(&format!("http://{}/v1", server.address)).expect("loopback");
        let other = Credentials { client_secret: Secret::new("another"), ..credentials() };
        let two = HttpTransport::new(endpoint, other, HttpOptions::standard(), clock).expect("set");
        for transport in [&one, &two] {
            transport.send(&get("/x"), &CancellationToken::new()).await.expect("an answer");
        }
        assert_eq!(server.token_requests(), 2);
    }

    #[tokio::test]
    async fn are_renewed_before_they_expire() {
        let server = server(|_, _| answer(200, "", "")).await;
        let clock = TestClock::manual();
        let transport = transport(&server, HttpOptions::standard(), &clock);
        for (advance, requests) in [(0, 1), (269, 1), (1, 2), (269, 2), (1, 3)] {
            clock.advance(seconds(advance));
            transport.send(&get("/x"), &CancellationToken::new()).await.expect("an answer");
            assert_eq!(server.token_requests(), requests, "after {:?}", clock.elapsed());
        }
    }

    #[tokio::test]
    async fn that_are_refused_are_renewed_once_and_the_request_sent_again() {
        let server = server(|_, received| match received.header("authorization") {
            Some("Bearer token-1") => answer(401, "", ""),
            _ => answer(201, "", ""),
        })
        .await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        let create = request(Method::Post, "/contenttypes");
        let answer = transport.send(&create, &CancellationToken::new()).await;
        assert_eq!(answer.map(|answer| answer.status), Ok(201));
        assert_eq!((server.token_requests(), server.calls().len()), (2, 2));
        assert_eq!(server.calls()[1].body, "{}");
    }

    #[tokio::test]
    async fn that_are_refused_twice_end_it() {
        let server = server(|_, _| answer(401, "", "")).await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        let outcome = transport.send(&get("/x"), &CancellationToken::new()).await;
        let message = "the platform refuses a renewed token (401)".to_owned();
        assert_eq!(outcome, Err(TransportError::Unauthorized { message }));
        assert_eq!((server.token_requests(), server.calls().len()), (2, 2));
    }

    #[tokio::test]
    async fn that_are_denied_are_told_in_the_words_of_the_code_only() {
        let echo = r#"{"error":"invalid_client","error_description":"no client with s3cr3t/+"}"#;
        let coded = r#"{"code":"AUTHENTICATION_ERROR","detail":"s3cr3t/+"}"#;
        let chatty = r#"{"error":"the secret s3cr3t is wrong"}"#;
        let table = [
            (400, echo, "the token endpoint answered 400 (invalid_client)"),
            (401, coded, "the token endpoint answered 401 (AUTHENTICATION_ERROR)"),
            (403, chatty, "the token endpoint answered 403"),
        ];
        for (status, body, message) in table {
            let server = Loopback::start(move |_| answer(status, "", body)).await;
            let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
            let outcome = transport.send(&get("/x"), &CancellationToken::new()).await;
            let message = message.to_owned();
            assert_eq!(outcome, Err(TransportError::Unauthorized { message }));
            assert_eq!(server.received().len(), 1);
        }
    }

    #[tokio::test]
    async fn that_are_not_given_out_at_this_address_are_no_fault_of_the_credentials() {
        let table = [
            (404, "the token endpoint answered 404"),
            (405, "the token endpoint answered 405"),
            (301, "the token endpoint answered 301, a redirect, which credentials do not follow"),
            (307, "the token endpoint answered 307, a redirect, which credentials do not follow"),
        ];
        for (status, message) in table {
            let server = Loopback::start(move |_| {
                answer(
                    status,
                    "location: https://elsewhere.example/s3cr3t\r\n",
                    "<html>s3cr3t</html>",
                )
            })
            .await;
            let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
            let outcome = transport.send(&get("/x"), &CancellationToken::new()).await;
            assert_eq!(outcome, Err(TransportError::NotSent { message: message.to_owned() }));
            assert_eq!(server.received().len(), 1);
        }
    }

    #[tokio::test]
    async fn that_are_denied_are_asked_for_once_by_all_who_wait() {
        let refuse = || {
            let denied = answer(400, "", r#"{"error":"invalid_client"}"#);
            Reply::After(Duration::from_millis(20), Box::new(denied))
        };
        let server = Loopback::start(move |_| refuse()).await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        let (path, cancel) = (get("/x"), CancellationToken::new());
        let outcomes =
            futures_util::future::join_all((0..8).map(|_| transport.send(&path, &cancel))).await;
        assert!(outcomes.iter().all(|o| matches!(o, Err(TransportError::Unauthorized { .. }))));
        assert_eq!(server.received().len(), 1);
    }

    #[tokio::test]
    async fn are_asked_for_again_when_the_endpoint_fails() {
        let asked = AtomicUsize::new(0);
        let server = Loopback::start(move |received| match &*received.path {
            "/oauth/token" => match asked.fetch_add(1, Ordering::SeqCst) {
                0 => answer(503, "", ""),
                1 => Reply::Cut,
                _ => token("late", 300),
            },
            _ => answer(200, "", ""),
        })
        .await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        let answer = transport.send(&request(Method::Post, "/x"), &CancellationToken::new()).await;
        assert_eq!(answer.map(|answer| answer.status), Ok(200));
        assert_eq!((server.token_requests(), server.calls().len()), (3, 1));
    }

    #[tokio::test]
    async fn that_cannot_be_had_mean_that_nothing_was_sent() {
        let server = Loopback::start(|_| answer(503, "", "")).await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        let outcome = transport.send(&get("/x"), &CancellationToken::new()).await;
        let message = "the token endpoint answered 503".to_owned();
        assert_eq!(outcome, Err(TransportError::NotSent { message }));
        assert_eq!((server.token_requests(), server.calls().len()), (3, 0));
    }
}

mod repeating {
    use super::*;

    #[tokio::test]
    async fn is_for_reads_that_may_succeed_later() {
        for status in [408, 425, 429, 500, 502, 503, 504] {
            let server =
                server(move |call, _| answer(if call < 2 { status } else { 200 }, "", "")).await;
            let clock = TestClock::new();
            let transport = transport(&server, HttpOptions::standard(), &clock);
            let outcome = transport.send(&get("/x"), &CancellationToken::new()).await;
            assert_eq!(outcome.map(|answer| answer.status), Ok(200), "{status}");
            assert_eq!(server.calls().len(), 3);
            // 1 to 2 seconds, then 2 to 4.
            assert!((seconds(3)..=seconds(6)).contains(&clock.elapsed()), "{:?}", clock.elapsed());
        }
    }

    #[tokio::test]
    async fn waits_twice_as_long_each_time_with_jitter_and_never_over_30_seconds() {
        let server = server(|_, _| answer(503, "", "")).await;
        let clock = TestClock::new();
        let options = HttpOptions {
            max_attempts: count(8),
            patience: seconds(1_000),
            ..HttpOptions::standard()
        };
        let transport = transport(&server, options, &clock);
        transport.send(&get("/x"), &CancellationToken::new()).await.expect("an answer");
        let bounds = [(1, 2), (2, 4), (4, 8), (8, 16), (16, 30), (30, 30), (30, 30)];
        let slept = clock.slept();
        assert_eq!(slept.len(), bounds.len());
        for (wait, (least, most)) in slept.into_iter().zip(bounds) {
            assert!((seconds(least)..=seconds(most)).contains(&wait), "{wait:?} for {least}");
        }
    }

    #[tokio::test]
    async fn ends_with_the_last_answer() {
        let server =
            server(|call, _| answer(500 + u16::try_from(call).expect("few"), "", "")).await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        let outcome = transport.send(&get("/x"), &CancellationToken::new()).await;
        assert_eq!(outcome.map(|answer| answer.status), Ok(502));
    }

    #[tokio::test]
    async fn is_not_for_answers_that_stay_the_same() {
        for status in [304, 400, 403, 404, 410, 412] {
            let server = server(move |_, _| answer(status, "", "")).await;
            let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
            let outcome = transport.send(&get("/x"), &CancellationToken::new()).await;
            assert_eq!(outcome.map(|answer| answer.status), Ok(status));
            assert_eq!(server.calls().len(), 1);
        }
    }

    #[tokio::test]
    async fn is_not_for_writes() {
        for method in [Method::Post, Method::Patch, Method::Delete] {
            for status in [408, 425, 429, 500, 503] {
                let server = server(move |_, _| answer(status, "retry-after: 1\r\n", "")).await;
                let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
                let outcome =
                    transport.send(&request(method, "/x"), &CancellationToken::new()).await;
                assert_eq!(outcome.map(|answer| answer.status), Ok(status));
                assert_eq!(server.calls().len(), 1, "{method:?} {status}");
            }
        }
    }

    #[tokio::test]
    async fn of_writes_does_not_happen_on_a_kept_connection_either() {
        let server =
            server(|call, _| if call == 0 { answer(200, "", "") } else { Reply::Cut }).await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        let cancel = CancellationToken::new();
        transport.send(&get("/x"), &cancel).await.expect("an answer");
        let outcome = transport.send(&request(Method::Post, "/x"), &cancel).await;
        assert!(matches!(outcome, Err(TransportError::Lost { .. })), "{outcome:?}");
        assert_eq!(server.calls().len(), 2);
    }

    #[tokio::test]
    async fn waits_as_long_as_the_server_asks() {
        // The clock of the test begins at 2026-01-01T00:00:00Z; the server's own may be wrong.
        let table = [
            ("retry-after: 40\r\n", 40),
            ("retry-after: Thu, 01 Jan 2026 00:00:50 GMT\r\n", 50),
            (
                "date: Fri, 02 Jan 2026 10:00:00 GMT\r\nretry-after: Fri, 02 Jan 2026 10:01:00 GMT\r\n",
                60,
            ),
            ("retry-after: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 0),
        ];
        for status in [429, 503] {
            for (header, wait) in table {
                let server = server(move |call, _| {
                    if call == 0 { answer(status, header, "") } else { answer(200, "", "") }
                })
                .await;
                let clock = TestClock::new();
                let transport = transport(&server, HttpOptions::standard(), &clock);
                let outcome = transport.send(&get("/x"), &CancellationToken::new()).await;
                assert_eq!(outcome.map(|answer| answer.status), Ok(200));
                assert_eq!(clock.elapsed(), seconds(wait), "{header}");
            }
        }
    }

    #[tokio::test]
    async fn is_bounded_by_patience() {
        for status in [429, 503] {
            let server = server(move |_, _| answer(status, "retry-after: 121\r\n", "")).await;
            let clock = TestClock::new();
            let transport = transport(&server, HttpOptions::standard(), &clock);
            let outcome = transport.send(&get("/x"), &CancellationToken::new()).await;
            assert_eq!(outcome.map(|answer| answer.status), Ok(status));
            assert_eq!((server.calls().len(), clock.elapsed()), (1, seconds(0)));
        }
    }
}

mod answers {
    use super::*;

    async fn outcome(
        method: Method,
        reply: impl Fn() -> Reply + Send + Sync + 'static,
    ) -> (String, usize) {
        let server = server(move |_, _| reply()).await;
        let options = HttpOptions {
            max_body: 1_000,
            request_timeout: Duration::from_millis(200),
            ..HttpOptions::standard()
        };
        let transport = transport(&server, options, &TestClock::new());
        let outcome = transport.send(&request(method, "/x"), &CancellationToken::new()).await;
        let text = match outcome {
            Err(TransportError::Lost { message }) => format!("lost: {message}"),
            other => format!("{other:?}"),
        };
        (text, server.calls().len())
    }

    #[tokio::test]
    async fn that_do_not_come_are_lost() {
        let (text, calls) = outcome(Method::Post, || Reply::Cut).await;
        assert!(text.starts_with("lost: the answer of 127.0.0.1 was lost: "), "{text}");
        assert_eq!(calls, 1);
        assert_eq!(outcome(Method::Get, || Reply::Cut).await.1, 3);
    }

    #[tokio::test]
    async fn that_end_too_early_are_lost() {
        let cut =
            || Reply::Last("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"items\":[".to_owned());
        let (text, calls) = outcome(Method::Patch, cut).await;
        assert!(text.starts_with("lost: the answer of 127.0.0.1 was lost: "), "{text}");
        assert_eq!(calls, 1);
        let chunked = || {
            Reply::Last(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n".to_owned(),
            )
        };
        assert!(outcome(Method::Patch, chunked).await.0.starts_with("lost: "));
    }

    #[tokio::test]
    async fn that_take_too_long_are_lost() {
        let late = || Reply::After(Duration::from_secs(5), Box::new(answer(200, "", "")));
        let expected = "lost: no answer from 127.0.0.1 within 200 ms".to_owned();
        assert_eq!(outcome(Method::Delete, late).await, (expected, 1));
        let stalled = || {
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_owned();
            Reply::Bytes(head)
        };
        let expected = "lost: no answer from 127.0.0.1 within 200 ms".to_owned();
        assert_eq!(outcome(Method::Delete, stalled).await, (expected, 1));
    }

    #[tokio::test]
    async fn that_are_too_long_are_lost_and_not_asked_for_again() {
        let expected = || "lost: the answer is longer than 1000 bytes".to_owned();
        let announced = || answer(200, "", &"x".repeat(1_001));
        assert_eq!(outcome(Method::Get, announced).await, (expected(), 1));
        let unannounced = || {
            let chunk = format!("300\r\n{}\r\n", "x".repeat(0x300));
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
            Reply::Bytes(format!("{head}{chunk}{chunk}0\r\n\r\n"))
        };
        assert_eq!(outcome(Method::Get, unannounced).await, (expected(), 1));
        let (text, _) = outcome(Method::Get, || answer(200, "", &"x".repeat(1_000))).await;
        assert!(text.starts_with("Ok("), "{text}");
    }

    #[tokio::test]
    async fn cannot_come_without_a_connection() {
        let endpoint = Endpoint::parse(&format!("http://{}/v1", nobody().await)).expect("loopback");
        let clock: Arc<dyn Clock> = TestClock::new();
        let transport = HttpTransport::new(endpoint, credentials(), HttpOptions::standard(), clock)
            .expect("set");
        let outcome = transport.send(&request(Method::Post, "/x"), &CancellationToken::new()).await;
        let Err(TransportError::NotSent { message }) = outcome else { panic!("{outcome:?}") };
        assert!(
            message
                .starts_with("the token endpoint cannot be reached: no connection to 127.0.0.1: ")
        );
    }
}

mod pacing {
    use super::*;

    #[tokio::test]
    async fn begins_with_a_full_bucket_that_fills_again() {
        let server = server(|_, _| answer(200, "", "")).await;
        let clock = TestClock::new();
        let transport = transport(&server, pace(4, 8), &clock);
        for expected in [0, 0, 0, 0, 15, 30, 45] {
            transport.send(&get("/x"), &CancellationToken::new()).await.expect("an answer");
            assert_eq!(clock.elapsed(), seconds(expected));
        }
        assert_eq!(server.token_requests(), 1);
    }

    #[tokio::test]
    async fn is_shared_and_the_strictest_rules_while_it_is_there() {
        let server = server(|_, _| answer(200, "", "")).await;
        let clock = TestClock::new();
        let fast = transport(&server, pace(60, 8), &clock);
        let slow = transport(&server, pace(2, 8), &clock);
        let cancel = CancellationToken::new();
        for (transport, expected) in [(&fast, 0), (&slow, 0), (&fast, 30), (&slow, 60)] {
            transport.send(&get("/x"), &cancel).await.expect("an answer");
            assert_eq!(clock.elapsed(), seconds(expected));
        }
        drop(slow);
        // The bucket of the faster one was charged all the while.
        for _ in 0..59 {
            fast.send(&get("/x"), &cancel).await.expect("an answer");
        }
        assert_eq!(clock.elapsed(), seconds(60));
        fast.send(&get("/x"), &cancel).await.expect("an answer");
        assert_eq!(clock.elapsed(), seconds(61));
    }

    #[tokio::test]
    async fn counts_attempts() {
        let server = server(|call, _| answer(if call == 0 { 503 } else { 200 }, "", "")).await;
        let clock = TestClock::new();
        let transport = transport(&server, pace(1, 8), &clock);
        transport.send(&get("/x"), &CancellationToken::new()).await.expect("an answer");
        assert_eq!((server.calls().len(), clock.elapsed()), (2, seconds(60)));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn bounds_requests_in_flight() {
        let server =
            server(|_, _| Reply::After(Duration::from_millis(10), Box::new(answer(200, "", ""))))
                .await;
        let clock = TestClock::new();
        let (one, two) =
            (transport(&server, pace(100, 3), &clock), transport(&server, pace(100, 5), &clock));
        let (path, cancel) = (get("/x"), CancellationToken::new());
        let sends = (0..30).map(|at| if at % 2 == 0 { &one } else { &two }.send(&path, &cancel));
        for outcome in futures_util::future::join_all(sends).await {
            assert_eq!(outcome.map(|answer| answer.status), Ok(200));
        }
        assert_eq!((server.calls().len(), server.most_at_once()), (30, 3));
    }

    #[tokio::test]
    async fn is_held_back_by_an_answer_to_a_write() {
        let server = server(|call, _| {
            if call == 0 { answer(429, "retry-after: 7\r\n", "") } else { answer(200, "", "") }
        })
        .await;
        let clock = TestClock::new();
        let (one, two) = (
            transport(&server, HttpOptions::standard(), &clock),
            transport(&server, HttpOptions::standard(), &clock),
        );
        let cancel = CancellationToken::new();
        let refused = one.send(&request(Method::Post, "/x"), &cancel).await.expect("an answer");
        assert_eq!((refused.status, clock.elapsed()), (429, seconds(0)));
        two.send(&get("/x"), &cancel).await.expect("an answer");
        assert_eq!(clock.elapsed(), seconds(7));
    }

    #[tokio::test]
    async fn is_never_held_back_for_longer_than_patience() {
        let server = server(|_, _| answer(200, "", "")).await;
        let clock = TestClock::new();
        let transport = transport(&server, HttpOptions::standard(), &clock);
        transport.hold_back(seconds(86_400));
        transport.hold_back(seconds(1));
        transport.send(&get("/x"), &CancellationToken::new()).await.expect("an answer");
        assert_eq!(clock.elapsed(), seconds(120));
    }
}

mod cancelling {
    use super::*;

    #[tokio::test]
    async fn before_sending_sends_nothing() {
        let server = server(|_, _| answer(200, "", "")).await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        let cancel = CancellationToken::new();
        cancel.cancel();
        let outcome = transport.send(&request(Method::Post, "/x"), &cancel).await;
        assert_eq!(outcome, Err(TransportError::Cancelled));
        assert_eq!(server.received().len(), 0);
    }

    #[tokio::test]
    async fn ends_the_wait_for_a_permit_and_leaves_the_lane_usable() {
        let server = server(|_, _| answer(200, "", "")).await;
        let clock = TestClock::manual();
        let transport = Arc::new(transport(&server, HttpOptions::standard(), &clock));
        transport.hold_back(seconds(60));
        let cancel = CancellationToken::new();
        let waiting = tokio::spawn({
            let (transport, cancel) = (Arc::clone(&transport), cancel.clone());
            async move { transport.send(&get("/x"), &cancel).await }
        });
        clock.until_asleep().await;
        cancel.cancel();
        assert_eq!(waiting.await.expect("no panic"), Err(TransportError::Cancelled));
        assert_eq!(server.received().len(), 0);

        clock.advance(seconds(60));
        let answer = transport.send(&get("/x"), &CancellationToken::new()).await;
        assert_eq!(answer.map(|answer| answer.status), Ok(200));
    }

    #[tokio::test]
    async fn ends_the_wait_before_another_attempt() {
        let server = server(|_, _| answer(503, "retry-after: 60\r\n", "")).await;
        let clock = TestClock::manual();
        let transport = Arc::new(transport(&server, HttpOptions::standard(), &clock));
        let cancel = CancellationToken::new();
        let waiting = tokio::spawn({
            let (transport, cancel) = (Arc::clone(&transport), cancel.clone());
            async move { transport.send(&get("/x"), &cancel).await }
        });
        clock.until_asleep().await;
        cancel.cancel();
        assert_eq!(waiting.await.expect("no panic"), Err(TransportError::Cancelled));
        assert_eq!(server.calls().len(), 1);
    }

    #[tokio::test]
    async fn awaits_an_answer_in_flight() {
        let cancel = CancellationToken::new();
        let during = cancel.clone();
        let server = server(move |_, _| {
            during.cancel();
            Reply::After(Duration::from_millis(10), Box::new(answer(201, "", "")))
        })
        .await;
        let transport = transport(&server, HttpOptions::standard(), &TestClock::new());
        let answer = transport.send(&request(Method::Post, "/x"), &cancel).await;
        assert_eq!(answer.map(|answer| answer.status), Ok(201));
    }
}

mod telling {
    use super::*;

    fn observed() -> (HttpOptions, Arc<Mutex<Vec<RequestLog>>>) {
        let logs = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&logs);
        let observer = move |log| sink.lock().expect("no test panics while logging").push(log);
        let options = HttpOptions { observer: Some(Arc::new(observer)), ..HttpOptions::standard() };
        (options, logs)
    }

    #[tokio::test]
    async fn every_request_with_its_attempt_and_no_query() {
        let server = server(|call, _| {
            answer(if call == 0 { 503 } else { 200 }, &format!("x-request-id: r{call}\r\n"), "")
        })
        .await;
        let (options, logs) = observed();
        let transport = transport(&server, options, &TestClock::new());
        transport.send(&get("/x?key=1"), &CancellationToken::new()).await.expect("an answer");
        let told: Vec<_> = logs
            .lock()
            .expect("unpoisoned")
            .iter()
            .map(|log| {
                (log.method, log.path.clone(), log.status, log.attempt, log.request_id.clone())
            })
            .collect();
        let id = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                ("POST", "/oauth/token".to_owned(), Some(200), 1, None),
                ("GET", "/v1/x".to_owned(), Some(503), 1, id("r0")),
                ("GET", "/v1/x".to_owned(), Some(200), 2, id("r1")),
            ]
        );
    }

    #[tokio::test]
    async fn no_secret_whatever_the_server_echoes() {
        let server = server(|_, received| {
            let bearer = received.header("authorization").unwrap_or_default().to_owned();
            let headers = format!("x-request-id: {bearer}\r\nx-echo: {bearer}\r\n");
            let body = format!(
                r#"{{"detail":"bad {bearer}, s3cr3t/+\"of mine, c3R1ZGlvOnMzY3IzdC8rIm9mIG1pbmU="}}"#
            );
            answer(400, &headers, &body)
        })
        .await;
        let (options, logs) = observed();
        let transport = transport(&server, options, &TestClock::new());
        let path = "/token-1/s3cr3t%2F+%22of%20mine?secret=s3cr3t";
        let answer =
            transport.send(&get(path), &CancellationToken::new()).await.expect("an answer");
        assert_eq!(str::from_utf8(&answer.body), Ok(r#"{"detail":"bad Bearer ***, ***, ***="}"#));
        assert_eq!(answer.header("x-echo"), Some("Bearer ***"));
        let told = format!("{:?}", logs.lock().expect("unpoisoned"));
        assert!(told.contains("/v1/***/"), "{told}");
        for secret in ["s3cr3t/+", "token-1", "c3R1ZGlv"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
    }

    #[tokio::test]
    async fn why_there_was_no_answer() {
        let server = server(|_, _| Reply::Cut).await;
        let (options, logs) = observed();
        let transport = transport(&server, options, &TestClock::new());
        let outcome = transport.send(&request(Method::Post, "/x"), &CancellationToken::new()).await;
        let Err(TransportError::Lost { message }) = outcome else { panic!("{outcome:?}") };
        let logs = logs.lock().expect("unpoisoned");
        assert_eq!((logs[1].status, &logs[1].failure), (None, &Some(message)));
    }
}
