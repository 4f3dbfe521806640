//! One field, and lists of fields.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::at::At;
use super::constraint::{Validation, constraints};
use super::item::item;
use super::member::{Member, members};
use super::option::options;
use super::reader::{Reader, Site};
use super::reference::targets;
use crate::model::{Field, FieldKind, Finding, Json, Raw};

/// Deepest nesting of fields in fields that is read; no platform comes near it.
const MAX_NESTING: usize = 32;

members! {
    /// Members of a field that the studio's writers use.
    FieldMembers under "" {
        name = "name",
        kind = "type",
        id = "id",
        label = "label",
        required = "required",
        order = "order",
        validation = "validation",
        help_text = "helpText",
        placeholder = "placeholder",
        options = "options",
        default_value = "defaultValue",
        unique = "unique",
        fields = "fields",
        item_type = "itemType",
        items = "items",
        key = "key",
        default = "default",
        help = "help",
        description = "description",
        max_length = "maxLength",
        min_length = "minLength",
        min = "min",
        max = "max",
        max_items = "maxItems",
        min_items = "minItems",
        precision = "precision",
        pattern = "pattern",
        min_date = "minDate",
        max_date = "maxDate",
    }
}

/// A field with its place in what the studio wrote.
pub(super) struct Placed {
    pub(super) field: Field,
    /// Member that holds the list.
    pub(super) list: &'static str,
    /// Position in the list as written.
    pub(super) index: usize,
}

/// Reads a list of fields, in display order: by `order` where it is given, else by position.
pub(super) fn fields(
    reader: &mut Reader<'_>,
    above: &At<'_>,
    list: &[Json<'_>],
    depth: usize,
) -> Vec<Placed> {
    let at = above.member("fields");
    let mut placed = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        if let Some((order, field)) = field(reader, &at.element(index), value, depth) {
            let position = u32::try_from(index).map_or(f64::MAX, f64::from);
            placed.push((order.unwrap_or(position), Placed { field, list: "fields", index }));
        }
    }
    placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    placed.into_iter().map(|(_, placed)| placed).collect()
}

/// Takes the fields out of their places, after a look for names and ids that occur twice.
pub(super) fn distinct(reader: &mut Reader<'_>, above: &At<'_>, placed: Vec<Placed>) -> Vec<Field> {
    let mut names: BTreeMap<&str, &Placed> = BTreeMap::new();
    let mut ids: BTreeMap<&str, &Placed> = BTreeMap::new();
    for this in &placed {
        let mut report = |what: &str, value: &str, other: &Placed| {
            let list = above.member(other.list);
            let first = list.element(other.index);
            let list = above.member(this.list);
            let second = list.element(this.index);
            reader.report(
                second,
                Finding::error(
                    "DUPLICATE_FIELD",
                    format!("the fields at {first} and {second} have the same {what} {value:?}"),
                    format!(
                        "give each field {} of its own",
                        if what == "id" { "an id" } else { "a name" }
                    ),
                ),
            );
        };
        match names.entry(&this.field.name) {
            Entry::Vacant(free) => _ = free.insert(this),
            Entry::Occupied(taken) => report("name", &this.field.name, taken.get()),
        }
        let Some(id) = &this.field.id else { continue };
        match ids.entry(id) {
            Entry::Vacant(free) => _ = free.insert(this),
            Entry::Occupied(taken) => report("id", id, taken.get()),
        }
    }
    placed.into_iter().map(|placed| placed.field).collect()
}

fn field(
    reader: &mut Reader<'_>,
    at: &At<'_>,
    value: &Json<'_>,
    depth: usize,
) -> Option<(Option<f64>, Field)> {
    let Some(members) = value.members() else {
        reader.report(
            *at,
            Finding::error(
                "FIELD_INVALID",
                format!("a field is {}, not an object", value.type_name()),
                "remove it, or write the field again",
            ),
        );
        return None;
    };
    let mut members = FieldMembers::of(members);
    let mut site = Site::new(reader, at);
    let Named { id, name, label } = named(&mut site, &members)?;
    let order = site.number(members.order);
    let kind = kind(&mut site, members.kind);
    let mut validation = Validation::read(&mut site, members.validation);
    let content = item(&mut site, &kind, &members, depth);
    let refers = kind.refers() || content.item.as_ref().is_some_and(FieldKind::refers);
    let mut referred = content.targets;
    if refers {
        targets(&mut site, "", &mut members.rest, &mut referred);
        targets(&mut site, "validation/", &mut validation.rest, &mut referred);
    }
    let field = Field {
        required: site.boolean(members.required).unwrap_or_default(),
        unique: site.boolean(members.unique).unwrap_or_default(),
        default_value: default_value(&mut site, &members),
        help: site.first_text([members.help_text, members.help, members.description]),
        placeholder: site.text(members.placeholder),
        constraints: constraints(&mut site, &members, &validation),
        options: options(&mut site, members.options),
        item: content.item.map(Box::new),
        fields: content.fields,
        targets: referred,
        extra: {
            site.keep_rest("", &members.rest);
            validation.keep_rest(&mut site);
            site.kept
        },
        id,
        name,
        label,
        kind,
    };
    Some((order, field))
}

/// What a field is called.
struct Named {
    id: Option<String>,
    name: String,
    label: Option<String>,
}

/// `key` is the machine name where there is one, and `name` is for people then.
fn named(site: &mut Site<'_, '_>, members: &FieldMembers<'_, '_>) -> Option<Named> {
    let id = site.text(members.id);
    let key = site.text(members.key);
    let shown = site.text(members.name);
    let mut label = site.text(members.label);
    let name = match (key, shown, &id) {
        (Some(key), Some(shown), _) => {
            match &label {
                None => label = Some(shown),
                Some(label) if *label != shown && key != shown => {
                    site.keep("name", &Json::str(shown));
                }
                Some(_) => {}
            }
            key
        }
        (Some(name), None, _) | (None, Some(name), _) => name,
        (None, None, Some(id)) => {
            let name = id.clone();
            site.reader.report(
                *site.at,
                Finding::warning(
                    "FIELD_WITHOUT_NAME",
                    format!("the field {id:?} has no name, so its id stands for it"),
                    "give the field a name before it is deployed first",
                ),
            );
            name
        }
        (None, None, None) => {
            site.reader.report(
                *site.at,
                Finding::error(
                    "FIELD_INVALID",
                    "a field has neither key, name nor id",
                    "give the field a name, or remove it",
                ),
            );
            return None;
        }
    };
    Some(Named { id, name, label })
}

/// Reads the word for a kind. A missing one is the unknown word "".
pub(super) fn kind(site: &mut Site<'_, '_>, member: Member<'_, '_>) -> FieldKind {
    let word = site.text(member).unwrap_or_default();
    let kind = FieldKind::from_word(&word);
    if let FieldKind::Unknown(word) = &kind {
        let message = if word.is_empty() {
            "the field has no type".to_owned()
        } else {
            format!("the studio is not known to use the type {word:?}")
        };
        site.report(
            member.path,
            Finding::warning(
                "UNKNOWN_KIND",
                message,
                "choose one of the studio's types, or accept how the platform's mapping treats it",
            ),
        );
    }
    kind
}

fn default_value(site: &mut Site<'_, '_>, members: &FieldMembers<'_, '_>) -> Option<Raw> {
    let raw = |member: Member<'_, '_>| member.value.map(|value| site.reader.raw(value));
    let (first, second) = (raw(members.default_value), raw(members.default));
    if let (Some(_), Some(second)) = (&first, &second)
        && first.as_ref() != Some(second)
    {
        site.kept.insert(members.default.path.to_owned(), second.clone());
    }
    first.or(second)
}

/// Reads the fields of an object, unless they are nested beyond all reason.
pub(super) fn nested(
    site: &mut Site<'_, '_>,
    above: &At<'_>,
    member: Member<'_, '_>,
    depth: usize,
) -> Vec<Field> {
    let Some(value) = member.value else { return Vec::new() };
    let Some(list) = value.elements() else {
        site.refuse(member.path, value, "a list of fields");
        return Vec::new();
    };
    if depth >= MAX_NESTING {
        site.report(
            member.path,
            Finding::error(
                "NESTING_TOO_DEEP",
                format!("fields are nested deeper than {MAX_NESTING} levels"),
                "move the inner fields to a type of their own",
            ),
        );
        site.keep(member.path, value);
        return Vec::new();
    }
    let placed = fields(site.reader, above, list, depth + 1);
    distinct(site.reader, above, placed)
}
