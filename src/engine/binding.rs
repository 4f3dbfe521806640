//! Which document of the platform a content type is.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{ContentType, Finding};
use crate::port::{Claim, Dialect, Entity, KeyNames, RemoteDefinition, RemoteId, StateRow};

use super::listing::Remotes;

/// A content type of the studio, as far as binding needs it.
#[derive(Debug, Clone)]
pub(super) struct Unbound {
    /// The document.
    pub entity: Entity,
    /// Its keys and names; the fields are not looked at.
    pub content: ContentType,
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
    /// Whether a type looks in every atom as a remote definition does.
    pub looks_same: &'e dyn Fn(&Entity, &RemoteDefinition) -> bool,
}

/// Binds what the state does not know.
pub(super) fn bind_types(
    unbound: &[Unbound],
    evidence: &Evidence<'_>,
) -> BTreeMap<Entity, TypeBinding> {
    let Evidence { known, orphans, claims, remotes, dialect, .. } = *evidence;
    let index = Index::new(remotes, unbound);
    let orphans: HashMap<String, &StateRow> =
        orphans.iter().filter_map(|row| Some((row.remote_id.as_ref()?.key(), *row))).collect();
    let mut taken: HashMap<String, String> =
        known.iter().map(|(entity, id)| (id.key().to_lowercase(), entity.id.clone())).collect();
    let claimed: HashMap<String, &Claim> =
        claims.iter().map(|claim| (claim.remote_id.key().to_lowercase(), claim)).collect();
    let system: HashSet<String> =
        remotes.system_keys().iter().map(|key| key.to_lowercase()).collect();
    let mut bound = BTreeMap::new();
    for Unbound { entity, content } in unbound {
        let names = dialect.type_keys(content);
        let candidates = || std::iter::once(&names.preferred).chain(&names.legacy);
        let orphan = candidates()
            .find_map(|key| orphans.get(key).copied())
            .filter(|row| row.entity.kind == entity.kind);
        let free = |key: &String| {
            !taken.contains_key(&key.to_lowercase()) && !claimed.contains_key(&key.to_lowercase())
        };
        let rebound = orphan.and_then(|row| Some((row.remote_id.clone()?.key(), row)));
        let (key, origin) = if let Some((key, row)) = rebound {
            (key, Origin::Rebound(row.entity.clone()))
        } else if let Some(key) = index.existing(entity, content, &names, evidence).filter(free) {
            (key, Origin::Adopted)
        } else {
            (names.preferred.clone(), Origin::New)
        };
        let mut findings = Vec::new();
        let lower = key.to_lowercase();
        if let Some(other) = taken.get(&lower) {
            findings.push(Finding::error(
                "COLLIDING_KEYS",
                format!(
                    "{:?} and the type {other} would both be {key:?} on the platform",
                    content.name
                ),
                "rename one of the two types, or give one of them another key",
            ));
        } else if let Some(claim) = claimed.get(&lower) {
            findings.push(Finding::error(
                "KEY_CLAIMED",
                format!("website {} already deploys {key:?} to this target", claim.website_id),
                "rename the type, or deploy the websites to different targets",
            ));
        } else if system.contains(&lower) {
            findings.push(Finding::error(
                "KEY_RESERVED",
                format!("{key:?} is a type of the platform's own"),
                "rename the type",
            ));
        } else if let Some(other) = remotes.keys.get(&lower).filter(|other| **other != key) {
            findings.push(Finding::error(
                "COLLIDING_KEYS",
                format!(
                    "{key:?} differs only in case from {other:?}, which exists on the platform"
                ),
                "rename the type",
            ));
        }
        match &origin {
            Origin::Rebound(old) => findings.push(Finding::info(
                "REBOUND",
                format!(
                    "{:?} takes over {key:?} from the row {}, which is gone",
                    content.name, old.id
                ),
                "nothing to do",
            )),
            Origin::Adopted if key != names.preferred && !names.legacy.contains(&key) => {
                findings.push(Finding::warning(
                    "RENAMED_SINCE_CREATION",
                    format!(
                        "{:?} is {key:?} on the platform, which was made under an older name",
                        content.name
                    ),
                    "nothing to do; the type keeps its key",
                ));
            }
            _ => {}
        }
        taken.insert(lower, content.name.clone());
        let findings = findings.into_iter().map(|finding| finding.of(&key)).collect();
        let remote_id = RemoteId::of_key(&key);
        bound.insert(entity.clone(), TypeBinding { remote_id, origin, findings });
    }
    bound
}

/// The platform's open types by key and by name.
struct Index<'r> {
    keys: HashMap<String, &'r RemoteDefinition>,
    by_name: HashMap<&'r str, Vec<&'r RemoteDefinition>>,
    names_twice: BTreeSet<String>,
}

impl<'r> Index<'r> {
    fn new(remotes: &'r Remotes, unbound: &[Unbound]) -> Self {
        let mut keys = HashMap::new();
        let mut by_name: HashMap<&str, Vec<&RemoteDefinition>> = HashMap::new();
        for definition in remotes.open() {
            keys.insert(definition.id.key(), &**definition);
            by_name.entry(&definition.name).or_default().push(definition);
        }
        let names_twice = repeated(unbound.iter().map(|one| &*one.content.name));
        Self { keys, by_name, names_twice }
    }

    /// The key under which a type exists already: the one it would get; one that an earlier tool
    /// made of the same name, if the platform shows that name; or, when exactly one type of each
    /// side has the name and both look the same in every atom, that one, whatever its key.
    fn existing(
        &self,
        entity: &Entity,
        content: &ContentType,
        names: &KeyNames,
        evidence: &Evidence<'_>,
    ) -> Option<String> {
        if self.keys.contains_key(&names.preferred) {
            return Some(names.preferred.clone());
        }
        let is_named = |key: &&String| {
            self.keys.get(*key).is_some_and(|definition| definition.name == content.name)
        };
        if let Some(key) = names.legacy.iter().find(is_named) {
            return Some(key.clone());
        }
        match self.by_name.get(&*content.name).map(Vec::as_slice) {
            Some([only])
                if !self.names_twice.contains(&content.name)
                    && (evidence.looks_same)(entity, only) =>
            {
                Some(only.id.key())
            }
            _ => None,
        }
    }
}

fn repeated<'n>(names: impl Iterator<Item = &'n str>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    names.filter(|name| !seen.insert(*name)).map(str::to_owned).collect()
}
