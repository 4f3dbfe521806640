//! See `entry::json`.
#![no_main]

#[path = "../../tests/fuzz/entry/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the other doors have targets of their own")]
mod entry;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entry::json(data));
