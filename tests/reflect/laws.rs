//! Laws over generated types of every kind and attribute, in rows of every writer.

use std::collections::BTreeSet;

use catalyst_sync::canonical::{Path, View};
use catalyst_sync::model::{ContentType, FieldKind, TargetIndex};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::{Dialect, Held, Reflection};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::rows::{Stored, Writer, sayable, stored, targets};
use crate::support::types::{ATTRIBUTES, TARGETS, content_type, features, kinds};

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
    targets("site", &TARGETS)
}

fn row() -> impl Strategy<Value = Stored> {
    (select(&Writer::ALL[..]), content_type())
        .prop_map(|(writer, own)| stored(writer, &sayable(own)))
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
        let again = dialect.reflect(&read, &reflection.held(), &reflection.view);
        prop_assert_eq!(edited.edited(&again, &index()).unwrap(), edited);
    }
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
