//! Departures from a schema, and which rule of the table they break.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use super::schema::Validator;
use super::{Breach, Contract};

impl Validator {
    /// Lists where a body departs from the schema.
    pub fn breaches(&self, contract: &Contract, body: &Value) -> Vec<Breach> {
        self.0.iter_errors(body).map(|error| breach(contract, &error)).collect()
    }

    /// Says where and how a body departs from the schema first.
    pub fn misfit(&self, body: &Value) -> Option<String> {
        let error = self.0.iter_errors(body).next()?;
        Some(format!("{}: {error}", error.instance_path()))
    }
}

/// Reads one schema error, unfolding alternatives to the branch that came closest.
fn breach(contract: &Contract, error: &ValidationError<'_>) -> Breach {
    if let ValidationErrorKind::AnyOf { context } = error.kind() {
        let deepest =
            context.iter().flatten().max_by_key(|inner| inner.instance_path().as_str().len());
        let here = error.instance_path().as_str().len();
        if let Some(inner) = deepest.filter(|inner| unfolds(inner, here)) {
            return breach(contract, inner);
        }
    }
    let at = error.instance_path().as_str();
    Breach::new(rule_of(contract, error), at, error.to_string())
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
