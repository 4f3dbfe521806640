//! Says what is wrong with the studio's types before anything is sent.

use crate::error::SyncError;
use crate::model::studio::rules::{is_field_name, is_type_name};
use crate::model::{ContentType, Finding};
use crate::port::Loss;

use super::detect::Keep;
use super::examine::Examined;
use super::{Engine, Query, RunOptions};

impl Engine {
    /// Looks at every type that a deployment would be about, settled ones included: whether it can be
    /// read, the studio's own rules, what the platform refuses, and what it cannot express. Writes
    /// nothing.
    ///
    /// The findings are those of [`Engine::plan`], and besides what only advises: names that the
    /// studio's forms would not take, and losses. Errors come first, then warnings.
    ///
    /// # Errors
    ///
    /// As [`Engine::plan`].
    pub async fn validate(
        &self,
        query: &Query,
        options: &RunOptions,
    ) -> Result<Vec<Finding>, SyncError> {
        let rehearsal = self.plan_of(query, options, Keep::All).await?;
        let mut findings = rehearsal.report.findings;
        let examined = rehearsal.detection.scopes.iter().flat_map(|scoped| &scoped.examined);
        for one in examined.filter(|one| rehearsal.selection.includes(one)) {
            findings.extend(advice(one));
        }
        findings.sort();
        findings.dedup();
        Ok(findings)
    }
}

/// What is no obstacle and still worth knowing before a deployment.
fn advice(one: &Examined) -> Vec<Finding> {
    let Some(side) = &one.subject.local else { return Vec::new() };
    // What belongs to a field has the field's name.
    let is_row = !one.subject.entity.id.contains('/');
    let mut findings = if is_row { names(&side.content) } else { Vec::new() };
    findings.extend(one.losses.iter().map(|loss| lost("the type", loss)));
    for field in &one.mappings {
        let of_field = |loss| lost(&format!("the field {}", field.name), loss);
        let at = format!("/fields/{}", field.name);
        findings.extend(field.losses.iter().map(|loss| of_field(loss).at(&*at)));
    }
    findings.into_iter().map(|finding| finding.of(&*one.key)).collect()
}

/// Names that the studio has stored and its own forms would not take again.
fn names(content: &ContentType) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !content.name.is_empty() && !is_type_name(&content.name) {
        findings.push(
            Finding::warning(
                "NAME_RULE",
                format!("the studio does not save a type under the name {:?} again", content.name),
                "begin the name with a capital letter; use letters, digits and spaces",
            )
            .at("/name"),
        );
    }
    for field in content.fields.iter().filter(|field| !is_field_name(&field.name)) {
        findings.push(
            Finding::warning(
                "NAME_RULE",
                format!("the studio does not save a field under the name {:?} again", field.name),
                "begin the name with a letter; use letters, digits and underscores",
            )
            .at(format!("/fields/{}", field.name)),
        );
    }
    findings
}

fn lost(of: &str, loss: &Loss) -> Finding {
    Finding::info(
        "LOSS",
        format!("the platform does not get {} of {of}: {}", loss.attribute, loss.reason),
        "nothing to do; the studio keeps it",
    )
}
