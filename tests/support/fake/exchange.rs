//! Requests and answers as plain values, apart from the HTTP library that carries them.

use serde::Deserialize;
use serde_json::{Value, json};

/// One request, read to its end.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Call {
    /// The method in capitals.
    pub method: String,
    /// The path as sent, percent-encoding included.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query: String,
    /// Header names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body; empty when there was none.
    pub body: String,
}

impl Call {
    /// Finds a header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }

    /// Tells the media type of the body, without its parameters, in lower case.
    pub fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or(value).trim().to_ascii_lowercase())
    }

    /// Decodes the query into pairs.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// Gives the first query value of that name.
    pub fn query_value(&self, name: &str) -> Option<String> {
        self.query_pairs().into_iter().find(|(held, _)| held == name).map(|(_, value)| value)
    }
}

/// Decodes one path segment; an invalid escape stays as it is.
pub fn decode_segment(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let byte = after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(b'%'));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One answer, before it is put on the wire.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case; `content-type` among them when there is a body.
    pub headers: Vec<(String, String)>,
    /// The body text, or nothing.
    pub body: Option<String>,
    /// The rule that refused the request, for the log.
    pub rule: Option<&'static str>,
}

impl Answer {
    /// Answers with a status and no body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None, rule: None }
    }

    /// Answers with a JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// Answers with a body of any media type.
    pub fn text(status: u16, media: &str, body: String) -> Self {
        Self { body: Some(body), ..Self::empty(status) }.with("content-type", media)
    }

    /// Answers with problem details: the error form of both versions (facts §2).
    pub fn problem(status: u16, detail: &str) -> Self {
        Self::problem_at(status, detail, None)
    }

    /// Answers with problem details that name a field.
    pub fn problem_at(status: u16, detail: &str, field: Option<&str>) -> Self {
        let body = json!({
            "type": format!("https://httpstatuses.io/{status}"),
            "title": reason(status),
            "status": status,
            "detail": detail,
            "errors": [{ "detail": detail, "field": field }],
            "traceId": "00-fake-00",
        });
        Self::text(status, "application/problem+json", body.to_string())
    }

    /// Sets a header, replacing one of that name.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|(held, _)| held != name);
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Removes a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(held, _)| held != name);
        self
    }

    /// Says which rule refused.
    pub fn refused_by(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }

    /// Finds a header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Error",
    }
}
