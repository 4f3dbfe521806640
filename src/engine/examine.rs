//! One document, three sides: what moved, by whom, and what it means.

use std::sync::Arc;

use crate::canonical::View;
use crate::collect::map_of;
use crate::digest::Digest;
use crate::drift::{has_noise, settle};
use crate::merge::{Base, Merge, Movement, Shape, three_way};
use crate::model::{ContentType, Finding};
use crate::port::{
    Dialect, Entity, FieldMapping, Held, Loss, RemoteDefinition, RemoteId, StateDetail,
};

use super::binding::Origin;
use super::fields::{FieldBinding, Properties, bind_fields, read_bindings, recognise_renamed};
use super::references::{References, awaits, refers};
use super::rollback::Undoing;

/// A document to be looked at, with everything that is known of it.
pub(super) struct Subject {
    /// The document.
    pub entity: Entity,
    /// Website that owns it.
    pub website_id: String,
    /// Identity on the platform.
    pub remote_id: RemoteId,
    /// Where that comes from.
    pub origin: Origin,
    /// The studio's side; `None` when the row is gone.
    pub local: Option<LocalSide>,
    /// The platform's side; `None` when it is not there.
    pub remote: Option<Arc<RemoteDefinition>>,
    /// What the state knows.
    pub detail: Option<StateDetail>,
    /// What was found so far.
    pub findings: Vec<Finding>,
}

/// The studio's side of a document.
#[derive(Clone)]
pub(super) struct LocalSide {
    /// The type; references are row ids.
    pub content: ContentType,
    /// The studio's own hash; made when the document is kept.
    pub content_hash: Option<Digest>,
    /// Digest of every column read of its row.
    pub row_digest: Digest,
}

/// What became of a document since the last agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Both sides are as agreed, or agree now.
    Same,
    /// In the studio only, never on the platform.
    New,
    /// The studio moved.
    Modified,
    /// Gone from the studio.
    Deleted,
    /// The platform moved.
    RemoteModified,
    /// Gone from the platform.
    RemoteDeleted,
    /// Both moved apart.
    Conflict(ConflictKind),
    /// Cannot be compared; the findings say why.
    Failed,
}

/// How two sides conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConflictKind {
    /// Some attribute.
    Field,
    /// An element removed here and changed there, or a property's type.
    Structural,
    /// The type is gone on one side and changed on the other.
    Delete,
    /// Both exist, different, and nothing was ever agreed.
    BothExist,
    /// A write whose effect cannot be told.
    InDoubt,
}

impl ConflictKind {
    /// The word of `api.md` §4.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Structural => "structural",
            Self::Delete => "delete",
            Self::BothExist => "both_exist",
            Self::InDoubt => "in_doubt",
        }
    }
}

/// A document that was looked at.
pub(super) struct Examined {
    /// What was given.
    pub subject: Subject,
    /// Key on the platform.
    pub key: String,
    /// Name in the studio, else on the platform.
    pub name: String,
    /// The studio's view; empty when the row is gone.
    pub local: View,
    /// The platform's view, references symbolic; empty when it is not there.
    pub remote: View,
    /// What both last agreed on.
    pub base: Option<Base>,
    /// Who moved what.
    pub merge: Merge,
    /// What it comes to.
    pub status: Status,
    /// Bindings of fields as they stand.
    pub bindings: Vec<FieldBinding>,
    /// Bindings of fields at the last agreement.
    pub known: Vec<FieldBinding>,
    /// How fields are expressed.
    pub mappings: Vec<FieldMapping>,
    /// What is lost of the type itself.
    pub losses: Vec<Loss>,
    /// Types that fields of this one need beside it.
    pub parts: Vec<ContentType>,
    /// The studio's view refers to other documents.
    pub refers: bool,
    /// The platform's view refers to what the studio does not have.
    pub awaits: bool,
    /// Digest of the names that it depends on besides its row, where it does and they were looked at.
    pub context: Option<Digest>,
    /// What a rollback must know besides, where this is what it wants of the document.
    pub undoing: Option<Box<Undoing>>,
}

/// What is left of a document that was looked at and not kept.
pub(super) struct Glimpse {
    /// Key on the platform.
    pub key: String,
    /// The document.
    pub entity: Entity,
    /// Key column of its row.
    pub own_key: Option<String>,
    /// It has a row.
    pub is_local: bool,
    /// What it came to.
    pub status: Status,
}

/// Looks at a document.
pub(super) fn examine(
    mut subject: Subject,
    references: &References,
    dialect: &dyn Dialect,
) -> Examined {
    let shape = dialect.capabilities().shape;
    let key = subject.remote_id.key();
    let mut findings = std::mem::take(&mut subject.findings);
    let mut unreadable = false;

    let mut base = read_base(&subject, references, &shape, &mut findings);
    let mut remote = match subject.remote.as_deref().map(|definition| dialect.normalize(definition))
    {
        None => View::new(),
        Some(Ok(view)) => references.to_symbolic(view, &shape),
        Some(Err(error)) => {
            unreadable = true;
            findings.push(Finding::error(
                "REMOTE_UNREADABLE",
                error.to_string(),
                "repair the definition on the platform",
            ));
            View::new()
        }
    };
    let known = subject.detail.as_ref().map_or_else(Vec::new, |it| read_bindings(&it.bindings));

    let mut local = View::new();
    let (mut bindings, mut mappings, mut losses, mut parts) =
        (known.clone(), Vec::new(), Vec::new(), Vec::new());
    if let Some(side) = &subject.local {
        let content = &side.content;
        let properties = Properties::new(&remote, &shape);
        let mut bound = bind_fields(content, &known, &properties, dialect);
        if base.is_none() {
            recognise_renamed(content, &mut bound, &properties, dialect);
        }
        findings.append(&mut bound.findings);
        let held = Held {
            keys: bound.keys,
            view: base.as_ref().map_or_else(|| std::mem::take(&mut remote), Base::remote),
            kinds: map_of(known.iter().map(|one| (one.key.clone(), one.kind.clone()))),
        };
        let projection = dialect.project(content, &held);
        parts = dialect.parts(content, &held);
        bindings = content
            .fields
            .iter()
            .filter_map(|field| {
                Some(FieldBinding {
                    identity: field.identity(),
                    name: field.name.clone(),
                    key: held.keys.get(&field.identity())?.clone(),
                    kind: field.kind_word(),
                })
            })
            .collect();
        if base.is_none() {
            remote = held.view;
        }
        local = projection.view;
        mappings = projection.fields;
        losses = projection.losses;
        findings.extend(projection.findings);
    }
    // Whoever read the row knew its name only, which is no key and may be missing.
    let findings: Vec<Finding> = findings.into_iter().map(|finding| finding.of(&key)).collect();

    // Adoption of what is equal: the views say all there is to say.
    let is_equal = base.is_none() && subject.local.is_some() && local == remote;
    let mut merge =
        if is_equal { Merge::default() } else { three_way(base.as_ref(), &local, &remote, &shape) };
    // What the platform only wrote down again in another form is no movement.
    if let Some(agreed) = base.as_mut().filter(|_| has_noise(&merge, &shape)) {
        *agreed = settle(agreed, &remote, &shape);
        merge = three_way(Some(agreed), &local, &remote, &shape);
    }
    let failed = unreadable || findings.iter().any(Finding::blocks);
    let name = match (&subject.local, &subject.remote) {
        (Some(side), _) => side.content.name.clone(),
        (None, Some(definition)) => definition.name.clone(),
        (None, None) => key.clone(),
    };
    let (refers, awaits) = (refers(&local, &shape), awaits(&remote, &shape, &|_| true));
    subject.findings = findings;
    let mut examined = Examined {
        subject,
        key,
        name,
        local,
        remote,
        base,
        merge,
        status: Status::Failed,
        bindings,
        known,
        mappings,
        losses,
        parts,
        refers,
        awaits,
        context: None,
        undoing: None,
    };
    if !failed {
        examined.status = examined.judge(&shape);
    }
    examined
}

/// What both sides last agreed on, in the studio's present terms.
fn read_base(
    subject: &Subject,
    references: &References,
    shape: &Shape,
    findings: &mut Vec<Finding>,
) -> Option<Base> {
    match Base::from_json(&subject.detail.as_ref()?.base) {
        Ok(base) => Some(references.to_present(base, shape)),
        Err(error) => {
            findings.push(Finding::warning(
                "BASE_UNREADABLE",
                format!("what was agreed on cannot be read: {error}"),
                "nothing is lost; the type is adopted anew",
            ));
            None
        }
    }
}

impl Examined {
    /// What the movements come to.
    fn judge(&self, shape: &Shape) -> Status {
        let agreed = self.subject.detail.as_ref().is_some_and(|detail| detail.row.agreed);
        let moved = |movement| self.merge.of(movement).next().is_some();
        let clash = self.merge.of(Movement::Conflict).next().is_some();
        match (self.subject.local.is_some(), self.subject.remote.is_some()) {
            (true, false) if !agreed => Status::New,
            // Against an empty platform every atom of the base has moved there; what moved in the
            // studio besides makes it a conflict.
            (true, false) if !clash && !moved(Movement::Local) => Status::RemoteDeleted,
            (false, true) if !clash && !moved(Movement::Remote) => Status::Deleted,
            (true, false) | (false, true) => Status::Conflict(ConflictKind::Delete),
            (true, true) if clash => {
                let unknown = self.merge.overlaps().all(|atom| atom.base.is_none());
                let structural = self
                    .merge
                    .overlaps()
                    .any(|atom| shape.is_element(&atom.path) || *atom.path.name() == *shape.anchor);
                Status::Conflict(if self.is_strange() && unknown {
                    ConflictKind::BothExist
                } else if self.in_doubt() {
                    ConflictKind::InDoubt
                } else if structural {
                    ConflictKind::Structural
                } else {
                    ConflictKind::Field
                })
            }
            (true, true) if moved(Movement::Local) => Status::Modified,
            (true, true) if moved(Movement::Remote) => Status::RemoteModified,
            (true, true) | (false, false) => Status::Same,
        }
    }

    /// Whether what it says depends on other documents: on the names of those it refers to, or on whether
    /// the studio gets what it does not have.
    pub fn depends(&self) -> bool {
        self.refers || self.awaits
    }

    /// The same document after its base or the studio's side moved.
    pub fn judged_again(mut self, shape: &Shape) -> Self {
        self.merge = three_way(self.base.as_ref(), &self.local, &self.remote, shape);
        self.status = self.judge(shape);
        self
    }

    /// Whether the two sides were never the same, although what they have in common may be known.
    fn is_strange(&self) -> bool {
        let synced = self.subject.detail.as_ref().and_then(|detail| detail.last_sync_at);
        self.base.is_none() || synced.is_none()
    }

    /// The state says that a write to the type could not be settled.
    fn in_doubt(&self) -> bool {
        self.subject.detail.as_ref().is_some_and(|detail| detail.row.status == "in_doubt")
    }

    /// Lets go of everything but what became of the document.
    pub fn into_glimpse(self) -> Glimpse {
        let Subject { entity, local, .. } = self.subject;
        Glimpse {
            key: self.key,
            entity,
            is_local: local.is_some(),
            own_key: local.and_then(|side| side.content.key),
            status: self.status,
        }
    }

    /// Digest of the studio's view, when there is one.
    pub fn local_hash(&self) -> Option<Digest> {
        self.subject.local.as_ref().map(|_| self.local.digest())
    }

    /// Digest of the platform's view, when there is one.
    pub fn remote_hash(&self) -> Option<Digest> {
        self.subject.remote.as_ref().map(|_| self.remote.digest())
    }

    /// Digest of what the platform was at the last agreement.
    pub fn base_hash(&self) -> Option<Digest> {
        self.base.as_ref().map(|base| base.remote().digest())
    }
}
