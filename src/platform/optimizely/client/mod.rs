//! The connection to a target: requests and answers, no decisions.

mod adapter;
mod definition;
mod page;
mod problem;
mod refusal;
mod request;

pub use adapter::OptimizelyAdapter;
