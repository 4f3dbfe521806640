//! How well a platform type holds a kind of the studio.

use crate::model::{Choice, Field, FieldKind};

use super::super::PropertyType;
use super::need::{Need, need};

/// How well a platform type holds the values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    /// Every value, and nothing but such values.
    Fully,
    /// Every value, but as the reason says.
    Partly(&'static str),
    /// Not at all.
    No,
}

/// Judges how well a platform type holds the values of a field.
///
/// ```
/// use catalyst_sync::model::{Field, FieldKind};
/// use catalyst_sync::platform::optimizely::{Carry, PropertyType, carries};
///
/// let field = Field { kind: FieldKind::Number, ..Field::default() };
/// assert_eq!(carries(&PropertyType::named("float"), &field), Carry::Fully);
/// assert_eq!(carries(&PropertyType::named("string"), &field), Carry::Partly("held as text"));
/// assert_eq!(carries(&PropertyType::named("boolean"), &field), Carry::No);
/// ```
#[must_use]
pub fn carries(platform: &PropertyType, field: &Field) -> Carry {
    let name = platform.name.as_str();
    match (need(field), name) {
        (Need::Fields, "component") | (Need::Structure, "json") => Carry::Fully,
        (Need::One(kind), _) if !platform.is_array() => one(name, &kind, field),
        (Need::Many(kind), "array") => one(platform.element(), &kind, field),
        (Need::Many(_), "string") => Carry::Partly("the list is held in one text"),
        (Need::Many(_) | Need::Fields, "json") => Carry::Partly("held as JSON of any form"),
        (Need::Structure | Need::Fields, "string") => Carry::Partly("held as JSON in a text"),
        _ => Carry::No,
    }
}

/// One value. A text and a JSON document hold everything somehow.
fn one(platform: &str, kind: &FieldKind, field: &Field) -> Carry {
    use FieldKind as K;
    let is_reference = kind.refers() || matches!(kind, K::Image | K::Media | K::File);
    match (kind, platform) {
        (K::Text | K::Slug | K::TextArea | K::Email | K::Select, "string")
        | (K::RichText, "richText")
        | (K::Number | K::Decimal, "float")
        | (K::Boolean, "boolean")
        | (K::Date | K::DateTime, "dateTime")
        | (K::Url, "url") => Carry::Fully,
        (_, "contentReference") if is_reference => Carry::Fully,
        (_, "content") if is_reference => Carry::Partly("may also hold content of its own"),
        (K::Number | K::Decimal, "integer") if is_whole(field) => Carry::Fully,
        (K::Number | K::Decimal, "integer") => Carry::Partly("only whole numbers are held"),
        (K::Select, "integer" | "float") if has_numbers_only(&field.options) => Carry::Fully,
        (K::Url, "link") => Carry::Partly("a link has a text and a target besides its address"),
        (K::Image | K::Media | K::File, "url" | "link") => {
            Carry::Partly("an address is held in the place of a reference")
        }
        (K::Text | K::Slug | K::TextArea, "richText") => Carry::Partly("held as formatted text"),
        (K::RichText, "string") => Carry::Partly("held as markup in a plain text"),
        (K::Url, "string") => Carry::Partly("held as text that need not be an address"),
        (_, "string") if is_reference => Carry::Partly("held as a text instead of a reference"),
        (_, "string") => Carry::Partly("held as text"),
        (_, "json") => Carry::Partly("held as JSON of any form"),
        _ => Carry::No,
    }
}

/// Whether a field holds whole numbers only.
pub(super) fn is_whole(field: &Field) -> bool {
    field.constraints.precision == Some(0.0)
}

fn has_numbers_only(options: &[Choice]) -> bool {
    options.iter().all(|option| option.value.parse::<f64>().is_ok())
}
