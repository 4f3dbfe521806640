//! How one atom went.

use super::Ancestor;

/// How one atom moved since the last agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Movement {
    /// Neither side moved.
    Unchanged,
    /// Only the studio moved.
    Local,
    /// Only the platform moved.
    Remote,
    /// Both moved to the same value.
    Same,
    /// Both moved apart.
    Conflict,
}

/// Classifies one atom against the pair both sides last agreed on.
///
/// `None` means absent, so creation and deletion are ordinary movements. Where nothing was ever
/// agreed, a value on one side only is that side's movement, and two different values conflict.
///
/// ```
/// use catalyst_sync::merge::{Ancestor, Movement, classify};
///
/// let agreed = |value| Ancestor::Known { local: value, remote: value };
/// assert_eq!(classify(agreed(Some("Title")), Some("Title"), Some("Headline")), Movement::Remote);
/// assert_eq!(classify(agreed(Some("a")), None, Some("b")), Movement::Conflict); // delete/modify
///
/// // The platform rewrote what it was sent, and both sides live with that.
/// let rewritten = Ancestor::Known { local: Some(" a"), remote: Some("a") };
/// assert_eq!(classify(rewritten, Some(" a"), Some("a")), Movement::Unchanged);
///
/// assert_eq!(classify(Ancestor::Unknown, Some("a"), None), Movement::Local);
/// assert_eq!(classify(Ancestor::Unknown, Some("a"), Some("b")), Movement::Conflict);
/// ```
pub fn classify<T: Eq + Copy>(base: Ancestor<T>, local: Option<T>, remote: Option<T>) -> Movement {
    let (local_moved, remote_moved) = match base {
        Ancestor::Known { local: was_local, remote: was_remote } => {
            (local != was_local, remote != was_remote)
        }
        Ancestor::Unknown => (local.is_some(), remote.is_some()),
    };
    match (local_moved, remote_moved) {
        (false, false) => Movement::Unchanged,
        // However they got there: what is equal needs nothing but to be agreed on.
        _ if local == remote => Movement::Same,
        (true, false) => Movement::Local,
        (false, true) => Movement::Remote,
        (true, true) => Movement::Conflict,
    }
}
