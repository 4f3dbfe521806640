//! The one test binary: a file of tests is a module here.

mod fake_server;
#[expect(unused_imports, reason = "the fake's whole face is for every test to come")]
mod support;
