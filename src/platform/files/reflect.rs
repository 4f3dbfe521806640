//! View to content type.

use std::collections::{BTreeMap, BTreeSet};

use super::choice;
use super::form::{LOCAL, SHAPE};
use super::project::project;
use crate::canonical::{Canonical, Path, View, derive_key, write};
use crate::collect::map_of;
use crate::model::studio::rules;
use crate::model::{Category, Choice, ContentType, Field, FieldKind, Json, Raw};
use crate::platform::lens::{self, Edited, Lens};
use crate::port::{Held, Reflection};

/// Carries a view back into a type.
pub(super) fn reflect(local: &ContentType, held: &Held, view: &View) -> Reflection {
    let lens = Lens {
        shape: &SHAPE,
        project: &|local, held| project(local, held).view,
        edit: &|before, after| edit(local, &Difference { before, after, held }),
    };
    lens.reflect(local, held, view)
}

/// What a type says, and what it shall say.
struct Difference<'d> {
    before: &'d View,
    after: &'d View,
    held: &'d Held,
}

impl Difference<'_> {
    fn moved(&self, path: &Path) -> bool {
        self.before.get(path) != self.after.get(path)
    }

    /// The text of an atom that moved, written over its old value. To the studio, an empty text says
    /// that there is none.
    fn text(&self, path: &Path, own: &mut Option<String>) {
        if self.moved(path) {
            *own = lens::text(self.after, path).filter(|text| !text.is_empty());
        }
    }

    fn number(&self, path: &Path, own: &mut Option<f64>) {
        if self.moved(path) {
            *own = self.after.get(path).and_then(|value| value.value().as_f64());
        }
    }

    /// A value that is carried without being interpreted.
    fn raw(&self, path: &Path) -> Option<Raw> {
        self.after.get(path).map(|value| value.as_str().into())
    }

    /// Carried values by name.
    fn named(&self, list: &Path, own: &mut BTreeMap<String, Raw>) {
        let names: BTreeSet<String> =
            self.before.elements(list).chain(self.after.elements(list)).collect();
        for name in names {
            let at = list.child(&name);
            match self.raw(&at) {
                _ if !self.moved(&at) => {}
                Some(value) => _ = own.insert(name, value),
                None => _ = own.remove(&name),
            }
        }
    }
}

fn edit(local: &ContentType, difference: &Difference<'_>) -> Edited {
    let root = Path::root();
    let mut after = local.clone();
    let name = root.child("name");
    if difference.moved(&name)
        && let Some(name) = lens::text(difference.after, &name)
    {
        if rules::is_type_name(&name) {
            after.name = name;
        } else if after.name.is_empty() {
            after.name = rules::type_name_of(&name);
        }
    }
    difference.text(&root.child("pluralName"), &mut after.plural_name);
    difference.text(&root.child("description"), &mut after.description);
    difference.text(&root.child("icon"), &mut after.icon);
    difference.text(&root.child("displayField"), &mut after.display_field);
    let category = root.child("category");
    if difference.moved(&category) {
        let word = lens::text(difference.after, &category);
        let read = word.as_deref().and_then(Category::from_word);
        // The studio that has a column for it always has a category.
        after.category = read.or_else(|| after.category.filter(|_| local.key.is_some()));
    }
    difference.named(&root.child("settings"), &mut after.settings);

    let mut origins = BTreeMap::new();
    let fields = fields(std::mem::take(&mut after.fields), &root, "", difference, &mut origins);
    let keys = map_of(fields.iter().map(|(key, field)| (field.identity(), key.clone())));
    after.fields = fields.into_iter().map(|(_, field)| field).collect();
    Edited { local: after, keys, origins }
}

/// Fields of a type or of a field, with their keys. `within` is the identity of what they stand in,
/// as bindings of nested fields begin.
fn fields(
    own: Vec<Field>,
    parent: &Path,
    within: &str,
    difference: &Difference<'_>,
    origins: &mut BTreeMap<String, String>,
) -> Vec<(String, Field)> {
    let list = parent.child("fields");
    let key_of = |field: &Field| {
        let identity = format!("{within}{}", field.identity());
        let held = difference.held.keys.get(&identity).cloned();
        held.unwrap_or_else(|| derive_key(&field.name, "field"))
    };
    let own: Vec<(String, Field)> = own.into_iter().map(|field| (key_of(&field), field)).collect();
    let contended = lens::contended(own.iter().map(|(key, _)| key.clone()));
    let mut owners = BTreeSet::new();
    let mut fields: Vec<(String, Field)> = Vec::new();
    for (key, field) in own {
        let at = list.child(&key);
        let is_shown = owners.insert(key.clone());
        let is_there = difference.after.get(&at).is_some();
        if !is_shown || (!is_there && contended.contains(&key)) {
            // A second field of a key is not in the view, so the view says nothing of it. If the
            // first one went, the second would be taken for it.
            fields.push((key, field));
        } else if is_there {
            let identity = field.identity();
            let field = edited(field, &at, within, difference);
            if within.is_empty() && field.identity() != identity {
                origins.insert(field.identity(), identity);
            }
            fields.push((key, field));
        }
    }
    let shown: Vec<String> = difference.after.elements(&list).collect();
    for key in shown {
        if owners.insert(key.clone()) {
            let beside: Vec<&Field> = fields.iter().map(|(_, field)| field).collect();
            if let Some(field) = created(&list.child(&key), &beside, difference) {
                fields.push((key, field));
            }
        }
    }
    let order = parent.child("fieldOrder");
    let order = difference.after.get(&order).filter(|_| difference.moved(&order));
    fields = lens::arrange(fields, order);
    lens::relationships_last(&mut fields, |(_, field)| field);
    fields
}

/// A field of the file that the studio does not have yet.
fn created(at: &Path, beside: &[&Field], difference: &Difference<'_>) -> Option<Field> {
    let (kind, item) = kind(difference.after, at)?;
    let name = lens::text(difference.after, &at.child("name"));
    let name = name.filter(|name| rules::is_field_name(name))?;
    if beside.iter().any(|field| field.name == name) {
        return None;
    }
    let field = Field {
        id: lens::new_id(&name, beside),
        name,
        kind,
        item: item.map(Box::new),
        ..Field::default()
    };
    let nothing = View::new();
    let held = Held::default();
    let all = Difference { before: &nothing, after: difference.after, held: &held };
    Some(attributes(field, at, "", &all))
}

fn edited(mut field: Field, at: &Path, within: &str, difference: &Difference<'_>) -> Field {
    let name = at.child("name");
    if difference.moved(&name) {
        let name = lens::text(difference.after, &name);
        if let Some(name) = name.filter(|name| rules::is_field_name(name)) {
            field.name = name;
        }
    }
    if difference.moved(&at.child("kind"))
        && !lens::is_relationship(&field)
        && let Some((kind, item)) = kind(difference.after, at)
    {
        let refers = kind.refers() || item.as_ref().is_some_and(FieldKind::refers);
        if !refers {
            field.targets.clear();
        }
        if kind != FieldKind::Object && item != Some(FieldKind::Object) {
            field.fields.clear();
        }
        field.kind = kind;
        field.item = item.map(Box::new);
    }
    attributes(field, at, within, difference)
}

/// The kind, and that of the elements, where the studio has words for them.
fn kind(view: &View, at: &Path) -> Option<(FieldKind, Option<FieldKind>)> {
    let anchor = view.get(&at.child("kind"))?.value();
    let word = |member: &str| anchor.get(member).and_then(Json::as_str).map(FieldKind::from_word);
    // What stands among the relationships has words of its own, and no new ones are made.
    let is_known = |kind: &FieldKind| {
        !matches!(
            kind,
            FieldKind::Unknown(_) | FieldKind::RelationshipToOne | FieldKind::RelationshipToMany
        )
    };
    let kind = word("kind").filter(is_known)?;
    match word("item") {
        Some(item) if kind == FieldKind::Array && is_known(&item) => Some((kind, Some(item))),
        Some(_) => None,
        None => Some((kind, None)),
    }
}

fn attributes(mut field: Field, at: &Path, within: &str, difference: &Difference<'_>) -> Field {
    let flag = |name: &str, own: &mut bool| {
        let at = at.child(name);
        if difference.moved(&at) {
            *own = difference.after.get(&at).is_some();
        }
    };
    flag("required", &mut field.required);
    difference.text(&at.child("label"), &mut field.label);
    difference.named(&at.child("extra"), &mut field.extra);
    targets(&mut field, at, difference);
    if lens::is_relationship(&field) {
        return field;
    }
    flag("unique", &mut field.unique);
    let default_value = at.child("defaultValue");
    if difference.moved(&default_value) {
        // To the studio, `null` says that there is none.
        field.default_value = difference.raw(&default_value).filter(|raw| &**raw != "null");
    }
    difference.text(&at.child("help"), &mut field.help);
    difference.text(&at.child("placeholder"), &mut field.placeholder);
    let limits = &mut field.constraints;
    difference.number(&at.child("minLength"), &mut limits.min_length);
    difference.number(&at.child("maxLength"), &mut limits.max_length);
    difference.text(&at.child("pattern"), &mut limits.pattern);
    difference.number(&at.child("min"), &mut limits.min);
    difference.number(&at.child("max"), &mut limits.max);
    difference.number(&at.child("precision"), &mut limits.precision);
    difference.text(&at.child("minDate"), &mut limits.min_date);
    difference.text(&at.child("maxDate"), &mut limits.max_date);
    difference.number(&at.child("minItems"), &mut limits.min_items);
    difference.number(&at.child("maxItems"), &mut limits.max_items);
    options(&mut field, at, difference);
    let holds_fields =
        field.kind == FieldKind::Object || field.item.as_deref() == Some(&FieldKind::Object);
    if holds_fields {
        let within = format!("{within}{}/", field.identity());
        let inner = std::mem::take(&mut field.fields);
        // Fields without an id that are renamed inside another one are other fields.
        let inner = fields(inner, at, &within, difference, &mut BTreeMap::new());
        field.fields = inner.into_iter().map(|(_, field)| field).collect();
    }
    field
}

fn options(field: &mut Field, at: &Path, difference: &Difference<'_>) {
    let list = at.child("options");
    let mut seen = BTreeSet::new();
    let mut options: Vec<(String, Choice)> = Vec::new();
    for mut choice in std::mem::take(&mut field.options) {
        let value = Canonical::parse(&choice.value);
        let identity = value.map_or_else(|_| String::new(), |it| choice::identity(&it.value()));
        let own = list.child(&identity);
        if difference.before.get(&own).is_none() || !seen.insert(identity.clone()) {
            options.push((identity, choice));
        } else if difference.after.get(&own).is_some() {
            relabel(&mut choice, &own, difference);
            options.push((identity, choice));
        }
    }
    for identity in difference.after.elements(&list) {
        if seen.insert(identity.clone()) {
            let value = choice::value(&identity);
            let label = choice::label(&value).into_owned();
            let value = write(&value).into_boxed_str();
            let mut choice = Choice { value, label, description: None };
            relabel(&mut choice, &list.child(&identity), difference);
            options.push((identity, choice));
        }
    }
    let order = at.child("optionOrder");
    let order = difference.after.get(&order).filter(|_| difference.moved(&order));
    field.options = lens::arrange(options, order).into_iter().map(|(_, choice)| choice).collect();
}

fn relabel(choice: &mut Choice, at: &Path, difference: &Difference<'_>) {
    let label = at.child("label");
    if difference.moved(&label)
        && let Some(label) = lens::text(difference.after, &label)
    {
        choice.label = label;
    }
    difference.text(&at.child("description"), &mut choice.description);
}

fn targets(field: &mut Field, at: &Path, difference: &Difference<'_>) {
    let refers = field.kind.refers() || field.item.as_deref().is_some_and(FieldKind::refers);
    if !refers {
        return;
    }
    let list = at.child("targets");
    let own = |view: &View| -> BTreeSet<String> {
        let named = view.elements(&list);
        named.filter_map(|it| it.strip_prefix(LOCAL).map(str::to_owned)).collect()
    };
    let (was, now) = (own(difference.before), own(difference.after));
    field.targets.retain(|id| !was.contains(id) || now.contains(id));
    let missing: Vec<String> = now.into_iter().filter(|id| !field.targets.contains(id)).collect();
    field.targets.extend(missing);
    if lens::is_relationship(field) {
        field.targets.truncate(1);
    }
}
