//! From what a property is on the platform to a kind of the studio.

use crate::model::{Field, FieldKind};

use super::super::PropertyType;
use super::attribute::Attribute;
use super::carry::{Carry, carries};
use super::need::{Need, need};

/// What of a property, besides its type, tells what it is for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    /// It has an enumeration.
    pub(super) is_enumeration: bool,
    /// It may point at images, and at nothing else.
    pub(super) images_only: bool,
}

/// The kind, and that of the elements, that the studio would choose for a property. Only words that
/// the schema of its API knows are chosen, so the rarer ones of its other writers are not.
pub(super) fn natural(
    platform: &PropertyType,
    signs: Signs,
) -> Option<(FieldKind, Option<FieldKind>)> {
    use FieldKind as K;
    let one = match platform.element() {
        "string" | "integer" | "float" if signs.is_enumeration => K::Select,
        "string" => K::Text,
        "integer" | "float" => K::Number,
        "boolean" => K::Boolean,
        "dateTime" => K::Date,
        "richText" => K::RichText,
        "url" | "link" => K::Url,
        "contentReference" if signs.images_only => K::Image,
        "contentReference" | "content" => K::Reference,
        "json" if !platform.is_array() => K::Json,
        _ => return None,
    };
    if !platform.is_array() {
        return Some((one, None));
    }
    Some(match one {
        K::Text => (K::Tags, None),
        K::Image => (K::Gallery, None),
        element => (K::Array, Some(element)),
    })
}

/// Gives a field the kind that its property's type asks for. A kind that the type holds without loss
/// stays, and so does one that it holds somehow where the studio has nothing better.
pub(super) fn retype(field: &mut Field, platform: &PropertyType, signs: Signs) {
    let is_select =
        matches!(need(field), Need::One(FieldKind::Select) | Need::Many(FieldKind::Select));
    let is_image =
        matches!(need(field), Need::One(FieldKind::Image) | Need::Many(FieldKind::Image));
    let names_types = Attribute::AllowedTypes.fits(platform);
    let suits = carries(platform, field) == Carry::Fully
        && (!signs.is_enumeration || is_select)
        && (!names_types || is_image == signs.images_only);
    if suits {
        return whole_numbers(field, platform);
    }
    let Some((kind, item)) = natural(platform, signs) else { return };
    if !kind.refers() && !item.as_ref().is_some_and(FieldKind::refers) {
        field.targets.clear();
    }
    if signs.is_enumeration && !is_select {
        // Options that nothing could show are none of those that there are now.
        field.options.clear();
    }
    field.fields.clear();
    field.kind = kind;
    field.item = item.map(Box::new);
    whole_numbers(field, platform);
}

/// A property of whole numbers is a number without decimals, and one of others is not.
pub(super) fn whole_numbers(field: &mut Field, platform: &PropertyType) {
    let (Need::One(kind) | Need::Many(kind)) = need(field) else { return };
    if !matches!(kind, FieldKind::Number | FieldKind::Decimal) {
        return;
    }
    match platform.element() {
        "integer" => field.constraints.precision = Some(0.0),
        "float" if field.constraints.precision == Some(0.0) => field.constraints.precision = None,
        _ => {}
    }
}
