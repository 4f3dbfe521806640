//! What is told about every request.

use std::sync::Arc;
use std::time::Duration;

/// Is told of every request when it has ended; must not block.
pub type Observer = Arc<dyn Fn(RequestLog) + Send + Sync>;

/// One request on the wire, scrubbed of secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLog {
    /// HTTP method.
    pub method: &'static str,
    /// Path, without the query.
    pub path: String,
    /// Status of the answer, if there was one.
    pub status: Option<u16>,
    /// Which attempt it was, counted from 1.
    pub attempt: u32,
    /// From the first byte sent to the last one read.
    pub duration: Duration,
    /// The platform's id of the request.
    pub request_id: Option<String>,
    /// Why there was no answer.
    pub failure: Option<String>,
}

/// Is told in numbers of every request when it has ended; must not block. Needs no scrubbing.
pub type Meter = Arc<dyn Fn(Measured) + Send + Sync>;

/// One request in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// HTTP method.
    pub method: &'static str,
    /// Status of the answer, if there was one.
    pub status: Option<u16>,
    /// Which attempt it was, counted from 1.
    pub attempt: u32,
    /// How long pacing held it back before.
    pub waited: Duration,
}
