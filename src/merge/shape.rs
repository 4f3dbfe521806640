//! What the algebra must know of a dialect's documents.

use crate::canonical::Path;

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
    /// Lists whose elements are references, and attributes that hold some.
    pub references: &'static [&'static str],
    /// Every kind of atom that the dialect defines, elements as `*`: `/properties/*/required`.
    pub owned: &'static [&'static str],
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

    /// For an atom that is bound to its property's anchor: the anchor's path.
    #[must_use]
    pub fn anchor_of(&self, path: &Path) -> Option<Path> {
        let element = self.elements_on(path).into_iter().next()?;
        let rest = path.segments().nth(element.depth())?;
        self.bound.contains(&&*rest).then(|| element.child(self.anchor))
    }

    /// For an atom that holds an order: the list it orders.
    #[must_use]
    pub fn ordered_list(&self, path: &Path) -> Option<Path> {
        let name = path.name();
        let (_, list) = self.orders.iter().find(|(attribute, _)| **attribute == *name)?;
        path.parent().map(|parent| parent.child(list))
    }
}
