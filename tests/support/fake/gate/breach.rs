//! What the gate finds, and which rule of the table it breaks.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;

use super::Contract;

/// One way in which a request or an answer departs from a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The rule broken; a name in the rules table.
    pub rule: &'static str,
    /// The status to refuse a request with.
    pub status: u16,
    /// Where, as a JSON pointer or a place such as `header if-match`.
    pub at: String,
    /// What is wrong there.
    pub message: String,
}

impl Breach {
    /// Records a breach that is answered 400.
    pub fn new(rule: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule, status: 400, at: at.into(), message: message.into() }
    }

    /// Changes the status to refuse with.
    pub fn answered(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Reads one schema error, unfolding alternatives to the branch that came closest.
    pub fn of_schema(contract: &Contract, error: &ValidationError<'_>) -> Self {
        if let ValidationErrorKind::AnyOf { context } = error.kind() {
            let deepest =
                context.iter().flatten().max_by_key(|inner| inner.instance_path().as_str().len());
            let here = error.instance_path().as_str().len();
            if let Some(inner) = deepest.filter(|inner| unfolds(inner, here)) {
                return Self::of_schema(contract, inner);
            }
        }
        let at = error.instance_path().as_str();
        Self::new(rule_of(contract, error), at, error.to_string())
    }
}

/// An alternative is worth reporting when it says more than "should have been null".
fn unfolds(inner: &ValidationError<'_>, here: usize) -> bool {
    inner.instance_path().as_str().len() > here
        || matches!(
            inner.kind(),
            ValidationErrorKind::AdditionalProperties { .. } | ValidationErrorKind::AnyOf { .. }
        )
}

fn rule_of(contract: &Contract, error: &ValidationError<'_>) -> &'static str {
    let at = error.instance_path().as_str();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            if unexpected.iter().any(|name| contract.read_only.contains(name)) {
                "read-only-member"
            } else {
                "unknown-member"
            }
        }
        ValidationErrorKind::Required { property }
            if property == "displayName" && at.is_empty() =>
        {
            "create-needs-display-name"
        }
        ValidationErrorKind::Required { property } if property == "type" => "property-needs-type",
        ValidationErrorKind::Pattern { .. }
        | ValidationErrorKind::MinLength { .. }
        | ValidationErrorKind::MaxLength { .. }
            if at == "/key" =>
        {
            "key-shape"
        }
        ValidationErrorKind::Enum { .. }
            if at.ends_with("/items/type") && error.instance().as_str() == Some("array") =>
        {
            "no-nested-arrays"
        }
        _ => "body-schema",
    }
}
