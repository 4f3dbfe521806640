//! A content type back into the row that it was read from.
//!
//! [`edit`] compares what a row says with what it shall say, and changes that alone. The dialect of
//! the row stays: a list or an object, limits flat or under `validation`, options as values or
//! objects, the spelling of each member. Members that nothing is said of keep their place and their
//! value. What was written is read again, and if that is not what was meant, nothing is changed.

mod field;
mod list;
mod object;
mod option;
mod target;

use std::borrow::Cow;
use std::collections::BTreeMap;

use self::list::{Style, edit_list};
use self::object::{Members, Value, get, has, inner, put, set, text};
use super::reader::Writer;
use super::row::{Column, Row};
use crate::model::{ContentType, Field, Json, Raw, TargetIndex};

/// Reads canonical JSON; the parser itself is a layer above.
pub type Parser = fn(&str) -> Json<'static>;

/// How values become text and the other way round.
#[derive(Debug, Clone, Copy)]
pub struct Codec {
    /// Writes canonical JSON.
    pub write: Writer,
    /// Reads it; `null` for what is none.
    pub parse: Parser,
}

/// The columns of a row that change; `None` leaves a column as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Name.
    pub name: Option<String>,
    /// Plural name.
    pub plural_name: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Display field; the inner `None` is NULL.
    pub display_field: Option<Option<String>>,
    /// The `fields` column.
    pub fields: Option<Json<'static>>,
    /// The `settings` column.
    pub settings: Option<Json<'static>>,
}

/// A row cannot say what it shall say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot be written into the studio's definition")]
pub struct Unwritable {
    /// What it is about.
    pub what: String,
}

/// What the parts of an edit need to know.
pub(super) struct Context<'c> {
    pub(super) codec: Codec,
    /// The row id that a target names, if it names one.
    pub(super) resolve: &'c dyn Fn(&str) -> Option<String>,
    /// Identity before of what has another identity now.
    pub(super) origins: &'c BTreeMap<String, String>,
}

impl Context<'_> {
    pub(super) fn value(&self, raw: &Raw) -> Value {
        (self.codec.parse)(raw)
    }

    /// The identity that a field had before.
    pub(super) fn origin(&self, field: &Field) -> String {
        let identity = field.identity();
        self.origins.get(&identity).cloned().unwrap_or(identity)
    }
}

/// Changes a row so that it reads as `after`; references in `after` are row ids. `origins` names the
/// identity that a field had before, where it has another one now.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use catalyst_sync::canonical::{column, parse, write, write_ordered};
/// use catalyst_sync::model::TargetIndex;
/// use catalyst_sync::model::studio::{Codec, Row, content_type, edit};
///
/// let fields = column(Some(r#"[{"type":"text","name":"headline","maxLength":80,"x":1}]"#));
/// let row = Row { id: "c1", name: "Article", fields, ..Row::default() };
/// let (mut article, _) = content_type(&row, write);
/// article.fields[0].constraints.max_length = Some(90.0);
/// let codec = Codec { write, parse: |text| parse(text).unwrap().into_owned() };
/// let changes = edit(&row, &article, &BTreeMap::new(), &TargetIndex::default(), codec)?;
/// assert_eq!(
///     write_ordered(&changes.fields.unwrap()),
///     r#"[{"type":"text","name":"headline","maxLength":90,"x":1}]"#
/// );
/// # Ok::<(), catalyst_sync::model::studio::Unwritable>(())
/// ```
///
/// # Errors
///
/// When the row has no place for something that `after` says.
pub fn edit(
    row: &Row<'_>,
    after: &ContentType,
    origins: &BTreeMap<String, String>,
    targets: &TargetIndex,
    codec: Codec,
) -> Result<Changes, Unwritable> {
    let before = read(row, targets, codec);
    if before == *after {
        return Ok(Changes::default());
    }
    let resolve = |target: &str| targets.find(row.website_id, target).map(str::to_owned);
    let context = Context { codec, resolve: &resolve, origins };
    let mut draft = Draft::of(row)?;
    draft.about(&before, after)?;
    draft.settings(&before, after, &context)?;
    draft.fields(&before, after, &context)?;
    let changes = draft.finish(row);
    let written = read(&changes.applied(row), targets, codec);
    match difference(&written, after) {
        None => Ok(changes),
        Some(what) => Err(Unwritable { what: field::impossible(&after.fields).unwrap_or(what) }),
    }
}

fn read(row: &Row<'_>, targets: &TargetIndex, codec: Codec) -> ContentType {
    let (mut content, _) = super::content_type(row, codec.write);
    // Findings about targets are the reader's matter.
    let _ = targets.resolve(&mut content);
    content
}

/// The first thing in which two types differ that are meant to be one.
fn difference(written: &ContentType, meant: &ContentType) -> Option<String> {
    let (written, meant) = (comparable(written), comparable(meant));
    if written == meant {
        return None;
    }
    let names = |content: &ContentType| -> Vec<String> {
        content.fields.iter().map(|field| field.name.clone()).collect()
    };
    if names(&written) != names(&meant) {
        return Some("the order of the fields".to_owned());
    }
    let pairs = written.fields.iter().zip(&meant.fields);
    let field = pairs.filter(|(one, other)| one != other).map(|(_, meant)| &meant.name).next();
    if let Some(name) = field {
        return Some(format!("the change of the field {name:?}"));
    }
    let attributes = [
        ("name", written.name == meant.name),
        ("plural name", written.plural_name == meant.plural_name),
        ("description", written.description == meant.description),
        ("icon", written.icon == meant.icon),
        ("category", written.category == meant.category),
        ("display field", written.display_field == meant.display_field),
        ("settings", written.settings == meant.settings),
    ];
    let attribute = attributes.iter().find(|(_, same)| !same).map_or("identity", |(name, _)| name);
    Some(format!("the change of the {attribute}"))
}

/// A type without what has no order, or is named by its place.
fn comparable(content: &ContentType) -> ContentType {
    fn settle(field: &mut Field) {
        field.targets.sort_unstable();
        field.extra.retain(|name, _| !name.starts_with("options/"));
        field.fields.iter_mut().for_each(settle);
    }
    let mut content = content.clone();
    content.fields.iter_mut().for_each(settle);
    content
}

impl Changes {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The row as it will be.
    #[must_use]
    pub fn applied<'r>(&'r self, row: &Row<'r>) -> Row<'r> {
        let column = |new: &Option<Value>, old: &Column<'r>| match new {
            Some(value) => Column::Json(value.clone()),
            None => old.clone(),
        };
        Row {
            name: self.name.as_deref().unwrap_or(row.name),
            plural_name: self.plural_name.as_deref().or(row.plural_name),
            category: self.category.as_deref().or(row.category),
            display_field: match &self.display_field {
                Some(changed) => changed.as_deref(),
                None => row.display_field,
            },
            fields: column(&self.fields, &row.fields),
            settings: column(&self.settings, &row.settings),
            ..row.clone()
        }
    }
}

/// A row in the making.
struct Draft<'r> {
    row: &'r Row<'r>,
    definition: Value,
    settings: Option<Members>,
    changes: Changes,
}

impl<'r> Draft<'r> {
    fn of(row: &'r Row<'_>) -> Result<Self, Unwritable> {
        let unreadable = || Unwritable { what: "an unreadable definition".to_owned() };
        let definition = match &row.fields {
            Column::Json(value @ (Json::Array(_) | Json::Object(_))) => value.clone().into_owned(),
            _ => return Err(unreadable()),
        };
        let settings = match &row.settings {
            Column::Json(Json::Object(members)) => {
                let owned = |(name, value): &(_, Json<'_>)| owned_member(name, value);
                Some(members.iter().map(owned).collect())
            }
            Column::Absent | Column::Json(Json::Null) => None,
            _ => return Err(unreadable()),
        };
        Ok(Self { row, definition, settings, changes: Changes::default() })
    }

    /// Whether the row is of the later studio: attributes have columns, and there are no settings.
    fn has_columns(&self) -> bool {
        self.row.key.is_some()
    }

    fn definition(&mut self) -> Option<&mut Members> {
        match &mut self.definition {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }

    fn about(&mut self, before: &ContentType, after: &ContentType) -> Result<(), Unwritable> {
        if before.name != after.name {
            self.changes.name = Some(after.name.clone());
            if let Some(members) = self.definition().filter(|own| text(own, "name").is_some()) {
                set(members, "name", Json::str(after.name.clone()));
            }
        }
        let category = |content: &ContentType| content.category.map(|it| it.word().to_owned());
        let attributes = [
            ("pluralName", before.plural_name.clone(), after.plural_name.clone()),
            ("description", before.description.clone(), after.description.clone()),
            ("icon", before.icon.clone(), after.icon.clone()),
            ("category", category(before), category(after)),
            ("displayField", before.display_field.clone(), after.display_field.clone()),
        ];
        for (name, old, new) in attributes {
            if old != new {
                self.attribute(name, old.as_deref(), new)?;
            }
        }
        Ok(())
    }

    /// Changes an attribute everywhere the row says it, else where its studio would say it.
    fn attribute(
        &mut self,
        name: &'static str,
        old: Option<&str>,
        new: Option<String>,
    ) -> Result<(), Unwritable> {
        let mut said = false;
        let value = new.clone().map(Json::str);
        let (definition, settings) = (
            match &mut self.definition {
                Json::Object(members) => Some(members),
                _ => None,
            },
            self.settings.as_mut(),
        );
        for members in definition.into_iter().chain(settings) {
            if old.is_some() && text(members, name) == old {
                put(members, name, value.clone());
                said = true;
            }
        }
        let in_column = match name {
            "pluralName" => self.row.plural_name,
            "category" => self.row.category,
            "displayField" => self.row.display_field,
            _ => None,
        };
        let has_column = self.has_columns() && !matches!(name, "description" | "icon");
        if has_column && (!said || in_column == old) {
            return self.column(name, new);
        }
        if said {
            return Ok(());
        }
        let Some(value) = value else { return Ok(()) };
        if let Some(members) = self.definition() {
            set(members, name, value);
        } else if self.has_columns() {
            return Err(Unwritable { what: format!("the attribute {name}") });
        } else {
            set(self.settings.get_or_insert_default(), name, value);
        }
        Ok(())
    }

    fn column(&mut self, name: &str, new: Option<String>) -> Result<(), Unwritable> {
        match (name, new) {
            // NOT NULL; an empty text says nothing.
            ("pluralName", new) => self.changes.plural_name = Some(new.unwrap_or_default()),
            ("displayField", new) => self.changes.display_field = Some(new),
            ("category", Some(new)) => self.changes.category = Some(new),
            _ => return Err(Unwritable { what: format!("a type without {name}") }),
        }
        Ok(())
    }

    /// Members that the model carries without a place of their own.
    fn settings(
        &mut self,
        before: &ContentType,
        after: &ContentType,
        context: &Context<'_>,
    ) -> Result<(), Unwritable> {
        let names: Vec<&String> = before.settings.keys().chain(after.settings.keys()).collect();
        for name in names {
            let new = after.settings.get(name);
            if before.settings.get(name) == new {
                continue;
            }
            let value = new.map(|raw| context.value(raw));
            let is_own = self.definition().is_some_and(|members| has(members, name));
            if let Some(member) = name.strip_prefix("settings/") {
                put(self.settings.get_or_insert_default(), member, value);
            } else if is_own || (self.has_columns() && self.settings.is_none()) {
                let members = self.definition();
                let members = members.ok_or_else(|| Unwritable { what: name.clone() })?;
                put(members, name, value);
            } else {
                put(self.settings.get_or_insert_default(), name, value);
            }
        }
        Ok(())
    }

    fn fields(
        &mut self,
        before: &ContentType,
        after: &ContentType,
        context: &Context<'_>,
    ) -> Result<(), Unwritable> {
        if before.fields == after.fields {
            return Ok(());
        }
        match &mut self.definition {
            Json::Array(list) => {
                edit_list(list, None, &before.fields, &after.fields, Style::Flat, context)
            }
            Json::Object(members) => {
                let mut list = match get(members, "fields") {
                    Some(Json::Array(list)) => list.clone(),
                    _ => Vec::new(),
                };
                let mut relationships = match get(members, "relationships") {
                    Some(Json::Array(list)) => Some(list.clone()),
                    _ => None,
                };
                let beside = relationships.as_mut();
                edit_list(
                    &mut list,
                    beside,
                    &before.fields,
                    &after.fields,
                    Style::Nested,
                    context,
                )?;
                set(members, "fields", Json::Array(list));
                if let Some(relationships) = relationships {
                    set(members, "relationships", Json::Array(relationships));
                }
                Ok(())
            }
            _ => Err(Unwritable { what: "an unreadable definition".to_owned() }),
        }
    }

    fn finish(self, row: &Row<'_>) -> Changes {
        let mut changes = self.changes;
        let is_new = |value: &Value, old: &Column<'_>| match old {
            Column::Json(old) => value != old,
            _ => true,
        };
        changes.fields = Some(self.definition).filter(|value| is_new(value, &row.fields));
        let settings = self.settings.map(Json::Object);
        changes.settings = settings.filter(|value| is_new(value, &row.settings));
        changes
    }
}

fn owned_member(
    name: &crate::model::Text<'_>,
    value: &Json<'_>,
) -> (crate::model::Text<'static>, Value) {
    (name.clone().into_owned(), value.clone().into_owned())
}

/// Whether an inner object says something of a name.
fn says(members: &mut Members, holder: &str, name: &str) -> bool {
    inner(members, holder).is_some_and(|inner| has(inner, name))
}

/// A pointer's segment, unescaped.
fn unescape(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    }
}
