//! A remote definition as a view.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, Draft, Path, View, parse};
use crate::model::Json;
use crate::port::{DialectError, RemoteDefinition};

use super::mapping::Attribute;
use super::moment::{Edge, to_utc};
use super::paths::{self, ALLOWED_TYPES, DESCRIPTION, DISPLAY_NAME, ENUM, ENUM_ORDER, REMOTE};
use super::{PropertyType, order};

/// Reads a definition down to what we own; the declared normalization is that of the
/// [module](super).
pub(super) fn normalize(remote: &RemoteDefinition) -> Result<View, DialectError> {
    let key = remote.id.key();
    let body = parse(&remote.body)
        .map_err(|error| DialectError::new(format!("{key} cannot be read: {error}")))?;
    view_of(&body).map_err(|reason| DialectError::new(format!("{key}: {reason}")))
}

/// The types that a definition lets stand below it, and those that its properties exclude; none of a
/// definition that cannot be read.
pub(super) fn other_references(remote: &RemoteDefinition) -> BTreeSet<String> {
    let Ok(body) = parse(&remote.body) else { return BTreeSet::new() };
    let keys = |holder: &Json<'_>, member: &str| -> Vec<String> {
        let list = holder.get(member).and_then(Json::elements).unwrap_or_default();
        list.iter().filter_map(Json::as_str).map(str::to_owned).collect()
    };
    let mut found: BTreeSet<String> = keys(&body, "mayContainTypes").into_iter().collect();
    let properties = body.get("properties").and_then(Json::members).unwrap_or_default();
    for (_, property) in properties {
        found.extend(keys(property, "restrictedTypes"));
        found.extend(property.get("items").iter().flat_map(|items| keys(items, "restrictedTypes")));
    }
    found
}

/// The view of a definition that is read already.
pub(super) fn view_of(body: &Json<'_>) -> Result<View, String> {
    if body.members().is_none() {
        return Err(format!("the definition is {}, not an object", body.type_name()));
    }
    let mut view = Draft::default();
    for attribute in [DISPLAY_NAME, DESCRIPTION, "baseType"] {
        if let Some(text) = text(body, attribute) {
            view.set(paths::of_type(attribute), text);
        }
    }
    let properties = match body.get("properties") {
        None | Some(Json::Null) => &[],
        Some(properties) => properties
            .members()
            .ok_or_else(|| format!("properties is {}, not an object", properties.type_name()))?,
    };
    // Of two members with one name the last one counts.
    let mut by_key = BTreeMap::new();
    for (key, property) in properties {
        by_key.insert(key.as_str().ok_or("a property's key is no Unicode")?, property);
    }
    let mut numbers = Vec::new();
    for (key, property) in by_key.into_iter().filter(|(_, property)| !property.is_null()) {
        if property.members().is_none() {
            return Err(format!("property {key} is {}, not an object", property.type_name()));
        }
        view.begin_section();
        read_property(property, &paths::property(key), &mut view);
        numbers.extend(order::number(property).map(|number| (key.to_owned(), number)));
    }
    if let Some(order) = order::sequence(numbers) {
        let keys = order.into_iter().map(Json::str).collect();
        view.begin_section();
        view.set(paths::property_order(), Canonical::of(&Json::Array(keys)));
    }
    Ok(view.finish())
}

fn read_property(property: &Json<'_>, at: &Path, view: &mut Draft) {
    view.set(at.clone(), Canonical::bool(true));
    for attribute in [DISPLAY_NAME, DESCRIPTION] {
        if let Some(text) = text(property, attribute) {
            view.set(at.child(attribute), text);
        }
    }
    let is_required = ["isRequired", "required"]
        .into_iter()
        .any(|member| property.get(member).and_then(Json::as_bool) == Some(true));
    if is_required {
        view.set(at.child(paths::REQUIRED), Canonical::bool(true));
    }
    let Some(platform) = PropertyType::from_wire(property) else { return };
    view.set(at.child(paths::TYPE), platform.to_canonical());
    let items = property.get("items").filter(|_| platform.is_array());
    let element = items.unwrap_or(property);
    for attribute in Attribute::ALL.into_iter().filter(|attribute| attribute.fits(&platform)) {
        let holder = if attribute.is_of_element() { element } else { property };
        let Some(value) = holder.get(attribute.name()).filter(|value| says_something(value)) else {
            continue;
        };
        match attribute {
            Attribute::Enum => read_options(value, at, view),
            Attribute::AllowedTypes => {
                let keys = value.elements().unwrap_or_default().iter().filter_map(Json::as_str);
                for key in keys {
                    let reference = format!("{REMOTE}{key}");
                    view.set(at.child(ALLOWED_TYPES).child(&reference), Canonical::bool(true));
                }
            }
            Attribute::Pattern => {
                if let Some(pattern) = text(holder, "pattern") {
                    view.set(at.child(attribute.name()), pattern);
                }
            }
            Attribute::Minimum | Attribute::Maximum if platform.element() == "dateTime" => {
                let moment = value.as_str().and_then(|text| to_utc(text, Edge::Start));
                let value =
                    moment.map_or_else(|| Canonical::of(value), |text| Canonical::str(&text));
                view.set(at.child(attribute.name()), value);
            }
            _ => view.set(at.child(attribute.name()), Canonical::of(value)),
        }
    }
}

fn read_options(options: &Json<'_>, at: &Path, view: &mut Draft) {
    let list = at.child(ENUM);
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for option in options.elements().unwrap_or_default() {
        let Some(identity) = option_identity(option) else { continue };
        if !seen.insert(identity.clone()) {
            continue;
        }
        let element = list.child(&identity);
        if let Some(name) = text(option, DISPLAY_NAME) {
            view.set(element.child(DISPLAY_NAME), name);
        }
        view.set(element, Canonical::bool(true));
        order.push(Json::str(identity));
    }
    if !order.is_empty() {
        view.set(at.child(ENUM_ORDER), Canonical::of(&Json::Array(order)));
    }
}

/// What identifies an option: its value, as text.
pub(super) fn option_identity(option: &Json<'_>) -> Option<String> {
    match option.get("value")? {
        Json::String(text) => text.as_str().map(str::to_owned),
        value @ (Json::Number(_) | Json::Bool(_)) if says_something(value) => {
            Some(Canonical::of(value).as_str().to_owned())
        }
        _ => None,
    }
}

/// Whether a value is more than absent. A number too large for any other is written as `null`.
fn says_something(value: &Json<'_>) -> bool {
    !value.is_null() && value.as_f64().is_none_or(f64::is_finite)
}

/// What holds the attributes of single values: the `items` of a list, else the property itself.
pub(super) fn element_of<'j, 'a>(property: &'j Json<'a>) -> &'j Json<'a> {
    let is_array = PropertyType::from_wire(property).is_some_and(|platform| platform.is_array());
    property.get("items").filter(|_| is_array).unwrap_or(property)
}

/// A text that is there and not empty.
fn text(value: &Json<'_>, member: &str) -> Option<Canonical> {
    let value = value.get(member).filter(|value| matches!(value, Json::String(_)))?;
    let canonical = Canonical::of(value);
    (canonical.as_str() != "\"\"").then_some(canonical)
}
