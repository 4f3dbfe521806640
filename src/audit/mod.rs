//! Layer 2: the audit, a chain in which each entry covers the one before.
//!
//! An entry says who did or was refused what, and holds the digest of the row that it is about. Its
//! hash covers the hash of the entry before, so that whoever changes, removes or inserts anything
//! has to change everything after it. A [`Seal`] signs hashes with a key, so that nobody without
//! the key can: one signature vouches for its entry and for all before it. No key is known here.
//!
//! `docs/audit.md` describes the form of entries and of exports, and what either can show.

mod chain;
mod entry;
mod export;
mod head;
mod seal;

pub use chain::{Chain, Covered, Line, Verdict, predecessor_of};
pub use entry::{Entry, Event, covered_by, moment_of, run_of};
pub use export::{DamagedLine, footer, header, line, verify_export};
pub use head::{Exempt, Head};
pub use seal::Seal;

/// What stands before the first entry.
pub const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The first entry: what was there already, which no entry covers.
pub const BEGIN: &str = "audit.begin";

/// That entries were cut off by retention: which was the last of them.
pub const CUT: &str = "audit.cut";
