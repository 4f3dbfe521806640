//! The contract gate: every request and every answer is checked against the documents.
//!
//! A request is checked *before* its handler, and what is wrong is answered and recorded, so that
//! client code which copes with the refusal still fails its test (facts §7, rule 2).

mod breach;
mod contract;
#[cfg(not(target_family = "wasm"))]
mod departure;
mod documents;
#[cfg(not(target_family = "wasm"))]
mod example;
mod request;
mod response;
#[cfg_attr(target_family = "wasm", path = "unchecked.rs")]
mod schema;

pub use breach::Breach;
pub use contract::{Contract, Found};
pub use documents::Contracts;
#[cfg(not(target_family = "wasm"))]
pub use documents::{OFFICIAL_FILE, OFFICIAL_SHA256, official_path, own_document};
#[cfg(not(target_family = "wasm"))]
pub use example::judge_example;
pub use request::check as check_request;
#[cfg(not(target_family = "wasm"))]
pub use response::TOLERATED_STATUSES;
pub use response::check as check_response;
