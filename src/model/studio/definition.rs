//! A whole content type.

use super::at::At;
use super::field::{distinct, fields};
use super::member::{Member, members};
use super::reader::{Reader, Site, Writer};
use super::relationship::relationships;
use super::row::{Column, Row};
use crate::model::{Category, ContentType, Finding, Json, Text};

members! {
    /// Members of a definition that is an object.
    DefinitionMembers under "" {
        fields = "fields",
        name = "name",
        plural_name = "pluralName",
        icon = "icon",
        description = "description",
        relationships = "relationships",
        category = "category",
        display_field = "displayField",
    }
}

members! {
    /// Members of the `settings` column that the model has a place for.
    SettingsMembers under "settings/" {
        plural_name = "pluralName",
        icon = "icon",
        description = "description",
        category = "category",
        display_field = "displayField",
    }
}

/// Reads a row into a content type, and says what it could not make sense of.
///
/// Findings carry the row's key, else its name, as type key. Where `fields` cannot be read the type
/// has no fields and a finding of severity error, which is not the same as a type without fields.
///
/// ```
/// use catalyst_sync::canonical::{parse, write};
/// use catalyst_sync::model::FieldKind;
/// use catalyst_sync::model::studio::{Column, Row, content_type};
///
/// let fields = parse(r#"[{"name":"headline","type":"text","maxLength":80}]"#)?;
/// let row = Row { id: "c1", name: "Article", fields: Column::Json(fields), ..Row::default() };
/// let (article, findings) = content_type(&row, write);
/// assert!(findings.is_empty());
/// assert_eq!(article.fields[0].kind, FieldKind::Text);
/// assert_eq!(article.fields[0].constraints.max_length, Some(80.0));
/// # Ok::<(), catalyst_sync::canonical::ParseError>(())
/// ```
#[must_use]
pub fn content_type(row: &Row<'_>, write: Writer) -> (ContentType, Vec<Finding>) {
    let key = row.key.filter(|key| !key.is_empty());
    let mut reader = Reader::new(key.unwrap_or(row.name), write);
    let site = &mut Site::new(&mut reader, &At::Root);

    let (list, mut own) = definition(site, &row.fields);
    let mut settings = settings(site, &row.settings);
    let key = column(site, "key", key);
    let column_name = column(site, "name", Some(row.name));
    let name = site.text(own.name).or(column_name);
    if name.is_none() {
        site.report(
            "name",
            Finding::error("TYPE_WITHOUT_NAME", "the type has no name", "give the type a name"),
        );
    }
    let name = name.unwrap_or_default();
    let category = choose(site, "category", row.category, [own.category, settings.category]);
    let mut local = ContentType {
        id: row.id.to_owned(),
        website_id: row.website_id.to_owned(),
        plural_name: choose(
            site,
            "pluralName",
            row.plural_name,
            [own.plural_name, settings.plural_name],
        ),
        description: choose(site, "description", None, [own.description, settings.description]),
        icon: choose(site, "icon", None, [own.icon, settings.icon]),
        category: category.and_then(|word| read_category(site, &word)),
        display_field: choose(
            site,
            "displayField",
            row.display_field,
            [own.display_field, settings.display_field],
        ),
        key,
        name,
        ..ContentType::default()
    };

    let mut placed = fields(site.reader, site.at, list.unwrap_or_default(), 0);
    if let Some(value) = own.relationships.value {
        match value.elements() {
            Some(list) => {
                let known = [row.id, row.name, &local.name, local.key.as_deref().unwrap_or(row.id)];
                relationships(site, list, &known, &mut placed);
            }
            None => site.refuse(own.relationships.path, value, "a list"),
        }
    }
    local.fields = distinct(site.reader, site.at, placed);
    if list.is_some_and(<[_]>::is_empty) && local.fields.is_empty() {
        site.report(
            "fields",
            Finding::info("NO_FIELDS", "the type has no fields", "add fields when it needs some"),
        );
    }
    keep_rests(site, &mut own, &mut settings);
    local.settings = std::mem::take(&mut site.kept);
    (local, reader.findings)
}

/// The list of fields, unless there is none to be read, and the members beside it.
fn definition<'j, 'a>(
    site: &mut Site<'_, '_>,
    column: &'j Column<'a>,
) -> (Option<&'j [Json<'a>]>, DefinitionMembers<'j, 'a>) {
    let none = || DefinitionMembers::of(&[]);
    let (code, what) = match column {
        Column::Json(Json::Array(list)) => return (Some(list), none()),
        Column::Json(Json::Object(members)) => {
            let members = DefinitionMembers::of(members);
            match members.fields.value {
                None => return (Some(&[]), members),
                Some(Json::Array(list)) => return (Some(list), members),
                Some(other) => {
                    let what = format!("`fields` is {}, not a list", other.type_name());
                    report_unreadable(site, "INVALID_FIELDS", &what);
                    return (None, members);
                }
            }
        }
        Column::Json(other) => {
            let found = other.type_name();
            ("INVALID_FIELDS", format!("the column holds {found}, not a list or an object"))
        }
        Column::Absent => ("INVALID_FIELDS", "the column holds no text".to_owned()),
        Column::Invalid(message) => {
            ("INVALID_FIELDS", format!("the column holds no JSON: {message}"))
        }
        Column::TooDeep(message) => ("NESTING_TOO_DEEP", message.clone()),
    };
    report_unreadable(site, code, &what);
    (None, none())
}

fn report_unreadable(site: &mut Site<'_, '_>, code: &'static str, what: &str) {
    site.report(
        "fields",
        Finding::error(
            code,
            format!("the fields of the type cannot be read: {what}"),
            "open the type in the studio and save it again",
        ),
    );
}

fn settings<'j, 'a>(site: &mut Site<'_, '_>, column: &'j Column<'a>) -> SettingsMembers<'j, 'a> {
    let problem = match column {
        Column::Absent | Column::Json(Json::Null) => None,
        Column::Json(Json::Object(members)) => return SettingsMembers::of(members),
        Column::Json(other) => Some(format!("the column holds {}", other.type_name())),
        Column::Invalid(message) | Column::TooDeep(message) => Some(message.clone()),
    };
    if let Some(problem) = problem {
        site.report(
            "settings",
            Finding::warning(
                "INVALID_SETTINGS",
                format!("the settings of the type cannot be read: {problem}"),
                "save the settings of the type again in the studio",
            ),
        );
    }
    SettingsMembers::of(&[])
}

/// A text column; an empty one says nothing.
fn column(site: &mut Site<'_, '_>, path: &'static str, value: Option<&str>) -> Option<String> {
    let text = value.filter(|text| !text.is_empty())?;
    Some(site.reader.text(site.at.member(path), &Text::from(text)))
}

/// The column, else the definition, else the settings.
fn choose(
    site: &mut Site<'_, '_>,
    path: &'static str,
    value: Option<&str>,
    members: [Member<'_, '_>; 2],
) -> Option<String> {
    let value = value.filter(|text| !text.is_empty()).map(Json::str);
    let [own, settings] = members;
    site.first_text([Member { path, value: value.as_ref() }, own, settings])
}

fn read_category(site: &mut Site<'_, '_>, word: &str) -> Option<Category> {
    let category = Category::from_word(word);
    if category.is_none() {
        site.report(
            "category",
            Finding::warning(
                "UNKNOWN_CATEGORY",
                format!("the studio is not known to use the category {word:?}"),
                "choose page, component or folder",
            ),
        );
        site.keep("category", &Json::str(word.to_owned()));
    }
    category
}

/// Keeps the unknown members by name, those of the column apart where the definition has the name.
fn keep_rests(
    site: &mut Site<'_, '_>,
    own: &mut DefinitionMembers<'_, '_>,
    settings: &mut SettingsMembers<'_, '_>,
) {
    site.keep_rest("", &own.rest);
    let (taken, free) = std::mem::take(&mut settings.rest)
        .into_iter()
        .partition::<Vec<_>, _>(|(name, _)| site.kept.contains_key(&*name.to_lossy()));
    site.keep_rest("", &free);
    site.keep_rest("settings/", &taken);
}
