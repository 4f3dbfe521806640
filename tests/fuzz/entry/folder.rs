//! Files that people and their tools write into the folder of a model.

use std::path::Path as FilePath;
use std::sync::Arc;

use catalyst_sync::canonical::{Canonical, Path};
use catalyst_sync::plan::Verb;
use catalyst_sync::platform::files::{FilesAdapter, FilesDialect};
use catalyst_sync::port::{Adapter, Dialect as _, Operation, RemoteDefinition, RemoteId, Stored};
use tokio_util::sync::CancellationToken;

use super::life::{Clockwork, folder as new_folder, live};

/// Begins the file of the folder's id; without it that file is whole.
const MARKER: &[u8] = b"marker:";

/// Stands beside it.
const OTHER: &[u8] = br#"{"key":"Other","name":"Other"}"#;

/// The file of a type, or, after `marker:`, that of the folder's id.
pub fn folder(data: &[u8]) {
    let root = new_folder();
    let file = |name: &str| root.path().join("model").join(name);
    std::fs::create_dir(root.path().join("model")).expect("a folder is made");
    match data.strip_prefix(MARKER) {
        Some(marker) => std::fs::write(file("catalyst-sync.json"), marker),
        None => std::fs::write(file("Event.json"), data),
    }
    .expect("a file is written");
    std::fs::write(file("Other.json"), OTHER).expect("a file is written");
    live(async {
        let clock = Arc::<Clockwork>::default();
        let adapter = FilesAdapter::open(FilePath::new("model"), root.path(), clock);
        let adapter = adapter.expect("it is below the root");
        let cancel = CancellationToken::new();
        let known = (adapter.target_id().await, adapter.ensure_target_id().await);
        if let (Ok(Some(before)), Ok(after)) = &known {
            assert_eq!(before, after);
        }
        assert_eq!(known.1.is_err(), known.0.is_err(), "{known:?}");

        let mut found = Vec::new();
        let listing = adapter.list(&mut |one| found.push(one), &cancel).await;
        let listing = listing.expect("one file is that type's own matter");
        let others = found.iter().filter(|one| one.id == RemoteId::of_key("Other")).count();
        assert_eq!(others, 1);
        assert!(listing.complete || !listing.findings.is_empty());
        let event = RemoteId::of_key("Event");
        if let Ok(Some(read)) = adapter.read(&event, &cancel).await {
            rewrite(&adapter, &read, &cancel).await;
        }
    });
    let other = std::fs::read(file("Other.json")).expect("it is there");
    assert_eq!(other, OTHER, "the neighbour was written");
}

/// What changes changes alone, and what is written in our own form is written so again.
async fn rewrite(adapter: &FilesAdapter, read: &RemoteDefinition, cancel: &CancellationToken) {
    let Ok(view) = FilesDialect.normalize(read) else { return };
    let update = |before: &RemoteDefinition, after| Operation {
        verb: Verb::Update,
        id: read.id.clone(),
        before: Some(before.clone()),
        after,
        accept_loss: false,
        whole: false,
    };
    if let Ok(body) = adapter.encode(&update(read, view.clone())) {
        let formed = RemoteDefinition { body: body.as_str().into(), ..read.clone() };
        assert_eq!(FilesDialect.normalize(&formed).as_ref(), Ok(&view));
        assert_eq!(adapter.encode(&update(&formed, view.clone())).as_ref(), Ok(&body));
    }
    let mut wished = view;
    wished.set(Path::root().child("name"), Canonical::str("Renamed"));
    let operation = update(read, wished.clone());
    let Ok(body) = adapter.encode(&operation) else { return };
    if let Ok(Stored::Definition(stored)) = adapter.apply(&operation, &body, cancel).await {
        assert_eq!(FilesDialect.normalize(&stored).as_ref(), Ok(&wished));
    }
}
