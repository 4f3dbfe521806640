//! What the platform refuses, found before anything is sent.

use std::borrow::Cow;

use crate::canonical::{Canonical, Path, View};
use crate::model::{Category, Finding, Json, Text};

use super::PropertyType;
use super::mapping::Attribute;
use super::moment::{Edge, to_utc};
use super::paths::{self, DESCRIPTION, DISPLAY_NAME, ENUM};

/// Lengths of a key.
const KEY_LENGTH: std::ops::RangeInclusive<usize> = 2..=255;
/// Longest display name, and longest description of a type. Counted in UTF-16 units, as .NET does.
const SHORT_TEXT: usize = 255;
/// Longest description of a property.
const LONG_TEXT: usize = 2_000;

/// Attributes that are numbers, or moments.
const LIMITS: [Attribute; 6] = [
    Attribute::MinLength,
    Attribute::MaxLength,
    Attribute::MinItems,
    Attribute::MaxItems,
    Attribute::Minimum,
    Attribute::Maximum,
];

/// Whether a text is a key: `^[A-Za-z][_0-9A-Za-z]+$`, 2 to 255 characters. The document has no
/// rule for property keys; that of CMS 13 for definition names is the same.
pub(super) fn is_key(text: &str) -> bool {
    KEY_LENGTH.contains(&text.len())
        && text.starts_with(|char: char| char.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Checks a document that is to be sent. What the platform has already is not judged by its key.
pub(super) fn check(view: &View, existing: &View) -> Vec<Finding> {
    let mut findings = Vec::new();
    if view.get(&paths::of_type(DISPLAY_NAME)).is_none() {
        findings.push(
            Finding::error("NAME_MISSING", "the type has no name", "give the type a name")
                .at(paths::of_type(DISPLAY_NAME).as_str()),
        );
    }
    for (path, value) in view.iter() {
        findings.extend(text(path, value).map(|finding| finding.at(path.as_str())));
    }
    for key in view.elements(&paths::properties()) {
        let at = paths::property(&key);
        if existing.get(&at).is_none() {
            findings.extend(new_key(&key, existing).map(|finding| finding.at(at.as_str())));
        }
        numbers(view, &at, &mut findings);
        options(view, &at, &mut findings);
    }
    findings
}

fn text(path: &Path, value: &Canonical) -> Option<Finding> {
    // Both a NUL and half of a pair are escaped in canonical JSON.
    let is_unreadable = value.as_str().contains('\\')
        && match value.value() {
            Json::String(Text::Utf16(_)) => true,
            Json::String(Text::Str(text)) => text.contains('\0'),
            _ => false,
        };
    if is_unreadable || path.as_str().contains('\0') {
        return Some(invalid_text(path.as_str()));
    }
    if !matches!(&*path.name(), DISPLAY_NAME | DESCRIPTION) {
        return None;
    }
    let mut segments: Vec<Cow<'_, str>> = path.segments().collect();
    let attribute = segments.pop()?;
    let (longest, is_option) = match (segments.as_slice(), &*attribute) {
        ([], DISPLAY_NAME | DESCRIPTION) | ([_, _], DISPLAY_NAME) => (SHORT_TEXT, false),
        ([_, _], DESCRIPTION) => (LONG_TEXT, false),
        ([_, _, list, _], DISPLAY_NAME) if list == ENUM => (usize::MAX, true),
        _ => return None,
    };
    let value = value.value();
    let text = value.as_str()?;
    let length = text.encode_utf16().count();
    if is_option && text.is_empty() {
        return Some(Finding::error(
            "EMPTY_OPTION_NAME",
            format!("the option {path} has no name"),
            "give the option a label",
        ));
    }
    (length > longest).then(|| {
        Finding::error(
            "TEXT_TOO_LONG",
            format!("{path} has {length} characters; the platform takes {longest}"),
            "shorten the text",
        )
    })
}

fn new_key(key: &str, existing: &View) -> Option<Finding> {
    if !is_key(key) {
        return Some(Finding::error(
            "INVALID_KEY",
            format!("{key:?} cannot be the key of a property"),
            "begin the field's name with a letter; use letters, digits and underscores",
        ));
    }
    let other = existing
        .elements(&paths::properties())
        .find(|other| other != key && other.eq_ignore_ascii_case(key))?;
    Some(colliding_keys(key, &other, key))
}

/// Numbers must be of the platform's type, and a lower bound not above its upper one.
fn numbers(view: &View, property: &Path, findings: &mut Vec<Finding>) {
    let is_number = |path: &Path| LIMITS.iter().any(|limit| *path.name() == *limit.name());
    if !view.below(property).any(|(path, _)| is_number(path)) {
        return;
    }
    let platform = view.get(&property.child(paths::TYPE)).and_then(PropertyType::from_canonical);
    let is_integer = platform.is_some_and(|platform| platform.element() == "integer");
    let value = |attribute: Attribute| view.get(&property.child(attribute.name()));
    for (lower, upper) in [
        (Attribute::MinLength, Attribute::MaxLength),
        (Attribute::MinItems, Attribute::MaxItems),
        (Attribute::Minimum, Attribute::Maximum),
    ] {
        let is_count = lower != Attribute::Minimum;
        for attribute in [lower, upper] {
            let Some(number) = value(attribute) else { continue };
            if !is_in_range(&number.value(), is_count, is_integer) {
                let at = property.child(attribute.name());
                let message =
                    format!("{at} is {}, which the platform cannot hold", number.as_str());
                let remedy = "use a whole number of at most 2147483647";
                findings
                    .push(Finding::error("NUMBER_OUT_OF_RANGE", message, remedy).at(at.as_str()));
            }
        }
        let (Some(least), Some(most)) = (value(lower), value(upper)) else { continue };
        if is_above(&least.value(), &most.value()) {
            let (least, most) = (least.as_str(), most.as_str());
            let message = format!("{} {least} is above {} {most}", lower.name(), upper.name());
            let remedy = "swap the two limits, or remove one";
            findings.push(
                Finding::error("BOUNDS_CROSSED", message, remedy)
                    .at(property.child(lower.name()).as_str()),
            );
        }
    }
}

/// The options of a property that holds numbers are such numbers.
fn options(view: &View, property: &Path, findings: &mut Vec<Finding>) {
    let list = property.child(ENUM);
    if view.elements(&list).next().is_none() {
        return;
    }
    let platform = view.get(&property.child(paths::TYPE)).and_then(PropertyType::from_canonical);
    let Some(platform) = platform else { return };
    let is_integer = platform.element() == "integer";
    if !is_integer && platform.element() != "float" {
        return;
    }
    for identity in view.elements(&list) {
        let number = identity.parse::<f64>().ok().filter(|number| number.is_finite());
        let fits = number.is_some_and(|it| is_in_range(&Json::Number(it), false, is_integer));
        if !fits {
            let at = list.child(&identity);
            let message =
                format!("the option {identity:?} is no value of a property of type {platform}");
            let remedy = "use numbers as options, or delete the property and deploy it anew";
            findings.push(Finding::error("INVALID_OPTION", message, remedy).at(at.as_str()));
        }
    }
}

fn is_in_range(value: &Json<'_>, is_count: bool, is_integer: bool) -> bool {
    match value {
        Json::Number(number) if is_count || is_integer => {
            let least = if is_count { 0.0 } else { f64::from(i32::MIN) };
            number.fract() == 0.0 && (least..=f64::from(i32::MAX)).contains(number)
        }
        // What is not finite has become null in its canonical form.
        Json::Null => false,
        _ => true,
    }
}

fn is_above(least: &Json<'_>, most: &Json<'_>) -> bool {
    match (least, most) {
        (Json::Number(least), Json::Number(most)) => least > most,
        (Json::String(_), Json::String(_)) => {
            let moment = |value: &Json<'_>| {
                let text = to_utc(value.as_str()?, Edge::Start)?;
                text.parse::<jiff::Timestamp>().ok()
            };
            matches!((moment(least), moment(most)), (Some(least), Some(most)) if least > most)
        }
        _ => false,
    }
}

/// A text holds what no platform stores.
pub(super) fn invalid_text(place: &str) -> Finding {
    Finding::error(
        "INVALID_TEXT",
        format!("{place} holds a NUL character or half of a surrogate pair"),
        "remove the character",
    )
}

/// Two options of a field have the same value.
pub(super) fn duplicate_option(field: &str, value: &str) -> Finding {
    Finding::error(
        "DUPLICATE_OPTION",
        format!("the field {field} has two options with the value {value:?}"),
        "give each option a value of its own",
    )
}

/// Two properties whose keys the platform takes for one.
pub(super) fn colliding_keys(field: &str, other: &str, key: &str) -> Finding {
    Finding::error(
        "COLLIDING_KEYS",
        format!("the fields {field} and {other} would both be the property {key}"),
        "rename one of them; keys must differ in more than upper and lower case",
    )
}

/// The platform evaluates a pattern otherwise than the studio.
pub(super) fn pattern_flavour(field: &str, why: &str) -> Finding {
    Finding::warning(
        "PATTERN_FLAVOUR",
        format!("the pattern of the field {field} may not work on the platform: {why}"),
        "write the pattern so that JavaScript and .NET read it alike",
    )
}

/// The base type of an existing definition stays what it is.
pub(super) fn base_type_kept(category: Category, kept: &Canonical) -> Finding {
    Finding::warning(
        "BASE_TYPE_KEPT",
        format!(
            "the category is {}, but the base type stays {}: the platform cannot change it",
            category.word(),
            kept.value().as_str().unwrap_or_default()
        ),
        "delete the type and deploy it anew if the category matters",
    )
}
