//! Faults: what a test can make the platform do wrong, as data.
//!
//! The same form serves the Rust tests and, as JSON, the control interface:
//! `{"when": {"method": "PATCH", "key": "Article", "times": 1}, "what": {"kind": "resetAfter"}}`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Version;
use super::exchange::decode_segment;

/// One fault and the requests it strikes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Which requests; all of them when nothing is said.
    #[serde(default)]
    pub when: Match,
    /// What happens to them.
    pub what: FaultKind,
}

impl Fault {
    /// Strikes every request to the interface.
    pub fn always(what: FaultKind) -> Self {
        Self { when: Match::default(), what }
    }

    /// Strikes the first request that fits.
    pub fn once(when: Match, what: FaultKind) -> Self {
        Self { when: Match { times: Some(1), ..when }, what }
    }
}

/// Which requests a fault strikes; every member that is set must fit.
///
/// Without `path` only requests below a version fit, so that a fault meant for the interface does
/// not strike the token endpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Match {
    /// The method in capitals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A part of the path, such as `/oauth/token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The last segment of the path or, for POST, the `key` in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Starts with the n-th request that fits, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// Strikes that many requests, then no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

impl Match {
    /// Fits one method.
    pub fn method(method: &str) -> Self {
        Self { method: Some(method.to_owned()), ..Self::default() }
    }

    /// Fits one method on one content type.
    pub fn on(method: &str, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..Self::method(method) }
    }

    /// Fits the token endpoint.
    pub fn token() -> Self {
        Self { path: Some("/oauth/token".to_owned()), ..Self::default() }
    }

    fn fits(&self, call: &super::Call) -> bool {
        let version = Version::of_path(&call.path).map(|(version, _)| version);
        self.method.as_ref().is_none_or(|method| *method == call.method)
            && match &self.path {
                Some(path) => call.path.contains(path.as_str()),
                None => version.is_some(),
            }
            && self.version.is_none_or(|wanted| version == Some(wanted))
            && self.key.as_ref().is_none_or(|key| key_of(call).as_ref() == Some(key))
    }
}

/// Tells which key a request is about.
pub fn key_of(call: &super::Call) -> Option<String> {
    if call.method == "POST" {
        let body: Value = serde_json::from_str(&call.body).ok()?;
        return body.get("key")?.as_str().map(str::to_owned);
    }
    let (_, below) = Version::of_path(&call.path)?;
    below.split('/').filter(|segment| !segment.is_empty()).nth(1).map(decode_segment)
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FaultKind {
    /// Waits before the answer.
    Latency {
        /// How long.
        ms: u64,
    },
    /// Answers a status with problem details, before or after the effect.
    Status {
        /// The status: 401, 403, 409, 412, 5xx, or any other.
        status: u16,
        /// Whether the write is made all the same.
        #[serde(default)]
        moment: Moment,
        /// `Retry-After`, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<RetryAfter>,
    },
    /// Answers 429, as v1 documents it: `application/json`, with `Retry-After` (facts §4).
    TooManyRequests {
        /// `Retry-After`, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<RetryAfter>,
    },
    /// Resets the connection, before or after the effect.
    Reset {
        /// When.
        #[serde(default)]
        moment: Moment,
    },
    /// Promises a whole body and closes the connection in the middle of it.
    TruncatedBody,
    /// Answers an HTML page, as a gateway does.
    HtmlBody {
        /// The status it comes with.
        status: u16,
        /// Whether the write is made all the same.
        #[serde(default)]
        moment: Moment,
    },
    /// Answers a status with no body at all.
    EmptyBody {
        /// The status.
        status: u16,
    },
    /// Shows the state before a write, for a number of reads of that type or for a time.
    ///
    /// A listing counts as one read of every type, and is struck only by a fault without a key.
    Lag {
        /// How many reads.
        #[serde(default)]
        reads: u32,
        /// How many milliseconds.
        #[serde(default)]
        ms: u64,
    },
    /// After a write shows the old and the new state in turn, for a number of reads.
    Flap {
        /// How many reads.
        reads: u32,
    },
    /// Ends listings after so many items although there are more.
    TruncatedPages {
        /// How many items there seem to be.
        items: usize,
    },
    /// Changes the store between the pages of a listing, so that items shift.
    ShiftingPages {
        /// The change; made once, when a page behind the first is asked for.
        shift: Shift,
    },
    /// Ends all tokens, the one in the request included.
    ExpireTokens,
    /// Silently drops members on a write: `properties.title.maxLength`, `description`.
    DropMembers {
        /// Their paths; `*` stands for every property.
        members: Vec<String>,
    },
    /// Silently stores another value on a write: `properties.*.allowedTypes` to `[]`.
    RewriteMember {
        /// The path; `*` stands for every property.
        member: String,
        /// The value stored instead.
        value: Value,
    },
    /// Makes the entity tag weak.
    WeakEntityTag,
    /// Leaves the entity tag out.
    MissingEntityTag,
    /// Adds a member that no document knows.
    ExtraMembers,
    /// Leaves the total out of a page.
    MissingTotal,
    /// Answers a write with 202 and no body.
    Accepted,
    /// Answers a write with 204.
    NoContent,
    /// Sends the body in pieces, with a wait before each.
    SlowAnswer {
        /// The wait before each piece.
        ms: u64,
        /// How many pieces.
        #[serde(default = "four")]
        pieces: usize,
    },
}

fn four() -> usize {
    4
}

impl FaultKind {
    /// Names the fault as its JSON form does, for the log.
    pub fn name(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["kind"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether the answer departs from the contract, so that the gate must be off for it
    /// (facts §7, rule 6). Waiting and lagging do not.
    pub fn alters_answer(&self) -> bool {
        !matches!(
            self,
            Self::Latency { .. }
                | Self::SlowAnswer { .. }
                | Self::Lag { .. }
                | Self::Flap { .. }
                | Self::TruncatedPages { .. }
                | Self::ShiftingPages { .. }
                | Self::DropMembers { .. }
                | Self::ExpireTokens
        )
    }
}

/// Before or after the effect of a write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Moment {
    /// Nothing is written.
    #[default]
    Before,
    /// The write is made, and the client does not learn of it.
    After,
}

/// The two forms of `Retry-After` (RFC 9110 §10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfter {
    /// Delay seconds.
    Seconds(u64),
    /// An HTTP date so many seconds from now.
    DateIn(u64),
}

/// A change between two pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shift {
    /// A content type appears (v1 names).
    Insert(Value),
    /// A content type goes.
    Remove(String),
}

/// The faults that are set, with what they have struck so far.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    set: Vec<Set>,
}

#[derive(Clone, Debug)]
struct Set {
    fault: Fault,
    fitted: u32,
    struck: u32,
}

impl Faults {
    /// Adds a fault behind those that are set.
    pub fn add(&mut self, fault: Fault) {
        self.set.push(Set { fault, fitted: 0, struck: 0 });
    }

    /// Removes all faults.
    pub fn clear(&mut self) {
        self.set.clear();
    }

    /// Lists the faults that are set.
    pub fn list(&self) -> Vec<Fault> {
        self.set.iter().map(|set| set.fault.clone()).collect()
    }

    /// Takes the faults that strike this request, and counts them.
    pub fn strike(&mut self, call: &super::Call) -> Vec<FaultKind> {
        let fitting = self.set.iter_mut().filter(|set| set.fault.when.fits(call));
        fitting.filter_map(Set::strike).collect()
    }
}

impl Set {
    fn strike(&mut self) -> Option<FaultKind> {
        self.fitted += 1;
        let begun = self.fitted >= self.fault.when.nth.unwrap_or(1);
        let spent = self.fault.when.times.is_some_and(|times| self.struck >= times);
        if !begun || spent {
            return None;
        }
        self.struck += 1;
        Some(self.fault.what.clone())
    }
}
