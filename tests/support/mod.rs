//! What several tests share.

pub mod documents;
pub mod fake;
pub mod generate;
pub mod node;
pub mod written;
