//! What differs between the versions of the API.

use crate::port::CreateMode;

/// A version of the REST API: the last segment of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ApiVersion {
    /// Generally available since May 2026.
    #[default]
    V1,
    /// Announced to be switched off from August 2026.
    Preview3,
}

/// Everything that is written or understood differently in one version. Reading needs little of it:
/// members of both versions are recognised in any answer.
pub(super) struct Codec {
    /// Last segment of the address.
    pub(super) segment: &'static str,
    /// Member of a property that says whether a value is required.
    pub(super) required: &'static str,
    /// Members of a type that the view does not own, and that a creation may bring.
    pub(super) carried: &'static [&'static str],
    /// The same of a property.
    pub(super) carried_of_property: &'static [&'static str],
    /// Headers of a creation or update besides those of its precondition.
    pub(super) write_headers: &'static [(&'static str, &'static str)],
    /// Property types of other versions that this one does not have.
    pub(super) missing_types: &'static [&'static str],
    /// A creation must name the type.
    pub(super) needs_display_name: bool,
    /// What a creation does when the key exists.
    pub(super) create: CreateMode,
    /// What to say when the collection is not there.
    pub(super) gone: &'static str,
}

static V1: Codec = Codec {
    segment: "v1",
    required: "isRequired",
    carried: &[
        "sortOrder",
        "mayContainTypes",
        "mediaFileExtensions",
        "compositionBehaviors",
        "isContract",
        "contracts",
        "displayMode",
        "editorSettings",
    ],
    carried_of_property: &[
        "isLocalized",
        "group",
        "indexingType",
        "restrictedTypes",
        "displayMode",
        "editorSettings",
    ],
    // Without it an update may be answered 204, and what was stored would take another request.
    write_headers: &[("prefer", "return=representation")],
    missing_types: &["binary"],
    needs_display_name: true,
    create: CreateMode::Insert,
    gone: "there is no API v1 at this address; check the address of the API",
};

static PREVIEW3: Codec = Codec {
    segment: "preview3",
    required: "required",
    carried: &["sortOrder", "mayContainTypes", "mediaFileExtensions", "compositionBehaviors"],
    carried_of_property: &[
        "localized",
        "group",
        "indexingType",
        "restrictedTypes",
        "imageDescriptor",
    ],
    write_headers: &[],
    missing_types: &[],
    needs_display_name: false,
    // The summary of the operation says "create", its description "created or replaced".
    create: CreateMode::Unknown,
    gone: "the API version preview3 was switched off; use v1 as the last segment of the address",
};

impl ApiVersion {
    /// The last segment of the API's address.
    #[must_use]
    pub fn segment(self) -> &'static str {
        self.codec().segment
    }

    /// Reads the last segment of an address.
    #[must_use]
    pub fn from_segment(segment: &str) -> Option<Self> {
        [Self::V1, Self::Preview3].into_iter().find(|version| version.segment() == segment)
    }

    pub(super) fn codec(self) -> &'static Codec {
        match self {
            Self::V1 => &V1,
            Self::Preview3 => &PREVIEW3,
        }
    }
}
