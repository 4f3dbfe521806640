//! What comes home of one scope, and what does not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::canonical::{Path, View};
use crate::merge::{AtomMovement, Base, Merge, Movement, Pair, Shape};
use crate::model::Finding;
use crate::plan::{Consent, Risk, Verb, Withholding, withhold};
use crate::port::{Entity, RemoteDefinition, RowWrite, TypeRow};

use super::{Departures, Home};
use crate::engine::binding::Origin;
use crate::engine::detect::{Detection, Scoped, root_id};
use crate::engine::examine::{ConflictKind, Examined, Status, Subject, examine};
use crate::engine::locals::Locals;
use crate::engine::options::Mode;
use crate::engine::plan::Policy;
use crate::engine::selection::Selection;
use crate::engine::{ConflictStrategy, Engine, Platform};

/// Where a document that comes home stands in what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum Source {
    /// Position in [`Scoped::remote_new`].
    New(usize),
    /// Position in [`Scoped::examined`].
    Known(usize),
}

/// One document that comes home.
#[derive(Debug, Clone)]
pub(in crate::engine) struct HomeStep {
    /// Which one.
    pub of: Source,
    /// What is done to the studio's row.
    pub verb: Verb,
    /// What comes home.
    pub takes: Vec<AtomMovement>,
    /// What waits for consent.
    pub withheld: Vec<Path>,
    /// What it may cost.
    pub risk: Risk,
}

impl HomeStep {
    /// The id of the document in the studio; empty for one that only the platform has.
    pub fn id<'s>(&self, scoped: &'s Scoped) -> &'s str {
        let one = match self.of {
            Source::Known(at) => scoped.examined.get(at),
            Source::New(_) => None,
        };
        one.map_or("", |one| &one.subject.entity.id)
    }
}

/// Why a type that is gone from the platform stays in the studio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine) enum Stays {
    /// Nobody allowed it.
    NotAllowed,
    /// So many content items are of it.
    InUse(u64),
    /// The type of this name refers to it, and stays.
    Referred(String),
}

impl Stays {
    /// Why, and what to do about it.
    fn reason(&self) -> (String, &'static str) {
        match self {
            Self::NotAllowed => (
                "gone from the platform, and left in the studio".to_owned(),
                "pull with allowDelete to delete it",
            ),
            Self::InUse(items) => (
                format!(
                    "gone from the platform, and left in the studio because {items} content items are of it"
                ),
                "delete them in the studio first",
            ),
            Self::Referred(name) => (
                format!(
                    "gone from the platform, and left in the studio because {name} still refers to it"
                ),
                "remove the reference, then pull again",
            ),
        }
    }
}

impl fmt::Display for Stays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (why, remedy) = self.reason();
        write!(f, "{why}; {remedy}")
    }
}

/// What is to come home of one scope.
#[derive(Debug, Default)]
pub(in crate::engine) struct HomePlan {
    /// In the order in which they are done: what is made, what is changed, what is deleted.
    pub steps: Vec<HomeStep>,
    /// Documents that are gone from the platform and stay, by position in [`Scoped::examined`].
    pub stays: BTreeMap<usize, Stays>,
    /// Documents that only wait for consent, by position, with what waits.
    pub waiting: BTreeMap<usize, Vec<Path>>,
    /// Documents of which the studio can say nothing that is new, by position, with the paths.
    pub unsaid: BTreeMap<usize, Vec<String>>,
    /// What to know.
    pub findings: Vec<Finding>,
}

/// Plans what comes home of one scope. `is_alone`: the run is about no other website.
fn plan_home(
    scoped: &Scoped,
    selection: &Selection,
    policy: Policy,
    items: &BTreeMap<String, u64>,
    is_alone: bool,
    shape: &Shape,
) -> HomePlan {
    let mut plan = HomePlan::default();
    if policy.mode == Mode::Push {
        return plan;
    }
    newcomers(scoped, selection, policy, is_alone, &mut plan);
    let chosen = scoped.examined.iter().enumerate().filter(|(_, one)| selection.includes(one));
    for (at, one) in chosen {
        let Some(verb) = verb_of(one, policy) else { continue };
        let count = items.get(&one.subject.entity.id).copied().unwrap_or_default();
        let stays = match (verb, count) {
            (Verb::Delete, count) if count > 0 => Some(Stays::InUse(count)),
            (Verb::Delete, _) if !policy.consent.delete => Some(Stays::NotAllowed),
            _ => None,
        };
        if let Some(stays) = stays {
            plan.stays.insert(at, stays);
            continue;
        }
        let Withholding { ships, withheld, lossy } = takes(one, policy, count, shape);
        if verb == Verb::Update && ships.is_empty() {
            if !withheld.is_empty() {
                plan.waiting.insert(at, withheld);
            }
            continue;
        }
        // Without content there is nothing to lose but the type itself.
        let is_lossy = (lossy && count > 0) || verb == Verb::Delete;
        let risk = if is_lossy { Risk::Lossy } else { Risk::Safe };
        plan.steps.push(HomeStep { of: Source::Known(at), verb, takes: ships, withheld, risk });
    }
    let rank = |step: &HomeStep| match step.verb {
        Verb::Create => 0,
        Verb::Update => 1,
        Verb::Delete => 2,
    };
    plan.steps.sort_by_key(|step| (rank(step), step.of));
    plan
}

/// What there is to know of deletions and losses in the studio, whether they are done or not.
fn consequences(scoped: &Scoped, plan: &HomePlan) -> Vec<Finding> {
    let stays = plan.stays.iter().filter_map(|(at, stays)| {
        let (message, remedy) = stays.reason();
        let key = &scoped.examined.get(*at)?.key;
        Some(Finding::warning("DELETE_REFUSED", message, remedy).of(&**key))
    });
    let deleted = plan.steps.iter().filter_map(|step| match (step.of, step.verb) {
        (Source::Known(at), Verb::Delete) => {
            let one = scoped.examined.get(at)?;
            let message = format!(
                "the type {} is deleted in the studio, because it is gone from the platform",
                one.name
            );
            let remedy = "pull without allowDelete to keep it";
            Some(Finding::warning("DELETION", message, remedy).of(&*one.key))
        }
        _ => None,
    });
    let waiting = plan.waiting.iter().filter_map(|(at, withheld)| {
        let key = &scoped.examined.get(*at)?.key;
        let paths: Vec<&str> = withheld.iter().map(Path::as_str).collect();
        let message = format!(
            "what changed on the platform loses content in the studio, and waits for consent: {}",
            paths.join(", ")
        );
        let remedy = "pull with allowDataLoss to accept it";
        Some(Finding::warning("DATA_LOSS_REFUSED", message, remedy).of(&**key))
    });
    stays.chain(deleted).chain(waiting).collect()
}

/// Types that only the platform has: made when they are asked for by name, or when both sides are
/// to be the same; else offered.
fn newcomers(
    scoped: &Scoped,
    selection: &Selection,
    policy: Policy,
    is_alone: bool,
    plan: &mut HomePlan,
) {
    let mut offered = Vec::new();
    for (at, definition) in scoped.remote_new.iter().enumerate() {
        let key = definition.id.key();
        let is_asked = match policy.mode {
            Mode::Bidirectional => selection.has_key(&key) || selection.names(&key),
            Mode::Pull | Mode::Push => selection.names(&key),
        };
        if is_asked && is_alone {
            let step = HomeStep {
                of: Source::New(at),
                verb: Verb::Create,
                takes: Vec::new(),
                withheld: Vec::new(),
                risk: Risk::Safe,
            };
            plan.steps.push(step);
        } else if is_asked || matches!(selection, Selection::Everything) {
            offered.push(key);
        }
    }
    if offered.is_empty() {
        return;
    }
    let remedy = if is_alone {
        "name them in selectedTypes to make them in the studio"
    } else {
        "name the website that they are to be made in"
    };
    plan.findings.push(Finding::info(
        "REMOTE_NEW",
        format!("on the platform only, and not in the studio: {}", offered.join(", ")),
        remedy,
    ));
}

/// What has to be done to the studio's row, if anything.
fn verb_of(one: &Examined, policy: Policy) -> Option<Verb> {
    let (here, there) = (one.subject.local.is_some(), one.subject.remote.is_some());
    let is_row = !one.subject.entity.id.contains('/');
    let takes_all = policy.strategy == ConflictStrategy::TargetWins;
    match one.status {
        Status::RemoteModified | Status::Modified => Some(Verb::Update),
        Status::RemoteDeleted => is_row.then_some(Verb::Delete),
        Status::Conflict(_) if policy.strategy == ConflictStrategy::Skip => None,
        Status::Conflict(ConflictKind::Delete) => match (here, there) {
            (true, false) if takes_all && is_row => Some(Verb::Delete),
            (false, true) if takes_all && is_row => Some(Verb::Create),
            _ => None,
        },
        Status::Conflict(_) if here && there => Some(Verb::Update),
        Status::Conflict(_) | Status::Same | Status::New | Status::Deleted | Status::Failed => None,
    }
}

/// What of a document comes home: what only the platform moved, and where it wins what both moved.
/// What would lose content that there is waits for consent.
pub(in crate::engine) fn takes(
    one: &Examined,
    policy: Policy,
    content_items: u64,
    shape: &Shape,
) -> Withholding {
    let takes_all = policy.strategy == ConflictStrategy::TargetWins;
    let comes = |atom: &&AtomMovement| match atom.movement {
        Movement::Remote => true,
        Movement::Conflict => takes_all,
        Movement::Local | Movement::Same | Movement::Unchanged => false,
    };
    // A loss is one of the side that is written, so the sides change places and back.
    let swapped = |atom: &AtomMovement, movement| AtomMovement {
        local: atom.remote.clone(),
        remote: atom.local.clone(),
        movement,
        ..atom.clone()
    };
    let movements = one.merge.movements.iter().filter(comes);
    let merge = Merge { movements: movements.map(|atom| swapped(atom, Movement::Local)).collect() };
    let data_loss = policy.consent.data_loss || content_items == 0;
    let mut parted = withhold(&merge, shape, Consent { data_loss, ..policy.consent });
    parted.ships = parted.ships.iter().map(|atom| swapped(atom, Movement::Remote)).collect();
    parted
}

/// What the studio's side says once movements came home, and what is agreed on then.
pub(in crate::engine) fn homeward(
    one: &Examined,
    takes: &[AtomMovement],
    shape: &Shape,
) -> (View, Base) {
    let mut base = one.base.clone().unwrap_or_else(|| Base::covering(shape));
    let mut local = one.local.clone();
    for atom in takes {
        local.put(atom.path.clone(), atom.remote.clone());
        let pair = Pair { local: atom.remote.clone(), remote: atom.remote.clone() };
        base.set(&atom.path, pair);
    }
    shape.follow(&mut local, &one.local, &one.remote);
    (local, base)
}

impl Engine {
    /// Plans what comes home of everything that was found, scope by scope.
    pub(in crate::engine) fn plan_home(
        &self,
        platform: &Platform,
        locals: &Locals,
        detection: &Detection,
        selection: &Selection,
        policy: Policy,
        items: &BTreeMap<String, u64>,
    ) -> Vec<HomePlan> {
        let shape = platform.dialect.capabilities().shape;
        let is_alone = detection.scopes.len() == 1;
        let mut plans = Vec::new();
        for scoped in &detection.scopes {
            let mut plan = plan_home(scoped, selection, policy, items, is_alone, &shape);
            if !plan.steps.is_empty() {
                let home = Home {
                    engine: self,
                    platform,
                    scope: &scoped.scope,
                    references: &scoped.references,
                    targets: locals.target_index(),
                    locals,
                    run_id: "",
                    actor: "",
                };
                let drafted = home.trim(scoped, &mut plan);
                home.hold_back(scoped, &mut plan, &drafted);
            }
            plan.findings.extend(consequences(scoped, &plan));
            plans.push(plan);
        }
        plans
    }
}

impl Home<'_> {
    /// A document that only the platform has, to be one of the studio's under an id.
    pub fn newcomer(&self, definition: &Arc<RemoteDefinition>, id: &str) -> Examined {
        let subject = Subject {
            entity: Entity::content_type(id.to_owned()),
            website_id: self.scope.website_id.clone(),
            remote_id: definition.id.clone(),
            origin: Origin::Adopted,
            local: None,
            remote: Some(Arc::clone(definition)),
            detail: None,
            findings: Vec::new(),
        };
        examine(subject, self.references, &*self.platform.dialect)
    }

    /// Takes out of a plan what the studio cannot say at all, and tells of it; and says what of the
    /// new types comes home. Returns the rows as they are to be, by id.
    fn trim(&self, scoped: &Scoped, plan: &mut HomePlan) -> BTreeMap<String, TypeRow> {
        let shape = self.platform.dialect.capabilities().shape;
        let (mut findings, mut unsaid) = (Vec::new(), BTreeMap::new());
        let mut drafted = BTreeMap::new();
        for step in &mut plan.steps {
            let Source::New(at) = step.of else { continue };
            let Some(definition) = scoped.remote_new.get(at) else { continue };
            let one = self.newcomer(definition, &definition.id.key());
            step.takes = one.merge.of(Movement::Remote).cloned().collect();
        }
        plan.steps.retain(|step| {
            let (Source::Known(at), Verb::Update) = (step.of, step.verb) else { return true };
            let Some(one) = scoped.examined.get(at) else { return false };
            let row = self.locals.row(root_id(&one.subject.entity.id));
            let Some((row, _)) = row else { return false };
            let (view, base) = homeward(one, &step.takes, &shape);
            // What cannot be drafted fails when it is done, and says why.
            let Ok(draft) = self.draft(one, &view, base, row) else { return true };
            let is_nothing = draft.write.is_none() && !draft.findings.is_empty();
            if is_nothing {
                unsaid.insert(at, paths_of(&draft.findings));
            }
            findings.extend(draft.findings);
            if let Some(RowWrite::Update { row, .. }) = draft.write {
                drafted.insert(row.id.clone(), *row);
            }
            !is_nothing
        });
        plan.findings.extend(findings);
        plan.unsaid = unsaid;
        drafted
    }

    /// Takes the deletion of what others still refer to out of a plan. The trip looks again: what is
    /// edited meanwhile may refer to more.
    fn hold_back(&self, scoped: &Scoped, plan: &mut HomePlan, drafted: &BTreeMap<String, TypeRow>) {
        let deletions = plan.steps.iter().filter(|step| step.verb == Verb::Delete);
        let going: BTreeSet<String> = deletions.map(|step| step.id(scoped).to_owned()).collect();
        if going.is_empty() {
            return;
        }
        let rows = self.locals.of_website(&self.scope.website_id);
        let rows = rows.map(|(row, _)| drafted.get(&row.id).unwrap_or(row));
        let departures = Departures::among(going, rows, self.targets);
        let stays = &mut plan.stays;
        plan.steps.retain(|step| {
            let (Source::Known(at), Verb::Delete) = (step.of, step.verb) else { return true };
            let holder = departures.holder(step.id(scoped)).and_then(|own| self.locals.row(own));
            let Some((holder, _)) = holder else { return true };
            stays.insert(at, Stays::Referred(holder.name.clone()));
            false
        });
    }
}

/// Where findings are.
pub(in crate::engine) fn paths_of(findings: &[Finding]) -> Vec<String> {
    findings.iter().filter_map(|finding| finding.path.clone()).collect()
}
