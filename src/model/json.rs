//! JSON as JavaScript sees it: object members keep their order, text may hold lone surrogates.

use std::borrow::Cow;

/// One JSON value, borrowed from the text it was read from wherever that text needs no unescaping.
///
/// Numbers are what `JSON.parse` makes of them: an IEEE double, possibly infinite (`1E400`).
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number.
    Number(f64),
    /// Any text.
    String(Text<'a>),
    /// A list, in order.
    Array(Vec<Json<'a>>),
    /// Members in the order they were written; a name may occur twice, and the last one counts.
    Object(Vec<(Text<'a>, Json<'a>)>),
}

/// Text of a JSON document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text<'a> {
    /// Ordinary text.
    Str(Cow<'a, str>),
    /// UTF-16 code units of a text that holds a lone surrogate, which no Rust string can hold.
    Utf16(Box<[u16]>),
}

impl<'a> Json<'a> {
    /// Makes a text value.
    pub fn str(text: impl Into<Cow<'a, str>>) -> Self {
        Self::String(Text::Str(text.into()))
    }

    /// Makes an object from plain member names.
    pub fn object<K: Into<Cow<'a, str>>>(members: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Object(members.into_iter().map(|(k, v)| (Text::Str(k.into()), v)).collect())
    }

    /// The member of an object; the last one where the name occurs twice, as in JavaScript.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.members()?.iter().rev().find(|(key, _)| key.as_str() == Some(name)).map(|(_, v)| v)
    }

    /// The members of an object, as written.
    #[must_use]
    pub fn members(&self) -> Option<&[(Text<'a>, Json<'a>)]> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The elements of a list.
    #[must_use]
    pub fn elements(&self) -> Option<&[Json<'a>]> {
        if let Self::Array(elements) = self { Some(elements) } else { None }
    }

    /// The text, unless it holds a lone surrogate.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { text.as_str() } else { None }
    }

    /// The number.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The truth value.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// What JavaScript's `typeof` and `Array.isArray` would call it, for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a text",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Copies everything borrowed, so that the value outlives its source.
    #[must_use]
    pub fn into_owned(self) -> Json<'static> {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(value),
            Self::Number(value) => Json::Number(value),
            Self::String(text) => Json::String(text.into_owned()),
            Self::Array(elements) => {
                Json::Array(elements.into_iter().map(Json::into_owned).collect())
            }
            Self::Object(members) => Json::Object(
                members.into_iter().map(|(k, v)| (k.into_owned(), v.into_owned())).collect(),
            ),
        }
    }
}

impl Text<'_> {
    /// The text, unless it holds a lone surrogate.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            Self::Utf16(_) => None,
        }
    }

    /// The text with U+FFFD in the place of each lone surrogate.
    #[must_use]
    pub fn to_lossy(&self) -> Cow<'_, str> {
        match self {
            Self::Str(text) => Cow::Borrowed(text),
            Self::Utf16(units) => Cow::Owned(String::from_utf16_lossy(units)),
        }
    }

    /// Copies what is borrowed.
    #[must_use]
    pub fn into_owned(self) -> Text<'static> {
        match self {
            Self::Str(text) => Text::Str(Cow::Owned(text.into_owned())),
            Self::Utf16(units) => Text::Utf16(units),
        }
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self::Str(Cow::Borrowed(text))
    }
}
