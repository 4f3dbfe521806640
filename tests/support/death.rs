//! A process that dies at the nth of some steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use catalyst_sync::engine::{Engine, RunRequest};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::looked_on::looked_on;
use super::sim::{Onlooker, Point, Tap};
use super::world::{Told, World};

/// Stops the world at one of the steps that it counts, for ever.
pub struct Death {
    counts: fn(Point) -> bool,
    nth: usize,
    seen: AtomicUsize,
    dead: Notify,
}

impl Death {
    /// Dies at the nth step that counts, from 1.
    pub fn at(nth: usize, counts: fn(Point) -> bool) -> Arc<Self> {
        Arc::new(Self { counts, nth, seen: AtomicUsize::new(0), dead: Notify::new() })
    }

    /// An engine that dies so.
    pub fn engine(self: &Arc<Self>, world: &World) -> Engine {
        let tap: Arc<dyn Tap> = self.clone();
        looked_on(world, &tap, Arc::new(Nobody))
    }

    /// Deploys until it is done or dead; tells whether it died. The engine is left as it is then.
    pub async fn strikes(&self, engine: &Engine, request: &RunRequest) -> bool {
        let cancel = CancellationToken::new();
        tokio::select! {
            biased;
            () = self.dead.notified() => true,
            _ = engine.deploy(request, Arc::new(Told::default()), &cancel) => false,
        }
    }
}

#[async_trait]
impl Tap for Death {
    async fn at(&self, point: Point) {
        if (self.counts)(point) && self.seen.fetch_add(1, Ordering::SeqCst) + 1 == self.nth {
            self.dead.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

struct Nobody;

impl Onlooker for Nobody {}
