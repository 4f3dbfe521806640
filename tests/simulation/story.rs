//! What happens in the world of one seed: people edit, processes deploy, things go wrong, and in the
//! end everything comes to rest.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use catalyst_sync::engine::{
    ConflictQuery, Engine, ProviderRequest, Query, RunOptions, RunReport, RunRequest, RunStatus,
    Strategy, Verdict,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::bugs::Bug;
use super::oracle::{Consent, Side};
use super::world::{Hazard, Process, TYPES, World};
use crate::support::fake::{Fault, FaultKind, Match, Version};
use crate::support::sim::simulate;
use crate::support::world::{Told, brief, request};

/// What came of a seed.
pub struct Ending {
    /// Everything that happened, in order.
    pub log: Vec<String>,
    /// What did not hold.
    pub broken: Vec<String>,
}

/// Lives through one seed.
pub fn live(seed: u64, bug: Option<Bug>) -> Ending {
    simulate(async {
        let world = World::new(seed, bug);
        let story = Box::pin(story(&world));
        if tokio::time::timeout(Duration::from_hours(1000), story).await.is_err() {
            world.state().oracle.broken.push("somebody waits for ever".to_owned());
        }
        let mut state = world.state();
        let broken = std::mem::take(&mut state.oracle.broken);
        Ending { log: std::mem::take(&mut state.log), broken }
    })
}

/// How often both sides are deployed until nothing may be left to do.
const ROUNDS: usize = 6;

async fn story(world: &Arc<World>) {
    for at in 0..3 {
        world.add_or_remove(at);
    }
    let steps = 3 + world.state().random.below(4);
    let mut earlier = world.control.state(Version::V1);
    for _ in 0..steps {
        people(world, &earlier);
        earlier = world.control.state(Version::V1);
        chaos(world).await;
        if !world.state().oracle.broken.is_empty() {
            return;
        }
        let pause = {
            let random = &mut world.state().random;
            [1, 20, 100, 7200][random.below(4)]
        };
        tokio::time::sleep(Duration::from_secs(pause)).await;
    }
    rest(world).await;
}

/// People edit both sides between two runs.
fn people(world: &World, earlier: &Value) {
    let draw = |bound| world.state().random.below(bound);
    for _ in 0..draw(3) {
        world.author();
    }
    for _ in 0..draw(3) {
        world.colleague(Some(earlier));
    }
    world.colleague_puts_back();
    if draw(10) == 0 {
        world.set_clock_back();
    }
    match draw(12) {
        0 | 1 => world.add_or_remove(3),
        2 => world.add_or_remove(2),
        3 => world.colleague_deletes(3),
        _ => {}
    }
}

/// One run, or two at once, in which anything may go wrong.
async fn chaos(world: &Arc<World>) {
    let (kind, faults, lag, cut) = {
        let state = &mut *world.state();
        let random = &mut state.random;
        let faults = [0, 0, 12, 5][random.below(4)];
        let lag = random.one_in(4).then(|| random.below(50_000) as u64);
        let cut = random.one_in(8).then(|| random.below(9));
        (random.below(12), faults, lag, cut)
    };
    world.state().faults = faults;
    if let Some(ms) = lag {
        let lag = FaultKind::Lag { reads: 0, ms };
        world.control.add_fault(Fault::always(lag));
    }
    if let Some(items) = cut {
        let what = FaultKind::TruncatedPages { items };
        world.control.add_fault(Fault { when: Match::method("GET"), what });
    }
    world.log(format!("faults {faults} lag {lag:?} cut {cut:?}"));
    match kind {
        0 => recover(world, 0).await,
        1 | 2 => resolve(world, 0).await,
        3 | 4 => {
            let wait = Duration::from_millis(world.state().random.below(1500) as u64);
            let second = async {
                tokio::time::sleep(wait).await;
                run(world, 1).await;
            };
            tokio::join!(run(world, 0), second);
        }
        _ => run(world, 0).await,
    }
    world.control.clear_faults();
    world.state().faults = 0;
    let superseded = world.state().superseded.take();
    if let Some((run, last)) = superseded {
        let went_on = world.remembered(
            "SELECT count(*) FROM sync_operations WHERE run_id = ?1 AND id > CAST(?2 AS INTEGER)",
            &[&run, &last.to_string()],
        );
        if went_on > 0 {
            world.state().oracle.broken.push("a run that lost its scope went on".to_owned());
        }
    }
}

/// A process begins something, with what shall go wrong in it.
fn begin(world: &World, process: usize, consent: Consent) -> CancellationToken {
    let asked = [world.asked(Side::Studio), world.asked(Side::Platform)];
    let state = &mut *world.state();
    let random = &mut state.random;
    let mut hazards = Vec::new();
    for (chances, hazard) in [
        (4, Hazard::Crash),
        (8, Hazard::Cancel),
        (3, Hazard::Colleague),
        (3, Hazard::Colleague),
        (4, Hazard::Author),
    ] {
        if random.one_in(chances) {
            hazards.push((random.below(90), hazard));
        }
    }
    if process == 0 && random.one_in(6) {
        hazards.push((random.below(60), Hazard::Freeze));
    }
    let cancel = CancellationToken::new();
    state.processes[process] =
        Process { hazards, consent, asked, cancel: cancel.clone(), ..Process::default() };
    state.processes[process].is_running = !consent.dry;
    if world.bug == Some(Bug::LoseCancel) { CancellationToken::new() } else { cancel }
}

/// Lets a process live until it is done or dead.
async fn life<T>(world: &World, process: usize, work: impl Future<Output = T>) -> Option<T> {
    let done = tokio::select! {
        biased;
        () = world.crashed[process].notified() => None,
        done = work => Some(done),
    };
    if done.is_none() {
        world.doubt_what_is_open(process);
    }
    world.state().processes[process].is_running = false;
    done
}

fn options(world: &World) -> (RunOptions, Consent) {
    let random = &mut world.state().random;
    let mode = ["push", "push", "push", "bidirectional", "bidirectional", "pull"][random.below(6)];
    let strategies: &[Option<&str>] = if mode == "push" {
        &[None, None, None, None, Some("skip"), Some("source_wins")]
    } else {
        &[None, None, None, None, Some("skip"), Some("source_wins"), Some("target_wins")]
    };
    let strategy = strategies[random.below(strategies.len())];
    let consent = Consent {
        delete: random.one_in(2),
        data_loss: random.one_in(2),
        source_wins: strategy == Some("source_wins"),
        target_wins: strategy == Some("target_wins"),
        dry: random.one_in(20),
    };
    let options = RunOptions {
        mode: Some(mode.to_owned()),
        conflict_strategy: strategy.map(str::to_owned),
        allow_delete: consent.delete,
        allow_data_loss: consent.data_loss,
        dry_run: consent.dry,
        force: random.one_in(15),
        stop_on_error: random.one_in(8),
        ..RunOptions::default()
    };
    (options, consent)
}

/// A process deploys.
async fn run(world: &Arc<World>, process: usize) {
    let (options, consent) = options(world);
    world.log(format!("{process} deploys {consent:?} {:?}", options.mode));
    let cancel = begin(world, process, consent);
    let request = RunRequest { options, job_id: format!("job-{process}"), ..request() };
    let engine = world.engine(process);
    let deployment = engine.deploy(&request, Arc::new(Told::default()), &cancel);
    match life(world, process, Box::pin(deployment)).await {
        Some(report) => tell(world, process, &report),
        None => world.log(format!("{process} is dead")),
    }
}

fn tell(world: &World, process: usize, report: &RunReport) {
    let error = report.error.as_ref().map(|error| error.code);
    let outcomes = brief(&report.outcomes);
    world.log(format!("{process} ends {:?} {error:?} {outcomes:?}", report.status));
}

/// A process settles what others left.
async fn recover(world: &Arc<World>, process: usize) {
    world.log(format!("{process} recovers"));
    let _ = begin(world, process, Consent::default());
    let engine = world.engine(process);
    let provider = ProviderRequest::default();
    match life(world, process, Box::pin(engine.recover(&provider))).await {
        Some(Ok(report)) => {
            let left: Vec<&str> = report.left.iter().map(|one| &*one.code).collect();
            world.log(format!("{process} recovered {} runs, left {left:?}", report.runs.len()));
        }
        Some(Err(error)) => world.log(format!("{process} cannot recover: {}", error.code)),
        None => world.log(format!("{process} is dead")),
    }
}

/// The open conflicts: id, key, paths.
async fn conflicts(engine: &Engine) -> Vec<(String, String, Vec<String>)> {
    let query = ConflictQuery { open: Some(true), ..ConflictQuery::default() };
    let Ok(page) = engine.conflicts(&query).await else { return Vec::new() };
    let read = page.conflicts.iter().map(|one| {
        let conflict: Value = serde_json::from_str(one.as_str()).unwrap();
        let text = |name: &str| conflict[name].as_str().unwrap().to_owned();
        let fields = conflict["fields"].as_array().into_iter().flatten();
        let paths = fields.map(|field| field["path"].as_str().unwrap().to_owned()).collect();
        let key = TYPES.iter().find(|(id, _)| text("id").contains(id));
        (text("id"), key.map_or_else(|| text("typeKey"), |(_, key)| (*key).to_owned()), paths)
    });
    read.collect()
}

/// Somebody decides some of the open conflicts.
async fn resolve(world: &Arc<World>, process: usize) {
    quiet(world, process, Consent::default());
    let open = conflicts(&world.engine(process)).await;
    let mut verdicts = Vec::new();
    for (id, key, paths) in open {
        let strategy = {
            let random = &mut world.state().random;
            match random.below(3) {
                0 => Strategy::SourceWins,
                1 => Strategy::TargetWins,
                _ => Strategy::Merge,
            }
        };
        world.log(format!("{process} decides {key} {paths:?}: {}", strategy.as_str()));
        if strategy != Strategy::Merge {
            let paths = if paths.is_empty() { vec![String::new()] } else { paths };
            let places = paths.into_iter().map(|path| (key.clone(), path));
            world.state().oracle.deciding(places);
        }
        let by = "system".to_owned();
        verdicts.push(Verdict { conflict: id, strategy, values: BTreeMap::new(), by });
    }
    let consent = Consent { delete: true, data_loss: true, ..Consent::default() };
    let _ = begin(world, process, consent);
    let engine = world.engine(process);
    let provider = ProviderRequest::default();
    match life(world, process, Box::pin(engine.resolve(&provider, verdicts))).await {
        Some(Ok(resolutions)) => {
            let told: Vec<bool> = resolutions.iter().map(|one| one.success).collect();
            world.log(format!("{process} decided {told:?}"));
        }
        Some(Err(error)) => world.log(format!("{process} cannot decide: {}", error.code)),
        None => world.log(format!("{process} is dead")),
    }
}

/// Faults stop and nobody edits any more: what is left are the conflicts, and they are what overlaps.
async fn rest(world: &Arc<World>) {
    world.control.clear_faults();
    world.control.settle();
    world.log("faults stop");
    settle(world, false).await;
    if world.state().oracle.broken.is_empty() {
        resolve_all(world).await;
        settle(world, true).await;
    }
    let broken = |what: String| world.state().oracle.broken.push(what);
    for violation in world.control.violations() {
        broken(format!("contract: {violation}"));
    }
    for (what, sql) in [
        ("writes are open", "SELECT count(*) FROM sync_operations WHERE state = 'started'"),
        ("runs never end", "SELECT count(*) FROM sync_transactions WHERE completed_at IS NULL"),
        ("the memory is damaged", "SELECT integrity_check != 'ok' FROM pragma_integrity_check"),
    ] {
        let found = world.remembered(sql, &[]);
        if found != 0 {
            broken(format!("{what}: {found}"));
        }
    }
    if !world.is_studio_whole() {
        broken("the studio is damaged".to_owned());
    }
    let verdict = world.engine(0).verify_history().await.unwrap();
    if !verdict.ok {
        broken(format!("the audit does not verify: {verdict:?}"));
    }
}

async fn resolve_all(world: &Arc<World>) {
    for _ in 0..2 {
        quiet(world, 0, Consent::default());
        let engine = world.engine(0);
        let mut verdicts = Vec::new();
        for (id, key, paths) in conflicts(&engine).await {
            let is_ours = world.state().random.one_in(2);
            let strategy = if is_ours { Strategy::SourceWins } else { Strategy::TargetWins };
            world.log(format!("in the end {key} {paths:?}: {}", strategy.as_str()));
            let paths = if paths.is_empty() { vec![String::new()] } else { paths };
            world.state().oracle.deciding(paths.into_iter().map(|path| (key.clone(), path)));
            let by = "system".to_owned();
            verdicts.push(Verdict { conflict: id, strategy, values: BTreeMap::new(), by });
        }
        if verdicts.is_empty() {
            return;
        }
        quiet(world, 0, Consent { delete: true, data_loss: true, ..Consent::default() });
        let resolved = engine.resolve(&ProviderRequest::default(), verdicts).await;
        world.log(format!(
            "resolved: {:?}",
            resolved.map(|all| {
                all.into_iter().map(|one| (one.success, one.error)).collect::<Vec<_>>()
            })
        ));
        settle(world, false).await;
    }
}

/// A process begins something in which nothing goes wrong.
fn quiet(world: &World, process: usize, consent: Consent) {
    let asked = [world.asked(Side::Studio), world.asked(Side::Platform)];
    let state = &mut *world.state();
    state.processes[process] = Process { consent, asked, ..Process::default() };
}

/// Deploys both ways until nothing is left to do, and compares.
async fn settle(world: &Arc<World>, is_decided: bool) {
    let consent = Consent { delete: true, data_loss: true, ..Consent::default() };
    let options = RunOptions {
        mode: Some("bidirectional".to_owned()),
        allow_delete: true,
        allow_data_loss: true,
        ..RunOptions::default()
    };
    let mut outcomes = Vec::new();
    for round in 0..ROUNDS {
        tokio::time::sleep(Duration::from_mins(10)).await;
        quiet(world, 0, consent);
        let request = RunRequest { options: options.clone(), ..request() };
        let engine = world.engine(0);
        let told = Arc::new(Told::default());
        let report = Box::pin(engine.deploy(&request, told, &CancellationToken::new())).await;
        tell(world, 0, &report);
        outcomes = brief(&report.outcomes);
        let is_calm = report.outcomes.iter().all(|one| one.status == "conflict")
            && matches!(
                report.status,
                RunStatus::Completed | RunStatus::Partial | RunStatus::Failed
            )
            && report.error.is_none();
        if is_calm && round > 0 {
            outcomes.clear();
            break;
        }
        if report.error.is_some() {
            outcomes.push(format!("{:?}", report.error));
        }
    }
    if !outcomes.is_empty() {
        let told = format!("after {ROUNDS} quiet deployments there is still {outcomes:?}");
        world.state().oracle.broken.push(told);
        return;
    }
    let query = Query { include_details: true, ..Query::default() };
    let changes = Box::pin(world.engine(0).detect(&query)).await.unwrap();
    let summary = changes.summary;
    let left = summary.total - summary.conflicts + summary.remote_changed + summary.failed;
    if left > 0 {
        world.state().oracle.broken.push(format!("the plan is not empty: {summary:?}"));
    }
    let details = changes.details.unwrap();
    for (id, key) in TYPES {
        let found = details.conflicts.iter().find(|one| one.id.contains(id) || one.type_key == key);
        let paths: Option<Vec<String>> = found.map(|one| {
            let mut paths: Vec<String> =
                one.fields.iter().map(|field| field.path.to_string()).collect();
            if one.local.is_none() || one.remote.is_none() {
                paths = vec![String::new()];
            }
            paths
        });
        if is_decided && found.is_some() {
            let told = format!("{key} is a conflict although everything was decided: {paths:?}");
            world.state().oracle.broken.push(told);
        }
        let (local, remote) = (world.local(id), world.remote(key));
        let kind = found.map(|one| one.kind);
        world.state().oracle.at_rest(key, &local, &remote, kind.zip(paths.as_deref()));
    }
}
