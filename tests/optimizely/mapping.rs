//! Every kind with every attribute, in both profiles.

use std::fmt::Write as _;
use std::path::Path as FilePath;

use catalyst_sync::canonical::Canonical;
use catalyst_sync::model::{Category, Choice, ContentType, Field, FieldKind};
use catalyst_sync::platform::optimizely::Profile;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Settings};
use catalyst_sync::port::{Dialect, Held, Projection};

use super::{dialect, project, type_of};
use crate::support::types::kinds;

/// Every form of field that the mapping tells apart.
fn forms() -> Vec<Field> {
    let of = |kind| Field { kind, name: "it".to_owned(), ..Field::default() };
    let mut forms: Vec<Field> = kinds().into_iter().map(of).collect();
    for item in kinds() {
        forms.push(Field { item: Some(Box::new(item)), ..of(FieldKind::Array) });
    }
    let nested =
        vec![Field { name: "mail".to_owned(), kind: FieldKind::Email, ..of(FieldKind::Email) }];
    forms.push(Field { fields: nested, ..of(FieldKind::Object) });
    let whole = of(FieldKind::Number);
    forms.push(Field { constraints: with(|c| c.precision = Some(0.0)), ..whole });
    forms
}

fn with(set: impl Fn(&mut catalyst_sync::model::Constraints)) -> catalyst_sync::model::Constraints {
    let mut constraints = catalyst_sync::model::Constraints::default();
    set(&mut constraints);
    constraints
}

type Attribute = (&'static str, fn(&mut Field));

/// Every attribute, under the name by which its loss is known.
const ATTRIBUTES: [Attribute; 22] = [
    ("label", |field| field.label = Some("It".to_owned())),
    ("helpText", |field| field.help = Some("help".to_owned())),
    ("required", |field| field.required = true),
    ("unique", |field| field.unique = true),
    ("defaultValue", |field| field.default_value = Some("\"d\"".into())),
    ("placeholder", |field| field.placeholder = Some("p".to_owned())),
    ("minLength", |field| field.constraints.min_length = Some(3.0)),
    ("maxLength", |field| field.constraints.max_length = Some(120.0)),
    ("pattern", |field| field.constraints.pattern = Some("^a".to_owned())),
    ("min", |field| field.constraints.min = Some(-1.0)),
    ("max", |field| field.constraints.max = Some(9.0)),
    ("precision", |field| field.constraints.precision = Some(2.0)),
    ("minDate", |field| field.constraints.min_date = Some("2025-01-01".to_owned())),
    ("maxDate", |field| field.constraints.max_date = Some("2025-12-31".to_owned())),
    ("minItems", |field| field.constraints.min_items = Some(1.0)),
    ("maxItems", |field| field.constraints.max_items = Some(5.0)),
    ("options", |field| {
        field.options = vec![
            Choice { value: "\"in\"".into(), label: "In stock".to_owned(), description: None },
            Choice { value: "\"out\"".into(), label: "Sold out".to_owned(), description: None },
        ];
    }),
    ("targets", |field| field.targets = vec!["row-venue".to_owned()]),
    ("fields", |field| field.fields.push(Field { name: "deep".to_owned(), ..Field::default() })),
    ("maxSize", |field| drop(field.extra.insert("maxSize".to_owned(), "5242880".into()))),
    ("allowedTypes", |field| {
        field.extra.insert("allowedTypes".to_owned(), "[\"image/png\"]".into());
    }),
    ("dimensions", |field| {
        field.extra.insert("dimensions".to_owned(), "{\"minWidth\":800}".into());
    }),
];

#[test]
fn every_kind_with_every_attribute() {
    for profile in [Profile::Compatible, Profile::Native] {
        let mut table = String::new();
        for mut field in forms() {
            for (name, set) in ATTRIBUTES {
                // The form says itself what its precision and nested fields are.
                let is_own = match name {
                    "precision" => field.constraints.precision.is_some(),
                    "fields" => true,
                    _ => false,
                };
                if !is_own {
                    set(&mut field);
                }
            }
            describe(&mut table, &field, &project(profile, &type_of(field.clone())));
        }
        compare(&table, &format!("mapping-{}.txt", profile.word()));
    }
}

/// A few lines per form: what the property has, then what is lost, one line per reason.
fn describe(table: &mut String, field: &Field, projection: &Projection) {
    let mapping = &projection.fields[0];
    let nested = if field.fields.is_empty() { "" } else { " {mail}" };
    let precision = field.constraints.precision.filter(|precision| *precision == 0.0);
    let precision = precision.map_or("", |_| " precision 0");
    let word = field.kind_word();
    writeln!(table, "{word}{nested}{precision} -> {}", mapping.platform_type).unwrap();
    let own = "/properties/it/";
    let atoms = projection.view.iter().filter_map(|(path, value)| {
        let attribute = path.as_str().strip_prefix(own)?;
        Some(if value.as_str() == "true" {
            attribute.to_owned()
        } else {
            format!("{attribute}={}", value.as_str())
        })
    });
    writeln!(table, "  {}", atoms.collect::<Vec<_>>().join(" ")).unwrap();
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for loss in &mapping.losses {
        let lost = format!("{}={}", loss.attribute, loss.value.as_str());
        match reasons.iter_mut().find(|(reason, _)| *reason == loss.reason) {
            Some((_, all)) => all.push(lost),
            None => reasons.push((&loss.reason, vec![lost])),
        }
    }
    for (reason, lost) in reasons {
        writeln!(table, "  - {reason}: {}", lost.join(" ")).unwrap();
    }
    for finding in &projection.findings {
        writeln!(table, "  ! {} {}", finding.code, finding.message).unwrap();
    }
}

/// Compares with a reviewed file; `UPDATE_GOLDEN=1` writes it anew.
fn compare(found: &str, name: &str) {
    let file = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, found).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap();
    assert!(found == expected, "{name} differs; review it with UPDATE_GOLDEN=1 and git diff");
}

/// Whatever is set on a field is in the view or among the losses, by name and value.
#[test]
fn nothing_is_lost_without_a_word() {
    for profile in [Profile::Compatible, Profile::Native] {
        for bare in forms() {
            let plain = project(profile, &type_of(bare.clone()));
            for (name, set) in ATTRIBUTES {
                let mut field = bare.clone();
                set(&mut field);
                let changed = project(profile, &type_of(field.clone()));
                let parts = |field: &Field| {
                    dialect(profile).parts(&type_of(field.clone()), &Held::default())
                };
                let is_expressed = changed.view != plain.view || parts(&field) != parts(&bare);
                let is_named = changed.fields[0].losses.iter().any(|loss| loss.attribute == name);
                assert!(
                    is_expressed || is_named,
                    "{profile:?}: {name} of {} vanished",
                    field.kind_word()
                );
            }
        }
    }
}

#[test]
fn losses_name_attribute_and_value() {
    let mut field = Field {
        name: "stock".to_owned(),
        kind: FieldKind::Number,
        unique: true,
        ..Field::default()
    };
    field.constraints.min = Some(0.5);
    let projection = project(Profile::Compatible, &type_of(field));
    let found: Vec<(&str, &str, &str)> = projection.fields[0]
        .losses
        .iter()
        .map(|loss| (loss.attribute.as_str(), loss.value.as_str(), loss.reason.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("type", "\"number\"", "held as text"),
            ("min", "0.5", "a property of type string cannot hold it"),
            ("unique", "true", "the platform has no such attribute"),
        ]
    );
}

#[test]
fn a_type_names_its_own_losses() {
    let local = ContentType {
        name: "Event".to_owned(),
        plural_name: Some("Events".to_owned()),
        icon: Some("📅".to_owned()),
        display_field: Some("title".to_owned()),
        settings: [("singleton".to_owned(), "true".into())].into(),
        ..ContentType::default()
    };
    let projection = project(Profile::Native, &local);
    let found: Vec<(&str, &str)> = projection
        .losses
        .iter()
        .map(|loss| (loss.attribute.as_str(), loss.value.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("pluralName", "\"Events\""),
            ("icon", "\"📅\""),
            ("displayField", "\"title\""),
            ("settings.singleton", "true"),
        ]
    );
}

#[test]
fn the_base_type_follows_the_category() {
    for (category, base_type) in [
        (Some(Category::Page), "_page"),
        (Some(Category::Folder), "_folder"),
        (Some(Category::Component), "_component"),
        (None, "_component"),
    ] {
        let local = ContentType { category, ..type_of(Field::default()) };
        let view = project(Profile::Compatible, &local).view;
        let at = catalyst_sync::canonical::Path::root().child("baseType");
        assert_eq!(view.get(&at), Some(&Canonical::str(base_type)), "{category:?}");
    }
}

#[test]
fn a_short_string_needs_the_format_on_the_target() {
    let field = |max| Field { constraints: with(|c| c.max_length = Some(max)), ..Field::default() };
    let mut settings = Settings::new(ApiVersion::V1, Profile::Native);
    let type_word = |settings: &Settings, max| {
        let dialect = OptimizelyDialect::new(settings.clone());
        dialect.project(&type_of(field(max)), &Held::default()).fields[0].platform_type.clone()
    };
    assert_eq!(type_word(&settings, 255.0), "string");
    settings.formats.insert("shortString".to_owned());
    assert_eq!(type_word(&settings, 255.0), "string (shortString)");
    assert_eq!(type_word(&settings, 256.0), "string");
}
