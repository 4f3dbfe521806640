//! One function per door through which something comes in that others wrote.
//!
//! Each takes any bytes. It panics when a promise does not hold: what was accepted has to be read
//! again as what it was, and everything else ends in an error that says what it is. The seeded tests
//! beside it call them, and so do the targets in `fuzz/`, so they need nothing but the crate.

mod answers;
mod definition;
mod export;
mod folder;
mod json;
mod life;
mod options;
mod row;
mod rows;
mod state;

pub use answers::answers;
pub use definition::definition;
pub use export::export;
pub use folder::folder;
pub use json::json;
pub use options::options;
pub use row::row;
pub use rows::rows;
pub use state::state;
