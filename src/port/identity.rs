//! Names of things that sync state belongs to.

use std::fmt;

use crate::canonical::{Canonical, parse};
use crate::model::Json;

/// One website and one target: what sync state belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// Row id of the website in the studio.
    pub website_id: String,
    /// `platform:host:tenant`; the API version, the path and the secret are no part of it.
    pub target: String,
}

/// A document in the studio: its kind and row id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity {
    /// `content-type` for everything so far.
    pub kind: &'static str,
    /// Row id; a type that belongs to a field of another has `<row id>/<field>`.
    pub id: String,
}

impl Entity {
    /// The first kind of document the engine keeps in step.
    pub const CONTENT_TYPE: &'static str = "content-type";

    /// A content type by its row id.
    pub fn content_type(id: impl Into<String>) -> Self {
        Self { kind: Self::CONTENT_TYPE, id: id.into() }
    }
}

/// Identity of a document on a platform: a JSON array of the parts that the platform addresses it
/// by, in canonical form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteId(Canonical);

impl RemoteId {
    /// An identity of one part, which is what a key is.
    #[must_use]
    pub fn of_key(key: &str) -> Self {
        Self(Canonical::of(&Json::Array(vec![Json::str(key)])))
    }

    /// Reads the JSON array that the state stores.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        matches!(parse(text), Ok(Json::Array(_))).then(|| Canonical::parse(text).ok().map(Self))?
    }

    /// The JSON array.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.0.as_str()
    }

    /// The first part: the key, where the platform uses one.
    #[must_use]
    pub fn key(&self) -> String {
        let inner = self.as_json().strip_prefix("[\"").and_then(|rest| rest.strip_suffix("\"]"));
        if let Some(key) = inner.filter(|inner| !inner.contains(['"', '\\'])) {
            return key.to_owned();
        }
        let value = self.0.value();
        let first = value.elements().and_then(<[_]>::first);
        first.and_then(Json::as_str).unwrap_or_default().to_owned()
    }
}

impl fmt::Debug for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_json())
    }
}
