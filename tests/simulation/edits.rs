//! What people do: to the rows of the studio, and to the types of the platform.

use serde_json::{Value, json};

use super::atoms::{fields, key_of};
use crate::support::documents::Random;

/// Gives every edit a value that no other edit gives.
#[derive(Default)]
pub struct Tokens(u32);

impl Tokens {
    pub fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

/// A field as the studio's user interface writes it; every third one is a select.
pub fn new_field(tokens: &mut Tokens) -> Value {
    let number = tokens.next();
    let name = format!("f{number}");
    let mut field = json!({ "id": name, "name": name, "label": format!("Field {number}"),
        "type": "text", "required": false, "validation": { "maxLength": 100 + number } });
    if number.is_multiple_of(3) {
        let option =
            |value: String| json!({ "label": format!("Label of {value}"), "value": value });
        field["type"] = json!("select");
        field["validation"] = json!({});
        field["options"] = json!([option(format!("a{number}")), option(format!("b{number}"))]);
    }
    field
}

/// A definition with so many fields.
pub fn new_definition(name: &str, count: usize, tokens: &mut Tokens) -> Value {
    let fields: Vec<Value> = (0..count).map(|_| new_field(tokens)).collect();
    json!({ "name": name, "pluralName": format!("{name}s"), "icon": "x",
        "description": format!("About {name}"), "fields": fields, "relationships": [] })
}

/// One edit of a row: its name and its definition. Says at which path it was, if there was anything to
/// edit. `known` are the keys that the platform has, whose fields may be given another name.
pub fn edit_row(
    name: &mut String,
    definition: &mut Value,
    known: &[String],
    random: &mut Random,
    tokens: &mut Tokens,
) -> Option<String> {
    let number = tokens.next();
    let count = fields(definition).count();
    match random.below(10) {
        0 => {
            *name = format!("Name {number}");
            definition["name"] = json!(*name);
            return Some("/displayName".to_owned());
        }
        1 => {
            definition["description"] = json!(format!("Text {number}"));
            return Some("/description".to_owned());
        }
        2 => {
            let field = new_field(tokens);
            let path = format!("/properties/{}", key_of(&field));
            definition["fields"].as_array_mut()?.push(field);
            return Some(path);
        }
        3 if count > 1 => {
            let list = definition["fields"].as_array_mut()?;
            let gone = list.remove(random.below(count));
            return Some(format!("/properties/{}", key_of(&gone)));
        }
        _ => {}
    }
    if count == 0 {
        return None;
    }
    let field = &mut definition["fields"][random.below(count)];
    let at = format!("/properties/{}", key_of(field));
    if field["options"].as_array().is_some_and(|list| !list.is_empty()) && random.one_in(2) {
        let list = field["options"].as_array_mut()?;
        return Some(match random.below(4) {
            0 if list.len() > 1 => {
                let gone = list.remove(random.below(list.len()));
                format!("{at}/enum/{}", gone["value"].as_str()?)
            }
            1 => {
                let option = random.below(list.len());
                list[option]["label"] = json!(format!("Label {number}"));
                format!("{at}/enum/{}/displayName", list[option]["value"].as_str()?)
            }
            _ => {
                list.push(
                    json!({ "label": format!("Option {number}"), "value": format!("l{number}") }),
                );
                format!("{at}/enum/l{number}")
            }
        });
    }
    match random.below(5) {
        0 => {
            field["helpText"] = json!(format!("Help {number}"));
            Some(format!("{at}/description"))
        }
        1 => {
            let now = field["required"].as_bool().unwrap_or_default();
            field["required"] = json!(!now);
            Some(format!("{at}/required"))
        }
        2 if field["type"] == "text" => {
            field["validation"]["maxLength"] = json!(1000 + number);
            Some(format!("{at}/maxLength"))
        }
        3 if known.contains(&key_of(field)) && key_of(field) == field["id"].as_str()? => {
            // Another name, the same field: nothing that the platform shows.
            field["name"] = json!(format!("{}x{number}", key_of(field)));
            None
        }
        _ => {
            field["label"] = json!(format!("Label {number}"));
            Some(format!("{at}/displayName"))
        }
    }
}

/// A merge patch that puts something back which a write has changed, and where it is.
pub fn put_back(now: &Value, before: &Value, random: &mut Random) -> Option<(String, Value)> {
    let mut patches: Vec<(String, Value)> = ["displayName", "description"]
        .into_iter()
        .filter(|member| now.get(member) != before.get(member))
        .map(|member| (format!("/{member}"), json!({ member: before.get(member) })))
        .collect();
    let held = |side: &Value| side["properties"].as_object().cloned().unwrap_or_default();
    let (now, before) = (held(now), held(before));
    let mut keys: Vec<&String> = now.keys().chain(before.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys.into_iter().filter(|key| now.get(*key) != before.get(*key)) {
        let property = match (now.get(key), before.get(key)) {
            (Some(now), Some(before)) => {
                let new = now.as_object()?.keys().filter(|member| before.get(member).is_none());
                let mut patch = before.clone();
                patch.as_object_mut()?.extend(new.map(|member| (member.clone(), Value::Null)));
                patch
            }
            (_, before) => before.cloned().unwrap_or_default(),
        };
        patches.push((format!("/properties/{key}"), json!({ "properties": { key: property } })));
    }
    (!patches.is_empty()).then(|| patches.swap_remove(random.below(patches.len())))
}

/// One edit of a type on the platform, as a merge patch in the words of v1, and where it is. Some of
/// them go back to what was there `before`.
pub fn edit_stored(
    stored: &Value,
    before: Option<&Value>,
    random: &mut Random,
    tokens: &mut Tokens,
) -> Option<(String, Value)> {
    let number = tokens.next();
    let properties = stored["properties"].as_object();
    let keys: Vec<&String> = properties.into_iter().flat_map(|held| held.keys()).collect();
    let of_property = |key: &str, attribute: &str, member: &str, value: Value| {
        let path = format!("/properties/{key}{attribute}");
        let property = if member.is_empty() { value } else { json!({ member: value }) };
        (path, json!({ "properties": { key: property } }))
    };
    match random.below(9) {
        0 => {
            let text = format!("Theirs {number}");
            return Some(("/displayName".to_owned(), json!({ "displayName": text })));
        }
        1 => {
            let text = format!("Theirs {number}");
            return Some(("/description".to_owned(), json!({ "description": text })));
        }
        2 => {
            let property = json!({ "type": "string", "displayName": format!("Theirs {number}") });
            return Some(of_property(&format!("c{number}"), "", "", property));
        }
        3 if keys.len() > 1 => {
            let key = keys[random.below(keys.len())];
            return Some(of_property(key, "", "", Value::Null));
        }
        _ => {}
    }
    if keys.is_empty() {
        return None;
    }
    let key = keys[random.below(keys.len())];
    let property = &stored["properties"][key];
    if let Some(list) = property["enum"].as_array().filter(|list| !list.is_empty())
        && random.one_in(2)
    {
        let mut list = list.clone();
        let path = match random.below(4) {
            0 if list.len() > 1 => {
                let gone = list.remove(random.below(list.len()));
                format!("/enum/{}", gone["value"].as_str()?)
            }
            1 => {
                let option = random.below(list.len());
                list[option]["displayName"] = json!(format!("Theirs {number}"));
                format!("/enum/{}/displayName", list[option]["value"].as_str()?)
            }
            _ => {
                list.push(json!({ "value": format!("r{number}"), "displayName": format!("Theirs {number}") }));
                format!("/enum/r{number}")
            }
        };
        return Some(of_property(key, &path, "enum", Value::Array(list)));
    }
    let earlier = before.map(|before| before["properties"][key]["displayName"].clone());
    if let Some(earlier) = earlier.filter(|earlier| {
        earlier.is_string() && *earlier != property["displayName"] && random.one_in(2)
    }) {
        return Some(of_property(key, "/displayName", "displayName", earlier));
    }
    Some(match random.below(3) {
        0 => of_property(key, "/description", "description", json!(format!("Theirs {number}"))),
        // Whether a value is required is said in the studio only: what is yes or no could be changed
        // and changed back on both sides without anybody seeing it, and then nothing tells who was last.
        1 if property["type"] == "string" && property.get("enum").is_none() => {
            of_property(key, "/maxLength", "maxLength", json!(2000 + number))
        }
        _ => of_property(key, "/displayName", "displayName", json!(format!("Theirs {number}"))),
    })
}
