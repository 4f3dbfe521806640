//! Layer 5: requests to one target over HTTP.
//!
//! [`HttpTransport`] implements [`Transport`](crate::port::Transport). A request passes, in this
//! order: pacing (shared by all engines of the process), the token (shared as well), one exchange on
//! the wire, and for reads the retry policy. What leaves this folder, answer or error or log entry,
//! is scrubbed of secrets.
//!
//! `HTTPS_PROXY` and `NO_PROXY` of the environment are honoured, as by every client of reqwest; the
//! token and the requests stay inside the TLS tunnel. A loopback address never goes through a proxy.

mod access;
mod client;
mod exchange;
mod oauth;
mod observer;
mod origin;
mod pacing;
mod retry;
mod secret;

pub use access::{AccessError, Offer, Platform, grant};
pub use client::{HttpOptions, HttpTransport};
pub use oauth::Credentials;
pub use observer::{Observer, RequestLog};
pub use origin::{Endpoint, EndpointError, Origin};
pub use pacing::Pace;
pub use secret::{Secret, scrub};
