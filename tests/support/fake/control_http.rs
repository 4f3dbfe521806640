//! The same control over HTTP, below `/_control`, for tests and demos in other languages.
//!
//! `?client=ID` looks at the tenant of that client id. The forms, by example:
//!
//! | request | body |
//! |---|---|
//! | `GET /_control/state?version=v1` | |
//! | `GET /_control/requests` | |
//! | `GET /_control/violations` | |
//! | `POST /_control/faults` | `{"clear": true, "add": [{"when": {"method": "GET"}, "what": {"kind": "latency", "ms": 5}}]}` |
//! | `POST /_control/behaviour` | `{"preview3": "gone"}`; what is not named stays |
//! | `POST /_control/seed` | `{"version": "v1", "types": [{"key": "Article", "baseType": "_page"}], "groups": ["seo"]}` |
//! | `POST /_control/edit` | `{"version": "v1", "key": "Article", "patch": {"displayName": "Story"}}` or `{"key": "Article", "remove": true}` |
//! | `POST /_control/instances` | `{"key": "Article", "count": 3}` |
//! | `POST /_control/tokens` | `{"expire": true}` |
//! | `POST /_control/settle` | |
//! | `POST /_control/reset` | |

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::control::Control;
use super::fault::Fault;
use super::merge_patch::merge_patch;
use super::store::object;
use super::{Answer, Call, Version};

/// Where the control stands.
pub const PREFIX: &str = "/_control";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Faults {
    clear: bool,
    add: Vec<Fault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    #[serde(default = "v1")]
    version: Version,
    #[serde(default)]
    types: Vec<Value>,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    #[serde(default = "v1")]
    version: Version,
    key: String,
    #[serde(default)]
    patch: Value,
    #[serde(default)]
    remove: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Instances {
    key: String,
    count: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tokens {
    expire: bool,
}

fn v1() -> Version {
    Version::V1
}

/// Answers a control request.
pub fn answer(control: &Control, call: &Call) -> Answer {
    let control = match call.query_value("client") {
        Some(client) => control.for_client(&client),
        None => control.clone(),
    };
    let topic = call.path.strip_prefix(PREFIX).unwrap_or_default();
    let done = match (call.method.as_str(), topic) {
        ("GET", "/state") => state(&control, call),
        ("GET", "/requests") => Ok(requests(&control)),
        ("GET", "/violations") => Ok(json!({ "violations": control.violations() })),
        ("GET", "/faults") => Ok(json!({ "faults": control.faults() })),
        ("POST", "/faults") => read(call).map(|faults| set_faults(&control, faults)),
        ("POST", "/behaviour") => set_behaviour(&control, call),
        ("POST", "/seed") => read(call).map(|seed| plant(&control, seed)),
        ("POST", "/edit") => read(call).map(|edit| change(&control, edit)),
        ("POST", "/instances") => read(call).map(|Instances { key, count }| {
            control.set_instances(&key, count);
            json!({ "key": key, "count": count })
        }),
        ("POST", "/tokens") => read(call).map(|Tokens { expire }| {
            if expire {
                control.expire_tokens();
            }
            json!({ "expired": expire })
        }),
        ("POST", "/settle") => {
            control.settle();
            Ok(json!({}))
        }
        ("POST", "/reset") => {
            control.reset();
            Ok(json!({}))
        }
        _ => return Answer::json(404, &json!({ "error": "no such control" })),
    };
    match done {
        Ok(body) => Answer::json(200, &body),
        Err(error) => Answer::json(400, &json!({ "error": error })),
    }
}

fn read<T: DeserializeOwned>(call: &Call) -> Result<T, String> {
    serde_json::from_str(&call.body).map_err(|error| error.to_string())
}

fn state(control: &Control, call: &Call) -> Result<Value, String> {
    let version = match call.query_value("version").as_deref() {
        None | Some("v1") => Version::V1,
        Some("preview3") => Version::Preview3,
        Some(other) => return Err(format!("no version {other:?}")),
    };
    Ok(control.state(version))
}

fn requests(control: &Control) -> Value {
    json!({
        "requests": control.requests(),
        "counts": control.counts(),
        "inFlight": control.in_flight(),
        "maxInFlight": control.max_in_flight(),
    })
}

fn set_faults(control: &Control, faults: Faults) -> Value {
    if faults.clear {
        control.clear_faults();
    }
    for fault in faults.add {
        control.add_fault(fault);
    }
    json!({ "faults": control.faults() })
}

fn set_behaviour(control: &Control, call: &Call) -> Result<Value, String> {
    let mut held = object(json!(control.behaviour()));
    merge_patch(&mut held, &object(read(call)?));
    let behaviour =
        serde_json::from_value(Value::Object(held)).map_err(|error| error.to_string())?;
    control.set_behaviour(behaviour);
    Ok(json!({ "behaviour": control.behaviour() }))
}

fn plant(control: &Control, seed: Seed) -> Value {
    for group in &seed.groups {
        control.seed_group(group);
    }
    control.seed_types(seed.version, seed.types);
    json!({ "keys": control.keys() })
}

fn change(control: &Control, edit: Edit) -> Value {
    let found = if edit.remove {
        control.remove(&edit.key)
    } else {
        control.edit(edit.version, &edit.key, edit.patch)
    };
    json!({ "found": found })
}
