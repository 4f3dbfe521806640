//! What moved on the platform, and what looks renamed, as findings for people.

use crate::canonical::{Canonical, Path};
use crate::diff::ChangeKind;
use crate::drift::{Drift, Moved, Severity, drift};
use crate::merge::{Shape, renames};
use crate::model::Finding;

use super::examine::Examined;

/// Longest value that a message repeats.
const SHOWN: usize = 60;

/// What moved on the platform since both sides last agreed on a document.
pub(super) fn drift_of(one: &Examined, shape: &Shape) -> Drift {
    let moved = one.merge.movements.iter().any(|atom| {
        let was = atom.base.as_ref().and_then(|pair| pair.remote.as_ref());
        was != atom.remote.as_ref()
    });
    match &one.base {
        Some(base) if moved => drift(base, &one.remote, shape),
        _ => Drift::default(),
    }
}

/// What moved on the platform, for people.
pub(super) fn drift_findings(one: &Examined, drift: &Drift) -> Vec<Finding> {
    drift.moved.iter().map(|moved| finding(moved).of(&one.key)).collect()
}

fn finding(moved: &Moved) -> Finding {
    let (value, at) = (describe(moved), moved.path.as_str());
    let finding = match moved.severity {
        Severity::Breaking => Finding::warning(
            "DRIFT_BREAKING",
            format!("the platform {value}: content or code that held before may hold no longer"),
            "bring it home or overrule it, before something relies on it",
        ),
        Severity::Addition => Finding::info(
            "DRIFT_ADDITION",
            format!("the platform {value}: what there was still holds"),
            "bring it home, overrule it, or accept it with acceptDrift",
        ),
        Severity::Text => Finding::info(
            "DRIFT_TEXT",
            format!("the platform {value}: only what people read"),
            "bring it home, overrule it, or accept it with acceptDrift",
        ),
    };
    finding.at(at)
}

fn describe(moved: &Moved) -> String {
    let whole = moved.path == Path::root();
    let name = if whole { "the type".into() } else { moved.path.name() };
    match (moved.kind, &moved.before, &moved.after) {
        (ChangeKind::Removed, ..) => format!("removed {name}"),
        (ChangeKind::Moved, ..) => format!("reordered {name}"),
        (ChangeKind::Modified, Some(before), Some(after)) => {
            format!("changed {name} from {} to {}", shown(before), shown(after))
        }
        (ChangeKind::Modified, ..) => format!("changed {name}"),
        (ChangeKind::Added, _, Some(after)) if after.as_str() != "true" => {
            format!("set {name} to {}", shown(after))
        }
        (ChangeKind::Added, ..) => format!("added {name}"),
    }
}

fn shown(value: &Canonical) -> String {
    let text = value.as_str();
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What looks as if it had been renamed on either side: a suggestion, because taking two properties for
/// one loses content.
pub(super) fn suggested_renames(one: &Examined, shape: &Shape) -> Vec<Finding> {
    let Some(base) = &one.base else { return Vec::new() };
    // Without one that went and one that came there is nothing to compare.
    if !one.merge.movements.iter().any(|atom| shape.is_element(&atom.path)) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let sides = [
        (base.local(), &one.local, "in the studio", "give the new field the id of the old one"),
        (base.remote(), &one.remote, "on the platform", "give both sides the old name again"),
    ];
    for (before, after, side, remedy) in sides {
        // A document that is gone has renamed nothing.
        if before.is_empty() || after.is_empty() || before == *after {
            continue;
        }
        for rename in renames(&before, after, shape) {
            let (from, to) = (rename.from.name(), rename.to.name());
            findings.push(
                Finding::info(
                    "RENAME_SUGGESTED",
                    format!("{to} looks as if {from} had been renamed {side}; they count as two"),
                    format!("if they are one, {remedy}; else nothing"),
                )
                .of(&one.key)
                .at(rename.to.as_str()),
            );
        }
    }
    findings
}
