//! Reviewed files that a test compares with.

use std::fmt::Write as _;
use std::path::Path;

/// How many differing lines are shown.
const SHOWN: usize = 20;

/// Compares with a reviewed file under `tests/golden`, and fails with the lines that differ.
/// `UPDATE_GOLDEN=1 cargo test …` writes the file anew, to be reviewed with `git diff`.
pub fn compare(found: &str, name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, found).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    if found == expected {
        return;
    }
    let (was, is): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let mut shown = String::new();
    let differing = (0..was.len().max(is.len())).filter(|at| was.get(*at) != is.get(*at));
    for at in differing.take(SHOWN) {
        let line = |lines: &[&str]| lines.get(at).map_or("(none)", |line| *line).to_owned();
        writeln!(shown, "line {}\n  - {}\n  + {}", at + 1, line(&was), line(&is)).unwrap();
    }
    panic!("tests/golden/{name} differs; review with UPDATE_GOLDEN=1 and git diff\n{shown}");
}
