//! The neutral content type: what every dialect of the studio is parsed into.

use std::collections::BTreeMap;

/// Canonical JSON text of a value that the engine carries but does not interpret.
pub type Raw = Box<str>;

/// A content type as the studio holds it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContentType {
    /// Row id.
    pub id: String,
    /// Website that owns it.
    pub website_id: String,
    /// The `key` column, where the studio has one.
    pub key: Option<String>,
    /// Name shown to people.
    pub name: String,
    /// Plural name.
    pub plural_name: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Icon, usually an emoji.
    pub icon: Option<String>,
    /// What kind of content it makes.
    pub category: Option<Category>,
    /// Name of the field that titles an item.
    pub display_field: Option<String>,
    /// Fields in display order, relationships last.
    pub fields: Vec<Field>,
    /// Remaining members of the `settings` column and of the definition, by name.
    pub settings: BTreeMap<String, Raw>,
}

/// What a type is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// A routable page.
    Page,
    /// A part of a page.
    Component,
    /// A container.
    Folder,
}

/// A field, or a relationship, which is a field that refers to other types.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Field {
    /// Stable id, when the studio gave one.
    pub id: Option<String>,
    /// Machine name: `key`, else `name`, else `id` of what the studio wrote.
    pub name: String,
    /// Name shown to people.
    pub label: Option<String>,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether a value is required.
    pub required: bool,
    /// Whether values must differ between items.
    pub unique: bool,
    /// Default value.
    pub default_value: Option<Raw>,
    /// Help for editors (`helpText`, `help` or `description`).
    pub help: Option<String>,
    /// Placeholder of the input.
    pub placeholder: Option<String>,
    /// Bounds and patterns.
    pub constraints: Constraints,
    /// Options of a select, in order.
    pub options: Vec<Choice>,
    /// What the elements of an array are.
    pub item: Option<Box<FieldKind>>,
    /// Fields of an object, or of the objects in an array.
    pub fields: Vec<Field>,
    /// Types that a reference may point at, as the studio names them: id, key or name.
    pub targets: Vec<String>,
    /// Everything else that was written on the field, by name.
    pub extra: BTreeMap<String, Raw>,
}

/// The kinds of field that the studio's writers use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum FieldKind {
    /// One line of text.
    #[default]
    Text,
    /// A URL segment.
    Slug,
    /// Several lines of text.
    TextArea,
    /// Formatted text.
    RichText,
    /// A number.
    Number,
    /// A number with decimals.
    Decimal,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A moment.
    DateTime,
    /// One of several options.
    Select,
    /// Several of several options.
    MultiSelect,
    /// An address on the web.
    Url,
    /// An e-mail address.
    Email,
    /// One image.
    Image,
    /// One media file.
    Media,
    /// One file.
    File,
    /// Several images.
    Gallery,
    /// One item of another type.
    Reference,
    /// One item of another type, in the words of the transformer.
    Relation,
    /// A relationship to at most one item.
    RelationshipToOne,
    /// A relationship to several items.
    RelationshipToMany,
    /// Free words.
    Tags,
    /// A list; [`Field::item`] says of what.
    Array,
    /// Any JSON.
    Json,
    /// Nested fields.
    Object,
    /// A word that no writer of the studio is known to use.
    Unknown(String),
}

/// Limits on a field's values. Numbers are JavaScript numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Constraints {
    /// Fewest characters.
    pub min_length: Option<f64>,
    /// Most characters.
    pub max_length: Option<f64>,
    /// Regular expression, JavaScript flavour.
    pub pattern: Option<String>,
    /// Smallest number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// Decimal places.
    pub precision: Option<f64>,
    /// Earliest date, as written.
    pub min_date: Option<String>,
    /// Latest date, as written.
    pub max_date: Option<String>,
    /// Fewest elements.
    pub min_items: Option<f64>,
    /// Most elements.
    pub max_items: Option<f64>,
}

/// An option of a select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The stored value as canonical JSON: a text, a number or a boolean.
    pub value: Raw,
    /// Name shown to people.
    pub label: String,
    /// Explanation.
    pub description: Option<String>,
}

/// Says whether a limit is set, by the name that the studio has for it.
type IsSet = (&'static str, fn(&Constraints) -> bool);

const LIMITS: [IsSet; 10] = [
    ("minLength", |own| own.min_length.is_some()),
    ("maxLength", |own| own.max_length.is_some()),
    ("pattern", |own| own.pattern.is_some()),
    ("min", |own| own.min.is_some()),
    ("max", |own| own.max.is_some()),
    ("precision", |own| own.precision.is_some()),
    ("minDate", |own| own.min_date.is_some()),
    ("maxDate", |own| own.max_date.is_some()),
    ("minItems", |own| own.min_items.is_some()),
    ("maxItems", |own| own.max_items.is_some()),
];

impl Field {
    /// Names of the limits that are written on the field and say nothing, because no value could be
    /// theirs. They are kept as they are, which is no wish to have none.
    pub fn unsaid_limits(&self) -> impl Iterator<Item = &'static str> {
        let is_kept = |name: &str| {
            let kept = self.extra.keys().map(|own| own.strip_prefix("validation/").unwrap_or(own));
            kept.into_iter().any(|own| own == name || own == "validation")
        };
        let is_unsaid = move |(name, is_set): &IsSet| !is_set(&self.constraints) && is_kept(name);
        LIMITS.into_iter().filter(is_unsaid).map(|(name, _)| name)
    }

    /// What a field is bound by: its id, else its name.
    #[must_use]
    pub fn identity(&self) -> String {
        self.id.clone().unwrap_or_else(|| format!("name:{}", self.name))
    }

    /// The kind in one word, with that of the elements for a list: `array<text>`.
    #[must_use]
    pub fn kind_word(&self) -> String {
        match &self.item {
            Some(item) => format!("{}<{}>", self.kind.word(), item.word()),
            None => self.kind.word().to_owned(),
        }
    }
}

impl FieldKind {
    /// Every kind but [`FieldKind::Unknown`], in the order of the mapping table.
    pub const ALL: [Self; 25] = [
        Self::Text,
        Self::Slug,
        Self::TextArea,
        Self::RichText,
        Self::Number,
        Self::Decimal,
        Self::Boolean,
        Self::Date,
        Self::DateTime,
        Self::Select,
        Self::MultiSelect,
        Self::Url,
        Self::Email,
        Self::Image,
        Self::Media,
        Self::File,
        Self::Gallery,
        Self::Reference,
        Self::Relation,
        Self::RelationshipToOne,
        Self::RelationshipToMany,
        Self::Tags,
        Self::Array,
        Self::Json,
        Self::Object,
    ];

    /// The word for it. `richtext` and `richText` are one kind; so is each relationship.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Text => "text",
            Self::Slug => "slug",
            Self::TextArea => "textarea",
            Self::RichText => "richText",
            Self::Number => "number",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Select => "select",
            Self::MultiSelect => "multiselect",
            Self::Url => "url",
            Self::Email => "email",
            Self::Image => "image",
            Self::Media => "media",
            Self::File => "file",
            Self::Gallery => "gallery",
            Self::Reference => "reference",
            Self::Relation => "relation",
            Self::RelationshipToOne => "relationshipToOne",
            Self::RelationshipToMany => "relationshipToMany",
            Self::Tags => "tags",
            Self::Array => "array",
            Self::Json => "json",
            Self::Object => "object",
            Self::Unknown(word) => word,
        }
    }

    /// Reads a word of any of the studio's dialects. `string` is the word of its later validator.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "string" => Self::Text,
            "richtext" => Self::RichText,
            "oneToOne" | "manyToOne" | "one-to-one" | "many-to-one" => Self::RelationshipToOne,
            "oneToMany" | "manyToMany" | "one-to-many" | "many-to-many" => Self::RelationshipToMany,
            _ => Self::ALL
                .into_iter()
                .find(|kind| kind.word() == word)
                .unwrap_or_else(|| Self::Unknown(word.to_owned())),
        }
    }

    /// Whether values are items of other types.
    #[must_use]
    pub fn refers(&self) -> bool {
        matches!(
            self,
            Self::Reference | Self::Relation | Self::RelationshipToOne | Self::RelationshipToMany
        )
    }
}

impl Category {
    /// The studio's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Component => "component",
            Self::Folder => "folder",
        }
    }

    /// Reads the studio's word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Page, Self::Component, Self::Folder].into_iter().find(|c| c.word() == word)
    }
}
