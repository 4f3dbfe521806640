//! Takes out of the contracts what WebAssembly carries: paths, parameters and answers. Schemas are not
//! compiled there, and what is written for people is not read.

use std::path::Path;

use serde_json::Value;

const CONTRACTS: &str = "../tests/support/contracts";
const NAMES: [&str; 3] = ["optimizely-preview3", "optimizely-v1", "optimizely-token"];

fn main() {
    let folder = std::env::var("OUT_DIR").expect("cargo says where to write");
    for name in NAMES {
        let file = format!("{CONTRACTS}/{name}.json");
        println!("cargo::rerun-if-changed={file}");
        let text = std::fs::read_to_string(&file).expect("the contract is there");
        let whole: Value = serde_json::from_str(&text).expect("a contract is JSON");
        let mut needed = serde_json::Map::new();
        for member in ["paths", "x-unserved-resources"] {
            needed.extend(whole.get(member).map(|held| (member.to_owned(), bare(held))));
        }
        let text = Value::Object(needed).to_string();
        std::fs::write(Path::new(&folder).join(format!("{name}.json")), text)
            .expect("the folder can be written");
    }
}

/// Without descriptions, and without the schemas of bodies; those of parameters are looked at.
fn bare(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let is_body = !members.contains_key("in") && members.contains_key("schema");
            let unneeded = |name: &str| match name {
                "description" | "summary" => true,
                "schema" => is_body,
                _ => false,
            };
            let kept = members.iter().filter(|(name, _)| !unneeded(name));
            Value::Object(kept.map(|(name, held)| (name.clone(), bare(held))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        other => other.clone(),
    }
}
