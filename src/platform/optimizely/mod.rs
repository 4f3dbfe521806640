//! Optimizely CMS (SaaS): its content types through the REST API, versions `v1` and `preview3`
//! behind one neutral view.
//!
//! # The view
//!
//! | atom | value |
//! |---|---|
//! | `/displayName`, `/description`, `/baseType` | text |
//! | `/propertyOrder` | list of property keys |
//! | `/properties/<key>` | `true` |
//! | `/properties/<key>/type` | `{type, format?, items?: {type, format?}, contentType?}` |
//! | `/properties/<key>/displayName`, `…/description`, `…/pattern` | text |
//! | `/properties/<key>/required` | `true` |
//! | `/properties/<key>/minLength`, `…/maxLength`, `…/minItems`, `…/maxItems` | number |
//! | `/properties/<key>/minimum`, `…/maximum` | number, or a moment in UTC |
//! | `/properties/<key>/enum/<value>`, `…/enum/<value>/displayName` | `true`, text |
//! | `/properties/<key>/enumOrder` | list of values |
//! | `/properties/<key>/allowedTypes/<reference>` | `true` |
//!
//! What the wire puts on the elements of a list (`items`) stands directly under the property here.
//! References are `content-type:<row id>` (projected) or `remote:<key>` (read, and for the
//! platform's own base types such as `remote:_image`).
//!
//! # Declared normalization
//!
//! Two definitions that differ only so are equal, and no write is ever made for it:
//! * `null`, an empty text and an absent member are the same, as are `required: false` and none;
//! * `allowedTypes` and `enum` are sets; the order of an enumeration is an atom of its own;
//! * words for property types are compared without regard to case (an earlier tool left `String`);
//! * a bound of a `dateTime` is a moment: written in UTC, whatever its offset was;
//! * an attribute that the property's type cannot hold is not seen ([`Attribute`]);
//! * the order of properties is what their `sortOrder` says, and unknown when two are equal;
//! * `localized`, `group`, `indexingType`, `sortOrder` itself, `restrictedTypes`, `mayContainTypes`
//!   and every other member are not owned: neither read nor written, and kept by every update.
//!
//! Outside facts are from the official preview3 document, and from the types that Optimizely
//! generated from its own v1 document for `@optimizely/cms-cli` 2.2.0, unless a line says otherwise.

mod client;
mod dialect;
mod keys;
mod limits;
mod mapping;
mod moment;
mod normalize;
mod order;
mod paths;
mod pattern;
mod profile;
mod property_type;
mod system;
mod version;
mod wire;

pub use client::OptimizelyAdapter;
pub use dialect::{KNOWN_FORMATS, OptimizelyDialect, Settings};
pub use mapping::{Attribute, Carry, carries};
pub use pattern::EMAIL_PATTERN;
pub use profile::Profile;
pub use property_type::{ItemType, PropertyType};
pub use version::ApiVersion;
