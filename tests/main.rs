//! The one test binary: a file of tests is a module here.

mod fake_server;
mod support;
