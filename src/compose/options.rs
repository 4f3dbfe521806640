//! What an engine is configured with, checked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::argument::{Argument, parse_argument};
use crate::engine::{KeptVersions, ProviderRequest, Settings};
use crate::error::SyncError;

/// Everything that `EngineOptions` of the public contract holds, and the environment it is read in.
///
/// The environment and the working directory are values, taken when the engine is made: another
/// thread may change the process's own at any time, and Node gives workers and tests copies that
/// the process never sees.
#[derive(Clone, PartialEq, Eq)]
pub struct EngineOptions {
    /// The studio's database; `None` for the environment's `DATABASE_URL`.
    pub database_url: Option<String>,
    /// Where the state is: an address, or `studio` for the studio's own database; `None` for a file
    /// beside it.
    pub state_url: Option<String>,
    /// The target of calls that name none; its `id` is never `None`.
    pub provider: ProviderRequest,
    /// How kinds are expressed on the platform.
    pub mapping: Mapping,
    /// `mode` of runs that name none.
    pub mode: Option<String>,
    /// `conflictStrategy` of runs that name none.
    pub conflict_strategy: Option<String>,
    /// What the status of a partly failed deployment is called.
    pub partial_status: PartialStatus,
    /// Size of the token bucket; `None` for the platform's own limit.
    pub requests_per_minute: Option<u32>,
    /// Requests of one run in flight at once.
    pub max_in_flight: u32,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// Requests for one operation before it counts as failed.
    pub max_attempts: u32,
    /// How long a listing may be reused by reading calls.
    pub cache_ttl: Duration,
    /// Shortest time between two updates of a job.
    pub update_interval: Duration,
    /// The folder below which the platform `files` writes; `None` for the working directory.
    pub files_root: Option<PathBuf>,
    /// Hosts that a provider's `config` may name besides the environment's and the platform's own.
    pub allowed_hosts: Vec<String>,
    /// What of the past is kept.
    pub retention: Retention,
    /// The variables that the engine knows, as they were when it was made.
    pub environment: BTreeMap<String, String>,
    /// What relative paths start from.
    pub working_directory: PathBuf,
}

/// How kinds are expressed on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mapping {
    /// With the types of the requirements' table.
    #[default]
    Compatible,
    /// With what the platform really has.
    Native,
}

/// What the status of a partly failed deployment is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PartialStatus {
    /// `failed`, which the studio's wizard knows.
    #[default]
    Failed,
    /// `partial`.
    Partial,
}

/// What of the past is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Versions of types.
    pub versions: Keep,
    /// The audit history.
    pub audit: Keep,
    /// Backups.
    pub backups: Keep,
}

/// How much of something is kept; `None` for no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keep {
    /// At most this old.
    pub days: Option<u32>,
    /// At most this many.
    pub count: Option<u32>,
}

/// Members of the options; the logger stays with whoever calls it.
const KNOWN: [&str; 18] = [
    "databaseUrl",
    "stateUrl",
    "provider",
    "mapping",
    "mode",
    "conflictStrategy",
    "partialStatus",
    "requestsPerMinute",
    "maxInFlight",
    "requestTimeoutMs",
    "maxAttempts",
    "cacheTtlMs",
    "updateIntervalMs",
    "filesRoot",
    "allowedHosts",
    "retention",
    "logger",
    "workingDirectory",
];

const HOUR_MS: u32 = 3_600_000;
const MODES: &[(&str, &str)] =
    &[("push", "push"), ("pull", "pull"), ("bidirectional", "bidirectional")];
const STRATEGIES: &[(&str, &str)] = &[
    ("skip", "skip"),
    ("merge", "merge"),
    ("source_wins", "source_wins"),
    ("target_wins", "target_wins"),
];

impl EngineOptions {
    /// Reads the options as JSON: the members of the public contract, with `environment` (name by
    /// name) and `workingDirectory` besides. Unknown members are
    /// ignored, unless they are nearly one that is known.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` naming the first option that is not what it should be.
    pub fn from_json(text: &str) -> Result<Self, SyncError> {
        let json = parse_argument("options", text)?;
        let options = Argument::new("options", &json);
        options.refuse_misspelt(&KNOWN)?;
        let member = |name: &str| options.member(name);
        let owned = |name: &str| Ok::<_, SyncError>(member(name)?.text()?.map(str::to_owned));
        let word = |name: &str, words| {
            Ok::<_, SyncError>(member(name)?.one_of::<&str>(words)?.map(str::to_owned))
        };
        let within = |name: &str, least, most, default| {
            Ok::<_, SyncError>(member(name)?.whole(least, most)?.unwrap_or(default))
        };
        let milliseconds = |name: &str, least, most, default| {
            Ok::<_, SyncError>(Duration::from_millis(within(name, least, most, default)?.into()))
        };
        let mut provider = provider_request(&member("provider")?)?;
        provider.id.get_or_insert_with(|| Settings::default().default_provider);
        let retention = member("retention")?;
        retention.refuse_misspelt(&["versions", "audit", "backups"])?;
        Ok(Self {
            database_url: owned("databaseUrl")?,
            state_url: owned("stateUrl")?,
            provider,
            mapping: member("mapping")?
                .one_of(&[("compatible", Mapping::Compatible), ("native", Mapping::Native)])?
                .unwrap_or_default(),
            mode: word("mode", MODES)?,
            conflict_strategy: word("conflictStrategy", STRATEGIES)?,
            partial_status: member("partialStatus")?
                .one_of(&[("failed", PartialStatus::Failed), ("partial", PartialStatus::Partial)])?
                .unwrap_or_default(),
            requests_per_minute: member("requestsPerMinute")?.whole(1, 1_000_000)?,
            max_in_flight: within("maxInFlight", 1, 256, 8)?,
            request_timeout: milliseconds("requestTimeoutMs", 1, HOUR_MS, 30_000)?,
            max_attempts: within("maxAttempts", 1, 100, 3)?,
            cache_ttl: milliseconds("cacheTtlMs", 0, HOUR_MS, 5_000)?,
            update_interval: milliseconds("updateIntervalMs", 0, HOUR_MS, 50)?,
            files_root: owned("filesRoot")?.map(PathBuf::from),
            allowed_hosts: member("allowedHosts")?.texts()?,
            retention: Retention {
                versions: keep(&retention, "versions")?,
                audit: keep(&retention, "audit")?,
                backups: keep(&retention, "backups")?,
            },
            environment: texts_by_name(&member("environment")?)?.into_iter().collect(),
            working_directory: owned("workingDirectory")?.unwrap_or_default().into(),
        })
    }

    /// What the engine itself needs of them.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let defaults = Settings::default();
        Settings {
            default_provider: self.provider.id.clone().unwrap_or(defaults.default_provider),
            max_in_flight: self.max_in_flight as usize,
            max_attempts: self.max_attempts,
            cache_ttl_ms: u64::try_from(self.cache_ttl.as_millis())
                .unwrap_or(defaults.cache_ttl_ms),
            request_timeout: self.request_timeout,
            kept_versions: KeptVersions {
                days: self.retention.versions.days,
                count: self.retention.versions.count,
            },
            kept_audit: KeptVersions {
                days: self.retention.audit.days,
                count: self.retention.audit.count,
            },
            kept_rows: KeptVersions {
                days: self.retention.backups.days,
                count: self.retention.backups.count,
            },
        }
    }

    /// The studio's database as it was named, by option or environment.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.database_url.as_deref().or_else(|| self.variable("DATABASE_URL"))
    }

    /// A variable of the environment; an empty one counts as absent.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Reads a provider: its id, or an object with `id` and `config`.
///
/// # Errors
///
/// `INVALID_ARGUMENT` when it is neither; the values of `config` are never repeated.
pub fn provider_request(argument: &Argument<'_>) -> Result<ProviderRequest, SyncError> {
    let Some(value) = argument.value() else { return Ok(ProviderRequest::default()) };
    if let Some(id) = value.as_str() {
        return Ok(ProviderRequest { id: Some(id.to_owned()), config: Vec::new() });
    }
    if value.members().is_none() {
        return Err(argument.expected_unseen("a provider or the id of one"));
    }
    let id = argument.member("id")?;
    let named = id.text()?.ok_or_else(|| id.expected("the id of a provider"))?;
    let config = texts_by_name(&argument.member("config")?)?;
    Ok(ProviderRequest { id: Some(named.to_owned()), config })
}

/// Reads an object whose values are texts; what has no value is left out.
///
/// # Errors
///
/// `INVALID_ARGUMENT` when it is something else; the values are never repeated.
pub fn texts_by_name(argument: &Argument<'_>) -> Result<Vec<(String, String)>, SyncError> {
    let Some(value) = argument.value() else { return Ok(Vec::new()) };
    let members = value.members().ok_or_else(|| argument.expected_unseen("an object"))?;
    let mut texts = Vec::with_capacity(members.len());
    for (name, _) in members {
        let name = name.to_lossy();
        let member = argument.member(&name)?;
        let Some(value) = member.value() else { continue };
        let text = value.as_str().ok_or_else(|| member.expected_unseen("a text"))?;
        texts.push((name.into_owned(), text.to_owned()));
    }
    Ok(texts)
}

fn keep(retention: &Argument<'_>, what: &str) -> Result<Keep, SyncError> {
    let kept = retention.member(what)?;
    kept.refuse_misspelt(&["days", "count"])?;
    Ok(Keep {
        days: kept.member("days")?.whole(1, 36_500)?,
        count: kept.member("count")?.whole(1, u32::MAX)?,
    })
}
