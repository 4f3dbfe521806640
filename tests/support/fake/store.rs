//! The neutral store: what one tenant holds, in no version's words.
//!
//! Members have their v1 names here, for v1 is the superset; [`wire`](super::wire) translates.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::time::Time;

/// A JSON object.
pub type Object = Map<String, Value>;

/// One stored resource: a content type or a property group.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The members a client may write.
    pub body: Object,
    /// Where it comes from; empty for what the interface or the user interface made (facts §3).
    pub source: String,
    /// When and by whom it was made.
    pub created: (SystemTime, String),
    /// When and by whom it was last changed.
    pub modified: (SystemTime, String),
    /// Grows with every change anywhere in the tenant.
    pub revision: u64,
}

impl Stored {
    /// Gives the strong entity tag of this state.
    pub fn entity_tag(&self) -> String {
        format!("\"{:08x}\"", self.revision)
    }

    /// Gives a text member, or the empty text.
    pub fn text(&self, member: &str) -> &str {
        self.body.get(member).and_then(Value::as_str).unwrap_or_default()
    }
}

/// What a key held before its last write: the matter of lagging reads.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// The state before, or nothing when the write created it.
    pub stored: Option<Stored>,
    /// When the write was.
    pub written: SystemTime,
    /// How many reads came since.
    pub reads: u32,
    /// Stays as it is, whatever is written.
    pub cut_off: bool,
}

/// Everything that one pair of credentials reaches.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// Content types by key.
    pub types: BTreeMap<String, Stored>,
    /// Property groups by key.
    pub groups: BTreeMap<String, Stored>,
    /// Property formats; they cannot be changed (facts §3).
    pub formats: Vec<Object>,
    /// How many content instances each type has, soft-deleted ones included.
    pub instances: BTreeMap<String, u32>,
    /// The state before the last write of each content type.
    pub earlier: BTreeMap<String, Earlier>,
    /// What the time is.
    pub time: Time,
    revision: u64,
}

impl Store {
    /// Makes the store of a fresh instance: built-in types, groups and formats.
    pub fn fresh(time: &Time) -> Self {
        let mut store = Self { time: time.clone(), ..Self::default() };
        for (key, base, source) in BUILT_IN_TYPES {
            let body = json!({ "key": key, "displayName": key, "baseType": base });
            store.put_type(key, object(body), source, "system");
        }
        for key in ["Information", "Advanced"] {
            let body = json!({ "key": key, "displayName": key, "sortOrder": 0 });
            let made = store.stamp(None, object(body), "system", "system");
            store.groups.insert(key.to_owned(), made);
        }
        store.formats = BUILT_IN_FORMATS
            .iter()
            .map(|(key, data, item)| {
                let mut format = json!({ "key": key, "dataType": data, "displayName": key });
                if let Some(item) = item {
                    format["itemType"] = json!(item);
                }
                object(format)
            })
            .collect();
        store.earlier.clear();
        store
    }

    /// Writes a content type and remembers what was there before.
    pub fn put_type(&mut self, key: &str, body: Object, source: &str, by: &str) {
        let before = self.types.get(key).cloned();
        let made = self.stamp(before.as_ref(), body, source, by);
        self.remember(key, before);
        self.types.insert(key.to_owned(), made);
    }

    /// Removes a content type and remembers it.
    pub fn remove_type(&mut self, key: &str) -> Option<Stored> {
        let before = self.types.remove(key)?;
        self.revision += 1;
        self.remember(key, Some(before.clone()));
        Some(before)
    }

    /// Writes a property group.
    pub fn put_group(&mut self, key: &str, body: Object, by: &str) {
        let before = self.groups.get(key).cloned();
        let made = self.stamp(before.as_ref(), body, "", by);
        self.groups.insert(key.to_owned(), made);
    }

    /// Finds a stored content type whose key differs only in case.
    pub fn key_in_other_case(&self, key: &str) -> Option<&str> {
        let mut keys = self.types.keys().map(String::as_str);
        keys.find(|held| *held != key && held.eq_ignore_ascii_case(key))
    }

    /// Keeps what a type is now for reads that lag, however often it is written from now on.
    pub fn cut_off(&mut self, key: &str) {
        self.remember(key, self.types.get(key).cloned());
        if let Some(earlier) = self.earlier.get_mut(key) {
            earlier.cut_off = true;
        }
    }

    fn remember(&mut self, key: &str, stored: Option<Stored>) {
        let (written, kept) = (self.time.now(), self.earlier.remove(key));
        let (stored, cut_off) = match kept {
            Some(kept) if kept.cut_off => (kept.stored, true),
            _ => (stored, false),
        };
        self.earlier.insert(key.to_owned(), Earlier { stored, written, reads: 0, cut_off });
    }

    fn stamp(&mut self, before: Option<&Stored>, body: Object, source: &str, by: &str) -> Stored {
        self.revision += 1;
        let now = (self.time.now(), by.to_owned());
        Stored {
            body,
            source: before.map_or(source, |held| &held.source).to_owned(),
            created: before.map_or_else(|| now.clone(), |held| held.created.clone()),
            modified: now,
            revision: self.revision,
        }
    }
}

/// Reads a JSON value as an object; anything else is empty.
pub fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

/// Types that a fresh instance has (facts §4, "system types"). `BlankExperience` has no source,
/// which is why the official tools once deleted it for real.
const BUILT_IN_TYPES: [(&str, &str, &str); 7] = [
    ("BlankExperience", "_experience", ""),
    ("BlankSection", "_section", "system"),
    ("GenericMedia", "_media", "system"),
    ("ImageMedia", "_image", "system"),
    ("SysContentFolder", "_folder", "system"),
    ("VideoMedia", "_video", "system"),
    ("globalcontract:_Item", "_component", "system"),
];

/// Formats that the facts name (§3).
const BUILT_IN_FORMATS: [(&str, &str, Option<&str>); 4] = [
    ("LinkCollection", "array", Some("link")),
    ("selectMany", "array", Some("string")),
    ("selectOne", "string", None),
    ("shortString", "string", None),
];
