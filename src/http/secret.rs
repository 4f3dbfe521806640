//! The one type for secrets.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ring::hmac;
use zeroize::Zeroizing;

use crate::canonical::write;
use crate::digest::Digest;
use crate::model::Json;

/// What is printed in the place of a secret.
const MASK: &str = "***";

/// A secret: prints as `***`, and its memory is wiped when it is dropped.
///
/// ```
/// use catalyst_sync::http::Secret;
///
/// let secret = Secret::new("correct horse");
/// assert_eq!(format!("{secret} {secret:?}"), "*** ***");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The secret itself, for the request that needs it and for nothing else.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// HMAC-SHA-256 of a message with the secret as the key.
    #[must_use]
    pub fn sign(&self, message: &str) -> Digest {
        let mut tag = [0; 32];
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.expose().as_bytes());
        for (byte, own) in tag.iter_mut().zip(hmac::sign(&key, message.as_bytes()).as_ref()) {
            *byte = *own;
        }
        Digest::from(tag)
    }

    /// Whether a text is what [`Secret::sign`] makes of a message, in hexadecimal digits. Takes the
    /// same time wherever it differs.
    #[must_use]
    pub fn signed(&self, message: &str, signature: &str) -> bool {
        let own = self.sign(message).to_string();
        let pairs = own.bytes().zip(signature.bytes());
        own.len() == signature.len() && pairs.fold(0, |all, (a, b)| all | (a ^ b)) == 0
    }

    /// Every way in which the secret may be written in a text, longest first, so that a form is
    /// never masked from the inside by a shorter one.
    fn forms(&self) -> Vec<Zeroizing<String>> {
        let plain = self.expose();
        let quoted = Zeroizing::new(write(&Json::str(plain)));
        let inside = quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned();
        let form: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
        let percent = form.replace('+', "%20");
        let mut forms: Vec<Zeroizing<String>> = [
            plain.to_owned(),
            inside.replace('/', "\\/"),
            inside,
            lower_case_escapes(&form),
            lower_case_escapes(&percent),
            form,
            percent,
            STANDARD_NO_PAD.encode(plain),
            URL_SAFE_NO_PAD.encode(plain),
        ]
        .map(Zeroizing::new)
        .into();
        forms.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        forms
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Masks every occurrence of the secrets: as they are, inside JSON, URL-encoded, and in Base64.
///
/// Base64 is found where a text of its own was encoded. For `Authorization: Basic` that text is
/// `id:secret`, which therefore is to be given as a secret as well.
///
/// ```
/// use catalyst_sync::http::{Secret, scrub};
///
/// let secret = Secret::new("s3cr\"t/+");
/// let text = r#"{"client_secret":"s3cr\"t/+"} client_secret=s3cr%22t%2F%2B"#;
/// assert_eq!(scrub(text, &[&secret]), r#"{"client_secret":"***"} client_secret=***"#);
/// ```
#[must_use]
pub fn scrub(text: &str, secrets: &[&Secret]) -> String {
    let mut scrubbed = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        for form in secret.forms() {
            if scrubbed.contains(form.as_str()) {
                scrubbed = scrubbed.replace(form.as_str(), MASK);
            }
        }
    }
    scrubbed
}

/// Some encoders write `%2f` where others write `%2F`.
fn lower_case_escapes(encoded: &str) -> String {
    let mut escape = 0;
    let lower = |char: char| {
        escape = if char == '%' { 2 } else { i32::max(escape - 1, -1) };
        if escape >= 0 { char.to_ascii_lowercase() } else { char }
    };
    encoded.chars().map(lower).collect()
}
