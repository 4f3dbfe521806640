//! What the algebra must know of a dialect's documents.

use crate::canonical::Path;

use super::{Meaning, Rewrite};

/// The structure of a dialect's views, declared once by the dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Names of the lists whose elements have identity: `/<list>/<identity>` is an element.
    pub lists: &'static [&'static str],
    /// `(attribute, list)`: the attribute holds the order of its sibling list's elements.
    pub orders: &'static [(&'static str, &'static str)],
    /// The attribute that says what a property is.
    pub anchor: &'static str,
    /// Attributes beside the anchor that mean nothing without it.
    pub bound: &'static [&'static str],
    /// `(least, most)`: attributes that limit the same values from both sides.
    pub ranges: &'static [(&'static str, &'static str)],
    /// Lists whose elements are references, and attributes that hold some.
    pub references: &'static [&'static str],
    /// Every kind of atom that the dialect defines, elements as `*`: `/properties/*/required`.
    pub owned: &'static [&'static str],
    /// What attributes and lists mean to people and to content; what is not named is a value like any
    /// other.
    pub meanings: &'static [(&'static str, Meaning)],
    /// What the platform is known to rewrite in atoms of a kind without anybody's edit: a kind as in
    /// [`Shape::owned`], or with the name of the element that it is said of in the place of the last
    /// `*`.
    pub rewrites: &'static [(&'static str, &'static [Rewrite])],
}

impl Shape {
    /// The elements that enclose a path, outermost first, the path itself included if it is one.
    #[must_use]
    pub fn elements_on(&self, path: &Path) -> Vec<Path> {
        let mut found = Vec::new();
        let mut at = Path::root();
        let mut segments = path.segments();
        while let Some(name) = segments.next() {
            at = at.child(&name);
            if !self.lists.contains(&&*name) {
                break;
            }
            let Some(identity) = segments.next() else { break };
            at = at.child(&identity);
            found.push(at.clone());
        }
        found
    }

    /// Whether the atom stands for the existence of an element.
    #[must_use]
    pub fn is_element(&self, path: &Path) -> bool {
        self.elements_on(path).last() == Some(path)
    }

    /// The kind of atom that a path is: its pointer with every identity as `*`.
    #[must_use]
    pub fn pattern(&self, path: &Path) -> String {
        let mut pattern = String::new();
        let mut segments = path.segments();
        while let Some(name) = segments.next() {
            let is_list = self.lists.contains(&&*name) && segments.next().is_some();
            let step = if is_list { format!("/{name}/*") } else { format!("/{name}") };
            // Fields nested in fields are of the kinds that fields are.
            if !(is_list && pattern.ends_with(&step)) {
                pattern.push_str(&step);
            }
        }
        pattern
    }

    /// The anchors that an atom is bound to, outermost first: that of its own property, and where
    /// fields stand in fields, those of the properties around it.
    #[must_use]
    pub fn anchors_of(&self, path: &Path) -> Vec<Path> {
        let is_bound = |element: &Path| {
            path.segments().nth(element.depth()).is_some_and(|rest| self.bound.contains(&&*rest))
        };
        let elements = self.elements_on(path).into_iter();
        elements.filter(is_bound).map(|element| element.child(self.anchor)).collect()
    }

    /// What an attribute or a list means.
    #[must_use]
    pub fn meaning(&self, name: &str) -> Meaning {
        if self.orders.iter().any(|(attribute, _)| *attribute == name) {
            return Meaning::Text;
        }
        let meaning = self.meanings.iter().find(|(own, _)| *own == name);
        meaning.map_or(Meaning::Value, |(_, meaning)| *meaning)
    }

    /// What the platform is known to rewrite in an atom.
    pub fn rewrites_of(&self, path: &Path) -> impl Iterator<Item = Rewrite> {
        let pattern = self.pattern(path);
        let named = pattern.strip_suffix('*').map(|list| format!("{list}{}", path.name()));
        self.rewrites
            .iter()
            .filter(move |(kind, _)| *kind == pattern || named.as_deref() == Some(*kind))
            .flat_map(|(_, rewrites)| rewrites.iter().copied())
    }

    /// For a limit of a range: both limits of it.
    #[must_use]
    pub fn range_of(&self, path: &Path) -> Option<(Path, Path)> {
        let name = path.name();
        let (least, most) =
            self.ranges.iter().find(|(least, most)| *name == **least || *name == **most)?;
        let owner = path.parent()?;
        Some((owner.child(least), owner.child(most)))
    }

    /// For an atom that holds an order: the list it orders.
    #[must_use]
    pub fn ordered_list(&self, path: &Path) -> Option<Path> {
        let name = path.name();
        let (_, list) = self.orders.iter().find(|(attribute, _)| **attribute == *name)?;
        path.parent().map(|parent| parent.child(list))
    }
}
