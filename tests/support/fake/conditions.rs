//! Conditional requests, with the precedence the facts give (§2).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Call;
use super::store::Stored;

/// The conditions of one request.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// Strong tags of `If-Match`; nothing when there was none, or only weak ones, for weak tags
    /// "are always ignored".
    if_match: Option<Vec<String>>,
    if_none_match: Option<Vec<String>>,
    if_unmodified_since: Option<SystemTime>,
    if_modified_since: Option<SystemTime>,
    /// `cms-ignore-data-loss-warnings: true`.
    pub ignore_data_loss: bool,
}

/// What a write condition that does not hold was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// `If-Match` named another state.
    Tag,
    /// `If-Unmodified-Since` is older than the last change.
    Date,
}

impl Conditions {
    /// Reads the conditions of a request.
    pub fn of(call: &Call) -> Self {
        let date = |name| call.header(name).and_then(|text| httpdate::parse_http_date(text).ok());
        Self {
            if_match: call.header("if-match").and_then(strong_tags),
            if_none_match: call.header("if-none-match").and_then(strong_tags),
            if_unmodified_since: date("if-unmodified-since"),
            if_modified_since: date("if-modified-since"),
            ignore_data_loss: call.header("cms-ignore-data-loss-warnings") == Some("true"),
        }
    }

    /// Says why a write must not be made; `If-Match` wins over `If-Unmodified-Since`.
    pub fn stale(&self, stored: &Stored) -> Option<Stale> {
        if let Some(tags) = &self.if_match {
            return (!matches(tags, stored)).then_some(Stale::Tag);
        }
        let since = self.if_unmodified_since?;
        (whole_seconds(stored.modified.0) > since).then_some(Stale::Date)
    }

    /// Tells whether a read may be answered 304; `If-None-Match` wins over `If-Modified-Since`.
    pub fn unchanged(&self, stored: &Stored) -> bool {
        match (&self.if_none_match, self.if_modified_since) {
            (Some(tags), _) => matches(tags, stored),
            (None, Some(since)) => whole_seconds(stored.modified.0) <= since,
            (None, None) => false,
        }
    }
}

fn strong_tags(text: &str) -> Option<Vec<String>> {
    let tags = text.split(',').map(str::trim).filter(|tag| !tag.starts_with("W/"));
    let tags: Vec<String> = tags.map(str::to_owned).collect();
    (!tags.is_empty()).then_some(tags)
}

fn matches(tags: &[String], stored: &Stored) -> bool {
    tags.iter().any(|tag| tag == "*" || *tag == stored.entity_tag())
}

/// HTTP dates have a resolution of one second.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since.as_secs())
}
