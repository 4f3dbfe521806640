//! Secrets that are planted in tests, and the search for them.

use std::path::Path;
use std::sync::{Arc, Mutex};

use catalyst_sync::engine::{
    AnalyticsQuery, BackupQuery, ConflictQuery, Engine, ErrorReport, HistoryQuery, ProviderRequest,
    Reporter, RunEvent, RunReport, StateQuery,
};
use catalyst_sync::http::{Observer, RequestLog};
use memchr::memmem;

/// Has characters that URLs, JSON and Base64 write differently.
pub const SECRET: &str = "pl4nted/s3cret+\"1=";
/// As a platform gives it out.
pub const TOKEN: &str = "pl4nted-t0ken-2";
/// Given under a name of its own.
pub const PASSWORD: &str = "pl4nted-passw0rd-3";

/// What must not occur: each of the three, as it is and in every form that it travels in, and the
/// tokens that the fake gives to `own-client`.
fn forms() -> Vec<String> {
    use base64::Engine as _;
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD_NO_PAD.encode(text);
    vec![
        SECRET.to_owned(),
        TOKEN.to_owned(),
        PASSWORD.to_owned(),
        SECRET.replace('"', "\\\""),
        "pl4nted%2Fs3cret%2B%221%3D".to_owned(),
        base64(SECRET),
        base64(&format!("own-client:{SECRET}")),
        "fake.own-client.".to_owned(),
        "pl4nted".to_owned(),
    ]
}

/// The first form that occurs. Some thousand times megabytes are searched: without optimization, what
/// the standard library has for it takes a quarter of the fault matrix.
fn found(bytes: &[u8]) -> Option<String> {
    forms().into_iter().find(|form| memmem::find(bytes, form.as_bytes()).is_some())
}

/// Fails when a text shows a planted secret.
#[track_caller]
pub fn clean(what: &str, text: &str) {
    if let Some(form) = found(text.as_bytes()) {
        panic!("{what} shows {form}: {text}");
    }
}

/// Fails when a file below a folder holds one, bytes as they are; names the files.
pub fn clean_below(folder: &Path, looked_at: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            clean_below(&path, looked_at);
            continue;
        }
        if let Some(form) = found(&std::fs::read(&path).unwrap()) {
            panic!("{} holds {form}", path.display());
        }
        looked_at.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
}

/// Everything that a run tells, as text.
#[derive(Default)]
pub struct Heard(Mutex<String>);

impl Heard {
    fn note(&self, text: &str) {
        let mut heard = self.0.lock().unwrap();
        heard.push_str(text);
        heard.push('\n');
    }

    /// Hears of every request.
    pub fn observer(self: &Arc<Self>) -> Observer {
        let heard = Arc::clone(self);
        Arc::new(move |request: RequestLog| heard.note(&format!("{request:?}")))
    }

    /// What was heard.
    pub fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

impl Reporter for Heard {
    fn report(&self, event: RunEvent) {
        self.note(&format!("{event:?}"));
    }
}

/// Everything that a run answers, as text.
pub fn told(report: &RunReport) -> String {
    let error = report.error.as_ref();
    let error = error.map(|error| {
        format!("{error} {error:?} {}", serde_json::to_string(&ErrorReport::from(error)).unwrap())
    });
    format!("{error:?} {:?} {}", report, serde_json::to_string(&report.outcomes).unwrap())
}

/// Everything that an engine tells of itself and of what it did, as text: all that reports, pages and
/// the command line are made from.
pub async fn remembered(engine: &Engine, deployment: &str) -> String {
    let provider = ProviderRequest::default();
    let health = engine.health(&provider).await;
    let history = engine.sync_history(&HistoryQuery::default()).await.unwrap();
    let conflicts = engine.conflicts(&ConflictQuery::default()).await.unwrap();
    let states = engine.sync_states(&StateQuery::default()).await.unwrap();
    let backups = engine.list_backups(&BackupQuery::default()).await.unwrap();
    let analytics = engine.analytics(&AnalyticsQuery::default()).await.unwrap();
    [
        format!("{health:?} {}", serde_json::to_string(&health).unwrap()),
        engine.metrics(),
        format!("{:?}", engine.deployment(deployment).await.unwrap()),
        serde_json::to_string(&history).unwrap(),
        format!("{conflicts:?} {states:?} {backups:?} {analytics:?}"),
        format!("{:?}", engine.verify_history().await),
        format!("{:?}", engine.export_history(None).await),
    ]
    .join("\n")
}
