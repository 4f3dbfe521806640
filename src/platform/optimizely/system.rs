//! Types that belong to the platform.

use crate::port::Ownership;

/// Types that ship with every instance although their `source` does not always say so. Deleting
/// `BlankExperience` really works (content-js-sdk issue 476), so the platform's own refusal is no
/// safeguard.
const BUILT_IN: [&str; 6] = [
    "BlankExperience",
    "BlankSection",
    "SysContentFolder",
    "ImageMedia",
    "VideoMedia",
    "GenericMedia",
];

/// Tells who may change a type: what the official CLI skips, what has a reserved key, what is a
/// contract, and the built-in types are not ours.
pub(super) fn ownership(key: &str, source: Option<&str>, is_contract: bool) -> Ownership {
    let source = source.unwrap_or_default();
    let reason = if ["system", "serverModel"].iter().any(|own| own.eq_ignore_ascii_case(source)) {
        format!("its source is {source}")
    } else if is_contract || source.to_ascii_lowercase().contains("contract") {
        "it is a contract".to_owned()
    } else if key.contains(':') {
        "its key is in a namespace of the platform".to_owned()
    } else if BUILT_IN.iter().any(|built_in| built_in.eq_ignore_ascii_case(key)) {
        "it ships with the platform".to_owned()
    } else {
        return Ownership::Open;
    };
    Ownership::System(reason)
}
