//! Layer 5: requests to one target over HTTP.
//!
//! [`HttpTransport`] implements [`Transport`](crate::port::Transport). A request passes, in this
//! order: pacing (shared by all engines of the process), the token (shared as well), one exchange on
//! the wire, and for reads the retry policy. What leaves this folder, answer or error or log entry,
//! is scrubbed of secrets.
//!
//! TLS is rustls with the certificates that the operating system trusts. The variables `HTTPS_PROXY`,
//! `ALL_PROXY` and `NO_PROXY` are honoured, the proxy settings of the operating system are not; what
//! is sent stays inside the TLS tunnel. A loopback address never goes through a proxy.

mod access;
mod carrier;
mod client;
mod oauth;
mod observer;
mod origin;
mod pacing;
mod retry;
mod sealing;
mod secret;
mod wire;

pub use access::{AccessError, Allowance, Offer, grant};
pub use carrier::{Carrier, Parcel};
pub use client::{HttpOptions, HttpTransport};
pub use oauth::Credentials;
pub use observer::{Measured, Meter, Observer, RequestLog};
pub use origin::{Endpoint, EndpointError, Origin};
pub use pacing::Pace;
pub use sealing::{Kept, SealingError, SealingKey};
pub use secret::{Secret, scrub};
