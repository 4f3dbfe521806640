//! Who holds a scope: a deployment, by its id, or a call of the engine, by its name.

/// `acceptDrift` while it records.
pub(super) const ACCEPT_DRIFT: &str = "acceptDrift";
/// `resolveConflicts` while it decides.
pub(super) const RESOLVE_CONFLICTS: &str = "resolveConflicts";
/// `recover` while it settles.
pub(super) const RECOVER: &str = "recover";

/// The holder in an error message.
pub(super) fn told(holder: &str) -> String {
    if [ACCEPT_DRIFT, RESOLVE_CONFLICTS, RECOVER].contains(&holder) {
        format!("{holder}()")
    } else {
        format!("the deployment {holder}")
    }
}
