//! Layer 7: the only place that knows that JavaScript exists.
//!
//! What crosses the boundary is JSON text. The face (`index.js` and `face/`) parses it in the
//! caller's realm, because objects that an addon makes belong to the realm that loaded the addon:
//! in Jest, such a `Date` is no `instanceof Date`. Decisions are made here; the face only keeps what
//! has no JSON form, which is the caller's job and functions.

#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]

mod answer;
mod audit;
mod cancel;
mod conflicts;
mod credentials;
mod deployment;
mod drift;
mod engine;
mod error;
mod history;
mod options;
mod progress;
mod relay;
mod report;
mod resume;
mod retry;
mod rollback;
mod runtime;
mod safety;
mod stored;
mod test_bed;
mod type_ref;
mod versions;
