//! Histories by themselves: 100,000 versions of 901 types, 10,000 of them of one type.
//!
//! ```text
//! benchmark-versions <database of a studio> <state file to make>
//! ```
//!
//! Prints one line of JSON: wall times in milliseconds of a page of one type's history, of a search
//! in it by author, and of the whole graph of the type with 10,000 versions, whose every hundredth
//! version has a second parent. Each is the median of several, with everything opened before.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use catalyst_sync::digest::Digest;
use catalyst_sync::engine::{
    Engine, Platform, Platforms, Ports, ProviderRequest, Purpose, Settings, TypeRef, VersionQuery,
};
use catalyst_sync::error::{ErrorCode, SyncError};
use catalyst_sync::port::{
    ChangeType, Document, Entity, NewVersion, VersionRow, VersionSource, Versions as _,
};
use catalyst_sync::sqlite::{Folders, SqliteStore, SqliteStudio, StateLocation};
use catalyst_sync::system::SystemClock;
use catalyst_sync::version::{Identity, version_hash};

const MANY: usize = 10_000;
const OTHERS: usize = 900;
const OF_EACH: usize = 100;
const TIMES: usize = 9;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, state] = &arguments[..] else {
        return Err("benchmark-versions <database> <state>".into());
    };
    let database = PathBuf::from(database);
    let folders = Folders::of(&std::env::current_dir()?);
    let store = SqliteStore::new(&StateLocation::resolve(Some(state), &database, &folders)?);
    for at in 0..=OTHERS {
        let versions = history(at, if at == 0 { MANY } else { OF_EACH });
        let wanted = versions.len();
        let added = store.add_versions(versions).await?;
        if added.iter().filter(|added| **added).count() != wanted {
            return Err("not every version was added".into());
        }
    }
    let ports = Ports {
        studio: Arc::new(SqliteStudio::new(database)),
        store: Arc::new(store),
        platforms: Arc::new(NoPlatform),
        clock: Arc::new(SystemClock),
    };
    let engine = Engine::new(ports, Settings::default());
    let long = named(0);
    let page = VersionQuery { limit: Some(50), ..VersionQuery::default() };
    let by = VersionQuery { author: Some("author-7".to_owned()), ..VersionQuery::default() };
    let mut times = Vec::new();
    for _ in 0..=TIMES {
        let started = Instant::now();
        let found = engine.version_history(&long, &page).await?.len();
        let after_page = started.elapsed();
        let written = engine.version_history(&named(1), &by).await?.len();
        let after_search = started.elapsed();
        let tree = engine.version_tree(&long).await?.versions.len();
        let after_tree = started.elapsed();
        if (found, written, tree) != (50, OF_EACH / 10, MANY) {
            return Err(format!("found {found}, {written} and {tree} versions").into());
        }
        times.push([
            after_page,
            after_search.saturating_sub(after_page),
            after_tree.saturating_sub(after_search),
        ]);
    }
    // The first one opens what the others find open.
    times.remove(0);
    let median = |of: usize| {
        let mut one: Vec<_> = times.iter().filter_map(|times| times.get(of)).collect();
        one.sort_unstable();
        one.get(TIMES / 2).map(|time| time.as_secs_f64() * 1e3)
    };
    let report = serde_json::json!({
        "pageMs": median(0), "searchMs": median(1), "graphMs": median(2),
    });
    println!("{report}");
    Ok(())
}

fn named(at: usize) -> TypeRef {
    TypeRef { name: format!("ct_{at}"), website_id: Some("w1".to_owned()), provider: None }
}

/// A chain whose every hundredth version was merged from the one ten before it.
fn history(at: usize, count: usize) -> Vec<NewVersion> {
    let id = format!("ct_{at}");
    let document =
        Document { website_id: "w1".to_owned(), entity: Entity::content_type(id.as_str()) };
    let mut hashes: Vec<String> = Vec::new();
    let mut versions = Vec::new();
    for n in 0..count {
        let snapshot = format!(r#"{{"fields":[],"name":"Content Type {at}","pluralName":"{n}"}}"#);
        let content_hash = Some(Digest::of(&snapshot));
        let mut parents: Vec<String> = hashes.last().cloned().into_iter().collect();
        if n >= 100 && n.is_multiple_of(100) {
            parents.extend(hashes.get(n - 10).cloned());
        }
        let identity =
            Identity { website_id: "w1", kind: "content-type", local_id: &id, columns: "{}" };
        let hash = version_hash(&identity, content_hash, &parents).to_string();
        hashes.push(hash.clone());
        let row = VersionRow {
            document: document.clone(),
            type_key: format!("ContentType{at}"),
            hash,
            parents,
            snapshot: Some(snapshot.into()),
            content_hash,
            columns: "{}".to_owned(),
            source: VersionSource::Ui,
            author: Some(format!("author-{}", n % 10)),
            message: None,
            created_at: i64::try_from(n).ok(),
            change: if n == 0 { ChangeType::Create } else { ChangeType::Update },
            semver: Some(format!("1.{n}.0")),
            imported: false,
        };
        versions.push(NewVersion { row, row_digest: None, continues: None });
    }
    versions
}

/// Histories need no platform.
struct NoPlatform;

#[async_trait]
impl Platforms for NoPlatform {
    async fn connect(
        &self,
        _: &ProviderRequest,
        _: &str,
        _: Purpose,
    ) -> Result<Platform, SyncError> {
        Err(SyncError::new(ErrorCode::ProviderUnavailable, "there is no platform"))
    }

    fn conceal(&self, _: &ProviderRequest, text: &str) -> String {
        text.to_owned()
    }
}
