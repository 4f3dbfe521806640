//! Property formats: they can only be read (facts §3).

use std::time::UNIX_EPOCH;

use super::super::store::Stored;
use super::super::{Answer, wire};
use super::{Handling, listing};

pub fn list(handling: &mut Handling<'_>) -> Answer {
    let show = |format| wire::show_format(handling.version, format);
    listing::page(handling, handling.store.formats.iter(), show)
}

pub fn get(handling: &mut Handling<'_>) -> Answer {
    let Some(format) = handling.store.formats.iter().find(|held| held["key"] == *handling.key)
    else {
        return handling.not_found();
    };
    let never_changed = Stored {
        body: format.clone(),
        source: "system".to_owned(),
        created: (UNIX_EPOCH, "system".to_owned()),
        modified: (UNIX_EPOCH, "system".to_owned()),
        revision: 0,
    };
    handling.shown(&never_changed, wire::show_format(handling.version, format))
}
