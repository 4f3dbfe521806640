//! Credentials that the engine keeps, which go in and never come out.

use crate::error::SyncError;

use super::{Action, Engine, ProviderRequest};

impl Engine {
    /// Keeps the credentials of a provider, encrypted, in the place of those that are there.
    ///
    /// # Errors
    ///
    /// `ROLE_REFUSED`, `KEY_INVALID`, when the values are not what the provider needs, and when the
    /// state cannot be written.
    pub async fn set_credentials(&self, request: &ProviderRequest) -> Result<(), SyncError> {
        self.permit(Action::ManageCredentials).await?;
        self.ports.platforms.keep_credentials(request).await
    }

    /// Forgets the credentials of a provider; tells whether there were any.
    ///
    /// # Errors
    ///
    /// As [`Engine::set_credentials`], but that no key is needed.
    pub async fn remove_credentials(&self, provider: &str) -> Result<bool, SyncError> {
        self.permit(Action::ManageCredentials).await?;
        self.ports.platforms.remove_credentials(provider).await
    }

    /// Encrypts everything that is kept with the next key, all of it or nothing; tells how much.
    ///
    /// # Errors
    ///
    /// As [`Engine::set_credentials`], and `KEY_WRONG`.
    pub async fn rotate_credentials(&self) -> Result<u64, SyncError> {
        self.permit(Action::ManageCredentials).await?;
        self.ports.platforms.rotate_credentials().await
    }
}
