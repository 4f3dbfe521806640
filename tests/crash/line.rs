//! The line to the fake, which is in this process, or in the one that will kill this one.

use std::io::BufRead as _;
use std::sync::Arc;

use async_trait::async_trait;
use catalyst_sync::http::{Carrier, Parcel};
use catalyst_sync::port::{Response, TransportError};

use super::bench::Tripwire;
use crate::support::fake::{Call, Direct};
use crate::support::sim::{Point, Tap as _, When, call_of, lost, response_of};

/// What a child writes before a request. Other lines on its standard output are the test program's.
const REQUEST: &str = "request: ";

/// The words of a request: method, path, query, headers, body.
type Words = (String, String, String, Vec<(String, String)>, String);
/// The words of an answer: status, headers, body; nothing when none came.
type Answered = Option<(u16, Vec<(String, String)>, Vec<u8>)>;

/// Where the fake is.
#[derive(Clone)]
pub enum Fakes {
    Here(Direct),
    /// In the parent, at the other end of standard output and input.
    InTheParent,
}

impl Fakes {
    async fn exchange(&self, call: Call) -> Option<Response> {
        match self {
            Self::Here(direct) => direct.exchange(&call).await.ok().map(response_of),
            Self::InTheParent => {
                let words: Words = (call.method, call.path, call.query, call.headers, call.body);
                println!("{REQUEST}{}", serde_json::to_string(&words).unwrap());
                // Time stands still until the answer is there: it is this thread that waits.
                let mut line = String::new();
                std::io::stdin().lock().read_line(&mut line).unwrap();
                let answered: Answered = serde_json::from_str(&line).unwrap();
                answered.map(|(status, headers, body)| Response { status, headers, body })
            }
        }
    }
}

/// Answers a line of a child if it is a request.
pub async fn answer(line: &str, direct: &Direct, child: &mut impl std::io::Write) {
    let Some((_, request)) = line.split_once(REQUEST) else { return };
    let (method, path, query, headers, body): Words = serde_json::from_str(request).unwrap();
    let call = Call { method, path, query, headers, body };
    let answered: Answered = direct.exchange(&call).await.ok().map(|answer| {
        let Response { status, headers, body } = response_of(answer);
        (status, headers, body)
    });
    writeln!(child, "{}", serde_json::to_string(&answered).unwrap()).unwrap();
}

/// Carries requests to the fake, past a tripwire.
pub struct Line {
    pub fakes: Fakes,
    pub wire: Arc<Tripwire>,
}

#[async_trait]
impl Carrier for Line {
    async fn carry(&self, parcel: Parcel) -> Result<Response, TransportError> {
        let call = call_of(parcel);
        let at = |when| Point { port: "wire", call: "request", when };
        self.wire.at(at(When::Before)).await;
        let answer = self.fakes.exchange(call).await;
        self.wire.at(at(When::After)).await;
        answer.ok_or_else(lost)
    }
}
