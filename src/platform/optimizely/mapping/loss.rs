//! What a view cannot express.

use crate::canonical::Canonical;
use crate::model::{ContentType, Field, Json};
use crate::port::Loss;

/// Why an attribute has no place at all.
const NO_PLACE: &str = "the platform has no such attribute";

/// Names one loss.
pub(super) fn loss(attribute: &str, value: Canonical, reason: impl Into<String>) -> Loss {
    Loss { attribute: attribute.to_owned(), value, reason: reason.into() }
}

/// A value that the engine carries without interpreting it.
pub(super) fn raw(text: &str) -> Canonical {
    Canonical::parse(text).unwrap_or_else(|_| Canonical::str(text))
}

/// A list of texts.
pub(super) fn texts(texts: &[String]) -> Canonical {
    Canonical::of(&Json::Array(texts.iter().map(|text| Json::str(text.as_str())).collect()))
}

/// What of a type has no place on the platform, whatever its fields are.
pub(super) fn of_type(local: &ContentType) -> Vec<Loss> {
    let named = [
        ("pluralName", &local.plural_name),
        ("icon", &local.icon),
        ("displayField", &local.display_field),
    ];
    let mut losses: Vec<Loss> = named
        .into_iter()
        .filter_map(|(attribute, value)| {
            let value = value.as_deref().filter(|value| !value.is_empty())?;
            Some(loss(attribute, Canonical::str(value), NO_PLACE))
        })
        .collect();
    losses.extend(
        local
            .settings
            .iter()
            .map(|(name, value)| loss(&format!("settings.{name}"), raw(value), NO_PLACE)),
    );
    losses
}

/// What of a field has no place on the platform, whatever its property's type is.
pub(super) fn of_field(field: &Field) -> Vec<Loss> {
    let mut losses = Vec::new();
    if field.unique {
        losses.push(loss("unique", Canonical::bool(true), NO_PLACE));
    }
    if let Some(value) = &field.default_value {
        losses.push(loss("defaultValue", raw(value), NO_PLACE));
    }
    if let Some(value) = field.placeholder.as_deref().filter(|value| !value.is_empty()) {
        losses.push(loss("placeholder", Canonical::str(value), NO_PLACE));
    }
    losses.extend(field.extra.iter().map(|(name, value)| loss(name, raw(value), NO_PLACE)));
    losses
}
