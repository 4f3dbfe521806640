//! The file that gives a folder its identity.

use super::failure::FileError;
use super::folder::Folder;
use super::name::MARKER;
use crate::canonical::{parse, write_pretty};
use crate::model::Json;

/// What the marker says it is.
const KIND: &str = "catalyst-sync";
/// The only format so far.
const FORMAT_VERSION: f64 = 1.0;

/// Why there is no id.
#[derive(Debug)]
pub(super) enum MarkerError {
    /// The marker is not one that can be understood.
    Unreadable(String),
    /// It cannot be reached.
    Folder(FileError),
}

/// The id of a folder; `None` as long as nothing was written to it.
pub(super) fn read(folder: &Folder) -> Result<Option<String>, MarkerError> {
    let text = folder.read_text(MARKER).map_err(MarkerError::Folder)?;
    text.map(|text| id_of(&text).map_err(MarkerError::Unreadable)).transpose()
}

/// The id of a folder, which is given `fresh` when it has none. Of several who try at once, all get
/// the id of the first.
pub(super) fn ensure(folder: &Folder, fresh: &str) -> Result<String, MarkerError> {
    if let Some(id) = read(folder)? {
        return Ok(id);
    }
    let marker = write_pretty(&Json::object([
        ("kind", Json::str(KIND)),
        ("formatVersion", Json::Number(FORMAT_VERSION)),
        ("id", Json::str(fresh)),
    ]));
    match folder.create(MARKER, &marker) {
        Ok(()) | Err(FileError::Exists) => {}
        Err(error) => return Err(MarkerError::Folder(error)),
    }
    read(folder)?.ok_or(MarkerError::Folder(FileError::Missing))
}

fn id_of(text: &str) -> Result<String, String> {
    let problem = |what: &str| format!("{MARKER} {what}");
    let marker = parse(text).map_err(|error| problem(&format!("is no JSON: {error}")))?;
    if marker.get("kind").and_then(Json::as_str) != Some(KIND) {
        return Err(problem("belongs to something else"));
    }
    if marker.get("formatVersion").and_then(Json::as_f64) != Some(FORMAT_VERSION) {
        return Err(problem("is of a format that this release does not know"));
    }
    match marker.get("id").and_then(Json::as_str) {
        Some(id) if !id.is_empty() => Ok(id.to_owned()),
        _ => Err(problem("has no id")),
    }
}
