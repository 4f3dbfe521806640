//! Who on the platform refers to what is gone from the studio.

use std::collections::{BTreeMap, BTreeSet};

use crate::port::RemoteDefinition;

use super::detect::{Pass, Scoped};
use super::examine::Examined;
use super::listing::Sighting;
use super::references::References;

impl Pass<'_> {
    /// For each document that is gone from the studio, the keys of the definitions that refer to it
    /// and belong to nobody in this scope: those of other websites, of the platform, and of nobody.
    ///
    /// What is settled in another scope of the same search refers to documents of its own website,
    /// and its body was not kept.
    pub(super) fn held_elsewhere(&self, found: &Scoped) -> BTreeMap<String, BTreeSet<String>> {
        let is_gone = |one: &&Examined| one.subject.local.is_none() && one.subject.remote.is_some();
        let gone: BTreeMap<&str, &str> = found
            .examined
            .iter()
            .filter(is_gone)
            .map(|one| (&*one.key, &*one.subject.entity.id))
            .collect();
        let mut held: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        if gone.is_empty() {
            return held;
        }
        let own: BTreeSet<&str> = found.identities().map(|(key, _)| key).collect();
        for sighting in self.remotes.seen.values() {
            let Sighting::Seen(definition) = sighting else { continue };
            let key = definition.id.key();
            if own.contains(&*key) {
                continue;
            }
            for id in self.referred_by(definition).iter().filter_map(|to| gone.get(&**to)) {
                held.entry((*id).to_owned()).or_default().insert(key.clone());
            }
        }
        held
    }

    /// The keys that a definition refers to; none when it cannot be read.
    fn referred_by(&self, definition: &RemoteDefinition) -> BTreeSet<String> {
        let dialect = &self.search.platform.dialect;
        let shape = dialect.capabilities().shape;
        let view = dialect.normalize(definition);
        let mut keys = view.map(|view| References::keys_in(&view, &shape)).unwrap_or_default();
        keys.extend(dialect.other_references(definition));
        keys
    }
}
