//! A plain HTTP client that sends what it is told, right or wrong.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::fake::{Fake, FakeOptions, Version};

/// A fake, and a client with a good token for it.
pub struct Bench {
    pub fake: Fake,
    http: reqwest::Client,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn etag(&self) -> String {
        self.header("etag").expect("an entity tag").to_owned()
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<String>,
}

pub fn get(path: impl Into<String>) -> Request {
    Request { method: "GET", path: path.into(), headers: Vec::new(), body: None }
}

pub fn delete(path: impl Into<String>) -> Request {
    Request { method: "DELETE", ..get(path) }
}

pub fn post(path: impl Into<String>, body: &Value) -> Request {
    Request { method: "POST", body: Some(body.to_string()), ..get(path) }
        .with("content-type", "application/json")
}

pub fn patch(path: impl Into<String>, body: &Value) -> Request {
    Request { method: "PATCH", ..post(path, body) }
        .with("content-type", "application/merge-patch+json")
}

impl Request {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(held, _)| held != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(held, _)| held != name);
        self
    }

    pub fn text(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self
    }
}

pub const SECRET: (&str, &str) = ("test-client", "test-secret");

impl Bench {
    pub async fn start() -> Self {
        Self::start_with(FakeOptions::default()).await
    }

    pub async fn start_with(options: FakeOptions) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10));
        let http = http.build().expect("a client");
        let mut bench = Self { fake: Fake::start(options).await, http, token: String::new() };
        bench.renew().await;
        bench
    }

    /// Takes a new token.
    pub async fn renew(&mut self) {
        self.token = self.token_of(SECRET.0, SECRET.1).await;
    }

    pub async fn token_of(&self, id: &str, secret: &str) -> String {
        let body = json!({
            "grant_type": "client_credentials", "client_id": id, "client_secret": secret,
        });
        let reply = self.raw(&post("/oauth/token", &body)).await.expect("a token answer");
        reply.json()["access_token"].as_str().expect("a token").to_owned()
    }

    /// Sends a request with the token, unless it brings its own authorization.
    pub async fn send(&self, request: &Request) -> Reply {
        self.try_send(request).await.expect("an answer")
    }

    pub async fn try_send(&self, request: &Request) -> Result<Reply, reqwest::Error> {
        let own = request.headers.iter().any(|(name, _)| name == "authorization");
        if own {
            return self.raw(request).await;
        }
        let bearer = format!("Bearer {}", self.token);
        self.raw(&request.clone().with("authorization", &bearer)).await
    }

    /// Sends a request as it is.
    pub async fn raw(&self, request: &Request) -> Result<Reply, reqwest::Error> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).expect("a method");
        let url = format!("{}{}", self.fake.origin(), request.path);
        let mut builder = self.http.request(method, url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let response = builder.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { status, headers, text: response.text().await? })
    }

    /// Puts an article with one property there, in v1's words.
    pub fn seed_article(&self) {
        self.fake.control().seed_types(Version::V1, [article()]);
    }

    /// Names the rule that refused the last request.
    pub fn last_rule(&self) -> Option<&'static str> {
        self.fake.control().requests().last().and_then(|record| record.rule)
    }
}

/// An article as v1 shows it, defaults filled in.
pub fn article() -> Value {
    json!({
        "key": "Article", "displayName": "Article", "baseType": "_page", "sortOrder": 0,
        "properties": { "title": {
            "type": "string", "displayName": "Title", "maxLength": 80, "isLocalized": false,
            "isRequired": false, "sortOrder": 0, "indexingType": "disabled", "group": "Information",
        } },
    })
}
