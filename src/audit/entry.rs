//! One entry of the chain.

use crate::canonical::write;
use crate::digest::Digest;
use crate::model::Json;

use super::seal::{Seal, of_entry};

/// What happened, as an entry tells it. What is `None` does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// When, in milliseconds.
    pub at: i64,
    /// What was done or asked for, such as `push.update` or `run.begin`.
    pub action: String,
    /// How it went, such as `SUCCESS` or `refused`.
    pub outcome: String,
    /// Stable code of what went wrong.
    pub code: Option<String>,
    /// The website.
    pub website_id: Option<String>,
    /// The target.
    pub target: Option<String>,
    /// Key of the type.
    pub type_key: Option<String>,
    /// The id that the studio gave the deployment.
    pub deployment_id: Option<String>,
    /// The run.
    pub run_id: Option<String>,
    /// Digest of the plan.
    pub plan_digest: Option<String>,
    /// What else is to be known.
    pub detail: Vec<(&'static str, String)>,
}

/// An event in its place in the chain.
#[derive(Clone, Copy)]
pub struct Entry<'e> {
    /// Counted from 1, without gaps.
    pub sequence: u64,
    /// The hash of the entry before.
    pub previous: &'e str,
    /// Who acted.
    pub actor: &'e str,
    /// What they were allowed to do.
    pub role: &'e str,
    /// What happened.
    pub event: &'e Event,
    /// The row that the entry is about, and the digest of its content.
    pub covers: Option<(&'e str, Digest)>,
}

impl Entry<'_> {
    /// The entry as canonical JSON, its hash, and the signature of that.
    #[must_use]
    pub fn written(&self, seal: Option<&dyn Seal>) -> (String, String, Option<String>) {
        let text = write(&self.json(seal.map(Seal::key)));
        let hash = Digest::of(&text).to_string();
        let signature = seal.map(|seal| seal.sign(&of_entry(&hash)));
        (text, hash, signature)
    }

    fn json(&self, key: Option<&str>) -> Json<'static> {
        let text = |text: &str| Some(Json::str(text.to_owned()));
        let some = |own: &Option<String>| own.as_deref().and_then(text);
        let event = self.event;
        let detail = event.detail.iter().map(|(name, value)| (*name, Json::str(value.clone())));
        let covers = self.covers.map(|(row, digest)| {
            Json::object([
                ("digest", Json::str(digest.to_string())),
                ("row", Json::str(row.to_owned())),
            ])
        });
        let members = [
            ("action", text(&event.action)),
            ("actor", text(self.actor)),
            ("at", Some(number(event.at))),
            ("code", some(&event.code)),
            ("covers", covers),
            ("deploymentId", some(&event.deployment_id)),
            ("detail", (!event.detail.is_empty()).then(|| Json::object(detail))),
            ("key", key.and_then(text)),
            ("outcome", text(&event.outcome)),
            ("planDigest", some(&event.plan_digest)),
            ("previous", text(self.previous)),
            ("role", text(self.role)),
            ("run", some(&event.run_id)),
            ("sequence", Some(number(i64::try_from(self.sequence).unwrap_or(i64::MAX)))),
            ("target", some(&event.target)),
            ("typeKey", some(&event.type_key)),
            ("websiteId", some(&event.website_id)),
        ];
        Json::object(members.into_iter().filter_map(|(name, value)| Some((name, value?))))
    }
}

/// The name of the row that an entry covers.
#[must_use]
pub fn covered_by<'e>(entry: &'e Json<'_>) -> Option<&'e str> {
    entry.get("covers")?.get("row")?.as_str()
}

/// The run that an entry belongs to.
#[must_use]
pub fn run_of<'e>(entry: &'e Json<'_>) -> Option<&'e str> {
    entry.get("run")?.as_str()
}

/// When what an entry tells happened, in milliseconds.
#[must_use]
pub fn moment_of(entry: &Json<'_>) -> Option<i64> {
    whole(entry.get("at")?)
}

/// Times and counts are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "exact as f64")]
pub(super) fn number(value: i64) -> Json<'static> {
    Json::Number(value as f64)
}

/// A whole number that JavaScript can tell from its neighbours.
#[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
pub(super) fn whole(value: &Json<'_>) -> Option<i64> {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    let number = value.as_f64()?;
    (number.fract() == 0.0 && number.abs() <= SAFE).then_some(number as i64)
}
