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
//! A departure from a contract is recorded even when the client copes with the refusal, and
//! [`Fake::assert_clean`] fails the test that made it.

mod alteration;
mod conditions;
mod control;
mod control_http;
mod direct;
mod exchange;
mod fault;
mod gate;
mod handlers;
mod log;
mod merge_patch;
mod options;
mod port;
mod rules;
mod server;
mod store;
mod time;
mod token;
mod version;
mod wire;
mod world;

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use token::TOKEN_PATH;

pub use control::Control;
pub use direct::Direct;
pub use exchange::{Answer, Call};
pub use fault::{Fault, FaultKind, Match, Moment, RetryAfter, Shift};
pub use gate::{
    OFFICIAL_FILE, OFFICIAL_SHA256, TOLERATED_STATUSES, judge_example, official_path, own_document,
};
pub use log::{Kind, RequestRecord};
pub use options::{
    Behaviour, CreateMode, EntityTags, FakeOptions, Preview3, References, Tenant, TokenErrors,
    Totals, WriteAnswers,
};
pub use port::listen;
pub use rules::{Breaks, RULES};
pub use time::Time;
pub use version::Version;
pub use world::{Side, Violation};

/// A running fake; dropping it stops it.
pub struct Fake {
    origin: String,
    control: Control,
    accepting: Option<JoinHandle<()>>,
}

impl Fake {
    /// Starts a fake on the loopback interface, in the current runtime.
    ///
    /// # Panics
    /// When the port is taken.
    pub async fn start(options: FakeOptions) -> Self {
        gate::Contracts::shared();
        let listener = match options.port {
            0 => listen().await,
            port => TcpListener::bind(("127.0.0.1", port)).await.expect("the fake's port is free"),
        };
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let shared = control::Shared::new(world::World::new(options));
        let control = Control::of(&shared);
        let accepting = Some(tokio::spawn(server::accept(listener, Arc::clone(&shared))));
        Self { origin: format!("http://127.0.0.1:{port}"), control, accepting }
    }

    /// Makes a fake that nobody can connect to, and the way in which requests are handed to it.
    pub fn detached(options: FakeOptions, origin: &str) -> (Self, Direct) {
        let shared = control::Shared::new(world::World::new(options));
        let control = Control::of(&shared);
        (Self { origin: origin.to_owned(), control, accepting: None }, Direct::to(shared))
    }

    /// Gives the origin, such as `http://127.0.0.1:4711`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Gives the base address of a version.
    pub fn url(&self, version: Version) -> String {
        format!("{}/{}", self.origin, version.segment())
    }

    /// Gives the address of the token endpoint.
    pub fn token_url(&self) -> String {
        format!("{}{TOKEN_PATH}", self.origin)
    }

    /// Gives the control.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Fails the test when a request or an answer departed from a contract.
    ///
    /// # Panics
    /// With the list of departures.
    #[track_caller]
    pub fn assert_clean(&self) {
        let violations = self.control.violations();
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "departures from the contract:\n{}", lines.join("\n"));
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Some(accepting) = &self.accepting {
            accepting.abort();
        }
    }
}
