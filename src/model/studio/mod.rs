//! The studio's dialects of a content type, read into one model.
//!
//! Three writers fill a row: the seed (a bare list of fields, limits flat on the field), the UI
//! builder and the API with its AI tools (an object with `fields` and `relationships`, limits under
//! `validation`). [`content_type`] reads all of them by the same rules:
//!
//! * `null` and an empty text say nothing, as in the studio's own code.
//! * Where several spellings of one thing are given, the first in the order below counts, and one
//!   that says something else is kept by its own name:
//!   `key` > `name` > `id` (machine name), `defaultValue` > `default`,
//!   `helpText` > `help` > `description`, `validation.x` > `x`, `itemType` > `items`.
//! * What has no place in the model is kept as canonical JSON in [`Field::extra`] or
//!   [`ContentType::settings`] by its name; a member of an inner object by the pointer to it, such
//!   as `validation/required`.
//! * Nothing is invented and nothing is dropped without a finding. A field that cannot be read
//!   blocks its type, because a field that seems to be missing would look like a deletion.
//!
//! Findings point into the definition: `/fields/<index as written>/…`, `/relationships/<index>/…`,
//! `/settings/…`, whether the column holds a list or an object.
//!
//! [`Field::extra`]: crate::model::Field::extra
//! [`ContentType::settings`]: crate::model::ContentType::settings

mod at;
mod constraint;
mod definition;
mod edit;
mod field;
mod item;
mod member;
mod new;
mod option;
mod reader;
mod reference;
mod relationship;
mod row;
pub mod rules;

pub use definition::content_type;
pub use edit::{Changes, Codec, Parser, Unwritable, edit};
pub use new::{Manner, NewRow, new_row};
pub use reader::Writer;
pub use row::{Column, Row};
