//! From what the platform shows back to what the studio holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, Path, View, derive_key};
use crate::collect::map_of;
use crate::model::studio::rules;
use crate::model::{Category, Choice, ContentType, Field, FieldKind, Json, Raw};
use crate::platform::lens::{self, Edited, Lens};
use crate::port::{Held, Reflection, Shape};

use super::super::PropertyType;
use super::super::moment::{Edge, to_utc};
use super::super::paths::{
    self, ALLOWED_TYPES, CONTENT_TYPE, DESCRIPTION, DISPLAY_NAME, ENUM, ENUM_ORDER, REMOTE,
    REQUIRED, TYPE,
};
use super::super::pattern::EMAIL_PATTERN;
use super::attribute::Attribute;
use super::choose::{Rules, key_of};
use super::kind::{Signs, natural, retype, whole_numbers};
use super::need::{Need, need};

/// Carries a view back into a type.
pub(in super::super) fn reflect(
    rules: Rules<'_>,
    shape: &Shape,
    local: &ContentType,
    held: &Held,
    view: &View,
) -> Reflection {
    let lens = Lens {
        shape,
        project: &|local, held| super::project(rules, local, held).view,
        edit: &|before, after| edit(local, held, &Difference { before, after }),
    };
    lens.reflect(local, held, view)
}

/// What a type says, and what it shall say.
struct Difference<'d> {
    before: &'d View,
    after: &'d View,
}

impl Difference<'_> {
    fn moved(&self, path: &Path) -> bool {
        self.before.get(path) != self.after.get(path)
    }

    fn text(&self, path: &Path) -> Option<String> {
        lens::text(self.after, path)
    }

    fn has(&self, path: &Path) -> bool {
        self.after.get(path).is_some()
    }

    fn elements(&self, path: &Path) -> impl Iterator<Item = String> {
        self.after.elements(path)
    }
}

fn edit(local: &ContentType, held: &Held, difference: &Difference<'_>) -> Edited {
    let mut after = local.clone();
    about(&mut after, difference);

    let own: Vec<(String, Field)> =
        after.fields.drain(..).map(|field| (key_of(&field, held), field)).collect();
    let contended = lens::contended(own.iter().map(|(key, _)| key.to_ascii_lowercase()));
    let mut owners = BTreeSet::new();
    let mut fields: Vec<(String, Field)> = Vec::new();
    for (key, field) in own {
        let at = paths::property(&key);
        let folded = key.to_ascii_lowercase();
        let is_contended = contended.contains(&folded);
        let is_shown = owners.insert(folded);
        let is_there = difference.has(&at);
        if !is_shown || (!is_there && is_contended) {
            // A second field of a key is not in the view, so the view says nothing of it. If the
            // first one went, the second would be taken for it.
            fields.push((key, field));
        } else if is_there {
            fields.push((key, edited(field, &at, difference)));
        }
    }
    let keys: Vec<String> = difference.elements(&paths::properties()).collect();
    for key in keys {
        if owners.insert(key.to_ascii_lowercase()) {
            let beside: Vec<&Field> = fields.iter().map(|(_, field)| field).collect();
            if let Some(field) = created(&key, &beside, difference) {
                fields.push((key, field));
            }
        }
    }
    let order = paths::property_order();
    let order = difference.after.get(&order).filter(|_| difference.moved(&order));
    fields = lens::arrange(fields, order);
    lens::relationships_last(&mut fields, |(_, field)| field);

    let keys = map_of(fields.iter().map(|(key, field)| (field.identity(), key.clone())));
    after.fields = fields.into_iter().map(|(_, field)| field).collect();
    Edited { local: after, keys, origins: BTreeMap::new() }
}

fn about(after: &mut ContentType, difference: &Difference<'_>) {
    // What a new type is, its row has to say; else the studio takes it for something else.
    let is_new = after.name.is_empty();
    let name = paths::of_type(DISPLAY_NAME);
    if difference.moved(&name)
        && let Some(name) = difference.text(&name)
    {
        if rules::is_type_name(&name) {
            after.name = name;
        } else if after.name.is_empty() {
            after.name = rules::type_name_of(&name);
        }
    }
    let description = paths::of_type(DESCRIPTION);
    if difference.moved(&description) {
        after.description = difference.text(&description);
    }
    let base_type = paths::base_type();
    if difference.moved(&base_type) || is_new {
        let category = match difference.text(&base_type).as_deref() {
            Some("_page") => Some(Category::Page),
            Some("_folder") => Some(Category::Folder),
            Some("_component") => Some(Category::Component),
            _ => after.category,
        };
        after.category = category;
    }
}

/// The type of a property in a view, with what tells what it is for.
fn type_of(view: &View, at: &Path) -> Option<(PropertyType, Signs)> {
    let platform = view.get(&at.child(TYPE)).and_then(PropertyType::from_canonical)?;
    let allowed: Vec<String> = view.elements(&at.child(ALLOWED_TYPES)).collect();
    let signs = Signs {
        is_enumeration: view.elements(&at.child(ENUM)).next().is_some(),
        images_only: matches!(allowed.as_slice(), [one] if one.strip_prefix(REMOTE) == Some("_image")),
    };
    Some((platform, signs))
}

/// A property that the studio does not have yet, as a field.
fn created(key: &str, beside: &[&Field], difference: &Difference<'_>) -> Option<Field> {
    let at = paths::property(key);
    let (platform, signs) = type_of(difference.after, &at)?;
    let (kind, item) = natural(&platform, signs)?;
    let wanted = if rules::is_field_name(key) { key.to_owned() } else { derive_key(key, "field") };
    let name = lens::new_name(&wanted, beside);
    let labelled = beside.iter().any(|field| field.label.is_some());
    let shown = difference.text(&at.child(DISPLAY_NAME));
    let label = shown.filter(|shown| labelled || beside.is_empty() || *shown != name);
    let mut field = Field {
        id: lens::new_id(&name, beside),
        name,
        label,
        kind,
        item: item.map(Box::new),
        ..Field::default()
    };
    whole_numbers(&mut field, &platform);
    let nothing = View::new();
    let all = Difference { before: &nothing, after: difference.after };
    Some(attributes(field, &at, &all))
}

fn edited(mut field: Field, at: &Path, difference: &Difference<'_>) -> Field {
    let label = at.child(DISPLAY_NAME);
    if difference.moved(&label)
        && let Some(label) = difference.text(&label)
    {
        field.label = Some(label);
    }
    if let (Some((platform, signs)), true) =
        (type_of(difference.after, at), !lens::is_relationship(&field))
    {
        let was = type_of(difference.before, at).map(|(_, signs)| signs).unwrap_or_default();
        let becomes_enumeration = signs.is_enumeration && !was.is_enumeration && is_text(&field);
        let shows_other_things = signs.images_only != was.images_only;
        if difference.moved(&at.child(TYPE)) || becomes_enumeration || shows_other_things {
            retype(&mut field, &platform, signs);
        }
    }
    attributes(field, at, difference)
}

/// Whether any text may be a value, so that some texts may be the only ones.
fn is_text(field: &Field) -> bool {
    use FieldKind as K;
    matches!(need(field), Need::One(K::Text | K::Slug | K::TextArea) | Need::Many(K::Text))
}

fn attributes(mut field: Field, at: &Path, difference: &Difference<'_>) -> Field {
    let required = at.child(REQUIRED);
    if difference.moved(&required) {
        field.required = difference.has(&required);
    }
    references(&mut field, at, difference);
    if lens::is_relationship(&field) {
        return field;
    }
    let help = at.child(DESCRIPTION);
    if difference.moved(&help) {
        field.help = difference.text(&help);
    }
    limits(&mut field, at, difference);
    options(&mut field, at, difference);
    field
}

/// Whether the view says something new of an attribute. What a property of the type cannot have is
/// not missing from the view; it is the studio's own. But once the type is another one, everything
/// that it can have is as the view says, whatever the studio kept where nobody saw it.
fn is_said(attribute: Attribute, at: &Path, difference: &Difference<'_>) -> bool {
    let fits = type_of(difference.after, at).is_some_and(|(it, _)| attribute.fits(&it));
    let own = at.child(attribute.name());
    let is_list = matches!(attribute, Attribute::Enum | Attribute::AllowedTypes);
    let moved = if is_list {
        difference.before.below(&own).ne(difference.after.below(&own))
    } else {
        difference.moved(&own)
    };
    fits && (moved || difference.moved(&at.child(TYPE)))
}

fn limits(field: &mut Field, at: &Path, difference: &Difference<'_>) {
    let is_email =
        matches!(need(field), Need::One(FieldKind::Email) | Need::Many(FieldKind::Email));
    let is_moment = type_of(difference.after, at).is_some_and(|(it, _)| it.element() == "dateTime");
    let is_date = matches!(need(field), Need::One(FieldKind::Date) | Need::Many(FieldKind::Date));
    let limits = &mut field.constraints;
    let is_said = |attribute| is_said(attribute, at, difference);
    let number = |attribute: Attribute, own: &mut Option<f64>| {
        let at = at.child(attribute.name());
        if is_said(attribute) {
            *own = difference.after.get(&at).and_then(|value| value.value().as_f64());
        }
    };
    number(Attribute::MinLength, &mut limits.min_length);
    number(Attribute::MaxLength, &mut limits.max_length);
    number(Attribute::MinItems, &mut limits.min_items);
    number(Attribute::MaxItems, &mut limits.max_items);
    let pattern = at.child("pattern");
    if is_said(Attribute::Pattern) {
        let own = difference.text(&pattern);
        limits.pattern = own.filter(|own| !(is_email && own == EMAIL_PATTERN));
    }
    for (attribute, edge, number, date) in [
        (Attribute::Minimum, Edge::Start, &mut limits.min, &mut limits.min_date),
        (Attribute::Maximum, Edge::End, &mut limits.max, &mut limits.max_date),
    ] {
        if !is_said(attribute) {
            continue;
        }
        let value = difference.after.get(&at.child(attribute.name())).map(Canonical::value);
        if is_moment {
            let moment = value.as_ref().and_then(Json::as_str);
            *date = moment.map(|moment| written_date(moment, edge, is_date));
        } else {
            *number = value.as_ref().and_then(Json::as_f64);
        }
    }
}

/// A moment as the studio writes it: as a day where it is an edge of one and only days are held.
fn written_date(moment: &str, edge: Edge, days_only: bool) -> String {
    let day = moment.get(.."2025-01-01".len()).filter(|_| days_only);
    match day {
        Some(day) if to_utc(day, edge).as_deref() == Some(moment) => day.to_owned(),
        _ => moment.to_owned(),
    }
}

fn options(field: &mut Field, at: &Path, difference: &Difference<'_>) {
    let list = at.child(ENUM);
    let order = at.child(ENUM_ORDER);
    let fits = type_of(difference.after, at).is_some_and(|(it, _)| Attribute::Enum.fits(&it));
    let reordered = fits && difference.moved(&order);
    if !reordered && !is_said(Attribute::Enum, at, difference) {
        return;
    }
    let is_new = difference.moved(&at.child(TYPE));
    if !matches!(need(field), Need::One(FieldKind::Select) | Need::Many(FieldKind::Select)) {
        return;
    }
    let element = type_of(difference.after, at).map(|(platform, _)| platform.element().to_owned());
    let is_number = matches!(element.as_deref(), Some("integer" | "float"));
    let shown: Vec<String> = difference.elements(&list).collect();
    let was: BTreeSet<String> = difference.before.elements(&list).collect();
    let mut seen = BTreeSet::new();
    let mut options: Vec<(String, Choice)> = Vec::new();
    for mut choice in std::mem::take(&mut field.options) {
        let identity = identity(&choice.value);
        let label = list.child(&identity).child(DISPLAY_NAME);
        if !was.contains(&identity) && !shown.contains(&identity) || seen.contains(&identity) {
            // Not in the view, so the view says nothing of it.
            if !is_new {
                options.push((identity, choice));
            }
            continue;
        }
        seen.insert(identity.clone());
        if shown.contains(&identity) {
            if difference.moved(&label)
                && let Some(label) = difference.text(&label)
            {
                choice.label = label;
            }
            options.push((identity, choice));
        }
    }
    for identity in shown {
        if seen.insert(identity.clone()) {
            let label = difference.text(&list.child(&identity).child(DISPLAY_NAME));
            let is_written_so = is_number
                && Canonical::parse(&identity).is_ok_and(|value| {
                    value.as_str() == identity && value.value().as_f64().is_some()
                });
            let value: Raw = if is_written_so {
                identity.as_str().into()
            } else {
                Canonical::str(&identity).as_str().into()
            };
            let label = label.unwrap_or_else(|| identity.clone());
            options.push((identity, Choice { value, label, description: None }));
        }
    }
    let order = difference.after.get(&order);
    field.options = lens::arrange(options, order).into_iter().map(|(_, choice)| choice).collect();
}

/// The identity under which an option stands in the view.
fn identity(value: &Raw) -> String {
    let value = Canonical::parse(value);
    value.map_or_else(
        |_| String::new(),
        |value| match value.value() {
            Json::String(text) => text.to_lossy().into_owned(),
            _ => value.as_str().to_owned(),
        },
    )
}

/// Types of the studio that a reference may point at.
fn references(field: &mut Field, at: &Path, difference: &Difference<'_>) {
    let list = at.child(ALLOWED_TYPES);
    let refers = matches!(need(field), Need::One(kind) | Need::Many(kind) if kind.refers());
    if !refers || !is_said(Attribute::AllowedTypes, at, difference) {
        return;
    }
    let own = |view: &View| -> BTreeSet<String> {
        let named = view.elements(&list);
        named.filter_map(|it| it.strip_prefix(CONTENT_TYPE).map(str::to_owned)).collect()
    };
    let (was, is) = (own(difference.before), own(difference.after));
    let is_new = difference.moved(&at.child(TYPE));
    field.targets.retain(|id| is.contains(id) || !(is_new || was.contains(id)));
    let missing: Vec<&String> = is.iter().filter(|id| !field.targets.contains(id)).collect();
    let missing: Vec<String> = missing.into_iter().cloned().collect();
    field.targets.extend(missing);
    if lens::is_relationship(field) {
        field.targets.truncate(1);
    }
}
