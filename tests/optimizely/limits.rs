//! What the platform would refuse is found before it is sent.

use catalyst_sync::canonical::{Canonical, Path};
use catalyst_sync::model::{Choice, ContentType, Field, FieldKind};
use catalyst_sync::platform::optimizely::Profile;
use catalyst_sync::port::{Dialect, Held};

use super::{codes, dialect, project, type_of};

fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.into(), label: label.to_owned(), description: None }
}

fn field(name: &str, kind: FieldKind, set: impl Fn(&mut Field)) -> Field {
    let mut field = Field { name: name.to_owned(), kind, ..Field::default() };
    set(&mut field);
    field
}

#[test]
fn each_limit_has_a_finding() {
    use FieldKind as K;
    let long = |length| "x".repeat(length);
    // What is wrong, and the codes of all findings that block.
    let cases: Vec<(Field, &[&str])> = vec![
        (field("a_ok", K::Text, |f| f.label = Some(long(255))), &[]),
        (field("label", K::Text, |f| f.label = Some(long(256))), &["TEXT_TOO_LONG"]),
        (field("astral", K::Text, |f| f.label = Some("😀".repeat(128))), &["TEXT_TOO_LONG"]),
        (field("help", K::Text, |f| f.help = Some(long(2_000))), &[]),
        (field("help", K::Text, |f| f.help = Some(long(2_001))), &["TEXT_TOO_LONG"]),
        (field("nul", K::Text, |f| f.help = Some("a\0b".to_owned())), &["INVALID_TEXT"]),
        (
            field("options", K::Select, |f| f.options = vec![choice("\"a\"", "")]),
            &["EMPTY_OPTION_NAME"],
        ),
        (
            field("options", K::Select, |f| {
                f.options = vec![choice("\"a\"", "A"), choice("\"a\"", "B")];
            }),
            &["DUPLICATE_OPTION"],
        ),
        (
            field("options", K::Select, |f| f.options = vec![choice("\"\\ud83d\"", "A")]),
            &["INVALID_TEXT"],
        ),
        (
            field("lengths", K::Text, |f| {
                f.constraints.min_length = Some(5.0);
                f.constraints.max_length = Some(4.0);
            }),
            &["BOUNDS_CROSSED"],
        ),
        (
            field("dates", K::Date, |f| {
                f.constraints.min_date = Some("2025-02-01".to_owned());
                f.constraints.max_date = Some("2025-01-01".to_owned());
            }),
            &["BOUNDS_CROSSED"],
        ),
        (
            field("negative", K::Text, |f| f.constraints.min_length = Some(-1.0)),
            &["NUMBER_OUT_OF_RANGE"],
        ),
        (
            field("halves", K::Text, |f| f.constraints.max_length = Some(1.5)),
            &["NUMBER_OUT_OF_RANGE"],
        ),
        (
            field("int32", K::Number, |f| {
                f.constraints.precision = Some(0.0);
                f.constraints.max = Some(2_147_483_648.0);
            }),
            &["NUMBER_OUT_OF_RANGE"],
        ),
        (field("double", K::Number, |f| f.constraints.max = Some(2_147_483_648.0)), &[]),
        (
            field("infinite", K::Number, |f| f.constraints.max = Some(f64::INFINITY)),
            &["NUMBER_OUT_OF_RANGE"],
        ),
    ];
    for (field, expected) in cases {
        let name = field.name.clone();
        let projection = project(Profile::Native, &type_of(field));
        let blocking: Vec<&str> = projection
            .findings
            .iter()
            .filter(|finding| finding.blocks())
            .map(|finding| finding.code)
            .collect();
        assert_eq!(blocking, expected, "{name}");
    }
}

#[test]
fn a_type_needs_a_name_and_a_short_description() {
    let unnamed = ContentType::default();
    assert!(codes(&project(Profile::Native, &unnamed)).contains("NAME_MISSING"));
    let long = ContentType { description: Some("x".repeat(256)), ..type_of(Field::default()) };
    assert!(codes(&project(Profile::Native, &long)).contains("TEXT_TOO_LONG"));
}

#[test]
fn keys_that_differ_only_in_case_name_both_fields() {
    let mut local = type_of(field("hero-image", FieldKind::Text, |_| {}));
    local.fields.push(field("HeroImage", FieldKind::Text, |_| {}));
    let projection = project(Profile::Compatible, &local);
    let finding = projection.findings.iter().find(|found| found.code == "COLLIDING_KEYS").unwrap();
    assert!(finding.blocks());
    assert!(finding.message.contains("hero-image") && finding.message.contains("HeroImage"));
}

#[test]
fn a_new_key_must_not_collide_with_a_property_of_the_platform() {
    let mut held = Held::default();
    held.view.set(Path::root().child("properties").child("Title"), Canonical::bool(true));
    let local = type_of(field("title", FieldKind::Text, |_| {}));
    assert!(codes(&dialect(Profile::Native).project(&local, &held)).contains("COLLIDING_KEYS"));
}

#[test]
fn keys_that_the_platform_has_are_not_judged() {
    let local = type_of(field("it", FieldKind::Text, |_| {}));
    let identity = local.fields[0].identity();
    let mut held = Held { keys: [(identity, "_".to_owned())].into(), ..Held::default() };
    assert!(codes(&dialect(Profile::Native).project(&local, &held)).contains("INVALID_KEY"));
    held.view.set(Path::root().child("properties").child("_"), Canonical::bool(true));
    assert!(codes(&dialect(Profile::Native).project(&local, &held)).is_empty());
}

#[test]
fn patterns_that_dotnet_reads_otherwise_are_warned_of() {
    for (pattern, is_foreign) in [
        (r"^\p{Script=Greek}+$", true),
        (r"^\u{1F600}$", true),
        (r"[\w&&[a-z]]", true),
        (r"^(?<year>\d{4})$", false),
        (r"^\p{L}+$", false),
    ] {
        let local =
            type_of(field("it", FieldKind::Text, |f| f.constraints.pattern = Some(pattern.into())));
        let found = codes(&project(Profile::Compatible, &local)).contains("PATTERN_FLAVOUR");
        assert_eq!(found, is_foreign, "{pattern}");
    }
}
