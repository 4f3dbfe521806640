//! One fake platform: a stateful Optimizely CMS on the loopback interface.
//!
//! The Rust tests use it in the process; the Jest tests and the demo use the same code through
//! `examples/fake-optimizely.rs` and its control interface. Facts are in `facts/optimizely.md`;
//! `§` in the comments here means its sections.
//!
//! ```text
//! server ── control_http ── control        what tests see and do
//!    │                         │
//!    └────── world ────────────┘           one request: faults, gate, token, handler, gate
//!              ├── gate        contracts: our own, and the official document when it is there
//!              ├── handlers    one file per resource
//!              ├── rules       what no document says, one table
//!              ├── fault       what goes wrong, as data; alteration does it to answers
//!              └── store, wire one neutral store, shown in two versions' words
//! ```
//!
//! `fake/` compiles what needs no sockets to WebAssembly, for `catalyst-sync/testing`: there requests
//! come through [`Embedded`], and the gate knows the contracts' paths, but not their schemas.
//!
//! A departure from a contract is recorded even when the client copes with the refusal, and
//! [`Fake::assert_clean`] fails the test that made it.

mod alteration;
mod conditions;
mod control;
mod control_http;
#[cfg(not(target_family = "wasm"))]
mod direct;
#[cfg(target_family = "wasm")]
mod embedded;
mod exchange;
mod fault;
mod gate;
mod handlers;
#[cfg(not(target_family = "wasm"))]
mod local;
mod log;
mod merge_patch;
mod options;
mod passage;
#[cfg(not(target_family = "wasm"))]
mod port;
mod rules;
#[cfg(not(target_family = "wasm"))]
mod server;
mod store;
mod time;
mod token;
mod version;
mod wire;
mod world;

pub use control::Control;
#[cfg(not(target_family = "wasm"))]
pub use direct::Direct;
#[cfg(target_family = "wasm")]
pub use embedded::Embedded;
pub use exchange::{Answer, Call};
pub use fault::{Fault, FaultKind, Match, Moment, RetryAfter, Shift};
#[cfg(not(target_family = "wasm"))]
pub use gate::{
    OFFICIAL_FILE, OFFICIAL_SHA256, TOLERATED_STATUSES, judge_example, official_path, own_document,
};
#[cfg(not(target_family = "wasm"))]
pub use local::Fake;
pub use log::{Kind, RequestRecord};
pub use options::{
    Behaviour, CreateMode, EntityTags, FakeOptions, Preview3, References, Tenant, TokenErrors,
    Totals, WriteAnswers,
};
#[cfg(not(target_family = "wasm"))]
pub use port::listen;
pub use rules::{Breaks, RULES};
pub use time::Time;
pub use version::Version;
pub use world::{Side, Violation};
