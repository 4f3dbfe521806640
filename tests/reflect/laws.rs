//! Laws over generated types of every kind and attribute, in rows of every writer.

use std::collections::BTreeSet;

use catalyst_sync::canonical::{Path, View, parse, write};
use catalyst_sync::model::studio::{Codec, Manner, new_row};
use catalyst_sync::model::{ContentType, FieldKind, TargetIndex};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::{Dialect, Held, Reflection};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::generate::arbitrary_content_type;
use crate::support::rows::{Stored, Writer, sayable, stored, targets};
use crate::support::studio_rules::{complaints, is_other_kind};
use crate::support::types::{ATTRIBUTES, content_type, features, kinds};

/// Every dialect with every table of types; which version of the API makes no difference.
pub fn dialects() -> Vec<Box<dyn Dialect>> {
    let optimizely = |version, profile| -> Box<dyn Dialect> {
        Box::new(OptimizelyDialect::new(Settings::new(version, profile)))
    };
    vec![
        Box::new(FilesDialect),
        optimizely(ApiVersion::V1, Profile::Compatible),
        optimizely(ApiVersion::V1, Profile::Native),
        optimizely(ApiVersion::Preview3, Profile::Compatible),
        optimizely(ApiVersion::Preview3, Profile::Native),
    ]
}

fn dialect() -> impl Strategy<Value = usize> {
    0..dialects().len()
}

fn index() -> TargetIndex {
    targets("site", &["row-a", "row-b", "row-c", "c0", "c1", "c2", "c3", "c4", "cnew"])
}

fn row() -> impl Strategy<Value = Stored> {
    let types = prop_oneof![2 => content_type(), 1 => arbitrary_content_type()];
    let types = types.prop_map(|own| ContentType { website_id: "site".to_owned(), ..own });
    (select(&Writer::ALL[..]), types).prop_map(|(writer, own)| stored(writer, &sayable(own)))
}

/// What was agreed on by another dialect, whose types are held now.
fn held(of: &dyn Dialect, local: &ContentType, other: &dyn Dialect) -> Held {
    let view = if of.name() == other.name() {
        other.project(local, &Held::default()).view
    } else {
        View::new()
    };
    let keys = local.fields.iter().map(|field| (field.identity(), of.field_keys(field).preferred));
    Held { keys: keys.collect(), view, ..Held::default() }
}

/// Atoms in which two views differ.
fn differences(one: &View, other: &View) -> BTreeSet<Path> {
    let paths = one.iter().chain(other.iter()).map(|(path, _)| path.clone());
    paths.filter(|path| one.get(path) != other.get(path)).collect()
}

/// Whether a finding speaks of an atom: of itself, or of something that it stands in.
fn is_named(path: &Path, reflection: &Reflection) -> bool {
    reflection.findings.iter().any(|finding| {
        let named = Path::parse(finding.path.as_deref().unwrap()).unwrap();
        *path == named || path.is_below(&named)
    })
}

proptest! {
    #[test]
    fn what_did_not_move_is_not_touched(row in row(), at in dialect(), other in dialect()) {
        let (dialect, other) = (&dialects()[at], &dialects()[other]);
        let local = row.read(&index());
        let held = held(&**dialect, &local, &**other);
        let view = dialect.project(&local, &held).view;
        let reflection = dialect.reflect(&local, &held, &view);
        prop_assert_eq!(&reflection.local, &local);
        prop_assert_eq!(&reflection.findings, &[]);
        prop_assert_eq!(&reflection.view, &view);
        prop_assert_eq!(row.edited(&reflection, &index()).unwrap(), row);
    }

    #[test]
    fn what_comes_home_shows_the_view(
        row in row(),
        theirs in content_type(),
        at in dialect(),
        made_by in dialect(),
    ) {
        let (dialect, maker) = (&dialects()[at], &dialects()[made_by]);
        let maker = if maker.name() == dialect.name() { maker } else { dialect };
        let local = row.read(&index());
        let held = held(&**dialect, &local, &**maker);
        let theirs = ContentType { name: "Their Name".to_owned(), ..sayable(theirs) };
        let view = maker.project(&theirs, &Held::default()).view;
        let reflection = dialect.reflect(&local, &held, &view);

        // What is in the type now shows as is said, and every difference to the view has a name.
        let shown = dialect.project(&reflection.local, &reflection.held()).view;
        prop_assert_eq!(differences(&shown, &reflection.view), BTreeSet::new());
        let shape = dialect.capabilities().shape;
        for path in differences(&reflection.view, &view) {
            let is_order = shape.ordered_list(&path).is_some();
            prop_assert!(is_order || is_named(&path, &reflection), "{} is not named", path);
        }

        // And the row says it, whatever its form.
        let edited = row.edited(&reflection, &index()).unwrap();
        let read = edited.read(&index());
        let shown = dialect.project(&read, &reflection.held()).view;
        prop_assert_eq!(differences(&shown, &reflection.view), BTreeSet::new(), "{}", edited.fields);
        let known: Vec<&str> = local.fields.iter().map(|field| &*field.name).collect();
        let name = if edited.name == row.name { "Known" } else { &*edited.name };
        let complaints = complaints(name, &edited.fields, &known);
        let of_their_own = |it: &String| it.split('"').nth(1).is_some_and(is_other_kind);
        let is_file = dialect.name() == "files";
        prop_assert_eq!(complaints.iter().find(|it| !(is_file && of_their_own(it))), None);

        let again = dialect.reflect(&read, &reflection.held(), &reflection.view);
        prop_assert_eq!(edited.edited(&again, &index()).unwrap(), edited);
    }
}

/// The type with kinds only that the way home is declared for: see the modules of the platforms.
fn in_domain(mut own: ContentType) -> ContentType {
    use FieldKind as K;
    let known = |kind: &K| match kind {
        K::Slug | K::Email | K::MultiSelect | K::Unknown(_) | K::Object => K::Text,
        K::Decimal => K::Number,
        K::DateTime => K::Date,
        K::Media | K::File => K::Image,
        K::Relation | K::RelationshipToOne | K::RelationshipToMany => K::Reference,
        other => other.clone(),
    };
    for field in &mut own.fields {
        field.kind = known(&field.kind);
        field.fields.clear();
        let item = field.item.take().map(|item| match known(&item) {
            K::Array | K::Gallery | K::Tags | K::Json => K::Text,
            other => other,
        });
        field.item = (field.kind == K::Array).then(|| Box::new(item.unwrap_or(K::Text)));
        let refers = field.kind.refers() || field.item.as_deref().is_some_and(K::refers);
        field.targets.retain(|_| refers);
        let numbers = field.options.iter().all(|it| it.value.parse::<f64>().is_err());
        field.options.retain(|_| numbers);
    }
    ContentType { name: "Their Name".to_owned(), ..own }
}

proptest! {
    #[test]
    fn in_the_declared_domain_everything_comes_home(
        theirs in content_type(),
        ours in content_type(),
        is_new in any::<bool>(),
        profile in select(vec![Profile::Compatible, Profile::Native]),
    ) {
        let dialect = OptimizelyDialect::new(Settings::new(ApiVersion::V1, profile));
        let view = dialect.project(&in_domain(theirs), &Held::default()).view;
        let own = ContentType { website_id: "site".into(), id: "row-own".into(), ..<_>::default() };
        // With the types of the other table one text may be a list here, which has no length.
        let is_new = is_new || profile == Profile::Compatible;
        let local = if is_new { own } else { in_domain(ours) };
        let reflection = dialect.reflect(&local, &Held::default(), &view);
        prop_assert_eq!(&reflection.findings, &[]);
        prop_assert_eq!(dialect.project(&reflection.local, &reflection.held()).view, view);
    }

    /// A type that only the platform has becomes a row, written as the studio's other rows are.
    #[test]
    fn what_is_new_becomes_a_row(
        theirs in content_type(),
        at in dialect(),
        is_list in any::<bool>(),
        has_columns in any::<bool>(),
    ) {
        let manner = Manner { is_list, has_columns };
        let dialect = &dialects()[at];
        let theirs = ContentType { name: "Their Name".to_owned(), ..sayable(theirs) };
        let view = dialect.project(&theirs, &Held::default()).view;
        let own = ContentType { website_id: "site".into(), id: "cnew".into(), ..<_>::default() };
        let reflection = dialect.reflect(&own, &Held::default(), &view);
        for path in differences(&reflection.view, &view) {
            prop_assert!(is_named(&path, &reflection) || path.name().ends_with("Order"), "{}", path);
        }
        let codec = Codec { write, parse: |text| parse(text).unwrap().into_owned() };
        let new = match new_row(&reflection.local, manner, &index(), codec) {
            Ok(new) => new,
            // A bare list beside columns has no place for what both leave to the other.
            Err(error) => {
                prop_assert!(is_list && has_columns, "{}", error);
                return Ok(());
            }
        };
        let stored = Stored::new(&new);
        let read = stored.read(&index());
        prop_assert_eq!(&read.fields, &new.content.fields);
        let shown = dialect.project(&read, &reflection.held()).view;
        // What the studio gives to every type is the studio's to say.
        let given = ["/pluralName", "/icon", "/category", "/displayField"];
        for path in differences(&shown, &reflection.view) {
            prop_assert!(given.contains(&path.as_str()), "{}", path);
        }
        let complaints = complaints(&stored.name, &stored.fields, &[]);
        let of_their_own = |it: &String| it.split('"').nth(1).is_some_and(is_other_kind);
        let is_file = dialect.name() == "files";
        prop_assert_eq!(complaints.iter().find(|it| !(is_file && of_their_own(it))), None);
    }
}

#[test]
fn a_new_row_is_as_the_studio_makes_it() {
    let view = r#"{"/displayName":"Blog Post","/baseType":"_page","/properties/title":true,
        "/properties/title/type":{"type":"string"},"/properties/title/displayName":"Title",
        "/properties/title/maxLength":80,"/properties/title/required":true,
        "/properties/tags":true,"/properties/tags/type":{"type":"array","items":{"type":"string"}},
        "/properties/tags/displayName":"Tags","/propertyOrder":["title","tags"]}"#;
    let view = View::from_json(view).unwrap();
    let own = ContentType { website_id: "site".into(), id: "cnew".into(), ..<_>::default() };
    let codec = Codec { write, parse: |text| parse(text).unwrap().into_owned() };
    let dialect = &dialects()[1];
    let reflection = dialect.reflect(&own, &Held::default(), &view);
    assert_eq!(reflection.findings, []);
    let made = |is_list, has_columns| {
        let manner = Manner { is_list, has_columns };
        Stored::new(&new_row(&reflection.local, manner, &index(), codec).unwrap())
    };
    let fields = r#"[{"id":"field_title","name":"title","label":"Title","type":"text","required":true,"validation":{"maxLength":80},"order":0},{"id":"field_tags","name":"tags","label":"Tags","type":"tags","required":false,"order":1}]"#;
    let object = |more: &str| {
        format!(
            r#"{{"name":"Blog Post","pluralName":"Blog Posts","icon":"📋","description":"","fields":{fields},"relationships":[]{more}}}"#
        )
    };
    assert_eq!(
        made(false, true),
        Stored {
            id: "cnew".into(),
            website_id: "site".into(),
            name: "Blog Post".into(),
            key: Some("blog_post".into()),
            plural_name: Some("Blog Posts".into()),
            category: Some("page".into()),
            display_field: Some("title".into()),
            fields: object(""),
            settings: None,
        }
    );
    let earlier = made(false, false);
    assert_eq!(earlier.fields, object(r#","category":"page""#));
    assert_eq!(earlier.settings.as_deref(), Some("{}"));
    let seed = made(true, false);
    assert_eq!(
        seed.fields,
        r#"[{"id":"field_title","name":"title","label":"Title","type":"text","required":true,"maxLength":80},{"id":"field_tags","name":"tags","label":"Tags","type":"tags"}]"#
    );
    assert_eq!(
        seed.settings.as_deref(),
        Some(r#"{"pluralName":"Blog Posts","icon":"📋","category":"page"}"#)
    );
}

/// The generator reaches every kind and attribute through rows of every writer.
#[test]
fn the_laws_cover_every_kind_and_attribute() {
    let mut runner = TestRunner::deterministic();
    let strategy = content_type();
    for writer in Writer::ALL {
        let mut found = BTreeSet::new();
        for _ in 0..1_500 {
            let own: ContentType = strategy.new_tree(&mut runner).unwrap().current();
            found.extend(features(&stored(writer, &sayable(own)).read(&index())));
        }
        let mut expected: BTreeSet<String> =
            ATTRIBUTES.iter().map(|name| (*name).to_owned()).collect();
        for kind in kinds() {
            expected.insert(format!("kind:{}", kind.word()));
            // A list of lists says nothing else.
            if kind != FieldKind::Array {
                expected.insert(format!("item:{}", kind.word()));
            }
        }
        let missing: Vec<&String> = expected.difference(&found).collect();
        assert!(missing.is_empty(), "{writer:?} never wrote {missing:?}");
    }
}
