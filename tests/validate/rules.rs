//! Every refusal of the platform is foreseen: the fake's table of rules is walked.

use std::collections::BTreeSet;
use std::time::Duration;

use catalyst_sync::engine::{Query, RunOptions, RunStatus};
use catalyst_sync::model::ContentType;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::json;
use tokio::task::JoinSet;

use super::offenders::{ELSEWHERE, NEVER, Noticed, Offender, UNSEEN, offenders};
use super::{brief, plan, validate, writes};
use crate::fake_server::client::{Bench, post};
use crate::support::clock::TestClock;
use crate::support::fake::{Kind, RULES, Version};
use crate::support::generate::arbitrary_content_type;
use crate::support::rows::{Writer, sayable, stored};
use crate::support::world::World;

/// A new rule needs an offender, or a reason why there is none.
#[test]
fn every_rule_has_an_offender_or_a_reason() {
    let offended: BTreeSet<&str> = offenders().iter().map(|offender| offender.rule).collect();
    let excused: Vec<&str> =
        NEVER.iter().chain(&ELSEWHERE).chain(&UNSEEN).map(|(rule, _)| *rule).collect();
    for rule in RULES {
        let is_excused = excused.iter().filter(|name| **name == rule.name).count();
        let is_offended = usize::from(offended.contains(rule.name));
        assert_eq!(is_excused + is_offended, 1, "{}", rule.name);
    }
    assert_eq!(offended.len() + excused.len(), RULES.len(), "a rule that does not exist");
}

/// What is offered as an offence is one: whoever sends it meets the rule.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_look_is_refused() {
    let bench = Bench::start().await;
    let mut seen = 0;
    for offender in offenders() {
        let Some(raw) = &offender.raw else { continue };
        for version in versions(offender.rule) {
            let mut body =
                json!({ "key": "Article", "displayName": "A", "baseType": "_component" });
            for (name, value) in raw.as_object().unwrap() {
                body[name] = value.clone();
            }
            body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            let path = format!("/{}/contenttypes", version.segment());
            bench.send(&post(path, &body)).await;
            let refused = bench.last_rule();
            assert_eq!(refused, Some(offender.rule), "{version:?} {}", offender.what);
            seen += 1;
        }
    }
    assert_eq!(seen, 15, "cases that were sent");
    bench.fake.control().take_violations();
}

fn versions(rule: &str) -> Vec<Version> {
    let rule = RULES.iter().find(|own| own.name == rule).unwrap();
    rule.versions.to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_offence_is_noticed_before_anything_is_sent() {
    let mut cases = JoinSet::new();
    for (at, offender) in offenders().iter().enumerate() {
        for version in versions(offender.rule) {
            cases.spawn(async move { notice(&offenders()[at], version).await });
        }
    }
    let mut failed = 0;
    while let Some(ended) = cases.join_next().await {
        failed += usize::from(ended.is_err());
    }
    assert_eq!(failed, 0, "cases that have said what is wrong");
}

async fn notice(offender: &Offender, version: Version) {
    let what = format!("{version:?} {}: {}", offender.rule, offender.what);
    let mut world = World::new().await;
    let clock = TestClock::new();
    world.clock = clock.clone();
    world.version = version;
    if let Some(before) = offender.before {
        before(&world);
        let report = world.deploy().await;
        assert!(report.error.is_none(), "{what}: {:?}", report.error);
        // Reads no longer lag behind that write.
        clock.advance(Duration::from_mins(2));
    }
    (offender.offend)(&mut world);
    world.fake.control().clear_requests();

    if let Noticed::Stops(code) = offender.noticed {
        let error = world.engine().validate(&Query::default(), &offender.options).await;
        assert_eq!(error.unwrap_err().code.as_str(), code, "{what}");
    } else {
        let found = validate(&world, &offender.options).await;
        let planned = plan(&world, &offender.options).await;
        match offender.noticed {
            Noticed::Finding(code, path) => {
                for (where_from, findings) in [("validate", &found), ("plan", &planned.findings)] {
                    let is_it = |one: &&catalyst_sync::model::Finding| {
                        one.code == code && one.blocks() && one.path.as_deref() == path
                    };
                    let finding = findings.iter().find(is_it);
                    let shown = brief(findings);
                    let finding =
                        finding.unwrap_or_else(|| panic!("{what}: {where_from} {shown:?}"));
                    let key = finding.type_key.as_deref();
                    assert!(
                        key.is_some_and(|key| key == "Article" || key.starts_with("Type_")),
                        "{what} {key:?}"
                    );
                    assert!(!finding.remedy.is_empty(), "{what}");
                }
            }
            Noticed::Conflict => assert_eq!(planned.conflicts.len(), 1, "{what}"),
            Noticed::Withheld(path) => {
                // Nothing of the type ships, or not this.
                let ships = planned.operations.iter().flat_map(|operation| &operation.changes);
                assert!(ships.into_iter().all(|change| change.path.as_str() != path), "{what}");
            }
            Noticed::Blocked => assert_eq!(planned.operations[0].risk, "blocked", "{what}"),
            Noticed::Stops(_) | Noticed::Avoided => {}
        }
    }

    let report = world.deploy_with(offender.options.clone()).await;
    let sent = writes(&world, "Article");
    let refused: Vec<_> = sent.iter().filter_map(|request| request.rule).collect();
    assert_eq!(refused, [""; 0], "{what}");
    world.fake.assert_clean();
    let outcome = report.outcomes.iter().find(|outcome| outcome.name != "Other");
    let status = outcome.map(|outcome| &*outcome.status);
    match offender.noticed {
        Noticed::Avoided => {
            assert_eq!((sent.len(), status), (1, Some("success")), "{what}: {:?}", report.outcomes);
        }
        Noticed::Finding(code, _) => {
            let error = outcome.and_then(|outcome| outcome.error.as_ref());
            let error = error.unwrap_or_else(|| panic!("{what}: {:?}", report.outcomes));
            assert_eq!((sent.len(), status), (0, Some("failed")), "{what}");
            assert_eq!(error.code, code, "{what}");
        }
        Noticed::Conflict => assert_eq!((sent.len(), status), (0, Some("conflict")), "{what}"),
        Noticed::Blocked => assert_eq!((sent.len(), status), (0, Some("blocked")), "{what}"),
        Noticed::Withheld(path) => {
            let outcome = outcome.unwrap();
            assert!(outcome.withheld.iter().any(|own| own == path), "{what}: {outcome:?}");
            assert_eq!((sent.len(), status), (0, Some("skipped")), "{what}");
        }
        Noticed::Stops(code) => {
            assert_eq!((sent.len(), report.status), (0, RunStatus::Failed), "{what}");
            assert_eq!(report.error.unwrap().code.as_str(), code, "{what}");
        }
    }
}

/// The platform's content cannot be seen: a deletion is warned of, and refused without harm.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_the_platform_refuses_was_warned_of() {
    let world = World::new().await;
    world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
    world.deploy().await;
    world.sql("DELETE FROM ContentType", &[]);
    world.fake.control().set_instances("Article", 3);
    let options = RunOptions { allow_delete: true, ..RunOptions::default() };
    assert_eq!(brief(&validate(&world, &options).await), ["warning DELETION Article"]);
    let report = world.deploy_with(options).await;
    let error = report.outcomes[0].error.as_ref().unwrap();
    assert_eq!(error.code, "DELETE_REFUSED");
    assert!(error.message.contains("content instances of this type exist"), "{}", error.message);
    assert!(world.fake.control().keys().contains(&"Article".to_owned()));
}

/// How many types the generator makes for each way of deploying.
const GENERATED: usize = 60;

/// Whatever a studio holds and whatever becomes of it: what the findings let through, the platform
/// takes.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_error_is_not_refused() {
    let mut runner = TestRunner::deterministic();
    let mut any_type = || arbitrary_content_type().new_tree(&mut runner).unwrap().current();
    for profile in ["compatible", "native"] {
        for version in [Version::V1, Version::Preview3] {
            let mut world = World::new().await;
            world.version = version;
            world.options["mapping"] = json!(profile);
            let first: Vec<ContentType> = (0..GENERATED).map(|at| named(at, any_type())).collect();
            for (at, own) in first.iter().enumerate() {
                write(&world, at, own);
            }
            let made = deploy_all(&world, &format!("new, {profile} {version:?}")).await;
            assert!(made > GENERATED / 3, "{made}");
            for (at, own) in first.iter().enumerate() {
                write(&world, at, &changed(own, any_type()));
            }
            let updated = deploy_all(&world, &format!("changed, {profile} {version:?}")).await;
            assert!(updated > GENERATED / 3, "{updated}");
        }
    }
}

/// Deploys everything with every consent; tells how many writes there were.
async fn deploy_all(world: &World, way: &str) -> usize {
    let options = RunOptions {
        allow_data_loss: true,
        allow_delete: true,
        bypass_validation: true,
        ..RunOptions::default()
    };
    let findings = validate(world, &options).await;
    let errors = findings.iter().filter(|finding| finding.blocks());
    let wrong: BTreeSet<&str> = errors.map(|one| one.type_key.as_deref().unwrap()).collect();
    world.fake.control().clear_requests();
    let report = world.deploy_with(options).await;
    assert!(report.error.is_none(), "{way}: {:?}", report.error);
    for request in world.fake.control().requests() {
        assert_eq!(request.rule, None, "{way}: {} {}", request.path, request.body);
    }
    world.fake.assert_clean();
    let failed = report.outcomes.iter().filter(|outcome| outcome.status == "failed");
    let failed: BTreeSet<&str> = failed.map(|outcome| &*outcome.type_key).collect();
    assert_eq!(failed, wrong, "{way}");
    assert!(!wrong.is_empty(), "{way}: nothing was wrong with any");
    let control = world.fake.control();
    control.count(Kind::Post) + control.count(Kind::Patch)
}

fn named(at: usize, own: ContentType) -> ContentType {
    ContentType { id: format!("c{at}"), name: format!("{} {at}", own.name), ..own }
}

/// Another definition of the same type, whose fields are the same ones as far as there were any.
fn changed(own: &ContentType, other: ContentType) -> ContentType {
    let mut now = ContentType { id: own.id.clone(), name: own.name.clone(), ..other };
    for (field, was) in now.fields.iter_mut().zip(&own.fields) {
        field.name.clone_from(&was.name);
        field.id.clone_from(&was.id);
    }
    now
}

/// Writes a row as one of the studio's writers would.
fn write(world: &World, at: usize, own: &ContentType) {
    let writer = if at.is_multiple_of(2) { Writer::Builder } else { Writer::Seed };
    let row = stored(writer, &sayable(own.clone()));
    let settings = row.settings.unwrap_or_default();
    world.sql(
        "INSERT OR REPLACE INTO ContentType
           (id, websiteId, name, fields, settings, createdAt, updatedAt)
         VALUES (?1, 'w1', ?2, ?3, ?4, 1, 1)",
        &[&row.id, &row.name, &row.fields, &settings],
    );
}
