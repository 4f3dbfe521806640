//! A content type as a view.

use std::collections::BTreeMap;

use crate::canonical::{Canonical, Draft};
use crate::model::{Category, ContentType, Finding, Json};
use crate::port::{FieldMapping, Held, Projection};

use super::super::{limits, paths};
use super::choose::{Rules, choose, key_of};
use super::{field, loss};

/// Expresses a local type.
pub(in super::super) fn project(rules: Rules<'_>, local: &ContentType, held: &Held) -> Projection {
    let mut projection = Projection { losses: loss::of_type(local), ..Projection::default() };
    let mut draft = Draft::default();
    if !local.name.is_empty() {
        draft.set(paths::of_type(paths::DISPLAY_NAME), Canonical::str(&local.name));
    }
    if let Some(text) = local.description.as_deref().filter(|text| !text.is_empty()) {
        draft.set(paths::of_type(paths::DESCRIPTION), Canonical::str(text));
    }
    base_type(local, held, &mut draft, &mut projection.findings);

    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut order = Vec::new();
    for field in &local.fields {
        let key = key_of(field, held);
        let chosen = choose(rules, local, field, &key, held);
        let mut losses = Vec::new();
        if let Some(other) = owners.get(&key.to_ascii_lowercase()) {
            let finding = limits::colliding_keys(&field.name, other, &key);
            projection.findings.push(finding.at(paths::property(&key).as_str()));
        } else {
            owners.insert(key.to_ascii_lowercase(), &field.name);
            draft.begin_section();
            let findings = &mut projection.findings;
            losses = field::project(field, &key, &chosen, &held.view, &mut draft, findings);
            order.push(Json::str(key.clone()));
        }
        projection.fields.push(FieldMapping {
            name: field.name.clone(),
            kind: field.kind_word(),
            platform_key: key,
            platform_type: chosen.platform.to_string(),
            held: chosen.held,
            losses,
        });
    }
    if !order.is_empty() {
        draft.begin_section();
        draft.set(paths::property_order(), Canonical::of(&Json::Array(order)));
    }
    projection.view = draft.finish();
    // The platform takes what it has.
    if projection.view != held.view {
        projection.findings.extend(limits::check(&projection.view, &held.view));
    }
    projection
}

/// The base type of a new definition follows the category; that of an existing one is immutable.
fn base_type(local: &ContentType, held: &Held, draft: &mut Draft, findings: &mut Vec<Finding>) {
    let wanted = Canonical::str(match local.category {
        Some(Category::Page) => "_page",
        Some(Category::Folder) => "_folder",
        Some(Category::Component) | None => "_component",
    });
    let at = paths::base_type();
    let kept = held.view.get(&at).filter(|kept| **kept != wanted);
    if let (Some(kept), Some(category)) = (kept, local.category) {
        let finding = limits::base_type_kept(category, kept);
        findings.push(finding.at(at.as_str()));
    }
    draft.set(at, kept.cloned().unwrap_or(wanted));
}
