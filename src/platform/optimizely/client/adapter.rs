//! The adapter of Optimizely.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::port::{
    Adapter, AdapterError, Clock, Listing, Operation, Refusal, RemoteDefinition, RemoteId, Request,
    Response, Stored, Traffic, Transport, Verb,
};

use super::super::version::{ApiVersion, Codec};
use super::super::wire;
use super::definition::definition;
use super::page::Pages;
use super::refusal::{About, refused, unanswered, unreadable};
use super::request;

/// How long writes pause after a 429 that does not say.
const PAUSE: Duration = Duration::from_secs(1);

/// A connection to one instance of Optimizely, through one version of its API.
///
/// A definition must be read and written through the same version: preview3 was seen to reset what
/// it does not know.
pub struct OptimizelyAdapter {
    version: ApiVersion,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

impl OptimizelyAdapter {
    /// Connects through a transport whose base address ends in the version's segment.
    #[must_use]
    pub fn new(version: ApiVersion, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { version, transport, clock }
    }

    fn codec(&self) -> &'static Codec {
        self.version.codec()
    }

    async fn send(
        &self,
        about: About,
        request: &Request,
        cancel: &CancellationToken,
    ) -> Result<Response, AdapterError> {
        let answer = self.transport.send(request, cancel).await;
        answer.map_err(|error| unanswered(about, error))
    }

    fn refuse(&self, about: About, answer: &Response) -> AdapterError {
        let error = refused(about, self.codec(), answer, self.clock.now());
        if let (
            About::Write(_),
            AdapterError::Refused { refusal: Refusal::RateLimited, retry_after, .. },
        ) = (about, &error)
        {
            self.transport.hold_back(retry_after.unwrap_or(PAUSE));
        }
        error
    }
}

#[async_trait]
impl Adapter for OptimizelyAdapter {
    async fn list(
        &self,
        sink: &mut (dyn FnMut(RemoteDefinition) + Send),
        cancel: &CancellationToken,
    ) -> Result<Listing, AdapterError> {
        let about = About::Listing;
        let mut pages = Pages::default();
        while let Some(path) = pages.next_path() {
            let answer = self.send(about, &request::get(path), cancel).await?;
            if answer.status != 200 {
                return Err(self.refuse(about, &answer));
            }
            pages.take(&answer.body, sink).map_err(|why| unreadable(about, &answer, &why))?;
        }
        Ok(pages.into_listing())
    }

    async fn probe(&self, cancel: &CancellationToken) -> Result<(), AdapterError> {
        let about = About::Listing;
        let request = request::get("/contenttypes?pageIndex=0&pageSize=1".to_owned());
        let answer = self.send(about, &request, cancel).await?;
        if answer.status == 200 { Ok(()) } else { Err(self.refuse(about, &answer)) }
    }

    async fn read(
        &self,
        id: &RemoteId,
        cancel: &CancellationToken,
    ) -> Result<Option<RemoteDefinition>, AdapterError> {
        let about = About::Definition;
        let request = request::get(request::path_of(&id.key()));
        let answer = self.send(about, &request, cancel).await?;
        match answer.status {
            200 => seen(about, &answer).map(Some),
            404 => Ok(None),
            _ => Err(self.refuse(about, &answer)),
        }
    }

    fn encode(&self, operation: &Operation) -> Result<String, AdapterError> {
        wire::encode(operation, self.codec())
            .map_err(|message| AdapterError::Unrepresentable { message })
    }

    async fn apply(
        &self,
        operation: &Operation,
        body: &str,
        cancel: &CancellationToken,
    ) -> Result<Stored, AdapterError> {
        let about = About::Write(operation.verb);
        let request = request::write(operation, body, self.codec());
        let answer = self.send(about, &request, cancel).await?;
        let is_empty = answer.body.iter().all(u8::is_ascii_whitespace);
        match (answer.status, operation.verb) {
            (202, _) => Ok(Stored::Unseen),
            (200..300 | 404 | 410, Verb::Delete) => Ok(Stored::Gone),
            (200..300, _) if is_empty => Ok(Stored::Unseen),
            (200..300, _) => seen(about, &answer).map(Stored::Definition),
            _ => Err(self.refuse(about, &answer)),
        }
    }

    fn traffic(&self) -> Traffic {
        self.transport.traffic()
    }
}

/// The definition that an answer shows.
fn seen(about: About, answer: &Response) -> Result<RemoteDefinition, AdapterError> {
    let text = String::from_utf8_lossy(&answer.body);
    definition(&text, Some(answer)).map_err(|why| unreadable(about, answer, &why))
}
