//! Work on threads that may block.

use std::sync::mpsc;

use catalyst_sync::blocking::{Unfinished, blocking};
use tokio::runtime::{Builder, Runtime};

#[tokio::test]
async fn answers_and_panics_come_back() {
    assert_eq!(blocking(|| 7).await.unwrap(), 7);
    let panicked = blocking(|| panic!("a defect")).await;
    assert!(matches!(panicked, Err(Unfinished::Panicked(text)) if text == "a defect"));
}

#[test]
fn a_runtime_that_stops_before_the_work_starts_is_told() {
    let (runtime, other) = (with_one_thread(), with_one_thread());
    let (release, held) = mpsc::channel::<()>();
    let busy = runtime.spawn_blocking(move || held.recv().is_err());
    let waiting = runtime.block_on(async { blocking(|| ()) });
    runtime.shutdown_background();
    drop(release);
    assert!(matches!(other.block_on(waiting), Err(Unfinished::Stopped)));
    assert!(other.block_on(busy).unwrap());
}

fn with_one_thread() -> Runtime {
    Builder::new_multi_thread().max_blocking_threads(1).build().unwrap()
}
