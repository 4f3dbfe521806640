//! JSON, and the documents and paths that are written in it.

use catalyst_sync::canonical::{
    Path, View, parse, parse_besides, write, write_ordered, write_pretty,
};
use catalyst_sync::digest::Digest;
use catalyst_sync::engine::{format_diff, format_tree, hash_content_type};
use catalyst_sync::port::RemoteId;
use serde_json::Value;

/// Any JSON, from anybody.
pub fn json(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(value) = parse(&text) else {
        assert!(serde_json::from_str::<Value>(&text).is_err(), "others can read it");
        assert!(View::from_json(&text).is_err() && RemoteId::from_json(&text).is_none());
        assert!(hash_content_type(&text).is_err());
        return;
    };
    let canonical = write(&value);
    for form in [canonical.clone(), write_ordered(&value), write_pretty(&value)] {
        assert_eq!(parse(&form).map(|again| write(&again)).as_ref(), Ok(&canonical));
    }
    if value.members().is_some() {
        assert_eq!(parse_besides(&text, &[]).map(|again| write(&again)).as_ref(), Ok(&canonical));
    }
    let hash = hash_content_type(&text).ok();
    assert_eq!(hash.is_none(), value.is_null());
    // Alone, a number that is too large is written as nothing.
    if canonical != "null" {
        assert_eq!(hash_content_type(&canonical).ok(), hash, "the form moves the hash");
    }
    // What callers hand back of what they were given.
    let _ = (format_tree(&value), format_diff(&value));

    if let Some(id) = RemoteId::from_json(&text) {
        assert_eq!(RemoteId::from_json(id.as_json()).as_ref(), Some(&id));
        let _ = id.key();
    }
    if let Ok(view) = View::from_json(&text) {
        document(&view);
    }
}

/// A document says the same after it was written, and its paths are made of their segments.
fn document(view: &View) {
    let again = View::from_json(&view.to_json());
    assert_eq!(again.as_ref(), Ok(view));
    assert_eq!(again.map(|again| again.digest()), Ok(view.digest()));
    for (path, _) in view.iter() {
        let made = path.segments().fold(Path::root(), |made, segment| made.child(&segment));
        let names = |path: &Path| -> Vec<String> {
            path.segments().map(std::borrow::Cow::into_owned).collect()
        };
        assert_eq!(names(&made), names(path));
        assert_eq!(path.depth(), names(path).len());
    }
    let nested = write(&view.nested());
    assert!(parse(&nested).is_ok(), "what people are shown is no JSON");
    let _ = Digest::of(&nested);
}
