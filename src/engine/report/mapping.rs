//! How types are expressed on a platform.

use serde::Serialize;

use crate::port::{FieldMapping, Loss};

/// How a type is expressed on the platform.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeMapping {
    /// Key of the type.
    pub type_key: String,
    /// Its name.
    pub name: String,
    /// Status in the words of `SyncState`.
    pub status: String,
    /// Key on the platform.
    pub platform_key: String,
    /// Base type on the platform, where it has one.
    pub base_type: Option<String>,
    /// Number of overlaps.
    pub conflicts: usize,
    /// How the last attempt went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempt: Option<LastAttempt>,
    /// What is lost of the type itself.
    pub losses: Vec<Loss>,
    /// Its fields.
    pub fields: Vec<FieldMapping>,
}

/// How the last attempt to deploy a type went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastAttempt {
    /// As in [`Outcome::status`](super::Outcome::status).
    pub status: String,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub at: i64,
}
