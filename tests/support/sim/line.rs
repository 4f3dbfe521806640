//! The line between the engine's HTTP layer and the fake, without sockets.

use catalyst_sync::http::Parcel;
use catalyst_sync::port::{Response, TransportError};

use crate::support::fake::{Answer, Call};

/// A request in the fake's words.
pub fn call_of(parcel: Parcel) -> Call {
    let headers = parcel.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    Call {
        method: parcel.method.as_str().to_owned(),
        path: parcel.url.path().to_owned(),
        query: parcel.url.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: parcel.body.unwrap_or_default(),
    }
}

/// An answer in the engine's words.
pub fn response_of(answer: Answer) -> Response {
    Response {
        status: answer.status,
        headers: answer.headers,
        body: answer.body.unwrap_or_default().into_bytes(),
    }
}

/// No whole answer came.
pub fn lost() -> TransportError {
    TransportError::Lost { message: "the answer was lost".to_owned() }
}

/// Nothing left.
pub fn not_sent() -> TransportError {
    TransportError::NotSent { message: "the connection was refused".to_owned() }
}
