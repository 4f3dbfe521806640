//! What makes two plans the same plan.

use crate::canonical::{Canonical, Path, write};
use crate::digest::Digest;
use crate::model::Json;

use super::{Consent, Verb};

/// Under which terms a plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanTerms<'p> {
    /// The target.
    pub target: &'p str,
    /// The website, when one was named.
    pub website_id: Option<&'p str>,
    /// Direction.
    pub mode: &'p str,
    /// The dialect's rules, profile included.
    pub profile: &'p str,
    /// Consents.
    pub consent: Consent,
    /// Whether the studio keeps its rows, which only a rollback may deny.
    pub preserve_data: bool,
}

/// An operation as far as the digest covers it: not times, entity tags or findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestedOperation<'p> {
    /// Key of the type.
    pub type_key: &'p str,
    /// What is done.
    pub verb: Verb,
    /// Per movement: path, value expected on the side that is written, new value.
    pub movements: Vec<(&'p Path, Option<&'p Canonical>, Option<&'p Canonical>)>,
}

/// Digests a plan: equal exactly when target, website, mode, profile, consents, what becomes of the
/// studio's rows, and the movements are equal, in order.
#[must_use]
pub fn plan_digest(terms: &PlanTerms<'_>, operations: &[DigestedOperation<'_>]) -> Digest {
    let operations = operations.iter().map(DigestedOperation::document).collect();
    // Said only where they go, so that every other plan has the digest that it always had.
    let rows = (!terms.preserve_data).then_some(("preserveData", Json::Bool(false)));
    let terms = [
        ("target", Json::str(terms.target)),
        ("websiteId", terms.website_id.map_or(Json::Null, Json::str)),
        ("mode", Json::str(terms.mode)),
        ("profile", Json::str(terms.profile)),
        ("allowDelete", Json::Bool(terms.consent.delete)),
        ("allowDataLoss", Json::Bool(terms.consent.data_loss)),
        ("operations", Json::Array(operations)),
    ];
    Digest::of(write(&Json::object(terms.into_iter().chain(rows))))
}

impl DigestedOperation<'_> {
    /// Digests what the operation does.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(write(&self.document()))
    }

    fn document(&self) -> Json<'static> {
        let half = |value: Option<&Canonical>| {
            Json::Array(value.into_iter().map(|value| value.value().into_owned()).collect())
        };
        let movement = |(path, expected, new): &(&Path, Option<&Canonical>, Option<&Canonical>)| {
            Json::Array(vec![Json::str(path.as_str().to_owned()), half(*expected), half(*new)])
        };
        Json::object([
            ("typeKey", Json::str(self.type_key.to_owned())),
            ("operation", Json::str(self.verb.as_str())),
            ("movements", Json::Array(self.movements.iter().map(movement).collect())),
        ])
    }
}
