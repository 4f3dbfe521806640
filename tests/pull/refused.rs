//! Rows that the studio's database does not take.

use serde_json::json;

use super::{definition, deployed, edit, nothing_is_left, run};
use crate::support::fake::Version;
use crate::support::world::brief;

/// It is one type that failed: the others go on, and no later run is stopped by it.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_refused_fails_alone_and_once() {
    let world = deployed("compatible", Version::V1).await;
    let demand = "CREATE TRIGGER demand BEFORE UPDATE ON ContentType WHEN NEW.name = 'Post'
                  BEGIN SELECT RAISE(ABORT, 'posts are frozen'); END";
    world.studio.connect().execute_batch(demand).unwrap();
    edit(&world, "Event", json!({ "description": "Theirs" }));
    edit(&world, "Post", json!({ "description": "Theirs" }));
    let before = definition(&world, "c2");
    let report = run(&world, "bidirectional").await;
    let mut outcomes = brief(&report.outcomes);
    outcomes.sort();
    assert_eq!(outcomes, ["Event update success", "Post update failed VALIDATION_FAILED"]);
    let failed = report.outcomes.iter().find(|one| one.type_key == "Post").unwrap();
    let message = &failed.error.as_ref().unwrap().message;
    assert!(message.contains("refuses the row: posts are frozen"), "{message}");
    assert_eq!(definition(&world, "c2"), before);
    assert_eq!(world.state("SELECT count(*) FROM sync_rows WHERE state = 'started'"), "0");

    assert_eq!(brief(&run(&world, "push").await.outcomes), [""; 0]);
    world.studio.connect().execute_batch("DROP TRIGGER demand").unwrap();
    assert_eq!(brief(&run(&world, "bidirectional").await.outcomes), ["Post update success"]);
    nothing_is_left(&world).await;
}
