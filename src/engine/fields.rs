//! Which property of the platform a field is: bound once, kept for life.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Path, View, parse, write};
use crate::model::{ContentType, Field, Finding, Json};
use crate::port::{Dialect, Held};

/// The binding of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldBinding {
    /// [`Field::identity`] when it was bound.
    pub identity: String,
    /// Name then, for a studio that gives new ids to old fields.
    pub name: String,
    /// Property key.
    pub key: String,
    /// Kind at the last agreement.
    pub kind: String,
}

/// Reads bindings as the state keeps them; what is of another form is no binding.
pub(super) fn read_bindings(text: &str) -> Vec<FieldBinding> {
    let Ok(value) = parse(text) else { return Vec::new() };
    let rows = value.elements().unwrap_or_default();
    rows.iter()
        .filter_map(|row| {
            let text = |name: &str| Some(row.get(name)?.as_str()?.to_owned());
            Some(FieldBinding {
                identity: text("identity")?,
                name: text("name")?,
                key: text("key")?,
                kind: text("kind")?,
            })
        })
        .collect()
}

/// Writes bindings for the state.
pub(super) fn write_bindings(bindings: &[FieldBinding]) -> String {
    write(&Json::Array(
        bindings
            .iter()
            .map(|binding| {
                Json::object([
                    ("identity", Json::str(&*binding.identity)),
                    ("name", Json::str(&*binding.name)),
                    ("key", Json::str(&*binding.key)),
                    ("kind", Json::str(&*binding.kind)),
                ])
            })
            .collect(),
    ))
}

/// Fields with their keys, and what was found on the way.
#[derive(Debug, Clone, Default)]
pub(super) struct Bound {
    /// Property key by field identity.
    pub keys: BTreeMap<String, String>,
    /// Findings: collisions, and fields recognised under another name.
    pub findings: Vec<Finding>,
}

/// Binds the fields of a type: by identity, else by name, else to a property that an earlier tool
/// made of the same name, else to a new key.
pub(super) fn bind_fields(
    local: &ContentType,
    known: &[FieldBinding],
    remote_keys: &BTreeSet<String>,
    dialect: &dyn Dialect,
) -> Bound {
    let mut bound = Bound::default();
    // By key in lower case: keys that differ only in case collide.
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    let mut open: Vec<&Field> = Vec::new();
    let by_identity: BTreeMap<&str, &FieldBinding> =
        known.iter().map(|binding| (&*binding.identity, binding)).collect();
    for field in &local.fields {
        match by_identity.get(&*field.identity()) {
            Some(binding) => {
                taken.insert(binding.key.to_ascii_lowercase(), field.name.clone());
                bound.keys.insert(field.identity(), binding.key.clone());
            }
            None => open.push(field),
        }
    }
    let by_name: BTreeMap<&str, &FieldBinding> =
        known.iter().map(|binding| (&*binding.name, binding)).collect();
    for field in open {
        let names = dialect.field_keys(field);
        let old = by_name.get(&*field.name).map(|binding| binding.key.clone());
        let existing = std::iter::once(&names.preferred)
            .chain(&names.legacy)
            .find(|key| {
                remote_keys.contains(*key) && !taken.contains_key(&key.to_ascii_lowercase())
            })
            .cloned();
        let key = old
            .filter(|key| !taken.contains_key(&key.to_ascii_lowercase()))
            .or(existing)
            .unwrap_or_else(|| names.preferred.clone());
        if let Some(other) = taken.get(&key.to_ascii_lowercase()) {
            bound.findings.push(
                Finding::error(
                    "COLLIDING_KEYS",
                    format!("the fields {other:?} and {:?} would both be {key:?}", field.name),
                    "rename one of the two fields",
                )
                .at(format!("/fields/{}", field.name)),
            );
            continue;
        }
        taken.insert(key.to_ascii_lowercase(), field.name.clone());
        bound.keys.insert(field.identity(), key);
    }
    bound
}

/// Recognises fields that were renamed since their property was made, when the memory of it is
/// gone: a property that no field claims and that looks in every atom as the field would.
pub(super) fn recognise_renamed(
    local: &ContentType,
    bound: &mut Bound,
    remote: &View,
    dialect: &dyn Dialect,
) {
    let Some(list) =
        dialect.capabilities().shape.lists.first().map(|list| Path::root().child(list))
    else {
        return;
    };
    let on_remote: BTreeSet<String> = remote.elements(&list).collect();
    let claimed: BTreeSet<&String> = bound.keys.values().collect();
    let orphans: Vec<String> =
        on_remote.iter().filter(|key| !claimed.contains(key)).cloned().collect();
    let missing: Vec<(String, String)> = bound
        .keys
        .iter()
        .filter(|(_, key)| !on_remote.contains(*key))
        .map(|(identity, key)| (identity.clone(), key.clone()))
        .collect();
    if orphans.is_empty() || missing.is_empty() {
        return;
    }
    let held = Held { keys: bound.keys.clone(), view: remote.clone(), ..Held::default() };
    let view = dialect.project(local, &held).view;
    let looks = |view: &View, key: &str| -> Vec<(String, String)> {
        let element = list.child(key);
        let cut = element.as_str().len();
        view.below(&element)
            .map(|(path, value)| {
                let rest = path.as_str().get(cut..).unwrap_or_default();
                (rest.to_owned(), value.as_str().to_owned())
            })
            .collect()
    };
    for (identity, key) in missing {
        let mine = looks(&view, &key);
        let alike: Vec<&String> =
            orphans.iter().filter(|orphan| looks(remote, orphan) == mine).collect();
        let [orphan] = alike[..] else { continue };
        let name = local.fields.iter().find(|field| field.identity() == identity);
        let name = name.map_or("", |field| &field.name);
        bound.findings.push(
            Finding::warning(
                "FIELD_RENAMED_SINCE_CREATION",
                format!("the field {name:?} is the property {orphan:?}, which was made under an older name"),
                "nothing to do; the property keeps its key",
            )
            .at(list.child(orphan).as_str()),
        );
        bound.keys.insert(identity, orphan.clone());
    }
}
