//! What a platform can express, and how.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::RemoteDefinition;
use crate::canonical::{Canonical, View};
use crate::model::{ContentType, Field, Finding};
use crate::plan::Capabilities;

/// Keys for something new, and keys under which it may already exist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyNames {
    /// The key that a creation uses.
    pub preferred: String,
    /// Keys that earlier tools gave to the same name, best first.
    pub legacy: Vec<String>,
}

/// Names of a field on the platform: see [`KeyNames`].
pub type FieldNames = KeyNames;

/// What is bound already, which projection keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// Property key of every field, by [`Field::identity`](crate::model::Field::identity).
    pub keys: BTreeMap<String, String>,
    /// The platform's half of the base, else what the platform shows; empty for a new type. Only
    /// what is immutable or sticky is looked up in it: property types and the base type.
    pub view: View,
    /// The studio's kind of each property at the last agreement, by property key.
    pub kinds: BTreeMap<String, String>,
}

/// What a platform cannot express of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Loss {
    /// The attribute, in the studio's words.
    pub attribute: String,
    /// Its value.
    pub value: Canonical,
    /// Why it is lost.
    pub reason: String,
}

/// How one field is expressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldMapping {
    /// Name in the studio.
    pub name: String,
    /// Kind in the studio.
    pub kind: String,
    /// Property key on the platform.
    pub platform_key: String,
    /// Property type on the platform, for people.
    pub platform_type: String,
    /// Whether the type is kept because the property already has it.
    pub held: bool,
    /// What is lost of the field.
    pub losses: Vec<Loss>,
}

/// A content type as a platform can express it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Projection {
    /// The document. References stand in it as `content-type:<row id>`.
    pub view: View,
    /// What is lost of the type itself.
    pub losses: Vec<Loss>,
    /// How each field is expressed, with its losses.
    pub fields: Vec<FieldMapping>,
    /// What the user should know or must change.
    pub findings: Vec<Finding>,
}

/// What became of a content type when a view was carried back into it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reflection {
    /// The type with the edits made; what the view cannot express is as it was.
    pub local: ContentType,
    /// Property key of every field, by [`Field::identity`](crate::model::Field::identity).
    pub keys: BTreeMap<String, String>,
    /// The identity before, by the identity now, of fields for which that changed: fields without an
    /// id are bound by their name.
    pub origins: BTreeMap<String, String>,
    /// What the type says now: the view that was given, but for the atoms of `findings`, and for an
    /// order of which that view said nothing.
    pub view: View,
    /// `NOT_REPRESENTABLE` for each atom that the studio cannot say, at its path.
    pub findings: Vec<Finding>,
}

impl Reflection {
    /// What a projection of the type keeps once both sides have agreed on the view.
    #[must_use]
    pub fn held(&self) -> Held {
        let mut kinds = BTreeMap::new();
        for field in &self.local.fields {
            // Of two fields with one key, only the first is a property.
            if let Some(key) = self.keys.get(&field.identity()) {
                kinds.entry(key.clone()).or_insert_with(|| field.kind_word());
            }
        }
        Held { keys: self.keys.clone(), view: self.view.clone(), kinds }
    }
}

/// Why a remote definition cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DialectError {
    /// What is wrong with it.
    pub message: String,
}

/// Longest message about a definition, in characters.
const LONGEST: usize = 400;

impl DialectError {
    /// Says what is wrong. Cut where it is long, because it names members, and those may be of any
    /// length.
    #[must_use]
    pub fn new(mut message: String) -> Self {
        if let Some((cut, _)) = message.char_indices().nth(LONGEST) {
            message.truncate(cut);
            message.push('…');
        }
        Self { message }
    }
}

/// What a platform can express, and how: a lens between the studio's content types and views.
/// Pure: no I/O, no clock.
pub trait Dialect: Send + Sync {
    /// Names the platform in plans, errors and records.
    fn name(&self) -> &'static str;

    /// Names the rules by which views are made; a base made by other rules is looked at anew.
    fn fingerprint(&self) -> String;

    /// What the platform can do.
    fn capabilities(&self) -> Capabilities;

    /// Keys for a type.
    fn type_keys(&self, local: &ContentType) -> KeyNames;

    /// Keys for a field.
    fn field_keys(&self, field: &Field) -> FieldNames;

    /// The types that fields of this one need beside it, owned by it: their ids are
    /// `<row id>/<field identity>`. Empty where nested fields are no types of their own.
    fn parts(&self, local: &ContentType, held: &Held) -> Vec<ContentType>;

    /// Expresses a local type, keeping the platform types that its properties already have.
    /// [`Field::targets`](crate::model::Field::targets) hold row ids here.
    fn project(&self, local: &ContentType, held: &Held) -> Projection;

    /// Reads a remote definition down to what we own. References stand in the view as
    /// `remote:<key>`.
    ///
    /// # Errors
    ///
    /// When it is no definition of this platform.
    fn normalize(&self, remote: &RemoteDefinition) -> Result<View, DialectError>;

    /// The keys that a remote definition refers to in what is not ours, such as the types that may stand
    /// below it. None where a platform has no such thing.
    fn other_references(&self, _remote: &RemoteDefinition) -> BTreeSet<String> {
        BTreeSet::new()
    }

    /// Carries a view back into the type: the difference between what [`Dialect::project`] makes of
    /// it and the view becomes edits of the type itself, so that what the view cannot express
    /// survives. Without a difference the type is as it was.
    ///
    /// `view` is a whole document in symbolic terms (references to the studio's types are
    /// `content-type:<row id>`). For a document that the studio does not have yet, `local` is a type
    /// with nothing but its ids, and `held` is empty.
    fn reflect(&self, local: &ContentType, held: &Held, view: &View) -> Reflection;
}
