//! What a rollback puts back, and what it leaves alone.

use catalyst_sync::engine::{RunOptions, RunStatus};
use serde_json::json;

use super::{Bench, SIDES, Side, everything, fields, told};
use crate::support::fake::Version;
use crate::support::scenario::{allow_data_loss, allow_delete, bodies};

/// `Event` as deployed by `first`, and edited by `second`: a label, and a property more.
async fn edited(side: Side) -> Bench {
    let bench = Bench::new(side).await;
    bench.world.add("c1", "Event", &fields(&[("title", "Title"), ("venue", "Venue")]));
    assert_eq!(bench.deploy("first", RunOptions::default()).await.status, RunStatus::Completed);
    let now = fields(&[("title", "Headline"), ("venue", "Venue"), ("price", "Price")]);
    bench.world.change("c1", &now);
    assert_eq!(bench.deploy("second", RunOptions::default()).await.status, RunStatus::Completed);
    assert_eq!(bench.labels("Event"), ["price=Price", "title=Headline", "venue=Venue"]);
    bench
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_goes_back_and_the_edit_of_the_studio_is_pending_again() {
    for side in SIDES {
        let bench = edited(side).await;
        let before = bench.stored("Event");
        bench.world.fake.control().clear_requests();
        let undone = bench.undo("second", allow_data_loss()).await;
        assert_eq!(told(&undone).1, ["Event update success"], "{side:?} {:?}", undone.error);
        assert_eq!(undone.status, RunStatus::Completed);
        assert_eq!(bench.labels("Event"), ["title=Title", "venue=Venue"], "{side:?}");
        assert_eq!(bench.pending().await, [0, 1, 0, 0, 0], "{side:?}");
        if side == Side::Api(Version::V1) {
            let expected =
                json!({ "properties": { "price": null, "title": { "displayName": "Title" } } });
            assert_eq!(bodies(&bench.world, "PATCH", "Event"), [expected]);
        }
        let again = bench.deploy("third", RunOptions::default()).await;
        assert_eq!(told(&again).1, ["Event update success"], "{side:?}");
        let names = |stored: Option<serde_json::Value>| stored.map(|it| it["fields"].clone());
        assert_eq!(names(bench.stored("Event")), names(before), "{side:?}");
        assert_eq!(bench.labels("Event"), ["price=Price", "title=Headline", "venue=Venue"]);
        assert_eq!(bench.pending().await, [0; 5], "{side:?}");
        bench.world.fake.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_lose_content_waits_for_consent() {
    for side in SIDES {
        let bench = edited(side).await;
        let undone = bench.undo("second", RunOptions::default()).await;
        assert_eq!(told(&undone).1, ["Event update success"], "{side:?}");
        let is_of_price = |path: &String| path.contains("price");
        assert!(undone.outcomes[0].withheld.iter().any(is_of_price), "{:?}", undone.outcomes);
        assert_eq!(bench.labels("Event"), ["price=Price", "title=Title", "venue=Venue"]);
        let rest = bench.undo("second", allow_data_loss()).await;
        assert_eq!(told(&rest).1, ["Event update success"], "{side:?} {:?}", rest.error);
        assert_eq!(bench.labels("Event"), ["title=Title", "venue=Venue"], "{side:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_is_undone_by_a_deletion_that_somebody_allowed() {
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
        bench.deploy("first", RunOptions::default()).await;
        let kept = bench.undo("first", RunOptions::default()).await;
        let expected = vec!["Event delete skipped DELETE_REFUSED".to_owned()];
        assert_eq!(told(&kept), (RunStatus::Completed, expected), "{side:?}");
        let why = &kept.outcomes[0].error.as_ref().unwrap().message;
        assert!(why.contains("roll back with allowDelete"), "{why}");
        assert_eq!(bench.labels("Event"), ["title=Title"]);

        let undone = bench.undo("first", allow_delete()).await;
        assert_eq!(told(&undone).1, ["Event delete success"], "{side:?} {:?}", undone.error);
        assert_eq!(bench.stored("Event"), None, "{side:?}");
        assert_eq!(bench.pending().await, [1, 0, 0, 0, 0], "{side:?}");
        bench.deploy("again", RunOptions::default()).await;
        assert_eq!(bench.labels("Event"), ["title=Title"], "{side:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_adopted_is_never_deleted() {
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.seed("Event", "title", "Title");
        bench.world.add("c1", "Event", &fields(&[("title", "Title"), ("price", "Price")]));
        let adopted = bench.deploy("first", RunOptions::default()).await;
        assert_eq!(told(&adopted).1, ["Event update success"], "{side:?} {:?}", adopted.error);
        let undone = bench.undo("first", everything()).await;
        assert_eq!(told(&undone).1, ["Event update success"], "{side:?} {:?}", undone.error);
        assert_eq!(bench.labels("Event"), ["title=Title"], "{side:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_is_undone_by_making_the_type_again() {
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.world.add("c1", "Event", &fields(&[("title", "Title"), ("venue", "Venue")]));
        bench.deploy("first", RunOptions::default()).await;
        bench.world.let_time_pass();
        bench.world.drop_row("c1");
        let deleted = bench.deploy("second", allow_delete()).await;
        assert_eq!(told(&deleted).1, ["Event delete success"], "{side:?}");
        let undone = bench.undo("second", RunOptions::default()).await;
        assert_eq!(told(&undone).1, ["Event create success"], "{side:?} {:?}", undone.error);
        assert_eq!(bench.labels("Event"), ["title=Title", "venue=Venue"], "{side:?}");
        bench.world.let_time_pass();
        assert_eq!(bench.pending().await, [0, 0, 1, 0, 0], "{side:?}");
        let again = bench.deploy("third", allow_delete()).await;
        assert_eq!(told(&again).1, ["Event delete success"], "{side:?} {:?}", again.error);
    }
}

/// What the platform knows besides of a type that is made again.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ours_comes_back_with_the_type() {
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
        bench.deploy("first", RunOptions::default()).await;
        bench.world.let_time_pass();
        let of_type: &str = match side {
            Side::Api(version) => {
                let localized = if version == Version::V1 { "isLocalized" } else { "localized" };
                let patch = json!({ "mayContainTypes": ["_self"], "properties": {
                    "title": { localized: true, "indexingType": "searchable" } } });
                assert!(bench.world.fake.control().edit(version, "Event", patch));
                "mayContainTypes"
            }
            Side::Folder => {
                let mut stored = bench.stored("Event").unwrap();
                stored["theirs"] = json!({ "a": 1 });
                stored["fields"][0]["colour"] = json!("red");
                std::fs::write(bench.file("Event"), stored.to_string()).unwrap();
                "theirs"
            }
        };
        let before = bench.stored("Event").unwrap();
        bench.world.drop_row("c1");
        bench.deploy("second", allow_delete()).await;
        assert_eq!(bench.stored("Event"), None, "{side:?}");
        let undone = bench.undo("second", RunOptions::default()).await;
        assert_eq!(undone.status, RunStatus::Completed, "{side:?} {:?}", told(&undone));
        let after = bench.stored("Event").unwrap();
        assert_eq!(after[of_type], before[of_type], "{side:?}");
        let list = if side == Side::Folder { "fields" } else { "properties" };
        assert_eq!(after[list], before[list], "{side:?}");
        bench.world.fake.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_changed_since_stays() {
    for side in SIDES {
        let bench = edited(side).await;
        bench.relabel("Event", "venue", "Place");
        let undone = bench.undo("second", everything()).await;
        assert_eq!(told(&undone).1, ["Event update success"], "{side:?} {:?}", undone.error);
        assert_eq!(bench.labels("Event"), ["title=Title", "venue=Place"], "{side:?}");
        // The studio's own edit goes out again, and theirs is still theirs.
        let again = bench.deploy("third", RunOptions::default()).await;
        assert_eq!(told(&again).1, ["Event update success"], "{side:?}");
        assert_eq!(bench.labels("Event"), ["price=Price", "title=Headline", "venue=Place"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_changed_too_is_a_conflict_until_somebody_decides() {
    for side in SIDES {
        let bench = edited(side).await;
        bench.relabel("Event", "title", "Theirs");
        let undone = bench.undo("second", everything()).await;
        let expected = vec!["Event update conflict CONFLICT".to_owned()];
        assert_eq!(told(&undone), (RunStatus::Partial, expected), "{side:?} {:?}", undone.error);
        let why = &undone.outcomes[0].error.as_ref().unwrap().message;
        assert!(why.starts_with("changed since the deployment") && why.contains("title"), "{why}");
        assert_eq!(bench.labels("Event"), ["title=Theirs", "venue=Venue"], "{side:?}");
        assert_eq!(bench.world.state("SELECT count(*) FROM conflict_log"), "0", "{side:?}");

        let conflict_strategy = Some("source_wins".to_owned());
        let decided = bench.undo("second", RunOptions { conflict_strategy, ..everything() }).await;
        assert_eq!(told(&decided).1, ["Event update success"], "{side:?} {:?}", decided.error);
        assert_eq!(bench.labels("Event"), ["title=Title", "venue=Venue"], "{side:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_overruled_is_in_conflict_again() {
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.world.add("c1", "Event", &fields(&[("title", "Title"), ("venue", "Venue")]));
        bench.deploy("first", RunOptions::default()).await;
        bench.world.let_time_pass();
        bench.relabel("Event", "title", "Theirs");
        bench.world.change("c1", &fields(&[("title", "Ours"), ("venue", "Place")]));
        assert_eq!(bench.pending().await, [0, 0, 0, 0, 1], "{side:?}");
        let conflict_strategy = Some("source_wins".to_owned());
        let overruling = RunOptions { conflict_strategy, ..RunOptions::default() };
        let overruled = bench.deploy("second", overruling).await;
        assert_eq!(told(&overruled).1, ["Event update success"], "{side:?}");
        assert_eq!(bench.labels("Event"), ["title=Ours", "venue=Place"], "{side:?}");

        let undone = bench.undo("second", RunOptions::default()).await;
        assert_eq!(told(&undone).1, ["Event update success"], "{side:?} {:?}", undone.error);
        assert_eq!(bench.labels("Event"), ["title=Theirs", "venue=Venue"], "{side:?}");
        assert_eq!(bench.pending().await, [0, 0, 0, 0, 1], "{side:?}");
        let again = bench.deploy("third", RunOptions::default()).await;
        assert_eq!(told(&again).1, ["Event update conflict CONFLICT"], "{side:?}");
        assert_eq!(bench.labels("Event"), ["title=Theirs", "venue=Place"], "{side:?}");
    }
}

/// Each website has its own part in a deployment.
#[tokio::test(flavor = "multi_thread")]
async fn all_websites_of_a_deployment_are_undone() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    bench.world.website("w2");
    bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
    bench.world.add_to("w2", "c2", "Talk", &fields(&[("title", "Title")]));
    bench.deploy("first", RunOptions::default()).await;
    bench.world.change("c1", &fields(&[("title", "Headline")]));
    bench.world.change("c2", &fields(&[("title", "Headline")]));
    bench.deploy("second", RunOptions::default()).await;
    let undone = bench.undo("second", RunOptions::default()).await;
    assert_eq!(told(&undone).1, ["Event update success", "Talk update success"]);
    assert_eq!((bench.labels("Event"), bench.labels("Talk")), {
        let title = || vec!["title=Title".to_owned()];
        (title(), title())
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_created_type_that_somebody_else_works_on_stays() {
    for side in SIDES {
        let bench = Bench::new(side).await;
        bench.world.add("c1", "Event", &fields(&[("title", "Title")]));
        bench.deploy("first", RunOptions::default()).await;
        bench.relabel("Event", "title", "Theirs");
        let undone = bench.undo("first", everything()).await;
        assert_eq!(told(&undone).1, ["Event none conflict CONFLICT"], "{side:?}");
        assert_eq!(bench.labels("Event"), ["title=Theirs"], "{side:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_can_be_rolled_back() {
    for side in SIDES {
        let bench = edited(side).await;
        bench.world.add("c2", "Talk", &fields(&[("title", "Title")]));
        bench.world.change("c1", &fields(&[("title", "Name"), ("venue", "Venue")]));
        bench.deploy("third", everything()).await;
        let after = ["title=Name", "venue=Venue"];
        assert_eq!(
            (bench.labels("Event"), bench.labels("Talk")),
            (after.map(str::to_owned).into(), vec!["title=Title".to_owned()])
        );
        bench.undo("third", everything()).await;
        assert_eq!(bench.labels("Event"), ["price=Price", "title=Headline", "venue=Venue"]);
        assert_eq!(bench.stored("Talk"), None);
        bench.world.let_time_pass();
        let again = bench.undo("third-rollback", everything()).await;
        assert_eq!(told(&again).1, ["Talk create success", "Event update success"], "{side:?}");
        assert_eq!(bench.labels("Event"), after, "{side:?}");
        assert_eq!(bench.labels("Talk"), ["title=Title"], "{side:?}");
        assert_eq!(bench.pending().await, [0; 5], "{side:?}");
    }
}

/// Of types that refer to each other, what is referred to comes first, and goes last.
#[tokio::test(flavor = "multi_thread")]
async fn types_that_refer_to_each_other_go_and_come_in_order() {
    let bench = Bench::new(Side::Api(Version::V1)).await;
    let mut world = bench.world;
    world.options["mapping"] = json!("native");
    let bench = Bench { world, ..bench };
    let pointing = |to: &str| {
        json!([{ "id": "f1", "name": "next", "label": "Next", "type": "reference",
                 "referenceTypes": [to], "allowedTypes": [to] }])
    };
    bench.world.add("a", "Alpha", &pointing("Beta"));
    bench.world.add("b", "Beta", &json!([{ "id": "t", "name": "title", "type": "text" }]));
    assert_eq!(bench.deploy("first", everything()).await.status, RunStatus::Completed);
    let undone = bench.undo("first", everything()).await;
    assert_eq!(told(&undone).1, ["Alpha delete success", "Beta delete success"]);
    let again = bench.undo("first-rollback", everything()).await;
    assert_eq!(told(&again).1, ["Beta create success", "Alpha create success"]);
    let allowed = bench.stored("Alpha").unwrap()["properties"]["next"]["allowedTypes"].clone();
    assert_eq!(allowed, json!(["Beta"]));
    bench.world.fake.assert_clean();
}
