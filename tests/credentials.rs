//! Credentials that the engine keeps: encrypted, bound to their provider, and never told.

use std::sync::Arc;

use catalyst_sync::compose::{EngineOptions, engine_with};
use catalyst_sync::engine::{Actor, Engine, ProviderRequest, Query, Role, RunReport};
use catalyst_sync::http::{Kept, Offer, SealingError, SealingKey, Secret};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::fake::{FakeOptions, Tenant};
use crate::support::world::{Told, World, request};

const SECRET: &str = "pl4nted/st0red+\"1=";
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const NEXT: &str = "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=";

/// A platform that knows the environment's credentials and those that are stored.
async fn world() -> World {
    let world = World::with(FakeOptions {
        tenants: vec![Tenant::default(), Tenant::new("stored-client", SECRET)],
        ..FakeOptions::default()
    })
    .await;
    world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
    world
}

fn options(world: &World, keys: &[(&str, &str)]) -> EngineOptions {
    let mut options = world.engine_options();
    for (name, value) in keys {
        options.environment.insert((*name).to_owned(), (*value).to_owned());
    }
    options
}

fn engine(world: &World, key: &str) -> Engine {
    made(world, &options(world, &[("CATALYST_SYNC_KEY", key)]))
}

fn made(world: &World, options: &EngineOptions) -> Engine {
    engine_with(options, world.clock.clone(), None).unwrap()
}

fn values(pairs: &[(&str, &str)]) -> ProviderRequest {
    let config = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    ProviderRequest { id: Some("optimizely".to_owned()), config: config.collect() }
}

fn stored() -> ProviderRequest {
    values(&[("clientId", "stored-client"), ("clientSecret", SECRET)])
}

async fn deploy(engine: &Engine) -> RunReport {
    engine.deploy(&request(), Arc::new(Told::default()), &CancellationToken::new()).await
}

/// The clients that asked the platform, in order and once each.
fn clients(world: &World) -> Vec<String> {
    let requests = world.fake.control().requests().into_iter();
    let mut clients: Vec<String> = requests.filter_map(|request| request.client).collect();
    clients.dedup();
    world.fake.control().clear_requests();
    clients
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_goes_before_the_environment_and_behind_a_configuration() {
    let mut world = world().await;
    let keyed = engine(&world, KEY);
    keyed.detect(&Query::default()).await.unwrap();
    assert_eq!(clients(&world), ["test-client"], "nothing is stored");
    keyed.set_credentials(&stored()).await.unwrap();
    keyed.detect(&Query::default()).await.unwrap();
    assert_eq!(clients(&world), ["stored-client"]);
    let report = deploy(&engine(&world, KEY)).await;
    assert!(report.error.is_none(), "{:?}", report.error);
    assert_eq!(clients(&world), ["stored-client"], "another engine finds it, too");
    world.engine().detect(&Query::default()).await.unwrap();
    assert_eq!(clients(&world), ["test-client"], "without a key nothing is looked for");

    // A configuration that brings nothing but a name is none that brings credentials.
    let query = |pairs: &[(&str, &str)]| Query { provider: values(pairs), ..Query::default() };
    let named = keyed.detect(&query(&[("environment", "live")])).await.unwrap();
    assert!(named.target.ends_with(":live"), "{}", named.target);
    assert_eq!(clients(&world), ["stored-client"]);
    let own = [("clientId", "test-client"), ("clientSecret", "test-secret")];
    keyed.detect(&query(&own)).await.unwrap();
    assert_eq!(clients(&world), ["test-client"]);
    let half = keyed.detect(&query(&[("clientId", "test-client")])).await.unwrap_err();
    assert_eq!(half.code.as_str(), "CREDENTIALS_MISSING", "half of one source");
    world.options["provider"] = json!({ "id": "optimizely", "config": {
        "clientId": "test-client", "clientSecret": "test-secret" } });
    engine(&world, KEY).detect(&Query::default()).await.unwrap();
    assert_eq!(clients(&world), ["test-client"], "the engine's own configuration");

    assert!(keyed.remove_credentials("optimizely").await.unwrap());
    assert!(!keyed.remove_credentials("optimizely").await.unwrap());
    keyed.detect(&Query::default()).await.unwrap();
    assert_eq!(clients(&world), ["test-client"]);
}

/// The target has its name from what is stored, so that another key of the same tenant keeps what was
/// agreed on.
#[tokio::test(flavor = "multi_thread")]
async fn a_stored_name_names_the_target() {
    let world = world().await;
    let engine = engine(&world, KEY);
    for (name, expected) in [("environment", "live"), ("projectId", "p1")] {
        let mut request = stored();
        request.config.push((name.to_owned(), expected.to_owned()));
        engine.set_credentials(&request).await.unwrap();
        let target = engine.detect(&Query::default()).await.unwrap().target;
        assert!(target.ends_with(&format!(":{expected}")), "{target}");
    }
}

/// The address that a secret was stored for is stored with it.
#[tokio::test(flavor = "multi_thread")]
async fn another_address_of_the_environment_does_not_get_the_secret() {
    let (world, other) = (world().await, world().await);
    engine(&world, KEY).set_credentials(&stored()).await.unwrap();
    let elsewhere = other.fake.url(world.version);
    let keys = [("CATALYST_SYNC_KEY", KEY), ("OPTIMIZELY_API_URL", &*elsewhere)];
    let error = made(&world, &options(&world, &keys)).detect(&Query::default()).await.unwrap_err();
    assert_eq!(error.code.as_str(), "HOST_NOT_ALLOWED");
    assert_eq!(other.fake.control().requests().len(), 0);
    // A host that was allowed gets what is stored for it.
    let mut options = options(&world, &keys);
    let host = world.fake.origin().strip_prefix("http://").unwrap().to_owned();
    options.allowed_hosts = vec![host];
    made(&world, &options).detect(&Query::default()).await.unwrap();
    assert_eq!(clients(&world), ["stored-client"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_set_of_credentials_is_refused_by_name() {
    let world = world().await;
    let engine = engine(&world, KEY);
    let of = |id: &str| ProviderRequest { id: Some(id.to_owned()), ..stored() };
    let with = |name: &str, value: &str| {
        let mut request = stored();
        request.config.push((name.to_owned(), value.to_owned()));
        request
    };
    for (request, code, message) in [
        (values(&[("clientSecret", SECRET)]), "INVALID_ARGUMENT", "values.clientId is missing"),
        (
            values(&[("clientId", "x"), ("clientSecret", " ")]),
            "INVALID_ARGUMENT",
            "values.clientSecret is missing",
        ),
        (with("apiKey", SECRET), "INVALID_ARGUMENT", "values.apiKey is not known"),
        (with("apiUrl", "http://example.org/v1"), "INVALID_ARGUMENT", "plain http"),
        (with("apiUrl", "https://example.org/v1"), "HOST_NOT_ALLOWED", "not an allowed host"),
        (of("files"), "INVALID_ARGUMENT", "needs no credentials"),
        (of("strapi"), "PROVIDER_UNAVAILABLE", "strapi"),
        (of("nowhere"), "UNKNOWN_PROVIDER", "nowhere"),
    ] {
        let error = engine.set_credentials(&request).await.unwrap_err();
        assert_eq!(error.code.as_str(), code, "{error}");
        assert!(error.to_string().contains(message), "{error}");
        assert!(!format!("{error:?}").contains("pl4nted"), "{error:?}");
    }
    assert_eq!(world.state("SELECT count(*) FROM credentials"), "0");
}

/// A key is 32 bytes and nothing else; what is no key opens nothing and seals nothing.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_key_is_a_key() {
    let world = world().await;
    let standard = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    engine(&world, KEY).set_credentials(&stored()).await.unwrap();
    for same in [
        KEY.to_uppercase(),
        standard.to_owned(),
        standard.replace('=', ""),
        format!(" {standard}\n"),
    ] {
        engine(&world, &same).detect(&Query::default()).await.unwrap();
        assert_eq!(clients(&world), ["stored-client"], "{same:?}");
    }
    let longer = format!("{KEY}20");
    for wrong in
        ["correct horse battery staple", &KEY[2..], &longer, "AAECAw==", "not base64 at all!"]
    {
        for error in [
            engine(&world, wrong).set_credentials(&stored()).await.unwrap_err(),
            engine(&world, wrong).detect(&Query::default()).await.unwrap_err(),
        ] {
            assert_eq!(error.code.as_str(), "KEY_INVALID", "{wrong}");
            assert!(!format!("{error:?}").contains(wrong), "{error:?}");
            let step = error.details.next_step.unwrap();
            assert!(step.contains("openssl rand -base64 32"), "{step}");
        }
    }
    let none = world.engine().set_credentials(&stored()).await.unwrap_err();
    assert_eq!(none.to_string(), "the key CATALYST_SYNC_KEY is not set");
}

/// Another key is an error and no reason to take the environment's credentials.
#[tokio::test(flavor = "multi_thread")]
async fn another_key_opens_nothing() {
    let world = world().await;
    engine(&world, KEY).set_credentials(&stored()).await.unwrap();
    let other = engine(&world, NEXT);
    let error = other.detect(&Query::default()).await.unwrap_err();
    assert_eq!(error.code.as_str(), "KEY_WRONG");
    assert_eq!(world.fake.control().requests().len(), 0);
    assert_eq!(deploy(&other).await.error.unwrap().code.as_str(), "KEY_WRONG");
    let health = other.health(&ProviderRequest::default()).await;
    assert_eq!(health.platform.code, Some("KEY_WRONG"));
    // A lost key is no end.
    assert!(other.remove_credentials("optimizely").await.unwrap());
    other.set_credentials(&stored()).await.unwrap();
    other.detect(&Query::default()).await.unwrap();
    assert_eq!(clients(&world), ["stored-client"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_changes_the_key_of_everything_at_once() {
    let world = world().await;
    let old = engine(&world, KEY);
    old.set_credentials(&stored()).await.unwrap();
    let missing = old.rotate_credentials().await.unwrap_err();
    assert_eq!(missing.to_string(), "the key CATALYST_SYNC_KEY_NEXT is not set");
    let before = sealed(&world);

    let both = [("CATALYST_SYNC_KEY", KEY), ("CATALYST_SYNC_KEY_NEXT", NEXT)];
    let rotating = made(&world, &options(&world, &both));
    assert_eq!(rotating.rotate_credentials().await.unwrap(), 1);
    assert_ne!(sealed(&world), before);
    rotating.detect(&Query::default()).await.unwrap();
    assert_eq!(clients(&world), ["stored-client"], "with both, before and after");
    assert_eq!(rotating.rotate_credentials().await.unwrap(), 1, "twice is once");
    engine(&world, NEXT).detect(&Query::default()).await.unwrap();
    assert_eq!(clients(&world), ["stored-client"]);
    let error = old.detect(&Query::default()).await.unwrap_err();
    assert_eq!(error.code.as_str(), "KEY_WRONG");

    // What the present key does not open is left as it is, all of it.
    let state = connect(&world);
    state.execute("INSERT INTO credentials VALUES ('a', x'01ff', 0)", []).unwrap();
    let (before, back) =
        (sealed(&world), [("CATALYST_SYNC_KEY", NEXT), ("CATALYST_SYNC_KEY_NEXT", KEY)]);
    let error = made(&world, &options(&world, &back)).rotate_credentials().await.unwrap_err();
    assert_eq!(error.code.as_str(), "KEY_WRONG");
    assert_eq!(sealed(&world), before);
}

fn connect(world: &World) -> rusqlite::Connection {
    let mut path = world.studio.path().as_os_str().to_owned();
    path.push(".catalyst-sync");
    rusqlite::Connection::open(path).unwrap()
}

fn sealed(world: &World) -> String {
    world.state("SELECT group_concat(name || hex(sealed)) FROM credentials")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_manages_them() {
    let world = world().await;
    let engine = engine(&world, KEY);
    for role in [Role::Viewer, Role::Editor] {
        let engine = engine.acting(Actor { id: "ada".to_owned(), role }).unwrap();
        let refused = [
            engine.set_credentials(&stored()).await.err(),
            engine.remove_credentials("optimizely").await.err(),
            engine.rotate_credentials().await.err(),
        ];
        for error in refused {
            let error = error.unwrap();
            assert_eq!(error.code.as_str(), "ROLE_REFUSED");
            assert!(error.to_string().ends_with("may not manage credentials"), "{error}");
        }
    }
    assert_eq!(world.state("SELECT count(*) FROM credentials"), "0");
}

/// Who did what about them is in the chain, with what was refused, and none of their values is.
#[tokio::test(flavor = "multi_thread")]
async fn every_call_is_audited() {
    let world = world().await;
    let of = |id: &str| ProviderRequest { id: Some(id.to_owned()), ..stored() };
    let acting =
        |engine: &Engine, id: &str, role| engine.acting(Actor { id: id.to_owned(), role }).unwrap();
    let both = [("CATALYST_SYNC_KEY", KEY), ("CATALYST_SYNC_KEY_NEXT", NEXT)];
    let all = made(&world, &options(&world, &both));
    let ada = acting(&all, "ada", Role::Admin);
    ada.set_credentials(&stored()).await.unwrap();
    ada.set_credentials(&of("files")).await.unwrap_err();
    // A value in the wrong place.
    ada.set_credentials(&of(SECRET)).await.unwrap_err();
    ada.rotate_credentials().await.unwrap();
    ada.remove_credentials("optimizely").await.unwrap();
    ada.remove_credentials("optimizely").await.unwrap();
    acting(&all, "eve", Role::Editor).set_credentials(&of(SECRET)).await.unwrap_err();
    acting(&all, "eve", Role::Viewer).remove_credentials("optimizely").await.unwrap_err();
    engine(&world, KEY).rotate_credentials().await.unwrap_err();

    let connection = connect(&world);
    let mut select = connection.prepare("SELECT entry FROM sync_audit ORDER BY sequence").unwrap();
    let texts = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let texts: Vec<String> = texts.map(Result::unwrap).collect();
    let told = |text: &String| {
        let entry: Value = serde_json::from_str(text).unwrap();
        let detail = &entry["detail"];
        let words = [&entry["actor"], &entry["action"], &entry["outcome"], &entry["code"]];
        let more = [&detail["provider"], &detail["providers"], &detail["needed"]];
        let words = words.into_iter().chain(more).filter_map(Value::as_str);
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        texts.iter().map(told).collect::<Vec<_>>(),
        [
            "ada audit.begin begun",
            "ada credentials.set stored optimizely",
            "ada credentials.set refused INVALID_ARGUMENT files",
            "ada credentials.set refused UNKNOWN_PROVIDER",
            "ada credentials.rotate rotated [\"optimizely\"]",
            "ada credentials.remove removed optimizely",
            "ada credentials.remove none there optimizely",
            "eve credentials.set refused ROLE_REFUSED *** admin",
            "eve credentials.remove refused ROLE_REFUSED optimizely admin",
            "system credentials.rotate refused KEY_INVALID",
        ]
    );
    assert!(!texts.concat().contains("pl4nted"), "{texts:?}");
    let verdict = world.engine().verify_history().await.unwrap();
    assert_eq!((verdict.ok, verdict.entries), (true, 10));
}

/// Neither what is kept nor the key is in any file, and the same values look different each time.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_them_is_in_any_file() {
    let world = world().await;
    let engine = engine(&world, KEY);
    let mut seen = Vec::new();
    for _ in 0..3 {
        engine.set_credentials(&stored()).await.unwrap();
        let report = deploy(&engine).await;
        assert!(report.error.is_none(), "{:?}", report.error);
        seen.push(sealed(&world));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3, "a fresh nonce each time");
    for entry in std::fs::read_dir(world.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for form in ["pl4nted", KEY, &KEY[..16]] {
            let shows = bytes.windows(form.len()).any(|window| window == form.as_bytes());
            assert!(!shows, "{} holds {form}", path.display());
        }
    }
}

/// Every bit of what is sealed counts, and so does the name that it is under.
#[test]
fn what_was_changed_or_moved_does_not_open() {
    let key = SealingKey::parse(&Secret::new(KEY)).unwrap();
    let kept = Kept {
        offer: Offer {
            api_url: Some("https://example.org/v1".to_owned()),
            client_id: Some("id".to_owned()),
            client_secret: Some(Secret::new(SECRET)),
        },
        tenant: None,
    };
    let sealed = key.seal("optimizely", &kept).unwrap();
    let opened = key.open("optimizely", &sealed).unwrap();
    assert_eq!(opened.offer.api_url, kept.offer.api_url);
    assert_eq!(opened.offer.client_id.as_deref(), Some("id"));
    assert_eq!(opened.tenant, None);
    assert!(!format!("{kept:?} {opened:?} {key:?}").contains("pl4nted"));
    for other in ["", "optimizel", "optimizely2", "contentful"] {
        assert_eq!(key.open(other, &sealed).unwrap_err(), SealingError::Wrong, "{other}");
    }
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            assert_eq!(key.open("optimizely", &changed).unwrap_err(), SealingError::Wrong, "{at}");
        }
        assert_eq!(key.open("optimizely", &sealed[..at]).unwrap_err(), SealingError::Wrong, "{at}");
    }
}
