//! Relationships, which are fields that refer to other types.

use std::collections::BTreeMap;

use super::field::{Placed, kind};
use super::member::members;
use super::reader::Site;
use crate::collect::map_of;
use crate::model::{Field, FieldKind, Finding, Json};

members! {
    /// Members of a relationship.
    RelationshipMembers under "" {
        id = "id",
        name = "name",
        kind = "type",
        source = "sourceContentTypeId",
        target = "targetContentTypeId",
        is_required = "isRequired",
        field_name = "fieldName",
        source_field = "sourceFieldName",
    }
}

/// Reads the relationships whose source is this type. One that is named like a reference field
/// refines that field; any other becomes a field after the others. A relationship of another type
/// that is stored here too is kept as it is.
///
/// `identities` are the ways in which a relationship may name this type.
pub(super) fn relationships(
    definition: &mut Site<'_, '_>,
    list: &[Json<'_>],
    identities: &[&str],
    fields: &mut Vec<Placed>,
) {
    const LIST: &str = "relationships";
    let known = fields.iter().enumerate().filter(|(_, placed)| is_reference(&placed.field));
    let mut references: BTreeMap<String, usize> =
        map_of(known.map(|(position, placed)| (placed.field.name.clone(), position)));
    for (index, value) in list.iter().enumerate() {
        let root = *definition.at;
        let above = root.member(LIST);
        let at = above.element(index);
        let Some(members) = value.members() else {
            definition.reader.report(
                at,
                Finding::error(
                    "FIELD_INVALID",
                    format!("a relationship is {}, not an object", value.type_name()),
                    "remove it, or write the relationship again",
                ),
            );
            continue;
        };
        let members = RelationshipMembers::of(members);
        let mut site = Site::new(definition.reader, &at);
        let source = site.text(members.source);
        let target = site.text(members.target);
        let is_this = |id: &str| identities.contains(&id);
        if let Some(source) = source.filter(|source| !is_this(source)) {
            report_foreign(&mut site, &source, target.as_deref().is_some_and(is_this));
            definition.keep(&format!("{LIST}/{index}"), value);
            continue;
        }
        let Some(field) = relationship(&mut site, &members, target) else { continue };
        match references.remove(&field.name).and_then(|position| fields.get_mut(position)) {
            Some(placed) => refine(&mut placed.field, field, &site),
            None => fields.push(Placed { field, list: LIST, index }),
        }
    }
}

fn is_reference(field: &Field) -> bool {
    field.kind.refers() || field.item.as_deref().is_some_and(FieldKind::refers)
}

fn report_foreign(site: &mut Site<'_, '_>, source: &str, ends_here: bool) {
    let message = format!("the relationship belongs to the type {source:?}");
    let finding = if ends_here {
        Finding::info("FOREIGN_RELATIONSHIP", message, "nothing to do: that type carries it")
    } else {
        Finding::warning(
            "FOREIGN_RELATIONSHIP",
            format!("{message}, which is not this one, and is not synchronized with it"),
            "make this type its source, or remove it here",
        )
    };
    site.report("sourceContentTypeId", finding);
}

fn relationship(
    site: &mut Site<'_, '_>,
    members: &RelationshipMembers<'_, '_>,
    target: Option<String>,
) -> Option<Field> {
    let id = site.text(members.id);
    let shown = site.text(members.name);
    let own = site.first_text([members.field_name, members.source_field]);
    let Some(name) = own.or_else(|| shown.clone()).or_else(|| id.clone()) else {
        site.reader.report(
            *site.at,
            Finding::error(
                "FIELD_INVALID",
                "a relationship has neither name nor id",
                "give the relationship a name, or remove it",
            ),
        );
        return None;
    };
    if id.as_ref() == Some(&name) && shown.is_none() {
        site.reader.report(
            *site.at,
            Finding::warning(
                "FIELD_WITHOUT_NAME",
                format!("the relationship {name:?} has no name, so its id stands for it"),
                "give the relationship a name before it is deployed first",
            ),
        );
    }
    let kind = kind(site, members.kind);
    // Two words of the studio are one kind here, so the word itself is kept.
    if let Some(word) = members.kind.value {
        site.keep(members.kind.path, word);
    }
    let required = site.boolean(members.is_required).unwrap_or_default();
    site.keep_rest("", &members.rest);
    Some(Field {
        id,
        label: shown.filter(|shown| *shown != name),
        name,
        kind,
        required,
        targets: target.into_iter().collect(),
        extra: std::mem::take(&mut site.kept),
        ..Field::default()
    })
}

/// Puts what a relationship says into the field that carries it. The field stays the one it is:
/// its id and its label are its own.
fn refine(field: &mut Field, relationship: Field, site: &Site<'_, '_>) {
    if relationship.kind.refers() {
        field.kind = relationship.kind;
        field.item = None;
    }
    field.required |= relationship.required;
    for target in relationship.targets {
        if !field.targets.contains(&target) {
            field.targets.push(target);
        }
    }
    let own = [("id", relationship.id), ("name", relationship.label)];
    let own = own.into_iter().filter_map(|(name, text)| {
        text.map(|text| (name.to_owned(), site.reader.raw(&Json::str(text))))
    });
    let kept = own.chain(relationship.extra);
    field.extra.extend(kept.map(|(name, raw)| (format!("relationship/{name}"), raw)));
}
