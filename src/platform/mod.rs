//! Layer 5: the platforms, one folder each.

pub mod files;
