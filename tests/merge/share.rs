//! How much of what people do on two sides merges without a person.

use std::collections::{BTreeMap, BTreeSet};

use catalyst_sync::canonical::{Path, View};
use catalyst_sync::diff::diff;
use catalyst_sync::merge::{Base, Movement, Shape, three_way};
use catalyst_sync::model::{ContentType, Field};
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::{Dialect, Held};

use crate::support::documents::Random;
use crate::support::edits::{EDITS, edit, made_type};

use super::{agreed_on, carry, is_kept};

const TYPES: usize = 1_000;
const FIELDS: usize = 12;

/// What is to be deployed without a person, as the requirements say.
const REQUIRED_SHARE: f64 = 0.8;

#[derive(Default)]
struct Figures {
    clean_types: usize,
    properties: usize,
    clean_properties: usize,
    overlaps: usize,
}

#[test]
fn what_merges_without_a_person() {
    let optimizely = |profile| OptimizelyDialect::new(Settings::new(ApiVersion::V1, profile));
    let compatible = optimizely(Profile::Compatible);
    let native = optimizely(Profile::Native);
    let dialects: [(&str, &dyn Dialect); 3] = [
        ("files", &FilesDialect),
        ("optimizely, compatible", &compatible),
        ("optimizely, native", &native),
    ];
    for (name, dialect) in dialects {
        let mut random = Random(2_026);
        let mut figures = Figures::default();
        for nth in 0..TYPES {
            let base = made_type(&mut random, FIELDS);
            let (mut local, mut remote) = (base.clone(), base.clone());
            for side in [&mut local, &mut remote] {
                let count = 1 + random.below(4);
                edit(side, count, &mut random);
            }
            let sides = [&base, &local, &remote];
            // The files express everything, so that what overlaps can be counted in the types.
            let expected = (name == "files").then(|| expected_overlaps(sides));
            merge_one(sides, dialect, expected, &format!("{name} {nth}"), &mut figures);
        }
        let share = |part: usize, whole: usize| {
            let [part, whole] = [part, whole].map(|count| f64::from(u32::try_from(count).unwrap()));
            part / whole
        };
        let types = share(figures.clean_types, TYPES);
        let properties = share(figures.clean_properties, figures.properties);
        println!(
            "{name}: {:.1} % of {TYPES} types and {:.1} % of the {} properties that somebody edited \
             merge without a person; {} overlaps",
            types * 100.0,
            properties * 100.0,
            figures.properties,
            figures.overlaps,
        );
        assert!(types >= REQUIRED_SHARE, "{name}: only {types}");
        assert!(figures.overlaps > 20, "{name}: there is nearly nothing to be seen");
    }
}

/// Every kind of edit can be made, and none is made in vain all the time.
#[test]
fn every_kind_of_edit_happens() {
    let mut random = Random(7);
    let mut made = BTreeSet::new();
    for _ in 0..200 {
        let base = made_type(&mut random, FIELDS);
        for (name, edit) in EDITS {
            let mut own = base.clone();
            let place = edit(&mut own, &mut random);
            if place.is_some() && own != base {
                made.insert(name);
            }
            assert!(place.is_some() || own == base, "{name} did something without saying where");
        }
    }
    let missing: Vec<&str> =
        EDITS.iter().map(|(name, _)| *name).filter(|name| !made.contains(name)).collect();
    assert!(missing.is_empty(), "never made: {missing:?}");
}

fn merge_one(
    [base, local, remote]: [&ContentType; 3],
    dialect: &dyn Dialect,
    expected: Option<usize>,
    name: &str,
    figures: &mut Figures,
) {
    let shape = dialect.capabilities().shape;
    let before = dialect.project(base, &Held::default()).view;
    let held = Held {
        view: before.clone(),
        kinds: base.fields.iter().map(|field| (field.name.clone(), field.kind_word())).collect(),
        ..Held::default()
    };
    let [local, remote] = [local, remote].map(|own| dialect.project(own, &held).view);
    let agreed = agreed_on(&before, &shape);
    let merge = three_way(Some(&agreed), &local, &remote, &shape);
    let overlaps: Vec<&Path> = merge.overlaps().map(|atom| &atom.path).collect();
    if let Some(expected) = expected {
        assert_eq!(overlaps.len(), expected, "{name}: {overlaps:?}");
    }

    // No edit is lost: whoever moved an atom finds it on both sides, or in a conflict.
    let mut sides = (agreed.clone(), local.clone(), remote.clone());
    carry(&merge, &shape, |_| true, &mut sides);
    let conflicts: BTreeSet<&Path> = merge.of(Movement::Conflict).map(|atom| &atom.path).collect();
    for (own, other) in [(&local, &remote), (&remote, &local)] {
        for edit in diff(&before, own).edits {
            let path = &edit.path;
            // An order that only follows its elements is compared with them, not by its text.
            if conflicts.contains(path) || shape.ordered_list(path).is_some() {
                continue;
            }
            let value = own.get(path);
            assert!(
                sides.1.get(path) == value && sides.2.get(path) == value,
                "{name}: {path} was lost"
            );
            assert!(other.get(path) == before.get(path) || other.get(path) == value, "{name}");
        }
    }
    // What overlaps is as it was, on both sides and in the base.
    for path in &conflicts {
        assert!(is_kept(path, &shape, &local, &sides.1), "{name}: {path}");
        assert!(is_kept(path, &shape, &remote, &sides.2), "{name}: {path}");
    }
    assert_orders_kept([&before, &local, &remote], &sides, &conflicts, &shape, name);

    figures.overlaps += overlaps.len();
    figures.clean_types += usize::from(overlaps.is_empty());
    let property = |path: &Path| shape.elements_on(path).into_iter().next();
    let edited: BTreeSet<Path> =
        merge.movements.iter().filter_map(|atom| property(&atom.path)).collect();
    let clashing: BTreeSet<Path> = overlaps.into_iter().filter_map(property).collect();
    figures.properties += edited.len();
    figures.clean_properties += edited.difference(&clashing).count();
}

/// An order that one side changed is on both sides, among the elements that all have.
fn assert_orders_kept(
    [before, local, remote]: [&View; 3],
    merged: &(Base, View, View),
    conflicts: &BTreeSet<&Path>,
    shape: &Shape,
    name: &str,
) {
    let names = |view: &View, path: &Path| -> Vec<String> {
        let Some(value) = view.get(path).map(|value| value.value().into_owned()) else {
            return Vec::new();
        };
        let elements = value.elements().unwrap_or_default();
        elements.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let edits = [local, remote].map(|own| diff(before, own).edits);
    for path in edits.iter().flatten().map(|edit| &edit.path) {
        if shape.ordered_list(path).is_none() || conflicts.contains(path) {
            continue;
        }
        let all = [before, local, remote, &merged.1, &merged.2].map(|view| names(view, path));
        let common = |list: &[String]| -> Vec<String> {
            let is_in_all = |name: &&String| all.iter().all(|list| list.contains(name));
            list.iter().filter(is_in_all).cloned().collect()
        };
        let [before, local, remote, here, there] = all.each_ref().map(|list| common(list));
        let wanted = if local == before { &remote } else { &local };
        assert_eq!((&here, &there), (wanted, wanted), "{name}: {path}");
    }
}

// ---- What overlaps, counted in the types themselves --------------------------------------------

fn expected_overlaps([base, local, remote]: [&ContentType; 3]) -> usize {
    let about = |own: &ContentType| {
        let category = own.category.map(|category| category.word().to_owned());
        let name = Some(own.name.clone());
        [name, own.plural_name.clone(), own.description.clone(), own.icon.clone(), category]
    };
    let [was, ours, theirs] = [base, local, remote].map(about);
    let mut count = (0..was.len()).filter(|at| clash(&was[*at], &ours[*at], &theirs[*at])).count();

    let by_id = |own: &ContentType| -> BTreeMap<String, Field> {
        own.fields.iter().map(|field| (field.id.clone().unwrap(), field.clone())).collect()
    };
    let [was, ours, theirs] = [base, local, remote].map(by_id);
    let ids: BTreeSet<&String> = was.keys().chain(ours.keys()).chain(theirs.keys()).collect();
    for id in ids {
        count += match (was.get(id), ours.get(id), theirs.get(id)) {
            (was, Some(ours), Some(theirs)) => of_field(was, ours, theirs),
            // Removed by one: what the other made of it meanwhile is one overlap, unless it only
            // took things away, which removing does as well.
            (Some(was), Some(kept), None) | (Some(was), None, Some(kept)) => {
                usize::from(is_more_than_less(was, kept))
            }
            _ => 0,
        };
    }
    let orders = [base, local, remote]
        .map(|own| own.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>());
    count + usize::from(orders_clash(orders.each_ref().map(Vec::as_slice)))
}

fn clash<T: PartialEq>(was: &T, ours: &T, theirs: &T) -> bool {
    ours != was && theirs != was && ours != theirs
}

fn orders_clash([was, ours, theirs]: [&[String]; 3]) -> bool {
    let in_both = |list: &[String], other: &[String]| -> Vec<String> {
        list.iter()
            .filter(|name| ours.contains(name) && theirs.contains(name) && other.contains(name))
            .cloned()
            .collect()
    };
    in_both(ours, was) != in_both(was, ours)
        && in_both(theirs, was) != in_both(was, theirs)
        && in_both(ours, theirs) != in_both(theirs, ours)
}

/// Everything of a field that has a value, but for options and orders.
fn attributes(field: &Field) -> BTreeMap<String, String> {
    let limits = &field.constraints;
    let number = |number: Option<f64>| number.map(|number| number.to_string());
    let mut all: Vec<(&str, Option<String>)> = vec![
        ("kind", Some(field.kind_word())),
        ("label", field.label.clone()),
        ("help", field.help.clone()),
        ("placeholder", field.placeholder.clone()),
        ("required", field.required.then(String::new)),
        ("unique", field.unique.then(String::new)),
        ("bound default", field.default_value.clone().map(String::from)),
        ("bound minLength", number(limits.min_length)),
        ("bound maxLength", number(limits.max_length)),
        ("bound min", number(limits.min)),
        ("bound max", number(limits.max)),
        ("bound minItems", number(limits.min_items)),
        ("bound maxItems", number(limits.max_items)),
        ("bound pattern", limits.pattern.clone()),
    ];
    all.retain(|(_, value)| value.is_some());
    let mut all: BTreeMap<String, String> =
        all.into_iter().map(|(name, value)| (name.to_owned(), value.unwrap())).collect();
    for target in &field.targets {
        all.insert(format!("bound target {target}"), String::new());
    }
    for nested in &field.fields {
        let label = nested.label.clone().unwrap_or_default();
        all.insert(format!("bound nested {}", nested.name), label);
    }
    all
}

fn options(field: &Field) -> BTreeMap<String, String> {
    let options = field.options.iter();
    options.map(|option| (option.value.to_string(), option.label.clone())).collect()
}

fn option_order(field: &Field) -> Vec<String> {
    field.options.iter().map(|option| option.value.to_string()).collect()
}

/// Overlaps in a field that both sides have.
fn of_field(was: Option<&Field>, ours: &Field, theirs: &Field) -> usize {
    let map = |read: fn(&Field) -> BTreeMap<String, String>| {
        (was.map(read).unwrap_or_default(), read(ours), read(theirs))
    };
    let (was_own, our_own, their_own) = map(attributes);
    let (was_options, our_options, their_options) = map(options);
    let order = was.map(option_order).unwrap_or_default();
    let order_clashes = orders_clash([&order, &option_order(ours), &option_order(theirs)]);
    let reorders = |own: &Field| {
        let own = option_order(own);
        let common = |list: &[String]| -> Vec<String> {
            let is_common = |value: &&String| {
                [&order, &option_order(ours), &option_order(theirs)]
                    .iter()
                    .all(|list| list.contains(value))
            };
            list.iter().filter(is_common).cloned().collect()
        };
        common(&own) != common(&order)
    };

    let our_kind = our_own.get("kind") != was_own.get("kind");
    let their_kind = their_own.get("kind") != was_own.get("kind");
    let kinds_differ = our_own.get("kind") != their_own.get("kind");
    // What hangs on the kind, as far as the sides differ in it.
    let moved_bound = |own: &BTreeMap<String, String>, own_options: &BTreeMap<String, String>| {
        let names = was_own.keys().chain(our_own.keys()).chain(their_own.keys());
        let attributes = names.filter(|name| name.starts_with("bound")).any(|name| {
            own.get(name) != was_own.get(name) && our_own.get(name) != their_own.get(name)
        });
        let values = was_options.keys().chain(our_options.keys()).chain(their_options.keys());
        let options = values.clone().any(|value| {
            own_options.get(value) != was_options.get(value)
                && our_options.get(value) != their_options.get(value)
        });
        attributes || options
    };
    let clashes_by_kind = match (our_kind, their_kind) {
        _ if !kinds_differ => false,
        (true, true) => true,
        (true, false) => moved_bound(&their_own, &their_options) || reorders(theirs),
        (false, true) => moved_bound(&our_own, &our_options) || reorders(ours),
        (false, false) => false,
    };

    let names: BTreeSet<&String> =
        was_own.keys().chain(our_own.keys()).chain(their_own.keys()).collect();
    let plain = names
        .into_iter()
        .filter(|name| !(clashes_by_kind && (name.starts_with("bound") || *name == "kind")))
        .filter(|name| clash(&was_own.get(*name), &our_own.get(*name), &their_own.get(*name)))
        .count();
    if clashes_by_kind {
        return plain + 1;
    }
    let values: BTreeSet<&String> =
        was_options.keys().chain(our_options.keys()).chain(their_options.keys()).collect();
    let of_options = values
        .into_iter()
        .filter(|value| {
            clash(&was_options.get(*value), &our_options.get(*value), &their_options.get(*value))
        })
        .count();
    plain + of_options + usize::from(order_clashes)
}

/// Whether a field has anything that it did not have, or has in another way.
fn is_more_than_less(was: &Field, now: &Field) -> bool {
    let more = |was: BTreeMap<String, String>, now: BTreeMap<String, String>| {
        now.iter().any(|(name, value)| was.get(name) != Some(value))
    };
    let common = |list: Vec<String>, other: Vec<String>| -> Vec<String> {
        list.into_iter().filter(|value| other.contains(value)).collect()
    };
    let (was_order, now_order) = (option_order(was), option_order(now));
    more(attributes(was), attributes(now))
        || more(options(was), options(now))
        || common(was_order.clone(), now_order.clone()) != common(now_order, was_order)
}
