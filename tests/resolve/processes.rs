//! Two processes that decide the same conflict.
//!
//! The children are this test binary once more. Each waits for a line before it decides, so that both
//! begin at once.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use catalyst_sync::compose::{EngineOptions, engine};
use catalyst_sync::engine::{ProviderRequest, Strategy, Verdict};
use serde_json::{Value, json};

use super::{conflicting, definition, open, verdict};
use crate::support::world::{World, brief};

/// Says what a child has to decide.
const CHILD: &str = "CATALYST_SYNC_TEST_DECISION";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "is the child of the other test"]
async fn child() {
    let task = std::env::var(CHILD).expect("the parent says what to decide");
    let task: Value = serde_json::from_str(&task).unwrap();
    let word = |name: &str| task[name].as_str().unwrap();
    let engine = engine(&EngineOptions::from_json(word("options")).unwrap()).unwrap();
    let strategy = Strategy::from_word(word("strategy")).unwrap();
    let verdict = Verdict { by: word("by").to_owned(), ..verdict(word("conflict"), strategy) };
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let resolutions = engine.resolve(&ProviderRequest::default(), vec![verdict]).await.unwrap();
    std::fs::write(word("answer"), serde_json::to_string(&resolutions).unwrap()).unwrap();
}

fn spawn(world: &World, conflict: &str, (by, strategy): (&str, &str)) -> Child {
    let task = json!({ "options": world.options_text(), "conflict": conflict, "by": by,
                       "strategy": strategy, "answer": world.beside(by) });
    Command::new(std::env::current_exe().unwrap())
        .args(["resolve::processes::child", "--exact", "--ignored"])
        .env(CHILD, task.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wins_and_the_other_is_told() {
    let sides = [("ada", "source_wins"), ("bob", "target_wins")];
    for round in 0..4 {
        let (world, id) = conflicting().await;
        let mut children = sides.map(|side| spawn(&world, &id, side));
        for child in &mut children {
            child.stdin.take().unwrap().write_all(b"go\n").unwrap();
        }
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        let answers = sides.map(|(by, _)| -> Value {
            let text = std::fs::read_to_string(world.beside(by)).unwrap();
            serde_json::from_str::<Value>(&text).unwrap()[0].clone()
        });
        let won: Vec<usize> = (0..2).filter(|at| answers[*at]["success"] == json!(true)).collect();
        let [winner] = won[..] else { panic!("round {round}: {answers:?}") };
        // The other came while it was being decided, or after.
        let code = answers[1 - winner]["error"]["code"].as_str().unwrap();
        assert!(
            ["DEPLOYMENT_IN_PROGRESS", "CONFLICT", "PLAN_STALE"].contains(&code),
            "{answers:?}"
        );
        let said = answers[1 - winner]["error"]["message"].as_str().unwrap();
        assert!(
            code != "DEPLOYMENT_IN_PROGRESS" || said.starts_with("resolveConflicts() "),
            "{said}"
        );
        assert!(open(&world).await.is_empty());
        let decided = "SELECT group_concat(resolved_by || ' ' || resolution) FROM conflict_log";
        let (by, strategy) = sides[winner];
        assert_eq!(world.state(decided), format!("{by} {strategy}"));
        let label = definition(&world, "c1")["fields"][0]["label"].clone();
        assert_eq!(label, ["B", "C"][winner]);
        let sent: &[&str] = if winner == 0 { &["BlogPost update success"] } else { &[] };
        assert_eq!(brief(&world.deploy().await.outcomes), sent);
    }
}
