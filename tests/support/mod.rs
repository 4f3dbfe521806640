//! What several tests need.

pub mod clock;
pub mod loopback;
