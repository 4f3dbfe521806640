//! Control from inside the process: what a test sees and does besides making requests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::fault::{Fault, FaultKind};
use super::log::{Counts, Kind, RequestRecord};
use super::merge_patch::merge_patch;
use super::options::Behaviour;
use super::store::{Store, object};
use super::world::{Violation, World};
use super::{Answer, Call, Version, wire};

/// The world behind a lock, as the server and the controls share it.
pub struct Shared {
    world: Mutex<World>,
}

impl Shared {
    /// Puts a world behind a lock.
    pub fn new(world: World) -> Arc<Self> {
        Arc::new(Self { world: Mutex::new(world) })
    }

    /// Notes the start of a request; gives its number, its faults and how long it must wait.
    pub fn begin(&self, call: &Call) -> (u64, Vec<FaultKind>, u64) {
        let mut world = self.lock();
        let faults = world.faults.strike(call);
        let number = world.log.begin(call, faults.iter().map(FaultKind::name).collect());
        let waits = faults.iter().map(|fault| match fault {
            FaultKind::Latency { ms } => *ms,
            _ => 0,
        });
        let latency = world.behaviour.latency_ms + waits.sum::<u64>();
        (number, faults, latency)
    }

    /// Answers a request.
    pub fn answer(&self, number: u64, call: &Call, faults: &[FaultKind]) -> Answer {
        self.lock().answer(number, call, faults)
    }

    /// Notes what a request was answered.
    pub fn answered(&self, number: u64, answer: &Answer) {
        self.lock().log.answered(number, answer.status, answer.rule);
    }

    /// Notes the end of a request.
    pub fn end(&self, number: u64) {
        self.lock().log.end(number);
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The control of one fake, looking at one tenant.
#[derive(Clone)]
pub struct Control {
    shared: Arc<Shared>,
    client: String,
}

impl Control {
    /// Controls a fake, looking at its first tenant.
    pub fn of(shared: &Arc<Shared>) -> Self {
        let client = shared.lock().options.tenants.first().map(|held| held.client_id.clone());
        Self { shared: Arc::clone(shared), client: client.unwrap_or_default() }
    }

    /// Looks at the tenant of another client id.
    #[must_use]
    pub fn for_client(&self, client: &str) -> Self {
        Self { shared: Arc::clone(&self.shared), client: client.to_owned() }
    }

    /// Lists the requests in the order they came.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.lock().log.records().to_vec()
    }

    /// Counts the requests by kind.
    pub fn counts(&self) -> Counts {
        self.shared.lock().log.counts()
    }

    /// Counts the requests of one kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.counts().get(&kind).copied().unwrap_or_default()
    }

    /// Tells how many requests run now.
    pub fn in_flight(&self) -> usize {
        self.shared.lock().log.in_flight().0
    }

    /// Tells how many requests ever ran at once.
    pub fn max_in_flight(&self) -> usize {
        self.shared.lock().log.in_flight().1
    }

    /// Lists the departures from the contracts.
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.lock().violations.clone()
    }

    /// Gives the departures and forgets them, for a test that means to provoke them.
    pub fn take_violations(&self) -> Vec<Violation> {
        std::mem::take(&mut self.shared.lock().violations)
    }

    /// Sets a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.shared.lock().faults.add(fault);
    }

    /// Lists the faults that are set.
    pub fn faults(&self) -> Vec<Fault> {
        self.shared.lock().faults.list()
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
    }

    /// Gives the switches.
    pub fn behaviour(&self) -> Behaviour {
        self.shared.lock().behaviour.clone()
    }

    /// Changes the switches.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.shared.lock().behaviour = behaviour;
    }

    /// Puts content types there without asking the rules. `source` may be among their members.
    pub fn seed_types(&self, version: Version, types: impl IntoIterator<Item = Value>) {
        self.with_store(|store| {
            for seeded in types {
                let mut body = wire::to_neutral(version, object(seeded));
                let key = body.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
                let source = body.remove("source").unwrap_or_default();
                let by = body.remove("lastModifiedBy");
                let by = by.as_ref().and_then(Value::as_str).unwrap_or("seed");
                store.put_type(&key, body, source.as_str().unwrap_or_default(), by);
                store.earlier.remove(&key);
            }
        });
    }

    /// Puts a property group there.
    pub fn seed_group(&self, key: &str) {
        let body = json!({ "key": key, "displayName": key, "sortOrder": 0 });
        self.with_store(|store| store.put_group(key, object(body), "seed"));
    }

    /// Changes a content type as a colleague would, with a merge-patch; tells whether it is there.
    pub fn edit(&self, version: Version, key: &str, patch: Value) -> bool {
        self.with_store(|store| {
            let Some(mut body) = store.types.get(key).map(|held| held.body.clone()) else {
                return false;
            };
            merge_patch(&mut body, &wire::to_neutral(version, object(patch)));
            store.put_type(key, body, "", "colleague");
            true
        })
    }

    /// Removes a content type as a colleague would; tells whether it was there.
    pub fn remove(&self, key: &str) -> bool {
        self.with_store(|store| store.remove_type(key).is_some())
    }

    /// Sets how many content instances a type has.
    pub fn set_instances(&self, key: &str, count: u32) {
        self.with_store(|store| store.instances.insert(key.to_owned(), count));
    }

    /// Shows a stored content type in a version's words.
    pub fn content_type(&self, version: Version, key: &str) -> Option<Value> {
        self.with_store(|store| {
            store.types.get(key).map(|stored| wire::show_type(version, stored).into())
        })
    }

    /// Lists the keys of the stored content types, built-in ones included.
    pub fn keys(&self) -> Vec<String> {
        self.with_store(|store| store.types.keys().cloned().collect())
    }

    /// Shows the tenant's whole store in a version's words.
    pub fn state(&self, version: Version) -> Value {
        let behaviour = self.behaviour();
        self.with_store(|store| {
            let types = store.types.iter();
            let types =
                types.map(|(key, held)| (key.clone(), wire::show_type(version, held).into()));
            let groups = store.groups.iter();
            let groups = groups.map(|(key, held)| (key.clone(), wire::show_group(held).into()));
            json!({
                "types": types.collect::<serde_json::Map<String, Value>>(),
                "groups": groups.collect::<serde_json::Map<String, Value>>(),
                "instances": store.instances,
                "behaviour": behaviour,
            })
        })
    }

    /// Ends every token.
    pub fn expire_tokens(&self) {
        self.shared.lock().tokens.expire_all();
    }

    /// Cuts a replica off: reads that lag show a type as it is now, whatever is written later.
    pub fn cut_off(&self, key: &str) {
        self.with_store(|store| store.cut_off(key));
    }

    /// Lets every read catch up with the writes.
    pub fn settle(&self) {
        self.with_store(|store| store.earlier.clear());
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.shared.lock().log.clear();
    }

    /// Takes everything back to the start: stores, tokens, faults, switches, log, violations.
    pub fn reset(&self) {
        self.shared.lock().reset();
    }

    fn with_store<T>(&self, act: impl FnOnce(&mut Store) -> T) -> T {
        act(self.shared.lock().stores.entry(self.client.clone()).or_default())
    }
}
