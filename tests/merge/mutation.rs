//! Changing one thing is one change, or it stands in the one list of what is not synced.
//!
//! The list is `tests/golden/not-synced.txt`, with the reason that the projection gives for each loss;
//! in short it is in the documentation of `platform::optimizely`.
//! `UPDATE_GOLDEN=1 cargo test --no-default-features --test main -- merge::mutation` writes it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use catalyst_sync::diff::{ChangeKind, diff};
use catalyst_sync::model::{Category, Choice, ContentType, Field, FieldKind};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::{Dialect, Held};

use crate::support::golden;
use crate::support::types::kinds;

/// One thing about a field: its name, the path of its atom in the files and on Optimizely, and how it
/// is set, once so and once otherwise. `n` is 1 or 2.
struct Attribute {
    name: &'static str,
    files: &'static str,
    optimizely: &'static str,
    set: fn(&mut Field, u8),
}

/// An attribute whose atom bears the same name everywhere.
const fn same(name: &'static str, set: fn(&mut Field, u8)) -> Attribute {
    Attribute { name, files: name, optimizely: name, set }
}

const fn named(
    name: &'static str,
    files: &'static str,
    optimizely: &'static str,
    set: fn(&mut Field, u8),
) -> Attribute {
    Attribute { name, files, optimizely, set }
}

#[expect(clippy::unnecessary_wraps, reason = "attributes are there or not")]
fn text(n: u8) -> Option<String> {
    Some(format!("Text {n}"))
}

#[expect(clippy::unnecessary_wraps, reason = "attributes are there or not")]
fn number(n: u8) -> Option<f64> {
    Some(f64::from(n))
}

#[expect(clippy::unnecessary_wraps, reason = "attributes are there or not")]
fn day(n: u8) -> Option<String> {
    Some(format!("2025-01-0{n}"))
}

/// Every attribute; the patterns below name every member of the model, so that a new one does not
/// compile until it is here.
const ATTRIBUTES: [Attribute; 23] = [
    named("label", "label", "displayName", |field, n| field.label = text(n)),
    same("required", |field, n| field.required = n == 1),
    same("unique", |field, n| field.unique = n == 1),
    same("defaultValue", |field, n| field.default_value = Some(n.to_string().into())),
    named("help", "help", "description", |field, n| field.help = text(n)),
    same("placeholder", |field, n| field.placeholder = text(n)),
    same("minLength", |field, n| field.constraints.min_length = number(n)),
    same("maxLength", |field, n| field.constraints.max_length = number(n)),
    same("pattern", |field, n| field.constraints.pattern = text(n)),
    named("min", "min", "minimum", |field, n| field.constraints.min = number(n)),
    named("max", "max", "maximum", |field, n| field.constraints.max = number(n)),
    same("precision", |field, n| field.constraints.precision = number(n)),
    named("minDate", "minDate", "minimum", |field, n| field.constraints.min_date = day(n)),
    named("maxDate", "maxDate", "maximum", |field, n| field.constraints.max_date = day(n)),
    same("minItems", |field, n| field.constraints.min_items = number(n)),
    same("maxItems", |field, n| field.constraints.max_items = number(n)),
    named("options", "options/new1", "enum/new1", |field, n| {
        if n == 1 {
            field.options.push(choice("new1"));
        }
    }),
    named("options.label", "options/b/label", "enum/b/displayName", |field, n| {
        field.options[1].label = format!("Label {n}");
    }),
    named("options.description", "options/b/description", "none", |field, n| {
        field.options[1].description = text(n);
    }),
    named("options order", "optionOrder", "enumOrder", |field, n| {
        if n == 1 {
            field.options.swap(0, 1);
        }
    }),
    named("targets", "targets/content-type:row1", "allowedTypes/content-type:row1", |field, n| {
        if n == 1 {
            field.targets.push("row1".to_owned());
        }
    }),
    named("fields", "fields/nested/label", "none", |field, n| field.fields[0].label = text(n)),
    // What the model has no place for is called by its own name.
    named("maxSize", "extra/maxSize", "none", |field, n| {
        field.extra.insert("maxSize".to_owned(), n.to_string().into());
    }),
];

fn choice(value: &str) -> Choice {
    Choice { value: format!("{value:?}").into(), label: value.to_owned(), description: None }
}

/// A bare field of a kind, with options and a field in it, so that there is something to change.
fn bare(kind: FieldKind, item: Option<FieldKind>) -> Field {
    let nested = Field { id: Some("n".to_owned()), name: "nested".to_owned(), ..Field::default() };
    let field = Field {
        id: Some("f".to_owned()),
        name: "field".to_owned(),
        kind,
        item: item.map(Box::new),
        options: vec![choice("a"), choice("b")],
        fields: vec![nested],
        ..Field::default()
    };
    // Whatever is added to the model has to be added to the attributes above, or named here.
    let Field {
        id: _,
        name: _,
        label: _,
        kind: _,
        required: _,
        unique: _,
        default_value: _,
        help: _,
        placeholder: _,
        constraints: _,
        options: _,
        item: _,
        fields: _,
        targets: _,
        extra: _,
    } = &field;
    field
}

fn forms() -> Vec<Field> {
    let mut forms: Vec<Field> = kinds().into_iter().map(|kind| bare(kind, None)).collect();
    let items = [FieldKind::Text, FieldKind::Number, FieldKind::Reference, FieldKind::Object];
    forms.extend(items.into_iter().map(|item| bare(FieldKind::Array, Some(item))));
    forms
}

fn type_of(field: Field) -> ContentType {
    let id = "row".to_owned();
    ContentType { id, name: "Event".to_owned(), fields: vec![field], ..ContentType::default() }
}

/// What is not synced: by platform and thing and reason, the kinds of which that is so.
type NotSynced = BTreeMap<(String, String, String), BTreeSet<String>>;

struct Platform {
    name: &'static str,
    dialect: Box<dyn Dialect>,
    path: fn(&Attribute) -> String,
}

fn platforms() -> [Platform; 3] {
    let optimizely = |profile| OptimizelyDialect::new(Settings::new(ApiVersion::V1, profile));
    let on_optimizely = |own: &Attribute| format!("/properties/field/{}", own.optimizely);
    let in_files = |own: &Attribute| format!("/fields/field/{}", own.files);
    [
        Platform { name: "files", dialect: Box::new(FilesDialect), path: in_files },
        Platform {
            name: "optimizely compatible",
            dialect: Box::new(optimizely(Profile::Compatible)),
            path: on_optimizely,
        },
        Platform {
            name: "optimizely native",
            dialect: Box::new(optimizely(Profile::Native)),
            path: on_optimizely,
        },
    ]
}

/// The one change between two states of a type, whose types of properties are held; what hangs on a
/// property's type goes with it. Without one, why there is none.
fn outcome(
    dialect: &dyn Dialect,
    before: &ContentType,
    after: &ContentType,
    attribute: &str,
) -> Result<(String, ChangeKind), String> {
    let shape = dialect.capabilities().shape;
    let keys: BTreeMap<String, String> =
        before.fields.iter().map(|field| (field.identity(), field.name.clone())).collect();
    let first = Held { keys: keys.clone(), ..Held::default() };
    let was = dialect.project(before, &first);
    let words = before.fields.iter().map(|field| (field.name.clone(), field.kind_word()));
    let held = Held { keys, view: was.view.clone(), kinds: words.collect() };
    let is = dialect.project(after, &held);
    let found = diff(&was.view, &is.view);
    let changes = found.changes(&shape);
    let is_followed = |path: &catalyst_sync::canonical::Path| {
        shape
            .anchors_of(path)
            .iter()
            .any(|anchor| changes.iter().any(|other| other.edit.path == *anchor))
    };
    let own: Vec<_> = changes.iter().filter(|one| !is_followed(&one.edit.path)).collect();
    // What a kind may refer to is one list, whatever comes and goes in it.
    let lists: BTreeSet<_> = own.iter().map(|one| one.edit.path.parent()).collect();
    let is_one = own.len() == 1 || (attribute == "type" && lists.len() == 1);
    if let Some(only) = own.first().filter(|_| is_one) {
        return Ok((only.edit.path.to_string(), only.kind));
    }
    let all: Vec<&str> = own.iter().map(|one| one.edit.path.as_str()).collect();
    assert!(all.is_empty(), "{attribute} of {:?}: {all:?}", after.fields[0].kind_word());
    if dialect.parts(before, &first) != dialect.parts(after, &held) {
        return Err("it is synced in a type of its own, which the fields in the field make".into());
    }
    // Taking away what was lost says nothing; then the loss is in the state before.
    let losses = [&is, &was].into_iter().flat_map(|projection| {
        projection.losses.iter().chain(projection.fields.iter().flat_map(|field| &field.losses))
    });
    // A loss names what it is about: `settings.x`, and `options` for all that options have.
    let of = |own: &str| own == attribute || own.starts_with(&format!("{attribute}."));
    let of_list = attribute.split(['.', ' ']).next().unwrap_or_default();
    let mut losses: Vec<_> = losses.collect();
    losses.sort_by_key(|loss| !of(&loss.attribute));
    let loss = losses.iter().find(|loss| of(&loss.attribute) || loss.attribute == of_list);
    let finding = is.findings.iter().map(|finding| finding.message.clone()).next();
    let reason = loss.map(|loss| {
        let reason = loss.reason.split(" (option").next().unwrap_or_default();
        reason.to_owned()
    });
    Err(reason.or(finding).unwrap_or_default())
}

#[test]
fn every_attribute_of_every_kind() {
    let mut not_synced = NotSynced::new();
    for platform in platforms() {
        let dialect = &*platform.dialect;
        for form in forms() {
            for attribute in &ATTRIBUTES {
                let set = |n: u8| {
                    let mut field = form.clone();
                    (attribute.set)(&mut field, n);
                    type_of(field)
                };
                let (unset, one, other) = (type_of(form.clone()), set(1), set(2));
                let mut steps = vec![(&unset, &one)];
                // What is there or not has no other value.
                if other == unset {
                    steps.push((&one, &unset));
                } else {
                    steps.extend([(&one, &other), (&other, &one)]);
                }
                for (before, after) in steps {
                    let said = outcome(dialect, before, after, attribute.name);
                    match said {
                        Ok((path, _)) => assert_eq!(
                            path,
                            (platform.path)(attribute),
                            "{}: {} of {}",
                            platform.name,
                            attribute.name,
                            form.kind_word()
                        ),
                        Err(reason) => note(
                            &mut not_synced,
                            [platform.name, attribute.name, &reason],
                            form.kind_word(),
                        ),
                    }
                }
            }
        }
        types(&platform, &mut not_synced);
        retypings(&platform, &mut not_synced);
    }
    golden::compare(&table(&not_synced), "not-synced.txt");
}

/// The attributes of the type itself.
fn types(platform: &Platform, not_synced: &mut NotSynced) {
    type Set = fn(&mut ContentType);
    let of_type: [(&str, &str, &str, Set); 10] = [
        ("type name", "/name", "/displayName", |own| "Other".clone_into(&mut own.name)),
        ("pluralName", "/pluralName", "", |own| own.plural_name = text(1)),
        ("description", "/description", "/description", |own| own.description = text(1)),
        ("icon", "/icon", "", |own| own.icon = text(1)),
        ("category", "/category", "", |own| own.category = Some(Category::Page)),
        ("displayField", "/displayField", "", |own| own.display_field = text(1)),
        ("settings", "/settings/x", "", |own| {
            own.settings.insert("x".to_owned(), "1".into());
        }),
        ("field added", "/fields/more", "/properties/more", |own| {
            let (id, name) = (Some("m".to_owned()), "more".to_owned());
            own.fields.push(Field { id, name, ..Field::default() });
        }),
        ("field removed", "/fields/second", "/properties/second", |own| {
            own.fields.remove(1);
        }),
        ("field order", "/fieldOrder", "/propertyOrder", |own| own.fields.swap(0, 1)),
    ];
    let mut before = type_of(bare(FieldKind::Text, None));
    let second = Field { id: Some("s".to_owned()), name: "second".to_owned(), ..Field::default() };
    before.fields.push(second);
    let is_files = platform.name == "files";
    for (name, files, optimizely, set) in of_type {
        let mut after = before.clone();
        set(&mut after);
        match outcome(&*platform.dialect, &before, &after, name) {
            Ok((path, _)) => assert_eq!(path, if is_files { files } else { optimizely }, "{name}"),
            Err(reason) => note(not_synced, [platform.name, name, &reason], "the type".to_owned()),
        }
    }
    // A field that has an id is renamed under its key.
    let mut after = before.clone();
    "renamed".clone_into(&mut after.fields[0].name);
    match outcome(&*platform.dialect, &before, &after, "name") {
        Ok((path, kind)) => {
            let expected =
                if is_files { "/fields/field/name" } else { "/properties/field/displayName" };
            assert_eq!((&*path, kind), (expected, ChangeKind::Modified));
        }
        Err(reason) => panic!("{}: a renamed field is {reason:?}", platform.name),
    }
}

/// Every kind into every other.
fn retypings(platform: &Platform, not_synced: &mut NotSynced) {
    for from in forms() {
        for to in forms() {
            let mut from = from.clone();
            let mut to = to.clone();
            for field in [&mut from, &mut to] {
                // Options and nested fields come and go with some kinds, which is not the question.
                field.options.clear();
                field.fields.clear();
            }
            if from == to {
                continue;
            }
            let word = format!("{} to {}", from.kind_word(), to.kind_word());
            let (from, to) = (type_of(from), type_of(to));
            if let Err(reason) = outcome(&*platform.dialect, &from, &to, "type") {
                let reason = if reason.is_empty() {
                    "the platform holds both alike".to_owned()
                } else {
                    reason
                };
                note(not_synced, [platform.name, "kind", &reason], word);
            }
        }
    }
}

fn note(not_synced: &mut NotSynced, what: [&str; 3], kind: String) {
    assert!(!what[2].is_empty(), "{}: {} of {kind} goes without a word", what[0], what[1]);
    // One reason for all types of properties.
    let reason = match what[2].strip_prefix("a property of type ") {
        Some(_) => "a property of its type cannot hold it",
        None => what[2],
    };
    let key = (what[0].to_owned(), what[1].to_owned(), reason.to_owned());
    not_synced.entry(key).or_default().insert(kind);
}

fn table(not_synced: &NotSynced) -> String {
    let mut table = String::from(
        "What a change of the studio does not reach on a platform, and why. Everything else is one change.\n",
    );
    let mut of = "";
    for ((platform, what, reason), kinds) in not_synced {
        if of != platform {
            writeln!(table, "\n## {platform}\n").unwrap();
            of = platform;
        }
        let all: Vec<&str> = kinds.iter().map(String::as_str).collect();
        let all = if all.len() == forms().len() { "every kind".to_owned() } else { all.join(", ") };
        writeln!(table, "{what}: {reason}\n    {all}").unwrap();
    }
    table
}
