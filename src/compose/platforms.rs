//! Which platforms there are, and how a request for one becomes a connection.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use crate::digest::Digest;
use crate::engine::{Platform, Platforms, ProviderRequest, Purpose, adapter_failure};
use crate::error::{ErrorCode, SyncError, quoted};
use crate::http::{
    self, AccessError, Credentials, Endpoint, HttpOptions, HttpTransport, Meter, Offer, Secret,
};

use crate::platform::files::{FilesAdapter, FilesDialect, FolderError};
use crate::platform::optimizely::{
    ApiVersion, OptimizelyAdapter, OptimizelyDialect, Profile, Settings as OptimizelySettings,
};
use crate::port::{Author, Clock};

use super::credentials::CredentialStore;
use super::{EngineOptions, Mapping, Surroundings};

/// Optimizely's own address.
pub(super) const OPTIMIZELY: &str = "https://api.cms.optimizely.com/v1";

/// Platforms that the studio offers and that do not exist yet.
pub(super) const LATER: [&str; 2] = ["contentful", "strapi"];

/// All platforms of this release.
pub(super) struct KnownPlatforms {
    options: EngineOptions,
    surroundings: Surroundings,
    meter: Meter,
    credentials: CredentialStore,
}

impl KnownPlatforms {
    pub fn new(
        options: EngineOptions,
        surroundings: Surroundings,
        meter: Meter,
        credentials: CredentialStore,
    ) -> Self {
        Self { options, surroundings, meter, credentials }
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.surroundings.clock)
    }

    /// Where a configuration brings neither an address nor credentials, those that are stored come
    /// next, and those of the environment last; the parts of one are never completed from another.
    async fn optimizely(&self, config: &Config<'_>) -> Result<Platform, SyncError> {
        let brings =
            ["apiUrl", "clientId", "clientSecret"].iter().any(|it| config.get(it).is_some());
        let stored = if brings { None } else { self.credentials.find("optimizely").await? };
        let tenant = stored.as_ref().and_then(|stored| stored.tenant.clone());
        let environment = Offer {
            api_url: self.options.variable("OPTIMIZELY_API_URL").map(with_version),
            client_id: self.options.variable("OPTIMIZELY_CLIENT_ID").map(str::to_owned),
            client_secret: self.options.variable("OPTIMIZELY_CLIENT_SECRET").map(Secret::new),
        };
        let configured = stored.map_or_else(
            || Offer {
                api_url: config.get("apiUrl").map(with_version),
                client_id: config.get("clientId").map(str::to_owned),
                client_secret: config.get("clientSecret").map(Secret::new),
            },
            |stored| stored.offer,
        );
        let platform =
            http::Allowance { api_url: OPTIMIZELY, allowed_hosts: &self.options.allowed_hosts };
        let (endpoint, credentials) =
            http::grant(&environment, &configured, platform).map_err(access_failure)?;
        let version = version_of(&endpoint)?;
        let target = target(&endpoint, &credentials, config, tenant);

        let standard = HttpOptions::standard();
        let at_least_one = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let http = HttpOptions {
            pace: http::Pace {
                requests_per_minute: self
                    .options
                    .requests_per_minute
                    .map_or(standard.pace.requests_per_minute, at_least_one),
                max_in_flight: at_least_one(self.options.max_in_flight),
            },
            max_attempts: at_least_one(self.options.max_attempts),
            request_timeout: self.options.request_timeout,
            observer: self.surroundings.observer.clone(),
            meter: Some(Arc::clone(&self.meter)),
            carrier: self.surroundings.carrier.clone(),
            ..standard
        };
        let transport =
            HttpTransport::new(endpoint, credentials, http, self.clock()).map_err(|error| {
                SyncError::new(ErrorCode::PlatformUnreachable, error.to_string()).caused_by(error)
            })?;
        let settings = OptimizelySettings {
            in_flight: self.options.request_timeout,
            ..OptimizelySettings::new(version, profile(self.options.mapping))
        };
        let adapter = OptimizelyAdapter::new(version, Arc::new(transport), self.clock());
        Ok(Platform {
            provider: "optimizely".to_owned(),
            target,
            unborn: None,
            dialect: Arc::new(OptimizelyDialect::new(settings)),
            adapter: Arc::new(adapter),
        })
    }

    async fn files(&self, config: &Config<'_>, purpose: Purpose) -> Result<Platform, SyncError> {
        let Some(directory) = config.get("directory") else {
            return Err(SyncError::new(
                ErrorCode::InvalidArgument,
                "provider.config.directory is missing, and should be a folder below filesRoot",
            )
            .next_step("name a folder below filesRoot in provider.config.directory"));
        };
        let working = &self.options.working_directory;
        let root = self
            .options
            .files_root
            .as_ref()
            .map_or_else(|| working.clone(), |root| working.join(root));
        let adapter = FilesAdapter::open(Path::new(directory), &root, self.clock())
            .map_err(folder_failure)?;
        let id = match purpose {
            // A folder gets its id when something is first deployed to it.
            Purpose::Look => adapter.target_id().await,
            Purpose::Deploy => adapter.ensure_target_id().await.map(Some),
        };
        let id = id.map_err(|error| {
            adapter_failure(error, "connect").next_step(
                "see that the folder can be used, and that its catalyst-sync.json is whole",
            )
        })?;
        let unborn = format!("files:local:new:{}", adapter.place());
        Ok(Platform {
            provider: "files".to_owned(),
            target: id.map_or_else(|| unborn.clone(), |id| format!("files:local:{id}")),
            unborn: Some(unborn),
            dialect: Arc::new(FilesDialect),
            adapter: Arc::new(adapter),
        })
    }
}

#[async_trait]
impl Platforms for KnownPlatforms {
    async fn connect(
        &self,
        request: &ProviderRequest,
        default: &str,
        purpose: Purpose,
    ) -> Result<Platform, SyncError> {
        let id = request.id.as_deref().unwrap_or(default);
        let is_default = self.options.provider.id.as_deref() == Some(id);
        let config = Config {
            own: &request.config,
            // What a call does not say, the engine's own provider does.
            fallback: if is_default { &self.options.provider.config } else { &[] },
        };
        match id {
            "optimizely" => self.optimizely(&config).await,
            "files" => self.files(&config, purpose).await,
            later if LATER.contains(&later) => Err(SyncError::new(
                ErrorCode::ProviderUnavailable,
                format!("the provider {later} does not exist yet"),
            )),
            other => Err(SyncError::new(
                ErrorCode::UnknownProvider,
                format!("there is no provider {}", quoted(other)),
            )),
        }
    }

    async fn keep_credentials(
        &self,
        request: &ProviderRequest,
        by: Author,
    ) -> Result<(), SyncError> {
        self.credentials.keep(request, by).await
    }

    async fn remove_credentials(&self, provider: &str, by: Author) -> Result<bool, SyncError> {
        self.credentials.remove(provider, by).await
    }

    async fn rotate_credentials(&self, by: Author) -> Result<u64, SyncError> {
        self.credentials.rotate(by).await
    }

    fn conceal(&self, request: &ProviderRequest, text: &str) -> String {
        let configured = request.config.iter().chain(&self.options.provider.config);
        let configured = configured.filter(|(name, _)| SECRETS.contains(&&**name));
        let secrets: Vec<Secret> = configured
            .map(|(_, value)| &**value)
            .chain(self.options.variable("OPTIMIZELY_CLIENT_SECRET"))
            .map(Secret::new)
            .chain(self.credentials.secrets())
            .collect();
        http::scrub(text, &secrets.iter().collect::<Vec<_>>())
    }
}

/// What is kept of a provider's configuration as a secret.
const SECRETS: [&str; 3] = ["clientSecret", "apiKey", "accessToken"];

/// The configuration of a provider for one call. Address and credentials must come from the same
/// source, so either the call's own is used or the engine's, never a mixture.
struct Config<'c> {
    own: &'c [(String, String)],
    fallback: &'c [(String, String)],
}

impl Config<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let find = |list: &'_ [(String, String)]| list.iter().position(|(own, _)| own == name);
        let source = if self.own.is_empty() { self.fallback } else { self.own };
        let value = find(source).and_then(|at| source.get(at)).map(|(_, value)| value.trim());
        value.filter(|value| !value.is_empty())
    }
}

/// The API version is the last segment of the address, and `/v1` where there is none.
pub(super) fn with_version(address: &str) -> String {
    let address = address.trim().trim_end_matches('/');
    let last = address.rsplit('/').next().unwrap_or_default();
    if ApiVersion::from_segment(last).is_some() {
        address.to_owned()
    } else {
        format!("{address}/v1")
    }
}

fn version_of(endpoint: &Endpoint) -> Result<ApiVersion, SyncError> {
    let path = endpoint.base().path();
    let last = path.rsplit('/').next().unwrap_or_default();
    ApiVersion::from_segment(last).ok_or_else(|| {
        SyncError::new(
            ErrorCode::InvalidArgument,
            "the address names no API version, and should end in /v1 or /preview3",
        )
        .next_step("end the address with /v1")
    })
}

/// The tenant is what the configuration calls it, else a fingerprint of the client id. Version, path
/// and secret are no part of a target, so that a new version or a rotated key keep the scope.
fn target(
    endpoint: &Endpoint,
    credentials: &Credentials,
    config: &Config<'_>,
    stored: Option<String>,
) -> String {
    let base = endpoint.base();
    let host = base.host_str().unwrap_or_default();
    let host = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let named = config.get("environment").or_else(|| config.get("projectId")).map(str::to_owned);
    let tenant = named.or(stored).unwrap_or_else(|| {
        let digest = Digest::of(credentials.client_id.as_bytes()).to_string();
        digest.get(..12).unwrap_or_default().to_owned()
    });
    format!("optimizely:{host}:{tenant}")
}

fn profile(mapping: Mapping) -> Profile {
    match mapping {
        Mapping::Compatible => Profile::Compatible,
        Mapping::Native => Profile::Native,
    }
}

pub(super) fn access_failure(error: AccessError) -> SyncError {
    let (code, step) = match &error {
        AccessError::Address { .. } => (
            ErrorCode::InvalidArgument,
            "use an https address such as https://api.cms.optimizely.com/v1",
        ),
        AccessError::HostNotAllowed { .. } => {
            (ErrorCode::HostNotAllowed, "name the host in allowedHosts if you trust it")
        }
        AccessError::ForeignHost { .. } => (
            ErrorCode::HostNotAllowed,
            "give clientId and clientSecret in the same configuration as the address",
        ),
        AccessError::CredentialsMissing { .. } => {
            (ErrorCode::CredentialsMissing, "set OPTIMIZELY_CLIENT_ID and OPTIMIZELY_CLIENT_SECRET")
        }
    };
    SyncError::new(code, error.to_string()).next_step(step).during("connect").caused_by(error)
}

fn folder_failure(error: FolderError) -> SyncError {
    let step = match &error {
        FolderError::Outside { .. } => "name a folder below filesRoot",
        _ => "name a folder that can be written",
    };
    SyncError::new(ErrorCode::InvalidArgument, format!("provider.config.directory: {error}"))
        .next_step(step)
        .during("connect")
        .caused_by(error)
}
