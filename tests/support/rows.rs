//! Rows as the studio's writers make them, read and edited as the engine does.

use std::collections::{BTreeMap, BTreeSet};

use catalyst_sync::canonical::{column, parse, write, write_ordered};
use catalyst_sync::model::studio::{
    Changes, Codec, Column, NewRow, Row, Unwritable, content_type, edit,
};
use catalyst_sync::model::{Choice, ContentType, Field, FieldKind, Json, Raw, TargetIndex, Text};
use catalyst_sync::port::Reflection;

use super::written;

/// Which of the studio's writers made a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// An object; limits under `validation`; the row has settings.
    Builder,
    /// An object; the row has columns for a key and other attributes.
    Later,
    /// A bare list; limits on the field; attributes of the type in the settings.
    Seed,
}

impl Writer {
    pub const ALL: [Self; 3] = [Self::Builder, Self::Later, Self::Seed];
}

/// The columns of a row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stored {
    pub id: String,
    pub website_id: String,
    pub name: String,
    pub key: Option<String>,
    pub plural_name: Option<String>,
    pub category: Option<String>,
    pub display_field: Option<String>,
    pub fields: String,
    pub settings: Option<String>,
}

/// A row that says what a type says, as far as the writer can. Read it to know what it says.
pub fn stored(writer: Writer, own: &ContentType) -> Stored {
    let base = Stored {
        id: own.id.clone(),
        website_id: own.website_id.clone(),
        name: own.name.clone(),
        ..Stored::default()
    };
    match writer {
        Writer::Builder => Stored {
            fields: write_ordered(&written::definition(own)),
            settings: Some(r#"{"theme":"dark"}"#.to_owned()),
            ..base
        },
        Writer::Later => {
            let columnless = ContentType {
                plural_name: None,
                category: None,
                display_field: None,
                ..own.clone()
            };
            Stored {
                key: Some(own.name.to_lowercase().replace(' ', "_")),
                plural_name: Some(own.plural_name.clone().unwrap_or_default()),
                category: Some(own.category.map_or("page", |category| category.word()).to_owned()),
                display_field: own.display_field.clone(),
                fields: write_ordered(&written::definition(&columnless)),
                ..base
            }
        }
        Writer::Seed => {
            let words = [
                ("pluralName", own.plural_name.clone()),
                ("icon", own.icon.clone()),
                ("description", own.description.clone()),
                ("category", own.category.map(|category| category.word().to_owned())),
                ("displayField", own.display_field.clone()),
            ];
            let words = words.into_iter().filter_map(|(name, text)| Some((name, Json::str(text?))));
            let rest = own.settings.iter().map(|(name, raw)| (&**name, value(raw)));
            let fields = own.fields.iter().map(seed_field).collect();
            Stored {
                fields: write_ordered(&Json::Array(fields)),
                settings: Some(write_ordered(&object(words.chain(rest)))),
                ..base
            }
        }
    }
}

fn seed_field(field: &Field) -> Json<'static> {
    let mut members = vec![
        ("name", Json::str(field.name.clone())),
        ("type", Json::str(field.kind.word().to_owned())),
    ];
    let mut add = |name: &'static str, value: Option<Json<'static>>| {
        members.extend(value.map(|value| (name, value)));
    };
    let text = |own: &Option<String>| own.clone().map(Json::str);
    add("label", text(&field.label));
    add("required", field.required.then_some(Json::Bool(true)));
    add("unique", field.unique.then_some(Json::Bool(true)));
    add("default", field.default_value.as_ref().map(value));
    add("description", text(&field.help));
    add("placeholder", text(&field.placeholder));
    let limits = &field.constraints;
    add("minLength", limits.min_length.map(Json::Number));
    add("maxLength", limits.max_length.map(Json::Number));
    add("pattern", text(&limits.pattern));
    add("min", limits.min.map(Json::Number));
    add("max", limits.max.map(Json::Number));
    add("precision", limits.precision.map(Json::Number));
    add("minDate", text(&limits.min_date));
    add("maxDate", text(&limits.max_date));
    add("minItems", limits.min_items.map(Json::Number));
    add("maxItems", limits.max_items.map(Json::Number));
    let options: Vec<_> = field.options.iter().map(seed_option).collect();
    add("options", (!options.is_empty()).then_some(Json::Array(options)));
    add("itemType", field.item.as_deref().map(|item| Json::str(item.word().to_owned())));
    let inner: Vec<_> = field.fields.iter().map(seed_field).collect();
    add("fields", (!inner.is_empty()).then_some(Json::Array(inner)));
    let targets: Vec<_> = field.targets.iter().cloned().map(Json::str).collect();
    add(
        "referenceType",
        match targets.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            _ => Some(Json::Array(targets)),
        },
    );
    object(members.into_iter().chain(field.extra.iter().map(|(name, raw)| (&**name, value(raw)))))
}

fn seed_option(choice: &Choice) -> Json<'static> {
    let own = value(&choice.value);
    let plain = own.as_str() == Some(&choice.label) || write(&own) == choice.label;
    if plain && choice.description.is_none() {
        return own;
    }
    let description = choice.description.clone().map(|text| ("description", Json::str(text)));
    let label = ("label", Json::str(choice.label.clone()));
    object([("value", own), label].into_iter().chain(description))
}

fn object<'n>(members: impl IntoIterator<Item = (&'n str, Json<'static>)>) -> Json<'static> {
    let own = |(name, value): (&str, _)| (Text::Str(name.to_owned().into()), value);
    Json::Object(members.into_iter().map(own).collect())
}

fn value(raw: &Raw) -> Json<'static> {
    parse(raw).unwrap().into_owned()
}

impl Stored {
    /// A row that is new.
    pub fn new(row: &NewRow) -> Self {
        let bare = Self {
            id: row.content.id.clone(),
            website_id: row.content.website_id.clone(),
            key: row.content.key.clone(),
            ..Self::default()
        };
        bare.with(row.columns.clone())
    }

    pub fn row(&self) -> Row<'_> {
        Row {
            id: &self.id,
            website_id: &self.website_id,
            name: &self.name,
            key: self.key.as_deref(),
            plural_name: self.plural_name.as_deref(),
            category: self.category.as_deref(),
            display_field: self.display_field.as_deref(),
            fields: column(Some(&self.fields)),
            settings: self.settings.as_deref().map_or(Column::Absent, |it| column(Some(it))),
        }
    }

    /// What the row says. It must say it without a finding that blocks.
    pub fn read(&self, targets: &TargetIndex) -> ContentType {
        let (mut content, findings) = content_type(&self.row(), write);
        assert_eq!(findings.iter().find(|finding| finding.blocks()), None, "{}", self.fields);
        let _ = targets.resolve(&mut content);
        content
    }

    /// The row with what became of its type.
    pub fn edited(
        &self,
        reflection: &Reflection,
        targets: &TargetIndex,
    ) -> Result<Self, Unwritable> {
        let codec = Codec { write, parse: |text| parse(text).unwrap().into_owned() };
        edit(&self.row(), &reflection.local, &reflection.origins, targets, codec)
            .map(|changes| self.with(changes))
    }

    fn with(&self, changes: Changes) -> Self {
        let text = |value: Option<Json<'static>>| value.map(|value| write_ordered(&value));
        let own = self.clone();
        Self {
            name: changes.name.unwrap_or(own.name),
            plural_name: changes.plural_name.or(own.plural_name),
            category: changes.category.or(own.category),
            display_field: changes.display_field.unwrap_or(own.display_field),
            fields: text(changes.fields).unwrap_or(own.fields),
            settings: text(changes.settings).or(own.settings),
            ..own
        }
    }
}

/// An index of types that are called by their ids.
pub fn targets(website: &str, ids: &[&str]) -> TargetIndex {
    TargetIndex::new(ids.iter().map(|id| (website, *id, None, *id)))
}

/// The type with nothing in it that no row can say: members of the model's own names among those
/// without a place, `null` as a default, and contents that the kind has no room for.
pub fn sayable(mut own: ContentType) -> ContentType {
    own.settings = renamed(own.settings);
    let (relationships, mut fields): (Vec<Field>, Vec<Field>) =
        own.fields.into_iter().partition(|field| {
            matches!(field.kind, FieldKind::RelationshipToOne | FieldKind::RelationshipToMany)
        });
    fields.extend(relationships);
    own.fields = fields.into_iter().map(sayable_field).collect();
    own
}

fn sayable_field(mut field: Field) -> Field {
    field.extra = renamed(field.extra);
    field.default_value = field.default_value.filter(|raw| &**raw != "null");
    let mut seen = BTreeSet::new();
    field.fields.retain(|inner| seen.insert(inner.name.clone()));
    if field.kind == FieldKind::Array && !field.fields.is_empty() {
        field.item = Some(Box::new(FieldKind::Object));
    }
    let refers = field.kind.refers() || field.item.as_deref().is_some_and(FieldKind::refers);
    if !refers {
        field.targets.clear();
    }
    field.fields = field.fields.into_iter().map(sayable_field).collect();
    field
}

fn renamed(members: BTreeMap<String, Raw>) -> BTreeMap<String, Raw> {
    members.into_iter().map(|(name, raw)| (format!("x{name}"), raw)).collect()
}
