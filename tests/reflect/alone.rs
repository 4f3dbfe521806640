//! Each attribute that moves alone on the platform comes home alone: of the row's text, only what is
//! shown here changes.

use std::collections::BTreeSet;

use catalyst_sync::canonical::{Canonical, Path, View};
use catalyst_sync::model::TargetIndex;
use catalyst_sync::platform::files::FilesDialect;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::{Dialect, Held};

use crate::support::rows::{Stored, targets};

const TITLE: &str = r#"{"id":"f1","name":"title","label":"Title","type":"text","required":true,"validation":{"minLength":3,"maxLength":120,"pattern":"^[A-Z]"},"placeholder":"Enter text...","x":1,"order":0}"#;
const STARTS: &str = r#"{"id":"f2","name":"startsOn","label":"Starts on","type":"date","required":false,"validation":{"minDate":"2025-01-01"},"order":1}"#;
const SEATS: &str = r#"{"id":"f3","name":"seats","label":"Seats","type":"number","required":false,"helpText":"At most","validation":{"min":1,"max":50,"precision":0},"order":2}"#;
const MOOD: &str = r#"{"id":"f4","name":"mood","label":"Mood","type":"select","required":false,"options":[{"label":"Gay","value":"gay","description":"Lively"},{"label":"Calm","value":"calm","x":1}],"order":3}"#;
const LABELS: &str = r#"{"id":"f5","name":"labels","label":"Labels","type":"tags","required":false,"validation":{"minItems":1,"maxItems":9},"order":4}"#;
const VENUE: &str = r#"{"id":"f6","name":"venue","label":"Venue","type":"reference","required":false,"allowedTypes":["Venue"],"order":5}"#;
const PLACE: &str = r#"{"id":"f7","name":"place","type":"object","required":false,"fields":[{"name":"town","type":"text"}],"order":6}"#;

/// The same as the seed would write it: flat, without ids, labels or numbers, with plain options.
const SEED: &str = r#"[{"name":"title","type":"text","required":true,"maxLength":120,"x":1},{"name":"mood","type":"select","options":["gay","calm"]},{"name":"labels","type":"array","itemType":"text"},{"name":"pinned","type":"boolean","default":false}]"#;

fn builder() -> Stored {
    let fields = [TITLE, STARTS, SEATS, MOOD, LABELS, VENUE, PLACE].join(",");
    Stored {
        id: "c1".to_owned(),
        website_id: "w1".to_owned(),
        name: "Event".to_owned(),
        fields: format!(
            r#"{{"name":"Event","pluralName":"Events","icon":"📅","description":"Public events","colour":"red","fields":[{fields}],"relationships":[]}}"#
        ),
        settings: Some(r#"{"theme":"dark"}"#.to_owned()),
        ..Stored::default()
    }
}

fn seed() -> Stored {
    let settings = Some(r#"{"displayName":"Post"}"#.to_owned());
    Stored { name: "Post".to_owned(), fields: SEED.to_owned(), settings, ..builder() }
}

fn index() -> TargetIndex {
    TargetIndex::new([
        ("w1", "c1", None, "Event"),
        ("w1", "c2", None, "Venue"),
        ("w1", "c3", None, "Person"),
    ])
}

fn native() -> OptimizelyDialect {
    OptimizelyDialect::new(Settings::new(ApiVersion::V1, Profile::Native))
}

/// Atoms that move together, `null` for one that goes.
type Moves<'m> = &'m [(&'m str, &'m str)];

struct Case<'c> {
    moves: Moves<'c>,
    /// What of the text is replaced, and by what.
    text: (&'c str, &'c str),
}

fn case<'c>(moves: Moves<'c>, before: &'c str, after: &'c str) -> Case<'c> {
    Case { moves, text: (before, after) }
}

fn moved(view: &View, moves: Moves<'_>) -> View {
    let mut view = view.clone();
    for (path, value) in moves {
        let path = Path::parse(path).unwrap();
        let value = Some(*value).filter(|value| *value != "null");
        assert!(value.is_some() || view.get(&path).is_some(), "{path} is not there");
        view.put(path, value.map(|value| Canonical::parse(value).unwrap()));
    }
    view
}

/// Checks the cases; returns the kinds of atoms that moved.
fn check(dialect: &dyn Dialect, row: &Stored, cases: &[Case<'_>]) -> BTreeSet<String> {
    let shape = dialect.capabilities().shape;
    let local = row.read(&index());
    let held = Held { view: dialect.project(&local, &Held::default()).view, ..Held::default() };
    let mut seen = BTreeSet::new();
    for Case { moves, text: (before, after) } in cases {
        seen.extend(moves.iter().map(|(path, _)| shape.pattern(&Path::parse(path).unwrap())));
        let view = moved(&held.view, moves);
        let reflection = dialect.reflect(&local, &held, &view);
        assert_eq!(reflection.findings, [], "{moves:?}");
        assert_eq!(reflection.view, view, "{moves:?}");
        let edited = row.edited(&reflection, &index()).unwrap();
        let all = format!("{}|{}", row.fields, row.settings.as_deref().unwrap());
        assert_eq!(all.matches(before).count(), 1, "{before} is to be found once");
        let now = format!("{}|{}", edited.fields, edited.settings.as_deref().unwrap());
        assert_eq!(now, all.replace(before, after), "{moves:?}");
        let read = edited.read(&index());
        assert_eq!(dialect.project(&read, &reflection.held()).view, view, "{moves:?}");

        // And back again, the text is what it was, but for what says nothing now.
        let back = dialect.reflect(&read, &reflection.held(), &held.view);
        let back = edited.edited(&back, &index()).unwrap().read(&index());
        assert_eq!(dialect.project(&back, &held).view, held.view, "{moves:?}");
    }
    seen
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_attribute_of_optimizely() {
    let swapped = STARTS.replace(r#""order":1"#, r#""order":0"#);
    let swapped = format!("{swapped},{}", TITLE.replace(r#""order":0"#, r#""order":1"#));
    let first_two = format!("{TITLE},{STARTS}");
    let labels = format!("{LABELS},");
    let added = format!(
        r#"{PLACE},{{"id":"field_link","name":"link","label":"Link","type":"url","required":false,"order":7}}"#
    );
    let cases = [
        case(&[("/displayName", r#""Feast""#)], r#""name":"Event""#, r#""name":"Feast""#),
        case(&[("/description", r#""Ours""#)], r#""Public events""#, r#""Ours""#),
        case(&[("/description", "null")], r#""description":"Public events","#, ""),
        case(
            &[("/baseType", r#""_page""#)],
            r#""relationships":[]"#,
            r#""relationships":[],"category":"page""#,
        ),
        case(
            &[(
                "/propertyOrder",
                r#"["startsOn","title","seats","mood","labels","venue","place"]"#,
            )],
            &first_two,
            &swapped,
        ),
        case(
            &[
                ("/properties/labels", "null"),
                ("/properties/labels/type", "null"),
                ("/properties/labels/displayName", "null"),
                ("/properties/labels/minItems", "null"),
                ("/properties/labels/maxItems", "null"),
                ("/propertyOrder", r#"["title","startsOn","seats","mood","venue","place"]"#),
            ],
            &labels,
            "",
        ),
        case(
            &[
                ("/properties/link", "true"),
                ("/properties/link/type", r#"{"type":"url"}"#),
                ("/properties/link/displayName", r#""Link""#),
                (
                    "/propertyOrder",
                    r#"["title","startsOn","seats","mood","labels","venue","place","link"]"#,
                ),
            ],
            PLACE,
            &added,
        ),
        // What the new type cannot hold stays in the studio.
        case(
            &[
                ("/properties/title/type", r#"{"type":"richText"}"#),
                ("/properties/title/minLength", "null"),
                ("/properties/title/maxLength", "null"),
                ("/properties/title/pattern", "null"),
            ],
            r#""label":"Title","type":"text""#,
            r#""label":"Title","type":"richText""#,
        ),
        case(&[("/properties/seats/type", r#"{"type":"float"}"#)], r#","precision":0"#, ""),
        case(&[("/properties/title/displayName", r#""Headline""#)], r#""Title""#, r#""Headline""#),
        case(&[("/properties/seats/description", r#""Or less""#)], r#""At most""#, r#""Or less""#),
        case(&[("/properties/seats/description", "null")], r#""helpText":"At most","#, ""),
        case(
            &[("/properties/title/description", r#""Short""#)],
            r#""x":1,"order":0"#,
            r#""x":1,"order":0,"helpText":"Short""#,
        ),
        case(
            &[("/properties/title/required", "null")],
            r#""text","required":true"#,
            r#""text","required":false"#,
        ),
        case(
            &[("/properties/seats/required", "true")],
            r#""number","required":false"#,
            r#""number","required":true"#,
        ),
        case(&[("/properties/title/minLength", "4")], r#""minLength":3"#, r#""minLength":4"#),
        case(&[("/properties/title/minLength", "null")], r#""minLength":3,"#, ""),
        case(&[("/properties/title/maxLength", "90")], r#""maxLength":120"#, r#""maxLength":90"#),
        case(&[("/properties/title/pattern", r#""^A""#)], r#""^[A-Z]""#, r#""^A""#),
        case(&[("/properties/title/pattern", "null")], r#","pattern":"^[A-Z]""#, ""),
        case(&[("/properties/seats/minimum", "2")], r#""min":1"#, r#""min":2"#),
        case(&[("/properties/seats/maximum", "null")], r#""max":50,"#, ""),
        case(
            &[("/properties/startsOn/minimum", r#""2026-02-03T00:00:00Z""#)],
            r#""minDate":"2025-01-01""#,
            r#""minDate":"2026-02-03""#,
        ),
        case(
            &[("/properties/startsOn/maximum", r#""2026-12-31T23:59:59Z""#)],
            r#""minDate":"2025-01-01""#,
            r#""minDate":"2025-01-01","maxDate":"2026-12-31""#,
        ),
        case(
            &[("/properties/startsOn/minimum", r#""2026-02-03T10:00:00Z""#)],
            r#""minDate":"2025-01-01""#,
            r#""minDate":"2026-02-03T10:00:00Z""#,
        ),
        case(&[("/properties/labels/minItems", "2")], r#""minItems":1"#, r#""minItems":2"#),
        case(&[("/properties/labels/maxItems", "null")], r#","maxItems":9"#, ""),
        case(
            &[
                ("/properties/mood/enum/wild", "true"),
                ("/properties/mood/enum/wild/displayName", r#""Wild""#),
                ("/properties/mood/enumOrder", r#"["gay","calm","wild"]"#),
            ],
            r#""value":"calm","x":1}"#,
            r#""value":"calm","x":1},{"label":"Wild","value":"wild"}"#,
        ),
        case(
            &[
                ("/properties/mood/enum/calm", "null"),
                ("/properties/mood/enum/calm/displayName", "null"),
                ("/properties/mood/enumOrder", r#"["gay"]"#),
            ],
            r#",{"label":"Calm","value":"calm","x":1}"#,
            "",
        ),
        case(
            &[("/properties/mood/enum/gay/displayName", r#""Merry""#)],
            r#""label":"Gay""#,
            r#""label":"Merry""#,
        ),
        case(
            &[("/properties/mood/enumOrder", r#"["calm","gay"]"#)],
            r#"{"label":"Gay","value":"gay","description":"Lively"},{"label":"Calm","value":"calm","x":1}"#,
            r#"{"label":"Calm","value":"calm","x":1},{"label":"Gay","value":"gay","description":"Lively"}"#,
        ),
        case(
            &[("/properties/venue/allowedTypes/content-type:c3", "true")],
            r#"["Venue"]"#,
            r#"["Venue","c3"]"#,
        ),
        case(
            &[("/properties/venue/allowedTypes/content-type:c2", "null")],
            r#","allowedTypes":["Venue"]"#,
            "",
        ),
    ];
    let dialect = native();
    let seen = check(&dialect, &builder(), &cases);
    let owned: BTreeSet<String> =
        dialect.capabilities().shape.owned.iter().map(|kind| (*kind).to_owned()).collect();
    assert_eq!(seen, owned);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_attribute_of_a_file() {
    let removed = format!("{LABELS},");
    let swapped = STARTS.replace(r#""order":1"#, r#""order":0"#);
    let swapped = format!("{swapped},{}", TITLE.replace(r#""order":0"#, r#""order":1"#));
    let first_two = format!("{TITLE},{STARTS}");
    let starts = r#""minDate":"2025-01-01""#;
    let cases = [
        case(&[("/name", r#""Feast""#)], r#""name":"Event""#, r#""name":"Feast""#),
        case(&[("/pluralName", r#""Feasts""#)], r#""Events""#, r#""Feasts""#),
        case(&[("/description", "null")], r#""description":"Public events","#, ""),
        case(&[("/icon", r#""🎉""#)], "📅", "🎉"),
        case(&[("/category", r#""folder""#)], r#"hips":[]"#, r#"hips":[],"category":"folder""#),
        case(
            &[("/displayField", r#""title""#)],
            r#"hips":[]"#,
            r#"hips":[],"displayField":"title""#,
        ),
        case(&[("/settings/colour", r#""blue""#)], r#""red""#, r#""blue""#),
        case(&[("/settings/theme", r#"["a"]"#)], r#""dark""#, r#"["a"]"#),
        case(&[("/settings/new", "1")], r#""theme":"dark""#, r#""theme":"dark","new":1"#),
        case(
            &[("/fieldOrder", r#"["startsOn","title","seats","mood","labels","venue","place"]"#)],
            &first_two,
            &swapped,
        ),
        case(
            &[
                ("/fields/labels", "null"),
                ("/fields/labels/name", "null"),
                ("/fields/labels/kind", "null"),
                ("/fields/labels/label", "null"),
                ("/fields/labels/minItems", "null"),
                ("/fields/labels/maxItems", "null"),
                ("/fieldOrder", r#"["title","startsOn","seats","mood","venue","place"]"#),
            ],
            &removed,
            "",
        ),
        case(&[("/fields/seats/name", r#""chairs""#)], r#""seats""#, r#""chairs""#),
        case(&[("/fields/title/label", r#""Head""#)], r#""Title""#, r#""Head""#),
        case(&[("/fields/title/label", "null")], r#""label":"Title","#, ""),
        case(
            &[("/fields/title/kind", r#"{"kind":"textarea"}"#)],
            r#""label":"Title","type":"text""#,
            r#""label":"Title","type":"textarea""#,
        ),
        case(&[("/fields/title/required", "null")], r#""required":true"#, r#""required":false"#),
        case(
            &[("/fields/title/unique", "true")],
            r#""x":1,"order":0"#,
            r#""x":1,"order":0,"unique":true"#,
        ),
        case(
            &[("/fields/title/defaultValue", r#""A""#)],
            r#""x":1,"order":0"#,
            r#""x":1,"order":0,"defaultValue":"A""#,
        ),
        case(&[("/fields/seats/help", r#""Or less""#)], r#""At most""#, r#""Or less""#),
        case(&[("/fields/title/placeholder", "null")], r#""placeholder":"Enter text...","#, ""),
        case(&[("/fields/title/minLength", "null")], r#""minLength":3,"#, ""),
        case(&[("/fields/title/maxLength", "90")], r#""maxLength":120"#, r#""maxLength":90"#),
        case(&[("/fields/title/pattern", r#""^A""#)], r#""^[A-Z]""#, r#""^A""#),
        case(&[("/fields/seats/min", "2")], r#""min":1"#, r#""min":2"#),
        case(&[("/fields/seats/max", "null")], r#""max":50,"#, ""),
        case(&[("/fields/seats/precision", "1")], r#""precision":0"#, r#""precision":1"#),
        case(&[("/fields/startsOn/minDate", "null")], starts, ""),
        case(
            &[("/fields/startsOn/maxDate", r#""2026-01-01""#)],
            starts,
            r#""minDate":"2025-01-01","maxDate":"2026-01-01""#,
        ),
        case(&[("/fields/labels/minItems", "2")], r#""minItems":1"#, r#""minItems":2"#),
        case(&[("/fields/labels/maxItems", "null")], r#","maxItems":9"#, ""),
        case(
            &[("/fields/mood/optionOrder", r#"["calm","gay"]"#)],
            r#"{"label":"Gay","value":"gay","description":"Lively"},{"label":"Calm","value":"calm"}"#,
            r#"{"label":"Calm","value":"calm"},{"label":"Gay","value":"gay","description":"Lively"}"#,
        ),
        case(
            &[
                ("/fields/mood/options/=3", "true"),
                ("/fields/mood/options/=3/label", r#""Three""#),
                ("/fields/mood/optionOrder", r#"["gay","calm","=3"]"#),
            ],
            r#""value":"calm"}"#,
            r#""value":"calm"},{"label":"Three","value":3}"#,
        ),
        case(
            &[("/fields/mood/options/gay/label", r#""Merry""#)],
            r#""label":"Gay""#,
            r#""label":"Merry""#,
        ),
        case(&[("/fields/mood/options/gay/description", "null")], r#","description":"Lively""#, ""),
        case(
            &[("/fields/venue/targets/content-type:c3", "true")],
            r#"["Venue"]"#,
            r#"["Venue","c3"]"#,
        ),
        case(&[("/fields/title/extra/x", "2")], r#""x":1,"order":0"#, r#""x":2,"order":0"#),
        case(&[("/fields/title/extra/x", "null")], r#""x":1,"order":0"#, r#""order":0"#),
        case(
            &[("/fields/place/fields/town/required", "true")],
            r#"{"name":"town","type":"text"}"#,
            r#"{"name":"town","type":"text","required":true}"#,
        ),
        case(
            &[
                ("/fields/place/fields/zip", "true"),
                ("/fields/place/fields/zip/name", r#""zip""#),
                ("/fields/place/fields/zip/kind", r#"{"kind":"number"}"#),
                ("/fields/place/fieldOrder", r#"["town","zip"]"#),
            ],
            r#"{"name":"town","type":"text"}"#,
            r#"{"name":"town","type":"text"},{"name":"zip","type":"number","required":false}"#,
        ),
    ];
    // Members of an option that have no place are named by its number, which an order changes.
    let fields = builder().fields.replace(r#""calm","x":1}"#, r#""calm"}"#);
    let seen = check(&FilesDialect, &Stored { fields, ..builder() }, &cases);
    let owned: BTreeSet<String> =
        FilesDialect.capabilities().shape.owned.iter().map(|kind| (*kind).to_owned()).collect();
    assert_eq!(seen, owned);
}

#[test]
fn the_seed_keeps_its_own_ways() {
    let cases = [
        case(
            &[("/displayName", r#""Article""#)],
            r#""displayName":"Post""#,
            r#""displayName":"Post""#,
        ),
        case(
            &[("/description", r#""News""#)],
            r#""displayName":"Post""#,
            r#""displayName":"Post","description":"News""#,
        ),
        case(&[("/properties/title/maxLength", "90")], r#""maxLength":120"#, r#""maxLength":90"#),
        case(
            &[("/properties/title/minLength", "2")],
            r#""maxLength":120,"x":1"#,
            r#""maxLength":120,"x":1,"minLength":2"#,
        ),
        case(
            &[("/properties/labels/minItems", "2")],
            r#""itemType":"text""#,
            r#""itemType":"text","minItems":2"#,
        ),
        case(
            &[
                ("/properties/mood/enum/wild", "true"),
                ("/properties/mood/enum/wild/displayName", r#""wild""#),
                ("/properties/mood/enumOrder", r#"["gay","calm","wild"]"#),
            ],
            r#"["gay","calm"]"#,
            r#"["gay","calm","wild"]"#,
        ),
        case(
            &[("/properties/mood/enum/calm/displayName", r#""Calm""#)],
            r#"["gay","calm"]"#,
            r#"["gay",{"label":"Calm","value":"calm"}]"#,
        ),
        case(
            &[
                ("/properties/link", "true"),
                ("/properties/link/type", r#"{"type":"url"}"#),
                ("/properties/link/displayName", r#""link""#),
                ("/properties/link/required", "true"),
                ("/propertyOrder", r#"["title","mood","labels","link","pinned"]"#),
            ],
            r#"{"name":"pinned""#,
            r#"{"name":"link","type":"url","required":true},{"name":"pinned""#,
        ),
    ];
    check(&native(), &seed(), &cases);
}

/// What the studio has no word for stays on the platform, and everything beside it comes home.
#[test]
fn what_the_studio_cannot_say_is_named_and_left_alone() {
    let row = builder();
    let index = index();
    let local = row.read(&index);
    let dialect = native();
    let held = Held { view: dialect.project(&local, &Held::default()).view, ..Held::default() };
    let cases: [(Moves<'_>, &[&str]); 7] = [
        (&[("/displayName", r#""Über uns""#)], &["/displayName"]),
        (&[("/properties/title/displayName", "null")], &["/properties/title/displayName"]),
        (
            &[
                ("/properties/raw", "true"),
                ("/properties/raw/type", r#"{"type":"binary"}"#),
                ("/properties/raw/displayName", r#""Raw""#),
            ],
            &["/properties/raw"],
        ),
        (&[("/properties/seats/type", r#"{"type":"binary"}"#)], &["/properties/seats/type"]),
        (
            &[("/properties/venue/allowedTypes/remote:_media", "true")],
            &["/properties/venue/allowedTypes/remote:_media"],
        ),
        (
            &[("/properties/venue/allowedTypes/remote:Nobody", "true")],
            &["/properties/venue/allowedTypes/remote:Nobody"],
        ),
        (
            &[("/properties/mood/enum/gay/displayName", "null")],
            &["/properties/mood/enum/gay/displayName"],
        ),
    ];
    for (moves, named) in cases {
        let more = [moves, &[("/description", r#""Ours""#)]].concat();
        let reflection = dialect.reflect(&local, &held, &moved(&held.view, &more));
        let paths: Vec<&str> =
            reflection.findings.iter().map(|finding| finding.path.as_deref().unwrap()).collect();
        assert_eq!(paths, named);
        assert!(reflection.findings.iter().all(|finding| finding.code == "NOT_REPRESENTABLE"));
        let edited = row.edited(&reflection, &index).unwrap();
        assert_eq!(edited.fields, row.fields.replace("Public events", "Ours"), "{moves:?}");
    }
}

/// A relationship stands in a list of its own, with words of its own.
#[test]
fn a_relationship_is_edited_where_it_stands() {
    let row = Stored {
        fields: r#"{"fields":[{"id":"f1","name":"title","label":"Title","type":"text"}],"relationships":[{"id":"r1","name":"venue","type":"manyToOne","sourceContentTypeId":"c1","targetContentTypeId":"c2","isRequired":false}]}"#.to_owned(),
        ..builder()
    };
    let index = targets("w1", &["c1", "c2", "c3"]);
    let local = row.read(&index);
    let dialect = native();
    let held = Held { view: dialect.project(&local, &Held::default()).view, ..Held::default() };
    let cases: [(Moves<'_>, &str, &str); 3] = [
        (
            &[("/properties/venue/required", "true")],
            r#""isRequired":false"#,
            r#""isRequired":true"#,
        ),
        (
            &[("/properties/venue/displayName", r#""Where""#)],
            r#""name":"venue","type":"manyToOne","sourceContentTypeId":"c1","targetContentTypeId":"c2","isRequired":false"#,
            r#""name":"Where","type":"manyToOne","sourceContentTypeId":"c1","targetContentTypeId":"c2","isRequired":false,"fieldName":"venue""#,
        ),
        (
            &[
                ("/properties/venue/allowedTypes/content-type:c2", "null"),
                ("/properties/venue/allowedTypes/content-type:c3", "true"),
            ],
            r#""targetContentTypeId":"c2""#,
            r#""targetContentTypeId":"c3""#,
        ),
    ];
    for (moves, before, after) in cases {
        let reflection = dialect.reflect(&local, &held, &moved(&held.view, moves));
        assert_eq!(reflection.findings, []);
        let edited = row.edited(&reflection, &index).unwrap();
        assert_eq!(edited.fields, row.fields.replace(before, after));
    }
    // It has no place for a help text, and cannot stand before a field.
    for (moves, named) in [
        (("/properties/venue/description", r#""Somewhere""#), "/properties/venue/description"),
        (("/propertyOrder", r#"["venue","title"]"#), "/propertyOrder"),
    ] {
        let reflection = dialect.reflect(&local, &held, &moved(&held.view, &[moves]));
        assert_eq!(reflection.findings[0].path.as_deref(), Some(named));
        assert_eq!(row.edited(&reflection, &index).unwrap(), row);
    }
}

/// Of two fields that get one key, a platform shows the first; when a colleague deletes that
/// property, the second one was never meant.
#[test]
fn a_field_that_contends_for_its_key_stays_when_the_property_goes() {
    let fields = r#"[{"name":"hero-image","type":"text","required":true},{"name":"hero image","type":"number","validation":{"min":1}}]"#;
    let row = Stored { fields: fields.to_owned(), ..seed() };
    let dialects: [(&dyn Dialect, &str); 2] =
        [(&native(), "properties"), (&FilesDialect, "fields")];
    for (dialect, list) in dialects {
        let local = row.read(&index());
        let held = Held { view: dialect.project(&local, &Held::default()).view, ..Held::default() };
        let list = Path::root().child(list);
        let key = held.view.elements(&list).next().unwrap();
        let at = list.child(&key);
        let gone: View = held
            .view
            .iter()
            .filter(|(path, _)| **path != at && !path.is_below(&at))
            .map(|(path, value)| (path.clone(), value.clone()))
            .collect();
        let reflection = dialect.reflect(&local, &held, &gone);
        assert_eq!(row.edited(&reflection, &index()).unwrap(), row, "{}", dialect.name());
        let named: Vec<&str> =
            reflection.findings.iter().map(|finding| finding.path.as_deref().unwrap()).collect();
        assert_eq!(named, [at.as_str()], "{}", dialect.name());
    }
}
