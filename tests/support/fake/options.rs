//! How a fake is set up, and which of the platform's open points it takes which way.

use serde::{Deserialize, Serialize};

use super::time::Time;

/// Sets up a fake.
#[derive(Clone, Debug)]
pub struct FakeOptions {
    /// The port on the loopback interface; 0 takes any free one.
    pub port: u16,
    /// The credentials it knows. Each client id has its own store, for the real platform derives
    /// the tenant from the credentials (facts §1).
    pub tenants: Vec<Tenant>,
    /// The switches it starts with.
    pub behaviour: Behaviour,
    /// What time it is there.
    pub time: Time,
}

impl Default for FakeOptions {
    fn default() -> Self {
        Self {
            port: 0,
            tenants: vec![Tenant::default()],
            behaviour: Behaviour::default(),
            time: Time::default(),
        }
    }
}

/// One pair of credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tenant {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: String,
}

impl Tenant {
    /// Names a tenant by its credentials.
    pub fn new(client_id: &str, client_secret: &str) -> Self {
        Self { client_id: client_id.to_owned(), client_secret: client_secret.to_owned() }
    }
}

impl Default for Tenant {
    fn default() -> Self {
        Self::new("test-client", "test-secret")
    }
}

/// The switches that may be changed while the fake runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Behaviour {
    /// Waits this long before every answer.
    pub latency_ms: u64,
    /// Seconds a token lives; 300 on the platform (facts §1).
    pub token_seconds: u64,
    /// Which member of a token refusal carries its code.
    pub token_errors: TokenErrors,
    /// Whether preview3 is still there (facts §0).
    pub preview3: Preview3,
    /// What POST does in preview3 when the key exists.
    pub create: CreateMode,
    /// Whether references must point at types that exist.
    pub references: References,
    /// What v1 answers to a write.
    pub write_answers: WriteAnswers,
    /// Whether pages tell the total.
    pub totals: Totals,
    /// What entity tags look like.
    pub entity_tags: EntityTags,
    /// Page size when the request names none (facts §2: 100).
    pub page_size: usize,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            latency_ms: 0,
            token_seconds: 300,
            token_errors: TokenErrors::Error,
            preview3: Preview3::Served,
            create: CreateMode::Insert,
            references: References::Checked,
            write_answers: WriteAnswers::Body,
            totals: Totals::Told,
            entity_tags: EntityTags::Strong,
            page_size: 100,
        }
    }
}

/// The member that carries the code of a token refusal (facts §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenErrors {
    /// `error` and `error_description`, as documented.
    Error,
    /// `code`, as the gateway answers.
    Code,
}

/// Whether preview3 answers (facts §0: it is being switched off).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Preview3 {
    /// It answers.
    Served,
    /// Everything below it is 404.
    NotFound,
    /// Everything below it is 410.
    Gone,
}

/// What a preview3 POST does with a key that exists (facts §2: "created or replaced", or 409).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CreateMode {
    /// It refuses with 409, as v1 does.
    Insert,
    /// It replaces the type.
    Replace,
}

/// Whether references are checked (facts §4, order and cycles).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum References {
    /// A reference to a type that does not exist is refused.
    Checked,
    /// Anything goes.
    Unchecked,
}

/// What v1 answers to PATCH and DELETE (facts §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WriteAnswers {
    /// 200 with the resource.
    Body,
    /// 204 without body, unless `Prefer: return=representation` asks for one.
    NoContent,
    /// 202 without body.
    Accepted,
}

/// Whether pages carry the total (facts §2: "may be omitted").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Totals {
    /// They do.
    Told,
    /// They do not.
    Missing,
}

/// The form of entity tags (facts §2: a proxy may make them weak).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EntityTags {
    /// `"…"`
    Strong,
    /// `W/"…"`
    Weak,
    /// None at all.
    Missing,
}
