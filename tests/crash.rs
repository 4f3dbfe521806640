//! Crash enumeration: a process dies at every named point of everything that it does, and the ones
//! after it die at every step of putting that right.

mod bench;
mod halfway;
mod kill;
mod line;
mod points;
mod story;

use std::fmt::Write as _;

use bench::{Bench, Tripwire};
use points::{Phase, Spot, Target, Verb, spots};
use story::{act, assert_arrived, assert_sound, prepare};

use crate::support::golden::compare;
use crate::support::sim::{folder, in_virtual_time};
use crate::support::tally::tally;

/// Names a point.
fn name(target: Target, verb: Verb, phase: Phase) -> String {
    format!("{target:?} {verb:?} {phase:?}")
}

/// What a process does before what it is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    Nothing,
    /// It puts right by itself what others left behind.
    Recover,
}

/// Lets a process live until it is done or dead; tells whether it died.
async fn live(bench: &Bench, verb: Verb, spots: Vec<Spot>, first: First) -> bool {
    let wire = Tripwire::new(spots);
    let engine = bench.engine_for(&wire, verb);
    let life = async {
        if first == First::Recover {
            let recovered = engine.recover(&bench.provider()).await.unwrap();
            assert_eq!(recovered.left, [], "{verb:?}");
        }
        act(bench, &engine, verb).await;
    };
    tokio::select! {
        biased;
        () = wire.dead.notified() => {}
        () = Box::pin(life) => {}
    }
    wire.is_hit()
}

/// Dies at a point, then at the first step of what comes next, then at its second, and so on until a
/// process gets to its end; at each step once while it recovers first, if it comes that far. Returns how
/// many died.
async fn die(target: Target, verb: Verb, phase: Phase) -> usize {
    let at = name(target, verb, phase);
    let folder = folder();
    let bench = Bench::new(target, folder.path().to_owned());
    prepare(&bench, verb).await;
    let dies = live(&bench, verb, spots(target, verb, phase), First::Nothing).await;
    assert!(dies, "{at} is never reached");
    assert_sound(&bench, &at).await;
    let mut deaths = 1;
    'steps: for step in 0.. {
        assert!(step < 100, "{at} never comes to its end");
        for first in [First::Recover, First::Nothing] {
            if !live(&bench, verb, vec![Spot::Step(step)], first).await {
                break 'steps;
            }
            assert_sound(&bench, &format!("{at}, then at step {step} ({first:?} first)")).await;
            deaths += 1;
        }
    }
    assert_arrived(&bench, verb, &at).await;
    deaths
}

/// One test per verb and platform, so that they run side by side.
macro_rules! verbs {
    ($($name:ident: $target:ident $verb:ident;)+) => {
        $(
            #[test]
            fn $name() {
                let die = |phase| in_virtual_time(Box::pin(die(Target::$target, Verb::$verb, phase)));
                let deaths: Vec<usize> = Verb::$verb.phases().map(die).collect();
                tally(deaths.len(), "named points at which a process dies");
                let later: usize = deaths.iter().map(|deaths| deaths - 1).sum();
                tally(later, "deaths at the steps of putting that right");
            }
        )+

        const LISTED: &[(Target, Verb)] = &[$((Target::$target, Verb::$verb)),+];
    };
}

verbs! {
    create_on_optimizely: Optimizely Create;
    update_on_optimizely: Optimizely Update;
    delete_on_optimizely: Optimizely Delete;
    reference_on_optimizely: Optimizely Reference;
    rebind_on_optimizely: Optimizely Rebind;
    pull_from_optimizely: Optimizely Pull;
    rebound_pull_from_optimizely: Optimizely PullRebound;
    resolve_of_optimizely: Optimizely Resolve;
    restore_beside_optimizely: Optimizely Restore;
    rollback_on_optimizely: Optimizely Rollback;
    versions_cut_beside_optimizely: Optimizely RetainVersions;
    rows_cut_beside_optimizely: Optimizely RetainRows;
    backups_cut_beside_optimizely: Optimizely RetainBackups;
    audit_cut_beside_optimizely: Optimizely RetainAudit;
    create_in_files: Files Create;
    update_in_files: Files Update;
    delete_in_files: Files Delete;
    reference_in_files: Files Reference;
    rebind_in_files: Files Rebind;
    pull_from_files: Files Pull;
    rebound_pull_from_files: Files PullRebound;
    resolve_of_files: Files Resolve;
    restore_beside_files: Files Restore;
    rollback_in_files: Files Rollback;
    versions_cut_beside_files: Files RetainVersions;
    rows_cut_beside_files: Files RetainRows;
    backups_cut_beside_files: Files RetainBackups;
    audit_cut_beside_files: Files RetainAudit;
}

#[test]
fn every_point_has_a_name() {
    let mut names = String::new();
    for target in Target::ALL {
        for verb in Verb::ALL {
            assert!(LISTED.contains(&(target, verb)), "{target:?} {verb:?} is not tested");
            for phase in Phase::ALL {
                let at = name(target, verb, phase);
                let why = verb.lacks(phase).map_or(String::new(), |why| format!(": {why}"));
                writeln!(names, "{at}{why}").unwrap();
            }
        }
    }
    compare(&names, "crash-points.txt");
}
