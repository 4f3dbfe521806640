//! Everything the fake knows, and the path of one request through it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::alteration;
use super::conditions::Conditions;
use super::exchange::{Answer, Call};
use super::fault::{FaultKind, Faults};
use super::gate::{self, Breach, Contracts, Found};
use super::handlers::{self, Handling};
use super::log::Log;
use super::options::{Behaviour, EntityTags, FakeOptions, Preview3, Tenant};
use super::rules::{self, Breaks, Enforced};
use super::store::Store;
use super::token::{TOKEN_PATH, Tokens};
use super::version::Version;

/// A departure from a contract, by the client or by the fake itself.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// The request's number in the log.
    pub request: u64,
    /// Who departed.
    pub side: Side,
    /// The document, or `rules` for the table.
    pub contract: String,
    /// The rule broken.
    pub rule: &'static str,
    /// Where.
    pub at: String,
    /// What is wrong there.
    pub message: String,
}

/// Who departed from a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// The client, with a request.
    Request,
    /// The fake, with an answer.
    Answer,
}

/// The state of a fake.
pub struct World {
    /// Its switches.
    pub behaviour: Behaviour,
    /// Its stores by client id.
    pub stores: BTreeMap<String, Store>,
    /// Its tokens.
    pub tokens: Tokens,
    /// Its faults.
    pub faults: Faults,
    /// Its log.
    pub log: Log,
    /// What was found wrong.
    pub violations: Vec<Violation>,
    /// What it was started with, for a reset.
    pub options: FakeOptions,
}

impl World {
    /// Makes the world of a fresh fake.
    pub fn new(options: FakeOptions) -> Self {
        let fresh = |tenant: &Tenant| (tenant.client_id.clone(), Store::fresh(&options.time));
        Self {
            behaviour: options.behaviour.clone(),
            stores: options.tenants.iter().map(fresh).collect(),
            tokens: Tokens::new(&options.time),
            faults: Faults::default(),
            log: Log::new(&options.time),
            violations: Vec::new(),
            options,
        }
    }

    /// Takes everything back to the start; requests that run stay in the log.
    pub fn reset(&mut self) {
        let mut fresh = Self::new(self.options.clone());
        std::mem::swap(&mut fresh.log, &mut self.log);
        fresh.log.clear();
        *self = fresh;
    }

    /// Answers one request.
    pub fn answer(&mut self, number: u64, call: &Call, faults: &[FaultKind]) -> Answer {
        if faults.contains(&FaultKind::ExpireTokens) {
            self.tokens.expire_all();
        }
        let answer = if call.path == TOKEN_PATH {
            self.answer_token(number, call, faults)
        } else if let Some((version, below)) = Version::of_path(&call.path) {
            self.answer_version(number, call, faults, (version, below))
        } else {
            let breach = Breach::new("path-unknown", &call.path, "no such path");
            self.record(number, Side::Request, "own v1", &breach);
            return Answer::problem(404, "Not found.").refused_by("path-unknown");
        };
        let answer = alteration::after(answer, &call.method, faults, &self.options.time);
        let departs = self.behaviour.entity_tags == EntityTags::Missing
            || faults.iter().any(FaultKind::alters_answer);
        if !departs {
            self.check_answer(number, call, &answer);
        }
        answer
    }

    fn answer_token(&mut self, number: u64, call: &Call, faults: &[FaultKind]) -> Answer {
        if let Some(answer) = alteration::instead(faults, &self.options.time) {
            return answer;
        }
        let (answer, breaches) = self.tokens.answer(call, &self.options.tenants, &self.behaviour);
        for breach in &breaches {
            self.record(number, Side::Request, "own token", breach);
        }
        answer
    }

    fn answer_version(
        &mut self,
        number: u64,
        call: &Call,
        faults: &[FaultKind],
        (version, below): (Version, &str),
    ) -> Answer {
        if let Some(answer) = self.retired(version) {
            return answer;
        }
        let refusal = self.check_request(number, call, (version, below));
        if let Some(answer) = alteration::instead(faults, &self.options.time) {
            return answer;
        }
        if call.header("authorization").is_none() {
            let breach = Breach::new("token-present", "header authorization", "is missing");
            self.record(number, Side::Request, "own token", &breach);
            return Answer::problem(401, "A token is required.").refused_by("token-present");
        }
        let Some(client) = self.tokens.client_of(call) else {
            return Answer::problem(401, "The token is not valid.").refused_by("token-valid");
        };
        self.log.name_client(number, &client);
        if let Some(breach) = refusal {
            let detail = format!("{} {}", breach.at, breach.message);
            return Answer::problem_at(breach.status, &detail, Some(&breach.at))
                .refused_by(breach.rule);
        }
        let answer = self.handle(call, faults, (version, below), &client);
        self.record_broken_rule(number, &answer);
        answer
    }

    fn retired(&self, version: Version) -> Option<Answer> {
        let status = match (version, self.behaviour.preview3) {
            (Version::V1, _) | (_, Preview3::Served) => return None,
            (_, Preview3::NotFound) => 404,
            (_, Preview3::Gone) => 410,
        };
        let detail = "This version of the API is no longer available.";
        Some(Answer::problem(status, detail).refused_by("preview3-retired"))
    }

    /// Records what is wrong with a request and gives the first breach.
    fn check_request(
        &mut self,
        number: u64,
        call: &Call,
        (version, below): (Version, &str),
    ) -> Option<Breach> {
        let mut first = None;
        for contract in Contracts::shared().of(version) {
            for breach in gate::check_request(contract, call, below) {
                self.record(number, Side::Request, contract.name, &breach);
                first.get_or_insert(breach);
            }
        }
        first
    }

    fn handle(
        &mut self,
        call: &Call,
        faults: &[FaultKind],
        (version, below): (Version, &str),
        client: &str,
    ) -> Answer {
        let found = Contracts::shared().own(version).find(&call.method, below);
        let (Found::Operation(operation, key), Some(store)) = (found, self.stores.get_mut(client))
        else {
            return Answer::problem(404, "Not found.").refused_by("not-found");
        };
        let mut handling = Handling {
            version,
            call,
            key: key.unwrap_or_default(),
            store,
            behaviour: &self.behaviour,
            faults,
            conditions: Conditions::of(call),
            user: client,
        };
        let answer = handlers::handle(&operation.id, &mut handling);
        answer.unwrap_or_else(|| Answer::problem(501, "The fake has no handler for this."))
    }

    /// A rule that a client which keeps the contract cannot meet counts as a violation.
    fn record_broken_rule(&mut self, number: u64, answer: &Answer) {
        let Some(rule) = answer.rule.and_then(rules::rule) else { return };
        if rule.breach == Breaks::Contract && !matches!(rule.enforced, Enforced::Gate) {
            let body = answer.body.clone().unwrap_or_default();
            let breach = Breach::new(rule.name, "body", body);
            self.record(number, Side::Request, "rules", &breach);
        }
    }

    fn check_answer(&mut self, number: u64, call: &Call, answer: &Answer) {
        let contracts = Contracts::shared();
        let version = Version::of_path(&call.path);
        let (held, below) = match version {
            Some((version, below)) => (contracts.of(version), below),
            None => (vec![&contracts.token], call.path.as_str()),
        };
        for contract in held {
            let version = version.map(|(version, _)| version);
            for breach in gate::check_response(contract, version, (&call.method, below), answer) {
                self.record(number, Side::Answer, contract.name, &breach);
            }
        }
    }

    fn record(&mut self, request: u64, side: Side, contract: &str, breach: &Breach) {
        self.violations.push(Violation {
            request,
            side,
            contract: contract.to_owned(),
            rule: breach.rule,
            at: breach.at.clone(),
            message: breach.message.clone(),
        });
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let side = match self.side {
            Side::Request => "request",
            Side::Answer => "answer",
        };
        let Self { request, contract, rule, at, message, .. } = self;
        write!(out, "{side} {request}: {rule} at {at} ({contract}): {message}")
    }
}
