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
//! * the order of properties is what their `sortOrder` says; it does not name those that share one;
//! * `localized`, `group`, `indexingType`, `sortOrder` itself, `restrictedTypes`, `mayContainTypes`
//!   and every other member are not owned: neither read nor written, and kept by every update.
//!
//! What the platform may write down again without anybody's edit, beyond what reading sees through
//! (white space in texts, numbers as texts), is declared in the dialect's `Shape` and told apart by
//! [`drift`](crate::drift).
//!
//! # What is not synced
//!
//! A change in the studio is exactly one change here, unless it is of one of these. The whole list, by
//! kind and profile and with every reason, is `tests/golden/not-synced.txt`, against which a test
//! changes every attribute of every kind; each of them is a loss or a finding of the projection.
//!
//! | attribute | why |
//! |---|---|
//! | plural name, icon, display field, settings | types of the platform have no such attribute |
//! | category of a type that exists | the base type cannot be changed |
//! | unique, default value, placeholder, whatever the model has no place for | properties have none |
//! | description of an option | options have none |
//! | lengths, pattern, bounds, dates, item limits, options, targets | where the type that the property has cannot hold them ([`Attribute::fits`]) |
//! | precision | it is no attribute: it chooses between `integer` and `float` for a new property |
//! | a kind that the property's type holds as well | the type is kept, so that no content is lost |
//! | fields in fields | unless they make a type of their own, which is synced as one |
//!
//! # The way home
//!
//! Every view comes home without a remainder that is made of: properties with a display name, whose
//! type is `string`, `url`, `boolean`, `integer`, `float`, `dateTime`, `contentReference`,
//! `richText`, `json`, or a list of one of these but `json`; `allowedTypes` that are types of the
//! studio, or `_image` alone; options with a name; a type whose display name the studio's API takes
//! for a name (`^[A-Z][a-zA-Z0-9 ]*$`). A `link` and `content` come home as an address and a
//! reference. `binary`, `component` and newer types have no kind in the studio. What a kind always
//! says (the pattern of an e-mail address, images for an image), what one text that holds a whole
//! list cannot say, and what a relationship has no place for, stays on the platform as well.
//!
//! A kind stays as long as the property's type holds it without loss. New kinds are words that the
//! studio's API knows.
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
