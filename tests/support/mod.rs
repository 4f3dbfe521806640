//! What several tests need.

pub mod generate;
pub mod scripted;
