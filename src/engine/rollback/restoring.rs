//! A document as a rollback sees it: what was there before stands in the place of the studio's side.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::canonical::View;
use crate::digest::Digest;
use crate::error::{ErrorClass, ErrorCode};
use crate::merge::{Ancestor, Base, Merge, Pair, Shape};
use crate::model::{ContentType, Finding};
use crate::plan::Verb;
use crate::port::{Dialect, Entity, RemoteDefinition, TouchedAtom};

use super::effect::{Effect, Sides};
use crate::engine::binding::Origin;
use crate::engine::detect::Scoped;
use crate::engine::examine::{Examined, LocalSide, Status, Subject, examine};
use crate::engine::fields::{FieldBinding, read_bindings};
use crate::engine::references::{References, refers};

/// What a rollback must know of a document besides what it wants of it.
pub(in crate::engine) struct Undoing {
    /// The document as both sides have it.
    pub actual: Examined,
    /// What both sides had agreed on before the deployment, as far as it was kept.
    pub base: Option<Base>,
    /// The definition before the deployment, as far as it was kept.
    pub definition: Option<RemoteDefinition>,
}

impl Undoing {
    /// Says of touched atoms what the studio was agreed to have before the deployment, which is not
    /// what it has.
    pub fn agree(&self, atoms: &mut [TouchedAtom], shape: &Shape) {
        let Some(base) = &self.base else { return };
        for atom in atoms {
            if let Ancestor::Known { local, .. } = base.get(&atom.path, shape) {
                atom.local = local.cloned();
            }
        }
    }
}

impl Examined {
    /// The document as both sides have it, whatever is wanted of it.
    pub(in crate::engine) fn as_it_is(&self) -> &Self {
        self.undoing.as_ref().map_or(self, |undoing| &undoing.actual)
    }

    /// The definition of a document that is made again, as it was.
    pub(in crate::engine) fn as_it_was(&self, verb: Verb) -> Option<RemoteDefinition> {
        let undoing = self.undoing.as_ref().filter(|_| verb == Verb::Create)?;
        undoing.definition.clone()
    }
}

/// Puts what undoes a deployment in the place of the studio's side, in one scope. Documents that it
/// is not about stay to be referred to, and nothing is done about them. Returns the names of those that
/// it is about.
pub(super) fn restore(
    scoped: &mut Scoped,
    effects: Vec<Effect>,
    dialect: &dyn Dialect,
) -> Vec<String> {
    let shape = dialect.capabilities().shape;
    let mut names = Vec::new();
    let mut found: BTreeMap<_, Examined> = BTreeMap::new();
    for one in std::mem::take(&mut scoped.examined) {
        found.insert(one.subject.remote_id.clone(), one);
    }
    let mut about = Vec::new();
    for effect in effects {
        let Some(last) = effect.changes.last() else { continue };
        let (id, key, entity) = (&last.remote_id, last.remote_id.key(), &last.entity);
        if scoped.stale.iter().any(|one| one.key == key) {
            names.push(key);
            continue;
        }
        let actual = found.remove(id);
        let entity = actual.as_ref().map_or(entity, |one| &one.subject.entity).clone();
        if !scoped.references.has_key(&entity.id) {
            scoped.references.bind(&entity, &key);
        }
        names.push(entity.id.clone());
        about.push((effect, entity, actual));
    }
    for mut one in found.into_values() {
        one.merge = Merge::default();
        one.status = Status::Same;
        scoped.examined.push(one);
    }
    for (effect, entity, actual) in about {
        let remote = || {
            let id = &effect.changes.last()?.remote_id;
            scoped.remote_new.iter().find(|definition| definition.id == *id).cloned()
        };
        let known = actual.is_some();
        let actual =
            actual.or_else(|| unknown(&effect, entity, remote(), &scoped.references, dialect));
        let Some(actual) = actual else { continue };
        let sides = match unread(&actual) {
            Some(finding) => Err(finding),
            None => effect.sides(&scoped.references, dialect),
        };
        let base = effect.base(&scoped.references, &shape);
        let before = effect.kept().and_then(|kept| kept.bindings.as_deref()).map(read_bindings);
        let before = (base, before.unwrap_or_default());
        let mut restoring = restoring(actual, known, sides, before, &shape);
        if let Some(undoing) = &mut restoring.undoing {
            undoing.definition = effect.definition();
        }
        scoped.examined.push(restoring);
    }
    names
}

/// Why it is not known what the platform holds of a document; nothing can be undone then. What else is
/// wrong with it, in the studio, is nothing to a rollback.
fn unread(actual: &Examined) -> Option<Finding> {
    let is_of_reading = |finding: &&Finding| {
        let code = ErrorCode::ALL.iter().find(|code| code.as_str() == finding.code);
        let class = code.map(|code| code.class());
        let is_refused = matches!(
            class,
            Some(ErrorClass::Forbidden | ErrorClass::Network | ErrorClass::RateLimit)
        );
        finding.blocks() && (is_refused || finding.code == "REMOTE_UNREADABLE")
    };
    actual.subject.findings.iter().find(is_of_reading).cloned()
}

/// A document of which neither the studio nor the state knows anything any more.
fn unknown(
    effect: &Effect,
    entity: Entity,
    remote: Option<Arc<RemoteDefinition>>,
    references: &References,
    dialect: &dyn Dialect,
) -> Option<Examined> {
    let last = effect.changes.last()?;
    let subject = Subject {
        entity,
        website_id: last.scope.website_id.clone(),
        remote_id: last.remote_id.clone(),
        origin: Origin::Known,
        local: None,
        remote,
        detail: effect.detail(dialect),
        findings: Vec::new(),
    };
    Some(examine(subject, references, dialect))
}

fn restoring(
    mut actual: Examined,
    known: bool,
    sides: Result<Sides, Finding>,
    (base, before): (Option<Base>, Vec<FieldBinding>),
    shape: &Shape,
) -> Examined {
    let (sides, refused) = match sides {
        Ok(sides) => (sides, None),
        Err(finding) => (Sides::default(), Some(finding)),
    };
    let mut left = Base::covering(shape);
    for (path, value) in sides.after.iter().flat_map(View::iter) {
        let half = || Some(value.clone());
        left.set(path, Pair { local: half(), remote: half() });
    }
    let local = sides.wanted.as_ref().map(|_| match &actual.subject.local {
        Some(side) => side.clone(),
        None => stand_in(&actual),
    });
    let wanted = sides.wanted.unwrap_or_default();
    let after = sides.after.unwrap_or_default();
    rebind(&mut actual, &before, (&after, &wanted), shape);
    let subject = Subject {
        entity: actual.subject.entity.clone(),
        website_id: actual.subject.website_id.clone(),
        remote_id: actual.subject.remote_id.clone(),
        origin: actual.subject.origin.clone(),
        local,
        remote: actual.subject.remote.clone(),
        detail: actual.subject.detail.clone().filter(|_| known),
        findings: refused.iter().cloned().collect(),
    };
    let mut restoring = Examined {
        subject,
        key: actual.key.clone(),
        name: actual.name.clone(),
        refers: refers(&wanted, shape),
        local: wanted,
        remote: actual.remote.clone(),
        base: Some(left),
        merge: Merge::default(),
        status: Status::Failed,
        bindings: actual.bindings.clone(),
        known: actual.known.clone(),
        mappings: Vec::new(),
        losses: Vec::new(),
        parts: Vec::new(),
        awaits: false,
        context: actual.context,
        undoing: None,
    };
    if refused.is_none() {
        restoring = restoring.judged_again(shape);
    }
    restoring.undoing = Some(Box::new(Undoing { actual, base, definition: None }));
    restoring
}

/// The side of a document that the studio does not have.
fn stand_in(actual: &Examined) -> LocalSide {
    LocalSide {
        content: ContentType {
            id: actual.subject.entity.id.clone(),
            website_id: actual.subject.website_id.clone(),
            name: actual.name.clone(),
            ..ContentType::default()
        },
        content_hash: None,
        row_digest: Digest::of(""),
    }
}

/// A property that gets back the type that it had is bound with the kind of then, so that the studio's
/// other kind is a movement again; one that comes back at all is bound again.
fn rebind(
    actual: &mut Examined,
    before: &[FieldBinding],
    (after, wanted): (&View, &View),
    shape: &Shape,
) {
    let Some(list) = shape.lists.first() else { return };
    let list = crate::canonical::Path::root().child(list);
    for old in before {
        let anchor = list.child(&old.key).child(shape.anchor);
        if after.get(&anchor) == wanted.get(&anchor) {
            continue;
        }
        for bindings in [&mut actual.known, &mut actual.bindings] {
            if let Some(own) = bindings.iter_mut().find(|own| own.key == old.key) {
                own.kind.clone_from(&old.kind);
            }
        }
        if actual.known.iter().all(|own| own.key != old.key) {
            actual.known.push(old.clone());
        }
    }
}
