//! What the platform says when it refuses.

use serde::Deserialize;
use serde_json::Value;

/// Longest message that is kept, in characters.
const LONGEST: usize = 500;
/// Most details of single fields that are kept.
const MOST_DETAILS: usize = 10;

/// RFC 9457 problem details, as far as they are used. Recognised by form: the media type is not to
/// be trusted (the 429 of v1 is plain JSON).
#[derive(Deserialize, Default)]
struct Problem {
    title: Option<Value>,
    detail: Option<Value>,
    message: Option<Value>,
    errors: Option<Value>,
    #[serde(rename = "traceId")]
    trace_id: Option<Value>,
}

/// A refusal in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// For people: one line, bounded, without anything that looks like a credential.
    pub(super) message: String,
    /// The platform's id of the request, where the body has one.
    pub(super) trace_id: Option<String>,
}

/// Reads the body of an error answer, whatever it is.
pub(super) fn read(status: u16, body: &[u8]) -> Said {
    let text = String::from_utf8_lossy(body);
    let problem = serde_json::from_str::<Problem>(&text).ok();
    let trace_id = problem
        .as_ref()
        .and_then(|problem| problem.trace_id.as_ref()?.as_str())
        .map(|id| scrub(id, LONGEST));
    let said = match problem {
        Some(problem) => words(&problem),
        // A page of the gateway says nothing that helps; a plain sentence may.
        None if text.trim_start().starts_with('<') => String::new(),
        None => text.into_owned(),
    };
    let said = scrub(&said, LONGEST);
    let message = if said.is_empty() {
        format!("the platform answered {status} without an explanation")
    } else {
        format!("the platform answered {status}: {said}")
    };
    Said { message, trace_id }
}

fn words(problem: &Problem) -> String {
    let text = |value: &Option<Value>| {
        let text = value.as_ref()?.as_str()?.trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    let mut words: Vec<String> = text(&problem.detail)
        .or_else(|| text(&problem.message))
        .or_else(|| text(&problem.title))
        .into_iter()
        .collect();
    words.extend(problem.errors.as_ref().map(details).unwrap_or_default());
    // One sentence of ours is made of several of theirs, which often say the same.
    for word in &mut words {
        word.truncate(word.trim_end_matches(['.', ' ']).len());
    }
    words.dedup();
    words.join("; ")
}

/// Details of single fields: a list of `{field?, detail}` (preview3, v1), or lists of texts by
/// field (preview2).
fn details(errors: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match errors {
        Value::Array(list) => {
            for error in list {
                let text = |name: &str| error.get(name).and_then(Value::as_str);
                let detail = text("detail").or_else(|| text("message")).or_else(|| error.as_str());
                found.extend(detail.map(|detail| match text("field") {
                    Some(field) if !field.is_empty() => format!("{field}: {detail}"),
                    _ => detail.to_owned(),
                }));
            }
        }
        Value::Object(fields) => {
            for (field, texts) in fields {
                let list = texts.as_array().map_or(std::slice::from_ref(texts), Vec::as_slice);
                let texts = list.iter().filter_map(Value::as_str);
                found.extend(texts.map(|text| format!("{field}: {text}")));
            }
        }
        _ => {}
    }
    found.truncate(MOST_DETAILS);
    found
}

/// Makes one bounded line of a text, without what looks like a credential: a bearer token, a JSON
/// web token, a long run of what tokens are made of, the value of a member that names a secret.
pub(super) fn scrub(text: &str, longest: usize) -> String {
    const TOKEN: usize = 40;
    let mut line = String::new();
    let mut is_secret_next = false;
    for word in text.split(|char: char| char.is_whitespace() || char.is_control()) {
        let core = word.trim_matches(|char: char| !char.is_ascii_alphanumeric());
        if core.is_empty() && word.is_empty() {
            continue;
        }
        let lower = core.to_ascii_lowercase();
        let names_secret = ["secret", "password", "access_token", "authorization"]
            .iter()
            .any(|name| lower.contains(name));
        let holds_value = names_secret && word.contains(['=', ':']) && !word.ends_with([':', '=']);
        let is_token = core.starts_with("eyJ")
            || (core.len() >= TOKEN
                && core.bytes().any(|byte| byte.is_ascii_digit())
                && core
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.+/=".contains(&byte)));
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(if is_secret_next || is_token || holds_value { "***" } else { word });
        let names_next = names_secret && word.ends_with([':', '=']);
        is_secret_next = lower == "bearer" || (names_next && !is_secret_next);
    }
    match line.char_indices().nth(longest) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}
