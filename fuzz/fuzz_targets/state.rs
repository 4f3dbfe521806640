//! See `entry::state`.
#![no_main]

#[path = "../../tests/fuzz/entry/mod.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entry::state(data));
