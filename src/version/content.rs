//! What a version holds.

use crate::canonical::{ParseError, content_hash, parse, write};
use crate::digest::Digest;
use crate::model::studio::{Column, Row, content_type};
use crate::model::{ContentType, Json, Text};

/// Says in the columns of a version that its definition is a bare list, as the studio's seed writes.
const FORM: &str = "form";
const LIST: &str = "list";

/// A row as its history keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The snapshot that the studio's own history takes, `{key: <row id>, ...definition}`, as
    /// canonical JSON. A bare list spreads into its indices, as it does in JavaScript.
    pub text: String,
    /// The columns beside the definition, as canonical JSON.
    pub columns: String,
    /// The studio's content hash of the snapshot.
    pub content_hash: Digest,
}

impl Snapshot {
    /// Takes the snapshot of a row; `None` when its definition is neither an object nor a list, so
    /// that there is no content to speak of.
    ///
    /// ```
    /// use catalyst_sync::canonical::parse;
    /// use catalyst_sync::model::studio::{Column, Row};
    /// use catalyst_sync::version::Snapshot;
    ///
    /// let fields = Column::Json(parse(r#"{"name":"Event","fields":[]}"#)?);
    /// let row = Row { id: "c1", name: "Event", fields, ..Row::default() };
    /// let snapshot = Snapshot::of(&row).unwrap();
    /// assert_eq!(snapshot.text, r#"{"fields":[],"key":"c1","name":"Event"}"#);
    /// assert_eq!(snapshot.columns, r#"{"name":"Event"}"#);
    /// # Ok::<(), catalyst_sync::canonical::ParseError>(())
    /// ```
    #[must_use]
    pub fn of(row: &Row<'_>) -> Option<Self> {
        let mut members = vec![(Text::from("key"), Json::str(row.id))];
        let is_list = match &row.fields {
            Column::Json(Json::Object(own)) => {
                members.extend(own.iter().cloned());
                false
            }
            Column::Json(Json::Array(elements)) => {
                let spread = elements.iter().enumerate();
                members.extend(
                    spread.map(|(at, one)| (Text::Str(at.to_string().into()), one.clone())),
                );
                true
            }
            _ => return None,
        };
        let whole = Json::Object(members);
        let text = write(&whole);
        let told = [
            ("name", Some(row.name)),
            ("key", row.key),
            ("pluralName", row.plural_name),
            ("category", row.category),
            ("displayField", row.display_field),
            (FORM, is_list.then_some(LIST)),
        ];
        let told = told.into_iter().filter_map(|(name, text)| Some((name, Json::str(text?))));
        let settings = match &row.settings {
            Column::Json(settings) => Some(("settings", settings.clone())),
            _ => None,
        };
        let columns = write(&Json::object(told.chain(settings)));
        Some(Self { text, columns, content_hash: content_hash(whole) })
    }
}

/// A stored version, parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct Content<'s> {
    /// The definition as it stood in the row.
    pub fields: Json<'s>,
    columns: Json<'s>,
    settings: Column<'s>,
}

impl<'s> Content<'s> {
    /// Reads what [`Snapshot`] made of the row of `local_id`.
    ///
    /// # Errors
    ///
    /// When either text is no JSON.
    pub fn read(snapshot: &'s str, columns: &'s str, local_id: &str) -> Result<Self, ParseError> {
        let columns = parse(columns)?;
        let mut members = match parse(snapshot)? {
            Json::Object(members) => members,
            _ => Vec::new(),
        };
        // The definition's own `key` stood in its place, where it had one.
        members.retain(|(name, value)| {
            name.as_str() != Some("key") || value.as_str() != Some(local_id)
        });
        let is_list = columns.get(FORM).and_then(Json::as_str) == Some(LIST);
        let fields = if is_list {
            // Canonical members stand in the order of their indices.
            Json::Array(members.into_iter().map(|(_, element)| element).collect())
        } else {
            Json::Object(members)
        };
        let settings = columns.get("settings").cloned().map_or(Column::Absent, Column::Json);
        Ok(Self { fields, columns, settings })
    }

    /// A column beside the definition, where the version knows it.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&str> {
        self.columns.get(name).and_then(Json::as_str)
    }

    /// The settings beside the definition, where the version knows any.
    #[must_use]
    pub fn settings(&self) -> Option<&Json<'s>> {
        match &self.settings {
            Column::Json(settings) => Some(settings),
            _ => None,
        }
    }

    /// The content type, read by the same rules as a row of the studio.
    #[must_use]
    pub fn content_type(&self, local_id: &str, website_id: &str) -> ContentType {
        let row = Row {
            id: local_id,
            website_id,
            name: self.column("name").unwrap_or_default(),
            key: self.column("key"),
            plural_name: self.column("pluralName"),
            category: self.column("category"),
            display_field: self.column("displayField"),
            fields: Column::Json(self.fields.clone()),
            settings: self.settings.clone(),
        };
        content_type(&row, write).0
    }
}
