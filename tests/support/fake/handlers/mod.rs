//! The handlers, one file per resource, chosen by the operation names of our own contract.

mod content_types;
mod defaults;
mod distortion;
mod listing;
mod property_formats;
mod property_groups;

use serde_json::Value;

use super::conditions::Conditions;
use super::fault::FaultKind;
use super::options::{Behaviour, EntityTags, WriteAnswers};
use super::store::{Object, Store, Stored};
use super::{Answer, Call, Version};

/// One request on its way through a handler.
pub struct Handling<'a> {
    /// The version it came through.
    pub version: Version,
    /// The request.
    pub call: &'a Call,
    /// The key in its path.
    pub key: String,
    /// The tenant's store.
    pub store: &'a mut Store,
    /// The switches.
    pub behaviour: &'a Behaviour,
    /// The faults that strike it.
    pub faults: &'a [FaultKind],
    /// The request's conditions.
    pub conditions: Conditions,
    /// Who is named in stamps.
    pub user: &'a str,
}

/// Handles an operation; the contract has no operation without a handler, a test sees to that.
pub fn handle(operation: &str, handling: &mut Handling<'_>) -> Option<Answer> {
    Some(match operation {
        "listContentTypes" => content_types::list(handling),
        "createContentType" => content_types::create(handling),
        "getContentType" => content_types::get(handling),
        "patchContentType" => content_types::patch(handling),
        "deleteContentType" => content_types::delete(handling),
        "listPropertyGroups" => property_groups::list(handling),
        "createPropertyGroup" => property_groups::create(handling),
        "getPropertyGroup" => property_groups::get(handling),
        "patchPropertyGroup" => property_groups::patch(handling),
        "deletePropertyGroup" => property_groups::delete(handling),
        "listPropertyFormats" => property_formats::list(handling),
        "getPropertyFormat" => property_formats::get(handling),
        _ => return None,
    })
}

impl Handling<'_> {
    /// Reads the body, which the gate has seen to be an object.
    fn body(&self) -> Object {
        super::store::object(serde_json::from_str(&self.call.body).unwrap_or_default())
    }

    fn not_found(&self) -> Answer {
        let detail = format!("The resource '{}' was not found.", self.key);
        Answer::problem(404, &detail).refused_by("not-found")
    }

    /// Answers a read of one resource, 304 if the client has it already.
    fn shown(&self, stored: &Stored, shown: Object) -> Answer {
        if self.conditions.unchanged(stored) {
            return self.validated(Answer::empty(304), stored);
        }
        self.validated(Answer::json(200, &shown.into()), stored)
    }

    /// Answers a creation.
    fn created(&self, path: &str, key: &str, stored: &Stored, shown: Object) -> Answer {
        if self.version == Version::Preview3 {
            return self.validated(Answer::json(201, &shown.into()), stored);
        }
        if self.behaviour.write_answers == WriteAnswers::Accepted {
            return Answer::empty(202);
        }
        let location = format!("/{}/{path}/{key}", self.version.segment());
        let answer = Answer::json(201, &shown.into()).with("location", location);
        self.preferred(self.validated(answer, stored))
    }

    /// Answers a change or deletion: v1 may leave the body out (facts §6).
    fn changed(&self, stored: Option<&Stored>, shown: &Object) -> Answer {
        let whole = || {
            let answer = Answer::json(200, &Value::Object(shown.clone()));
            stored.map_or(answer.clone(), |stored| self.validated(answer, stored))
        };
        match (self.version, self.behaviour.write_answers) {
            (Version::Preview3, _) => whole(),
            (Version::V1, WriteAnswers::Accepted) => Answer::empty(202),
            (Version::V1, WriteAnswers::NoContent) if !self.wants_body() => Answer::empty(204),
            (Version::V1, _) => self.preferred(whole()),
        }
    }

    fn wants_body(&self) -> bool {
        self.call.header("prefer") == Some("return=representation")
    }

    fn preferred(&self, answer: Answer) -> Answer {
        if self.wants_body() {
            answer.with("preference-applied", "return=representation")
        } else {
            answer
        }
    }

    fn validated(&self, answer: Answer, stored: &Stored) -> Answer {
        let date = httpdate::fmt_http_date(stored.modified.0);
        let answer = answer.with("last-modified", date);
        match self.behaviour.entity_tags {
            EntityTags::Strong => answer.with("etag", stored.entity_tag()),
            EntityTags::Weak => answer.with("etag", format!("W/{}", stored.entity_tag())),
            EntityTags::Missing => answer,
        }
    }
}
