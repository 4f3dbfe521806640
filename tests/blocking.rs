//! Work on threads that may block.

use catalyst_sync::blocking::{Unfinished, blocking};
use tokio::runtime::Runtime;

#[tokio::test]
async fn answers_and_panics_come_back() {
    assert_eq!(blocking(|| 7).await.unwrap(), 7);
    let panicked = blocking(|| panic!("a defect")).await;
    assert!(matches!(panicked, Err(Unfinished::Panicked(text)) if text == "a defect"));
}

#[test]
fn a_runtime_that_stopped_before_the_work_started_is_told() {
    let (stopped, other) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let handle = stopped.handle().clone();
    stopped.shutdown_background();
    let waiting = {
        let _inside = handle.enter();
        blocking(|| ())
    };
    assert!(matches!(other.block_on(waiting), Err(Unfinished::Stopped)));
}
