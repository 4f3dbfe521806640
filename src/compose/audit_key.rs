//! The keys that the audit is signed with.

use crate::error::{ErrorCode, SyncError};
use crate::http::Secret;
use crate::port::chain::Seal;

use super::EngineOptions;

const VARIABLE: &str = "CATALYST_SYNC_AUDIT_KEY";

/// Shortest key, in bytes.
const SHORTEST: usize = 16;

/// Digits of the name of a key.
const NAME: usize = 16;

/// One key that signs, and earlier ones whose signatures are still known.
pub(super) struct AuditKeys {
    signing: Key,
    earlier: Vec<Key>,
}

struct Key {
    name: String,
    secret: Secret,
}

impl AuditKeys {
    /// The keys of the environment, separated by commas, the one that signs first; `None` for none.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for a key that is too short to keep anybody out.
    pub(super) fn of(options: &EngineOptions) -> Result<Option<Self>, SyncError> {
        let Some(value) = options.variable(VARIABLE) else { return Ok(None) };
        let parts: Vec<&str> = value.split(',').map(str::trim).collect();
        if parts.iter().any(|part| part.len() < SHORTEST) {
            let message = format!("{VARIABLE} holds a key of less than {SHORTEST} bytes");
            return Err(SyncError::new(ErrorCode::InvalidArgument, message)
                .next_step("make a key with `openssl rand -hex 32`"));
        }
        let mut keys = parts.into_iter().map(Key::new);
        let Some(signing) = keys.next() else { return Ok(None) };
        Ok(Some(Self { signing, earlier: keys.collect() }))
    }
}

impl Key {
    fn new(text: &str) -> Self {
        let secret = Secret::new(text);
        // A signature of its own, from which the key cannot be had.
        let name = secret.sign("name").to_string().chars().take(NAME).collect();
        Self { name, secret }
    }
}

impl Seal for AuditKeys {
    fn key(&self) -> &str {
        &self.signing.name
    }

    fn sign(&self, message: &str) -> String {
        self.signing.secret.sign(message).to_string()
    }

    fn check(&self, key: &str, message: &str, signature: &str) -> Option<bool> {
        let mut all = std::iter::once(&self.signing).chain(&self.earlier);
        let own = all.find(|own| own.name == key)?;
        Some(own.secret.signed(message, signature))
    }
}
