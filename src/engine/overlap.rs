//! Overlaps as people see them, with what speaks for a side.

use crate::canonical::{Canonical, Path, View};
use crate::drift::{Side, Suggestion, suggest};
use crate::merge::{AtomMovement, Movement, Shape};
use crate::model::Json;

use super::examine::Examined;
use super::report::ConflictField;

/// One entry per overlap; a type that is gone on one side overlaps as a whole.
pub(super) fn overlaps(one: &Examined, shape: &Shape) -> Vec<ConflictField> {
    let told = |atom: &AtomMovement| {
        let sides = (&one.local, &one.remote);
        suggest(atom, one.base.as_ref(), sides, shape).map(|told| shown(&told, &atom.path))
    };
    if one.subject.local.is_none() || one.subject.remote.is_none() {
        let side = |there: bool, view: &View| there.then(|| Canonical::of(&view.nested()));
        let first = one.merge.of(Movement::Conflict).next();
        return vec![ConflictField {
            path: Path::root(),
            ancestor: one.base.as_ref().map(|base| Canonical::of(&base.remote().nested())),
            local: side(one.subject.local.is_some(), &one.local),
            remote: side(one.subject.remote.is_some(), &one.remote),
            suggestion: first.and_then(told),
        }];
    }
    let field = |atom: &AtomMovement| ConflictField {
        path: atom.path.clone(),
        ancestor: atom.base.as_ref().and_then(|pair| pair.remote.clone()),
        local: atom.local.clone(),
        remote: atom.remote.clone(),
        suggestion: told(atom),
    };
    one.merge.overlaps().map(field).collect()
}

/// A suggestion as `api.md` §4 has it: `{ take?, code, reason, renamedTo? }`.
fn shown(told: &Suggestion, path: &Path) -> Canonical {
    let (take, code, reason) = match told {
        Suggestion::Rewritten => (
            Some(Side::Remote),
            "REWRITTEN",
            "both say the same, and the platform writes it in its own form".to_owned(),
        ),
        Suggestion::Formatting(side) => (
            Some(*side),
            "ONLY_FORMATTING",
            format!("the other side brings nothing new but white space; {}", named(*side)),
        ),
        Suggestion::Looser(side) => (
            Some(*side),
            "LOOSER",
            format!("what fits the other side's rule fits this one, too; {}", named(*side)),
        ),
        Suggestion::Keeps(side) => (
            Some(*side),
            "KEEPS_CONTENT",
            format!("removing it would take its content along; {}", named(*side)),
        ),
        Suggestion::Renamed(side, to) => {
            let (place, remedy) = match side {
                Side::Local => ("in the studio", "give the new field the id of the old one"),
                Side::Remote => ("on the platform", "give both sides the old name again"),
            };
            let (from, to) = (path.name(), to.name());
            let reason = format!(
                "{to} looks as if {from} had been renamed {place}; if they are one, {remedy}"
            );
            (None, "RENAMED", reason)
        }
    };
    let take = take.map(|side| match side {
        Side::Local => ("take", Json::str("local")),
        Side::Remote => ("take", Json::str("remote")),
    });
    let renamed = match told {
        Suggestion::Renamed(_, to) => Some(("renamedTo", Json::str(to.to_string()))),
        _ => None,
    };
    let told = [("code", Json::str(code)), ("reason", Json::str(reason))];
    Canonical::of(&Json::object(told.into_iter().chain(take).chain(renamed)))
}

fn named(side: Side) -> &'static str {
    match side {
        Side::Local => "the studio's side loses nothing",
        Side::Remote => "the platform's side loses nothing",
    }
}
