//! The platform `files`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use catalyst_sync::canonical::{Canonical, Path, View};
use catalyst_sync::model::{Category, Choice, Constraints, ContentType, Field, FieldKind, Raw};
use catalyst_sync::platform::files::{FilesAdapter, FilesDialect, FolderError};
use catalyst_sync::port::{
    Adapter as _, AdapterError, Clock, Dialect as _, Effect, Held, Listing, Operation, Ownership,
    Refusal, RemoteDefinition, RemoteId, Revision, Stored, Verb,
};
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::support::clock::TestClock;

#[test]
fn numbers_that_would_not_survive_are_refused() {
    let dialect = FilesDialect;
    let definition = |number: &str| RemoteDefinition {
        id: RemoteId::of_key("Event"),
        name: "Event".to_owned(),
        revision: Revision::default(),
        ownership: Ownership::Open,
        body: format!(
            r#"{{"key":"Event","name":"Event","x":{{"a":"1e400 \\\"2","b":[{number},1]}}}}"#
        )
        .into(),
    };
    for kept in ["1", "-0.5", "1.0", "1e3", "0", "0.0", "9007199254740993000", "0.1234567890123456"]
    {
        assert_eq!(dialect.normalize(&definition(kept)).map(drop), Ok(()), "{kept}");
    }
    for lost in ["1e400", "-1e400", "12345678901234567891", "0.123456789012345678901", "1e-400"] {
        let error = dialect.normalize(&definition(lost)).unwrap_err();
        assert!(error.message.contains(lost), "{error}");
    }
}

/// A files root of its own, removed with the test.
struct Root(tempfile::TempDir);

impl Root {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self, directory: &str) -> Result<FilesAdapter, FolderError> {
        let clock: Arc<dyn Clock> = TestClock::new();
        FilesAdapter::open(FilePath::new(directory), self.0.path(), clock)
    }

    fn adapter(&self) -> FilesAdapter {
        self.open("types").expect("below the root")
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file")
    }

    /// Names in the folder of types, hidden ones included.
    fn names(&self) -> BTreeSet<String> {
        let entries = self.path("types").read_dir().expect("a folder");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
        entries.map(|entry| name(entry).into_string().expect("a text")).collect()
    }
}

fn remote(key: &str, body: &str) -> RemoteDefinition {
    RemoteDefinition {
        id: RemoteId::of_key(key),
        name: key.to_owned(),
        revision: Revision::default(),
        ownership: Ownership::Open,
        body: body.into(),
    }
}

fn operation(verb: Verb, key: &str, before: Option<RemoteDefinition>, after: &View) -> Operation {
    let (id, after) = (RemoteId::of_key(key), after.clone());
    Operation { verb, id, before, after, accept_loss: false, whole: false }
}

/// The view as it is sent: references are bound to keys, here those of their ids.
fn bound(view: &View) -> View {
    let bind = |path: &Path| path.as_str().replace("content-type:", "remote:");
    view.iter().map(|(p, value)| (Path::parse(&bind(p)).expect("a path"), value.clone())).collect()
}

async fn list(adapter: &FilesAdapter) -> (Vec<RemoteDefinition>, Listing) {
    let mut found = Vec::new();
    let listing = adapter
        .list(&mut |definition| found.push(definition), &CancellationToken::new())
        .await
        .expect("a listing");
    (found, listing)
}

async fn read(adapter: &FilesAdapter, key: &str) -> RemoteDefinition {
    let read = adapter.read(&RemoteId::of_key(key), &CancellationToken::new()).await;
    read.expect("readable").expect("there")
}

async fn apply(adapter: &FilesAdapter, operation: &Operation) -> Result<Stored, AdapterError> {
    let body = adapter.encode(operation)?;
    adapter.apply(operation, &body, &CancellationToken::new()).await
}

fn refusal(outcome: Result<Stored, AdapterError>) -> (Refusal, String) {
    match outcome {
        Err(AdapterError::Refused { refusal, message, effect: Effect::None, .. }) => {
            (refusal, message)
        }
        other => panic!("{other:?}"),
    }
}

/// A type that says everything the studio can say.
fn everything() -> ContentType {
    let text = |text: &str| Some(text.to_owned());
    let raw = |json: &str| Raw::from(json);
    ContentType {
        id: "c1".to_owned(),
        website_id: "w1".to_owned(),
        key: text("Event"),
        name: "Event".to_owned(),
        plural_name: text("Events"),
        description: text("Public events"),
        icon: text("📅"),
        category: Some(Category::Page),
        display_field: text("title"),
        settings: BTreeMap::from([("singleton".to_owned(), raw("false"))]),
        fields: vec![
            Field {
                id: text("f1"),
                name: "title".to_owned(),
                label: text("Title"),
                required: true,
                unique: true,
                default_value: Some(raw("\"Untitled\"")),
                help: text("Shown everywhere"),
                placeholder: text("Enter text..."),
                constraints: Constraints {
                    min_length: Some(3.0),
                    max_length: Some(120.0),
                    pattern: text("^[^<]+$"),
                    ..Constraints::default()
                },
                extra: BTreeMap::from([("indexed".to_owned(), raw("true"))]),
                ..Field::default()
            },
            Field {
                name: "level".to_owned(),
                kind: FieldKind::Select,
                options: vec![
                    Choice { value: raw("2"), label: "High".to_owned(), description: None },
                    Choice {
                        value: raw("\"2\""),
                        label: "Two".to_owned(),
                        description: text("As text"),
                    },
                    Choice { value: raw("true"), label: "Yes".to_owned(), description: None },
                    Choice { value: raw("\"=2\""), label: "Equal".to_owned(), description: None },
                ],
                ..Field::default()
            },
            Field {
                name: "venue".to_owned(),
                kind: FieldKind::RelationshipToOne,
                targets: vec!["Venue".to_owned(), "Place".to_owned()],
                ..Field::default()
            },
            Field {
                name: "speakers".to_owned(),
                kind: FieldKind::Array,
                item: Some(Box::new(FieldKind::Object)),
                constraints: Constraints { max_items: Some(9.0), ..Constraints::default() },
                fields: vec![Field {
                    name: "mail".to_owned(),
                    kind: FieldKind::Email,
                    ..Field::default()
                }],
                ..Field::default()
            },
        ],
    }
}

/// Its file.
const EVERYTHING: &str = r#"{
  "key": "Event",
  "name": "Event",
  "pluralName": "Events",
  "description": "Public events",
  "icon": "📅",
  "category": "page",
  "displayField": "title",
  "fields": [
    {
      "key": "title",
      "name": "title",
      "label": "Title",
      "kind": "text",
      "required": true,
      "unique": true,
      "defaultValue": "Untitled",
      "help": "Shown everywhere",
      "placeholder": "Enter text...",
      "minLength": 3,
      "maxLength": 120,
      "pattern": "^[^<]+$",
      "extra": {
        "indexed": true
      }
    },
    {
      "key": "level",
      "name": "level",
      "kind": "select",
      "options": [
        {
          "value": 2,
          "label": "High"
        },
        {
          "value": "2",
          "label": "Two",
          "description": "As text"
        },
        {
          "value": true,
          "label": "Yes"
        },
        {
          "value": "=2",
          "label": "Equal"
        }
      ]
    },
    {
      "key": "venue",
      "name": "venue",
      "kind": "relationshipToOne",
      "targets": ["Place", "Venue"]
    },
    {
      "key": "speakers",
      "name": "speakers",
      "kind": "array",
      "item": "object",
      "maxItems": 9,
      "fields": [
        {
          "key": "mail",
          "name": "mail",
          "kind": "email"
        }
      ]
    }
  ],
  "settings": {
    "singleton": false
  }
}
"#;

fn file_of(view: &View) -> String {
    let adapter = Root::new().adapter();
    adapter.encode(&operation(Verb::Create, "Event", None, &bound(view))).expect("expressible")
}

mod dialect {
    use super::*;

    #[test]
    fn writes_everything_in_a_fixed_order() {
        let projection = FilesDialect.project(&everything(), &Held::default());
        assert_eq!((projection.losses, projection.findings), (Vec::new(), Vec::new()));
        assert_eq!(file_of(&projection.view), EVERYTHING);
    }

    #[test]
    fn shows_everything_as_atoms() {
        let view = FilesDialect.project(&everything(), &Held::default()).view;
        let table = [
            ("/fieldOrder", r#"["title","level","venue","speakers"]"#),
            ("/settings/singleton", "false"),
            ("/fields/title", "true"),
            ("/fields/title/kind", r#"{"kind":"text"}"#),
            ("/fields/title/required", "true"),
            ("/fields/title/maxLength", "120"),
            ("/fields/title/extra/indexed", "true"),
            ("/fields/level/optionOrder", r#"["=2","2","=true","=\"=2\""]"#),
            ("/fields/level/options/2/description", "\"As text\""),
            ("/fields/level/options/=2/label", "\"High\""),
            ("/fields/venue/targets/content-type:Venue", "true"),
            ("/fields/speakers/kind", r#"{"item":"object","kind":"array"}"#),
            ("/fields/speakers/fieldOrder", r#"["mail"]"#),
            ("/fields/speakers/fields/mail/kind", r#"{"kind":"email"}"#),
        ];
        for (path, value) in table {
            let found = view.get(&Path::parse(path).expect("a path"));
            assert_eq!(found.map(Canonical::as_str), Some(value), "{path}");
        }
    }

    #[test]
    fn declares_every_kind_of_atom_it_makes() {
        let shape = FilesDialect.capabilities().shape;
        let mut constrained = everything();
        constrained.fields[3].fields[0].constraints = Constraints {
            min: Some(1.0),
            max: Some(2.0),
            precision: Some(0.0),
            min_items: Some(1.0),
            min_date: Some("2025".to_owned()),
            max_date: Some("2026".to_owned()),
            ..Constraints::default()
        };
        let view = FilesDialect.project(&constrained, &Held::default()).view;
        let made: BTreeSet<String> = view.iter().map(|(path, _)| shape.pattern(path)).collect();
        let declared: BTreeSet<String> = shape.owned.iter().map(|&own| own.to_owned()).collect();
        assert_eq!(made, declared);
    }

    #[test]
    fn keeps_keys_that_are_bound() {
        let field = |id: &str, name: &str| Field {
            id: Some(id.to_owned()),
            name: name.to_owned(),
            ..Field::default()
        };
        let local = ContentType { fields: vec![field("f1", "heading")], ..ContentType::default() };
        let held = Held {
            keys: BTreeMap::from([("f1".to_owned(), "title".to_owned())]),
            ..Held::default()
        };
        let projection = FilesDialect.project(&local, &held);
        assert_eq!(projection.fields[0].platform_key, "title");
        let name = projection.view.get(&Path::parse("/fields/title/name").expect("a path"));
        assert_eq!(name.map(Canonical::as_str), Some("\"heading\""));
    }

    #[test]
    fn finds_fields_that_get_one_key() {
        let field = |name: &str| Field { name: name.to_owned(), ..Field::default() };
        let fields = vec![field("hero-image"), field("heroimage")];
        let projection = FilesDialect
            .project(&ContentType { fields, ..ContentType::default() }, &Held::default());
        let found: Vec<_> =
            projection.findings.iter().map(|f| (f.code, f.path.as_deref())).collect();
        assert_eq!(found, [("KEY_COLLISION", Some("/fields/heroimage"))]);
    }

    #[test]
    fn tells_what_json_cannot_hold() {
        let constraints = Constraints { max: Some(f64::INFINITY), ..Constraints::default() };
        let field = Field { name: "size".to_owned(), constraints, ..Field::default() };
        let local = ContentType { fields: vec![field], ..ContentType::default() };
        let projection = FilesDialect.project(&local, &Held::default());
        let loss = &projection.fields[0].losses[0];
        assert_eq!((&*loss.attribute, loss.value.as_str()), ("max", "\"inf\""));
    }

    #[test]
    fn prefers_keys_that_can_be_names_of_files() {
        let table = [
            (Some("hero_banner"), "Hero", "hero_banner"),
            (Some("héro banner"), "Hero", "herobanner"),
            (Some("../../etc/passwd"), "Hero", "etcpasswd"),
            (Some("con"), "Con", "Typecon"),
            (Some("LPT1.backup"), "Printer", "LPT1backup"),
            (Some("catalyst-sync"), "Sync", "catalystsync"),
            (Some(".hidden"), "Hidden", "hidden"),
            (Some(" "), "Blog Post", "BlogPost"),
            (None, "Aux", "TypeAux"),
            (None, "文章", "WenZhang"),
        ];
        for (key, name, preferred) in table {
            let local = ContentType {
                key: key.map(str::to_owned),
                name: name.to_owned(),
                ..ContentType::default()
            };
            assert_eq!(FilesDialect.type_keys(&local).preferred, preferred);
        }
    }

    #[test]
    fn reads_what_people_write() {
        let body = "\u{feff}{\"key\":\"Event\",\"name\":null,\"fields\":[{\"kind\":\"select\",\
                    \"key\":\"topic\",\"options\":[\"News\",3],\"required\":false}],\"note\":1}";
        let view = FilesDialect.normalize(&remote("Event", body)).expect("a definition");
        assert_eq!(
            view.to_json(),
            r#"{"/fieldOrder":["topic"],"/fields/topic":true,"/fields/topic/kind":{"kind":"select"},"/fields/topic/optionOrder":["News","=3"],"/fields/topic/options/=3":true,"/fields/topic/options/=3/label":"3","/fields/topic/options/News":true,"/fields/topic/options/News/label":"News"}"#
        );
    }

    #[test]
    fn says_what_is_wrong_with_a_file() {
        let field = |member: &str| {
            format!(r#"{{"key":"Event","fields":[{{"key":"a","kind":"text",{member}}}]}}"#)
        };
        let table = [
            (r#"{"key":"Event",}"#.to_owned(), "unexpected '}' at byte 15"),
            (r#"{"key":"Event""#.to_owned(), "unexpected end of the text"),
            ("[]".to_owned(), "it must be an object, not a list"),
            ("{}".to_owned(), "it has no key"),
            (
                r#"{"key":"event"}"#.to_owned(),
                "its key is \"event\"; it must be that of the file's name",
            ),
            (r#"{"key":"Event","name":1}"#.to_owned(), "/name must be a text, not a number"),
            (r#"{"key":"Event","fields":{}}"#.to_owned(), "/fields must be a list, not an object"),
            (
                r#"{"key":"Event","fields":[{"kind":"text"}]}"#.to_owned(),
                "/fields/0 must have a key",
            ),
            (r#"{"key":"Event","fields":[{"key":"a"}]}"#.to_owned(), "/fields/a must have a kind"),
            (
                r#"{"key":"Event","settings":[]}"#.to_owned(),
                "/settings must be an object, not a list",
            ),
            (field(r#""required":"yes""#), "/fields/a/required must be a boolean, not a text"),
            (field(r#""min":"3""#), "/fields/a/min must be a number, not a text"),
            (
                field(r#""options":[null]"#),
                "/fields/a/options/0 must be a text, number or boolean, not null",
            ),
            (field(r#""options":[{}]"#), "/fields/a/options/0 must have a value"),
            (field(r#""options":[1,1]"#), "/fields/a/options/1 has the value of another option"),
            (field(r#""targets":[7]"#), "/fields/a/targets must be keys of types, not a number"),
            (
                r#"{"key":"Event","fields":[{"key":"a","kind":"text"},{"key":"a","kind":"url"}]}"#
                    .to_owned(),
                "/fields/1 has the key \"a\", as another field has",
            ),
        ];
        for (body, problem) in table {
            let outcome = FilesDialect.normalize(&remote("Event", &body));
            let message = outcome.map_err(|error| error.message);
            assert_eq!(message, Err(format!("Event.json: {problem}")), "{body}");
        }
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Z0-9 _=/~.\"\\\\-]{0,12}",
            Just("=1".to_owned()),
            Just("ü🛍\u{2028}\n".to_owned()),
            Just("__proto__".to_owned()),
        ]
    }

    fn scalar() -> impl Strategy<Value = Raw> {
        prop_oneof![
            text().prop_map(|text| Canonical::str(&text).as_str().into()),
            (-1e9..1e9).prop_map(|number: f64| Canonical::number(number).as_str().into()),
            (0..9).prop_map(|number: i32| number.to_string().into()),
            any::<bool>().prop_map(|value| value.to_string().into()),
            Just(r#""\ud83d""#.into()),
        ]
    }

    fn json() -> impl Strategy<Value = Raw> {
        prop_oneof![scalar(), Just("null".into()), Just(r#"{"a":[1,{"b":null}]}"#.into())]
    }

    fn named() -> impl Strategy<Value = BTreeMap<String, Raw>> {
        prop::collection::btree_map(text(), json(), 0..3)
    }

    fn kind() -> impl Strategy<Value = FieldKind> {
        prop_oneof![
            9 => prop::sample::select(FieldKind::ALL.to_vec()),
            1 => text().prop_map(FieldKind::Unknown),
        ]
    }

    fn constraints() -> impl Strategy<Value = Constraints> {
        let number = || prop::option::of(-1e6..1e6);
        let word = || prop::option::of(text());
        let numbers = (number(), number(), number(), number(), number(), number(), number());
        (numbers, (word(), word(), word())).prop_map(|(numbers, texts)| Constraints {
            min_length: numbers.0,
            max_length: numbers.1,
            min: numbers.2,
            max: numbers.3,
            precision: numbers.4,
            min_items: numbers.5,
            max_items: numbers.6,
            pattern: texts.0,
            min_date: texts.1,
            max_date: texts.2,
        })
    }

    fn choices() -> impl Strategy<Value = Vec<Choice>> {
        let choice = (scalar(), text(), prop::option::of(text()));
        let choice =
            choice.prop_map(|(value, label, description)| Choice { value, label, description });
        prop::collection::vec(choice, 0..4).prop_map(|mut choices| {
            let mut seen = BTreeSet::new();
            choices.retain(|choice| seen.insert(choice.value.clone()));
            choices
        })
    }

    fn field() -> impl Strategy<Value = Field> {
        let word = || prop::option::of(text());
        let leaf = (
            (text(), kind(), any::<bool>(), any::<bool>(), prop::option::of(kind())),
            (word(), word(), word(), prop::option::of(json())),
            (constraints(), choices(), named()),
            prop::collection::btree_set("[A-Za-z][A-Za-z0-9_]{1,8}", 0..3),
        );
        let leaf = leaf.prop_map(|(own, words, parts, targets)| Field {
            id: None,
            name: own.0,
            kind: own.1,
            required: own.2,
            unique: own.3,
            item: own.4.map(Box::new),
            label: words.0,
            help: words.1,
            placeholder: words.2,
            default_value: words.3,
            constraints: parts.0,
            options: parts.1,
            extra: parts.2,
            targets: targets.into_iter().collect(),
            fields: Vec::new(),
        });
        leaf.prop_recursive(3, 8, 3, |inner| {
            (inner.clone(), prop::collection::vec(inner, 0..3))
                .prop_map(|(field, fields)| Field { fields, ..field })
        })
    }

    /// Names that get different keys.
    fn distinct(fields: &mut [Field]) {
        for (at, field) in fields.iter_mut().enumerate() {
            field.name = format!("n{at}{}", field.name);
            distinct(&mut field.fields);
        }
    }

    fn content_type() -> impl Strategy<Value = ContentType> {
        let word = || prop::option::of(text());
        let category = [Category::Page, Category::Component, Category::Folder];
        let category = prop::option::of(prop::sample::select(category.to_vec()));
        let words = (text(), word(), word(), word(), word(), category);
        (words, prop::collection::vec(field(), 0..5), named()).prop_map(
            |(words, mut fields, settings)| {
                distinct(&mut fields);
                ContentType {
                    name: words.0,
                    plural_name: words.1,
                    description: words.2,
                    icon: words.3,
                    display_field: words.4,
                    category: words.5,
                    fields,
                    settings,
                    ..ContentType::default()
                }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn reads_back_what_it_writes(local in content_type()) {
            let projection = FilesDialect.project(&local, &Held::default());
            prop_assert_eq!(projection.findings, []);
            let expected = bound(&projection.view);
            let file = file_of(&projection.view);
            let read = FilesDialect.normalize(&remote("Event", &file));
            prop_assert_eq!(read.as_ref(), Ok(&expected), "{}", file);
        }

        #[test]
        fn writes_a_file_over_itself_unchanged(local in content_type()) {
            let view = bound(&FilesDialect.project(&local, &Held::default()).view);
            let file = file_of(&view);
            let before = Some(remote("Event", &file));
            let again = operation(Verb::Update, "Event", before, &view);
            prop_assert_eq!(Root::new().adapter().encode(&again), Ok(file));
        }
    }
}

mod folder {
    use super::*;

    fn problem(outcome: &Result<FilesAdapter, FolderError>) -> &'static str {
        match outcome {
            Ok(_) => "none",
            Err(FolderError::Outside { .. }) => "outside",
            Err(FolderError::NoDirectory { .. }) => "no directory",
            Err(_) => "other",
        }
    }

    #[test]
    fn must_be_below_the_files_root() {
        let root = Root::new();
        root.write("outside/inner/x", "");
        root.write("root/types/x", "");
        root.write("root/file", "");
        let open = |directory: &str| {
            let clock: Arc<dyn Clock> = TestClock::new();
            FilesAdapter::open(FilePath::new(directory), &root.path("root"), clock)
        };
        let absolute = |name: &str| root.path(name).display().to_string();
        let table = [
            ("types".to_owned(), "none"),
            (".".to_owned(), "none"),
            ("types/../types".to_owned(), "none"),
            ("new/deep/folder".to_owned(), "none"),
            (absolute("root/types"), "none"),
            (absolute("root/new"), "none"),
            ("..".to_owned(), "outside"),
            ("../outside".to_owned(), "outside"),
            ("../root-not".to_owned(), "outside"),
            ("types/../../outside/new".to_owned(), "outside"),
            ("missing/../../outside".to_owned(), "outside"),
            ("missing/..".to_owned(), "outside"),
            (absolute("outside"), "outside"),
            (absolute("rootless"), "outside"),
            ("/".to_owned(), "outside"),
            ("file".to_owned(), "no directory"),
        ];
        for (directory, expected) in table {
            assert_eq!(problem(&open(&directory)), expected, "{directory}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn is_looked_for_behind_links() {
        use std::os::unix::fs::symlink;
        let root = Root::new();
        root.write("outside/inner/x", "");
        root.write("root/types/x", "");
        for (target, link) in [
            ("../outside", "root/out"),
            ("../outside/new", "root/nowhere"),
            ("types", "root/in"),
            ("loop", "root/loop"),
        ] {
            symlink(target, root.path(link)).expect("a link");
        }
        let open = |directory: &str| {
            let clock: Arc<dyn Clock> = TestClock::new();
            FilesAdapter::open(FilePath::new(directory), &root.path("root"), clock)
        };
        let table = [
            ("in", "none"),
            ("in/new", "none"),
            ("out", "outside"),
            ("out/inner", "outside"),
            ("out/new/deep", "outside"),
            ("out/../types", "outside"),
            ("nowhere", "outside"),
            ("nowhere/deep", "outside"),
            ("loop", "other"),
        ];
        for (directory, expected) in table {
            assert_eq!(problem(&open(directory)), expected, "{directory}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn is_left_alone_when_a_link_takes_its_place() {
        let root = Root::new();
        root.write("elsewhere/Event.json", "{}");
        let adapter = root.adapter();
        std::os::unix::fs::symlink(root.path("elsewhere"), root.path("types")).expect("a link");
        let create = operation(Verb::Create, "Other", None, &View::new());
        assert_eq!(refusal(apply(&adapter, &create).await).0, Refusal::Forbidden);
        let read = adapter.read(&RemoteId::of_key("Event"), &CancellationToken::new()).await;
        assert!(matches!(read, Err(AdapterError::Refused { refusal: Refusal::Forbidden, .. })));
        assert!(!root.path("elsewhere/Other.json").exists());
    }

    #[tokio::test]
    async fn has_an_id_from_the_first_write_on() {
        let root = Root::new();
        let adapter = root.adapter();
        assert_eq!(adapter.target_id().await, Ok(None));
        assert!(!root.path("types").exists());
        apply(&adapter, &operation(Verb::Create, "Event", None, &View::new())).await.expect("made");
        let id = adapter.target_id().await.expect("readable").expect("there");
        assert_eq!(
            root.text("types/catalyst-sync.json"),
            format!(
                "{{\n  \"kind\": \"catalyst-sync\",\n  \"formatVersion\": 1,\n  \"id\": \"{id}\"\n}}\n"
            )
        );
        assert_eq!(id.len(), 32);
        assert_eq!(root.adapter().ensure_target_id().await, Ok(id));
    }

    #[tokio::test]
    async fn with_a_marker_of_something_else_is_refused() {
        let table = [
            ("{", "catalyst-sync.json is no JSON: unexpected end of the text"),
            (r#"{"kind":"other"}"#, "catalyst-sync.json belongs to something else"),
            (
                r#"{"kind":"catalyst-sync","formatVersion":2,"id":"x"}"#,
                "catalyst-sync.json is of a format that this release does not know",
            ),
            (r#"{"kind":"catalyst-sync","formatVersion":1}"#, "catalyst-sync.json has no id"),
        ];
        for (marker, message) in table {
            let root = Root::new();
            root.write("types/catalyst-sync.json", marker);
            let adapter = root.adapter();
            let expected = AdapterError::Unrepresentable { message: message.to_owned() };
            assert_eq!(adapter.target_id().await, Err(expected.clone()));
            assert_eq!(adapter.ensure_target_id().await, Err(expected));
            assert_eq!(root.text("types/catalyst-sync.json"), marker);
        }
    }
}

mod listing {
    use super::*;

    #[tokio::test]
    async fn of_a_folder_that_does_not_exist_is_complete_and_empty() {
        let root = Root::new();
        let empty = Listing { complete: true, findings: Vec::new() };
        assert_eq!(list(&root.adapter()).await, (Vec::new(), empty));
    }

    #[tokio::test]
    async fn shows_types_by_key_and_nothing_else() {
        let root = Root::new();
        let (venue, event) = (r#"{"key":"Venue","name":"A venue"}"#, r#"{"key":"Event"}"#);
        root.write("types/Venue.json", venue);
        root.write("types/Event.json", event);
        for name in
            ["catalyst-sync.json", ".Hidden.json", "README.md", "Event.json.tmp", "Event.json~"]
        {
            root.write(&format!("types/{name}"), "{}");
        }
        root.write("types/Nested.json/Other.json", "{}");
        root.write("types/deep/Other.json", "{}");
        let adapter = root.adapter();
        let (found, listing) = list(&adapter).await;
        assert!(listing.complete);
        let told: Vec<_> = found.iter().map(|d| (d.id.key(), &*d.name, &*d.body)).collect();
        assert_eq!(
            told,
            [("Event".to_owned(), "Event", event), ("Venue".to_owned(), "A venue", venue)]
        );
        assert!(found.iter().all(|definition| {
            definition.revision.etag == Some(definition.digest().to_string())
                && definition.ownership == Ownership::Open
        }));
        assert_eq!(read(&adapter, "Event").await, found[0]);
        let traffic = adapter.traffic();
        let bytes = venue.len() + 2 * event.len();
        assert_eq!((traffic.requests, traffic.bytes), (3, bytes as u64));
    }

    #[tokio::test]
    async fn goes_on_after_a_file_that_cannot_be_read() {
        let root = Root::new();
        root.write("types/Bad.json", "{\"key\": \"Bad\",\n");
        root.write("types/Binary.json", [0xff, 0xfe, 0x00]);
        root.write("types/Good.json", r#"{"key":"Good"}"#);
        root.write("types/not a key.json", "{}");
        let (found, listing) = list(&root.adapter()).await;
        assert!(listing.complete);
        let told: Vec<_> = found
            .iter()
            .map(|definition| match &definition.ownership {
                Ownership::System(reason) => reason.clone(),
                Ownership::Open => match FilesDialect.normalize(definition) {
                    Ok(view) => view.to_json(),
                    Err(error) => error.message,
                },
            })
            .collect();
        assert_eq!(
            told,
            [
                "Bad.json: unexpected end of the text",
                "Binary.json is no UTF-8 text",
                "{}",
                "not a key.json has a name that no key can have",
            ]
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn does_not_follow_links() {
        let root = Root::new();
        root.write("secret", r#"{"key":"Stolen"}"#);
        root.write("types/x", "");
        std::os::unix::fs::symlink(root.path("secret"), root.path("types/Stolen.json"))
            .expect("a link");
        let adapter = root.adapter();
        let stolen = read(&adapter, "Stolen").await;
        assert_eq!((&*stolen.body, list(&adapter).await.0), ("null", vec![stolen.clone()]));
        let update = operation(Verb::Update, "Stolen", Some(remote("Stolen", "{}")), &View::new());
        assert_eq!(refusal(apply(&adapter, &update).await).0, Refusal::Forbidden);
        assert_eq!(root.text("secret"), r#"{"key":"Stolen"}"#);
    }

    #[tokio::test]
    async fn ends_when_cancelled() {
        let root = Root::new();
        let cancel = CancellationToken::new();
        cancel.cancel();
        let listed = root.adapter().list(&mut |_| {}, &cancel).await;
        assert_eq!(listed, Err(AdapterError::Cancelled));
    }
}

mod writing {
    use super::*;

    fn named(name: &str) -> View {
        [(Path::root().child("name"), Canonical::str(name))].into_iter().collect()
    }

    #[tokio::test]
    async fn creates_once() {
        let root = Root::new();
        let adapter = root.adapter();
        let create = operation(Verb::Create, "Event", None, &named("Event"));
        let stored = apply(&adapter, &create).await;
        let text = "{\n  \"key\": \"Event\",\n  \"name\": \"Event\",\n  \"fields\": []\n}\n";
        assert_eq!(root.text("types/Event.json"), text);
        assert_eq!(stored, Ok(Stored::Definition(read(&adapter, "Event").await)));
        let again = refusal(apply(&adapter, &create).await);
        assert_eq!(again, (Refusal::Duplicate, "Event.json exists already".to_owned()));
        let names = ["Event.json", "catalyst-sync.json"].map(str::to_owned);
        assert_eq!(root.names(), BTreeSet::from(names));
    }

    #[tokio::test]
    async fn refuses_a_key_that_differs_only_in_case() {
        let root = Root::new();
        root.write("types/Event.json", "{}");
        let adapter = root.adapter();
        let create = operation(Verb::Create, "eVent", None, &View::new());
        let (refusal, message) = refusal(apply(&adapter, &create).await);
        // Where case does not count, the file exists; elsewhere it would be a second one.
        assert_eq!(refusal, Refusal::Invalid);
        assert_eq!(
            message,
            "eVent.json differs from Event.json only in case, which some systems ignore"
        );
        let none = adapter.read(&RemoteId::of_key("eVent"), &CancellationToken::new()).await;
        assert_eq!(none, Ok(None));
    }

    #[tokio::test]
    async fn refuses_keys_that_are_no_names() {
        let root = Root::new();
        let adapter = root.adapter();
        for key in
            ["", ".", "..", "../Event", "a/b", "a\\b", "a:b", "NUL", "com1.x", "é", "catalyst-sync"]
        {
            let create = operation(Verb::Create, key, None, &View::new());
            let unrepresentable = |outcome: Result<_, AdapterError>| {
                matches!(outcome, Err(AdapterError::Unrepresentable { .. }))
            };
            assert!(unrepresentable(adapter.encode(&create)), "{key}");
            let applied = adapter.apply(&create, "{}", &CancellationToken::new()).await;
            assert!(matches!(applied, Err(AdapterError::Unrepresentable { .. })), "{key}");
        }
        assert!(!root.path("types").exists());
    }

    #[tokio::test]
    async fn keeps_what_it_does_not_know() {
        let root = Root::new();
        root.write(
            "types/Event.json",
            r#"{"$schema":"./type.json","key":"Event","name":"Event","owner":{"b":1,"a":2.50},"fields":[
              {"key":"gone","kind":"text","note":"dropped with its field"},
              {"key":"topic","kind":"select","note":[1,{"x":null}],
               "options":["News",{"value":"Howto","color":"red"}]}]}"#,
        );
        let adapter = root.adapter();
        let before = read(&adapter, "Event").await;
        let mut after = FilesDialect.normalize(&before).expect("a definition");
        let inside = after.below(&Path::parse("/fields/gone").expect("a path"));
        let mut removed: Vec<Path> = inside.map(|(path, _)| path.clone()).collect();
        removed.push(Path::parse("/fields/gone").expect("a path"));
        for path in removed {
            after.put(path, None);
        }
        after.set(Path::root().child("name"), Canonical::str("Happening"));
        let update = operation(Verb::Update, "Event", Some(before), &after);
        let stored = apply(&adapter, &update).await;
        assert_eq!(stored, Ok(Stored::Definition(read(&adapter, "Event").await)));
        assert_eq!(
            root.text("types/Event.json"),
            r#"{
  "key": "Event",
  "name": "Happening",
  "fields": [
    {
      "key": "topic",
      "kind": "select",
      "options": [
        {
          "value": "News",
          "label": "News"
        },
        {
          "value": "Howto",
          "label": "Howto",
          "color": "red"
        }
      ],
      "note": [
        1,
        {
          "x": null
        }
      ]
    }
  ],
  "$schema": "./type.json",
  "owner": {
    "b": 1,
    "a": 2.5
  }
}
"#
        );
        let own = ["Event.json"].map(str::to_owned);
        assert_eq!(root.names(), BTreeSet::from(own));
    }

    #[tokio::test]
    async fn changes_only_what_is_as_it_was() {
        for verb in [Verb::Update, Verb::Delete] {
            let root = Root::new();
            root.write("types/Event.json", r#"{"key":"Event"}"#);
            let adapter = root.adapter();
            let before = read(&adapter, "Event").await;
            let operation = operation(verb, "Event", Some(before), &named("Ours"));
            root.write("types/Event.json", r#"{"key":"Event","name":"Theirs"}"#);
            let stale = refusal(apply(&adapter, &operation).await);
            assert_eq!(
                stale,
                (Refusal::Stale, "Event.json was changed since it was read".to_owned())
            );
            assert_eq!(root.text("types/Event.json"), r#"{"key":"Event","name":"Theirs"}"#);

            std::fs::remove_file(root.path("types/Event.json")).expect("removed");
            let missing = refusal(apply(&adapter, &operation).await);
            assert_eq!(missing, (Refusal::NotFound, "Event.json does not exist".to_owned()));
            assert_eq!(root.names(), BTreeSet::new());
        }
    }

    #[tokio::test]
    async fn deletes() {
        let root = Root::new();
        root.write("types/Event.json", r#"{"key":"Event"}"#);
        let adapter = root.adapter();
        let before = read(&adapter, "Event").await;
        let delete = operation(Verb::Delete, "Event", Some(before), &View::new());
        assert_eq!(adapter.encode(&delete), Ok(String::new()));
        assert_eq!(apply(&adapter, &delete).await, Ok(Stored::Gone));
        let gone = adapter.read(&RemoteId::of_key("Event"), &CancellationToken::new()).await;
        assert_eq!(gone, Ok(None));
    }

    #[tokio::test]
    async fn refuses_a_reference_that_is_not_bound() {
        let view = FilesDialect.project(&everything(), &Held::default()).view;
        let create = operation(Verb::Create, "Event", None, &view);
        let message =
            "Event.json: /fields/venue refers to content-type:Place, which has no key here";
        let expected = AdapterError::Unrepresentable { message: message.to_owned() };
        assert_eq!(Root::new().adapter().encode(&create), Err(expected));
    }

    #[tokio::test]
    async fn does_nothing_when_cancelled() {
        let root = Root::new();
        let cancel = CancellationToken::new();
        cancel.cancel();
        let create = operation(Verb::Create, "Event", None, &View::new());
        let outcome = root.adapter().apply(&create, "{}", &cancel).await;
        assert_eq!(outcome, Err(AdapterError::Cancelled));
        assert!(!root.path("types").exists());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn keeps_the_permissions_of_a_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = Root::new();
        root.write("types/Event.json", r#"{"key":"Event"}"#);
        let path = root.path("types/Event.json");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("set");
        let adapter = root.adapter();
        let before = read(&adapter, "Event").await;
        apply(&adapter, &operation(Verb::Update, "Event", Some(before), &named("New")))
            .await
            .expect("done");
        let mode = path.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}
