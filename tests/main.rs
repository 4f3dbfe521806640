//! The one test binary. Its modules are named after what they test.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod adoption;
mod apply;
mod audit;
mod bad_input;
mod blocking;
mod canonical;
mod converge;
mod crash;
mod credentials;
mod deploy;
mod detect;
mod diff;
mod drift;
mod ending;
mod errors;
mod fake_server;
mod fault_matrix;
mod faults;
mod files;
mod foreign_database;
mod fuzz;
mod guards;
mod health;
mod history;
mod http;
mod layers;
mod limits;
mod merge;
mod metrics;
mod model;
mod optimizely;
mod plan;
mod pull;
mod reading;
mod recover;
mod reflect;
mod replacing;
mod resolve;
mod retry;
mod reviewed;
mod roles;
mod rollback;
mod secrets;
mod simulation;
mod sqlite;
mod studio;
mod success_rate;
mod support;
mod system;
mod test_bed;
mod validate;
mod version;
mod versions;

/// A test file that is not listed above would never run.
#[test]
fn every_file_is_listed() {
    let listed = include_str!("main.rs");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let is_module = path.extension().is_some_and(|extension| extension == "rs");
        if is_module && name != "main" {
            let line = format!("mod {name};");
            assert!(listed.lines().any(|own| own == line), "tests/main.rs does not list {name}");
        }
    }
}
