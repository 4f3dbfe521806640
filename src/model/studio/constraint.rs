//! Limits on the values of a field.

use super::field::FieldMembers;
use super::member::{Member, members};
use super::reader::Site;
use crate::model::{Constraints, Finding, Json};

members! {
    /// Members of `validation`.
    Validation under "validation/" {
        min_length = "minLength",
        max_length = "maxLength",
        pattern = "pattern",
        min = "min",
        max = "max",
        precision = "precision",
        min_date = "minDate",
        max_date = "maxDate",
        min_items = "minItems",
        max_items = "maxItems",
    }
}

/// Limits of images and dates that the model carries without interpreting them, by name.
const CARRIED: [&str; 4] = ["maxSize", "allowedTypes", "dimensions", "format"];

impl<'j, 'a> Validation<'j, 'a> {
    pub(super) fn read(site: &mut Site<'_, '_>, member: Member<'j, 'a>) -> Self {
        match member.value {
            None => Self::of(&[]),
            Some(Json::Object(members)) => Self::of(members),
            Some(other) => {
                ignore(site, member.path, other, &format!("it is {}", other.type_name()));
                Self::of(&[])
            }
        }
    }

    /// Keeps what is no constraint of the model; a flat member of the same name goes before it.
    pub(super) fn keep_rest(self, site: &mut Site<'_, '_>) {
        let (carried, unknown) = self.rest.into_iter().partition::<Vec<_>, _>(|(name, _)| {
            name.as_str()
                .is_some_and(|name| CARRIED.contains(&name) && !site.kept.contains_key(name))
        });
        site.keep_rest("", &carried);
        site.keep_rest("validation/", &unknown);
    }
}

/// Reads the constraints, nested or flat; the nested one counts where they differ.
pub(super) fn constraints(
    site: &mut Site<'_, '_>,
    flat: &FieldMembers<'_, '_>,
    nested: &Validation<'_, '_>,
) -> Constraints {
    let mut found = Constraints {
        min_length: number(site, [nested.min_length, flat.min_length], is_count),
        max_length: number(site, [nested.max_length, flat.max_length], is_count),
        pattern: text(site, [nested.pattern, flat.pattern]),
        min: number(site, [nested.min, flat.min], f64::is_finite),
        max: number(site, [nested.max, flat.max], f64::is_finite),
        precision: number(site, [nested.precision, flat.precision], is_count),
        min_date: text(site, [nested.min_date, flat.min_date]),
        max_date: text(site, [nested.max_date, flat.max_date]),
        min_items: number(site, [nested.min_items, flat.min_items], is_count),
        max_items: number(site, [nested.max_items, flat.max_items], is_count),
    };
    let above = |low: &f64, high: &f64| low > high;
    let value = |number: f64| Json::Number(number);
    order(
        site,
        ["minLength", "maxLength"],
        (&mut found.min_length, &mut found.max_length),
        above,
        value,
    );
    order(site, ["min", "max"], (&mut found.min, &mut found.max), above, value);
    order(
        site,
        ["minItems", "maxItems"],
        (&mut found.min_items, &mut found.max_items),
        above,
        value,
    );
    let dates = (&mut found.min_date, &mut found.max_date);
    order(site, ["minDate", "maxDate"], dates, |low, high| later(low, high), Json::str);
    found
}

/// Whether a number counts something.
pub(super) fn is_count(number: f64) -> bool {
    number.is_finite() && number >= 0.0 && number.fract() == 0.0
}

/// Whether both are calendar dates and the first one is later. Other forms are not compared.
fn later(low: &str, high: &str) -> bool {
    let day = |text: &str| {
        let day = text.get(..10)?;
        let digits = |at: usize, byte: u8| {
            if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() }
        };
        day.bytes().enumerate().all(|(at, byte)| digits(at, byte)).then(|| day.to_owned())
    };
    matches!((day(low), day(high)), (Some(low), Some(high)) if low > high)
}

fn number(
    site: &mut Site<'_, '_>,
    spellings: [Member<'_, '_>; 2],
    fits: fn(f64) -> bool,
) -> Option<f64> {
    first(site, spellings, |_, _, value| value.as_f64().filter(|number| fits(*number)))
}

fn text(site: &mut Site<'_, '_>, spellings: [Member<'_, '_>; 2]) -> Option<String> {
    first(site, spellings, |site, path, value| match value {
        Json::String(text) => Some(site.reader.text(site.at.member(path), text)),
        _ => None,
    })
    .filter(|text| !text.is_empty())
}

/// The first spelling that can be read; whatever cannot, or differs from it, is kept and reported.
fn first<T: PartialEq>(
    site: &mut Site<'_, '_>,
    spellings: [Member<'_, '_>; 2],
    read: impl Fn(&mut Site<'_, '_>, &str, &Json<'_>) -> Option<T>,
) -> Option<T> {
    let mut found = None;
    for member in spellings {
        let Some(value) = member.value else { continue };
        match (read(site, member.path, value), &found) {
            (None, _) => {
                let wrong = format!("it is {}", site.reader.raw(value));
                ignore(site, member.path, value, &wrong);
            }
            (Some(this), None) => found = Some(this),
            (Some(this), Some(first)) if this == *first => {}
            (Some(_), Some(_)) => {
                ignore(site, member.path, value, "`validation` says something else");
            }
        }
    }
    found
}

fn ignore(site: &mut Site<'_, '_>, path: &str, value: &Json<'_>, why: &str) {
    report(site, path, format!("the limit `{path}` is not synchronized, because {why}"));
    site.keep(path, value);
}

fn report(site: &mut Site<'_, '_>, path: &str, message: String) {
    site.report(
        path,
        Finding::warning("INVALID_CONSTRAINT", message, "correct the limit, or remove it"),
    );
}

/// Takes both limits out, and keeps them, when no value could meet them.
fn order<T: Clone>(
    site: &mut Site<'_, '_>,
    [low_name, high_name]: [&str; 2],
    (low, high): (&mut Option<T>, &mut Option<T>),
    contradict: impl Fn(&T, &T) -> bool,
    value: impl Fn(T) -> Json<'static>,
) {
    if let (Some(least), Some(most)) = (&*low, &*high)
        && contradict(least, most)
    {
        let (least, most) = (value(least.clone()), value(most.clone()));
        let (shown_least, shown_most) = (site.reader.raw(&least), site.reader.raw(&most));
        report(
            site,
            low_name,
            format!(
                "`{low_name}` {shown_least} and `{high_name}` {shown_most} allow no value, so \
                 neither is synchronized"
            ),
        );
        site.keep(low_name, &least);
        site.keep(high_name, &most);
        (*low, *high) = (None, None);
    }
}
