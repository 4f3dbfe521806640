//! Queries whose cost does not depend on how long a history is.

use super::*;

/// What SQLite does for a query: a search by an index, in its order, and nothing sorted.
#[tokio::test]
async fn a_history_is_read_by_an_index_in_its_order() {
    let world = world().await;
    let engine = world.engine();
    world.add("c1", "Post", &simple("Post"));
    record(&engine, "c1").await.unwrap();
    let state = state(&world);
    let cases = [
        ("", "idx_versions_time"),
        ("AND created_at >= 5 AND created_at <= 9", "idx_versions_time"),
        ("AND author = 'ada'", "idx_versions_author"),
        ("AND change_source = 'UI'", "idx_versions_source"),
        ("AND change_type = 'create' AND created_at >= 5", "idx_versions_change"),
    ];
    for (condition, index) in cases {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT content_snapshot FROM content_type_versions
             WHERE website_id = 'w1' AND kind = 'content-type' AND local_id = 'c1' {condition}
             ORDER BY created_at DESC, id DESC LIMIT 50"
        );
        let mut statement = state.prepare(&sql).unwrap();
        let plan: Vec<String> =
            statement.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert_eq!(plan.len(), 1, "{condition}: {plan:?}");
        assert!(plan[0].contains(&format!("USING INDEX {index} ")), "{condition}: {plan:?}");
    }
}
