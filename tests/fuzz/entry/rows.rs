//! Rows of the studio's database, whatever stands in their columns.

use std::sync::Arc;

use catalyst_sync::compose::{EngineOptions, Surroundings, ports};
use catalyst_sync::engine::{
    Engine, ProviderRequest, Query, Reporter, RunEvent, RunOptions, RunReport, RunRequest,
};
use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::life::{Clockwork, assert_said, folder, live};

/// The studio's tables without a rule for what stands in them, but that ids are told apart.
const TABLES: &str = "
CREATE TABLE Website (id, name);
CREATE TABLE ContentItem (id, contentTypeId, websiteId, data, updatedAt);
CREATE TABLE ContentType (id PRIMARY KEY, websiteId, name, key, pluralName, category, displayField, fields,
  settings, createdAt, updatedAt);
INSERT INTO Website VALUES ('w1', 'Site');
INSERT INTO ContentItem VALUES ('i1', 'odd', 'w1', x'00ff', 1);
INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt)
  VALUES ('c1', 'w1', 'Article', '[{\"name\":\"title\",\"type\":\"text\"}]', 1, 1);";

/// The columns of one row, one per line, in the order of [`TABLES`]. The first letter tells what it is
/// stored as: integer, real, text, blob, or nothing.
pub fn rows(data: &[u8]) {
    let place = folder();
    let studio = Connection::open(place.path().join("dev.db")).expect("a database is made");
    studio.execute_batch(TABLES).expect("tables are made");
    let mut columns: Vec<(bool, Value)> = data.split(|byte| *byte == b'\n').map(value).collect();
    columns.resize_with(11, || (false, Value::Null));
    let marks: Vec<&str> =
        columns.iter().map(|(is_text, _)| if *is_text { "CAST(? AS TEXT)" } else { "?" }).collect();
    let insert = format!("INSERT OR IGNORE INTO ContentType VALUES ({})", marks.join(","));
    let values = columns.into_iter().map(|(_, value)| value);
    studio.execute(&insert, rusqlite::params_from_iter(values)).expect("a row is made");
    drop(studio);
    live(look(&place));
}

async fn look(place: &TempDir) {
    let engine = engine(place, &[]);
    let query = Query { include_details: true, ..Query::default() };
    let extraction = engine.extract(None).await;
    let seen = [
        extraction.as_ref().err(),
        engine.detect(&query).await.as_ref().err(),
        engine.plan(&query, &RunOptions::default()).await.as_ref().err(),
        engine.validate(&query, &RunOptions::default()).await.as_ref().err(),
        engine.preview_mapping(&query).await.as_ref().err(),
    ]
    .map(|error| {
        error.into_iter().for_each(assert_said);
        error.is_none()
    });
    assert!(seen.iter().all(|one| *one == seen[0]), "some look where others fail: {seen:?}");
    let report = deploy(&engine, RunOptions::default()).await;
    if !seen[0] {
        return;
    }
    let article = report.outcomes.iter().find(|outcome| outcome.name == "Article");
    assert!(article.is_some(), "the neighbour is lost: {:?}", report.error);
    if report.error.is_none() {
        let again = deploy(&self::engine(place, &[]), RunOptions::default()).await;
        let sent = again.outcomes.iter().find(|outcome| outcome.operation != "none");
        assert!(sent.is_none(), "{sent:?} is sent again");
    }
}

/// An engine that writes into the folder `model`.
pub fn engine(place: &TempDir, environment: &[(&str, &str)]) -> Engine {
    let provider = json!({ "id": "files", "config": { "directory": "model" } });
    let environment: serde_json::Map<_, _> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let options = json!({
        "databaseUrl": place.path().join("dev.db"),
        "workingDirectory": place.path(),
        "provider": provider,
        "environment": environment,
        "cacheTtlMs": 0,
    });
    let options = EngineOptions::from_json(&options.to_string()).expect("options");
    let clock = Arc::<Clockwork>::default();
    let surroundings = Surroundings { clock, observer: None, carrier: None };
    Engine::new(ports(&options, surroundings).expect("ports"), options.settings())
}

/// Deploys everything to the folder.
pub async fn deploy(engine: &Engine, options: RunOptions) -> RunReport {
    let request = RunRequest {
        job_id: "job".to_owned(),
        job: r#"{"id":"job"}"#.to_owned(),
        provider: ProviderRequest::default(),
        options,
        ..RunRequest::default()
    };
    let report = engine.deploy(&request, Arc::new(Nobody), &CancellationToken::new()).await;
    report.error.iter().for_each(assert_said);
    for error in report.outcomes.iter().filter_map(|outcome| outcome.error.as_ref()) {
        assert_ne!(error.code, "INTERNAL", "{error:?}");
    }
    report
}

/// Is told, and does nothing.
struct Nobody;

impl Reporter for Nobody {
    fn report(&self, _: RunEvent) {}
}

fn value(line: &[u8]) -> (bool, Value) {
    let (kind, rest) = line.split_first().unwrap_or((&b'n', &[]));
    let text = String::from_utf8_lossy(rest);
    match kind {
        b'i' => (false, text.trim().parse().map_or(Value::Null, Value::Integer)),
        b'r' => (false, text.trim().parse().map_or(Value::Null, Value::Real)),
        b't' => (true, Value::Blob(rest.to_vec())),
        b'b' => (false, Value::Blob(rest.to_vec())),
        _ => (false, Value::Null),
    }
}
