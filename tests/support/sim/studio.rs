//! A studio that is looked on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use catalyst_sync::port::{DataVersion, RowOutcome, RowSet, RowWrite, Studio, StudioError};

use super::tap::{Point, Tap, When};

/// Is told what a write finds and leaves.
#[async_trait]
pub trait Onlooker: Send + Sync {
    /// Carries a write out.
    async fn write(&self, studio: &dyn Studio, write: RowWrite) -> Result<RowOutcome, StudioError> {
        studio.write(write).await
    }
}

/// A studio that is looked on.
pub struct TappedStudio {
    pub inner: Arc<dyn Studio>,
    pub tap: Arc<dyn Tap>,
    pub onlooker: Arc<dyn Onlooker>,
}

impl TappedStudio {
    async fn at(&self, call: &'static str, when: When) {
        self.tap.at(Point { port: "studio", call, when }).await;
    }
}

#[async_trait]
impl Studio for TappedStudio {
    async fn read(&self, seen: Option<DataVersion>) -> Result<Option<RowSet>, StudioError> {
        self.at("read", When::Before).await;
        let answer = self.inner.read(seen).await;
        self.at("read", When::After).await;
        answer
    }

    async fn read_some(
        &self,
        seen: Option<DataVersion>,
        type_ids: BTreeSet<String>,
    ) -> Result<Option<RowSet>, StudioError> {
        self.at("read_some", When::Before).await;
        let answer = self.inner.read_some(seen, type_ids).await;
        self.at("read_some", When::After).await;
        answer
    }

    async fn content_items(
        &self,
        type_ids: Vec<String>,
    ) -> Result<BTreeMap<String, u64>, StudioError> {
        self.inner.content_items(type_ids).await
    }

    async fn content_members(
        &self,
        names: BTreeMap<String, BTreeSet<String>>,
    ) -> Result<BTreeMap<String, BTreeMap<String, u64>>, StudioError> {
        self.inner.content_members(names).await
    }

    async fn write(&self, write: RowWrite) -> Result<RowOutcome, StudioError> {
        self.at("write", When::Before).await;
        let answer = self.onlooker.write(&*self.inner, write).await;
        self.at("write", When::After).await;
        answer
    }
}
