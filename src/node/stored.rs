//! A deployment as the state keeps it, shown like the last update of its run.

use std::borrow::Cow;

use crate::argument::parse_argument;
use crate::canonical::write;
use crate::compose::PartialStatus;
use crate::error::SyncError;
use crate::model::{Json, Text};

/// Gives a stored job the members that only the boundary knows: the status that `partialStatus`
/// names, and `errorInfo` as the contract has it.
///
/// # Errors
///
/// `INVALID_ARGUMENT` when what is stored is not JSON.
pub(super) fn shown(stored: &str, partial_status: PartialStatus) -> Result<String, SyncError> {
    let job = parse_argument("the stored deployment", stored)?;
    let status = job.get("status").and_then(Json::as_str);
    let named = match (status, partial_status) {
        (Some("partial"), PartialStatus::Failed) => Some("failed"),
        (other, _) => other,
    };
    let mut replaced = Vec::new();
    replaced.extend(named.map(|status| ("status", Json::str(status.to_owned()))));
    replaced.extend(job.get("errorInfo").map(|info| ("errorInfo", contracted(info))));
    let Json::Object(members) = &job else { return Ok(stored.to_owned()) };
    let outdated = |name: &str| replaced.iter().any(|(replaced, _)| name == *replaced);
    let kept = members.iter().filter(|(name, _)| !name.as_str().is_some_and(outdated));
    let shown: Vec<_> = kept
        .cloned()
        .chain(
            replaced.iter().map(|(name, value)| (Text::Str(Cow::Borrowed(*name)), value.clone())),
        )
        .collect();
    Ok(write(&Json::Object(shown)))
}

/// `{ code, class, details }` of an error's whole report.
fn contracted<'a>(info: &Json<'a>) -> Json<'a> {
    let members = ["code", "class", "details"];
    Json::object(members.into_iter().filter_map(|name| Some((name, info.get(name)?.clone()))))
}
