//! The one public error and the one table of its codes.

mod code;
mod near;

use serde::Serialize;

pub use code::{ErrorClass, ErrorCode};
pub(crate) use near::nearest;

/// Where and why, for programs; every member is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// What was being done: `extract`, `list`, `create`, `update`, `delete` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The type concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_key: Option<String>,
    /// The field or atom concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Which attempt failed, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The HTTP status that the platform answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The platform's id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    /// Of a stale plan: the operations that differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<StaleOperation>,
}

/// An operation in which a plan differs from the one that was reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StaleOperation {
    /// The type.
    pub type_key: String,
    /// What is done to it: `create`, `update` or `delete`.
    pub operation: &'static str,
    /// `added`, `changed` or `removed`; `planned` where the reviewed plan is not known.
    pub change: &'static str,
}

/// The public error: what happened, to which type and field, what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SyncError {
    /// Stable code.
    pub code: ErrorCode,
    /// For people; holds no secret.
    pub message: String,
    /// For programs. Boxed, because most results are no errors.
    pub details: Box<Details>,
    /// What caused it.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl SyncError {
    /// Makes an error of a code, with what the table says to do about it.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let next_step = Some(code.next_step().to_owned());
        let details = Box::new(Details { next_step, ..Details::default() });
        Self { code, message: message.into(), details, source: None }
    }

    /// Keeps what caused it.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Says what to do next, where the place knows better than the table.
    #[must_use]
    pub fn next_step(mut self, step: impl Into<String>) -> Self {
        self.details.next_step = Some(step.into());
        self
    }

    /// Says what was being done.
    #[must_use]
    pub fn during(mut self, operation: impl Into<String>) -> Self {
        self.details.operation = Some(operation.into());
        self
    }

    /// Says which type is concerned.
    #[must_use]
    pub fn of(mut self, type_key: impl Into<String>) -> Self {
        self.details.type_key = Some(type_key.into());
        self
    }

    /// The class of its code.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        self.code.class()
    }

    /// Whether the same call may succeed later without anything being changed.
    #[must_use]
    pub fn retryable(&self) -> bool {
        self.code.retryable()
    }
}

/// Longest text that a message repeats, in characters.
const SHOWN: usize = 60;

/// A text that a caller gave, quoted and bounded, for a message.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{:?}…", text.get(..cut).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// The error for a type that nobody knows, with the known one that may be meant.
pub(crate) fn no_type<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> SyncError {
    let meant = nearest(name, known, 2).map(|near| format!("; did you mean {near:?}?"));
    let meant = meant.unwrap_or_default();
    let message = format!("no type has the key or id {}{meant}", quoted(name));
    SyncError::new(ErrorCode::TypeNotFound, message).of(name)
}
