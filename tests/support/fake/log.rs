//! The request log.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::Serialize;

use super::time::Time;
use super::{Call, Version};

/// One request as the log holds it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestRecord {
    /// Its place in the log, from 1.
    pub number: u64,
    /// What it asked for.
    pub kind: Kind,
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The version in the path.
    pub version: Option<Version>,
    /// The content type, group or format it is about.
    pub key: Option<String>,
    /// The client id it was made for, once its token was known.
    pub client: Option<String>,
    /// Its headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: String,
    /// The status answered; nothing while it runs or when the connection was reset.
    pub status: Option<u16>,
    /// The rule that refused it.
    pub rule: Option<&'static str>,
    /// The faults that struck it.
    pub faults: Vec<String>,
    /// Milliseconds from the start of the fake.
    pub started_ms: u64,
    /// Milliseconds from the start of the fake to the answer.
    pub finished_ms: Option<u64>,
    /// How many requests ran at its start, itself included.
    pub in_flight: usize,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A token.
    Token,
    /// A page of a collection.
    List,
    /// One resource.
    Get,
    /// A creation.
    Post,
    /// A change.
    Patch,
    /// A deletion.
    Delete,
    /// Anything else.
    Other,
}

impl Kind {
    fn of(call: &Call) -> Self {
        if call.path == super::token::TOKEN_PATH {
            return Self::Token;
        }
        let Some((_, below)) = Version::of_path(&call.path) else { return Self::Other };
        let segments = below.split('/').filter(|segment| !segment.is_empty()).count();
        match (call.method.as_str(), segments) {
            ("GET", 1) => Self::List,
            ("GET", _) => Self::Get,
            ("POST", _) => Self::Post,
            ("PATCH", _) => Self::Patch,
            ("DELETE", _) => Self::Delete,
            _ => Self::Other,
        }
    }
}

/// How many requests of each kind there were.
pub type Counts = BTreeMap<Kind, usize>;

/// All requests since the start or the last clearing.
#[derive(Debug)]
pub struct Log {
    records: Vec<RequestRecord>,
    next: u64,
    in_flight: usize,
    max_in_flight: usize,
    started: SystemTime,
    time: Time,
}

impl Log {
    /// Starts an empty log.
    pub fn new(time: &Time) -> Self {
        Self {
            records: Vec::new(),
            next: 1,
            in_flight: 0,
            max_in_flight: 0,
            started: time.now(),
            time: time.clone(),
        }
    }

    /// Notes the start of a request and gives its number.
    pub fn begin(&mut self, call: &Call, faults: Vec<String>) -> u64 {
        let kind = Kind::of(call);
        let number = self.next;
        self.next += 1;
        self.in_flight += 1;
        self.max_in_flight = self.max_in_flight.max(self.in_flight);
        let query = if call.query.is_empty() { "" } else { "?" };
        self.records.push(RequestRecord {
            number,
            kind,
            method: call.method.clone(),
            path: format!("{}{query}{}", call.path, call.query),
            version: Version::of_path(&call.path).map(|(version, _)| version),
            key: super::fault::key_of(call),
            client: None,
            headers: call.headers.iter().cloned().collect(),
            body: call.body.clone(),
            status: None,
            rule: None,
            faults,
            started_ms: self.now_ms(),
            finished_ms: None,
            in_flight: self.in_flight,
        });
        number
    }

    /// Notes for which tenant a request runs.
    pub fn name_client(&mut self, number: u64, client: &str) {
        if let Some(record) = self.find(number) {
            record.client = Some(client.to_owned());
        }
    }

    /// Notes what a request was answered.
    pub fn answered(&mut self, number: u64, status: u16, rule: Option<&'static str>) {
        if let Some(record) = self.find(number) {
            record.status = Some(status);
            record.rule = rule;
        }
    }

    /// Notes the end of a request, however it ended.
    pub fn end(&mut self, number: u64) {
        self.in_flight -= 1;
        let now = self.now_ms();
        if let Some(record) = self.find(number) {
            record.finished_ms = Some(now);
        }
    }

    /// Lists the requests in the order they came.
    pub fn records(&self) -> &[RequestRecord] {
        &self.records
    }

    /// Counts the requests by kind; kinds that did not occur are there with 0.
    pub fn counts(&self) -> Counts {
        let kinds = [Kind::Token, Kind::List, Kind::Get, Kind::Post, Kind::Patch, Kind::Delete];
        let mut counts: Counts = kinds.into_iter().map(|kind| (kind, 0)).collect();
        for record in &self.records {
            *counts.entry(record.kind).or_default() += 1;
        }
        counts
    }

    /// Tells how many requests run now, and the most that ever did.
    pub fn in_flight(&self) -> (usize, usize) {
        (self.in_flight, self.max_in_flight)
    }

    /// Forgets the requests that were answered, and the maximum.
    pub fn clear(&mut self) {
        self.records.retain(|record| record.finished_ms.is_none());
        self.max_in_flight = self.in_flight;
    }

    fn find(&mut self, number: u64) -> Option<&mut RequestRecord> {
        self.records.iter_mut().rev().find(|record| record.number == number)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.time.ms_since(self.started)).unwrap_or(u64::MAX)
    }
}
