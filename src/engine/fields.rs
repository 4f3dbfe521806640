//! Which property of the platform a field is: bound once, kept for life.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, Path, View, parse, write};
use crate::collect::map_of;
use crate::merge::Shape;
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

/// Binds the fields of a type: by identity, else by name, else to a property that has the key which
/// the field would get or which an earlier tool gave to its name, else to a new key.
pub(super) fn bind_fields(
    local: &ContentType,
    known: &[FieldBinding],
    remote: &Properties<'_>,
    dialect: &dyn Dialect,
) -> Bound {
    let by_identity: BTreeMap<&str, &FieldBinding> =
        map_of(known.iter().map(|binding| (&*binding.identity, binding)));
    let by_name: BTreeMap<&str, &FieldBinding> =
        map_of(known.iter().map(|binding| (&*binding.name, binding)));
    let mut binder = Binder::default();
    let mut open = Vec::new();
    for field in &local.fields {
        match by_identity.get(&*field.identity()) {
            Some(binding) => binder.bind(field, binding.key.clone()),
            None => open.push((field, dialect.field_keys(field))),
        }
    }
    let mut rivals: BTreeMap<String, usize> = BTreeMap::new();
    for key in open.iter().flat_map(|(_, names)| &names.legacy) {
        *rivals.entry(key.clone()).or_default() += 1;
    }
    // A key that a field would get belongs to it before an earlier tool's choice is honoured.
    open.retain(|(field, names)| {
        let old = by_name.get(&*field.name).map(|binding| &binding.key);
        let preferred = Some(&names.preferred).filter(|key| remote.keys.contains(*key));
        let key = [old, preferred].into_iter().flatten().find(|key| binder.is_free(key));
        key.inspect(|key| binder.bind(field, (*key).clone())).is_none()
    });
    open.retain(|(field, names)| {
        // The earlier tool gave one key to several names; then the last of them shows in it.
        let is_its = |key: &&String| rivals.get(*key) == Some(&1) || remote.shows_name(key, field);
        let mut legacy = names.legacy.iter().filter(|key| remote.keys.contains(*key));
        let key = legacy.find(|key| binder.is_free(key) && is_its(key));
        key.inspect(|key| binder.bind(field, (*key).clone())).is_none()
    });
    for (field, names) in open {
        binder.bind_new(field, names.preferred);
    }
    binder.bound
}

/// Takes keys for fields. Keys that differ only in case collide.
#[derive(Default)]
struct Binder {
    bound: Bound,
    /// Names of fields by key in lower case.
    taken: BTreeMap<String, String>,
}

impl Binder {
    fn is_free(&self, key: &str) -> bool {
        !self.taken.contains_key(&key.to_ascii_lowercase())
    }

    fn bind(&mut self, field: &Field, key: String) {
        self.taken.insert(key.to_ascii_lowercase(), field.name.clone());
        self.bound.keys.insert(field.identity(), key);
    }

    fn bind_new(&mut self, field: &Field, key: String) {
        let Some(other) = self.taken.get(&key.to_ascii_lowercase()) else {
            return self.bind(field, key);
        };
        self.bound.findings.push(
            Finding::error(
                "COLLIDING_KEYS",
                format!("the fields {other:?} and {:?} would both be {key:?}", field.name),
                "rename one of the two fields",
            )
            .at(format!("/fields/{}", field.name)),
        );
    }
}

/// The properties that the platform shows.
pub(super) struct Properties<'v> {
    view: &'v View,
    /// Where the dialect keeps them.
    list: Path,
    keys: BTreeSet<String>,
}

impl<'v> Properties<'v> {
    /// Finds them.
    pub fn new(view: &'v View, shape: &Shape) -> Self {
        let list = shape.lists.first().map_or_else(Path::root, |list| Path::root().child(list));
        let keys = view.elements(&list).collect();
        Self { view, list, keys }
    }

    /// Whether a property shows the name of a field.
    fn shows_name(&self, key: &str, field: &Field) -> bool {
        let name = Canonical::str(field.label.as_ref().unwrap_or(&field.name));
        self.view.below(&self.list.child(key)).any(|(_, value)| *value == name)
    }
}

/// Recognises fields that were renamed since their property was made, when the memory of it is
/// gone: a property that no field claims and that looks in every atom as the field would.
pub(super) fn recognise_renamed(
    local: &ContentType,
    bound: &mut Bound,
    remote: &Properties<'_>,
    dialect: &dyn Dialect,
) {
    let Properties { view: remote, list, keys: on_remote } = remote;
    if bound.keys.values().all(|key| on_remote.contains(key)) {
        return;
    }
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
    let held = Held { keys: bound.keys.clone(), view: (*remote).clone(), ..Held::default() };
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
    let mut alike: BTreeMap<Vec<(String, String)>, Vec<String>> = BTreeMap::new();
    for orphan in orphans {
        alike.entry(looks(remote, &orphan)).or_default().push(orphan);
    }
    let names: BTreeMap<String, &str> =
        map_of(local.fields.iter().map(|field| (field.identity(), &*field.name)));
    let mut wanting: BTreeMap<Vec<(String, String)>, Vec<String>> = BTreeMap::new();
    for (identity, key) in missing {
        wanting.entry(looks(&view, &key)).or_default().push(identity);
    }
    for (look, identities) in wanting {
        let same = alike.get(&look).map(Vec::as_slice).unwrap_or_default();
        let ([orphan], [identity]) = (same, &identities[..]) else { continue };
        let name = names.get(identity).copied().unwrap_or_default();
        bound.findings.push(
            Finding::warning(
                "FIELD_RENAMED_SINCE_CREATION",
                format!("the field {name:?} is the property {orphan:?}, which was made under an older name"),
                "nothing to do; the property keeps its key",
            )
            .at(list.child(orphan).as_str()),
        );
        bound.keys.insert(identity.clone(), orphan.clone());
    }
}
