//! The contract gate: every request and every answer is checked against the documents.
//!
//! A request is checked *before* its handler, and what is wrong is answered and recorded, so that
//! client code which copes with the refusal still fails its test (facts §7, rule 2).

mod breach;
mod contract;
mod documents;
mod example;
mod request;
mod response;
mod schema;

pub use breach::Breach;
pub use contract::{Contract, Found};
pub use documents::{Contracts, OFFICIAL_FILE, OFFICIAL_SHA256, official_path, own_document};
pub use example::judge_example;
pub use request::check as check_request;
pub use response::{TOLERATED_STATUSES, check as check_response};
