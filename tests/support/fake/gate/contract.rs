//! A contract: the operations of one `OpenAPI` document, ready to be checked against.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::schema::{self, Validator, View};

/// One document, read.
pub struct Contract {
    /// Names the document in violations.
    pub name: &'static str,
    /// Every operation of the document; the route table is this list (facts §7, rule 7).
    pub operations: Vec<Operation>,
    /// Members that only the server writes.
    pub read_only: Vec<String>,
    /// Resources that exist but that the fake does not serve.
    pub unserved: Vec<String>,
}

/// One method on one path.
pub struct Operation {
    /// The document's name for it.
    pub id: String,
    /// The method in capitals.
    pub method: String,
    /// The path template below the version, split at its slashes.
    pub template: Vec<String>,
    /// Parameters of the query.
    pub query: Vec<Parameter>,
    /// Parameters that travel as headers.
    pub headers: Vec<Parameter>,
    /// Media types the request body may have, with their schemas.
    pub bodies: Vec<(String, Arc<Validator>)>,
    /// Documented statuses.
    pub answers: BTreeMap<u16, Promise>,
}

/// What an operation promises for one status.
pub struct Promise {
    /// Media types with their schemas; none means no body.
    pub bodies: Vec<(String, Arc<Validator>)>,
    /// Headers that must be there.
    pub headers: Vec<String>,
}

/// A parameter of the query or a header.
pub struct Parameter {
    /// Its name as documented.
    pub name: String,
    /// Its schema.
    pub schema: Value,
}

/// What stands at a method and path.
pub enum Found<'a> {
    /// An operation, and the key in its path.
    Operation(&'a Operation, Option<String>),
    /// The path exists, with other methods.
    OtherMethods,
    /// Nothing.
    Nothing,
}

impl Contract {
    /// Reads a document.
    pub fn read(name: &'static str, document: &Value) -> Self {
        let mut compiler = Compiler { document, done: HashMap::new() };
        let mut operations = Vec::new();
        for (path, methods) in members(document.get("paths")) {
            for (method, operation) in members(Some(methods)) {
                operations.push(compiler.operation(path, method, operation));
            }
        }
        let unserved = document.get("x-unserved-resources").and_then(Value::as_array);
        let unserved = unserved.into_iter().flatten().filter_map(Value::as_str);
        Self {
            name,
            operations,
            read_only: schema::read_only_members(document),
            unserved: unserved.map(str::to_owned).collect(),
        }
    }

    /// Finds the operation for a method and a path below the version.
    pub fn find(&self, method: &str, path: &str) -> Found<'_> {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let mut on_path = self.operations.iter().filter(|held| held.fits(&segments)).peekable();
        if on_path.peek().is_none() {
            return Found::Nothing;
        }
        let Some(operation) = on_path.find(|held| held.method == method) else {
            return Found::OtherMethods;
        };
        let mut pairs = operation.template.iter().zip(&segments);
        let key = pairs.find(|(template, _)| template.starts_with('{'));
        Found::Operation(
            operation,
            key.map(|(_, segment)| super::super::exchange::decode_segment(segment)),
        )
    }
}

impl Operation {
    fn fits(&self, segments: &[&str]) -> bool {
        self.template.len() == segments.len()
            && self
                .template
                .iter()
                .zip(segments)
                .all(|(template, segment)| template.starts_with('{') || template == segment)
    }
}

/// Compiles each schema once per view.
struct Compiler<'a> {
    document: &'a Value,
    done: HashMap<(View, String), Arc<Validator>>,
}

impl Compiler<'_> {
    fn operation(&mut self, path: &str, method: &str, operation: &Value) -> Operation {
        let template = path.split('/').filter(|segment| !segment.is_empty());
        let body = operation.pointer("/requestBody/content");
        let answers = members(operation.get("responses")).map(|(status, answer)| {
            let headers = members(answer.get("headers")).map(|(name, _)| name.to_ascii_lowercase());
            let promise = Promise {
                headers: headers.collect(),
                bodies: self.bodies(answer.get("content"), |_| View::Answer),
            };
            (status.parse().expect("a status is a number"), promise)
        });
        let answers = answers.collect();
        Operation {
            id: operation["operationId"].as_str().unwrap_or_default().to_owned(),
            method: method.to_ascii_uppercase(),
            template: template.map(str::to_owned).collect(),
            query: parameters(operation, "query"),
            headers: parameters(operation, "header"),
            bodies: self.bodies(body, |media| match media {
                "application/merge-patch+json" => View::Patch,
                _ => View::Request,
            }),
            answers,
        }
    }

    fn bodies(
        &mut self,
        content: Option<&Value>,
        view: fn(&str) -> View,
    ) -> Vec<(String, Arc<Validator>)> {
        let held = members(content).map(|(media, body)| {
            let (view, schema) = (view(media), &body["schema"]);
            let done = self.done.entry((view, schema.to_string()));
            let compiled =
                done.or_insert_with(|| Arc::new(schema::compile(self.document, schema, view)));
            (media.clone(), Arc::clone(compiled))
        });
        held.collect()
    }
}

fn parameters(operation: &Value, place: &str) -> Vec<Parameter> {
    let all = operation.get("parameters").and_then(Value::as_array);
    let here = all.into_iter().flatten().filter(|parameter| parameter["in"] == place);
    here.map(|parameter| Parameter {
        name: parameter["name"].as_str().unwrap_or_default().to_owned(),
        schema: parameter["schema"].clone(),
    })
    .collect()
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}
