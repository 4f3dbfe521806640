//! Which attributes a platform type can hold.

use super::super::PropertyType;

/// An attribute of a property that not every type has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// Fewest characters.
    MinLength,
    /// Most characters.
    MaxLength,
    /// Regular expression.
    Pattern,
    /// Smallest value.
    Minimum,
    /// Largest value.
    Maximum,
    /// Fewest elements.
    MinItems,
    /// Most elements.
    MaxItems,
    /// Possible values.
    Enum,
    /// What a reference may point at.
    AllowedTypes,
}

impl Attribute {
    /// Every attribute.
    pub const ALL: [Self; 9] = [
        Self::MinLength,
        Self::MaxLength,
        Self::Pattern,
        Self::Minimum,
        Self::Maximum,
        Self::MinItems,
        Self::MaxItems,
        Self::Enum,
        Self::AllowedTypes,
    ];

    /// Its name in the view and on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MinLength => "minLength",
            Self::MaxLength => "maxLength",
            Self::Pattern => "pattern",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::MinItems => "minItems",
            Self::MaxItems => "maxItems",
            Self::Enum => "enum",
            Self::AllowedTypes => "allowedTypes",
        }
    }

    /// Whether it says something about each element of a list: then it stands in `items` on the
    /// wire.
    #[must_use]
    pub fn is_of_element(self) -> bool {
        !matches!(self, Self::MinItems | Self::MaxItems)
    }

    /// Whether properties of a type have it.
    ///
    /// The official document of `preview3`, schemas `ContentTypeProperty` and `ArrayItem`, speaks of
    /// "string length" and of the pattern of "a string type property", of "list length", and of
    /// bounds and possible values only as far as that their type "must match". Which types have these,
    /// and that allowed types belong to references and content, is our reading, and the narrowest:
    /// what we do not own of a type (texts as bounds, an enumeration of dates) is left as it is.
    #[must_use]
    pub fn fits(self, platform: &PropertyType) -> bool {
        let element = platform.element();
        match self {
            Self::MinLength | Self::MaxLength | Self::Pattern => element == "string",
            Self::Minimum | Self::Maximum => matches!(element, "integer" | "float" | "dateTime"),
            Self::MinItems | Self::MaxItems => platform.is_array(),
            Self::Enum => matches!(element, "string" | "integer" | "float"),
            Self::AllowedTypes => matches!(element, "contentReference" | "content"),
        }
    }
}
