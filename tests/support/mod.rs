//! What several tests share.

pub mod clock;
pub mod death;
pub mod documents;
pub mod edits;
pub mod fake;
pub mod generate;
pub mod golden;
pub mod looked_on;
pub mod loopback;
pub mod matrix;
pub mod node;
pub mod planted;
pub mod rows;
pub mod scenario;
pub mod scripted;
pub mod sim;
pub mod studio_db;
pub mod studio_rules;
pub mod tally;
pub mod types;
pub mod world;
pub mod written;
