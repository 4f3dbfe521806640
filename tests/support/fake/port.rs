//! Ports on the loopback interface that no server of this process had before.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tokio::net::TcpListener;

/// Every port that was given out.
static USED: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// Listens on a free port. What a client remembers of an address, such as a token, must not meet a
/// later server that happens to get the same one.
///
/// # Panics
/// When there is no port left.
pub async fn listen() -> TcpListener {
    let mut known = Vec::new();
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        if USED.lock().unwrap_or_else(PoisonError::into_inner).insert(port) {
            return listener;
        }
        // Kept until another one is found, so that it is not given out again.
        known.push(listener);
    }
}
