//! Turns the schemas of an `OpenAPI` 3.0 document into JSON Schema, one view per direction.
//!
//! The document itself stays as it is; every repair happens here, in memory (facts §7, rule 1):
//!
//! * **R1** `\z` in patterns is a .NET anchor: read as `$`.
//! * **R2** `nullable` beside `oneOf` without `type`: the alternatives gain `null`.
//! * **R3** `oneOf` whose members overlap refuses every legal number: read as `anyOf`.
//! * **R4** the merge-patch body uses the full schema, which refuses the nulls that RFC 7396
//!   removes members with: the patch view lets every member be null.

use jsonschema::Draft;
use serde_json::{Map, Value, json};

/// The direction a schema is read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// A body the client sends: read-only members are unknown.
    Request,
    /// A merge-patch body: as a request, and every member may be null.
    Patch,
    /// A body the server sends: keys are not checked, for built-in types break the key pattern
    /// (facts §3), and enumerations marked `x-open-in-answers` are open (facts §6, v1.1).
    Answer,
}

/// One schema, compiled for one view.
pub struct Validator(pub(super) jsonschema::Validator);

/// Compiles one schema of a document for one view.
pub fn compile(document: &Value, schema: &Value, view: View) -> Validator {
    let mut root = convert(schema, view);
    let mut schemas = Map::new();
    if let Some(held) = document.pointer("/components/schemas").and_then(Value::as_object) {
        schemas.extend(held.iter().map(|(name, held)| (name.clone(), convert(held, view))));
    }
    root["components"] = json!({ "schemas": schemas });
    let options = jsonschema::options();
    let options = options.with_draft(Draft::Draft202012).should_validate_formats(false);
    Validator(options.build(&root).expect("a contract schema compiles"))
}

/// Collects the names of all read-only members of a document.
pub fn read_only_members(document: &Value) -> Vec<String> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let members = schemas
        .into_iter()
        .flat_map(Map::values)
        .filter_map(|schema| schema.get("properties").and_then(Value::as_object));
    members
        .flatten()
        .filter(|(_, schema)| is_read_only(schema))
        .map(|(name, _)| name.clone())
        .collect()
}

fn is_read_only(schema: &Value) -> bool {
    schema.get("readOnly") == Some(&Value::Bool(true))
}

/// Rewrites one schema; descends only where schemas stand, for members are called `pattern`,
/// `items` and `enum` too.
fn convert(schema: &Value, view: View) -> Value {
    let Some(held) = schema.as_object() else { return schema.clone() };
    let mut out = Map::new();
    for (keyword, value) in held {
        match keyword.as_str() {
            "enum" if view == View::Answer && held.contains_key("x-open-in-answers") => {}
            "pattern" => {
                let pattern = value.as_str().unwrap_or_default().replace(r"\z", "$"); // R1
                out.insert("pattern".into(), pattern.into());
            }
            "oneOf" | "anyOf" => {
                let members = value.as_array().into_iter().flatten();
                let members = members.map(|member| convert(member, view)).collect();
                out.insert("anyOf".into(), Value::Array(members)); // R3
            }
            "properties" => {
                out.insert("properties".into(), convert_members(value, view));
            }
            "additionalProperties" => {
                out.insert(keyword.clone(), removable(convert(value, view), view));
            }
            "items" => {
                // Inside a list nulls remove nothing: lists are replaced whole.
                let inner = if view == View::Patch { View::Request } else { view };
                out.insert(keyword.clone(), convert(value, inner));
            }
            "format" | "nullable" | "readOnly" | "description" | "x-open-in-answers" => {}
            _ => {
                out.insert(keyword.clone(), value.clone());
            }
        }
    }
    if held.get("nullable") == Some(&Value::Bool(true)) {
        allow_null(&mut out); // R2
    }
    Value::Object(out)
}

fn convert_members(members: &Value, view: View) -> Value {
    let mut out = Map::new();
    for (name, schema) in members.as_object().into_iter().flatten() {
        if view != View::Answer && is_read_only(schema) {
            continue;
        }
        let mut member = convert(schema, view);
        if let (View::Answer, "key", Some(member)) = (view, name.as_str(), member.as_object_mut()) {
            member.remove("pattern");
        }
        out.insert(name.clone(), removable(member, view));
    }
    Value::Object(out)
}

/// R4: in a patch every member may be null.
fn removable(schema: Value, view: View) -> Value {
    if view == View::Patch && schema.is_object() {
        json!({ "anyOf": [schema, { "type": "null" }] })
    } else {
        schema
    }
}

fn allow_null(schema: &mut Map<String, Value>) {
    if let Some(Value::String(name)) = schema.get("type") {
        let both = json!([name, "null"]);
        schema.insert("type".into(), both);
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
    if let Some(Value::Array(members)) = schema.get_mut("anyOf") {
        members.push(json!({ "type": "null" }));
    }
}
