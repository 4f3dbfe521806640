//! The server: connections on the loopback interface, under full control.
//!
//! hyper is driven per connection, because a fault must be able to reset one, or to end it in the
//! middle of a body.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::control::{Control, Shared};
use super::control_http;
use super::fault::{FaultKind, Moment};
use super::{Answer, Call};

type Body = BoxBody<Bytes, io::Error>;

/// Accepts connections until the task is dropped; its connections go with it.
pub async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let cut = Arc::new(Notify::new());
    let service = service_fn(|request| {
        let (shared, cut) = (Arc::clone(&shared), Arc::clone(&cut));
        Box::pin(async move { Ok::<_, Infallible>(answer(&shared, &cut, request).await) })
    });
    stream.set_nodelay(true).ok();
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let reset = tokio::select! {
        _ = &mut connection => false,
        () = cut.notified() => true,
    };
    if reset {
        // With no time to linger, closing sends RST instead of FIN.
        connection.into_parts().io.into_inner().set_zero_linger().ok();
    }
}

async fn answer(shared: &Arc<Shared>, cut: &Notify, request: Request<Incoming>) -> Response<Body> {
    let call = read(request).await;
    if call.path.starts_with(control_http::PREFIX) {
        return whole(control_http::answer(&Control::of(shared), &call));
    }
    let (number, faults, latency) = shared.begin(&call);
    let _running = Running { shared, number };
    tokio::time::sleep(Duration::from_millis(latency)).await;
    if faults.contains(&FaultKind::Reset { moment: Moment::Before }) {
        return reset(cut).await;
    }
    let answer = shared.answer(number, &call, &faults);
    if faults.contains(&FaultKind::Reset { moment: Moment::After }) {
        return reset(cut).await;
    }
    shared.answered(number, &answer);
    let slow = faults.iter().find_map(|fault| match fault {
        FaultKind::SlowAnswer { ms, pieces } => Some((Duration::from_millis(*ms), *pieces)),
        _ => None,
    });
    if faults.contains(&FaultKind::TruncatedBody) {
        return in_pieces(answer, Duration::from_millis(20), 2, Ending::Cut);
    }
    match slow {
        Some((wait, pieces)) => in_pieces(answer, wait, pieces.max(1), Ending::Whole),
        None => whole(answer),
    }
}

/// Ends a request in the log even when the client goes away in the middle of it.
pub struct Running<'a> {
    /// The world whose log it is.
    pub shared: &'a Shared,
    /// Its number there.
    pub number: u64,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.shared.end(self.number);
    }
}

async fn reset(cut: &Notify) -> Response<Body> {
    cut.notify_one();
    std::future::pending().await
}

async fn read(request: Request<Incoming>) -> Call {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let headers = head.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    Call {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

fn whole(mut answer: Answer) -> Response<Body> {
    let body = match answer.body.take() {
        Some(body) => Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed(),
        None => Empty::new().map_err(|never| match never {}).boxed(),
    };
    with_head(&answer, body)
}

/// How a body sent in pieces ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Whole,
    Cut,
}

/// Promises the whole length, then sends the body piece by piece.
fn in_pieces(mut answer: Answer, wait: Duration, pieces: usize, ending: Ending) -> Response<Body> {
    let body = Bytes::from(answer.body.take().unwrap_or_default());
    answer = answer.with("content-length", body.len().to_string());
    let size = body.len().div_ceil(pieces).max(1);
    let stream = futures_util::stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(wait).await;
        if ending == Ending::Cut && rest.len() <= size {
            let error = io::Error::other("the fault cuts the body here");
            return Some((Err(error), Bytes::new()));
        }
        let piece = rest.split_to(size.min(rest.len()));
        Some((Ok(Frame::data(piece)), rest))
    });
    with_head(&answer, BodyExt::boxed(StreamBody::new(stream)))
}

fn with_head(answer: &Answer, body: Body) -> Response<Body> {
    let mut head = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        head = head.header(name, value);
    }
    head.body(body).expect("an answer's head is valid")
}
