//! What a decision means for a conflict: which atoms it settles, and where the base moves.
//!
//! A strategy decides the conflicting atoms and no others. What only one side moved keeps its
//! movement, whatever is decided beside it.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, Path, View};
use crate::error::{ErrorCode, SyncError, quoted};
use crate::merge::{AtomMovement, Base, Movement, Pair, Shape, three_way};

use super::examine::Examined;

/// How conflicting atoms are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// The studio's value goes to the platform with the next deployment.
    SourceWins,
    /// The studio takes the platform's value.
    TargetWins,
    /// Nothing is decided; what only the platform moved comes home.
    Merge,
    /// The caller's value, atom by atom.
    Manual,
}

impl Strategy {
    /// Reads the word of `api.md` §4 or its alias.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "source_wins" | "local_wins" => Some(Self::SourceWins),
            "target_wins" | "remote_wins" => Some(Self::TargetWins),
            "merge" | "auto_merge" => Some(Self::Merge),
            "manual" | "manual_merge" => Some(Self::Manual),
            _ => None,
        }
    }

    /// The word of `api.md` §4.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SourceWins => "source_wins",
            Self::TargetWins => "target_wins",
            Self::Merge => "merge",
            Self::Manual => "manual",
        }
    }
}

/// The values that a caller chose; `None` removes the atom.
pub type Values = BTreeMap<Path, Option<Canonical>>;

/// Both sides of a document after a decision.
pub(super) struct Settled {
    /// The base, moved for what was decided.
    pub base: Base,
    /// What the studio's side should look like.
    pub local: View,
    /// Overlaps that are still open.
    pub remaining: Vec<AtomMovement>,
}

/// Decides the overlaps of a type that both sides have.
///
/// # Errors
///
/// `INVALID_ARGUMENT` when a value is given for what does not conflict.
pub(super) fn decide(
    one: &Examined,
    strategy: Strategy,
    values: &Values,
    shape: &Shape,
) -> Result<Settled, SyncError> {
    let overlaps: Vec<&AtomMovement> = one.merge.overlaps().collect();
    let paths: BTreeSet<&Path> = overlaps.iter().map(|atom| &atom.path).collect();
    if let Some(path) = values.keys().find(|path| !paths.contains(path)) {
        return Err(SyncError::new(
            ErrorCode::InvalidArgument,
            format!("{} has no conflict at {}", one.key, quoted(path.as_str())),
        )
        .of(&one.key)
        .next_step("give values for the paths in `fields` of the conflict only"));
    }
    let mut base = one.base.clone().unwrap_or_else(|| Base::covering(shape));
    let mut local = one.local.clone();
    for atom in one.merge.of(Movement::Conflict) {
        let Some(chosen) = choice(atom, &overlaps, strategy, values).cloned() else { continue };
        if chosen == atom.remote {
            base.set(&atom.path, Pair { local: chosen.clone(), remote: chosen.clone() });
        } else {
            // The platform's value is known and overruled, so only the studio has moved.
            let before = atom.base.as_ref().and_then(|pair| pair.local.clone());
            let unmoved = before == chosen;
            let before = if unmoved { atom.remote.clone() } else { before };
            base.set(&atom.path, Pair { local: before, remote: atom.remote.clone() });
        }
        local.put(atom.path.clone(), chosen);
    }
    if strategy == Strategy::Merge {
        take_remote(one, &mut base, &mut local);
    }
    shape.follow(&mut local, &one.local, &one.remote);
    for (path, value) in values {
        // What is given by hand is meant as it is given.
        local.put(path.clone(), value.clone());
    }
    let rest = three_way(Some(&base), &local, &one.remote, shape);
    let remaining: Vec<AtomMovement> = rest.overlaps().cloned().collect();
    for path in values.keys() {
        let still = remaining.iter().any(|atom| atom.path == *path);
        let other = if still { shape.other_limit(path) } else { shape.excluded_by(path, &local) };
        if let Some(other) = other {
            return Err(halved(&one.key, path, &other));
        }
    }
    Ok(Settled { base, local, remaining })
}

/// One limit of a range cannot be decided so, because the other one stays as it is.
fn halved(key: &str, path: &Path, other: &Path) -> SyncError {
    let message = format!(
        "{key} cannot have this value at {}: with {} as it is, nothing would be allowed",
        quoted(path.as_str()),
        quoted(other.as_str())
    );
    SyncError::new(ErrorCode::InvalidArgument, message)
        .of(key)
        .next_step("give values for both of them")
}

/// What the studio's side winning means for a type that is gone on one side and changed on the other:
/// the base as it is then, or `None` for a type that is to be made again.
pub(super) fn uphold(one: &Examined, shape: &Shape) -> Option<Base> {
    one.subject.remote.as_ref()?;
    // Gone from the studio. The platform's present state is known and overruled, so that the next
    // deployment deletes it, with the consent that this needs.
    let mut base = one.base.clone().unwrap_or_else(|| Base::covering(shape));
    for (path, value) in one.remote.iter() {
        base.set(path, Pair { local: Some(value.clone()), remote: Some(value.clone()) });
    }
    let gone: Vec<Path> = base.paths().filter(|at| one.remote.get(at).is_none()).cloned().collect();
    for path in &gone {
        base.set(path, Pair::default());
    }
    Some(base)
}

/// The value that a strategy gives to a conflicting atom; `None` where it leaves it open. What
/// conflicts only because of another atom goes with that one's side.
fn choice<'c>(
    atom: &'c AtomMovement,
    overlaps: &[&AtomMovement],
    strategy: Strategy,
    values: &'c Values,
) -> Option<&'c Option<Canonical>> {
    match strategy {
        Strategy::SourceWins => Some(&atom.local),
        Strategy::TargetWins => Some(&atom.remote),
        Strategy::Merge => None,
        Strategy::Manual => {
            let Some(above) = &atom.under else { return values.get(&atom.path) };
            let chosen = values.get(above)?;
            let of_above = overlaps.iter().find(|overlap| overlap.path == *above)?;
            let is_theirs = *chosen == of_above.remote;
            Some(if is_theirs { &atom.remote } else { &atom.local })
        }
    }
}

/// What only the platform moved comes home.
fn take_remote(one: &Examined, base: &mut Base, local: &mut View) {
    for atom in one.merge.of(Movement::Remote) {
        local.put(atom.path.clone(), atom.remote.clone());
        let (now, then) = (atom.remote.clone(), atom.remote.clone());
        base.set(&atom.path, Pair { local: now, remote: then });
    }
}
