//! What people do to content types: every kind of edit that the studio and a platform offer.

use std::collections::BTreeSet;

use catalyst_sync::model::{Category, Choice, ContentType, Field, FieldKind};

use super::documents::Random;

/// Where an edit was made: a field by its id, or the type itself; and of what. Two edits of one place
/// on two sides overlap, unless they come to the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Id of the field.
    pub field: Option<String>,
    /// What of it.
    pub aspect: Aspect,
}

/// What of a field or a type an edit is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// Whether it is there.
    Existence,
    /// What it is.
    Kind,
    /// A plain attribute.
    Attribute(&'static str),
    /// Whether an option is there, by its value.
    Option(String),
    /// The label of an option, by its value.
    OptionLabel(String),
    /// The order of options, or of fields.
    Order,
    /// Whether a type may be referred to.
    Target(String),
    /// The label of a field in a field, by its name.
    NestedLabel(String),
}

/// A kind of edit.
pub type Edit = (&'static str, fn(&mut ContentType, &mut Random) -> Option<Place>);

/// Every kind of edit. One that finds nothing to do says so with `None`, and has done nothing.
pub const EDITS: [Edit; 28] = [
    ("rename the type", |own, random| Some(type_text(&mut own.name, "name", random))),
    ("describe the type", |own, random| {
        Some(type_option(&mut own.description, "description", random))
    }),
    ("name the type in the plural", |own, random| {
        Some(type_option(&mut own.plural_name, "pluralName", random))
    }),
    ("give the type an icon", |own, random| Some(type_option(&mut own.icon, "icon", random))),
    ("categorize the type", |own, random| {
        let all = [Category::Page, Category::Component, Category::Folder];
        own.category = Some(all[random.below(3)]);
        Some(Place { field: None, aspect: Aspect::Attribute("category") })
    }),
    ("label a field", |own, random| text(own, random, "label", |field| &mut field.label)),
    ("explain a field", |own, random| text(own, random, "help", |field| &mut field.help)),
    ("give a field a placeholder", |own, random| {
        text(own, random, "placeholder", |field| &mut field.placeholder)
    }),
    ("require a field", |own, random| flag(own, random, "required", |field| &mut field.required)),
    ("make a field unique", |own, random| flag(own, random, "unique", |field| &mut field.unique)),
    ("give a field a default", |own, random| {
        let field = any(own, random)?;
        field.default_value = Some(random.below(9).to_string().into());
        place(field, Aspect::Attribute("defaultValue"))
    }),
    ("bound a length below", |own, random| {
        number(own, random, "minLength", 0, |field| &mut field.constraints.min_length)
    }),
    ("bound a length above", |own, random| {
        number(own, random, "maxLength", 50, |field| &mut field.constraints.max_length)
    }),
    ("bound a number below", |own, random| {
        number(own, random, "min", 0, |field| &mut field.constraints.min)
    }),
    ("bound a number above", |own, random| {
        number(own, random, "max", 50, |field| &mut field.constraints.max)
    }),
    ("bound a list below", |own, random| {
        number(own, random, "minItems", 0, |field| &mut field.constraints.min_items)
    }),
    ("bound a list above", |own, random| {
        number(own, random, "maxItems", 50, |field| &mut field.constraints.max_items)
    }),
    ("give a field a pattern", |own, random| {
        text(own, random, "pattern", |field| &mut field.constraints.pattern)
    }),
    ("add an option", |own, random| {
        let field = select(own, random)?;
        let value = format!("new{}", random.below(6));
        if field.options.iter().any(|option| option.value.trim_matches('"') == value) {
            return None;
        }
        let at = random.below(field.options.len() + 1);
        field.options.insert(at, choice(&value));
        place(field, Aspect::Option(value))
    }),
    ("remove an option", |own, random| {
        let field = select(own, random)?;
        let at = random.below(field.options.len());
        let value = field.options.remove(at).value;
        place(field, Aspect::Option(value.trim_matches('"').to_owned()))
    }),
    ("relabel an option", |own, random| {
        let field = select(own, random)?;
        let at = random.below(field.options.len());
        let option = &mut field.options[at];
        option.label = format!("Label {}", random.below(9));
        let value = option.value.trim_matches('"').to_owned();
        place(field, Aspect::OptionLabel(value))
    }),
    ("reorder options", |own, random| {
        let field = select(own, random)?;
        let (from, to) = (random.below(field.options.len()), random.below(field.options.len()));
        let option = field.options.remove(from);
        field.options.insert(to, option);
        place(field, Aspect::Order)
    }),
    ("allow or forbid a target", |own, random| {
        let fields = own.fields.iter_mut().filter(|field| field.kind.refers());
        let mut fields: Vec<&mut Field> = fields.collect();
        if fields.is_empty() {
            return None;
        }
        let at = random.below(fields.len());
        let target = random.pick(&["row-a", "row-b", "row-c"]).to_owned();
        let targets = &mut fields[at].targets;
        match targets.iter().position(|own| *own == target) {
            Some(known) => _ = targets.remove(known),
            None => targets.push(target.clone()),
        }
        place(fields[at], Aspect::Target(target))
    }),
    ("label a nested field", |own, random| {
        let fields = own.fields.iter_mut().filter(|field| !field.fields.is_empty());
        let mut fields: Vec<&mut Field> = fields.collect();
        let at = if fields.is_empty() { return None } else { random.below(fields.len()) };
        let nested = random.below(fields[at].fields.len());
        let nested = &mut fields[at].fields[nested];
        nested.label = Some(words(random));
        let name = nested.name.clone();
        place(fields[at], Aspect::NestedLabel(name))
    }),
    ("retype a field", |own, random| {
        let kinds = [FieldKind::Text, FieldKind::RichText, FieldKind::Number, FieldKind::Url];
        let field = any(own, random)?;
        field.kind = kinds[random.below(kinds.len())].clone();
        field.item = None;
        place(field, Aspect::Kind)
    }),
    ("add a field", |own, random| {
        // Both sides may come to the same one.
        let name = format!("added{}", random.below(40));
        if own.fields.iter().any(|field| field.name == name) {
            return None;
        }
        let kinds = [FieldKind::Text, FieldKind::Boolean, FieldKind::Date];
        let field = Field {
            id: Some(name.clone()),
            name,
            kind: kinds[random.below(kinds.len())].clone(),
            ..Field::default()
        };
        let at = random.below(own.fields.len() + 1);
        own.fields.insert(at, field);
        place(&own.fields[at], Aspect::Existence)
    }),
    ("remove a field", |own, random| {
        let at = random.below(own.fields.len());
        let field = own.fields.remove(at);
        place(&field, Aspect::Existence)
    }),
    ("reorder fields", |own, random| {
        let (from, to) = (random.below(own.fields.len()), random.below(own.fields.len()));
        let field = own.fields.remove(from);
        own.fields.insert(to, field);
        Some(Place { field: None, aspect: Aspect::Order })
    }),
];

fn place(field: &Field, aspect: Aspect) -> Option<Place> {
    Some(Place { field: Some(field.id.clone()?), aspect })
}

fn any<'t>(own: &'t mut ContentType, random: &mut Random) -> Option<&'t mut Field> {
    let at = random.below(own.fields.len());
    own.fields.get_mut(at)
}

/// A field with options.
fn select<'t>(own: &'t mut ContentType, random: &mut Random) -> Option<&'t mut Field> {
    let fields = own.fields.iter_mut().filter(|field| !field.options.is_empty());
    let mut fields: Vec<&mut Field> = fields.collect();
    let at = if fields.is_empty() { return None } else { random.below(fields.len()) };
    Some(fields.swap_remove(at))
}

fn words(random: &mut Random) -> String {
    let words = ["Event", "Title", "Summary", "Price", "Author", "Teaser", "Notes", "Hint"];
    format!("{} {}", random.pick(&words), random.below(30))
}

fn type_text(text: &mut String, name: &'static str, random: &mut Random) -> Place {
    *text = words(random);
    Place { field: None, aspect: Aspect::Attribute(name) }
}

fn type_option(text: &mut Option<String>, name: &'static str, random: &mut Random) -> Place {
    *text = (!random.one_in(6)).then(|| words(random));
    Place { field: None, aspect: Aspect::Attribute(name) }
}

fn text(
    own: &mut ContentType,
    random: &mut Random,
    name: &'static str,
    attribute: fn(&mut Field) -> &mut Option<String>,
) -> Option<Place> {
    let field = any(own, random)?;
    *attribute(field) = (!random.one_in(6)).then(|| words(random));
    place(field, Aspect::Attribute(name))
}

fn flag(
    own: &mut ContentType,
    random: &mut Random,
    name: &'static str,
    attribute: fn(&mut Field) -> &mut bool,
) -> Option<Place> {
    let field = any(own, random)?;
    let flag = attribute(field);
    *flag = !*flag;
    place(field, Aspect::Attribute(name))
}

fn number(
    own: &mut ContentType,
    random: &mut Random,
    name: &'static str,
    from: usize,
    attribute: fn(&mut Field) -> &mut Option<f64>,
) -> Option<Place> {
    let field = any(own, random)?;
    let number = u32::try_from(from + random.below(40)).unwrap();
    *attribute(field) = (!random.one_in(6)).then(|| f64::from(number));
    place(field, Aspect::Attribute(name))
}

fn nested(name: &str) -> Field {
    Field { id: Some(name.to_owned()), name: name.to_owned(), ..Field::default() }
}

fn choice(value: &str) -> Choice {
    let label = format!("Label of {value}");
    Choice { value: format!("{value:?}").into(), label, description: None }
}

/// A content type of the form that people make: so many fields of all kinds, some of them bounded.
pub fn made_type(random: &mut Random, fields: usize) -> ContentType {
    let made = (0..fields).map(|at| {
        let kind = FieldKind::ALL[random.below(FieldKind::ALL.len())].clone();
        let has_options = matches!(kind, FieldKind::Select | FieldKind::MultiSelect);
        let count = if has_options { 3 + random.below(4) } else { 0 };
        let refers = kind.refers();
        let mut field = Field {
            id: Some(format!("f{at}")),
            name: format!("field{at}"),
            label: Some(words(random)),
            required: random.one_in(4),
            options: (0..count).map(|at| choice(&format!("v{at}"))).collect(),
            targets: if refers { vec!["row-a".to_owned()] } else { Vec::new() },
            help: random.one_in(3).then(|| words(random)),
            item: (kind == FieldKind::Array).then(|| Box::new(FieldKind::Text)),
            fields: if kind == FieldKind::Object {
                vec![nested("one"), nested("two")]
            } else {
                Vec::new()
            },
            kind,
            ..Field::default()
        };
        if random.one_in(3) {
            field.constraints.max_length = Some(80.0);
        }
        field
    });
    let fields: Vec<Field> = made.collect();
    ContentType {
        id: "row-own".to_owned(),
        website_id: "site".to_owned(),
        name: words(random),
        fields,
        ..ContentType::default()
    }
}

/// One side's edits of a type: so many, of kinds left to chance. Returns where they were made.
pub fn edit(own: &mut ContentType, count: usize, random: &mut Random) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    let mut left = count;
    while left > 0 {
        let (_, edit) = EDITS[random.below(EDITS.len())];
        if own.fields.is_empty() {
            break;
        }
        if let Some(place) = edit(own, random) {
            places.insert(place);
            left -= 1;
        }
    }
    places
}
