//! What was taken for no change.

use serde::Serialize;

use crate::canonical::Path;

/// What somebody said is no change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AcceptedDrift {
    /// Key of the type.
    pub type_key: String,
    /// The website that owns it.
    pub website_id: String,
    /// The target.
    pub target: String,
    /// The atoms on which both sides agree to differ.
    pub paths: Vec<Path>,
}
