//! What a platform answers: to a request for a token, for a listing, for a definition, to a write.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use async_trait::async_trait;
use catalyst_sync::http::{
    Carrier, Credentials, Endpoint, HttpOptions, HttpTransport, Parcel, Secret,
};
use catalyst_sync::plan::Verb;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyAdapter};
use catalyst_sync::port::{
    Adapter, AdapterError, Operation, RemoteId, Response, Stored, TransportError,
};
use tokio_util::sync::CancellationToken;

use super::definition::{dialects, remote};
use super::life::{Clockwork, live};

/// Must never be told.
const SECRET: &str = "hunter2-hunter2";

/// Between two answers.
const NEXT: &[u8] = b"\n--\n";

/// Answers as they would come, the first to the request for a token, the last again and again: a
/// status, headers, an empty line, a body.
pub fn answers(data: &[u8]) {
    let line = Arc::new(Line { answers: split(data).collect(), asked: AtomicUsize::new(0) });
    live(async {
        let Some(adapter) = adapter(&line) else { return };
        let cancel = CancellationToken::new();
        let mut found = Vec::new();
        match adapter.list(&mut |definition| found.push(definition), &cancel).await {
            Ok(listing) => {
                let told = listing.findings.iter().map(|finding| &finding.message);
                told.for_each(|message| assert_bounded(message));
                assert!(listing.findings.is_empty() || !listing.complete);
            }
            Err(error) => assert_told(&error),
        }
        for definition in &found {
            assert!(!definition.id.key().is_empty());
            assert_eq!(RemoteId::from_json(definition.id.as_json()).as_ref(), Some(&definition.id));
            for dialect in dialects() {
                let _ = dialect.normalize(definition);
            }
        }
        let event = RemoteId::of_key("Event");
        match adapter.read(&event, &cancel).await {
            Ok(read) => assert!(read.is_none_or(|read| !read.id.key().is_empty())),
            Err(error) => assert_told(&error),
        }
        if let Err(error) = adapter.probe(&cancel).await {
            assert_told(&error);
        }
        for (verb, body) in [(Verb::Create, r#"{"key":"Event"}"#), (Verb::Update, "{}")] {
            let operation = operation(verb, &event);
            match adapter.apply(&operation, body, &cancel).await {
                Ok(Stored::Definition(stored)) => assert!(!stored.id.key().is_empty()),
                Ok(Stored::Unseen | Stored::Gone) => {}
                Err(error) => assert_told(&error),
            }
        }
        if let Err(error) = adapter.apply(&operation(Verb::Delete, &event), "", &cancel).await {
            assert_told(&error);
        }
    });
    // Three attempts of each, and a listing that ends where it repeats itself.
    assert!(line.asked.load(Ordering::Relaxed) < 200);
}

fn operation(verb: Verb, id: &RemoteId) -> Operation {
    let before = (verb != Verb::Create).then(|| remote(r#"{"key":"Event"}"#));
    let after = catalyst_sync::canonical::View::new();
    Operation { verb, id: id.clone(), before, after, accept_loss: false, whole: false }
}

fn adapter(line: &Arc<Line>) -> Option<OptimizelyAdapter> {
    // Tokens and pacing are remembered by address.
    static TARGETS: AtomicU32 = AtomicU32::new(0);
    let number = TARGETS.fetch_add(1, Ordering::Relaxed);
    let endpoint = Endpoint::parse(&format!("https://fuzz-{number}.test/v1")).ok()?;
    let secret = Secret::new(SECRET);
    let credentials = Credentials { client_id: "fuzz".to_owned(), client_secret: secret };
    let carrier = Some(Arc::clone(line) as Arc<dyn Carrier>);
    let options = HttpOptions { carrier, ..HttpOptions::standard() };
    let clock = Arc::<Clockwork>::default();
    let transport = HttpTransport::new(endpoint, credentials, options, clock.clone()).ok()?;
    let version = if number.is_multiple_of(2) { ApiVersion::V1 } else { ApiVersion::Preview3 };
    Some(OptimizelyAdapter::new(version, Arc::new(transport), clock))
}

fn assert_told(error: &AdapterError) {
    assert_bounded(&error.to_string());
    assert!(!format!("{error:?}").contains(SECRET), "{error:?}");
}

fn assert_bounded(message: &str) {
    assert!(!message.is_empty() && message.len() < 4_000, "{} bytes", message.len());
    assert!(!message.contains(SECRET), "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
}

/// Answers without a network.
struct Line {
    answers: Vec<Response>,
    asked: AtomicUsize,
}

#[async_trait]
impl Carrier for Line {
    async fn carry(&self, _: Parcel) -> Result<Response, TransportError> {
        let at = self.asked.fetch_add(1, Ordering::Relaxed);
        let answer = self.answers.get(at).or(self.answers.last());
        let lost = || TransportError::Lost { message: "nothing came".to_owned() };
        answer.cloned().ok_or_else(lost)
    }
}

fn split(mut data: &[u8]) -> impl Iterator<Item = Response> {
    let mut answers = Vec::new();
    loop {
        let end = data.windows(NEXT.len()).position(|window| window == NEXT);
        let (one, rest) = match end {
            Some(at) => (&data[..at], Some(&data[at + NEXT.len()..])),
            None => (data, None),
        };
        answers.push(response(one));
        match rest {
            Some(rest) => data = rest,
            None => return answers.into_iter(),
        }
    }
}

fn response(text: &[u8]) -> Response {
    let end = text.windows(2).position(|window| window == b"\n\n");
    let (head, body) = match end {
        Some(at) => (&text[..at], text[at + 2..].to_vec()),
        None => (text, Vec::new()),
    };
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.trim().parse().ok()).unwrap_or(200);
    let header = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_ascii_lowercase(), value.to_owned()))
    };
    Response { status, headers: lines.filter_map(header).collect(), body }
}
