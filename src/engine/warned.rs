//! Warnings that hold something back until somebody goes past them.

use crate::model::{Finding, Severity};
use crate::plan::Withholding;

use super::examine::Examined;

/// Warnings about a value that the platform may understand otherwise than the studio, so that it
/// would refuse content that the studio accepts. All others say what will happen anyway.
const HOLD_BACK: [&str; 1] = ["PATTERN_FLAVOUR"];

/// The warnings of a document that hold back what they are about.
pub(super) fn warnings_on(one: &Examined) -> Vec<&Finding> {
    let holds = |finding: &&Finding| {
        finding.severity == Severity::Warning && HOLD_BACK.contains(&finding.code)
    };
    one.subject.findings.iter().filter(holds).collect()
}

/// The paths that they are about.
pub(super) fn warned_paths(one: &Examined) -> Vec<&str> {
    warnings_on(one).into_iter().filter_map(|warning| warning.path.as_deref()).collect()
}

/// Takes out what warnings hold back; the rest ships.
pub(super) fn hold_back(one: &Examined, parted: &mut Withholding) {
    let warned = warned_paths(one);
    if warned.is_empty() {
        return;
    }
    let is_held = |path: &str| warned.contains(&path);
    let (held, ships) = std::mem::take(&mut parted.ships).into_iter().partition::<Vec<_>, _>(
        // What is removed is not understood in any way.
        |atom| atom.local.is_some() && is_held(atom.path.as_str()),
    );
    parted.ships = ships;
    parted.withheld.extend(held.into_iter().map(|atom| atom.path));
    parted.withheld.sort();
}
