//! What both sides last agreed on.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Canonical, ParseError, Path, View, parse, write};
use crate::model::Json;

use super::Shape;

/// What an atom was on both sides at the last reconciliation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pair {
    /// The studio's value then.
    pub local: Option<Canonical>,
    /// The platform's value then.
    pub remote: Option<Canonical>,
}

/// The common ancestor of one atom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ancestor<T> {
    /// Both halves of the pair; absent is a value.
    Known {
        /// The studio's value then.
        local: Option<T>,
        /// The platform's value then.
        remote: Option<T>,
    },
    /// Never reconciled. Not the same as absent.
    Unknown,
}

/// The pair base of a document.
///
/// Atoms on which both sides agreed are kept once; pairs with unequal halves (the platform rewrote
/// or dropped a value, and both live with that) apart. An atom is unknown when it is named so (it
/// conflicted before it was ever agreed on) or when the view that made the base did not cover it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Base {
    agreed: View,
    apart: BTreeMap<Path, Pair>,
    unknown: BTreeSet<Path>,
    covered: BTreeSet<String>,
}

impl Base {
    /// An agreement about nothing yet, which covers what the shape owns.
    #[must_use]
    pub fn covering(shape: &Shape) -> Self {
        let covered = shape.owned.iter().map(|&pattern| pattern.to_owned()).collect();
        Self { covered, ..Self::default() }
    }

    /// The ancestor of an atom.
    #[must_use]
    pub fn get(&self, path: &Path, shape: &Shape) -> Ancestor<&Canonical> {
        if let Some(pair) = self.apart.get(path) {
            return Ancestor::Known { local: pair.local.as_ref(), remote: pair.remote.as_ref() };
        }
        if let Some(value) = self.agreed.get(path) {
            return Ancestor::Known { local: Some(value), remote: Some(value) };
        }
        if self.unknown.contains(path) || !self.covered.contains(&shape.pattern(path)) {
            return Ancestor::Unknown;
        }
        Ancestor::Known { local: None, remote: None }
    }

    /// Moves the base of an atom.
    pub fn set(&mut self, path: &Path, pair: Pair) {
        self.unknown.remove(path);
        if pair.local == pair.remote {
            self.apart.remove(path);
            self.agreed.put(path.clone(), pair.local);
        } else {
            self.agreed.put(path.clone(), None);
            self.apart.insert(path.clone(), pair);
        }
    }

    /// Marks an atom as never agreed on.
    pub fn forget(&mut self, path: &Path) {
        self.agreed.put(path.clone(), None);
        self.apart.remove(path);
        self.unknown.insert(path.clone());
    }

    /// Takes over the coverage of a newer shape; what it adds to the old one becomes unknown where
    /// it was absent, by being recorded nowhere until the next agreement.
    pub fn cover(&mut self, shape: &Shape) {
        self.covered.extend(shape.owned.iter().map(|&pattern| pattern.to_owned()));
    }

    /// The same agreement with every path and value rewritten: for identities that have changed.
    #[must_use]
    pub fn rewritten(
        self,
        path: impl Fn(&Path) -> Path,
        value: impl Fn(&Path, Canonical) -> Canonical,
    ) -> Self {
        let half = |at: &Path, half: Option<Canonical>| half.map(|half| value(at, half));
        Self {
            agreed: self
                .agreed
                .iter()
                .map(|(at, agreed)| (path(at), value(at, agreed.clone())))
                .collect(),
            apart: self
                .apart
                .into_iter()
                .map(|(at, pair)| {
                    let (local, remote) = (half(&at, pair.local), half(&at, pair.remote));
                    (path(&at), Pair { local, remote })
                })
                .collect(),
            unknown: self.unknown.iter().map(path).collect(),
            covered: self.covered,
        }
    }

    /// The values that both sides have.
    pub(super) fn agreed(&self) -> impl Iterator<Item = (&Path, &Canonical)> {
        self.agreed.iter()
    }

    /// Every path with a recorded value on either side.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.agreed.iter().map(|(path, _)| path).chain(self.apart.keys())
    }

    /// The pairs with unequal halves.
    pub fn apart(&self) -> impl Iterator<Item = (&Path, &Pair)> {
        self.apart.iter()
    }

    /// The platform's half of the base, as a document.
    #[must_use]
    pub fn remote(&self) -> View {
        self.side(|pair| pair.remote.clone())
    }

    /// The studio's half of the base, as a document.
    #[must_use]
    pub fn local(&self) -> View {
        self.side(|pair| pair.local.clone())
    }

    fn side(&self, half: impl Fn(&Pair) -> Option<Canonical>) -> View {
        let mut view = self.agreed.clone();
        for (path, pair) in &self.apart {
            view.put(path.clone(), half(pair));
        }
        view
    }

    /// Canonical JSON: `{"agreed":{…},"apart":{path:[[local],[remote]]},"covered":[…],"unknown":[…]}`;
    /// an empty list stands for an absent half.
    #[must_use]
    pub fn to_json(&self) -> String {
        let flat = |view: &View| {
            Json::object(
                view.iter().map(|(path, value)| (path.to_string(), value.value().into_owned())),
            )
        };
        let half = |value: &Option<Canonical>| {
            Json::Array(value.iter().map(|value| value.value().into_owned()).collect())
        };
        write(&Json::object([
            ("agreed", flat(&self.agreed)),
            (
                "apart",
                Json::object(self.apart.iter().map(|(path, pair)| {
                    (path.to_string(), Json::Array(vec![half(&pair.local), half(&pair.remote)]))
                })),
            ),
            ("covered", Json::Array(self.covered.iter().map(|p| Json::str(p.clone())).collect())),
            (
                "unknown",
                Json::Array(self.unknown.iter().map(|p| Json::str(p.to_string())).collect()),
            ),
        ]))
    }

    /// Reads what [`Base::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// When the text is not JSON. Members of another form are ignored: what they would have said is
    /// then unknown, which loses nothing.
    pub fn from_json(text: &str) -> Result<Self, ParseError> {
        let value = parse(text)?;
        let texts = |name: &str| {
            let listed = value.get(name).and_then(Json::elements).unwrap_or_default();
            listed.iter().filter_map(Json::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        let members = |name: &str| value.get(name).and_then(Json::members).unwrap_or_default();
        let at = |key: &crate::model::Text<'_>| key.as_str().and_then(Path::parse);
        let half = |pair: &Json<'_>, side: usize| {
            let half = pair.elements().and_then(|halves| halves.get(side))?.elements()?;
            Some(half.first().map(Canonical::of))
        };
        Ok(Self {
            agreed: members("agreed")
                .iter()
                .filter_map(|(key, value)| Some((at(key)?, Canonical::of(value))))
                .collect(),
            apart: members("apart")
                .iter()
                .filter_map(|(key, pair)| {
                    Some((at(key)?, Pair { local: half(pair, 0)?, remote: half(pair, 1)? }))
                })
                .collect(),
            unknown: texts("unknown").iter().filter_map(|path| Path::parse(path)).collect(),
            covered: texts("covered").into_iter().collect(),
        })
    }
}
