//! What is said about a movement that an interrupted pull was taking home.

use catalyst_sync::canonical::Path;
use catalyst_sync::engine::{
    Choice, ConflictRef, ProviderRequest, RunOptions, RunRequest, RunStatus, Strategy, TypeRef,
    Values, Wish,
};
use serde_json::json;

use crate::support::death::Death;
use crate::support::fake::Version;
use crate::support::scenario::{simple, writes};
use crate::support::sim::{Point, When};
use crate::support::world::{World, brief, request};

const TITLE: &str = "/properties/title/displayName";

/// How somebody decides about what moved.
#[derive(Clone, Copy, Debug)]
enum Verb {
    Accept,
    Overrule,
}

/// The row of a type that moved on the platform is about to be written, and the process is killed.
async fn interrupted() -> World {
    let world = World::new().await;
    for key in ["Post", "Page"] {
        world.add(key, key, &simple(key));
    }
    assert_eq!(world.deploy().await.status, RunStatus::Completed);
    world.let_time_pass();
    relabel(&world, "Post");
    let is_write = |at: Point| (at.port, at.call, at.when) == ("studio", "write", When::Before);
    let death = Death::at(1, is_write);
    let options = RunOptions { mode: Some("pull".to_owned()), ..RunOptions::default() };
    let pull = RunRequest { options, ..request() };
    assert!(death.strikes(&death.engine(&world), &pull).await);
    world
}

fn relabel(world: &World, key: &str) {
    let theirs = json!({ "properties": { "title": { "displayName": "Theirs" } } });
    assert!(world.fake.control().edit(Version::V1, key, theirs));
}

fn is_theirs(world: &World, id: &str) -> bool {
    let sql = "SELECT fields LIKE '%Theirs%' FROM ContentType WHERE id = ?1";
    world.studio.connect().query_row(sql, [id], |row| row.get(0)).unwrap()
}

/// Decides; why it was refused, if it was.
async fn decide(world: &World, verb: Verb, key: &str) -> Option<String> {
    let (provider, wanted) = (ProviderRequest::default(), TypeRef::named(key));
    match verb {
        Verb::Accept => {
            let path = Path::parse(TITLE).unwrap();
            let told = world.engine().accept_drift(&provider, &wanted, &path).await;
            told.err().map(|error| error.message)
        }
        Verb::Overrule => {
            let choice = Choice { strategy: Strategy::SourceWins, values: Values::new() };
            let conflict = Ok(ConflictRef::Type(wanted));
            let wish = vec![Wish { conflict, choice: Ok(Some(choice)) }];
            let told = world.engine().carry_out(&provider, "ada", wish).await.unwrap();
            told.into_iter().next().unwrap().error.map(|error| error.message)
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_its_way_home_is_there_before_anybody_decides_about_it() {
    for verb in [Verb::Accept, Verb::Overrule] {
        let world = interrupted().await;
        let refused = decide(&world, verb, "Post").await.unwrap_or_default();
        assert!(refused.contains("nothing of"), "{verb:?}: {refused}");
        assert!(is_theirs(&world, "Post"), "{verb:?}");
        let open = "SELECT count(*) FROM sync_rows WHERE state = 'started'";
        assert_eq!(world.state(open), "0", "{verb:?}");
        assert_eq!(world.changes().await.summary.unchanged, 2, "{verb:?}");
        assert_eq!(brief(&world.deploy().await.outcomes), [""; 0], "{verb:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_beside_it_holds() {
    for verb in [Verb::Accept, Verb::Overrule] {
        let world = interrupted().await;
        relabel(&world, "Page");
        world.let_time_pass();
        assert_eq!(decide(&world, verb, "Page").await, None, "{verb:?}");
        world.fake.control().clear_requests();
        let sent = match verb {
            Verb::Accept => vec![],
            Verb::Overrule => vec!["PATCH Page"],
        };
        world.deploy().await;
        assert_eq!(writes(&world), sent, "{verb:?}");
        assert_eq!([is_theirs(&world, "Post"), is_theirs(&world, "Page")], [true, false]);
    }
}
