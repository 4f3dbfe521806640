//! Which document of the platform a content type is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{ContentType, Finding};
use crate::port::{Claim, Dialect, Entity, KeyNames, RemoteDefinition, RemoteId, StateRow};

use super::listing::Remotes;

/// A content type of the studio that the state does not know, as far as binding needs it.
#[derive(Debug, Clone)]
pub(super) struct Unbound {
    /// The document.
    pub entity: Entity,
    /// Its keys and names; the fields are not looked at.
    pub content: ContentType,
}

impl Unbound {
    /// A type that a field of another one needs beside it.
    pub fn part(content: ContentType) -> Self {
        Self { entity: Entity::content_type(content.id.clone()), content }
    }

    /// Whether it is such a type.
    fn is_part(&self) -> bool {
        self.entity.id.contains('/')
    }
}

/// How a document got its binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The state knows it.
    Known,
    /// The state knew it under the id of a row that is gone.
    Rebound(Entity),
    /// It exists on the platform under a key that the type would get, or was given before.
    Adopted,
    /// It exists nowhere yet.
    New,
}

/// A document and its identity on the platform.
#[derive(Debug, Clone)]
pub(super) struct TypeBinding {
    /// Identity, chosen for a new one.
    pub remote_id: RemoteId,
    /// Where it comes from.
    pub origin: Origin,
    /// What was found on the way; an error blocks the type.
    pub findings: Vec<Finding>,
}

impl TypeBinding {
    /// Whether the document may have the identity.
    pub fn holds(&self) -> bool {
        !self.findings.iter().any(Finding::blocks)
    }
}

/// Two documents that may be the same one, because they are the only ones of their name.
pub(super) struct Likeness<'l> {
    /// In the studio.
    pub unbound: &'l Unbound,
    /// On the platform.
    pub definition: &'l RemoteDefinition,
}

/// Keeps those of the pairs that look the same in every atom, given the keys that others have.
pub(super) type Same<'s> =
    dyn Fn(Vec<Likeness<'s>>, &BTreeMap<Entity, String>) -> Vec<Likeness<'s>> + 's;

/// What binding has to go by.
pub(super) struct Evidence<'e> {
    /// Bindings of documents that still exist.
    pub known: &'e BTreeMap<Entity, RemoteId>,
    /// State of documents whose row is gone.
    pub orphans: &'e [&'e StateRow],
    /// What other websites claim on the target.
    pub claims: &'e [Claim],
    /// The platform's listing.
    pub remotes: &'e Remotes,
    /// The platform's rules for keys.
    pub dialect: &'e dyn Dialect,
    /// See [`Same`].
    pub same: &'e Same<'e>,
    /// Name of a document for people.
    pub name: &'e dyn Fn(&Entity) -> String,
}

/// Binds what the state does not know.
pub(super) fn bind_types<'e>(
    unbound: &'e [Unbound],
    evidence: &Evidence<'e>,
) -> BTreeMap<Entity, TypeBinding> {
    let names: Vec<KeyNames> =
        unbound.iter().map(|one| evidence.dialect.type_keys(&one.content)).collect();
    let chosen = choose(unbound, &names, evidence);
    let claimants = Claimants::new(unbound, &chosen, evidence);
    let mut bound = BTreeMap::new();
    for ((one, names), (key, origin)) in unbound.iter().zip(&names).zip(chosen) {
        let mut findings = Vec::new();
        findings.extend(claimants.refusal(one, &key));
        findings.extend(remark(one, names, &key, &origin));
        let findings = findings.into_iter().map(|finding| finding.of(&key)).collect();
        let remote_id = RemoteId::of_key(&key);
        bound.insert(one.entity.clone(), TypeBinding { remote_id, origin, findings });
    }
    bound
}

/// The key of every document, and where it comes from.
fn choose<'e>(
    unbound: &'e [Unbound],
    names: &[KeyNames],
    evidence: &Evidence<'e>,
) -> Vec<(String, Origin)> {
    let orphans: HashMap<String, &StateRow> = evidence
        .orphans
        .iter()
        .filter_map(|row| Some((row.remote_id.as_ref()?.key(), *row)))
        .collect();
    let orphan_ids: HashMap<&str, &StateRow> =
        evidence.orphans.iter().map(|row| (&*row.entity.id, *row)).collect();
    let index = Index::new(evidence, unbound);
    let mut found: BTreeMap<Entity, String> = BTreeMap::new();
    let mut rows: HashMap<&str, &StateRow> = HashMap::new();
    for (one, names) in unbound.iter().zip(names) {
        let keys = || std::iter::once(&names.preferred).chain(&names.legacy);
        let orphan = moved_part(one, &rows, &orphan_ids)
            .or_else(|| keys().find_map(|key| orphans.get(key).copied()));
        let orphan = orphan.filter(|row| row.entity.kind == one.entity.kind);
        if let Some((row, id)) = orphan.and_then(|row| Some((row, row.remote_id.as_ref()?))) {
            rows.insert(&one.entity.id, row);
            found.insert(one.entity.clone(), id.key());
        } else if let Some(key) = index.by_key(&one.content, names) {
            found.insert(one.entity.clone(), key);
        }
    }
    let alike = unbound.iter().filter(|one| !found.contains_key(&one.entity));
    let taken: BTreeSet<&String> = found.values().collect();
    let alike = alike.filter_map(|one| {
        let definition = index.by_name(&one.content)?;
        let is_free = !taken.contains(&definition.id.key());
        is_free.then_some(Likeness { unbound: one, definition })
    });
    for pair in (evidence.same)(alike.collect(), &found) {
        found.insert(pair.unbound.entity.clone(), pair.definition.id.key());
    }
    let choose_one = |(one, names): (&Unbound, &KeyNames)| match found.remove(&one.entity) {
        None => (names.preferred.clone(), Origin::New),
        Some(key) => {
            let row = rows.get(&*one.entity.id).or_else(|| orphans.get(&key));
            let origin = row.map_or(Origin::Adopted, |row| Origin::Rebound(row.entity.clone()));
            (key, origin)
        }
    };
    unbound.iter().zip(names).map(choose_one).collect()
}

/// A part whose owner took the place of another row was a part of that row.
fn moved_part<'e>(
    one: &Unbound,
    rows: &HashMap<&str, &'e StateRow>,
    orphans: &HashMap<&str, &'e StateRow>,
) -> Option<&'e StateRow> {
    let (root, field) = one.entity.id.split_once('/')?;
    let old = rows.get(root)?;
    orphans.get(&*format!("{}/{field}", old.entity.id)).copied()
}

/// What to know of a binding that stands.
fn remark(one: &Unbound, names: &KeyNames, key: &String, origin: &Origin) -> Option<Finding> {
    let name = &one.content.name;
    match origin {
        Origin::Rebound(old) => Some(Finding::info(
            "REBOUND",
            format!("{name:?} takes over {key:?} from the row {}, which is gone", old.id),
            "nothing to do",
        )),
        Origin::Adopted if *key != names.preferred && !names.legacy.contains(key) => {
            Some(Finding::warning(
                "RENAMED_SINCE_CREATION",
                format!("{name:?} is {key:?} on the platform, which was made under an older name"),
                "nothing to do; the type keeps its key",
            ))
        }
        _ => None,
    }
}

/// Who wants which key; keys that differ only in case are one.
struct Claimants<'c> {
    known: HashMap<String, &'c Entity>,
    unbound: HashMap<String, Vec<&'c Unbound>>,
    claims: HashMap<String, &'c Claim>,
    system: BTreeSet<String>,
    remotes: &'c Remotes,
    name: &'c dyn Fn(&Entity) -> String,
}

impl<'c> Claimants<'c> {
    fn new(unbound: &'c [Unbound], chosen: &[(String, Origin)], evidence: &Evidence<'c>) -> Self {
        let mut claimants = Self {
            known: evidence.known.iter().map(|(entity, id)| (folded(id), entity)).collect(),
            unbound: HashMap::new(),
            claims: evidence.claims.iter().map(|claim| (folded(&claim.remote_id), claim)).collect(),
            system: evidence.remotes.system_keys(),
            remotes: evidence.remotes,
            name: evidence.name,
        };
        for (one, (key, _)) in unbound.iter().zip(chosen) {
            claimants.unbound.entry(key.to_lowercase()).or_default().push(one);
        }
        claimants
    }

    /// Why a document cannot have a key.
    fn refusal(&self, one: &Unbound, key: &str) -> Option<Finding> {
        let folded = key.to_lowercase();
        let name = &one.content.name;
        // What a field needs stands back for a type that the user named.
        let mut others = self.unbound.get(&folded).into_iter().flatten();
        let rival =
            others.find(|other| other.entity != one.entity && (one.is_part() || !other.is_part()));
        let rival = match self.known.get(&folded) {
            Some(entity) => Some((self.name)(entity)),
            None => rival.map(|other| other.content.name.clone()),
        };
        if let Some(rival) = rival {
            return Some(Finding::error(
                "COLLIDING_KEYS",
                format!("the types {name:?} and {rival:?} would both be {key:?} on the platform"),
                "rename one of the two types, or give one of them another key",
            ));
        }
        if let Some(claim) = self.claims.get(&folded) {
            return Some(Finding::error(
                "KEY_CLAIMED",
                format!("website {} already deploys {key:?} to this target", claim.website_id),
                "rename the type, or deploy the websites to different targets",
            ));
        }
        if self.system.contains(&folded) {
            return Some(Finding::error(
                "KEY_RESERVED",
                format!("{key:?} is a type of the platform's own"),
                "rename the type",
            ));
        }
        let other = self.remotes.keys.get(&folded).filter(|other| **other != key)?;
        Some(Finding::error(
            "COLLIDING_KEYS",
            format!("{key:?} differs only in case from {other:?}, which exists on the platform"),
            "rename the type",
        ))
    }
}

fn folded(id: &RemoteId) -> String {
    id.key().to_lowercase()
}

/// The platform's open types that nobody holds, by key and by name.
struct Index<'r> {
    keys: HashMap<String, &'r RemoteDefinition>,
    /// `None` where several have the name.
    names: HashMap<&'r str, Option<&'r RemoteDefinition>>,
    /// Names that several types of the studio have.
    ambiguous: BTreeSet<&'r str>,
}

impl<'r> Index<'r> {
    fn new(evidence: &Evidence<'r>, unbound: &'r [Unbound]) -> Self {
        let held: BTreeSet<&RemoteId> = evidence
            .known
            .values()
            .chain(evidence.claims.iter().map(|claim| &claim.remote_id))
            .collect();
        let mut keys = HashMap::new();
        let mut names = HashMap::new();
        for definition in evidence.remotes.open().filter(|open| !held.contains(&open.id)) {
            keys.insert(definition.id.key(), &**definition);
            names
                .entry(&*definition.name)
                .and_modify(|only| *only = None)
                .or_insert(Some(&**definition));
        }
        let mut seen = BTreeSet::new();
        let own = unbound.iter().map(|one| &*one.content.name);
        let ambiguous = own.filter(|name| !seen.insert(*name)).collect();
        Self { keys, names, ambiguous }
    }

    /// The key under which a type exists already: the one it would get, or one that an earlier tool
    /// made of the same name, if the platform shows that name.
    fn by_key(&self, content: &ContentType, names: &KeyNames) -> Option<String> {
        if self.keys.contains_key(&names.preferred) {
            return Some(names.preferred.clone());
        }
        let is_named =
            |key: &&String| self.keys.get(*key).is_some_and(|found| found.name == content.name);
        names.legacy.iter().find(is_named).cloned()
    }

    /// The only definition that has the name of the only such type.
    fn by_name(&self, content: &ContentType) -> Option<&'r RemoteDefinition> {
        if self.ambiguous.contains(&*content.name) {
            return None;
        }
        self.names.get(&*content.name).copied().flatten()
    }
}
