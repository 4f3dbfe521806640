//! A content type as the studio's builder would write it into a row.

use std::collections::BTreeMap;

use catalyst_sync::canonical::parse;
use catalyst_sync::model::{Constraints, ContentType, Field, FieldKind, Json, Raw, Text};

type Value = Json<'static>;

/// The `fields` column: an object, with limits under `validation`.
pub fn definition(own: &ContentType) -> Value {
    let members = [
        ("name", text(Some(&own.name))),
        ("pluralName", text(own.plural_name.as_ref())),
        ("description", text(own.description.as_ref())),
        ("icon", text(own.icon.as_ref())),
        ("category", own.category.map(|category| Json::str(category.word()))),
        ("displayField", text(own.display_field.as_ref())),
        ("fields", Some(fields(&own.fields))),
    ];
    object(members, &own.settings)
}

fn fields(list: &[Field]) -> Value {
    Json::Array(list.iter().map(field).collect())
}

fn field(field: &Field) -> Value {
    let options = field.options.iter().map(|choice| {
        let members = [
            ("value", Some(value(&choice.value))),
            ("label", text(Some(&choice.label))),
            ("description", text(choice.description.as_ref())),
        ];
        object(members, &BTreeMap::new())
    });
    let targets = field.targets.iter().map(|target| Json::str(target.clone()));
    let members = [
        ("id", text(field.id.as_ref())),
        ("name", text(Some(&field.name))),
        ("label", text(field.label.as_ref())),
        ("type", Some(word(&field.kind))),
        ("required", Some(Json::Bool(field.required))),
        ("unique", Some(Json::Bool(field.unique))),
        ("defaultValue", field.default_value.as_ref().map(value)),
        ("helpText", text(field.help.as_ref())),
        ("placeholder", text(field.placeholder.as_ref())),
        ("validation", Some(validation(&field.constraints))),
        ("options", list(options)),
        ("itemType", field.item.as_deref().map(word)),
        ("fields", (!field.fields.is_empty()).then(|| fields(&field.fields))),
        ("allowedTypes", list(targets)),
    ];
    object(members, &field.extra)
}

fn validation(limits: &Constraints) -> Value {
    let members = [
        ("minLength", limits.min_length.map(Json::Number)),
        ("maxLength", limits.max_length.map(Json::Number)),
        ("pattern", text(limits.pattern.as_ref())),
        ("min", limits.min.map(Json::Number)),
        ("max", limits.max.map(Json::Number)),
        ("precision", limits.precision.map(Json::Number)),
        ("minDate", text(limits.min_date.as_ref())),
        ("maxDate", text(limits.max_date.as_ref())),
        ("minItems", limits.min_items.map(Json::Number)),
        ("maxItems", limits.max_items.map(Json::Number)),
    ];
    object(members, &BTreeMap::new())
}

fn word(kind: &FieldKind) -> Value {
    Json::str(kind.word().to_owned())
}

fn text(own: Option<&String>) -> Option<Value> {
    own.cloned().map(Json::str)
}

fn value(raw: &Raw) -> Value {
    parse(raw).unwrap().into_owned()
}

fn list(items: impl Iterator<Item = Value>) -> Option<Value> {
    let items: Vec<Value> = items.collect();
    (!items.is_empty()).then_some(Json::Array(items))
}

fn object<const N: usize>(
    members: [(&'static str, Option<Value>); N],
    kept: &BTreeMap<String, Raw>,
) -> Value {
    let own = members.into_iter().filter_map(|(name, value)| Some((Text::from(name), value?)));
    let kept = kept.iter().map(|(name, raw)| (Text::Str(name.clone().into()), value(raw)));
    Json::Object(own.chain(kept).collect())
}
