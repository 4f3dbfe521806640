//! A server on this machine that answers byte by byte as a test wants it to.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::fake::listen;

/// What the server does with a request.
pub enum Reply {
    /// Writes these bytes and keeps the connection.
    Bytes(String),
    /// Writes bytes that may be no text, and keeps the connection.
    Raw(Vec<u8>),
    /// Writes these bytes and closes the connection.
    Last(String),
    /// Closes the connection without a word.
    Cut,
    /// Waits in real time, then replies.
    After(Duration, Box<Reply>),
}

/// A request as the server got it.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

type Handler = dyn Fn(&Received) -> Reply + Send + Sync;

/// The server; it ends with the runtime of its test.
pub struct Loopback {
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    most: Arc<AtomicUsize>,
}

impl Loopback {
    pub async fn start(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = listen().await;
        let address = listener.local_addr().expect("an address");
        let handler: Arc<Handler> = Arc::new(handler);
        let received = Arc::new(Mutex::new(Vec::new()));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (log, peak) = (Arc::clone(&received), Arc::clone(&most));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (handler, log) = (Arc::clone(&handler), Arc::clone(&log));
                let (now, peak) = (Arc::clone(&now), Arc::clone(&peak));
                tokio::spawn(async move { serve(stream, &*handler, &log, (&now, &peak)).await });
            }
        });
        Self { address, received, most }
    }

    /// Everything received so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no handler panics").clone()
    }

    /// Everything received so far besides token requests.
    pub fn calls(&self) -> Vec<Received> {
        let mut calls = self.received();
        calls.retain(|received| received.path != "/oauth/token");
        calls
    }

    /// How many token requests were received.
    pub fn token_requests(&self) -> usize {
        self.received().len() - self.calls().len()
    }

    /// How many requests besides those for tokens were being answered at once.
    pub fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

async fn serve(
    mut stream: TcpStream,
    handler: &Handler,
    log: &Mutex<Vec<Received>>,
    (now, peak): (&AtomicUsize, &AtomicUsize),
) {
    while let Some(received) = receive(&mut stream).await {
        let counts = usize::from(received.path != "/oauth/token");
        let at_once = now.fetch_add(counts, Ordering::SeqCst) + counts;
        peak.fetch_max(at_once, Ordering::SeqCst);
        log.lock().expect("no handler panics").push(received.clone());
        let mut reply = handler(&received);
        if let Reply::After(wait, then) = reply {
            tokio::time::sleep(wait).await;
            reply = *then;
        }
        now.fetch_sub(counts, Ordering::SeqCst);
        let (bytes, stays) = match reply {
            Reply::Bytes(text) => (text.into_bytes(), true),
            Reply::Raw(bytes) => (bytes, true),
            Reply::Last(text) => (text.into_bytes(), false),
            Reply::Cut | Reply::After(..) => return,
        };
        if stream.write_all(&bytes).await.is_err() || !stays {
            return;
        }
    }
}

async fn receive(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().expect("a length"));
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        body.extend_from_slice(&chunk[..read]);
    }
    let body = String::from_utf8(body).expect("tests send text");
    Some(Received { method, path, headers, body })
}

/// A complete answer. Headers are lines with their `\r\n`.
pub fn answer(status: u16, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Bytes(format!(
        "HTTP/1.1 {status} Whatever\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    ))
}

/// The answer of a token endpoint.
pub fn token(text: &str, expires_in: u32) -> Reply {
    let body =
        format!(r#"{{"access_token":"{text}","expires_in":{expires_in},"token_type":"Bearer"}}"#);
    answer(200, "", &body)
}
