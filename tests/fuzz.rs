//! What others wrote, after something happened to it: nothing panics, hangs or grows without end, and
//! what is accepted means what it says. The targets in `fuzz/` go on where these cases end.

mod entry;
mod mutate;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};

use mutate::{mutated, scattered};

use crate::support::documents::Random;
use crate::support::tally::tally;

/// As much as the threads of tokio have.
const STACK: usize = 2 << 20;

/// Far more than any case takes in a build without optimization on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);

/// What all cases of a door together may need, in kB.
const MOST_MEMORY: u64 = 1 << 20;

thread_local! {
    /// Panics of this thread, also those that somebody caught.
    static PANICS: Cell<u32> = const { Cell::new(0) };
}

fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.set(PANICS.get() + 1);
            before(panic);
        }));
    });
}

fn corpus(door: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(door);
    let entries = std::fs::read_dir(folder).expect("a corpus");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Puts one input through a door; tells how long that took.
fn survive(name: &str, entry: fn(&[u8]), data: &[u8]) -> Duration {
    let began = Instant::now();
    let before = PANICS.get();
    let _ = catch_unwind(AssertUnwindSafe(|| entry(data)));
    let took = began.elapsed();
    if PANICS.get() != before || took > LONGEST {
        let path = std::env::temp_dir().join(format!("fuzz-{name}"));
        let kept = std::fs::write(&path, data).map(|()| path);
        let shown: String = String::from_utf8_lossy(data).chars().take(2_000).collect();
        panic!("{name}: after {took:?}, kept as {kept:?}: {shown:?}");
    }
    took
}

/// Makes another input of the seeds.
type Accident = fn(&[Vec<u8>], &mut Random) -> Vec<u8>;

fn fuzz(name: &'static str, cases: u32, accident: Accident, entry: fn(&[u8])) {
    count_panics();
    let run = move || {
        let seeds = corpus(name);
        let mut longest = Duration::ZERO;
        for seed in &seeds {
            longest = longest.max(survive(name, entry, seed));
        }
        let seed = std::env::var("FUZZ_SEED").map_or(1, |text| text.parse().unwrap());
        let mut random = Random(seed);
        for _ in 0..cases {
            longest = longest.max(survive(name, entry, &accident(&seeds, &mut random)));
        }
        println!("{name}: {} seeds, {cases} mutated, the longest {longest:?}", seeds.len());
        tally(1, "doors for what others wrote");
        tally(seeds.len() + cases as usize, "inputs through the doors for what others wrote");
    };
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap();
    if let Some(peak) = peak_memory() {
        assert!(peak < MOST_MEMORY, "{peak} kB");
    }
}

/// The most memory that this process ever held, in kB.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// One test per door, so that they run side by side.
macro_rules! doors {
    ($($name:ident: $cases:literal $accident:ident;)+) => {
        $(
            #[test]
            fn $name() {
                fuzz(stringify!($name), $cases, $accident, entry::$name);
            }
        )+

        const DOORS: &[&str] = &[$(stringify!($name)),+];
    };
}

doors! {
    answers: 1_500 mutated;
    definition: 2_000 mutated;
    export: 3_000 mutated;
    folder: 1_500 mutated;
    json: 4_000 mutated;
    options: 4_000 mutated;
    row: 1_500 mutated;
    rows: 200 mutated;
    state: 160 scattered;
}

/// A door that has no corpus or no target would be open.
#[test]
fn every_door_has_a_corpus_and_a_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let names = |folder: &str| -> Vec<String> {
        let entries = std::fs::read_dir(root.join(folder)).unwrap();
        let stem = |entry: std::fs::DirEntry| {
            entry.path().file_stem().unwrap().to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = entries.map(|entry| stem(entry.unwrap())).collect();
        names.sort();
        names
    };
    assert_eq!(names("corpus"), DOORS);
    assert_eq!(names("fuzz_targets"), DOORS);
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let bins = manifest.lines().filter_map(|line| line.strip_prefix("name = \""));
    let bins: Vec<&str> = bins.filter_map(|rest| rest.strip_suffix('"')).skip(1).collect();
    assert_eq!(bins, DOORS);
}
