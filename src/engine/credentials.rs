//! Credentials that the engine keeps, which go in and never come out.
//!
//! Each change is audited in the transaction that makes it, and what was refused right after.

use crate::audit::Event;
use crate::error::{ErrorCode, SyncError};

use super::{Action, Engine, ProviderRequest};

impl Engine {
    /// Keeps the credentials of a provider, encrypted, in the place of those that are there.
    ///
    /// # Errors
    ///
    /// `ROLE_REFUSED`, `KEY_INVALID`, when the values are not what the provider needs, and when the
    /// state cannot be written.
    pub async fn set_credentials(&self, request: &ProviderRequest) -> Result<(), SyncError> {
        let set = match self.actor.permit(Action::ManageCredentials) {
            Ok(()) => self.ports.platforms.keep_credentials(request, self.actor.author()).await,
            Err(error) => Err(error),
        };
        match set {
            Ok(()) => Ok(()),
            Err(error) => Err(self.unchanged("credentials.set", request, error).await),
        }
    }

    /// Forgets the credentials of a provider; tells whether there were any.
    ///
    /// # Errors
    ///
    /// As [`Engine::set_credentials`], but that no key is needed.
    pub async fn remove_credentials(&self, provider: &str) -> Result<bool, SyncError> {
        let removed = match self.actor.permit(Action::ManageCredentials) {
            Ok(()) => self.ports.platforms.remove_credentials(provider, self.actor.author()).await,
            Err(error) => Err(error),
        };
        match removed {
            Ok(is_removed) => Ok(is_removed),
            Err(error) => {
                let request =
                    ProviderRequest { id: Some(provider.to_owned()), ..ProviderRequest::default() };
                Err(self.unchanged("credentials.remove", &request, error).await)
            }
        }
    }

    /// Encrypts everything that is kept with the next key, all of it or nothing; tells how much.
    ///
    /// # Errors
    ///
    /// As [`Engine::set_credentials`], and `KEY_WRONG`.
    pub async fn rotate_credentials(&self) -> Result<u64, SyncError> {
        let rotated = match self.actor.permit(Action::ManageCredentials) {
            Ok(()) => self.ports.platforms.rotate_credentials(self.actor.author()).await,
            Err(error) => Err(error),
        };
        match rotated {
            Ok(count) => Ok(count),
            Err(error) => {
                let all = ProviderRequest::default();
                Err(self.unchanged("credentials.rotate", &all, error).await)
            }
        }
    }

    /// Why nothing was changed, noted. Of what was given only the name of the provider is, and not
    /// where that is a name of nothing: it may be a value in the wrong place.
    async fn unchanged(
        &self,
        action: &str,
        request: &ProviderRequest,
        error: SyncError,
    ) -> SyncError {
        let role = Action::ManageCredentials.role();
        let needed = (error.code == ErrorCode::RoleRefused).then(|| role.as_str().to_owned());
        let provider = request.id.as_deref().filter(|_| error.code != ErrorCode::UnknownProvider);
        let provider = provider.map(|id| self.ports.platforms.conceal(request, id));
        let detail = [("needed", needed), ("provider", provider)];
        let event = Event {
            at: self.ports.clock.now(),
            action: action.to_owned(),
            outcome: "refused".to_owned(),
            code: Some(error.code.as_str().to_owned()),
            detail: detail.into_iter().filter_map(|(name, own)| Some((name, own?))).collect(),
            ..Event::default()
        };
        self.noted(error, event).await
    }
}
