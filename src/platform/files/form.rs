//! The form of a file and of its view: which members there are, and of what type.
//!
//! A view mirrors its file, with three differences: lists with identity are elements
//! (`/fields/<key>`, `/options/<value>`, `/targets/<reference>`) and their order is an attribute of
//! its own, `kind` and `item` are one atom, and a reference is `content-type:<row id>` or
//! `remote:<key>` where the file has the plain key.

use crate::merge::{Meaning, Rewrite, Shape};

/// What a member may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    /// Written only when true.
    Flag,
    Number,
    /// Any JSON, `null` included.
    Any,
}

/// Attributes of a type, in the order of the file.
pub(super) const TYPE: [(&str, Form); 6] = [
    ("name", Form::Text),
    ("pluralName", Form::Text),
    ("description", Form::Text),
    ("icon", Form::Text),
    ("category", Form::Text),
    ("displayField", Form::Text),
];

/// Attributes of a field before its kind, in the order of the file.
pub(super) const FIELD_NAMES: [(&str, Form); 2] = [("name", Form::Text), ("label", Form::Text)];

/// Attributes of a field after its kind, in the order of the file.
pub(super) const FIELD: [(&str, Form); 15] = [
    ("required", Form::Flag),
    ("unique", Form::Flag),
    ("defaultValue", Form::Any),
    ("help", Form::Text),
    ("placeholder", Form::Text),
    ("minLength", Form::Number),
    ("maxLength", Form::Number),
    ("pattern", Form::Text),
    ("min", Form::Number),
    ("max", Form::Number),
    ("precision", Form::Number),
    ("minDate", Form::Text),
    ("maxDate", Form::Text),
    ("minItems", Form::Number),
    ("maxItems", Form::Number),
];

/// Members of a type that are no plain attributes.
pub(super) const TYPE_PARTS: [&str; 3] = ["key", "fields", "settings"];
/// Members of a field that are no plain attributes.
pub(super) const FIELD_PARTS: [&str; 7] =
    ["key", "kind", "item", "options", "targets", "fields", "extra"];
/// Members of an option.
pub(super) const OPTION: [&str; 3] = ["value", "label", "description"];

/// Begins a reference to a type on the platform.
pub(super) const REMOTE: &str = "remote:";
/// Begins a reference to a type of the studio.
pub(super) const LOCAL: &str = "content-type:";

/// Structure of the views.
pub(super) const SHAPE: Shape = Shape {
    lists: &["fields", "options", "targets", "settings", "extra"],
    orders: &[("fieldOrder", "fields"), ("optionOrder", "options")],
    anchor: "kind",
    bound: &[
        "defaultValue",
        "minLength",
        "maxLength",
        "pattern",
        "min",
        "max",
        "precision",
        "minDate",
        "maxDate",
        "minItems",
        "maxItems",
        "options",
        "optionOrder",
        "targets",
        "fields",
        "fieldOrder",
    ],
    ranges: &[
        ("minLength", "maxLength"),
        ("min", "max"),
        ("minDate", "maxDate"),
        ("minItems", "maxItems"),
    ],
    references: &["targets"],
    owned: &[
        "/name",
        "/pluralName",
        "/description",
        "/icon",
        "/category",
        "/displayField",
        "/fieldOrder",
        "/settings/*",
        "/fields/*",
        "/fields/*/name",
        "/fields/*/label",
        "/fields/*/kind",
        "/fields/*/required",
        "/fields/*/unique",
        "/fields/*/defaultValue",
        "/fields/*/help",
        "/fields/*/placeholder",
        "/fields/*/minLength",
        "/fields/*/maxLength",
        "/fields/*/pattern",
        "/fields/*/min",
        "/fields/*/max",
        "/fields/*/precision",
        "/fields/*/minDate",
        "/fields/*/maxDate",
        "/fields/*/minItems",
        "/fields/*/maxItems",
        "/fields/*/optionOrder",
        "/fields/*/options/*",
        "/fields/*/options/*/label",
        "/fields/*/options/*/description",
        "/fields/*/targets/*",
        "/fields/*/fieldOrder",
        "/fields/*/extra/*",
    ],
    meanings: &[
        ("name", Meaning::Name),
        ("label", Meaning::Name),
        ("pluralName", Meaning::Name),
        ("description", Meaning::Text),
        ("icon", Meaning::Text),
        ("help", Meaning::Text),
        ("placeholder", Meaning::Text),
        ("category", Meaning::Nature),
        ("kind", Meaning::Nature),
        ("required", Meaning::Restriction),
        ("unique", Meaning::Restriction),
        ("pattern", Meaning::Restriction),
        ("minLength", Meaning::Least),
        ("min", Meaning::Least),
        ("minDate", Meaning::Least),
        ("minItems", Meaning::Least),
        ("maxLength", Meaning::Most),
        ("max", Meaning::Most),
        ("maxDate", Meaning::Most),
        ("maxItems", Meaning::Most),
        ("precision", Meaning::Most),
        ("options", Meaning::Allowed),
        ("targets", Meaning::Allowed),
    ],
    rewrites: REWRITES,
};

/// What editors, formatters and other programs make of a file without meaning anything by it, as far
/// as reading does not already see through it. A number in quotes is no number where the file must
/// have one; in what the engine only carries, nobody can tell.
const REWRITES: &[(&str, &[Rewrite])] = &[
    ("/name", &[Rewrite::Whitespace]),
    ("/pluralName", &[Rewrite::Whitespace]),
    ("/description", &[Rewrite::Whitespace]),
    ("/fields/*/label", &[Rewrite::Whitespace]),
    ("/fields/*/help", &[Rewrite::Whitespace]),
    ("/fields/*/placeholder", &[Rewrite::Whitespace]),
    ("/fields/*/options/*/label", &[Rewrite::Whitespace]),
    ("/fields/*/options/*/description", &[Rewrite::Whitespace]),
    ("/fields/*/defaultValue", &[Rewrite::NullAsAbsent, Rewrite::ColourCase]),
    ("/settings/*", CARRIED),
    ("/fields/*/extra/*", CARRIED),
    ("/fields/*/extra/allowedTypes", &[Rewrite::Unordered]),
];

const CARRIED: &[Rewrite] = &[Rewrite::NullAsAbsent, Rewrite::NumberAsText, Rewrite::ColourCase];
