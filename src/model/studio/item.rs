//! What is inside an object or a list.

use super::field::{FieldMembers, kind, nested};
use super::member::{Member, members};
use super::reader::Site;
use super::reference::targets;
use crate::model::{Field, FieldKind, Json};

members! {
    /// Members of `items` where that is an object.
    ItemMembers under "items/" {
        kind = "type",
        fields = "fields",
    }
}

/// What a field of kind object or array contains.
#[derive(Default)]
pub(super) struct Content {
    pub(super) item: Option<FieldKind>,
    pub(super) fields: Vec<Field>,
    pub(super) targets: Vec<String>,
}

/// Reads `fields`, `itemType` and `items` as far as they mean something for the kind; what does not
/// is kept.
pub(super) fn item(
    site: &mut Site<'_, '_>,
    of: &FieldKind,
    members: &FieldMembers<'_, '_>,
    depth: usize,
) -> Content {
    match of {
        FieldKind::Object => {
            keep(site, members.item_type);
            keep(site, members.items);
            let at = site.at;
            Content { fields: nested(site, at, members.fields, depth), ..Content::default() }
        }
        FieldKind::Array => array(site, members, depth),
        _ => {
            keep(site, members.fields);
            keep(site, members.item_type);
            keep(site, members.items);
            Content::default()
        }
    }
}

fn array(site: &mut Site<'_, '_>, members: &FieldMembers<'_, '_>, depth: usize) -> Content {
    let mut inner = match members.items.value {
        Some(Json::Object(own)) => Some(ItemMembers::of(own)),
        Some(Json::String(_)) | None => None,
        Some(other) => {
            site.refuse(members.items.path, other, "the name of a type or an object");
            None
        }
    };
    // `items` is a word itself, or an object with a word; either way `itemType` goes before it.
    let word = inner.as_ref().map_or(
        Member {
            value: members.items.value.filter(|value| matches!(value, Json::String(_))),
            ..members.items
        },
        |inner| inner.kind,
    );
    let stated = [members.item_type, word].into_iter().find(|member| member.value.is_some());
    let mut item = stated.map(|member| kind(site, member));
    if members.item_type.value.is_some() && members.item_type.value != word.value {
        keep(site, word);
    }

    let mut fields = Vec::new();
    let deeper = inner.as_ref().map(|inner| inner.fields);
    let lists = [Some(members.fields), deeper].into_iter().flatten();
    for member in lists.filter(|member| member.value.is_some()) {
        let holds_fields = item.as_ref().is_none_or(|item| *item == FieldKind::Object);
        if holds_fields && fields.is_empty() {
            let at = *site.at;
            let items = at.member(members.items.path);
            let above = if member.path == members.fields.path { &at } else { &items };
            fields = nested(site, above, member, depth);
            // Fields of the elements say that the elements are objects.
            item = Some(FieldKind::Object);
        } else {
            keep(site, member);
        }
    }

    let mut referred = Vec::new();
    if let Some(inner) = &mut inner {
        if item.as_ref().is_some_and(FieldKind::refers) {
            targets(site, "items/", &mut inner.rest, &mut referred);
        }
        site.keep_rest("items/", &inner.rest);
    }
    Content { item, fields, targets: referred }
}

fn keep(site: &mut Site<'_, '_>, member: Member<'_, '_>) {
    if let Some(value) = member.value {
        site.keep(member.path, value);
    }
}
