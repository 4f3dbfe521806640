//! Regular expressions.

/// The pattern of an e-mail field that has none of its own: something, one `@`, something with a
/// dot. Deliberately loose: it refuses what cannot be an address and nothing that may be one.
pub const EMAIL_PATTERN: &str = r"^[^\s@]+@[^\s@]+\.[^\s@]+$";

/// Constructs of JavaScript that .NET, which evaluates patterns on the platform, refuses or reads
/// otherwise (ECMA-262 "Patterns"; .NET "Regular expression language").
const FOREIGN: [(&str, &str); 6] = [
    (r"\p{Script", "scripts are named blocks (`\\p{IsGreek}`) in .NET"),
    (r"\p{sc", "scripts are named blocks (`\\p{IsGreek}`) in .NET"),
    (r"\u{", "code points are written `\\uXXXX` in .NET"),
    ("[^]", "an empty negated class is refused by .NET"),
    ("&&[", "intersections of classes do not exist in .NET"),
    (r"\q{", "strings in classes do not exist in .NET"),
];

/// What of a JavaScript pattern .NET would not read alike, if anything.
pub(super) fn foreign_construct(pattern: &str) -> Option<&'static str> {
    FOREIGN.iter().find(|(construct, _)| pattern.contains(construct)).map(|(_, why)| *why)
}
