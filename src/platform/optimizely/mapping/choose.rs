//! Which platform type a field gets.

use std::collections::BTreeSet;

use crate::canonical::derive_key;
use crate::model::{ContentType, Field, FieldKind};
use crate::platform::optimizely::profile::Profile;
use crate::port::Held;

use super::super::paths::{self, CONTENT_TYPE};
use super::super::{PropertyType, keys};
use super::carry::{Carry, carries, is_whole};
use super::need::{Need, need};

/// Longest text that the format `shortString` holds.
const SHORT_STRING: f64 = 255.0;

/// By which rules new properties get their types.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Rules<'r> {
    /// The table.
    pub(in super::super) profile: Profile,
    /// Property formats that the target lists.
    pub(in super::super) formats: &'r BTreeSet<String>,
}

/// The type that was chosen for a field.
pub(super) struct Chosen {
    /// What the property is.
    pub(super) platform: PropertyType,
    /// Kept, because the property has it already.
    pub(super) held: bool,
    /// How well it holds the field.
    pub(super) carry: Carry,
}

/// Chooses the type of a field's property.
///
/// A type that the property already has is kept as long as it can hold the kind, whatever the
/// profile says; once the studio's kind has changed, only if it holds the new kind without loss.
pub(super) fn choose(
    rules: Rules<'_>,
    local: &ContentType,
    field: &Field,
    key: &str,
    held: &Held,
) -> Chosen {
    let desired = desired(rules, local, field);
    let existing = held.view.get(&paths::property(key).child(paths::TYPE));
    let other = existing.filter(|existing| **existing != desired.to_canonical());
    let existing = other.and_then(PropertyType::from_canonical);
    let is_same_kind = held.kinds.get(key).is_none_or(|kind| *kind == field.kind_word());
    if let Some(existing) = existing {
        let carry = carries(&existing, field);
        let keep = match carry {
            Carry::Fully => true,
            Carry::Partly(_) => is_same_kind,
            Carry::No => false,
        };
        if keep {
            return Chosen { held: true, platform: existing, carry };
        }
    }
    let carry = carries(&desired, field);
    Chosen { platform: desired, held: false, carry }
}

/// What a new property gets (`api.md` §5).
fn desired(rules: Rules<'_>, local: &ContentType, field: &Field) -> PropertyType {
    match rules.profile {
        Profile::Compatible => PropertyType::named(match field.kind {
            FieldKind::Boolean => "boolean",
            FieldKind::Date | FieldKind::DateTime => "dateTime",
            _ => "string",
        }),
        Profile::Native => native(rules, local, field),
    }
}

fn native(rules: Rules<'_>, local: &ContentType, field: &Field) -> PropertyType {
    match need(field) {
        Need::One(kind) => {
            let is_short = matches!(kind, FieldKind::Text | FieldKind::Slug)
                && field.constraints.max_length.is_some_and(|max| max <= SHORT_STRING)
                && rules.formats.contains("shortString");
            let format = is_short.then(|| "shortString".to_owned());
            PropertyType { format, ..PropertyType::named(native_word(&kind, field)) }
        }
        Need::Many(kind) => PropertyType::array_of(native_word(&kind, field)),
        Need::Fields if is_nameable(local, field) => PropertyType {
            content_type: Some(format!("{CONTENT_TYPE}{}", part_id(local, field))),
            ..PropertyType::named("component")
        },
        Need::Structure | Need::Fields => PropertyType::named("json"),
    }
}

fn native_word(kind: &FieldKind, field: &Field) -> &'static str {
    match kind {
        FieldKind::RichText => "richText",
        FieldKind::Number | FieldKind::Decimal if is_whole(field) => "integer",
        FieldKind::Number | FieldKind::Decimal => "float",
        FieldKind::Boolean => "boolean",
        FieldKind::Date | FieldKind::DateTime => "dateTime",
        FieldKind::Url => "url",
        FieldKind::Image | FieldKind::Media | FieldKind::File => "contentReference",
        kind if kind.refers() => "contentReference",
        _ => "string",
    }
}

/// The id of the type that a field's nested fields make.
pub(super) fn part_id(local: &ContentType, field: &Field) -> String {
    format!("{}/{}", local.id, field.identity())
}

/// Whether nested fields can be a type of their own: there are some, each has a name, and no two
/// would get the same key. What is such a type itself has none: its id holds a slash, which no row
/// id of the studio does, and one level keeps the number of types a user can foresee.
fn is_nameable(local: &ContentType, field: &Field) -> bool {
    let mut seen = BTreeSet::new();
    !local.id.contains('/')
        && !field.fields.is_empty()
        && field.fields.iter().all(|nested| {
            !nested.name.is_empty()
                && seen.insert(derive_key(&nested.name, "field").to_ascii_lowercase())
        })
}

/// The key of a field's property: as bound, else as it would be made.
pub(super) fn key_of(field: &Field, held: &Held) -> String {
    held.keys.get(&field.identity()).cloned().unwrap_or_else(|| keys::of_field(field).preferred)
}
