//! A content type as a flat set of atoms, in the studio's own terms.
//!
//! The views of platforms lose what a platform cannot express; this one loses nothing. Two contents
//! are written side by side, because only both together tell which field is which.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, Path, View};
use crate::merge::Shape;
use crate::model::{ContentType, Field, Raw};

/// The structure of an outline. `settings` and `extra` are maps, and `targets` a set.
pub(super) const SHAPE: Shape = Shape {
    lists: &["fields", "options", "targets", "settings", "extra"],
    orders: &[("fieldOrder", "fields"), ("optionOrder", "options")],
    anchor: "kind",
    bound: &[],
    ranges: &[],
    references: &["targets"],
    owned: &[],
    meanings: &[],
    rewrites: &[],
};

/// Writes two contents side by side: a field that is the same in both stands at the same path.
pub(super) fn outlines(before: &ContentType, after: &ContentType) -> (View, View) {
    let mut pair = Sides { before: View::new(), after: View::new() };
    head(before, &mut pair.before);
    head(after, &mut pair.after);
    pair.fields(&Path::root(), &before.fields, &after.fields);
    (pair.before, pair.after)
}

fn head(content: &ContentType, view: &mut View) {
    let root = Path::root();
    let texts = [
        ("key", content.key.as_deref()),
        ("name", Some(&*content.name)),
        ("pluralName", content.plural_name.as_deref()),
        ("description", content.description.as_deref()),
        ("icon", content.icon.as_deref()),
        ("category", content.category.map(crate::model::Category::word)),
        ("displayField", content.display_field.as_deref()),
    ];
    for (name, text) in texts {
        view.put(root.child(name), text.map(Canonical::str));
    }
    raws(&root.child("settings"), &content.settings, view);
}

fn raws(at: &Path, members: &BTreeMap<String, Raw>, view: &mut View) {
    for (name, raw) in members {
        view.put(at.child(name), Canonical::parse(raw).ok());
    }
}

struct Sides {
    before: View,
    after: View,
}

impl Sides {
    /// Fields are the same by id, else by name; each pair stands under the later name.
    fn fields(&mut self, above: &Path, before: &[Field], after: &[Field]) {
        let pairs = pairs(before, after);
        let mut taken: BTreeSet<String> = after.iter().map(|field| field.name.clone()).collect();
        let partner = |at: usize| pairs.iter().find(|(old, _)| *old == at).map(|(_, new)| *new);
        let mut names_before = Vec::with_capacity(before.len());
        for (at, old) in before.iter().enumerate() {
            let name = match partner(at).and_then(|new| after.get(new)) {
                Some(new) => new.name.clone(),
                // What was removed keeps its name, unless another field has it now.
                None if taken.insert(old.name.clone()) => old.name.clone(),
                None => format!("{}#{}", old.name, old.identity()),
            };
            names_before.push(name);
        }
        let list = above.child("fields");
        for (name, old) in names_before.iter().zip(before) {
            attributes(&list.child(name), old, &mut self.before);
        }
        for new in after {
            attributes(&list.child(&new.name), new, &mut self.after);
        }
        for (name, (at, old)) in names_before.iter().zip(before.iter().enumerate()) {
            let new = partner(at).and_then(|new| after.get(new));
            let inner = new.map(|new| &*new.fields).unwrap_or_default();
            if !(old.fields.is_empty() && inner.is_empty()) {
                self.fields(&list.child(name), &old.fields, inner);
            }
        }
        let is_new = |at: usize| !pairs.iter().any(|(_, new)| *new == at);
        for (_, new) in after.iter().enumerate().filter(|(at, _)| is_new(*at)) {
            if !new.fields.is_empty() {
                self.fields(&list.child(&new.name), &[], &new.fields);
            }
        }
        order(above, "fieldOrder", names_before.iter().map(String::as_str), &mut self.before);
        order(above, "fieldOrder", after.iter().map(|field| &*field.name), &mut self.after);
    }
}

/// Positions of the fields that are the same on both sides.
fn pairs(before: &[Field], after: &[Field]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let same_id = |old: &Field, new: &Field| old.id.is_some() && old.id == new.id;
    let same_name = |old: &Field, new: &Field| old.name == new.name;
    for is_same in [&same_id as &dyn Fn(&Field, &Field) -> bool, &same_name] {
        for (at, old) in before.iter().enumerate() {
            if pairs.iter().any(|(paired, _)| *paired == at) {
                continue;
            }
            let free = |at: usize| !pairs.iter().any(|(_, paired)| *paired == at);
            let found = after.iter().enumerate().find(|(at, new)| free(*at) && is_same(old, new));
            if let Some((new, _)) = found {
                pairs.push((at, new));
            }
        }
    }
    pairs
}

fn order<'n>(above: &Path, name: &str, names: impl Iterator<Item = &'n str>, view: &mut View) {
    let names: Vec<crate::model::Json<'_>> = names.map(crate::model::Json::str).collect();
    let value = (!names.is_empty()).then(|| Canonical::of(&crate::model::Json::Array(names)));
    view.put(above.child(name), value);
}

fn attributes(at: &Path, field: &Field, view: &mut View) {
    let yes = |is: bool| is.then(|| Canonical::bool(true));
    let number = |number: Option<f64>| number.map(Canonical::number);
    let text = |text: &Option<String>| text.as_deref().map(Canonical::str);
    let limits = &field.constraints;
    let own = [
        ("name", Some(Canonical::str(&field.name))),
        ("kind", Some(Canonical::str(field.kind.word()))),
        ("item", field.item.as_ref().map(|item| Canonical::str(item.word()))),
        ("label", text(&field.label)),
        ("required", yes(field.required)),
        ("unique", yes(field.unique)),
        ("defaultValue", field.default_value.as_deref().and_then(|it| Canonical::parse(it).ok())),
        ("help", text(&field.help)),
        ("placeholder", text(&field.placeholder)),
        ("minLength", number(limits.min_length)),
        ("maxLength", number(limits.max_length)),
        ("pattern", text(&limits.pattern)),
        ("min", number(limits.min)),
        ("max", number(limits.max)),
        ("precision", number(limits.precision)),
        ("minDate", text(&limits.min_date)),
        ("maxDate", text(&limits.max_date)),
        ("minItems", number(limits.min_items)),
        ("maxItems", number(limits.max_items)),
    ];
    view.set(at.clone(), Canonical::bool(true));
    for (name, value) in own {
        view.put(at.child(name), value);
    }
    let options = at.child("options");
    for option in &field.options {
        let at = options.child(&option.value);
        view.set(at.clone(), Canonical::bool(true));
        view.set(at.child("label"), Canonical::str(&option.label));
        view.put(at.child("description"), text(&option.description));
    }
    order(at, "optionOrder", field.options.iter().map(|option| &*option.value), view);
    if !field.targets.is_empty() {
        let targets = at.child("targets");
        view.set(targets.clone(), Canonical::bool(true));
        for target in &field.targets {
            view.set(targets.child(target), Canonical::bool(true));
        }
    }
    raws(&at.child("extra"), &field.extra, view);
}
