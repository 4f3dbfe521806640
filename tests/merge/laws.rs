//! The laws over real documents: every kind and attribute, in the views of every dialect.

use std::collections::{BTreeMap, BTreeSet};

use catalyst_sync::canonical::{Canonical, Path, View};
use catalyst_sync::merge::{Base, Movement, Pair, Shape, three_way};
use catalyst_sync::model::{ContentType, Field};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::{Dialect, Held};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::documents::Random;
use crate::support::types::{ATTRIBUTES, content_type, features, kinds};

use super::{agreed_on, carry, is_kept, mirrored, told};

fn dialects() -> [Box<dyn Dialect>; 3] {
    let optimizely = |profile| OptimizelyDialect::new(Settings::new(ApiVersion::V1, profile));
    [
        Box::new(FilesDialect),
        Box::new(optimizely(Profile::Compatible)),
        Box::new(optimizely(Profile::Native)),
    ]
}

/// A type, and what each side made of it.
#[derive(Debug, Clone)]
struct Three {
    base: ContentType,
    local: ContentType,
    remote: ContentType,
}

/// Both sides take something over from other types; now and then from the same one, so that they
/// come to agree.
fn three() -> impl Strategy<Value = Three> {
    let others = (content_type(), content_type(), any::<bool>());
    (content_type(), others, any::<u64>()).prop_map(|(base, (ours, theirs, alike), seed)| {
        let mut random = Random(seed);
        let theirs = if alike { ours.clone() } else { theirs };
        let [base, ours, theirs] = [base, ours, theirs].map(rekeyed);
        let local = crossed(&base, &ours, &mut |_| random.one_in(2));
        let mut random = Random(if alike { seed } else { seed ^ 1 });
        let remote = crossed(&base, &theirs, &mut |_| random.one_in(2));
        Three { base, local, remote }
    })
}

/// Few names for what has any name, so that sides meet in them.
fn rekeyed(mut own: ContentType) -> ContentType {
    fn few<T: Clone>(map: &BTreeMap<String, T>) -> BTreeMap<String, T> {
        map.iter().map(|(name, value)| (format!("x{}", name.len() % 2), value.clone())).collect()
    }
    own.settings = few(&own.settings);
    for field in &mut own.fields {
        field.extra = few(&field.extra);
    }
    own
}

/// A type with what `takes` says from another one: its attributes by name, its fields by theirs; a
/// field that the other lacks goes, one that only it has comes.
fn crossed(
    base: &ContentType,
    other: &ContentType,
    takes: &mut dyn FnMut(&str) -> bool,
) -> ContentType {
    let mut own = base.clone();
    if takes("") {
        let fields = std::mem::take(&mut own.fields);
        own = ContentType { fields, ..other.clone() };
    }
    let by_name = |own: &ContentType| -> BTreeMap<String, Field> {
        own.fields.iter().map(|field| (field.name.clone(), field.clone())).collect()
    };
    let (was, of_other) = (by_name(base), by_name(other));
    own.fields.retain_mut(|field| {
        if !takes(&field.name) {
            return true;
        }
        let Some(other) = of_other.get(&field.name) else { return false };
        *field = mixed(field, other, takes);
        true
    });
    for field in other.fields.iter().filter(|field| !was.contains_key(&field.name)) {
        if takes(&field.name) {
            own.fields.push(field.clone());
        }
    }
    if takes("") && !own.fields.is_empty() {
        own.fields.rotate_left(1);
    }
    own
}

/// A field with its words, flags, bounds, or contents from another one, or all of it.
fn mixed(own: &Field, other: &Field, takes: &mut dyn FnMut(&str) -> bool) -> Field {
    let mut mixed = other.clone();
    if takes(&own.name) {
        (mixed.kind, mixed.item) = (own.kind.clone(), own.item.clone());
    }
    if takes(&own.name) {
        mixed.constraints = own.constraints.clone();
    }
    if takes(&own.name) {
        mixed.options.clone_from(&own.options);
        mixed.options.reverse();
    }
    mixed
}

/// The views of the base and of both sides; types of properties are held.
fn views(three: &Three, dialect: &dyn Dialect) -> [View; 3] {
    let before = dialect.project(&three.base, &Held::default()).view;
    let held = Held { view: before, ..Held::default() };
    let [local, remote] = [&three.local, &three.remote].map(|own| dialect.project(own, &held).view);
    [held.view, local, remote]
}

fn without_orders(own: &View, shape: &Shape) -> View {
    let atoms = own.iter().filter(|(path, _)| shape.ordered_list(path).is_none());
    atoms.map(|(path, value)| (path.clone(), value.clone())).collect()
}

/// What a platform makes of an atom that it is sent: a tenth of the elements it drops, with everything
/// in them, and a tenth of the texts it writes in another way.
fn stored(path: &Path, value: &Canonical, shape: &Shape) -> Option<Canonical> {
    let sum = |path: &Path| {
        path.as_str().bytes().fold(7_u32, |sum, byte| sum * 31 % 9_973 + u32::from(byte))
    };
    if shape.elements_on(path).iter().any(|element| sum(element) % 10 == 0) {
        return None;
    }
    let text = value.value().as_str().map(str::to_owned);
    match text.filter(|_| sum(path) % 10 == 1) {
        Some(text) => Some(Canonical::str(&format!("{}.", text.trim_end_matches('.')))),
        None => Some(value.clone()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Where nobody moved nothing moves; where one side moved alone it is taken whole; and where both
    /// did the same there is no conflict.
    #[test]
    fn identity_and_agreement(three in three()) {
        for dialect in dialects() {
            let shape = dialect.capabilities().shape;
            let [before, local, _] = views(&three, &*dialect);
            let base = agreed_on(&before, &shape);
            prop_assert!(three_way(Some(&base), &before, &before, &shape).is_empty());
            let same = three_way(Some(&base), &local, &local, &shape);
            prop_assert!(same.movements.iter().all(|atom| atom.movement == Movement::Same));
            let alone = three_way(Some(&base), &local, &before, &shape);
            prop_assert!(alone.movements.iter().all(|atom| atom.movement == Movement::Local));
            let mut sides = (base, local.clone(), before);
            carry(&alone, &shape, |_| true, &mut sides);
            prop_assert_eq!(without_orders(&sides.2, &shape), without_orders(&local, &shape));
        }
    }

    /// The studio and the platform are treated alike.
    #[test]
    fn sides_are_symmetric(three in three()) {
        for dialect in dialects() {
            let shape = dialect.capabilities().shape;
            let [before, local, remote] = views(&three, &*dialect);
            let base = agreed_on(&before, &shape);
            let here = three_way(Some(&base), &local, &remote, &shape);
            let there = three_way(Some(&base), &remote, &local, &shape);
            prop_assert_eq!(there, mirrored(&here));
        }
    }

    /// Merging what is merged already changes nothing; what is left are the conflicts, as they were.
    #[test]
    fn merging_is_idempotent(three in three()) {
        for dialect in dialects() {
            let shape = dialect.capabilities().shape;
            let [before, local, remote] = views(&three, &*dialect);
            let base = agreed_on(&before, &shape);
            let first = three_way(Some(&base), &local, &remote, &shape);
            let mut sides = (base, local, remote);
            carry(&first, &shape, |_| true, &mut sides);
            let merged = sides.clone();
            let second = three_way(Some(&sides.0), &sides.1, &sides.2, &shape);
            let mut conflicts = told(&first, &shape);
            conflicts.retain(|atom| atom.movement == Movement::Conflict);
            prop_assert_eq!(told(&second, &shape), conflicts);
            carry(&second, &shape, |_| true, &mut sides);
            prop_assert_eq!(&sides, &merged);
        }
    }

    /// Edits of different fields merge without conflict into what both of them make, whoever is first.
    #[test]
    fn disjoint_edits_commute(base in content_type(), other in content_type(), ours in any::<u64>()) {
        let (base, other) = (rekeyed(base), rekeyed(other));
        let is_ours = |name: &str| {
            let sum: u64 = name.bytes().map(u64::from).sum();
            ours.rotate_left(u32::try_from(sum % 64).unwrap()) & 1 == 1
        };
        let local = crossed(&base, &other, &mut |name| !name.is_empty() && is_ours(name));
        let remote = crossed(&base, &other, &mut |name| !name.is_empty() && !is_ours(name));
        let both = crossed(&base, &other, &mut |name| !name.is_empty());
        let three = Three { base, local, remote };
        for dialect in dialects() {
            let shape = dialect.capabilities().shape;
            let [before, local, remote] = views(&three, &*dialect);
            let held = Held { view: before.clone(), ..Held::default() };
            let both = without_orders(&dialect.project(&both, &held).view, &shape);
            let base = agreed_on(&before, &shape);
            let merge = three_way(Some(&base), &local, &remote, &shape);
            prop_assert_eq!(merge.overlaps().count(), 0);
            for first in [Movement::Local, Movement::Remote] {
                let mut sides = (base.clone(), local.clone(), remote.clone());
                carry(&merge, &shape, |atom| atom.movement == first, &mut sides);
                carry(&merge, &shape, |atom| atom.movement != first, &mut sides);
                prop_assert_eq!(&without_orders(&sides.1, &shape), &both);
                prop_assert_eq!(&without_orders(&sides.2, &shape), &both);
            }
        }
    }

    /// A push may be cut off anywhere and repeated: what the platform moved stays as it is.
    #[test]
    fn a_partial_push_never_overwrites(three in three(), cuts in any::<[u64; 4]>()) {
        for dialect in dialects() {
            let shape = dialect.capabilities().shape;
            let [before, local, remote] = views(&three, &*dialect);
            let base = agreed_on(&before, &shape);
            let theirs: Vec<Path> = three_way(Some(&base), &local, &remote, &shape)
                .movements
                .into_iter()
                .filter(|atom| matches!(atom.movement, Movement::Remote | Movement::Conflict))
                .map(|atom| atom.path)
                .collect();
            let mut sides = (base, local, remote.clone());
            for cut in cuts {
                let merge = three_way(Some(&sides.0), &sides.1, &sides.2, &shape);
                let mut random = Random(cut);
                let sent: BTreeSet<Path> = merge
                    .of(Movement::Local)
                    .filter(|_| random.one_in(2))
                    .map(|atom| atom.path.clone())
                    .collect();
                carry(&merge, &shape, |atom| sent.contains(&atom.path), &mut sides);
                for path in &theirs {
                    prop_assert!(is_kept(path, &shape, &remote, &sides.2), "{}", path);
                }
            }
        }
    }

    /// What a platform drops or writes in another way is sent once. Then nothing is left to send, and
    /// what the platform's people moved is as they left it.
    #[test]
    fn a_platform_that_drops_and_rewrites_converges(three in three()) {
        for dialect in dialects() {
            let shape = dialect.capabilities().shape;
            let [before, local, remote] = views(&three, &*dialect);
            let base = agreed_on(&before, &shape);
            let first = three_way(Some(&base), &local, &remote, &shape);
            let mut sides = (base, local, remote.clone());
            for _ in 0..2 {
                let merge = three_way(Some(&sides.0), &sides.1, &sides.2, &shape);
                push(&merge.of(Movement::Local).cloned().collect::<Vec<_>>(), &mut sides, &shape);
            }
            let last = three_way(Some(&sides.0), &sides.1, &sides.2, &shape);
            let again: Vec<&Path> = last.of(Movement::Local).map(|atom| &atom.path).collect();
            prop_assert!(again.is_empty(), "sent again: {:?}", again);
            for atom in first.of(Movement::Remote).chain(first.of(Movement::Conflict)) {
                prop_assert_eq!(sides.2.get(&atom.path), remote.get(&atom.path), "{}", atom.path);
            }
        }
    }
}

/// Sends local movements to a platform that drops and rewrites, and records what was sent and stored.
fn push(
    movements: &[catalyst_sync::merge::AtomMovement],
    (base, _, remote): &mut (Base, View, View),
    shape: &Shape,
) {
    for atom in movements {
        let stored = atom.local.as_ref().and_then(|value| stored(&atom.path, value, shape));
        remote.put(atom.path.clone(), stored.clone());
        base.set(&atom.path, Pair { local: atom.local.clone(), remote: stored });
    }
}

/// The generator reaches every kind and attribute on each side, and every kind of atom in every way
/// that it can move, so that the laws speak of all of them.
#[test]
fn the_laws_cover_every_kind_and_every_atom() {
    let mut runner = TestRunner::deterministic();
    let strategy = three();
    let mut found: [BTreeSet<String>; 3] = Default::default();
    let dialects = dialects();
    let mut moved: Vec<BTreeMap<String, BTreeSet<Movement>>> =
        vec![BTreeMap::new(); dialects.len()];
    for _ in 0..700 {
        let three = strategy.new_tree(&mut runner).unwrap().current();
        for (found, own) in found.iter_mut().zip([&three.base, &three.local, &three.remote]) {
            found.extend(features(own));
        }
        for (dialect, moved) in dialects.iter().zip(&mut moved) {
            let shape = dialect.capabilities().shape;
            let [before, local, remote] = views(&three, &**dialect);
            let base = agreed_on(&before, &shape);
            for atom in three_way(Some(&base), &local, &remote, &shape).movements {
                moved.entry(shape.pattern(&atom.path)).or_default().insert(atom.movement);
            }
        }
    }
    let mut expected: BTreeSet<String> = ATTRIBUTES.iter().map(|name| (*name).to_owned()).collect();
    for kind in kinds() {
        expected.insert(format!("kind:{}", kind.word()));
        expected.insert(format!("item:{}", kind.word()));
    }
    for (side, found) in ["base", "local", "remote"].iter().zip(&found) {
        let missing: Vec<&String> = expected.difference(found).collect();
        assert!(missing.is_empty(), "{side}: never generated: {missing:?}");
    }
    let mut missing = Vec::new();
    for (dialect, moved) in dialects.iter().zip(&moved) {
        let shape = dialect.capabilities().shape;
        for pattern in shape.owned {
            for movement in [Movement::Local, Movement::Remote, Movement::Same, Movement::Conflict]
            {
                let is_seen = moved.get(*pattern).is_some_and(|seen| seen.contains(&movement));
                let fingerprint = dialect.fingerprint();
                let is_never = NEVER
                    .iter()
                    .any(|(profile, never)| fingerprint.contains(profile) && pattern == never);
                if is_seen == is_never {
                    missing.push(format!("{fingerprint} {pattern} {movement:?}: {is_seen}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// What cannot move: the base type of a type that exists is held, and what the profile's types of
/// properties cannot hold.
const NEVER: [(&str, &str); 5] = [
    ("/compatible/", "/baseType"),
    ("/compatible/", "/properties/*/minItems"),
    ("/compatible/", "/properties/*/maxItems"),
    ("/compatible/", "/properties/*/allowedTypes/*"),
    ("/native/", "/baseType"),
];
