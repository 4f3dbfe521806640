//! The one test binary: a file of tests is a module here.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on shall fail where it stands"
)]

mod sqlite;
mod support;
