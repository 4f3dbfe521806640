//! A way to a server that is not the network.

use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::HeaderMap;
use url::Url;

use crate::port::{Response, TransportError};

/// One request as it would go onto the wire.
#[derive(Debug)]
pub struct Parcel {
    /// Method.
    pub method: Method,
    /// The whole address.
    pub url: Url,
    /// Every header, authorization included.
    pub headers: HeaderMap,
    /// Body.
    pub body: Option<String>,
}

/// Carries requests in the place of the sockets. Pacing, tokens and retries are above it.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Carries one request there, and its answer back.
    ///
    /// # Errors
    ///
    /// [`TransportError::NotSent`] and [`TransportError::Lost`], where no answer comes.
    async fn carry(&self, parcel: Parcel) -> Result<Response, TransportError>;

    /// Who shares pacing and tokens: those with the same number. Sockets have none, which is 0.
    fn lane(&self) -> u64 {
        0
    }
}
