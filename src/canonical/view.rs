//! A document as a flat set of atoms.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;

use crate::digest::Digest;
use crate::model::{Json, Text};

use super::{ParseError, Path, parse, write};

/// Levels that people are shown as such. Every level takes room on the stack.
const NESTED: usize = 100;

/// A value in canonical JSON, comparable byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Canonical(Cow<'static, str>);

impl Canonical {
    /// Writes a value in canonical form.
    #[must_use]
    pub fn of(value: &Json<'_>) -> Self {
        Self(Cow::Owned(write(value)))
    }

    /// The canonical form of a text.
    #[must_use]
    pub fn str(text: &str) -> Self {
        Self::of(&Json::str(text))
    }

    /// The canonical form of a number.
    #[must_use]
    pub fn number(number: f64) -> Self {
        Self::of(&Json::Number(number))
    }

    /// `true` or `false`; `true` is also the value of an element that has no value of its own.
    #[must_use]
    pub fn bool(value: bool) -> Self {
        Self::constant(if value { "true" } else { "false" })
    }

    /// A text that is canonical JSON already, as its author knows.
    #[must_use]
    pub fn constant(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// Canonicalizes JSON text.
    ///
    /// # Errors
    ///
    /// When the text is not JSON.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse(text).map(|value| Self::of(&value))
    }

    /// The value. Canonical text always parses.
    #[must_use]
    pub fn value(&self) -> Json<'_> {
        parse(&self.0).unwrap_or(Json::Null)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for Canonical {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error as _;
        serde_json::from_str::<&serde_json::value::RawValue>(&self.0)
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

/// One document as a platform can express it: every atom with its value, by path.
///
/// An element of a list that has identity (a property, an option, an allowed type) is an atom with
/// the value `true` at `<list>/<identity>`; its own attributes stand below it. Nothing else has
/// structure: an attribute whose value is an object or a list moves as one.
///
/// The JSON form is the flat map itself, `{"/displayName":"Event","/properties/title":true,…}`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View(BTreeMap<Path, Canonical>);

impl View {
    /// Makes an empty document.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets an atom.
    pub fn set(&mut self, path: Path, value: Canonical) {
        self.0.insert(path, value);
    }

    /// Sets an atom, or removes it when there is no value.
    pub fn put(&mut self, path: Path, value: Option<Canonical>) {
        match value {
            Some(value) => self.0.insert(path, value),
            None => self.0.remove(&path),
        };
    }

    /// The value of an atom.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&Canonical> {
        self.0.get(path)
    }

    /// Every atom, in the order of paths.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Path, &Canonical)> {
        self.0.iter()
    }

    /// The atoms strictly below a path.
    pub fn below<'v>(
        &'v self,
        path: &Path,
    ) -> impl Iterator<Item = (&'v Path, &'v Canonical)> + use<'v> {
        let top = path.clone();
        self.0
            .range::<Path, _>((Bound::Excluded(path), Bound::Unbounded))
            .take_while(move |(at, _)| at.is_below(&top))
    }

    /// Identities of the elements of the list at `path`.
    pub fn elements<'v>(&'v self, path: &Path) -> impl Iterator<Item = String> + use<'v> {
        let start = path.as_str().len() + 1;
        self.below(path)
            .filter(move |(at, _)| at.as_str().get(start..).is_some_and(|rest| !rest.contains('/')))
            .map(|(at, _)| at.name().into_owned())
    }

    /// Number of atoms.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no atom.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Canonical JSON of the flat map.
    #[must_use]
    pub fn to_json(&self) -> String {
        write(&Json::object(self.0.iter().map(|(path, value)| (path.as_str(), value.value()))))
    }

    /// Reads the flat map.
    ///
    /// # Errors
    ///
    /// When the text is not JSON; members that are no paths are ignored.
    pub fn from_json(text: &str) -> Result<Self, ParseError> {
        let value = parse(text)?;
        let members = value.members().unwrap_or_default();
        Ok(members
            .iter()
            .filter_map(|(key, value)| Some((Path::parse(key.as_str()?)?, Canonical::of(value))))
            .collect())
    }

    /// View hash: comparable with the hashes of other views, never with a content hash.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_parts(
            self.0
                .iter()
                .flat_map(|(path, value)| [path.as_str().as_bytes(), value.as_str().as_bytes()]),
        )
    }

    /// The document as nested JSON, for people: lists with identity become objects. What lies deeper
    /// than anybody looks stands under the rest of its path.
    #[must_use]
    pub fn nested(&self) -> Json<'static> {
        let mut root = Node::default();
        for (path, value) in &self.0 {
            let mut node = &mut root;
            let mut segments = path.segments();
            for segment in segments.by_ref().take(NESTED) {
                node = node.children.entry(segment.into_owned()).or_default();
            }
            let rest: Vec<Cow<'_, str>> = segments.collect();
            if !rest.is_empty() {
                node = node.children.entry(rest.join("/")).or_default();
            }
            node.value = Some(value.clone());
        }
        root.into_json()
    }
}

/// A document in the making: atoms in any order, of which the last one of a path stays. Making a
/// [`View`] at once is several times faster than atom by atom, and faster still in sections.
#[derive(Debug, Default)]
pub struct Draft {
    done: Vec<Vec<(Path, Canonical)>>,
    section: Vec<(Path, Canonical)>,
}

impl Draft {
    /// Sets an atom.
    pub fn set(&mut self, path: Path, value: Canonical) {
        self.section.push((path, value));
    }

    /// Begins a new section: a part of the document that stands together in the order of paths, like
    /// a property. Sections are sorted each by itself and then among each other.
    pub fn begin_section(&mut self) {
        self.close_section();
    }

    fn close_section(&mut self) {
        if !self.section.is_empty() {
            self.section.sort_by(|(a, _), (b, _)| a.cmp(b));
            self.done.push(std::mem::take(&mut self.section));
        }
    }

    /// The document.
    #[must_use]
    pub fn finish(mut self) -> View {
        self.close_section();
        // Stable, as every sort here: of two atoms with one path the last one stays.
        self.done.sort_by(|a, b| a.first().map(first).cmp(&b.first().map(first)));
        self.done.into_iter().flatten().collect()
    }
}

fn first((path, _): &(Path, Canonical)) -> &Path {
    path
}

impl FromIterator<(Path, Canonical)> for View {
    fn from_iter<I: IntoIterator<Item = (Path, Canonical)>>(atoms: I) -> Self {
        Self(atoms.into_iter().collect())
    }
}

#[derive(Default)]
struct Node {
    value: Option<Canonical>,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn into_json(self) -> Json<'static> {
        if self.children.is_empty() {
            return self.value.map_or(Json::Object(Vec::new()), |value| value.value().into_owned());
        }
        Json::Object(
            self.children
                .into_iter()
                .map(|(name, node)| (Text::Str(name.into()), node.into_json()))
                .collect(),
        )
    }
}
