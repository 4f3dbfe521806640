//! The credentials that an engine keeps in its state.
//!
//! There is a store where there is a key: without `CATALYST_SYNC_KEY` nothing is looked for, so that
//! whoever does not use it pays nothing for it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::{ProviderRequest, store_failure};
use crate::error::{ErrorCode, SyncError, quoted};
use crate::http::{self, Allowance, Kept, Offer, SealingError, SealingKey, Secret};
use crate::port::{Author, Clock, Sealed, Vault};

use super::EngineOptions;
use super::platforms::{LATER, OPTIMIZELY, access_failure, with_version};

/// The variable with the key.
const KEY: &str = "CATALYST_SYNC_KEY";
/// The variable with the key that is to take its place.
const NEXT_KEY: &str = "CATALYST_SYNC_KEY_NEXT";

/// What credentials for Optimizely consist of.
const MEMBERS: [&str; 5] = ["clientId", "clientSecret", "apiUrl", "environment", "projectId"];

/// How often a rotation is begun anew because somebody wrote meanwhile.
const ROTATIONS: usize = 5;

/// The store of credentials.
pub(super) struct CredentialStore {
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    key: Option<Secret>,
    next_key: Option<Secret>,
    /// The address of the environment.
    address: Option<String>,
    allowed_hosts: Vec<String>,
    /// What was opened last, so that it can be masked wherever it turns up.
    seen: Mutex<Option<Secret>>,
}

impl CredentialStore {
    pub fn new(options: &EngineOptions, vault: Arc<dyn Vault>, clock: Arc<dyn Clock>) -> Self {
        let secret = |name: &str| options.variable(name).map(Secret::new);
        Self {
            vault,
            clock,
            key: secret(KEY),
            next_key: secret(NEXT_KEY),
            address: options.variable("OPTIMIZELY_API_URL").map(with_version),
            allowed_hosts: options.allowed_hosts.clone(),
            seen: Mutex::default(),
        }
    }

    /// What is kept for a provider; `None` without a key.
    pub async fn find(&self, provider: &str) -> Result<Option<Kept>, SyncError> {
        if self.key.is_none() {
            return Ok(None);
        }
        let all = self.vault.sealed().await.map_err(store_failure)?;
        let Some(sealed) = all.iter().find(|sealed| sealed.name == provider) else {
            return Ok(None);
        };
        let kept = self.open(sealed)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone_from(&kept.offer.client_secret);
        Ok(Some(kept))
    }

    /// The secrets that the store has to do with.
    pub fn secrets(&self) -> Vec<Secret> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        [self.key.clone(), self.next_key.clone(), seen].into_iter().flatten().collect()
    }

    /// Keeps credentials, in the place of those that are there.
    pub async fn keep(&self, request: &ProviderRequest, by: Author) -> Result<(), SyncError> {
        let provider = checked(request.id.as_deref().unwrap_or_default())?;
        let kept = self.complete(kept_of(request)?)?;
        let bytes =
            self.key()?.seal(provider, &kept).map_err(|error| sealing_failure(error, KEY))?;
        let sealed = Sealed { name: provider.to_owned(), bytes };
        self.vault.put_sealed(sealed, by, self.clock.now()).await.map_err(store_failure)
    }

    /// Forgets credentials; needs no key, so that a lost one is no end.
    pub async fn remove(&self, provider: &str, by: Author) -> Result<bool, SyncError> {
        let removed = self.vault.remove_sealed(checked(provider)?, by, self.clock.now()).await;
        removed.map_err(store_failure)
    }

    /// Seals everything with the next key, all of it or nothing; tells how much.
    pub async fn rotate(&self, by: Author) -> Result<u64, SyncError> {
        let next = self.next_key.as_ref().ok_or_else(|| missing(NEXT_KEY))?;
        let next = SealingKey::parse(next).map_err(|error| sealing_failure(error, NEXT_KEY))?;
        for _ in 0..ROTATIONS {
            let before = self.vault.sealed().await.map_err(store_failure)?;
            let mut after = Vec::with_capacity(before.len());
            for sealed in &before {
                let kept = self.open(sealed)?;
                let bytes = next.seal(&sealed.name, &kept);
                let bytes = bytes.map_err(|error| sealing_failure(error, NEXT_KEY))?;
                after.push(Sealed { name: sealed.name.clone(), bytes });
            }
            let count = u64::try_from(after.len()).unwrap_or(u64::MAX);
            let now = self.clock.now();
            let replaced = self.vault.replace_sealed(before, after, by.clone(), now).await;
            if replaced.map_err(store_failure)? {
                return Ok(count);
            }
        }
        let message = "the stored credentials were changed again and again while they were rotated";
        Err(SyncError::new(ErrorCode::DatabaseBusy, message))
    }

    /// Adds the address that the credentials are for, so that no other environment can ever send them
    /// elsewhere, and refuses one that they could not be sent to.
    fn complete(&self, mut kept: Kept) -> Result<Kept, SyncError> {
        let address = kept.offer.api_url.take().or_else(|| self.address.clone());
        kept.offer.api_url = Some(address.unwrap_or_else(|| OPTIMIZELY.to_owned()));
        let environment = Offer { api_url: self.address.clone(), ..Offer::default() };
        let allowance = Allowance { api_url: OPTIMIZELY, allowed_hosts: &self.allowed_hosts };
        http::grant(&environment, &kept.offer, allowance).map_err(access_failure)?;
        Ok(kept)
    }

    fn key(&self) -> Result<SealingKey, SyncError> {
        let key = self.key.as_ref().ok_or_else(|| missing(KEY))?;
        SealingKey::parse(key).map_err(|error| sealing_failure(error, KEY))
    }

    /// Opens with the key, and while keys are changed with the next one.
    fn open(&self, sealed: &Sealed) -> Result<Kept, SyncError> {
        let opened = self.key()?.open(&sealed.name, &sealed.bytes);
        let opened = match (&opened, &self.next_key) {
            (Err(_), Some(next)) => {
                let next = SealingKey::parse(next);
                let next = next.map_err(|error| sealing_failure(error, NEXT_KEY))?;
                next.open(&sealed.name, &sealed.bytes)
            }
            _ => opened,
        };
        opened.map_err(|error| sealing_failure(error, KEY))
    }
}

/// A provider that has credentials.
fn checked(provider: &str) -> Result<&str, SyncError> {
    match provider {
        "optimizely" => Ok(provider),
        "files" => Err(SyncError::new(
            ErrorCode::InvalidArgument,
            "providerId is \"files\", which needs no credentials",
        )),
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

fn kept_of(request: &ProviderRequest) -> Result<Kept, SyncError> {
    let refuse = |message: String| Err(SyncError::new(ErrorCode::InvalidArgument, message));
    if let Some((name, _)) = request.config.iter().find(|(name, _)| !MEMBERS.contains(&&**name)) {
        let known = MEMBERS.join(", ");
        return refuse(format!("values.{name} is not known; values are {known}"));
    }
    let get = |name: &str| {
        let own = request.config.iter().find(|(own, _)| own == name);
        own.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    };
    for name in ["clientId", "clientSecret"] {
        if get(name).is_none() {
            return refuse(format!("values.{name} is missing, and should be a text"));
        }
    }
    Ok(Kept {
        offer: Offer {
            api_url: get("apiUrl").map(with_version),
            client_id: get("clientId").map(str::to_owned),
            client_secret: get("clientSecret").map(Secret::new),
        },
        tenant: get("environment").or_else(|| get("projectId")).map(str::to_owned),
    })
}

fn missing(variable: &str) -> SyncError {
    SyncError::new(ErrorCode::KeyInvalid, format!("the key {variable} is not set"))
}

fn sealing_failure(error: SealingError, variable: &str) -> SyncError {
    let (code, message) = match error {
        SealingError::KeyForm => (
            ErrorCode::KeyInvalid,
            format!("the key {variable} is not 32 bytes in hexadecimal or Base64"),
        ),
        SealingError::Wrong => (ErrorCode::KeyWrong, error.to_string()),
        _ => (ErrorCode::Internal, error.to_string()),
    };
    SyncError::new(code, message).caused_by(error)
}
