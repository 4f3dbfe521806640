//! The points once more, where a process is killed by the system: the child is this test binary, tells
//! when it has come to its point, and waits there for its death. The fake lives on in the parent.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::bench::{Bench, Tripwire};
use super::line::answer;
use super::name;
use super::points::{Phase, Target, Verb, spots};
use super::story::{act, assert_arrived, assert_sound, prepare};
use crate::support::sim::{folder, in_virtual_time};
use crate::support::tally::tally;

/// Names the point and the folder of the child.
const CHILD: &str = "CATALYST_SYNC_TEST_POINT";
/// What the child says when it has come to its point.
const HERE: &str = "it is here";

fn child_of(text: &str) -> (Target, Verb, Phase, &Path) {
    let mut words = text.splitn(4, ' ');
    let mut word = || words.next().expect("the parent names platform, verb, phase and folder");
    let (target, verb, phase) = (word(), word(), word());
    let target = Target::ALL.into_iter().find(|known| format!("{known:?}") == target);
    let verb = Verb::ALL.into_iter().find(|known| format!("{known:?}") == verb);
    let phase = Phase::ALL.into_iter().find(|known| format!("{known:?}") == phase);
    let point = (target.expect("a platform"), verb.expect("a verb"), phase.expect("a phase"));
    (point.0, point.1, point.2, Path::new(word()))
}

#[test]
#[ignore = "is the child of the other tests"]
fn child() {
    let text = std::env::var(CHILD).expect("the parent says where to die");
    let (target, verb, phase, folder) = child_of(&text);
    in_virtual_time(Box::pin(async {
        let bench = Bench::of_the_parent(target, folder.to_owned());
        bench.the_day_after(1).await;
        let wire = Tripwire::new(spots(target, verb, phase));
        let engine = bench.engine_for(&wire, verb);
        tokio::select! {
            biased;
            () = wire.dead.notified() => {
                println!("{HERE}");
                // The parent kills it here, with everything open that is open.
                std::thread::sleep(std::time::Duration::from_mins(1));
            }
            () = Box::pin(act(&bench, &engine, verb)) => {}
        }
    }));
}

/// Answers a child until it comes to its point, or to its end.
async fn attend(child: &mut Child, bench: &Bench) -> bool {
    let mut requests = child.stdin.take().unwrap();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.contains(HERE) {
            return true;
        }
        answer(&line, &bench.direct, &mut requests).await;
    }
    false
}

async fn kill(target: Target, verb: Verb, phase: Phase) {
    let at = format!("{}, killed", name(target, verb, phase));
    let folder = folder();
    let bench = Bench::new(target, folder.path().to_owned());
    prepare(&bench, verb).await;
    bench.the_day_after(1).await;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::kill::child", "--exact", "--ignored", "--nocapture"])
        .env(CHILD, format!("{target:?} {verb:?} {phase:?} {}", folder.path().display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let is_here = attend(&mut child, &bench).await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(is_here, "{at}: it is never reached");
    bench.the_day_after(1).await;
    let engine = bench.engine_for(&Tripwire::new(Vec::new()), verb);
    assert_sound(&bench, &at).await;
    act(&bench, &engine, verb).await;
    assert_arrived(&bench, verb, &at).await;
}

/// One test per verb, so that they run side by side.
macro_rules! verbs {
    ($($name:ident: $verb:ident;)+) => {
        $(
            #[test]
            fn $name() {
                for target in Target::ALL {
                    for phase in Verb::$verb.phases() {
                        in_virtual_time(Box::pin(kill(target, Verb::$verb, phase)));
                        tally(1, "named points at which a child process is killed");
                    }
                }
            }
        )+

        const LISTED: &[Verb] = &[$(Verb::$verb),+];
    };
}

verbs! {
    killed_while_it_creates: Create;
    killed_while_it_updates: Update;
    killed_while_it_deletes: Delete;
    killed_while_it_refers: Reference;
    killed_while_it_rebinds: Rebind;
    killed_while_it_pulls: Pull;
    killed_while_it_pulls_what_was_rebound: PullRebound;
    killed_while_it_resolves: Resolve;
    killed_while_it_restores: Restore;
    killed_while_it_rolls_back: Rollback;
    killed_while_it_cuts_versions: RetainVersions;
    killed_while_it_cuts_rows: RetainRows;
    killed_while_it_cuts_backups: RetainBackups;
    killed_while_it_cuts_the_audit: RetainAudit;
}

#[test]
fn every_verb_is_killed() {
    assert_eq!(LISTED, Verb::ALL);
}
