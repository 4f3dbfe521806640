//! Whether a deployment could run now, part by part.

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::error::{ErrorCode, SyncError};
use crate::port::{HistoryFilter, StoreError};

use super::analytics::{judge_rate, success_rate};
use super::failure::{adapter_failure, store_failure, studio_failure};
use super::listing::listing_failure;
use super::report::Health;
use super::{Engine, ProviderRequest, Purpose};

/// How far back the rate of successes looks, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What an engine is able to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wellness {
    /// The worst of what follows.
    pub status: Health,
    /// The studio's database.
    pub database: Part,
    /// The engine's memory.
    pub state: Part,
    /// The target.
    pub platform: Part,
    /// The share of attempts of the last 24 hours that succeeded; `None` when there were none, or when
    /// the state cannot be read.
    pub success_rate24h: Option<f64>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub timestamp: i64,
}

/// One thing that a deployment needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// How it is.
    pub status: PartStatus,
    /// The code of what is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// What is wrong with it, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// How one thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartStatus {
    /// Nothing is wrong.
    Ok,
    /// It can be read and not be written.
    ReadOnly,
    /// Nobody gave what it takes to reach it.
    NotConfigured,
    /// It cannot be used.
    Failed,
}

impl Part {
    fn of(outcome: Result<(), (PartStatus, SyncError)>) -> Self {
        let Err((status, error)) = outcome else {
            return Self { status: PartStatus::Ok, code: None, message: None };
        };
        let message = match &error.details.next_step {
            Some(step) => format!("{}; {step}", error.message),
            None => error.message.clone(),
        };
        Self { status, code: Some(error.code.as_str()), message: Some(message) }
    }
}

impl Wellness {
    /// How things are with an engine that cannot even be made, because there is no database.
    #[must_use]
    pub fn without_database(error: SyncError, timestamp: i64) -> Self {
        let unknown = || Part {
            status: PartStatus::NotConfigured,
            code: None,
            message: Some("not looked at, because there is no database".to_owned()),
        };
        Self {
            status: Health::Unhealthy,
            database: Part::of(Err((PartStatus::Failed, error))),
            state: unknown(),
            platform: unknown(),
            success_rate24h: None,
            timestamp,
        }
    }
}

impl Engine {
    /// Looks at everything that a deployment needs: the names of the studio's types, the state, and one
    /// light request to the target. Never fails for a part that is sick, and writes nothing.
    pub async fn health(&self, provider: &ProviderRequest) -> Wellness {
        let now = self.ports.clock.now();
        let database = self.ports.studio.read_some(None, std::collections::BTreeSet::new()).await;
        let database =
            database.map(|_| ()).map_err(|error| (PartStatus::Failed, studio_failure(error)));
        let (state, success_rate24h) = self.state_health(now).await;
        let platform = self.platform_health(provider).await;
        let [database, state, platform] = [database, state, platform].map(Part::of);
        let parts = [&database, &state, &platform].map(|part| part.status);
        let status = if parts.contains(&PartStatus::Failed) {
            Health::Unhealthy
        } else if parts.iter().any(|part| *part != PartStatus::Ok) {
            Health::Degraded.max(judge_rate(success_rate24h))
        } else {
            judge_rate(success_rate24h)
        };
        Wellness { status, database, state, platform, success_rate24h, timestamp: now }
    }

    /// Whether deployments could be recorded, and how those of the last day went.
    async fn state_health(&self, now: i64) -> (Result<(), (PartStatus, SyncError)>, Option<f64>) {
        let store = &self.ports.store;
        let day = HistoryFilter { from: Some(now - DAY_MS), ..HistoryFilter::default() };
        let tallies = match store.tally(day).await {
            Ok(tallies) => tallies,
            Err(error) => return (Err((PartStatus::Failed, store_failure(error))), None),
        };
        if let Ok(alarms) = store.alarms(HistoryFilter::default()).await {
            self.counters.conflicts(alarms.conflicts);
        }
        let state = store.check_recordable().await.map_err(|error| {
            let is_read_only = matches!(error, StoreError::ReadOnly { .. });
            let status = if is_read_only { PartStatus::ReadOnly } else { PartStatus::Failed };
            (status, store_failure(error))
        });
        (state, success_rate(&tallies))
    }

    /// Whether the target answers and takes the credentials, within the time of one request.
    async fn platform_health(
        &self,
        provider: &ProviderRequest,
    ) -> Result<(), (PartStatus, SyncError)> {
        let platform = self.connect(provider, Purpose::Look).await.map_err(|error| {
            let is_missing = error.code == ErrorCode::CredentialsMissing;
            (if is_missing { PartStatus::NotConfigured } else { PartStatus::Failed }, error)
        })?;
        let cancel = CancellationToken::new();
        let limit = self.settings.request_timeout;
        let answer = tokio::select! {
            answer = platform.adapter.probe(&cancel) => {
                answer.map_err(|error| listing_failure(adapter_failure(error, "health")))
            }
            () = self.ports.clock.sleep(limit) => Err(SyncError::new(
                ErrorCode::PlatformUnreachable,
                format!("the platform did not answer within {} ms", limit.as_millis()),
            )),
        };
        answer.map_err(|error| (PartStatus::Failed, error))
    }
}
