//! What a dialect says of its attributes.

/// What an attribute or a list means to people and to the content behind a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// What people call it.
    Name,
    /// What people read besides: explanations, an icon, an order.
    Text,
    /// What content is made of it.
    Nature,
    /// A lower bound of values.
    Least,
    /// An upper bound of values.
    Most,
    /// Values are restricted as long as it is there, each time in another way.
    Restriction,
    /// A list of what values may be; as long as it is empty, they may be anything.
    Allowed,
    /// Anything else.
    Value,
}

/// A way in which a platform writes down again what it was given, without anybody's edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrite {
    /// White space around a text goes, runs of it become one blank, line ends become line feeds.
    Whitespace,
    /// A number becomes a text, or a text that writes a number becomes the number.
    NumberAsText,
    /// The hexadecimal digits of a colour change their case, or are doubled: `#FA0`, `#ffaa00`.
    ColourCase,
    /// What is `null` goes, or what is absent becomes `null`.
    NullAsAbsent,
    /// The elements of a list change their order.
    Unordered,
}
