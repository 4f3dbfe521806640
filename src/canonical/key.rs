//! The one rule by which new platform keys are made from names.

use crate::digest::Digest;

/// Longest key that is made.
const MAX_LENGTH: usize = 255;

/// Makes a key from a name: transliterates to ASCII, keeps letters, digits and underscores, and
/// puts `prefix` before what does not begin with a letter or is shorter than two characters. A name
/// that leaves nothing gets the prefix and six digits of its digest, so that two such names differ.
///
/// ```
/// use catalyst_sync::canonical::derive_key;
///
/// assert_eq!(derive_key("Blog Post", "Type"), "BlogPost");
/// assert_eq!(derive_key("Üben", "Type"), "Uben");
/// assert_eq!(derive_key("文章", "Type"), "WenZhang");
/// assert_eq!(derive_key("3D Model", "Type"), "Type3DModel");
/// assert_eq!(derive_key("hero-image", "field"), "heroimage");
/// ```
#[must_use]
pub fn derive_key(name: &str, prefix: &str) -> String {
    let mut kept: String = any_ascii::any_ascii(name)
        .chars()
        .filter(|char| char.is_ascii_alphanumeric() || *char == '_')
        .collect();
    if kept.chars().all(|char| char == '_') {
        let digest = Digest::of(name).to_string();
        kept = format!("_{}", digest.get(..6).unwrap_or_default());
    }
    if kept.len() < 2 || !kept.starts_with(|char: char| char.is_ascii_alphabetic()) {
        kept.insert_str(0, prefix);
    }
    kept.truncate(MAX_LENGTH);
    kept
}
