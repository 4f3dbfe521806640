//! The studio's side as it was read.

use serde::Serialize;

use crate::canonical::Canonical;
use crate::model::Finding;

/// The studio's content types at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Extraction {
    /// One snapshot per type, by website and row order.
    pub types: Vec<ContentTypeSnapshot>,
    /// About the extraction.
    pub metadata: ExtractionMetadata,
}

/// One type as the studio's extractor shapes it, with what the engine knows besides.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContentTypeSnapshot {
    /// Row id.
    pub id: String,
    /// Key column, where there is one, else the derived key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Owner.
    pub website_id: String,
    /// Its name.
    pub website_name: String,
    /// Category, where known.
    pub category: Option<String>,
    /// The definition as stored; `null` when it is no JSON.
    pub fields: Option<Canonical>,
    /// The settings as stored.
    pub settings: Option<Canonical>,
    /// The studio's content hash; `null` when the definition is no JSON.
    pub content_hash: Option<String>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub created_at: Option<i64>,
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub updated_at: Option<i64>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// About an extraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtractionMetadata {
    /// Milliseconds since the epoch; a `Date` in JavaScript.
    pub extracted_at: i64,
    /// SHA-256 over the ids and content of all types, in order.
    pub checksum: String,
    /// Version of this format.
    pub version: String,
}
