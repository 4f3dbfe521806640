//! Bodies of creations and updates.

use std::sync::Arc;

use catalyst_sync::canonical::{Canonical, Path, View};
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyAdapter};
use catalyst_sync::port::{Adapter, AdapterError, Operation, RemoteId, Verb};

use super::{normalized, remote};
use crate::support::scripted::{Scripted, StoppedClock};

/// The body of an operation.
pub fn encoded(version: ApiVersion, operation: &Operation) -> Result<String, AdapterError> {
    let transport = Arc::new(Scripted::default());
    OptimizelyAdapter::new(version, transport, Arc::new(StoppedClock(0))).encode(operation)
}

pub fn creation(after: View) -> Operation {
    Operation {
        verb: Verb::Create,
        id: RemoteId::of_key("Event"),
        before: None,
        after,
        accept_loss: false,
        whole: false,
    }
}

pub fn update(before: &str, after: View) -> Operation {
    let before = Some(remote("Event", before));
    Operation { verb: Verb::Update, before, ..creation(after) }
}

/// The definition's view with some atoms set, or removed with everything below them.
fn edited(body: &str, edits: &[(&str, Option<&str>)]) -> View {
    let mut view = normalized(body);
    for (path, value) in edits {
        let path = Path::parse(path).unwrap();
        if value.is_none() {
            let below: Vec<Path> = view.below(&path).map(|(path, _)| path.clone()).collect();
            for path in below {
                view.put(path, None);
            }
        }
        view.put(path, value.map(|value| Canonical::parse(value).unwrap()));
    }
    view
}

fn patch(body: &str, edits: &[(&str, Option<&str>)]) -> String {
    encoded(ApiVersion::V1, &update(body, edited(body, edits))).unwrap()
}

#[test]
fn a_creation_uses_the_names_of_its_version() {
    let view = View::from_json(
        r#"{"/displayName":"Event","/baseType":"_page","/propertyOrder":["tags","title"],
        "/properties/tags":true,"/properties/tags/type":{"type":"array","items":{"type":"string"}},
        "/properties/tags/maxItems":5,"/properties/tags/maxLength":9,
        "/properties/title":true,"/properties/title/type":{"type":"string"},
        "/properties/title/required":true}"#,
    )
    .unwrap();
    let expected = r#"{"baseType":"_page","displayName":"Event","key":"Event","properties":{"#
        .to_owned()
        + r#""tags":{"items":{"maxLength":9,"type":"string"},"maxItems":5,"sortOrder":10,"type":"array"},"#
        + r#""title":{"isRequired":true,"sortOrder":20,"type":"string"}}}"#;
    assert_eq!(encoded(ApiVersion::V1, &creation(view.clone())).unwrap(), expected);
    assert_eq!(
        encoded(ApiVersion::Preview3, &creation(view)).unwrap(),
        expected.replace("isRequired", "required")
    );
}

const EVENT: &str = r#"{"key":"Event","displayName":"Event","baseType":"_component","source":"",
  "created":"2026-01-01T00:00:00Z","mayContainTypes":["*"],"unheardOf":{"a":1},
  "properties":{
    "title":{"type":"String","displayName":"Title","isRequired":true,"isLocalized":true,
      "sortOrder":10,"group":"Content","minLength":3,"indexingType":"searchable"},
    "state":{"type":"string","sortOrder":20,"enum":[
      {"value":"in","displayName":"In","colour":"green"},{"colour":"none"},
      {"value":"out","displayName":"Out"}]},
    "tags":{"type":"array","sortOrder":30,"maxItems":9,"items":{"type":"string","maxLength":5,
      "indexingType":"queryable"}},
    "venue":{"type":"contentReference","sortOrder":40,"allowedTypes":["Hall","_page"],
      "restrictedTypes":["Barn"]}}}"#;

#[test]
fn an_update_names_only_what_changes() {
    for (edits, expected) in [
        (&[][..], ""),
        (&[("/displayName", Some("\"Show\""))], r#"{"displayName":"Show"}"#),
        (&[("/description", Some("\"d\""))], r#"{"description":"d"}"#),
        (
            &[("/properties/title/required", None)],
            r#"{"properties":{"title":{"isRequired":null}}}"#,
        ),
        (
            &[("/properties/title/minLength", None), ("/properties/title/maxLength", Some("9"))],
            r#"{"properties":{"title":{"maxLength":9,"minLength":null}}}"#,
        ),
        (&[("/properties/title", None)], r#"{"properties":{"title":null}}"#),
        // Of the elements of a list only the member that changes.
        (
            &[("/properties/tags/maxLength", Some("7"))],
            r#"{"properties":{"tags":{"items":{"maxLength":7,"type":"string"}}}}"#,
        ),
        // Lists are replaced whole: what others put into them stays.
        (
            &[
                ("/properties/state/enum/out/displayName", Some("\"Gone\"")),
                ("/properties/state/enum/new", Some("true")),
                ("/properties/state/enum/new/displayName", Some("\"New\"")),
            ],
            r#"{"properties":{"state":{"enum":[{"colour":"green","displayName":"In","value":"in"},{"colour":"none"},{"displayName":"Gone","value":"out"},{"displayName":"New","value":"new"}]}}}"#,
        ),
        (
            &[("/properties/state/enumOrder", Some(r#"["out","in"]"#))],
            r#"{"properties":{"state":{"enum":[{"displayName":"Out","value":"out"},{"colour":"green","displayName":"In","value":"in"},{"colour":"none"}]}}}"#,
        ),
        (
            &[("/properties/state/enum/in", None)],
            r#"{"properties":{"state":{"enum":[{"colour":"none"},{"displayName":"Out","value":"out"}]}}}"#,
        ),
        (
            &[("/properties/venue/allowedTypes/remote:Arena", Some("true"))],
            r#"{"properties":{"venue":{"allowedTypes":["Hall","_page","Arena"]}}}"#,
        ),
        (
            &[
                ("/properties/venue/allowedTypes/remote:Hall", None),
                ("/properties/venue/allowedTypes/remote:_page", None),
            ],
            r#"{"properties":{"venue":{"allowedTypes":null}}}"#,
        ),
        // A retyped property takes nothing of its old type along.
        (
            &[
                ("/properties/title/type", Some(r#"{"type":"integer"}"#)),
                ("/properties/title/minLength", None),
            ],
            r#"{"properties":{"title":{"minLength":null,"type":"integer"}}}"#,
        ),
        (
            &[
                ("/properties/tags/type", Some(r#"{"type":"string"}"#)),
                ("/properties/tags/maxItems", None),
            ],
            r#"{"properties":{"tags":{"items":null,"maxItems":null,"maxLength":5,"type":"string"}}}"#,
        ),
    ] {
        assert_eq!(patch(EVENT, edits), expected, "{edits:?}");
    }
}

#[test]
fn a_retyped_property_drops_what_the_old_type_hid() {
    let body = r#"{"properties":{"a":{"type":"richText","sortOrder":1,"maxLength":5}}}"#;
    assert_eq!(
        patch(body, &[("/properties/a/type", Some(r#"{"type":"string"}"#))]),
        r#"{"properties":{"a":{"maxLength":null,"type":"string"}}}"#
    );
}

#[test]
fn an_order_moves_as_few_numbers_as_it_can() {
    // numbers of a, b, c, d now; intended order (an n is new); what is sent
    for (numbers, order, expected) in [
        ([10, 20, 30, 40], "abcd", ""),
        ([10, 20, 30, 40], "bacd", "a=25"),
        ([10, 20, 30, 40], "abdc", "c=50"),
        ([10, 20, 30, 40], "dabc", "d=5"),
        ([10, 20, 30, 40], "bcda", "a=50"),
        ([10, 20, 30, 40], "anbcd", "n=15"),
        ([10, 20, 30, 40], "abcdn", "n=50"),
        ([10, 20, 30, 40], "nabcd", "n=5"),
        // No room between 1 and 2.
        ([1, 2, 3, 4], "anbcd", "a=-18 n=-8"),
        ([1, 2, 3, 4], "nabcd", "n=-9"),
        // Equal numbers are no order yet.
        ([0, 0, 0, 0], "abcd", "b=10 c=20 d=30"),
        ([2_147_483_646, 2_147_483_647, 1, 2], "cdabn", "a=30 b=40 c=10 d=20 n=50"),
    ] {
        let properties: Vec<String> = ["a", "b", "c", "d"]
            .iter()
            .zip(numbers)
            .map(|(key, number)| format!(r#""{key}":{{"type":"json","sortOrder":{number}}}"#))
            .collect();
        let body = format!(r#"{{"properties":{{{}}}}}"#, properties.join(","));
        let keys: Vec<String> = order.chars().map(|key| format!("{:?}", key.to_string())).collect();
        let order_atom = format!("[{}]", keys.join(","));
        let mut edits = vec![("/propertyOrder", Some(order_atom.as_str()))];
        if order.contains('n') {
            edits.push(("/properties/n", Some("true")));
        }
        let text = patch(&body, &edits);
        // Nothing is sent for an order that is so already.
        let text = if text.is_empty() { "null" } else { &*text };
        let patch: serde_json::Value = serde_json::from_str(text).unwrap();
        let sent: Vec<String> = patch["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, change)| format!("{key}={}", change["sortOrder"]))
            .collect();
        assert_eq!(sent.join(" "), expected, "{numbers:?} {order}");
    }
}

#[test]
fn a_new_property_without_a_known_order_gets_no_number() {
    let body = r#"{"properties":{"a":{"type":"json"},"b":{"type":"json"}}}"#;
    let edits =
        [("/properties/n", Some("true")), ("/properties/n/type", Some(r#"{"type":"url"}"#))];
    assert_eq!(patch(body, &edits), r#"{"properties":{"n":{"type":"url"}}}"#);
}

#[test]
fn what_has_no_form_is_refused_before_it_is_sent() {
    let view = |json: &str| View::from_json(json).unwrap();
    let unbound = r#"{"/displayName":"E","/properties/a":true,
        "/properties/a/type":{"type":"contentReference"},
        "/properties/a/allowedTypes/content-type:row":true}"#;
    let binary =
        r#"{"/displayName":"E","/properties/a":true,"/properties/a/type":{"type":"binary"}}"#;
    for (operation, message) in [
        (
            creation(view(unbound)),
            "the reference content-type:row is bound to nothing on the platform",
        ),
        (creation(view("{}")), "Event has no display name, which API v1 requires"),
        (creation(view(binary)), "property a is of type binary, which API v1 does not have"),
        (
            update(EVENT, edited(EVENT, &[("/baseType", Some("\"_page\""))])),
            "the base type of Event cannot be changed",
        ),
    ] {
        assert_eq!(encoded(ApiVersion::V1, &operation).unwrap_err().to_string(), message);
    }
    assert!(encoded(ApiVersion::Preview3, &creation(view(binary))).is_ok());
    assert!(encoded(ApiVersion::Preview3, &creation(view("{}"))).is_ok());
}
