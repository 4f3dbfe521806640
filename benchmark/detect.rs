//! Detection by itself: a studio's database on one side, the bodies of a listing's pages on the
//! other, nothing between them but the engine. Linux only, because it reads `/proc`.
//!
//! ```text
//! benchmark-detect <database> <folder with the pages> <state file> detect|details|deploy
//! ```
//!
//! `detect` looks twice with one engine, `details` does so with every change told, `deploy` deploys
//! once, which leaves the state behind. Prints one line of JSON. The platform is the real dialect and
//! the real adapter; in the place of HTTP, its transport reads the pages from files, as the opponent
//! in `opponent.mjs` does.

mod cost;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use catalyst_sync::engine::{
    ChangeSet, Engine, Platform, Platforms, Ports, ProviderRequest, Purpose, Query, Reporter,
    RunEvent, RunRequest, Settings,
};
use catalyst_sync::error::SyncError;
use catalyst_sync::platform::optimizely::{
    ApiVersion, OptimizelyAdapter, OptimizelyDialect, Profile, Settings as OptimizelySettings,
};
use catalyst_sync::port::{Request, Response, Traffic, Transport, TransportError};
use catalyst_sync::sqlite::{Folders, SqliteStore, SqliteStudio, StateLocation};
use catalyst_sync::system::SystemClock;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// A listing that was fetched already.
struct Pages(PathBuf);

#[async_trait]
impl Transport for Pages {
    async fn send(
        &self,
        request: &Request,
        _: &CancellationToken,
    ) -> Result<Response, TransportError> {
        let (_, index) = request.path.split_once("pageIndex=").unwrap_or_default();
        let index: String = index.chars().take_while(char::is_ascii_digit).collect();
        std::fs::read(self.0.join(format!("page-{index}.json")))
            .map(|body| Response { status: 200, headers: Vec::new(), body })
            .map_err(|error| TransportError::NotSent { message: error.to_string() })
    }

    fn hold_back(&self, _: Duration) {}

    fn traffic(&self) -> Traffic {
        Traffic::default()
    }
}

/// One Optimizely behind it.
struct OnePlatform(PathBuf);

#[async_trait]
impl Platforms for OnePlatform {
    async fn connect(
        &self,
        _: &ProviderRequest,
        _: &str,
        _: Purpose,
    ) -> Result<Platform, SyncError> {
        let version = ApiVersion::V1;
        let settings = OptimizelySettings::new(version, Profile::Compatible);
        let transport = Arc::new(Pages(self.0.clone()));
        Ok(Platform {
            provider: "optimizely".to_owned(),
            target: "optimizely:pages:bench".to_owned(),
            unborn: None,
            dialect: Arc::new(OptimizelyDialect::new(settings)),
            adapter: Arc::new(OptimizelyAdapter::new(version, transport, Arc::new(SystemClock))),
        })
    }
    /// There are no secrets here.
    fn conceal(&self, _: &ProviderRequest, text: &str) -> String {
        text.to_owned()
    }
}

struct Silent;

impl Reporter for Silent {
    fn report(&self, _: RunEvent) {}
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, pages, state, verb] = &arguments[..] else {
        return Err("benchmark-detect <database> <pages> <state> detect|details|deploy".into());
    };
    let engine = engine(database, pages, state)?;
    let report = match &**verb {
        "deploy" => Box::pin(deploy(&engine)).await?,
        "detect" | "details" => detect(&engine, verb == "details").await?,
        other => return Err(format!("there is no {other}").into()),
    };
    println!("{report}");
    Ok(())
}

fn engine(database: &str, pages: &str, state: &str) -> Result<Engine, Box<dyn Error>> {
    let folders = Folders::of(&std::env::current_dir()?);
    let database = PathBuf::from(database);
    let location = StateLocation::resolve(Some(state), &database, &folders)?;
    let ports = Ports {
        studio: Arc::new(SqliteStudio::new(database)),
        store: Arc::new(SqliteStore::new(&location)),
        platforms: Arc::new(OnePlatform(pages.into())),
        clock: Arc::new(SystemClock),
    };
    // Every call reads the listing anew.
    Ok(Engine::new(ports, Settings { cache_ttl_ms: 0, ..Settings::default() }))
}

async fn detect(engine: &Engine, include_details: bool) -> Result<Value, Box<dyn Error>> {
    let query = Query { include_details, ..Query::default() };
    let (first, cost, wall) = measured(engine.detect(&query)).await?;
    let changes = first?;
    let ChangeSet { summary, .. } = &changes;
    let summary = json!({
        "created": summary.created,
        "updated": summary.updated,
        "unchanged": summary.unchanged,
    });
    drop(changes);
    let peak = peak_bytes()?;
    let (again, cost_again, _) = measured(engine.detect(&query)).await?;
    again?;
    Ok(json!({
        "cpuMs": cost, "wallMs": wall, "againCpuMs": cost_again, "peakBytes": peak,
        "summary": summary,
    }))
}

async fn deploy(engine: &Engine) -> Result<Value, Box<dyn Error>> {
    let request = RunRequest {
        job_id: "bench".to_owned(),
        job: r#"{"id":"bench"}"#.to_owned(),
        ..RunRequest::default()
    };
    let cancel = CancellationToken::new();
    let (report, cost, wall) = measured(engine.deploy(&request, Arc::new(Silent), &cancel)).await?;
    let error = report.error.map(|error| error.to_string());
    Ok(json!({
        "cpuMs": cost, "wallMs": wall, "peakBytes": peak_bytes()?, "error": error,
        "outcomes": report.outcomes.len(),
    }))
}

/// What a future came to, with the CPU time of the process and the wall time until then, in
/// milliseconds.
async fn measured<T>(future: impl Future<Output = T>) -> std::io::Result<(T, f64, f64)> {
    let (cpu, wall) = (cost::cpu_ms()?, Instant::now());
    let value = future.await;
    Ok((value, cost::cpu_ms()? - cpu, wall.elapsed().as_secs_f64() * 1e3))
}

fn peak_bytes() -> std::io::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    Ok(kilobytes.unwrap_or_default() * 1024)
}
