//! A content type as a platform shows it.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use catalyst_sync::canonical::{Path, View};
use catalyst_sync::model::ContentType;
use catalyst_sync::plan::Verb;
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::platform::optimizely::{
    ApiVersion, OptimizelyAdapter, OptimizelyDialect, Profile, Settings,
};
use catalyst_sync::port::{
    Adapter, Dialect, Held, Operation, Ownership, RemoteDefinition, RemoteId, Request, Response,
    Revision, Traffic, Transport, TransportError,
};
use tokio_util::sync::CancellationToken;

use super::life::Clockwork;

/// Every dialect with every table of types.
pub fn dialects() -> Vec<Box<dyn Dialect>> {
    let optimizely = |profile| -> Box<dyn Dialect> {
        Box::new(OptimizelyDialect::new(Settings::new(ApiVersion::V1, profile)))
    };
    vec![Box::new(FilesDialect), optimizely(Profile::Compatible), optimizely(Profile::Native)]
}

/// The body of a definition.
pub fn definition(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let remote = remote(&text);
    for dialect in dialects() {
        let _ = dialect.other_references(&remote);
        let view = match dialect.normalize(&remote) {
            Ok(view) => view,
            Err(error) => {
                assert!(error.message.len() < 2_000, "{} bytes", error.message.len());
                continue;
            }
        };
        assert_eq!(dialect.normalize(&remote).as_ref(), Ok(&view));
        assert_eq!(View::from_json(&view.to_json()).as_ref(), Ok(&view));
        come_home(&*dialect, &view);
        if dialect.name() == "optimizely" {
            written(&*dialect, &remote, &view);
        }
    }
}

pub fn remote(body: &str) -> RemoteDefinition {
    RemoteDefinition {
        id: RemoteId::of_key("Event"),
        name: "Event".to_owned(),
        revision: Revision::default(),
        ownership: Ownership::Open,
        body: body.into(),
    }
}

/// A new type of the studio says what the platform says, but for what has a finding.
fn come_home(dialect: &dyn Dialect, view: &View) {
    if view.iter().any(|(path, value)| {
        path.as_str().contains("remote:") || value.as_str().contains("remote:")
    }) {
        return;
    }
    let own = ContentType { website_id: "site".into(), id: "row".into(), ..ContentType::default() };
    let reflection = dialect.reflect(&own, &Held::default(), view);
    let shown = dialect.project(&reflection.local, &reflection.held()).view;
    assert_eq!(differences(&shown, &reflection.view), BTreeSet::new(), "{}", dialect.name());
    let shape = dialect.capabilities().shape;
    for path in differences(&reflection.view, view) {
        let is_named = reflection.findings.iter().any(|finding| {
            let named = finding.path.as_deref().and_then(Path::parse);
            named.is_some_and(|named| path == named || path.is_below(&named))
        });
        assert!(is_named || shape.ordered_list(&path).is_some(), "{path} is not named");
    }
}

/// Atoms in which two views differ.
fn differences(one: &View, other: &View) -> BTreeSet<Path> {
    let paths = one.iter().chain(other.iter()).map(|(path, _)| path.clone());
    paths.filter(|path| one.get(path) != other.get(path)).collect()
}

/// What is as it shall be is not written again, and what is created says what was meant.
fn written(dialect: &dyn Dialect, remote: &RemoteDefinition, view: &View) {
    for version in [ApiVersion::V1, ApiVersion::Preview3] {
        let adapter =
            OptimizelyAdapter::new(version, Arc::new(Nowhere), Arc::<Clockwork>::default());
        let update = Operation {
            verb: Verb::Update,
            id: remote.id.clone(),
            before: Some(remote.clone()),
            after: view.clone(),
            accept_loss: false,
            whole: false,
        };
        assert_eq!(adapter.encode(&update).as_deref(), Ok(""), "{version:?}");
        let create = Operation { verb: Verb::Create, before: None, ..update };
        if let Ok(body) = adapter.encode(&create) {
            let again = dialect.normalize(&self::remote(&body)).expect("we can read what we write");
            let shape = dialect.capabilities().shape;
            let other = differences(&again, view);
            // What stood in no order gets one.
            let other: Vec<_> =
                other.iter().filter(|path| shape.ordered_list(path).is_none()).collect();
            assert!(other.is_empty(), "{version:?} {other:?} {body}");
        }
    }
}

/// Nothing is sent here.
struct Nowhere;

#[async_trait]
impl Transport for Nowhere {
    async fn send(&self, _: &Request, _: &CancellationToken) -> Result<Response, TransportError> {
        Err(TransportError::NotSent { message: "there is nobody".to_owned() })
    }

    fn hold_back(&self, _: std::time::Duration) {}

    fn traffic(&self) -> Traffic {
        Traffic::default()
    }
}
