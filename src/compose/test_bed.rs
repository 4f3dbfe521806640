//! Engines for tests: a studio in memory, time that nobody waits for, and requests that are handed to
//! whoever stands for the platform.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::oneshot;

use super::{EngineOptions, Surroundings, assemble, texts_by_name};
use crate::argument::{Argument, parse_argument};
use crate::canonical::write;
use crate::engine::{Counters, Engine, studio_failure};
use crate::error::{ErrorCode, SyncError};
use crate::http::{Carrier, Parcel};
use crate::model::Json;
use crate::port::{Clock, Response, TransportError};
use crate::sqlite::{MemoryStudio, StateLocation};
use crate::system::VirtualClock;

/// Numbers the lines of the process.
static LINES: AtomicU64 = AtomicU64::new(1);

/// What the engines of a test live by. Nothing of it can be reached through options.
pub struct TestBed {
    studio: Mutex<Option<MemoryStudio>>,
    clock: Arc<VirtualClock>,
    line: Arc<Line>,
}

impl TestBed {
    /// Makes one. `ring` is called for each request that waits in the calls, and says whether anybody
    /// hears it.
    ///
    /// # Errors
    ///
    /// When there is no memory for the studio.
    pub fn new(clock: VirtualClock, calls: Arc<Calls>, ring: Ring) -> Result<Self, SyncError> {
        let studio = MemoryStudio::new().map_err(studio_failure)?;
        let clock = Arc::new(clock);
        let number = LINES.fetch_add(1, Ordering::Relaxed);
        let ring = Mutex::new(Some(ring));
        let line = Line { number, clock: Arc::clone(&clock), calls, ring };
        Ok(Self { studio: Mutex::new(Some(studio)), clock, line: Arc::new(line) })
    }

    /// The clock of everything here.
    #[must_use]
    pub fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    /// The address under which its studio is known.
    ///
    /// # Errors
    ///
    /// After [`TestBed::close`].
    pub fn address(&self) -> Result<String, SyncError> {
        self.with_studio(|studio| Ok(studio.path().display().to_string()))
    }

    /// Counters for an engine that is not made yet.
    #[must_use]
    pub fn counters(&self) -> Arc<Counters> {
        Arc::new(Counters::new(Arc::clone(&self.clock) as Arc<dyn Clock>))
    }

    /// Makes an engine; where its databases are is not for the options to say.
    ///
    /// # Errors
    ///
    /// As [`engine`](super::engine); and after [`TestBed::close`].
    pub fn engine(
        &self,
        options: &EngineOptions,
        counters: Arc<Counters>,
    ) -> Result<Engine, SyncError> {
        let path = self.with_studio(|studio| Ok(studio.path().to_owned()))?;
        let surroundings = Surroundings {
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            observer: None,
            carrier: Some(Arc::clone(&self.line) as Arc<dyn Carrier>),
        };
        let location = StateLocation::beside(path);
        let ports = assemble(options, &location, surroundings, &counters)?;
        Ok(Engine::counting(ports, options.settings(), counters))
    }

    /// Runs a statement on the studio's database, as [`MemoryStudio::query`].
    ///
    /// # Errors
    ///
    /// What SQLite says to it; and after [`TestBed::close`].
    pub fn query(&self, sql: &str, given: &str) -> Result<Vec<String>, SyncError> {
        self.with_studio(|studio| studio.query(sql, given).map_err(studio_failure))
    }

    /// Hands an answer to whoever waits for it: JSON of `{ number, status, headers, body }`, or of
    /// `{ number, lost }` with the reason why there is none.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` when it is neither.
    pub fn answer(&self, text: &str) -> Result<(), SyncError> {
        self.line.calls.answer(text)
    }

    /// Lets go of the databases, which are gone with the last engine, and of whoever was called.
    pub fn close(&self) {
        *self.studio() = None;
        *self.line.ring() = None;
    }

    fn with_studio<T>(
        &self,
        work: impl FnOnce(&MemoryStudio) -> Result<T, SyncError>,
    ) -> Result<T, SyncError> {
        let studio = self.studio();
        let closed = || SyncError::new(ErrorCode::EngineClosed, "the test engine was closed");
        work(studio.as_ref().ok_or_else(closed)?)
    }

    fn studio(&self) -> MutexGuard<'_, Option<MemoryStudio>> {
        self.studio.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way of requests to whoever stands for the platform.
struct Line {
    number: u64,
    clock: Arc<VirtualClock>,
    calls: Arc<Calls>,
    ring: Mutex<Option<Ring>>,
}

/// Says that a request waits; answers whether anybody hears it.
type Ring = Box<dyn Fn() -> bool + Send + Sync>;

impl Line {
    fn ring(&self) -> MutexGuard<'_, Option<Ring>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Requests that wait to be taken, and those whose answers are waited for.
#[derive(Default)]
pub struct Calls(Mutex<Open>);

#[derive(Default)]
struct Open {
    waiting: VecDeque<String>,
    asked: Vec<(u32, oneshot::Sender<Outcome>)>,
    last: u32,
}

type Outcome = Result<Response, TransportError>;

impl Calls {
    /// The next request as JSON, for whoever answers it.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        self.open().waiting.pop_front()
    }

    fn ask(&self, parcel: &Parcel) -> oneshot::Receiver<Outcome> {
        let mut open = self.open();
        open.last += 1;
        let number = open.last;
        let (sender, answer) = oneshot::channel();
        open.waiting.push_back(text_of(number, parcel));
        open.asked.push((number, sender));
        answer
    }

    fn answer(&self, text: &str) -> Result<(), SyncError> {
        let json = parse_argument("answer", text)?;
        let answer = Argument::new("answer", &json);
        let number = answer.member("number")?.whole(1, u32::MAX)?.unwrap_or_default();
        let outcome = outcome(&answer)?;
        let mut open = self.open();
        let at = open.asked.iter().position(|(asked, _)| *asked == number);
        if let Some((_, asked)) = at.map(|at| open.asked.swap_remove(at)) {
            // Nobody waits for the answer to a request that was given up.
            let _ = asked.send(outcome);
        }
        Ok(())
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request as it is handed out.
fn text_of(number: u32, parcel: &Parcel) -> String {
    let headers = parcel.headers.iter().map(|(name, value)| {
        Json::Array(vec![Json::str(name.as_str()), Json::str(value.to_str().unwrap_or_default())])
    });
    write(&Json::object([
        ("number", Json::Number(number.into())),
        ("method", Json::str(parcel.method.as_str())),
        ("path", Json::str(parcel.url.path())),
        ("query", Json::str(parcel.url.query().unwrap_or_default())),
        ("headers", Json::Array(headers.collect())),
        ("body", Json::str(parcel.body.as_deref().unwrap_or_default())),
    ]))
}

fn outcome(answer: &Argument<'_>) -> Result<Outcome, SyncError> {
    if let Some(reason) = answer.member("lost")?.text()? {
        return Ok(Err(TransportError::Lost { message: reason.to_owned() }));
    }
    let status = answer.member("status")?;
    let status = status.whole(100, 599)?.and_then(|status| u16::try_from(status).ok());
    Ok(Ok(Response {
        status: status.ok_or_else(|| answer.expected("an answer with a status"))?,
        headers: texts_by_name(&answer.member("headers")?)?,
        body: answer.member("body")?.text()?.unwrap_or_default().into(),
    }))
}

#[async_trait]
impl Carrier for Line {
    async fn carry(&self, parcel: Parcel) -> Result<Response, TransportError> {
        let _busy = self.clock.busy();
        let answer = self.calls.ask(&parcel);
        let heard = self.ring().as_ref().is_some_and(|ring| ring());
        if !heard {
            let message = "nobody stands for the platform any more".to_owned();
            return Err(TransportError::NotSent { message });
        }
        let silent = || TransportError::Lost { message: "the answer was lost".to_owned() };
        answer.await.unwrap_or_else(|_| Err(silent()))
    }

    fn lane(&self) -> u64 {
        self.number
    }
}
