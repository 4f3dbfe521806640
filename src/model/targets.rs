//! What references point at, as row ids.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{ContentType, Field, Finding};

/// Rewrites the targets of every field, nested ones included, to row ids of the same website.
///
/// The studio names a target by id, key or name. Each is looked for in that order and as written,
/// then as a name in any case, if only one type has it. A target that no type or more than one type
/// answers to is taken out and becomes the warning `UNKNOWN_TARGET`.
///
/// ```
/// use catalyst_sync::model::{ContentType, Field, resolve_targets};
///
/// let venue = ContentType { id: "c2".into(), name: "Venue".into(), ..ContentType::default() };
/// let mut event = ContentType { id: "c1".into(), name: "Event".into(), ..ContentType::default() };
/// event.fields = vec![Field { targets: vec!["venue".into()], ..Field::default() }];
/// let mut types = [venue, event];
/// assert!(resolve_targets(&mut types).is_empty());
/// assert_eq!(types[1].fields[0].targets, ["c2"]);
/// ```
#[must_use]
pub fn resolve_targets(types: &mut [ContentType]) -> Vec<Finding> {
    // Fields are no part of the index, so they can be rewritten while it borrows the rest.
    let mut taken: Vec<(usize, Vec<Field>)> = types
        .iter_mut()
        .enumerate()
        .filter(|(_, own)| own.fields.iter().any(refers))
        .map(|(position, own)| (position, std::mem::take(&mut own.fields)))
        .collect();
    let mut findings = Vec::new();
    if !taken.is_empty() {
        let index = Index::of(types);
        for (position, fields) in &mut taken {
            let Some(owner) = types.get(*position) else { continue };
            for field in fields {
                rewrite(field, owner, &index, &mut findings);
            }
        }
    }
    for (position, fields) in taken {
        if let Some(own) = types.get_mut(position) {
            own.fields = fields;
        }
    }
    findings
}

fn refers(field: &Field) -> bool {
    !field.targets.is_empty() || field.fields.iter().any(refers)
}

fn rewrite(field: &mut Field, owner: &ContentType, index: &Index<'_>, into: &mut Vec<Finding>) {
    let mut ids: Vec<String> = Vec::with_capacity(field.targets.len());
    for target in &field.targets {
        let problem = match index.find(&owner.website_id, target) {
            Found::One(id) => {
                if !ids.iter().any(|known| known == id) {
                    ids.push(id.to_owned());
                }
                continue;
            }
            Found::None => "which is no type of this website",
            Found::Several => "and several types of this website are called so",
        };
        let name = &field.name;
        into.push(
            Finding::warning(
                "UNKNOWN_TARGET",
                format!("the field {name:?} refers to {target:?}, {problem}"),
                "choose the type again that the field refers to",
            )
            .of(owner.key.as_deref().unwrap_or(&owner.name)),
        );
    }
    field.targets = ids;
    for inner in &mut field.fields {
        rewrite(inner, owner, index, into);
    }
}

/// What was found under a name.
#[derive(Clone, Copy)]
enum Found<'t> {
    One(&'t str),
    Several,
    None,
}

/// Row ids by website and name.
struct Index<'t> {
    ids: BTreeMap<(&'t str, &'t str), Found<'t>>,
    keys: BTreeMap<(&'t str, &'t str), Found<'t>>,
    names: BTreeMap<(&'t str, &'t str), Found<'t>>,
    folded: BTreeMap<(&'t str, String), Found<'t>>,
}

impl<'t> Index<'t> {
    fn of(types: &'t [ContentType]) -> Self {
        let mut index = Self {
            ids: BTreeMap::new(),
            keys: BTreeMap::new(),
            names: BTreeMap::new(),
            folded: BTreeMap::new(),
        };
        for own in types {
            let (website, id) = (own.website_id.as_str(), own.id.as_str());
            add(&mut index.ids, (website, id), id);
            if let Some(key) = &own.key {
                add(&mut index.keys, (website, key), id);
            }
            add(&mut index.names, (website, &own.name), id);
            add(&mut index.folded, (website, own.name.to_lowercase()), id);
        }
        index
    }

    fn find(&self, website: &str, target: &str) -> Found<'t> {
        [&self.ids, &self.keys, &self.names]
            .into_iter()
            .find_map(|exact| exact.get(&(website, target)))
            .or_else(|| self.folded.get(&(website, target.to_lowercase())))
            .copied()
            .unwrap_or(Found::None)
    }
}

fn add<'t, K: Ord>(index: &mut BTreeMap<K, Found<'t>>, key: K, id: &'t str) {
    match index.entry(key) {
        Entry::Vacant(free) => _ = free.insert(Found::One(id)),
        Entry::Occupied(mut taken) => _ = taken.insert(Found::Several),
    }
}
