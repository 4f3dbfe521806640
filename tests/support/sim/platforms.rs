//! Platforms whose connections are looked on.

use std::sync::Arc;

use async_trait::async_trait;
use catalyst_sync::engine::{Platform, Platforms, ProviderRequest, Purpose};
use catalyst_sync::error::SyncError;
use catalyst_sync::port::{
    Adapter, AdapterError, Listing, Operation, RemoteDefinition, RemoteId, Stored, Traffic, Verb,
};
use tokio_util::sync::CancellationToken;

use super::tap::{Point, Tap, When};

/// Makes connections that are looked on, and that something may be done to.
pub struct TappedPlatforms {
    pub inner: Arc<dyn Platforms>,
    pub tap: Arc<dyn Tap>,
    /// Puts something around a connection.
    pub around: fn(Arc<dyn Adapter>) -> Arc<dyn Adapter>,
}

#[async_trait]
impl Platforms for TappedPlatforms {
    async fn connect(
        &self,
        request: &ProviderRequest,
        default: &str,
        purpose: Purpose,
    ) -> Result<Platform, SyncError> {
        let platform = self.inner.connect(request, default, purpose).await?;
        let adapter = (self.around)(platform.adapter);
        let adapter = Arc::new(TappedAdapter { inner: adapter, tap: Arc::clone(&self.tap) });
        Ok(Platform { adapter, ..platform })
    }

    fn conceal(&self, request: &ProviderRequest, text: &str) -> String {
        self.inner.conceal(request, text)
    }
}

struct TappedAdapter {
    inner: Arc<dyn Adapter>,
    tap: Arc<dyn Tap>,
}

impl TappedAdapter {
    async fn at(&self, call: &'static str, when: When) {
        self.tap.at(Point { port: "adapter", call, when }).await;
    }
}

#[async_trait]
impl Adapter for TappedAdapter {
    async fn list(
        &self,
        sink: &mut (dyn FnMut(RemoteDefinition) + Send),
        cancel: &CancellationToken,
    ) -> Result<Listing, AdapterError> {
        self.at("list", When::Before).await;
        let answer = self.inner.list(sink, cancel).await;
        self.at("list", When::After).await;
        answer
    }

    async fn probe(&self, cancel: &CancellationToken) -> Result<(), AdapterError> {
        self.at("probe", When::Before).await;
        let answer = self.inner.probe(cancel).await;
        self.at("probe", When::After).await;
        answer
    }

    async fn read(
        &self,
        id: &RemoteId,
        cancel: &CancellationToken,
    ) -> Result<Option<RemoteDefinition>, AdapterError> {
        self.at("read", When::Before).await;
        let answer = self.inner.read(id, cancel).await;
        self.at("read", When::After).await;
        answer
    }

    fn encode(&self, operation: &Operation) -> Result<String, AdapterError> {
        self.inner.encode(operation)
    }

    async fn apply(
        &self,
        operation: &Operation,
        body: &str,
        cancel: &CancellationToken,
    ) -> Result<Stored, AdapterError> {
        let call = match operation.verb {
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Delete => "delete",
        };
        self.at(call, When::Before).await;
        let answer = self.inner.apply(operation, body, cancel).await;
        self.at(call, When::After).await;
        answer
    }

    fn traffic(&self) -> Traffic {
        self.inner.traffic()
    }
}
