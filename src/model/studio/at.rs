//! Where reading stands.

use std::fmt;

/// A JSON pointer that lives on the stack and is written out only when a finding needs it.
#[derive(Clone, Copy)]
pub(super) enum At<'p> {
    /// The definition itself.
    Root,
    /// A member, or a pointer of several, in escaped form.
    Member(&'p At<'p>, &'p str),
    /// An element of a list.
    Element(&'p At<'p>, usize),
}

impl<'p> At<'p> {
    pub(super) fn member(&'p self, name: &'p str) -> Self {
        Self::Member(self, name)
    }

    pub(super) fn element(&'p self, index: usize) -> Self {
        Self::Element(self, index)
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(above, name) => write!(f, "{above}/{name}"),
            Self::Element(above, index) => write!(f, "{above}/{index}"),
        }
    }
}

/// One name as a segment of a pointer (RFC 6901 §3).
pub(super) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
