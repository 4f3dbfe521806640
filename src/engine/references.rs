//! References between documents: symbolic in views, keys of the platform on the wire.
//!
//! A reference is the text `content-type:<row id>` where the document is known to the studio, and
//! `remote:<key>` where only the platform knows it. Which atoms hold references is declared by the
//! dialect's [`Shape`]; nothing else is looked at.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, Path, View};
use crate::merge::{Base, Shape};
use crate::model::{Json, Text};
use crate::port::Entity;

const REMOTE: &str = "remote:";

/// Which document of a website is which on the platform.
#[derive(Debug, Clone, Default)]
pub(super) struct References {
    to_key: BTreeMap<String, String>,
    to_local: BTreeMap<String, String>,
    /// What the state calls a document that has another row by now.
    renamed: BTreeMap<String, String>,
}

impl References {
    /// Knows one more document.
    pub fn bind(&mut self, entity: &Entity, key: &str) {
        let token = token(entity);
        self.to_key.insert(token.clone(), key.to_owned());
        self.to_local.insert(key.to_owned(), token);
    }

    /// Knows that a document took the place of another one.
    pub fn rename(&mut self, old: &Entity, new: &Entity) {
        self.renamed.insert(token(old), token(new));
    }

    /// Whether a document of the studio has a key of its own on the platform.
    pub fn has_key(&self, id: &str) -> bool {
        self.to_key.contains_key(&format!("{}:{id}", Entity::CONTENT_TYPE))
    }

    /// What was agreed on, in the studio's present terms.
    pub fn to_present(&self, base: Base, shape: &Shape) -> Base {
        if self.renamed.is_empty() {
            return base;
        }
        let map = |token: &str| self.renamed.get(token).cloned();
        base.rewritten(
            |path| rewrite_path(path, shape, &map),
            |path, value| rewrite_value(path, value, shape, &map),
        )
    }

    /// What the platform showed, in the studio's terms where they are known.
    pub fn to_symbolic(&self, view: View, shape: &Shape) -> View {
        if !view.iter().any(|(path, value)| may_refer(path, Some(value), REMOTE)) {
            return view;
        }
        rewrite(&view, shape, &|token| self.to_local.get(token.strip_prefix(REMOTE)?).cloned())
    }

    /// The keys of the platform that a view refers to.
    pub fn keys_in(view: &View, shape: &Shape) -> BTreeSet<String> {
        let keys = RefCell::new(BTreeSet::new());
        if view.iter().any(|(path, value)| may_refer(path, Some(value), REMOTE)) {
            rewrite(view, shape, &|token| {
                keys.borrow_mut().extend(token.strip_prefix(REMOTE).map(str::to_owned));
                None
            });
        }
        keys.into_inner()
    }

    /// A view as it is sent. References to what has no key yet stay symbolic.
    pub fn to_wire(&self, view: &View, shape: &Shape) -> View {
        rewrite(view, shape, &|token| Some(format!("{REMOTE}{}", self.to_key.get(token)?)))
    }
}

/// The symbolic reference to a document.
pub(super) fn token(entity: &Entity) -> String {
    format!("{}:{}", entity.kind, entity.id)
}

/// The symbolic references that an atom holds, by id of the document referred to.
pub(super) fn referred(path: &Path, value: Option<&Canonical>, shape: &Shape) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if !may_refer(path, value, Entity::CONTENT_TYPE) {
        return found;
    }
    let prefix = format!("{}:", Entity::CONTENT_TYPE);
    visit(path, value, shape, &mut |token| {
        found.extend(token.strip_prefix(&prefix).map(str::to_owned));
    });
    found
}

/// Whether the word that references begin with stands anywhere in an atom. Few atoms hold any, and
/// to look closer costs more than all the rest of comparing them.
fn may_refer(path: &Path, value: Option<&Canonical>, word: &str) -> bool {
    // References have a colon, and to look for one byte is several times faster.
    let holds = |text: &str| text.contains(':') && text.contains(word);
    holds(path.as_str()) || value.is_some_and(|value| holds(value.as_str()))
}

/// Whether a view refers to other documents of the studio at all.
pub(super) fn refers(view: &View, shape: &Shape) -> bool {
    view.iter().any(|(path, value)| !referred(path, Some(value), shape).is_empty())
}

/// Whether a view refers to a key of a kind that no document of the studio has.
pub(super) fn awaits(view: &View, shape: &Shape, is_of_kind: &dyn Fn(&str) -> bool) -> bool {
    let mut found = false;
    for (path, value) in view.iter().filter(|(path, value)| may_refer(path, Some(value), REMOTE)) {
        visit(path, Some(value), shape, &mut |token| {
            found |= token.strip_prefix(REMOTE).is_some_and(is_of_kind);
        });
    }
    found
}

fn visit(path: &Path, value: Option<&Canonical>, shape: &Shape, see: &mut dyn FnMut(&str)) {
    if let Some(list) = path.parent()
        && shape.references.contains(&&*list.name())
        && shape.lists.contains(&&*list.name())
    {
        see(&path.name());
    }
    if let Some(value) = value
        && shape.references.contains(&&*path.name())
    {
        each_text(&value.value(), see);
    }
}

fn each_text(value: &Json<'_>, see: &mut dyn FnMut(&str)) {
    match value {
        Json::String(Text::Str(text)) => see(text),
        Json::Array(elements) => elements.iter().for_each(|element| each_text(element, see)),
        Json::Object(members) => members.iter().for_each(|(_, member)| each_text(member, see)),
        _ => {}
    }
}

/// Replaces references in paths and values.
fn rewrite(view: &View, shape: &Shape, map: &dyn Fn(&str) -> Option<String>) -> View {
    view.iter()
        .map(|(path, value)| {
            let value = rewrite_value(path, value.clone(), shape, map);
            (rewrite_path(path, shape, map), value)
        })
        .collect()
}

fn rewrite_value(
    path: &Path,
    value: Canonical,
    shape: &Shape,
    map: &dyn Fn(&str) -> Option<String>,
) -> Canonical {
    if shape.references.contains(&&*path.name()) {
        Canonical::of(&replace(value.value(), map))
    } else {
        value
    }
}

fn rewrite_path(path: &Path, shape: &Shape, map: &dyn Fn(&str) -> Option<String>) -> Path {
    let mut list = None;
    let mut rewritten = Path::root();
    for segment in path.segments() {
        let is_reference = list.as_deref().is_some_and(|list: &str| {
            shape.references.contains(&list) && shape.lists.contains(&list)
        });
        let mapped = if is_reference { map(&segment) } else { None };
        rewritten = rewritten.child(mapped.as_deref().unwrap_or(&segment));
        list = Some(segment);
    }
    rewritten
}

fn replace<'a>(value: Json<'a>, map: &dyn Fn(&str) -> Option<String>) -> Json<'a> {
    match value {
        Json::String(Text::Str(text)) => match map(&text) {
            Some(mapped) => Json::str(mapped),
            None => Json::String(Text::Str(text)),
        },
        Json::Array(elements) => {
            Json::Array(elements.into_iter().map(|element| replace(element, map)).collect())
        }
        Json::Object(members) => Json::Object(
            members.into_iter().map(|(name, member)| (name, replace(member, map))).collect(),
        ),
        other => other,
    }
}
