//! The way to the fake without sockets: a request is handed over as a value, and so is its answer.

use std::sync::Arc;
use std::time::Duration;

use super::control::Shared;
use super::exchange::{Answer, Call};
use super::passage::{Cut, pass, slowness};
use super::server::Running;

/// Hands requests to a fake. Waiting is done by tokio's time, which a test can pause.
#[derive(Clone)]
pub struct Direct {
    shared: Arc<Shared>,
}

impl Direct {
    pub(super) fn to(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Hands over one request, and waits for what becomes of it.
    pub async fn exchange(&self, call: &Call) -> Result<Answer, Cut> {
        let (number, faults, latency) = self.shared.begin(call);
        let _running = Running { shared: &self.shared, number };
        wait(latency).await;
        let answer = pass(&self.shared, number, call, &faults)?;
        wait(slowness(&faults)).await;
        Ok(answer)
    }
}

async fn wait(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}
