//! What tests share.

pub mod fake;
