//! Deployments that are undone: on both versions of the API, and in a folder.

mod answers;
mod failing;
mod faults;
mod followed;
mod generated;
mod held;
mod kept;
mod killed;
mod rerun;
mod undone;

use std::sync::Arc;

use catalyst_sync::engine::{
    PlanReport, RunOptions, RunReport, RunRequest, RunStatus, Undo, UndoMode,
};
use catalyst_sync::error::SyncError;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::fake::Version;
use crate::support::world::{Told, World, brief, request, to_files};

/// Where a deployment goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Side {
    Api(Version),
    Folder,
}

pub const SIDES: [Side; 3] = [Side::Api(Version::V1), Side::Api(Version::Preview3), Side::Folder];

/// A world with one side that is deployed to.
pub struct Bench {
    pub world: World,
    side: Side,
}

/// Every consent that there is.
pub fn everything() -> RunOptions {
    RunOptions { allow_delete: true, allow_data_loss: true, ..RunOptions::default() }
}

/// A type with fields of these labels, each named like its label in lower case.
pub fn fields(labels: &[(&str, &str)]) -> Value {
    labels
        .iter()
        .map(|(name, label)| json!({ "id": name, "name": name, "label": label, "type": "text" }))
        .collect()
}

impl Bench {
    pub async fn new(side: Side) -> Self {
        let mut world = World::new().await;
        if let Side::Api(version) = side {
            world.version = version;
        }
        Self { world, side }
    }

    fn to(&self, request: RunRequest) -> RunRequest {
        match self.side {
            Side::Api(_) => request,
            Side::Folder => RunRequest { provider: to_files("model").provider, ..request },
        }
    }

    /// Deploys everything, as the job of an id.
    pub async fn deploy(&self, id: &str, options: RunOptions) -> RunReport {
        let job = json!({ "id": id }).to_string();
        let asked = RunRequest { job_id: id.to_owned(), job, options, ..request() };
        self.world.run(&self.to(asked)).await
    }

    /// The rollback of a job.
    pub fn undoing(&self, id: &str, mode: UndoMode, options: RunOptions) -> RunRequest {
        let undo = Undo { job_id: id.to_owned(), mode };
        let (job_id, job) = (undo.id(), undo.job(&options));
        self.to(RunRequest { job_id, job, options, undo: Some(undo), ..RunRequest::default() })
    }

    /// Undoes everything that the job of an id did.
    pub async fn undo(&self, id: &str, options: RunOptions) -> RunReport {
        self.world.run(&self.undoing(id, UndoMode::Full, options)).await
    }

    /// Plans that.
    pub async fn plan(&self, id: &str, options: &RunOptions) -> Result<PlanReport, SyncError> {
        let asked = self.undoing(id, UndoMode::Full, options.clone());
        let undo = Undo { job_id: id.to_owned(), mode: UndoMode::Full };
        self.world.engine().plan_rollback(&asked.provider, &undo, options).await
    }

    /// What differs now: created, updated, deleted, changed there, in conflict.
    pub async fn pending(&self) -> [usize; 5] {
        let query = catalyst_sync::engine::Query {
            provider: self.to(request()).provider,
            ..Default::default()
        };
        let summary = self.world.engine().detect(&query).await.unwrap().summary;
        [
            summary.created,
            summary.updated,
            summary.deleted,
            summary.remote_changed,
            summary.conflicts,
        ]
    }

    fn file(&self, key: &str) -> std::path::PathBuf {
        self.world.beside(&format!("model/{key}.json"))
    }

    /// What the platform holds of a type.
    pub fn stored(&self, key: &str) -> Option<Value> {
        match self.side {
            Side::Api(version) => self.world.fake.control().content_type(version, key),
            Side::Folder => {
                let text = std::fs::read_to_string(self.file(key)).ok()?;
                Some(serde_json::from_str(&text).unwrap())
            }
        }
    }

    /// The labels of its properties, by name: `title=Headline`.
    pub fn labels(&self, key: &str) -> Vec<String> {
        let Some(stored) = self.stored(key) else { return vec!["nothing".to_owned()] };
        let mut labels: Vec<String> = match self.side {
            Side::Api(_) => stored["properties"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, own)| format!("{name}={}", own["displayName"].as_str().unwrap()))
                .collect(),
            Side::Folder => stored["fields"]
                .as_array()
                .unwrap()
                .iter()
                .map(|own| {
                    let text = |name: &str| own[name].as_str().unwrap();
                    format!("{}={}", text("key"), text("label"))
                })
                .collect(),
        };
        labels.sort();
        labels
    }

    /// Gives a property another label, as a colleague does on the platform.
    pub fn relabel(&self, key: &str, property: &str, label: &str) {
        match self.side {
            Side::Api(version) => {
                let patch = json!({ "properties": { property: { "displayName": label } } });
                assert!(self.world.fake.control().edit(version, key, patch));
            }
            Side::Folder => {
                let mut stored = self.stored(key).unwrap();
                let fields = stored["fields"].as_array_mut().unwrap();
                let own = fields.iter_mut().find(|own| own["key"] == property).unwrap();
                own["label"] = json!(label);
                std::fs::write(self.file(key), stored.to_string()).unwrap();
            }
        }
    }

    /// Makes a type of a colleague's on the platform.
    pub fn seed(&self, key: &str, property: &str, label: &str) {
        match self.side {
            Side::Api(version) => self.world.fake.control().seed_types(
                version,
                [json!({ "key": key, "displayName": key, "baseType": "_component", "properties": {
                    property: { "type": "string", "displayName": label, "sortOrder": 10 } } })],
            ),
            Side::Folder => {
                let field =
                    json!({ "key": property, "name": property, "label": label, "kind": "text" });
                let stored = json!({ "key": key, "name": key, "fields": [field] });
                std::fs::create_dir_all(self.world.beside("model")).unwrap();
                std::fs::write(self.file(key), stored.to_string()).unwrap();
            }
        }
    }
}

/// How a run ended, with its outcomes in short.
pub fn told(report: &RunReport) -> (RunStatus, Vec<String>) {
    (report.status, brief(&report.outcomes))
}

/// Runs and hears what is logged.
pub async fn listened(world: &World, request: &RunRequest) -> (RunReport, Vec<String>) {
    let told = Arc::new(Told::default());
    let report = world.engine().deploy(request, told.clone(), &CancellationToken::new()).await;
    (report, told.messages())
}
