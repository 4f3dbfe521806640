//! What several tests need.

pub mod studio_db;
