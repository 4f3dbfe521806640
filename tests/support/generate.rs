//! Arbitrary content types over every kind of field and every attribute that the model has.

use std::collections::BTreeMap;

use catalyst_sync::canonical::write;
use catalyst_sync::model::{
    Category, Choice, Constraints, ContentType, Field, FieldKind, Json, Raw,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// How deep fields are nested in fields.
const DEPTH: u32 = 2;

/// Several content types of one website, with ids `c0`, `c1` …, distinct keys and names, whose
/// references point at each other by row id.
pub fn content_types() -> impl Strategy<Value = Vec<ContentType>> {
    vec(arbitrary_content_type(), 1..6).prop_map(|mut types| {
        let ids: Vec<String> = (0..types.len()).map(|at| format!("c{at}")).collect();
        for (at, own) in types.iter_mut().enumerate() {
            own.id.clone_from(&ids[at]);
            own.name = format!("{}_{at}", own.name);
            own.key = own.key.take().map(|key| format!("{key}_{at}"));
            own.fields.iter_mut().for_each(|field| retarget(field, &ids));
        }
        types
    })
}

fn retarget(field: &mut Field, ids: &[String]) {
    for target in &mut field.targets {
        let at = target.bytes().map(usize::from).sum::<usize>() % ids.len();
        target.clone_from(&ids[at]);
    }
    field.targets.dedup();
    field.fields.iter_mut().for_each(|inner| retarget(inner, ids));
}

/// One content type as the studio's reader could have made it: names and ids of fields differ,
/// bounds do not contradict each other, relationships stand last. Its targets are `c0` to `c4`.
pub fn arbitrary_content_type() -> impl Strategy<Value = ContentType> {
    let names = (text(), option::of("[a-z][a-z0-9_]{0,12}"), option::of(text()));
    let shown = (option::of(text()), option::of(text()), option::of("[a-z][a-zA-Z0-9]{0,8}"));
    let categories = select(vec![Category::Page, Category::Component, Category::Folder]);
    (names, shown, option::of(categories), fields(DEPTH), extra()).prop_map(
        |(
            (name, key, plural_name),
            (description, icon, display_field),
            category,
            fields,
            settings,
        )| {
            let (relationships, mut fields): (Vec<Field>, _) =
                fields.into_iter().partition(|field| is_relationship(&field.kind));
            fields.extend(relationships);
            ContentType {
                id: "c0".to_owned(),
                website_id: "w0".to_owned(),
                key,
                name,
                plural_name,
                description,
                icon,
                category,
                display_field,
                fields,
                settings,
            }
        },
    )
}

fn is_relationship(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::RelationshipToOne | FieldKind::RelationshipToMany)
}

/// A kind of field, unknown ones included.
pub fn kinds() -> impl Strategy<Value = FieldKind> {
    prop_oneof![
        20 => select(FieldKind::ALL.to_vec()),
        1 => "[a-z]{3,8}x".prop_map(|word| FieldKind::from_word(&word)),
    ]
}

fn fields(depth: u32) -> BoxedStrategy<Vec<Field>> {
    vec((field(depth), any::<bool>()), 0..8)
        .prop_map(|fields| {
            let distinct = |(at, (mut field, has_id)): (usize, (Field, bool))| {
                field.name = format!("{}_{at}", field.name);
                field.id = has_id.then(|| format!("field_{}_{at}", field.name));
                field
            };
            fields.into_iter().enumerate().map(distinct).collect()
        })
        .boxed()
}

/// One field; its name and id are still to be made distinct.
pub fn field(depth: u32) -> BoxedStrategy<Field> {
    let inner = if depth == 0 { Just(Vec::new()).boxed() } else { fields(depth - 1) };
    let words = (text(), option::of(text()), option::of(text()), option::of(text()));
    let flags = (any::<bool>(), any::<bool>(), option::of(raw()));
    let contents = (options(), option::of(kinds()), inner, vec("c[0-4]", 0..3));
    (words, kinds(), flags, constraints(), contents, extra())
        .prop_map(|(words, kind, flags, constraints, contents, extra)| {
            let (name, label, help, placeholder) = words;
            let (required, unique, default_value) = flags;
            let (options, item, inner, mut targets) = contents;
            let item = item.filter(|_| kind == FieldKind::Array).map(Box::new);
            let holds_fields =
                kind == FieldKind::Object || item.as_deref() == Some(&FieldKind::Object);
            let refers = kind.refers() || item.as_deref().is_some_and(FieldKind::refers);
            targets.sort();
            targets.dedup();
            Field {
                id: None,
                name,
                label,
                required,
                unique,
                default_value,
                help,
                placeholder,
                constraints,
                options,
                fields: if holds_fields { inner } else { Vec::new() },
                targets: if refers { targets } else { Vec::new() },
                extra,
                item,
                kind,
            }
        })
        .boxed()
}

fn options() -> impl Strategy<Value = Vec<Choice>> {
    let value = prop_oneof![
        4 => text().prop_map(Json::str),
        1 => number().prop_map(Json::Number),
        1 => any::<bool>().prop_map(Json::Bool),
    ];
    let list = btree_map(
        value.prop_map(|value| write(&value).into_boxed_str()),
        (text(), option::of(text())),
        0..5,
    );
    let choices = list.prop_map(|list| {
        list.into_iter()
            .map(|(value, (label, description))| Choice { value, label, description })
            .collect::<Vec<_>>()
    });
    choices.prop_shuffle()
}

fn constraints() -> impl Strategy<Value = Constraints> {
    let count = || ordered((0_u32..3_000).prop_map(f64::from));
    let day = || "20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
    let pattern = option::weighted(0.2, prop_oneof![Just("^[a-z]+$".to_owned()), text()]);
    let precision = option::weighted(0.3, (0_u32..5).prop_map(f64::from));
    (count(), pattern, ordered(number()), precision, ordered(day()), count()).prop_map(
        |(lengths, pattern, numbers, precision, dates, items)| Constraints {
            min_length: lengths.0,
            max_length: lengths.1,
            pattern,
            min: numbers.0,
            max: numbers.1,
            precision,
            min_date: dates.0,
            max_date: dates.1,
            min_items: items.0,
            max_items: items.1,
        },
    )
}

/// A lower and an upper bound, each there or not, that do not contradict each other.
fn ordered<T: PartialOrd + Clone + std::fmt::Debug>(
    values: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = (Option<T>, Option<T>)> {
    let bound = || option::weighted(0.3, values.clone());
    (bound(), bound()).prop_map(|(low, high)| match (low, high) {
        (Some(low), Some(high)) if low > high => (Some(high), Some(low)),
        bounds => bounds,
    })
}

fn number() -> impl Strategy<Value = f64> + Clone {
    prop_oneof![
        4 => (-1_000_i32..1_000).prop_map(f64::from),
        2 => (-1_000_i32..1_000).prop_map(|number| f64::from(number) / 8.0),
        1 => select(vec![0.1, 1e21, 1e-7, 9_007_199_254_740_993.0, -1.5e300, 5e-324]),
    ]
}

/// Text that the studio's reader takes: not empty, without NUL. Now and then it is of a kind that
/// breaks escaping, ordering or length limits.
pub fn text() -> impl Strategy<Value = String> + Clone {
    const CORNERS: [&str; 18] = [
        "a/b",
        "~tilde~1",
        "*",
        " padded ",
        "quote \" back \\",
        "line\nfeed\ttab",
        "Üben",
        "文章",
        "\u{1f6cd}\u{fe0f}",
        "\u{fb01}\u{1f600}",
        "e\u{301}",
        "\u{2028}",
        "__proto__",
        "0",
        "-1",
        "true",
        "hero-image",
        "\u{7f}\u{1}",
    ];
    prop_oneof![
        8 => "[A-Za-z][A-Za-z0-9 ]{0,12}",
        3 => select(CORNERS.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{1,12}",
        1 => (250_usize..300).prop_map(|length| "x".repeat(length)),
    ]
}

/// A JSON value that the engine carries without interpreting it.
pub fn raw() -> impl Strategy<Value = Raw> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Json::Bool),
        number().prop_map(Json::Number),
        text().prop_map(Json::str),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Json::Array),
            btree_map("[a-z]{1,5}", inner, 0..3).prop_map(Json::object),
        ]
    })
    .prop_map(|value: Json<'static>| write(&value).into_boxed_str())
}

/// Members without a place in the model, the ones that the studio is known to write among them.
fn extra() -> impl Strategy<Value = BTreeMap<String, Raw>> {
    let known = select(vec!["maxSize", "dimensions", "format", "singleton", "sortBy"]);
    let name = prop_oneof![known.prop_map(str::to_owned), "x[A-Z][a-z]{1,6}"];
    prop_oneof![2 => Just(BTreeMap::new()), 1 => btree_map(name, raw(), 0..4)]
}

/// What of the model has occurred, so that a test can show that it saw all of it.
pub struct Coverage(BTreeMap<String, bool>);

impl Coverage {
    pub fn new() -> Self {
        let kinds = FieldKind::ALL.iter().map(FieldKind::word).chain(["unknown"]);
        Self(kinds.map(|word| (format!("kind {word}"), false)).collect())
    }

    /// Notes everything that occurs in a type. The patterns name every attribute, so a new one does
    /// not compile until it is noted here.
    pub fn see(&mut self, own: &ContentType) {
        let ContentType {
            id: _,
            website_id: _,
            key,
            name: _,
            plural_name,
            description,
            icon,
            category,
            display_field,
            fields,
            settings,
        } = own;
        self.note("type key", key.is_some());
        self.note("type plural name", plural_name.is_some());
        self.note("type description", description.is_some());
        self.note("type icon", icon.is_some());
        for one in [Category::Page, Category::Component, Category::Folder] {
            self.note(&format!("category {}", one.word()), *category == Some(one));
        }
        self.note("type without category", category.is_none());
        self.note("type display field", display_field.is_some());
        self.note("type without fields", fields.is_empty());
        self.note("type settings", !settings.is_empty());
        for field in fields {
            self.see_field(field);
        }
    }

    fn see_field(&mut self, field: &Field) {
        let Field {
            id,
            name: _,
            label,
            kind,
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
        } = field;
        self.see_kind("kind", kind);
        if let Some(item) = item {
            self.see_kind("item", item);
        }
        self.note("field id", id.is_some());
        self.note("field without id", id.is_none());
        self.note("label", label.is_some());
        self.note("required", *required);
        self.note("unique", *unique);
        self.note("default value", default_value.is_some());
        self.note("help", help.is_some());
        self.note("placeholder", placeholder.is_some());
        self.note("options", !options.is_empty());
        for Choice { value: _, label: _, description } in options {
            self.note("option description", description.is_some());
        }
        self.note("list without item", *kind == FieldKind::Array && item.is_none());
        self.note("fields of an object", *kind == FieldKind::Object && !fields.is_empty());
        self.note("fields of items", *kind == FieldKind::Array && !fields.is_empty());
        self.note("one target", targets.len() == 1);
        self.note("several targets", targets.len() > 1);
        self.note("extra", !extra.is_empty());
        self.see_constraints(constraints);
        for inner in fields {
            self.see_field(inner);
        }
    }

    fn see_kind(&mut self, role: &str, kind: &FieldKind) {
        let word = if matches!(kind, FieldKind::Unknown(_)) { "unknown" } else { kind.word() };
        self.note(&format!("{role} {word}"), true);
    }

    fn see_constraints(&mut self, constraints: &Constraints) {
        let Constraints {
            min_length,
            max_length,
            pattern,
            min,
            max,
            precision,
            min_date,
            max_date,
            min_items,
            max_items,
        } = constraints;
        self.note("minLength", min_length.is_some());
        self.note("maxLength", max_length.is_some());
        self.note("pattern", pattern.is_some());
        self.note("min", min.is_some());
        self.note("max", max.is_some());
        self.note("precision", precision.is_some());
        self.note("minDate", min_date.is_some());
        self.note("maxDate", max_date.is_some());
        self.note("minItems", min_items.is_some());
        self.note("maxItems", max_items.is_some());
    }

    fn note(&mut self, what: &str, occurs: bool) {
        *self.0.entry(what.to_owned()).or_default() |= occurs;
    }

    /// Fails with what never occurred.
    pub fn assert_complete(&self) {
        assert!(self.0.contains_key("minLength"), "no field was seen at all");
        let missing: Vec<&String> =
            self.0.iter().filter(|(_, occurred)| !**occurred).map(|(what, _)| what).collect();
        assert!(missing.is_empty(), "never occurred: {missing:?}");
    }
}
