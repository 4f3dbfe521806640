//! What signs, and knows its own signatures again.

/// Signs hashes with a key that it keeps to itself.
pub trait Seal: Send + Sync {
    /// Names the key that signs, without revealing anything of it.
    fn key(&self) -> &str;

    /// The signature of a message, as 64 hexadecimal digits.
    fn sign(&self, message: &str) -> String;

    /// Whether a signature was made with the key of this name; `None` where that key is not held.
    fn check(&self, key: &str, message: &str, signature: &str) -> Option<bool>;
}

/// What is signed of an entry.
pub(super) fn of_entry(hash: &str) -> String {
    format!("entry {hash}")
}

/// What is signed of a head. Another word than for entries, so that the signature of an entry does
/// not make a head of it.
pub(super) fn of_head(hash: &str, exempt: &str) -> String {
    format!("head {hash} {exempt}")
}
