//! One request, one answer.

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

/// HTTP methods that platforms use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads; repeated by the transport when it fails.
    Get,
    /// Creates. Sent once: what a lost answer means is for the engine to find out.
    Post,
    /// Updates. Sent once.
    Patch,
    /// Deletes. Sent once.
    Delete,
}

/// A request to the platform's own origin; the transport adds address, credentials and pacing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path below the base address, percent-encoded, with its query; begins with `/`.
    pub path: String,
    /// Headers besides authorization.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Option<String>,
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers with lower-case names.
    pub headers: Vec<(String, String)>,
    /// Body, complete and within the size limit.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of a name, which is given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer. Messages are scrubbed of secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The request never left: no address, no connection, no secure channel.
    #[error("{message}")]
    NotSent {
        /// What failed.
        message: String,
    },
    /// The request left and no usable answer came: reset, timeout, cut off, too large.
    #[error("{message}")]
    Lost {
        /// What failed.
        message: String,
    },
    /// The token endpoint refuses the credentials, or a renewed token was refused as well.
    #[error("{message}")]
    Unauthorized {
        /// What the platform said, without anything it may have echoed.
        message: String,
    },
    /// The run was cancelled before the request left.
    #[error("cancelled")]
    Cancelled,
}

/// Sends requests to one target.
///
/// An implementation keeps a token fresh (renewing it once on 401), waits for the pacing of the
/// target, bounds requests in flight, size and time, follows no redirect to another origin, and
/// repeats [`Method::Get`] after 408, 425, 429, 5xx and lost answers. Anything else is sent once.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends one request.
    ///
    /// # Errors
    ///
    /// When no answer came; an answer with an error status is an answer.
    async fn send(
        &self,
        request: &Request,
        cancel: &CancellationToken,
    ) -> Result<Response, TransportError>;

    /// Keeps every request of the target back for a while, because a write was answered 429.
    fn hold_back(&self, wait: std::time::Duration);

    /// Requests sent and bytes of their bodies, both ways, so far.
    fn traffic(&self) -> super::Traffic;
}
