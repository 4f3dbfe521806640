//! The platform's rules, in one table.
//!
//! What a document can say is said by the contracts and enforced by the gate; what it cannot say
//! stands here as a check. Each rule names the passage of `facts/optimizely.md` it comes from.

mod change;
mod create;
mod property;
mod reference;
mod table;

use super::conditions::Conditions;
use super::options::Behaviour;
use super::store::{Object, Store, Stored};
use super::{Answer, Version};

pub use table::RULES;

/// One rule.
pub struct Rule {
    /// Its name, in logs and tests.
    pub name: &'static str,
    /// The passage it comes from.
    pub source: &'static str,
    /// The statuses it refuses with.
    pub statuses: &'static [u16],
    /// The versions it holds in.
    pub versions: &'static [Version],
    /// Whether a client that keeps the contract can meet it.
    pub breach: Breaks,
    /// Who enforces it.
    pub enforced: Enforced,
}

/// What a refusal says about the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaks {
    /// The request could never be right: it is recorded and fails the test.
    Contract,
    /// The request does not fit the state: an ordinary refusal.
    State,
}

/// Who enforces a rule.
#[derive(Clone, Copy)]
pub enum Enforced {
    /// The gate, from the contracts.
    Gate,
    /// The token endpoint, or the check of the token.
    Token,
    /// The handler, while it looks the resource up.
    Handler,
    /// A check over the write.
    Check(fn(&Write<'_>) -> Option<Refusal>),
}

/// What a client wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// POST
    Create,
    /// PATCH
    Update,
    /// DELETE
    Delete,
}

/// A write that is about to be made to a content type.
pub struct Write<'a> {
    /// The version it came through.
    pub version: Version,
    /// What it is.
    pub action: Action,
    /// The key in the path, or in the body on creation.
    pub key: &'a str,
    /// What was sent, in neutral names.
    pub sent: &'a Object,
    /// What is stored.
    pub before: Option<&'a Stored>,
    /// What would be stored.
    pub after: &'a Object,
    /// The tenant's store.
    pub store: &'a Store,
    /// The fake's switches.
    pub behaviour: &'a Behaviour,
    /// The request's conditions.
    pub conditions: &'a Conditions,
}

/// Why a write is refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// The server's words.
    pub detail: String,
    /// The member it is about.
    pub field: Option<String>,
}

impl Refusal {
    /// Refuses with 400.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self { status: 400, detail: detail.into(), field: None }
    }

    /// Changes the status.
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Names the member.
    pub fn at(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }

    /// Puts the refusal into an answer.
    pub fn into_answer(self, rule: &'static str) -> Answer {
        Answer::problem_at(self.status, &self.detail, self.field.as_deref()).refused_by(rule)
    }
}

/// Finds the first rule that a write breaks, in the order of the table.
pub fn first_broken(write: &Write<'_>) -> Option<(&'static Rule, Refusal)> {
    RULES.iter().filter(|rule| rule.versions.contains(&write.version)).find_map(|rule| {
        let Enforced::Check(check) = rule.enforced else { return None };
        check(write).map(|refusal| (rule, refusal))
    })
}

/// Finds a rule by its name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}
