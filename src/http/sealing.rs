//! Credentials at rest: encrypted, and bound to the name under which they are kept.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::{Offer, Secret};

/// Bytes of a key.
const KEY_LENGTH: usize = 32;
/// First byte of what is sealed: AES-256-GCM, a random nonce behind it, four texts inside.
const FORM: u8 = 1;
/// Stands before the name in what is authenticated besides.
const PURPOSE: &str = "catalyst-sync/credentials/1/";

/// What one source of credentials brings, with what the target is called there.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Address and credentials, which belong together.
    pub offer: Offer,
    /// Name of the tenant.
    pub tenant: Option<String>,
}

/// A key that seals credentials and opens them again.
pub struct SealingKey(LessSafeKey);

/// Why something cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealingError {
    /// The key is not 32 bytes in hexadecimal or Base64.
    #[error("the key is not 32 bytes in hexadecimal or Base64")]
    KeyForm,
    /// Sealed with another key, under another name, or changed since.
    #[error("the stored credentials cannot be opened with this key")]
    Wrong,
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    Randomness,
}

impl SealingKey {
    /// Reads a key: 32 random bytes in hexadecimal or Base64, and nothing else. A passphrase is no
    /// key: what people can remember can be guessed.
    ///
    /// # Errors
    ///
    /// [`SealingError::KeyForm`].
    pub fn parse(secret: &Secret) -> Result<Self, SealingError> {
        let text = secret.expose().trim();
        let bytes = Zeroizing::new(bytes_of(text).ok_or(SealingError::KeyForm)?);
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| SealingError::KeyForm)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Encrypts under a fresh nonce. Nonces are random: with 96 bits, a store that is written a
    /// thousand times a day repeats none in the life of a key.
    ///
    /// # Errors
    ///
    /// [`SealingError::Randomness`].
    pub fn seal(&self, name: &str, kept: &Kept) -> Result<Vec<u8>, SealingError> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| SealingError::Randomness)?;
        // In its final size from the start, so that growing leaves no copy behind.
        let secret = kept.offer.client_secret.as_ref().map(Secret::expose);
        let texts = [
            kept.offer.api_url.as_deref(),
            kept.offer.client_id.as_deref(),
            secret,
            kept.tenant.as_deref(),
        ];
        let length: usize = texts.iter().map(|text| 4 + text.unwrap_or_default().len()).sum();
        let mut inside = Vec::with_capacity(length + AES_256_GCM.tag_len());
        for text in texts {
            let text = text.unwrap_or_default().as_bytes();
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            inside.extend_from_slice(&length.to_be_bytes());
            inside.extend_from_slice(text);
        }
        let bound = Aad::from(format!("{PURPOSE}{name}"));
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut inside)
            .map_err(|_| SealingError::Randomness)?;
        let mut sealed = vec![FORM];
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut inside);
        Ok(sealed)
    }

    /// Decrypts what was sealed under a name.
    ///
    /// # Errors
    ///
    /// [`SealingError::Wrong`] for whatever is not exactly that.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Result<Kept, SealingError> {
        let inside = sealed.strip_prefix(&[FORM]).ok_or(SealingError::Wrong)?;
        let (nonce, inside) = inside.split_at_checked(NONCE_LEN).ok_or(SealingError::Wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealingError::Wrong)?;
        let mut inside = Zeroizing::new(inside.to_vec());
        let bound = Aad::from(format!("{PURPOSE}{name}"));
        let opened =
            self.0.open_in_place(nonce, bound, &mut inside).map_err(|_| SealingError::Wrong)?;
        let mut rest: &[u8] = opened;
        let mut text = || take(&mut rest).ok_or(SealingError::Wrong);
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (api_url, client_id, secret, tenant) = (text()?, text()?, text()?, text()?);
        Ok(Kept {
            offer: Offer {
                api_url: some(api_url),
                client_id: some(client_id),
                client_secret: (!secret.is_empty()).then(|| Secret::new(secret)),
            },
            tenant: some(tenant),
        })
    }
}

/// Without the key.
impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(***)")
    }
}

/// The next text of what was sealed.
fn take<'b>(rest: &mut &'b [u8]) -> Option<&'b str> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (text, after) = after.split_at_checked(length)?;
    *rest = after;
    std::str::from_utf8(text).ok()
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let bytes = if text.len() == 2 * KEY_LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        let pairs = text.as_bytes().chunks(2);
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        pairs.map(byte).collect::<Option<Vec<u8>>>()?
    } else {
        let text = text.trim_end_matches('=');
        STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?
    };
    (bytes.len() == KEY_LENGTH).then_some(bytes)
}
