//! What references point at, as row ids.

use std::collections::HashMap;

use super::{ContentType, Field, Finding};

/// The names by which the types of each website may be referred to.
///
/// Holds names and ids only, so that it can stand for a studio of any size.
///
/// ```
/// use catalyst_sync::model::{ContentType, Field, TargetIndex};
///
/// let index = TargetIndex::new([("site", "c2", None, "Venue")]);
/// let mut event = ContentType { website_id: "site".into(), ..ContentType::default() };
/// event.fields = vec![Field { targets: vec!["venue".into()], ..Field::default() }];
/// assert!(index.resolve(&mut event).is_empty());
/// assert_eq!(event.fields[0].targets, ["c2"]);
/// ```
#[derive(Debug, Default)]
pub struct TargetIndex {
    websites: HashMap<String, Names>,
}

/// Row ids by name; `None` where several types are called so.
#[derive(Debug, Default)]
struct Names {
    ids: HashMap<String, Option<String>>,
    keys: HashMap<String, Option<String>>,
    called: HashMap<String, Option<String>>,
    /// By name in lower case.
    folded: HashMap<String, Option<String>>,
}

/// What a target names.
enum Found<'n> {
    One(&'n str),
    Several,
    Nobody,
}

impl TargetIndex {
    /// Indexes types, each given as website, row id, key and name.
    pub fn new<'t>(
        types: impl IntoIterator<Item = (&'t str, &'t str, Option<&'t str>, &'t str)>,
    ) -> Self {
        let mut index = Self::default();
        for (website, id, key, name) in types {
            index.insert(website, id, key, name);
        }
        index
    }

    /// Indexes one more type.
    pub fn insert(&mut self, website: &str, id: &str, key: Option<&str>, name: &str) {
        let names = self.websites.entry(website.to_owned()).or_default();
        add(&mut names.ids, id.to_owned(), id);
        if let Some(key) = key {
            add(&mut names.keys, key.to_owned(), id);
        }
        add(&mut names.called, name.to_owned(), id);
        add(&mut names.folded, name.to_lowercase(), id);
    }

    /// Whether a type of a website, other than the one of an id, has a name in any case.
    #[must_use]
    pub fn is_called(&self, website_id: &str, id: &str, name: &str) -> bool {
        let names = self.websites.get(website_id);
        let called = names.and_then(|names| names.folded.get(&name.to_lowercase()));
        called.is_some_and(|own| own.as_deref() != Some(id))
    }

    /// The row id that a target of a website names, if exactly one type answers to it.
    #[must_use]
    pub fn find(&self, website_id: &str, target: &str) -> Option<&str> {
        match self.websites.get(website_id)?.find(target) {
            Found::One(id) => Some(id),
            Found::Several | Found::Nobody => None,
        }
    }

    /// Rewrites the targets of every field, nested ones included, to row ids of the same website.
    ///
    /// The studio names a target by id, key or name. Each is looked for in that order and as
    /// written, then as a name in any case, if only one type has it. A target that no type or more
    /// than one type answers to is taken out and becomes the warning `UNKNOWN_TARGET`.
    #[must_use]
    pub fn resolve(&self, content: &mut ContentType) -> Vec<Finding> {
        let mut findings = Vec::new();
        let names = self.websites.get(&content.website_id);
        for field in &mut content.fields {
            rewrite(field, names, &mut findings);
        }
        let type_key = content.key.as_deref().unwrap_or(&content.name);
        findings.into_iter().map(|finding| finding.of(type_key)).collect()
    }
}

impl Names {
    /// Looks for a target, as written first.
    fn find(&self, target: &str) -> Found<'_> {
        let found = [&self.ids, &self.keys, &self.called]
            .into_iter()
            .find_map(|exact| exact.get(target))
            .or_else(|| self.folded.get(&target.to_lowercase()));
        match found {
            Some(Some(id)) => Found::One(id),
            Some(None) => Found::Several,
            None => Found::Nobody,
        }
    }
}

fn rewrite(field: &mut Field, names: Option<&Names>, findings: &mut Vec<Finding>) {
    let mut ids: Vec<String> = Vec::with_capacity(field.targets.len());
    for target in &field.targets {
        let problem = match names.map_or(Found::Nobody, |names| names.find(target)) {
            Found::One(id) => {
                if !ids.iter().any(|known| known == id) {
                    ids.push(id.to_owned());
                }
                continue;
            }
            Found::Nobody => "which is no type of this website",
            Found::Several => "and several types of this website are called so",
        };
        let name = &field.name;
        findings.push(
            Finding::warning(
                "UNKNOWN_TARGET",
                format!("the field {name:?} refers to {target:?}, {problem}"),
                "choose the type again that the field refers to",
            )
            .at(format!("/fields/{name}")),
        );
    }
    field.targets = ids;
    for inner in &mut field.fields {
        rewrite(inner, names, findings);
    }
}

fn add(names: &mut HashMap<String, Option<String>>, name: String, id: &str) {
    names.entry(name).and_modify(|taken| *taken = None).or_insert_with(|| Some(id.to_owned()));
}
