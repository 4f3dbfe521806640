//! The options of a select.

use std::collections::BTreeSet;

use super::at::At;
use super::member::{Member, members};
use super::reader::Site;
use crate::model::{Choice, Finding, Json};

members! {
    /// Members of an option that is an object.
    OptionMembers under "" {
        value = "value",
        label = "label",
        description = "description",
    }
}

/// Reads options in both forms: a plain value, or an object with `value` and `label`.
pub(super) fn options(site: &mut Site<'_, '_>, member: Member<'_, '_>) -> Vec<Choice> {
    let Some(value) = member.value else { return Vec::new() };
    let Some(list) = value.elements() else {
        site.refuse(member.path, value, "a list");
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    let mut choices = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let path = format!("{}/{index}", member.path);
        let Some(choice) = option(site, &path, value) else {
            site.report(
                &path,
                Finding::warning(
                    "INVALID_OPTION",
                    "an option has no value that is a text, a number, true or false",
                    "give the option a value, or remove it",
                ),
            );
            continue;
        };
        if seen.insert(choice.value.clone()) {
            choices.push(choice);
        } else {
            site.report(
                &path,
                Finding::warning(
                    "DUPLICATE_OPTION",
                    format!("the value {} is offered twice; the first one counts", choice.value),
                    "remove one of the two options",
                ),
            );
        }
    }
    choices
}

fn option(site: &mut Site<'_, '_>, path: &str, value: &Json<'_>) -> Option<Choice> {
    let at = *site.at;
    let at = at.member(path);
    let Some(members) = value.members() else {
        let label = shown(site, &at, value)?;
        return Some(Choice { value: site.reader.raw(value), label, description: None });
    };
    let members = OptionMembers::of(members);
    let mut own = Site::new(site.reader, &at);
    let label = own.text(members.label);
    let description = own.text(members.description);
    // A label alone is what people choose, so it is the value as well.
    let value = members.value.value.or(members.label.value)?;
    own.keep_rest("", &members.rest);
    let kept = own.kept;
    site.kept.extend(kept.into_iter().map(|(name, raw)| (format!("{path}/{name}"), raw)));
    let fallback = shown(site, &at, value)?;
    Some(Choice { value: site.reader.raw(value), label: label.unwrap_or(fallback), description })
}

/// The value as people read it; `None` where a value cannot be stored.
fn shown(site: &mut Site<'_, '_>, at: &At<'_>, value: &Json<'_>) -> Option<String> {
    match value {
        Json::String(text) => Some(site.reader.text(*at, text)),
        Json::Number(number) if number.is_finite() => Some(site.reader.raw(value).into_string()),
        Json::Bool(_) => Some(site.reader.raw(value).into_string()),
        _ => None,
    }
}
