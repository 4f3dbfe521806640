//! For each rule of the platform a studio or a platform that breaks it, and how that is noticed.

#![expect(clippy::needless_pass_by_value, reason = "literals are handed over as they are written")]

use catalyst_sync::engine::RunOptions;
use serde_json::{Value, json};

use crate::support::fake::{EntityTags, Preview3, Version};
use crate::support::world::World;

/// Something that would make the platform refuse.
pub struct Offender {
    /// The rule of the fake's table that would refuse.
    pub rule: &'static str,
    /// What breaks it, for whoever reads a failure.
    pub what: &'static str,
    /// What is there before, and is deployed.
    pub before: Option<fn(&World)>,
    /// Makes the offence.
    pub offend: fn(&mut World),
    /// How the deployment is asked for.
    pub options: RunOptions,
    /// How it is noticed before anything of the type is sent.
    pub noticed: Noticed,
    /// Members of an `Article` that a client sends who does not notice: the proof that this is what
    /// the rule refuses. Only for what a definition alone breaks.
    pub raw: Option<Value>,
}

/// How an offence is noticed.
pub enum Noticed {
    /// By an error finding with a code, on `Article`, at a path.
    Finding(&'static str, Option<&'static str>),
    /// As a conflict that somebody has to decide.
    Conflict,
    /// It waits for consent, here.
    Withheld(&'static str),
    /// It waits for another type.
    Blocked,
    /// By reading, which fails with a code.
    Stops(&'static str),
    /// The body is written so that nothing is refused.
    Avoided,
}

use Noticed::{Avoided, Blocked, Conflict, Finding, Stops, Withheld};

/// A rule that a write of the engine never breaks, whatever the studio and the platform hold:
/// `rules.rs` deploys generated types and looks for refusals.
pub const NEVER: [(&str, &str); 23] = [
    ("token-request", "the request for a token holds nothing of a definition"),
    ("token-present", "every request but that for a token carries one"),
    ("path-unknown", "paths are made of the collection's and a key, percent-encoded"),
    ("method-unknown", "the four methods are the engine's own"),
    ("query-documented", "only the listing has a query: page index and page size"),
    ("header-documented", "headers are the engine's own"),
    ("media-type", "media types are the engine's own"),
    (
        "read-only-member",
        "a body holds only members that the view owns, and none of these is read-only",
    ),
    ("unknown-member", "a body holds only members that the view owns"),
    ("key-shape", "keys are derived from names by a rule that makes nothing else"),
    ("no-nested-arrays", "what a list of lists becomes is a text or JSON"),
    ("create-needs-key", "a creation is named by its key"),
    ("create-needs-base-type", "every category, and none, has a base type"),
    ("key-immutable", "no update holds a key"),
    ("base-type-immutable", "no update holds a base type; a category that differs is a warning"),
    (
        "behaviors-need-component",
        "composition behaviours are nobody's in the studio and left alone",
    ),
    ("property-needs-type", "every kind of field has a type on the platform"),
    (
        "property-name",
        "keys of properties are derived from names by a rule that makes nothing else",
    ),
    ("text-constraints", "what the property's type cannot hold is a loss and not sent"),
    ("range-constraints", "what the property's type cannot hold is a loss and not sent"),
    ("items-with-array", "a list is made with its items, and item limits go with lists only"),
    ("unknown-group", "property groups are left alone"),
    ("merged-resource", "each member fits by itself, and the contract knows no rule about several"),
];

/// Rules about what the engine does not write at all, or does not answer.
pub const ELSEWHERE: [(&str, &str); 5] = [
    ("group-reserved", "property groups are never written"),
    ("group-exists", "property groups are never written"),
    ("answer-status", "about the fake's own answers"),
    ("answer-header", "about the fake's own answers"),
    ("answer-body", "about the fake's own answers"),
];

/// Rules about what no request of the documented interface shows before the write.
pub const UNSEEN: [(&str, &str); 1] =
    [("delete-in-use", "content is behind another interface; every deletion is warned of")];

fn article(fields: Value) -> Value {
    json!({ "name": "Article", "fields": fields })
}

fn titled(label: &str) -> Value {
    article(json!([{ "id": "f1", "name": "title", "label": label, "type": "text" }]))
}

fn add(world: &World, fields: Value) {
    world.add("c1", "Article", &article(fields));
}

/// An article on the platform, as somebody else made it.
fn seed(world: &World, members: &Value) {
    let mut body = json!({ "key": "Article", "displayName": "Article", "baseType": "_component" });
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    world.fake.control().seed_types(Version::V1, [body]);
}

fn deployed(world: &World) {
    world.add("c1", "Article", &titled("Title"));
}

fn edit_there(world: &World, label: &str) {
    let patch = json!({ "properties": { "title": { "displayName": label } } });
    assert!(world.fake.control().edit(Version::V1, "Article", patch));
}

fn native(world: &mut World) {
    world.options["mapping"] = json!("native");
}

fn plain(
    rule: &'static str,
    what: &'static str,
    offend: fn(&mut World),
    noticed: Noticed,
) -> Offender {
    Offender {
        rule,
        what,
        before: None,
        offend,
        options: RunOptions::default(),
        noticed,
        raw: None,
    }
}

/// An offence of a new definition, with what would be sent.
fn definition(
    rule: &'static str,
    what: &'static str,
    offend: fn(&mut World),
    (code, path): (&'static str, &'static str),
    raw: Value,
) -> Offender {
    Offender { raw: Some(raw), ..plain(rule, what, offend, Finding(code, Some(path))) }
}

fn title(members: Value) -> Value {
    json!({ "properties": { "title": members } })
}

/// Every offender.
#[expect(clippy::too_many_lines, reason = "one table")]
pub fn offenders() -> Vec<Offender> {
    let long = |length| "x".repeat(length);
    vec![
        // What a definition says.
        definition(
            "body-schema",
            "a label of 256 characters",
            |world| {
                add(world, json!([{ "name": "title", "type": "text", "label": "x".repeat(256) }]));
            },
            ("TEXT_TOO_LONG", "/properties/title/displayName"),
            title(json!({ "type": "string", "displayName": long(256) })),
        ),
        definition(
            "body-schema",
            "a description of 256 characters",
            |world| {
                let mut own = titled("Title");
                own["description"] = json!("x".repeat(256));
                world.add("c1", "Article", &own);
            },
            ("TEXT_TOO_LONG", "/description"),
            json!({ "description": long(256) }),
        ),
        definition(
            "body-schema",
            "a help text of 2001 characters",
            |world| {
                let help = "x".repeat(2_001);
                add(world, json!([{ "name": "title", "type": "text", "helpText": help }]));
            },
            ("TEXT_TOO_LONG", "/properties/title/description"),
            title(json!({ "type": "string", "description": long(2_001) })),
        ),
        definition(
            "body-schema",
            "an option without a name",
            |world| {
                let options = json!(["a", ""]);
                add(world, json!([{ "name": "title", "type": "select", "options": options }]));
            },
            ("EMPTY_OPTION_NAME", "/properties/title/enum//displayName"),
            title(json!({ "type": "string", "enum": [{ "value": "", "displayName": "" }] })),
        ),
        definition(
            "body-schema",
            "a length that no number of the platform is",
            |world| {
                add(
                    world,
                    json!([{ "name": "title", "type": "text", "maxLength": 2_147_483_648_u32 }]),
                );
            },
            ("NUMBER_OUT_OF_RANGE", "/properties/title/maxLength"),
            title(json!({ "type": "string", "maxLength": 2_147_483_648_u32 })),
        ),
        definition(
            "create-needs-display-name",
            "a type without a name",
            |world| {
                let own = json!({ "fields": [{ "name": "title", "type": "text" }] });
                world.add("c1", "", &own);
            },
            ("TYPE_WITHOUT_NAME", "/name"),
            json!({ "displayName": null }),
        ),
        definition(
            "range-value",
            "half a number as the bound of a whole one",
            |world| {
                native(world);
                let validation = json!({ "precision": 0, "min": 0.5 });
                let field = json!({ "name": "title", "type": "number", "validation": validation });
                add(world, json!([field]));
            },
            ("NUMBER_OUT_OF_RANGE", "/properties/title/minimum"),
            title(json!({ "type": "integer", "minimum": 0.5 })),
        ),
        Offender {
            raw: Some(title(json!({
                "type": "integer", "enum": [{ "value": 1.5, "displayName": "b" }],
            }))),
            ..plain(
                "enum-value",
                "an option that is no whole number, of a property that holds such",
                |world| {
                    seed(
                        world,
                        &title(
                            json!({ "type": "integer", "enum": [{ "value": 1, "displayName": "a" }] }),
                        ),
                    );
                    let options =
                        json!([{ "value": 1, "label": "a" }, { "value": 1.5, "label": "b" }]);
                    add(world, json!([{ "name": "title", "type": "select", "options": options }]));
                },
                Finding("INVALID_OPTION", Some("/properties/title/enum/1.5")),
            )
        },
        // What does not fit what the platform has.
        plain(
            "system-type",
            "a type of the platform's own has the key",
            |world| {
                seed(world, &json!({ "source": "system" }));
                deployed(world);
            },
            Finding("KEY_RESERVED", None),
        ),
        plain(
            "key-in-other-case",
            "another type has the key in other letters",
            |world| {
                world.fake.control().seed_types(
                    Version::V1,
                    [json!({ "key": "ARTICLE", "displayName": "A", "baseType": "_component" })],
                );
                deployed(world);
            },
            Finding("COLLIDING_KEYS", None),
        ),
        plain(
            "duplicate-key",
            "somebody made a type with the key",
            |world| {
                let title = json!({ "type": "string", "displayName": "Title" });
                seed(world, &json!({ "displayName": "Theirs", "properties": { "title": title } }));
                world.add("c1", "Article", &titled("Title"));
            },
            Conflict,
        ),
        Offender {
            options: RunOptions {
                conflict_strategy: Some("source_wins".to_owned()),
                ..RunOptions::default()
            },
            before: Some(|world| {
                seed(world, &json!({ "baseType": "_element" }));
                deployed(world);
            }),
            ..plain(
                "base-type-known",
                "a type is to be made again that the platform had with a base type that nobody can create",
                |world| {
                    world.fake.control().remove("Article");
                    world.change("c1", &titled("Headline"));
                },
                Finding("VALIDATION_FAILED", None),
            )
        },
        plain(
            "reference-either-or",
            "a reference that names one type there, and a list of them here",
            |world| {
                native(world);
                let other =
                    json!({ "key": "Other", "displayName": "Other", "baseType": "_component" });
                world.fake.control().seed_types(Version::V1, [other]);
                world.add("c2", "Other", &json!({ "name": "Other", "fields": [] }));
                let property = json!({ "type": "contentReference", "contentType": "Other" });
                seed(world, &title(property));
                let field = json!({ "name": "title", "type": "reference", "referenceType": "c2" });
                add(world, json!([field]));
            },
            Finding("VALIDATION_FAILED", None),
        ),
        plain(
            "unknown-type",
            "a reference to a type that cannot be deployed",
            |world| {
                native(world);
                let broken =
                    json!({ "name": "Other", "description": "x".repeat(256), "fields": [] });
                world.add("c2", "Other", &broken);
                let field = json!({ "name": "title", "type": "reference", "referenceType": "c2" });
                add(world, json!([field]));
            },
            Blocked,
        ),
        Offender {
            before: Some(deployed),
            ..plain(
                "not-found",
                "somebody deleted the type that is changed",
                |world| {
                    world.fake.control().remove("Article");
                    world.change("c1", &titled("Headline"));
                },
                Conflict,
            )
        },
        Offender {
            before: Some(deployed),
            ..plain(
                "stale-tag",
                "somebody changed what is changed",
                |world| {
                    edit_there(world, "Theirs");
                    world.change("c1", &titled("Headline"));
                },
                Conflict,
            )
        },
        Offender {
            before: Some(deployed),
            ..plain(
                "stale-date",
                "somebody changed what is changed, and entity tags are weak",
                |world| {
                    let mut behaviour = world.fake.control().behaviour();
                    behaviour.entity_tags = EntityTags::Weak;
                    world.fake.control().set_behaviour(behaviour);
                    edit_there(world, "Theirs");
                    world.change("c1", &titled("Headline"));
                },
                Conflict,
            )
        },
        Offender {
            before: Some(deployed),
            ..plain(
                "breaking-change",
                "a field is gone",
                |world| world.change("c1", &article(json!([]))),
                Withheld("/properties/title"),
            )
        },
        Offender {
            before: Some(|world| {
                seed(world, &title(json!({ "type": "string", "indexingType": "searchable" })));
                add(
                    world,
                    json!([{ "id": "f1", "name": "title", "label": "title", "type": "text" }]),
                );
            }),
            options: RunOptions { allow_data_loss: true, ..RunOptions::default() },
            ..plain(
                "indexing-of-reference",
                "a text that the platform indexes becomes a reference",
                |world| {
                    native(world);
                    world.change("c1", &article(json!([{ "id": "f1", "name": "title", "label": "title", "type": "image" }])));
                },
                Avoided,
            )
        },
        // Who asks, and of whom.
        plain(
            "token-credentials",
            "a wrong secret",
            |world| {
                let config = json!({ "clientId": "test-client", "clientSecret": "wrong" });
                world.options["provider"] = json!({ "id": "optimizely", "config": config });
                deployed(world);
            },
            Stops("AUTH_FAILED"),
        ),
        Offender {
            before: Some(deployed),
            ..plain(
                "token-valid",
                "every token has expired",
                |world| {
                    world.fake.control().expire_tokens();
                    world.change("c1", &titled("Headline"));
                },
                Avoided,
            )
        },
        plain(
            "preview3-retired",
            "the version of the interface was switched off",
            |world| {
                let mut behaviour = world.fake.control().behaviour();
                behaviour.preview3 = Preview3::Gone;
                world.fake.control().set_behaviour(behaviour);
                deployed(world);
            },
            Stops("API_VERSION_GONE"),
        ),
    ]
}
