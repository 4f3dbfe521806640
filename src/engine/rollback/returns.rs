//! What of the studio's types goes back with a deployment.

use std::collections::BTreeMap;

use crate::canonical::{Canonical, Path, View};
use crate::error::SyncError;
use crate::merge::{Ancestor, AtomMovement, Base, Merge, Movement, Pair, Shape};
use crate::plan::Verb;
use crate::port::{ChangeType, Document, Entity, RemoteId, RowIntent, RowWrite, TypeRow};

use super::effect::Effect;
use super::{UndoMode, Undone};
use crate::engine::Engine;
use crate::engine::detect::root_id;
use crate::engine::examine::{Examined, Status};
use crate::engine::failure::store_failure;
use crate::engine::home::Home;
use crate::engine::plan::Policy;
use crate::engine::report::Outcome;

/// An atom of the studio's side that goes back.
#[derive(Debug, Clone)]
pub(super) struct Return {
    pub path: Path,
    /// What the studio had when the deployment was through with it.
    left: Option<Canonical>,
    /// What it had before.
    back: Option<Canonical>,
    /// The platform went back, too, where it was the platform that was written.
    pub follows: bool,
    /// To this.
    there: Option<Canonical>,
}

/// What goes back of one document.
#[derive(Debug, Clone)]
pub(super) struct Returns {
    pub website_id: String,
    pub entity: Entity,
    pub type_key: String,
    pub remote_id: RemoteId,
    /// What the deployment sent of it.
    pub atoms: Vec<Return>,
    /// The row before and after what the deployment brought home.
    pub rows: Option<(TypeRow, TypeRow)>,
    /// The row that the deployment made.
    pub made: Option<TypeRow>,
    /// The row is gone, and was deleted on the platform or in the studio by the deployment.
    pub is_row_gone: bool,
}

impl Return {
    /// Whether nobody has edited the atom since.
    pub fn is_left(&self, local: &View, remote: &View) -> bool {
        local.get(&self.path) == self.left.as_ref()
            && (!self.follows || remote.get(&self.path) == self.there.as_ref())
    }

    /// What both sides have agreed on once both went back: they may have lived with a difference.
    pub fn agreed(&self, remote: &View) -> Pair {
        Pair { local: self.back.clone(), remote: remote.get(&self.path).cloned() }
    }

    /// The atom as one that comes home.
    pub fn movement(&self) -> AtomMovement {
        AtomMovement {
            path: self.path.clone(),
            base: None,
            local: self.left.clone(),
            remote: self.back.clone(),
            movement: Movement::Remote,
            under: None,
        }
    }
}

/// The atoms that differ between two states of the studio's side.
fn apart(after: &View, before: &View) -> Vec<Return> {
    let mut paths: Vec<&Path> = after.iter().chain(before.iter()).map(|(path, _)| path).collect();
    paths.sort_unstable();
    paths.dedup();
    let differs = |path: &&Path| after.get(path) != before.get(path);
    let atom = |path: &Path| Return {
        path: path.clone(),
        left: after.get(path).cloned(),
        back: before.get(path).cloned(),
        follows: false,
        there: None,
    };
    paths.into_iter().filter(differs).map(atom).collect()
}

/// What the studio has to follow of what was sent; nothing of a type that was made, whose row was there
/// before.
fn of_effect(effect: &Effect, shape: &Shape) -> Option<Returns> {
    let last = effect.changes.last()?;
    let kept = effect.kept()?;
    let base = kept.base.as_deref().and_then(|base| Base::from_json(base).ok());
    let mut atoms: BTreeMap<&Path, Return> = BTreeMap::new();
    for atom in effect.changes.iter().flat_map(|change| &change.atoms) {
        let agreed = base.as_ref().map(|base| base.get(&atom.path, shape));
        let back = match agreed {
            Some(Ancestor::Known { local, .. }) => local.cloned(),
            Some(Ancestor::Unknown) | None => atom.before.clone(),
        };
        let first = || Return {
            path: atom.path.clone(),
            left: None,
            back,
            follows: true,
            there: atom.before.clone(),
        };
        atoms.entry(&atom.path).or_insert_with(first).left.clone_from(&atom.local);
    }
    let atoms = atoms.into_values().filter(|atom| atom.left != atom.back).collect();
    let is_row_gone = last.verb == Verb::Delete;
    Some(Returns {
        atoms,
        is_row_gone,
        ..blank(&last.scope.website_id, &last.entity, &last.type_key, &last.remote_id)
    })
}

/// What the studio has to take back of what came home.
fn of_rows(intents: &[RowIntent], website_id: &str) -> Option<Returns> {
    let (first, last) = (intents.first()?, intents.last()?);
    let before = match &first.write {
        RowWrite::Update { seen, .. } | RowWrite::Delete { seen } => Some((**seen).clone()),
        RowWrite::Insert { .. } => None,
    };
    let after = match &last.write {
        RowWrite::Update { row, .. } | RowWrite::Insert { row } => Some((**row).clone()),
        RowWrite::Delete { .. } => None,
    };
    let returns = blank(website_id, &last.entity, &last.type_key, &last.remote_id);
    match (before, after) {
        (Some(before), Some(after)) => Some(Returns { rows: Some((before, after)), ..returns }),
        (None, Some(after)) => Some(Returns { made: Some(after), ..returns }),
        (Some(_), None) => Some(Returns { is_row_gone: true, ..returns }),
        (None, None) => None,
    }
}

fn blank(website_id: &str, entity: &Entity, type_key: &str, remote_id: &RemoteId) -> Returns {
    Returns {
        website_id: website_id.to_owned(),
        entity: entity.clone(),
        type_key: type_key.to_owned(),
        remote_id: remote_id.clone(),
        atoms: Vec::new(),
        rows: None,
        made: None,
        is_row_gone: false,
    }
}

impl Engine {
    /// What of the studio's types goes back with what a deployment sent, and with what it brought home
    /// of the types that are to be undone; nothing where the studio keeps its rows.
    pub(super) async fn returns(
        &self,
        (undone, mode): (&Undone, UndoMode),
        effects: &[Effect],
        (policy, shape): (Policy, &Shape),
    ) -> Result<Vec<Returns>, SyncError> {
        if policy.preserve_data {
            return Ok(Vec::new());
        }
        let chosen = undone.chosen(mode);
        let mut returns: Vec<Returns> =
            effects.iter().filter_map(|effect| of_effect(effect, shape)).collect();
        let mut written: BTreeMap<(String, Entity), Vec<RowIntent>> = BTreeMap::new();
        for run_id in undone.oldest_first() {
            let rows = self.ports.store.rows_of(run_id).await.map_err(store_failure)?;
            for (website_id, intent) in rows {
                let name = (website_id.clone(), intent.type_key.clone());
                if chosen.as_ref().is_some_and(|chosen| !chosen.contains(&name)) {
                    continue;
                }
                written.entry((website_id, intent.entity.clone())).or_default().push(intent);
            }
        }
        let written = written.iter();
        returns.extend(written.filter_map(|((website, _), all)| of_rows(all, website)));
        Ok(returns)
    }

    /// Makes a row again that is gone, with the content that it had last. Tells whether there was
    /// anything to make.
    pub(super) async fn make_again(&self, gone: &Returns) -> Result<bool, SyncError> {
        let root = root_id(&gone.entity.id);
        let document = Document::content_type(&*gone.website_id, root);
        let store = &self.ports.store;
        let head = store.head(&document).await.map_err(store_failure)?;
        let (false, Some(head)) = (self.locals().await?.row(root).is_some(), head) else {
            return Ok(false);
        };
        let hash = if head.change == ChangeType::Delete {
            let deletion = store.version(&head.hash).await.map_err(store_failure)?;
            deletion.and_then(|deletion| deletion.parents.into_iter().next())
        } else {
            Some(head.hash)
        };
        let Some(hash) = hash else { return Ok(false) };
        let message = Some("made again by a rollback");
        self.restore_version(&hash, &self.actor.id, message).await?;
        Ok(true)
    }
}

impl Returns {
    /// The same, as if the platform had gone back already where the studio follows it.
    pub(super) fn regardless(&self) -> Self {
        let atoms = self.atoms.iter().map(|atom| Return { follows: false, ..atom.clone() });
        Self { atoms: atoms.collect(), ..self.clone() }
    }

    /// The document as a row has it, with what of it goes back for its movements, and all that was
    /// written of it; `None` where the row cannot be read.
    pub(super) fn going_back(
        &self,
        home: &Home<'_>,
        found: &Examined,
        row: &TypeRow,
    ) -> Option<(Examined, Vec<Return>)> {
        let with_row = |row| home.with_row(found, row, found.subject.detail.clone());
        let mut now = with_row(row).filter(|now| now.status != Status::Failed)?;
        let mut atoms = self.atoms.clone();
        if let Some((before, after)) = &self.rows {
            let view = |row| with_row(row).map(|one| one.local).unwrap_or_default();
            atoms.extend(apart(&view(after), &view(before)));
        }
        let is_left = |atom: &&Return| atom.is_left(&now.local, &now.remote);
        let movements = atoms.iter().filter(is_left).map(Return::movement).collect();
        now.merge = Merge { movements };
        Some((now, atoms))
    }

    /// The outcome of a row that is gone.
    pub fn made_again(&self, status: &str) -> Outcome {
        Outcome {
            type_key: self.type_key.clone(),
            name: self.type_key.clone(),
            website_id: self.website_id.clone(),
            operation: "create".to_owned(),
            direction: "pull".to_owned(),
            status: status.to_owned(),
            ..Outcome::default()
        }
    }
}
