//! The fake as a guest of another program, which hands over texts and tells the time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::{Value, json};

use super::control::{Control, Shared};
use super::exchange::{Answer, Call};
use super::fault::FaultKind;
use super::options::{FakeOptions, Tenant};
use super::passage::{pass, slowness};
use super::time::Time;
use super::world::World;
use super::{control_http, gate};

/// A fake whose requests are asked in two steps: what to wait for, and then what becomes of it.
pub struct Embedded {
    shared: Arc<Shared>,
    now: Arc<AtomicU64>,
    open: BTreeMap<u64, (Call, Vec<FaultKind>)>,
}

/// What is asked of the fake, such as `{"finish": 3}`. Every answer is JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Asked {
    /// Puts up a fresh fake for one tenant.
    Start(Tenant),
    /// A request has come: `{ request, wait }`, in milliseconds.
    Begin(Call),
    /// It has waited: `{ status, headers, body, wait }`, or `{ lost: true }`.
    Finish(u64),
    /// As below `/_control`: `{ status, headers, body, wait }`.
    Control(Call),
}

impl Embedded {
    /// Waits to be started, with the first tenant.
    pub fn new() -> Self {
        let now = Arc::new(AtomicU64::new(0));
        let shared = Self::fresh(&now, Tenant::default());
        Self { shared, now, open: BTreeMap::new() }
    }

    /// Answers a text with a text, at a moment in milliseconds since 1970.
    pub fn ask(&mut self, text: &str, now: u64) -> String {
        self.now.store(now, Ordering::Relaxed);
        let answer = match serde_json::from_str(text) {
            Ok(asked) => self.answer(asked),
            Err(error) => json!({ "error": error.to_string() }),
        };
        answer.to_string()
    }

    fn answer(&mut self, asked: Asked) -> Value {
        match asked {
            Asked::Start(tenant) => {
                gate::Contracts::shared();
                *self = Self { shared: Self::fresh(&self.now, tenant), ..Self::new() };
                json!({})
            }
            Asked::Begin(call) => {
                let (request, faults, wait) = self.shared.begin(&call);
                self.open.insert(request, (call, faults));
                json!({ "request": request, "wait": wait })
            }
            Asked::Finish(request) => {
                let Some((call, faults)) = self.open.remove(&request) else {
                    return json!({ "error": format!("there is no request {request}") });
                };
                let answer = pass(&self.shared, request, &call, &faults);
                self.shared.end(request);
                match answer {
                    Ok(answer) => shown(&answer, slowness(&faults)),
                    Err(_) => json!({ "lost": true }),
                }
            }
            Asked::Control(call) => {
                shown(&control_http::answer(&Control::of(&self.shared), &call), 0)
            }
        }
    }

    fn fresh(now: &Arc<AtomicU64>, tenant: Tenant) -> Arc<Shared> {
        let now = Arc::clone(now);
        let time =
            move || SystemTime::UNIX_EPOCH + Duration::from_millis(now.load(Ordering::Relaxed));
        let tenants = vec![tenant];
        Shared::new(World::new(FakeOptions { tenants, time: Time::of(time), ..Default::default() }))
    }
}

fn shown(answer: &Answer, wait: u64) -> Value {
    let headers: serde_json::Map<String, Value> =
        answer.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({ "status": answer.status, "headers": headers, "body": answer.body, "wait": wait })
}
