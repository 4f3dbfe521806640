//! A fake that listens on this machine, or that requests are handed to.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::control::{Control, Shared};
use super::direct::Direct;
use super::options::FakeOptions;
use super::port::listen;
use super::token::TOKEN_PATH;
use super::version::Version;
use super::{gate, server, world};

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
        let shared = Shared::new(world::World::new(options));
        let control = Control::of(&shared);
        let accepting = Some(tokio::spawn(server::accept(listener, Arc::clone(&shared))));
        Self { origin: format!("http://127.0.0.1:{port}"), control, accepting }
    }

    /// Makes a fake that nobody can connect to, and the way in which requests are handed to it.
    pub fn detached(options: FakeOptions, origin: &str) -> (Self, Direct) {
        let shared = Shared::new(world::World::new(options));
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
