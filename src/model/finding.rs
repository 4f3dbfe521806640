//! What validation has to say: always data, never an error.

use serde::Serialize;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The type cannot be deployed as it is.
    Error,
    /// It can, but something will not be as the user may expect.
    Warning,
    /// Worth knowing.
    Info,
}

/// One result of validation: what is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Stable SCREAMING code.
    pub code: &'static str,
    /// Key of the type it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_key: Option<String>,
    /// Where in the type, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What was found.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl Finding {
    /// Makes an error finding; place it with [`Finding::of`] and [`Finding::at`].
    pub fn error(
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Error, code, message, remedy)
    }

    /// Makes a warning.
    pub fn warning(
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Warning, code, message, remedy)
    }

    /// Makes an info finding.
    pub fn info(code: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, message, remedy)
    }

    fn new(
        severity: Severity,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            code,
            type_key: None,
            path: None,
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// Says which type it is about.
    #[must_use]
    pub fn of(mut self, type_key: impl Into<String>) -> Self {
        self.type_key = Some(type_key.into());
        self
    }

    /// Says where in the type.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Whether it keeps its type from being deployed.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Error
    }
}
