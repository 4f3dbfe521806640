//! The movements of the platform, for people.

use crate::canonical::{Canonical, Path, View};
use crate::diff::{Change, ChangeKind, diff};
use crate::merge::{Ancestor, Base, Shape};

use super::severity::severity;
use super::{Severity, settle};

/// One movement of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The atom; the root for a document that went or came back as a whole.
    pub path: Path,
    /// What became of it.
    pub kind: ChangeKind,
    /// What it was at the last agreement.
    pub before: Option<Canonical>,
    /// What it is now.
    pub after: Option<Canonical>,
    /// How much it matters.
    pub severity: Severity,
}

/// What became of a document on the platform since the last agreement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drift {
    /// What moved, in the order of paths: one entry per change, whatever follows from it.
    pub moved: Vec<Moved>,
    /// Atoms that only stand in another form.
    pub noise: Vec<Path>,
}

impl Drift {
    /// How much the worst of it matters; nothing when nothing moved.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.moved.iter().map(|moved| moved.severity).max()
    }
}

/// Tells what moved on the platform since the last agreement. Atoms on which there never was one are
/// left out: that they differ is no movement.
#[must_use]
pub fn drift(base: &Base, remote: &View, shape: &Shape) -> Drift {
    let settled = settle(base, remote, shape);
    let was = settled.remote();
    let noise = diff(&base.remote(), &was).edits.into_iter().map(|edit| edit.path).collect();
    let is_known = |path: &Path| base.get(path, shape) != Ancestor::Unknown;
    let now: View = remote
        .iter()
        .filter(|(path, _)| is_known(path))
        .map(|(path, value)| (path.clone(), value.clone()))
        .collect();
    // An empty document is none.
    let whole = |kind, severity| Drift {
        moved: vec![Moved { path: Path::root(), kind, before: None, after: None, severity }],
        noise: Vec::new(),
    };
    match (was.is_empty(), remote.is_empty()) {
        (false, true) => return whole(ChangeKind::Removed, Severity::Breaking),
        (true, false) if !now.is_empty() => return whole(ChangeKind::Added, Severity::Addition),
        _ => {}
    }
    let difference = diff(&was, &now);
    let moved = |change: Change<'_>| Moved {
        path: change.edit.path.clone(),
        kind: change.kind,
        before: change.edit.before.clone(),
        after: change.edit.after.clone(),
        severity: severity(&change, &was, &now, shape),
    };
    Drift { moved: difference.changes(shape).into_iter().map(moved).collect(), noise }
}
