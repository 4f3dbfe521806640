//! The name of a version.

use crate::digest::Digest;

/// What a version belongs to, and what its row says beside the definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'i> {
    /// Row id of the website.
    pub website_id: &'i str,
    /// Kind of document.
    pub kind: &'i str,
    /// Row id of the document.
    pub local_id: &'i str,
    /// The columns of its row beside the definition, as canonical JSON. The studio's content hash
    /// does not cover them, and a restored version needs them.
    pub columns: &'i str,
}

/// The hash of a version: SHA-256 of identity, content hash and parents, each with its length before
/// it, so that no two different versions are written alike.
///
/// A version without content is a deletion. The order of parents counts: the first is what the
/// version was made from.
///
/// ```
/// use catalyst_sync::digest::Digest;
/// use catalyst_sync::version::{Identity, version_hash};
///
/// let article = Identity { website_id: "w1", kind: "content-type", local_id: "c1", columns: "{}" };
/// let content = Some(Digest::of("{}"));
/// let first = version_hash(&article, content, &[]).to_string();
/// let again = version_hash(&article, content, std::slice::from_ref(&first)).to_string();
/// assert_ne!(first, again); // the same content later is another version
/// ```
#[must_use]
pub fn version_hash(
    identity: &Identity<'_>,
    content: Option<Digest>,
    parents: &[String],
) -> Digest {
    let content = content.as_ref().map_or(&[][..], |digest| digest.as_bytes());
    let own = [
        identity.website_id.as_bytes(),
        identity.kind.as_bytes(),
        identity.local_id.as_bytes(),
        identity.columns.as_bytes(),
        content,
    ];
    Digest::of_parts(own.into_iter().chain(parents.iter().map(String::as_bytes)))
}
