//! The token endpoint and the tokens it gave out (facts §1).

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::gate::{self, Breach, Contracts};
use super::options::{Behaviour, Tenant, TokenErrors};
use super::time::Time;
use super::{Answer, Call};

/// The token endpoint stands on the host root, below no version.
pub const TOKEN_PATH: &str = "/oauth/token";

/// The tokens that were given out.
#[derive(Debug, Default)]
pub struct Tokens {
    issued: HashMap<String, (String, SystemTime)>,
    count: u64,
    time: Time,
}

impl Tokens {
    /// No tokens yet.
    pub fn new(time: &Time) -> Self {
        Self { time: time.clone(), ..Self::default() }
    }

    /// Finds the client id a request's token was made for, if the token is still good.
    pub fn client_of(&self, call: &Call) -> Option<String> {
        let token = call.header("authorization")?.strip_prefix("Bearer ")?;
        let (client, ends) = self.issued.get(token)?;
        (self.time.now() < *ends).then(|| client.clone())
    }

    /// Ends every token.
    pub fn expire_all(&mut self) {
        self.issued.clear();
    }

    /// Answers a request for a token; what breaks the contract comes back beside the answer.
    pub fn answer(
        &mut self,
        call: &Call,
        tenants: &[Tenant],
        behaviour: &Behaviour,
    ) -> (Answer, Vec<Breach>) {
        let contract = &Contracts::shared().token;
        let mut breaches = gate::check_request(contract, call, &call.path);
        breaches.extend(misplaced_credentials(call));
        for breach in &mut breaches {
            breach.rule = "token-request";
        }
        if let Some(breach) = breaches.first() {
            let answer = refuse(behaviour, "invalid_request", &breach.message);
            return (answer.refused_by("token-request"), breaches);
        }
        let (id, secret) = credentials(call).unwrap_or_default();
        let known = tenants.iter().any(|held| held.client_id == id && held.client_secret == secret);
        if !known {
            let answer = refuse(behaviour, "invalid_client", "The credentials are not valid.");
            return (answer.refused_by("token-credentials"), breaches);
        }
        (self.issue(id, behaviour.token_seconds), breaches)
    }

    fn issue(&mut self, client: String, seconds: u64) -> Answer {
        self.count += 1;
        let token = format!("fake.{client}.{}", self.count);
        let ends = self.time.now() + Duration::from_secs(seconds);
        self.issued.insert(token.clone(), (client, ends));
        let body = json!({ "access_token": token, "expires_in": seconds, "token_type": "Bearer" });
        Answer::json(200, &body)
    }
}

/// Credentials travel either in the JSON body or in the Basic header, never in both.
fn misplaced_credentials(call: &Call) -> Option<Breach> {
    let form = call.media_type().as_deref() == Some("application/x-www-form-urlencoded");
    let basic = call.header("authorization").is_some_and(|held| held.starts_with("Basic "));
    (form != basic).then(|| {
        Breach::new(
            "token-request",
            "header authorization",
            "Basic belongs to the form, and only there",
        )
    })
}

fn credentials(call: &Call) -> Option<(String, String)> {
    if let Some(basic) = call.header("authorization").and_then(|held| held.strip_prefix("Basic ")) {
        let text = String::from_utf8(decode_base64(basic.trim())?).ok()?;
        return text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()));
    }
    let body: Value = serde_json::from_str(&call.body).ok()?;
    let member = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((member("client_id")?, member("client_secret")?))
}

fn refuse(behaviour: &Behaviour, code: &str, description: &str) -> Answer {
    let member = match behaviour.token_errors {
        TokenErrors::Error => "error",
        TokenErrors::Code => "code",
    };
    Answer::json(400, &json!({ member: code, "error_description": description }))
}

/// RFC 4648 §4; the only base64 the fake meets, so no crate for it.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0u32, 0);
    for character in text.trim_end_matches('=').bytes() {
        let value = ALPHABET.iter().position(|held| *held == character)?;
        buffer = (buffer << 6) | u32::try_from(value).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((buffer >> bits) & 0xff).ok()?);
        }
    }
    Some(bytes)
}
