//! Which keys can be names of files, on every operating system.

use crate::canonical::derive_key;

/// Longest key: file systems allow 255 bytes, and a name that is being written needs some more.
const MAX_LENGTH: usize = 200;
/// The file that holds the id of the folder.
pub(super) const MARKER: &str = "catalyst-sync.json";
/// What files of types end with.
const EXTENSION: &str = ".json";

/// Names of devices on Windows, which keeps them with any extension
/// (Microsoft Learn, "Naming Files, Paths, and Namespaces").
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The file of a key; `None` when no file can have that name everywhere.
pub(super) fn file_of(key: &str) -> Option<String> {
    is_usable(key).then(|| format!("{key}{EXTENSION}"))
}

/// The key of a file; `None` for what is no file of a type.
pub(super) fn key_of(file: &str) -> Option<&str> {
    file.strip_suffix(EXTENSION).filter(|stem| !stem.starts_with('.') && file != MARKER)
}

/// Why a key cannot be used.
pub(super) fn complaint(key: &str) -> String {
    format!(
        "{key:?} cannot be the name of a file: use ASCII letters, digits, `_`, `-` and `.`, at most \
         {MAX_LENGTH}, no `.` at either end, and no name that Windows or the engine reserves"
    )
}

/// The key for something new: the studio's where it can be used, else one made from it.
pub(super) fn preferred(key: Option<&str>, name: &str) -> String {
    let source = key.map(str::trim).filter(|key| !key.is_empty()).unwrap_or(name);
    if key == Some(source) && is_usable(source) {
        return source.to_owned();
    }
    let mut derived = derive_key(source, "Type");
    derived.truncate(MAX_LENGTH);
    if is_usable(&derived) { derived } else { format!("Type{derived}") }
}

fn is_usable(key: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=MAX_LENGTH).contains(&key.len())
        && key.bytes().all(allowed)
        && !key.starts_with('.')
        && !key.ends_with('.')
        && !is_device(key)
        && !MARKER.eq_ignore_ascii_case(&format!("{key}{EXTENSION}"))
}

fn is_device(key: &str) -> bool {
    let stem = key.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |prefix| stem.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1);
    DEVICES.contains(&stem.as_str())
        || (stem.ends_with(|char: char| char.is_ascii_digit())
            && (numbered("com") || numbered("lpt")))
}
