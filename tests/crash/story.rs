//! What is done, and what both sides have to say afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalyst_sync::engine::{
    ConflictQuery, Engine, RunOptions, RunReport, RunRequest, RunStatus, Strategy, TypeRef, Undo,
    UndoMode, Verdict, VersionQuery,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::bench::{Bench, Tripwire};
use super::points::Verb;
use crate::support::world::{Told, brief, request};

fn titled(label: &str) -> String {
    json!([{ "id": "f1", "name": "title", "label": label, "type": "text" }]).to_string()
}

fn with_venue(label: &str) -> String {
    json!([{ "id": "f1", "name": "title", "label": label, "type": "text" },
           { "id": "f2", "name": "venue", "label": "Venue", "type": "text" }])
    .to_string()
}

fn pointing(to: &str) -> String {
    json!([{ "id": "f1", "name": "next", "label": "Next", "type": "reference",
             "referenceTypes": [to], "allowedTypes": [to] }])
    .to_string()
}

fn add(bench: &Bench, id: &str, name: &str, fields: &str) {
    bench.sql(
        "INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt)
         VALUES (?1, 'w1', ?2, ?3, 1, 1)",
        &[id, name, fields],
    );
}

fn change(bench: &Bench, id: &str, fields: &str) {
    bench.sql("UPDATE ContentType SET fields = ?2 WHERE id = ?1", &[id, fields]);
}

/// A process that nothing happens to.
pub fn well() -> Arc<Tripwire> {
    Tripwire::new(Vec::new())
}

async fn deploy(bench: &Bench, engine: &Engine, mode: &str) -> RunReport {
    let options =
        RunOptions { mode: Some(mode.to_owned()), allow_delete: true, ..RunOptions::default() };
    run(engine, &RunRequest { options, provider: bench.provider(), ..request() }).await
}

pub async fn run(engine: &Engine, request: &RunRequest) -> RunReport {
    engine.deploy(request, Arc::new(Told::default()), &CancellationToken::new()).await
}

/// Undoes the latest deployment that wrote.
pub async fn undo(
    bench: &Bench,
    engine: &Engine,
    mode: UndoMode,
    options: RunOptions,
) -> RunReport {
    let undo = Undo { job_id: request().job_id, mode };
    let (job_id, job) = (undo.id(), undo.job(&options));
    let undo = Some(undo);
    let provider = bench.provider();
    run(engine, &RunRequest { job_id, job, options, undo, provider, ..RunRequest::default() }).await
}

fn event() -> TypeRef {
    TypeRef { name: "c1".to_owned(), website_id: None, provider: None }
}

/// Everything ready for one verb. A colleague's edit beside it is there to be lost.
pub async fn prepare(bench: &Bench, verb: Verb) {
    add(bench, "keep", "Keep", &titled("Kept"));
    match verb {
        Verb::Create => {}
        Verb::Rollback | Verb::Rebind | Verb::PullRebound => {
            add(bench, "c1", "Event", &with_venue("Title"));
        }
        _ => add(bench, "c1", "Event", &titled("Title")),
    }
    let engine = bench.engine(&well());
    let report = deploy(bench, &engine, "push").await;
    assert_eq!(report.status, RunStatus::Completed, "{report:?}");
    bench.later().await;
    if verb.cut().is_some() {
        amass(bench, &engine).await;
    }
    if !matches!(verb, Verb::Pull | Verb::PullRebound) {
        bench.colleague("Keep", "Kept", "Theirs");
    }
    match verb {
        Verb::Create => add(bench, "c1", "Event", &titled("Title")),
        Verb::Update => change(bench, "c1", &titled("Headline")),
        Verb::Delete => bench.sql("DELETE FROM ContentType WHERE id = ?1", &["c1"]),
        Verb::Reference => {
            add(bench, "a", "Alpha", &pointing("Beta"));
            add(bench, "b", "Beta", &pointing("Alpha"));
        }
        Verb::Rebind => {
            reseed(bench, &with_venue("Headline"));
            bench.colleague("Event", "Venue", "Hall");
        }
        Verb::Pull => bench.colleague("Event", "Title", "Headline"),
        // What only the studio moved is not taken for the platform's.
        Verb::PullRebound => {
            reseed(bench, &with_venue("Title").replace("\"Venue\"", "\"Hall\""));
            bench.colleague("Event", "Title", "Headline");
        }
        Verb::Resolve => {
            bench.colleague("Event", "Title", "Headline");
            change(bench, "c1", &titled("Overruled"));
            deploy(bench, &engine, "push").await;
        }
        Verb::Restore => change(bench, "c1", &titled("Overruled")),
        Verb::Rollback => {
            change(bench, "c1", &with_venue("Overruled"));
            deploy(bench, &engine, "push").await;
            bench.later().await;
            bench.colleague("Event", "Venue", "Hall");
        }
        Verb::RetainVersions | Verb::RetainRows | Verb::RetainBackups | Verb::RetainAudit => {
            change(bench, "c1", &titled("Headline"));
        }
    }
}

/// Makes the row of `Event` anew, as a seed does: under another id.
fn reseed(bench: &Bench, fields: &str) {
    bench.sql("DELETE FROM ContentType WHERE id = ?1", &["c1"]);
    add(bench, "c2", "Event", fields);
}

/// Versions, replaced rows, backups and entries of which some may go.
async fn amass(bench: &Bench, engine: &Engine) {
    for label in ["First", "Second", "Third"] {
        change(bench, "c1", &titled(label));
        deploy(bench, engine, "push").await;
        bench.later().await;
    }
    for (from, to) in [("Third", "Fourth"), ("Fourth", "Fifth")] {
        bench.colleague("Event", from, to);
        deploy(bench, engine, "pull").await;
        bench.later().await;
    }
}

/// The hash of the first version of `Event`.
async fn first_version(engine: &Engine) -> String {
    let versions = engine.version_history(&event(), &VersionQuery::default()).await.unwrap();
    versions.last().unwrap().info.hash.clone()
}

/// Does it, once more if it was done before.
pub async fn act(bench: &Bench, engine: &Engine, verb: Verb) {
    match verb {
        Verb::Create
        | Verb::Update
        | Verb::Delete
        | Verb::Reference
        | Verb::Rebind
        | Verb::RetainVersions
        | Verb::RetainRows
        | Verb::RetainBackups
        | Verb::RetainAudit => {
            deploy(bench, engine, "push").await;
        }
        Verb::Rollback => {
            let options = RunOptions { preserve_data: Some(false), ..RunOptions::default() };
            undo(bench, engine, UndoMode::Full, options).await;
        }
        Verb::Pull | Verb::PullRebound => {
            deploy(bench, engine, "pull").await;
        }
        Verb::Resolve => {
            let query = ConflictQuery { open: Some(true), ..ConflictQuery::default() };
            let page = engine.conflicts(&query).await.unwrap();
            let verdicts = page.conflicts.iter().map(|one| {
                let conflict: Value = serde_json::from_str(one.as_str()).unwrap();
                Verdict {
                    conflict: conflict["id"].as_str().unwrap().to_owned(),
                    strategy: Strategy::TargetWins,
                    values: BTreeMap::new(),
                    by: "system".to_owned(),
                }
            });
            engine.resolve(&bench.provider(), verdicts.collect()).await.unwrap();
        }
        Verb::Restore => {
            let hash = first_version(engine).await;
            engine.restore_version(&hash, "system", None).await.unwrap();
        }
    }
}

/// Whatever was being written, both files are whole, and nobody would take the memory for forged.
pub async fn assert_sound(bench: &Bench, at: &str) {
    let check = "SELECT integrity_check FROM pragma_integrity_check";
    assert_eq!(bench.remembered(check), "ok", "{at}");
    let studio = bench.studio.connect().query_row(check, [], |row| row.get::<_, String>(0));
    assert_eq!(studio.as_deref(), Ok("ok"), "{at}: the studio");
    let verdict = bench.engine(&well()).verify_history().await.unwrap();
    assert!(verdict.ok, "{at}: {verdict:?}");
}

/// What is beyond the bounds goes with the next edit at the latest, and what is needed stays: the
/// latest deployment can be undone.
async fn assert_cut(bench: &Bench, verb: Verb, at: &str) {
    change(bench, "c1", &titled("Latest"));
    deploy(bench, &bench.engine_for(&well(), verb), "push").await;
    for (sql, expected) in [
        ("SELECT count(*) FROM content_type_versions WHERE local_id = 'c1'", "2"),
        ("SELECT count(*) FROM sync_rows WHERE local_id = 'c1'", "1"),
        ("SELECT count(*) FROM sync_backups WHERE local_id = 'c1'", "2"),
        ("SELECT count(*) FROM sync_audit", "2"),
        ("SELECT count(*) FROM sync_history WHERE local_id = 'c1'", "2"),
    ] {
        assert_eq!(bench.remembered(sql), expected, "{at}: {sql}");
    }
    assert_sound(bench, at).await;
    bench.later().await;
    let engine = bench.engine(&well());
    let undone = undo(bench, &engine, UndoMode::Full, RunOptions::default()).await;
    assert_eq!(brief(&undone.outcomes), ["Event update success"], "{at}: {:?}", undone.error);
    let stored = bench.remote("Event").unwrap().to_string();
    assert!(stored.contains("Headline") && !stored.contains("Latest"), "{at}: {stored}");
}

/// Both sides say what was meant, and nothing else was touched.
pub async fn assert_arrived(bench: &Bench, verb: Verb, at: &str) {
    bench.later().await;
    let engine = bench.engine(&well());
    let report = deploy(bench, &engine, "push").await;
    assert!(report.error.is_none(), "{at}: {:?}", report.error);
    bench.later().await;
    let engine = bench.engine(&well());
    let again = deploy(bench, &engine, "push").await;
    assert_eq!(brief(&again.outcomes), [""; 0], "{at}");

    let says = |key: &str, text: &str| {
        bench.remote(key).is_some_and(|stored| stored.to_string().contains(text))
    };
    let row = |id: &str| bench.row(id).unwrap_or_default();
    let label = match verb {
        Verb::Create | Verb::Reference | Verb::Restore | Verb::Rollback => "Title",
        Verb::Delete => "",
        _ => "Headline",
    };
    let keys: &[&str] = match verb {
        Verb::Delete => &["Keep"],
        Verb::Reference => &["Alpha", "Beta", "Event", "Keep"],
        _ => &["Event", "Keep"],
    };
    assert_eq!(bench.keys(), keys, "{at}");
    if verb == Verb::Delete {
        assert_eq!(row("c1"), "", "{at}");
    } else {
        assert!(row(verb.row()).contains(label), "{at}: {}", row(verb.row()));
        assert!(says("Event", label), "{at}: {:?}", bench.remote("Event"));
    }
    if verb == Verb::Reference {
        assert!(says("Alpha", "Beta") && says("Beta", "Alpha"), "{at}");
    }
    if verb == Verb::Rollback {
        assert!(says("Event", "Hall") && row("c1").contains("Venue"), "{at}");
    }
    match verb {
        Verb::Rebind => assert!(says("Event", "Hall") && row("c2").contains("Venue"), "{at}"),
        Verb::PullRebound => assert!(says("Event", "Hall") && row("c2").contains("Hall"), "{at}"),
        _ => {}
    }
    let kept = if matches!(verb, Verb::Pull | Verb::PullRebound) { "Kept" } else { "Theirs" };
    assert!(says("Keep", kept), "{at}: {:?}", bench.remote("Keep"));
    assert!(row("keep").contains("Kept"), "{at}: {}", row("keep"));

    let rows = bench
        .studio
        .connect()
        .query_row("SELECT count(*) FROM ContentType", [], |row| row.get::<_, i64>(0));
    assert_eq!(usize::try_from(rows.unwrap()).unwrap(), keys.len(), "{at}");
    for (sql, expected) in [
        ("SELECT count(*) FROM sync_operations WHERE state = 'started'", "0"),
        ("SELECT count(*) FROM sync_rows WHERE state = 'started'", "0"),
        ("SELECT count(*) FROM sync_transactions WHERE completed_at IS NULL", "0"),
        ("SELECT count(*) FROM conflict_log WHERE resolution IS NULL", "0"),
    ] {
        assert_eq!(bench.remembered(sql), expected, "{at}: {sql}");
    }
    assert_sound(bench, at).await;
    if verb.cut().is_some() {
        assert_cut(bench, verb, at).await;
    }
    bench.fake.assert_clean();
}
