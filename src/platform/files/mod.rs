//! A folder of JSON files, one per content type.
//!
//! `<Key>.json` holds a type, written so that version control shows one line per change;
//! `catalyst-sync.json` holds the id of the folder, which is its tenant. People may edit the files:
//! what the engine does not know of them stays as it is, and a file that cannot be read is an error
//! of that type alone.
//!
//! Everything that the studio can say is expressible, so nothing is ever lost here, and nothing is
//! left out: a change in the studio is exactly one change of the file's view. Home comes what the
//! studio can say: fields with a name that its API takes and a kind that it knows, texts that are
//! not empty, defaults other than `null`. A relationship has no place for limits or help, and a
//! studio that has a column for the category always has one.

mod adapter;
mod choice;
mod dialect;
mod failure;
mod folder;
mod form;
mod marker;
mod name;
mod parse;
mod project;
mod reflect;
mod render;

pub use adapter::FilesAdapter;
pub use dialect::FilesDialect;
pub use folder::FolderError;
