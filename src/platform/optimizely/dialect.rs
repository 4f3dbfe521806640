//! The dialect of Optimizely.

use std::collections::BTreeSet;
use std::time::Duration;

use super::profile::Profile;
use crate::canonical::View;
use crate::merge::{Meaning, Rewrite};
use crate::model::{ContentType, Field};
use crate::port::{
    Capabilities, Dialect, DialectError, FieldNames, Held, IdentityMode, KeyNames,
    PreconditionMode, Projection, Reflection, RemoteDefinition, Shape,
};

use super::mapping::{self, Rules};
use super::version::ApiVersion;
use super::{keys, normalize};

/// Names the rules of this release; changed whenever the same input would give another view.
const RULES: &str = "optimizely/2";

/// How long a read may show what was there before a write. Third parties saw old versions for
/// seconds, even flapping between replicas; a minute is on the safe side.
const READ_LAG: Duration = Duration::from_mins(1);

/// Property formats that every target is known to list: none, because the documents say to read
/// them from the target.
pub const KNOWN_FORMATS: [&str; 0] = [];

/// What a dialect is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Version of the API.
    pub version: ApiVersion,
    /// Table for new properties.
    pub profile: Profile,
    /// Keys of the property formats that the target lists; only these are ever used.
    pub formats: BTreeSet<String>,
    /// How long a request that got no answer may still take effect.
    pub in_flight: Duration,
}

impl Settings {
    /// Settings for a target whose property formats are not known.
    #[must_use]
    pub fn new(version: ApiVersion, profile: Profile) -> Self {
        let formats = KNOWN_FORMATS.into_iter().map(str::to_owned).collect();
        Self { version, profile, formats, in_flight: Duration::from_secs(30) }
    }
}

/// What Optimizely can express: see the [module](super) for the view.
#[derive(Debug, Clone)]
pub struct OptimizelyDialect {
    settings: Settings,
}

impl OptimizelyDialect {
    /// Makes a dialect.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    fn rules(&self) -> Rules<'_> {
        Rules { profile: self.settings.profile, formats: &self.settings.formats }
    }
}

/// The structure of the view.
const SHAPE: Shape = Shape {
    lists: &["properties", "enum", "allowedTypes"],
    orders: &[("propertyOrder", "properties"), ("enumOrder", "enum")],
    anchor: "type",
    bound: &[
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
        "enum",
        "enumOrder",
        "allowedTypes",
    ],
    ranges: &[("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems")],
    references: &["allowedTypes", "type"],
    owned: &[
        "/displayName",
        "/description",
        "/baseType",
        "/propertyOrder",
        "/properties/*",
        "/properties/*/type",
        "/properties/*/displayName",
        "/properties/*/description",
        "/properties/*/required",
        "/properties/*/minLength",
        "/properties/*/maxLength",
        "/properties/*/pattern",
        "/properties/*/minimum",
        "/properties/*/maximum",
        "/properties/*/minItems",
        "/properties/*/maxItems",
        "/properties/*/enum/*",
        "/properties/*/enum/*/displayName",
        "/properties/*/enumOrder",
        "/properties/*/allowedTypes/*",
    ],
    meanings: &[
        ("displayName", Meaning::Name),
        ("description", Meaning::Text),
        ("baseType", Meaning::Nature),
        ("type", Meaning::Nature),
        ("required", Meaning::Restriction),
        ("pattern", Meaning::Restriction),
        ("minLength", Meaning::Least),
        ("minimum", Meaning::Least),
        ("minItems", Meaning::Least),
        ("maxLength", Meaning::Most),
        ("maximum", Meaning::Most),
        ("maxItems", Meaning::Most),
        ("enum", Meaning::Allowed),
        ("allowedTypes", Meaning::Allowed),
    ],
    rewrites: &[
        ("/displayName", &[Rewrite::Whitespace]),
        ("/description", &[Rewrite::Whitespace]),
        ("/properties/*/displayName", &[Rewrite::Whitespace]),
        ("/properties/*/description", &[Rewrite::Whitespace]),
        ("/properties/*/enum/*/displayName", &[Rewrite::Whitespace]),
        ("/properties/*/minLength", &[Rewrite::NumberAsText]),
        ("/properties/*/maxLength", &[Rewrite::NumberAsText]),
        ("/properties/*/minimum", &[Rewrite::NumberAsText]),
        ("/properties/*/maximum", &[Rewrite::NumberAsText]),
        ("/properties/*/minItems", &[Rewrite::NumberAsText]),
        ("/properties/*/maxItems", &[Rewrite::NumberAsText]),
    ],
};

impl Dialect for OptimizelyDialect {
    fn name(&self) -> &'static str {
        "optimizely"
    }

    /// The version of the API is no part of it: both give the same view.
    fn fingerprint(&self) -> String {
        let formats: Vec<&str> = self.settings.formats.iter().map(String::as_str).collect();
        format!("{RULES}/{}/{}", self.settings.profile.word(), formats.join(","))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            identity: IdentityMode::Chosen,
            precondition: PreconditionMode::Etag,
            create: self.settings.version.codec().create,
            read_lag: READ_LAG,
            in_flight: self.settings.in_flight,
            shape: SHAPE,
        }
    }

    fn type_keys(&self, local: &ContentType) -> KeyNames {
        keys::of_type(local)
    }

    fn field_keys(&self, field: &Field) -> FieldNames {
        keys::of_field(field)
    }

    fn parts(&self, local: &ContentType, held: &Held) -> Vec<ContentType> {
        mapping::parts(self.rules(), local, held)
    }

    fn project(&self, local: &ContentType, held: &Held) -> Projection {
        mapping::project(self.rules(), local, held)
    }

    fn normalize(&self, remote: &RemoteDefinition) -> Result<View, DialectError> {
        normalize::normalize(remote)
    }

    fn other_references(&self, remote: &RemoteDefinition) -> BTreeSet<String> {
        normalize::other_references(remote)
    }

    fn reflect(&self, local: &ContentType, held: &Held, view: &View) -> Reflection {
        mapping::reflect(self.rules(), &SHAPE, local, held, view)
    }
}
