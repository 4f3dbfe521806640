//! Content types of every form, for laws.
//!
//! Names are drawn from a small pool, so that two generated types share fields. Everything that is
//! generated is deployable: keys differ, bounds are in order, options are distinct.

use std::collections::{BTreeMap, BTreeSet};

use catalyst_sync::model::{Category, Choice, Constraints, ContentType, Field, FieldKind, Raw};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Row ids that references point at.
pub const TARGETS: [&str; 3] = ["row-a", "row-b", "row-c"];

const NAMES: [&str; 9] =
    ["title", "Body", "price", "hero-image", "x", "3d", "Ünit", "文", "related_to"];

/// A content type with up to nine fields.
pub fn content_type() -> impl Strategy<Value = ContentType> {
    let fields = subsequence(&NAMES[..], 0..=NAMES.len())
        .prop_shuffle()
        .prop_flat_map(|names| names.into_iter().map(field).collect::<Vec<_>>());
    let about = (
        option::of(text()),
        option::of(text()),
        option::of(text()),
        option::of(select(&[Category::Page, Category::Component, Category::Folder][..])),
        option::of(text()),
        settings(),
    );
    (line(), fields, about).prop_map(|(name, fields, about)| {
        let (plural_name, description, icon, category, display_field, settings) = about;
        ContentType {
            id: "row-own".to_owned(),
            website_id: "site".to_owned(),
            key: None,
            name,
            plural_name,
            description,
            icon,
            category,
            display_field,
            fields,
            settings,
        }
    })
}

/// A field of a name.
pub fn field(name: &'static str) -> impl Strategy<Value = Field> {
    kind().prop_flat_map(move |kind| field_of(name, kind))
}

/// A field of a name and a kind.
pub fn field_of(name: &'static str, kind: FieldKind) -> impl Strategy<Value = Field> {
    let item = match kind {
        FieldKind::Array => option::of(self::kind().prop_map(Box::new)).boxed(),
        _ => Just(None).boxed(),
    };
    let nested = match kind {
        FieldKind::Object | FieldKind::Array => vec(nested(), 0..3).boxed(),
        _ => Just(Vec::new()).boxed(),
    };
    let words = (option::of(line()), option::of(text()), option::of(text()));
    let flags = (any::<bool>(), any::<bool>(), option::of(raw()));
    let lists = (options(), targets(), settings());
    (words, flags, constraints(), item, nested, lists).prop_map(
        move |(words, flags, constraints, item, fields, lists)| {
            let (label, help, placeholder) = words;
            let (required, unique, default_value) = flags;
            let (options, targets, extra) = lists;
            let mut seen = BTreeSet::new();
            let fields = fields
                .into_iter()
                .filter(|field: &Field| seen.insert(field.name.clone()))
                .collect();
            Field {
                id: Some(format!("id-{name}")),
                name: name.to_owned(),
                label,
                kind: kind.clone(),
                required,
                unique,
                default_value,
                help,
                placeholder,
                constraints,
                options,
                item,
                fields,
                targets,
                extra,
            }
        },
    )
}

/// Every kind, and a word that nobody knows.
pub fn kinds() -> Vec<FieldKind> {
    let mut kinds = FieldKind::ALL.to_vec();
    kinds.push(FieldKind::Unknown("hologram".to_owned()));
    kinds
}

/// Lists come more often, because each has a kind inside.
fn kind() -> impl Strategy<Value = FieldKind> {
    prop_oneof![3 => select(kinds()), 1 => Just(FieldKind::Array)]
}

fn nested() -> impl Strategy<Value = Field> {
    (select(&NAMES[..]), kind()).prop_map(|(name, kind)| Field {
        name: name.to_owned(),
        kind,
        ..Field::default()
    })
}

fn line() -> impl Strategy<Value = String> {
    "[A-Za-z][A-Za-z0-9 äß文\"\\\\]{0,12}"
}

fn text() -> impl Strategy<Value = String> {
    "[ -~äß文\n]{1,20}"
}

fn raw() -> impl Strategy<Value = Raw> {
    select(&["null", "true", "0", "\"a\"", "[1,2]", "{\"a\":1}"][..]).prop_map(Into::into)
}

fn settings() -> impl Strategy<Value = BTreeMap<String, Raw>> {
    proptest::collection::btree_map("[a-z]{1,6}", raw(), 0..3)
}

fn options() -> impl Strategy<Value = Vec<Choice>> {
    let value = prop_oneof![
        "[a-z/~ ]{0,4}".prop_map(|text| format!("{text:?}")),
        (0..20_i32).prop_map(|number| number.to_string()),
        Just("true".to_owned()),
    ];
    // One value as a number and as a text would be one option on a property of texts.
    vec((value, line(), option::of(text())), 0..4).prop_map(|options| {
        let mut seen = BTreeSet::new();
        options
            .into_iter()
            .filter(|(value, ..)| seen.insert(value.trim_matches('"').to_owned()))
            .map(|(value, label, description)| Choice { value: value.into(), label, description })
            .collect()
    })
}

fn targets() -> impl Strategy<Value = Vec<String>> {
    btree_set(select(&TARGETS[..]), 0..3)
        .prop_map(|ids| ids.into_iter().map(str::to_owned).collect())
}

fn constraints() -> impl Strategy<Value = Constraints> {
    let pair = |from: i32, to: i32| {
        option::of((from..to, 0..to)).prop_map(|pair| {
            let pair = pair.map(|(least, more)| (f64::from(least), f64::from(least + more)));
            (pair.map(|(least, _)| least), pair.map(|(_, most)| most))
        })
    };
    let date = |year: &'static str| {
        let forms = [format!("{year}-02-03"), format!("{year}-02-03T04:05:06+07:00")];
        option::of(select(forms.to_vec()))
    };
    let pattern = option::of(select(&["^[a-z]+$", r"^\d{3}$"][..]));
    let precision = option::of(select(&[0.0, 2.0][..]));
    (pair(0, 300), pair(-50, 50), pair(0, 9), pattern, precision, date("2024"), date("2025"))
        .prop_map(|(length, value, items, pattern, precision, min_date, max_date)| Constraints {
            min_length: length.0,
            max_length: length.1,
            pattern: pattern.map(str::to_owned),
            min: value.0,
            max: value.1,
            precision,
            min_date,
            max_date,
            min_items: items.0,
            max_items: items.1,
        })
}

/// Names of everything that is set in a type, for tables of coverage: `kind:text`, `minLength` …
pub fn features(local: &ContentType) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut note = |is_set: bool, name: &str| {
        if is_set {
            found.insert(name.to_owned());
        }
    };
    note(local.plural_name.is_some(), "pluralName");
    note(local.description.is_some(), "description");
    note(local.icon.is_some(), "icon");
    note(local.category.is_some(), "category");
    note(local.display_field.is_some(), "displayField");
    note(!local.settings.is_empty(), "settings");
    for field in &local.fields {
        let limits = &field.constraints;
        note(true, &format!("kind:{}", field.kind.word()));
        if let Some(item) = &field.item {
            note(true, &format!("item:{}", item.word()));
        }
        note(field.label.is_some(), "label");
        note(field.help.is_some(), "help");
        note(field.placeholder.is_some(), "placeholder");
        note(field.required, "required");
        note(field.unique, "unique");
        note(field.default_value.is_some(), "defaultValue");
        note(limits.min_length.is_some(), "minLength");
        note(limits.max_length.is_some(), "maxLength");
        note(limits.pattern.is_some(), "pattern");
        note(limits.min.is_some(), "min");
        note(limits.max.is_some(), "max");
        note(limits.precision.is_some(), "precision");
        note(limits.min_date.is_some(), "minDate");
        note(limits.max_date.is_some(), "maxDate");
        note(limits.min_items.is_some(), "minItems");
        note(limits.max_items.is_some(), "maxItems");
        note(!field.options.is_empty(), "options");
        note(
            field.options.iter().any(|option| option.description.is_some()),
            "options.description",
        );
        note(!field.targets.is_empty(), "targets");
        note(!field.fields.is_empty(), "fields");
        note(!field.extra.is_empty(), "extra");
    }
    found
}

/// The names of attributes that [`features`] can find.
pub const ATTRIBUTES: [&str; 28] = [
    "pluralName",
    "description",
    "icon",
    "category",
    "displayField",
    "settings",
    "label",
    "help",
    "placeholder",
    "required",
    "unique",
    "defaultValue",
    "minLength",
    "maxLength",
    "pattern",
    "min",
    "max",
    "precision",
    "minDate",
    "maxDate",
    "minItems",
    "maxItems",
    "options",
    "options.description",
    "targets",
    "fields",
    "extra",
    "item:text",
];
