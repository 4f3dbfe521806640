//! Where an atom stands in its document.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// Path of an atom: a JSON pointer (RFC 6901) such as `/properties/title/required`.
///
/// Ordered so that everything below a path follows it directly.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Path(Box<str>);

impl Path {
    /// The whole document.
    #[must_use]
    pub fn root() -> Self {
        Self("".into())
    }

    /// Reads a pointer; `None` unless it is empty or begins with `/`.
    #[must_use]
    pub fn parse(pointer: &str) -> Option<Self> {
        (pointer.is_empty() || pointer.starts_with('/')).then(|| Self(pointer.into()))
    }

    /// One segment further down.
    ///
    /// ```
    /// use catalyst_sync::canonical::Path;
    ///
    /// let path = Path::root().child("enum").child("a/b");
    /// assert_eq!(path.as_str(), "/enum/a~1b");
    /// assert_eq!(path.segments().last().as_deref(), Some("a/b"));
    /// ```
    #[must_use]
    pub fn child(&self, segment: &str) -> Self {
        let mut pointer = String::with_capacity(self.0.len() + 1 + segment.len());
        pointer.push_str(&self.0);
        pointer.push('/');
        if segment.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
            pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
        } else {
            pointer.push_str(segment);
        }
        Self(pointer.into_boxed_str())
    }

    /// The path one segment up; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rfind('/').and_then(|at| self.0.get(..at)).map(|up| Self(up.into()))
    }

    /// The segments, unescaped.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
        let inner = self.0.strip_prefix('/');
        inner.into_iter().flat_map(|rest| rest.split('/')).map(unescape)
    }

    /// The last segment, unescaped; empty for the root.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        unescape(self.0.rsplit('/').next().unwrap_or_default())
    }

    /// The number of segments.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.bytes().filter(|byte| *byte == b'/').count()
    }

    /// Whether this path is strictly below `other`.
    #[must_use]
    pub fn is_below(&self, other: &Self) -> bool {
        self.0.strip_prefix(&*other.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The pointer.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How many of the first bytes two texts have in common. Neighbours in a document share most of
/// their path, so this looks at eight bytes at a time.
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let mut same = 0;
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        let differing = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if differing != 0 {
            return same + differing.trailing_zeros() as usize / 8;
        }
        same += 8;
    }
    let rest = a.iter().skip(same).zip(b.iter().skip(same));
    same + rest.take_while(|(a, b)| a == b).count()
}

fn unescape(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    }
}

impl Ord for Path {
    // Every map and every sort of paths would have its own copy.
    #[inline(never)]
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.0.as_bytes(), other.0.as_bytes());
        let same = common_prefix(a, b);
        // `/` sorts before every other byte, so that a subtree stays together.
        let rank = |byte: &u8| if *byte == b'/' { 0 } else { u16::from(*byte) + 1 };
        match (a.get(same), b.get(same)) {
            (Some(a), Some(b)) => rank(a).cmp(&rank(b)),
            _ => a.len().cmp(&b.len()),
        }
    }
}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl serde::Serialize for Path {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
