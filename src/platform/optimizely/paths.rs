//! Where atoms stand in the view.

use crate::canonical::Path;

/// List of properties.
pub(super) const PROPERTIES: &str = "properties";
/// List of options.
pub(super) const ENUM: &str = "enum";
/// List of allowed types.
pub(super) const ALLOWED_TYPES: &str = "allowedTypes";
/// Name of the atom that orders [`ENUM`].
pub(super) const ENUM_ORDER: &str = "enumOrder";
/// Name of the atom that says what a property is.
pub(super) const TYPE: &str = "type";
/// Name shown to people.
pub(super) const DISPLAY_NAME: &str = "displayName";
/// Explanation.
pub(super) const DESCRIPTION: &str = "description";
/// Whether a value is required.
pub(super) const REQUIRED: &str = "required";

/// An attribute of the type itself.
pub(super) fn of_type(attribute: &str) -> Path {
    Path::root().child(attribute)
}

/// The list of properties.
pub(super) fn properties() -> Path {
    of_type(PROPERTIES)
}

/// A property.
pub(super) fn property(key: &str) -> Path {
    properties().child(key)
}

/// The base type.
pub(super) fn base_type() -> Path {
    of_type("baseType")
}

/// The order of the properties.
pub(super) fn property_order() -> Path {
    of_type("propertyOrder")
}

/// Begins a reference to a document of the platform.
pub(super) const REMOTE: &str = "remote:";
/// Begins a reference to a content type of the studio.
pub(super) const CONTENT_TYPE: &str = "content-type:";
