//! Layer 1: one normal form and its JSON.
//!
//! The canonical JSON of a value is what the studio's `ContentTypeHasher` makes of it, byte for
//! byte: members in JavaScript's order, numbers in ECMAScript's shortest form, lone surrogates
//! escaped. But for members called `__proto__`, which the hasher loses: only the content hash leaves
//! them out, because a platform may well have a property of that name. The crate's own parser is needed for that, because no other keeps a lone surrogate or
//! lets the last of two equal members win (the studio's rules are in the README, "Hashes").

mod column;
mod content_hash;
mod key;
mod order;
mod parse;
mod path;
mod plain;
mod view;
mod write;

pub use column::column;
pub use content_hash::{content_hash, content_hash_of_parsed_row, content_hash_of_row};
pub use key::derive_key;
pub use parse::{MAX_DEPTH, ParseError, parse, parse_besides};
pub use path::Path;
pub use view::{Canonical, Draft, View};
pub use write::{write, write_into, write_ordered, write_pretty};
