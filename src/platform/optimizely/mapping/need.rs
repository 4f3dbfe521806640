//! What a field needs of a platform type.

use crate::model::{Field, FieldKind};

/// What a field holds, apart from the word for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Need {
    /// One value of a kind.
    One(FieldKind),
    /// Several values of a kind.
    Many(FieldKind),
    /// Data of any structure.
    Structure,
    /// Nested fields.
    Fields,
}

/// Tells what a field holds. A list whose elements are not said, are structures, or are lists
/// themselves is a structure, because the platform has no such lists.
pub(super) fn need(field: &Field) -> Need {
    match &field.kind {
        FieldKind::MultiSelect => Need::Many(FieldKind::Select),
        FieldKind::Gallery => Need::Many(FieldKind::Image),
        FieldKind::RelationshipToMany => Need::Many(FieldKind::Reference),
        FieldKind::Tags => Need::Many(FieldKind::Text),
        FieldKind::Array => match field.item.as_deref() {
            Some(item) if is_single(item) => Need::Many(item.clone()),
            _ => Need::Structure,
        },
        FieldKind::Json | FieldKind::Unknown(_) => Need::Structure,
        FieldKind::Object => Need::Fields,
        single => Need::One(single.clone()),
    }
}

fn is_single(kind: &FieldKind) -> bool {
    !matches!(
        kind,
        FieldKind::MultiSelect
            | FieldKind::Gallery
            | FieldKind::RelationshipToMany
            | FieldKind::Tags
            | FieldKind::Array
            | FieldKind::Json
            | FieldKind::Object
            | FieldKind::Unknown(_)
    )
}
