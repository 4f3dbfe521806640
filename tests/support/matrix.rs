//! Cases of one test that have nothing in common but the test.

use std::panic::resume_unwind;

use tokio::task::JoinSet;

/// How many cases run at a time. They wait for disks most of their time.
const WIDTH: usize = 8;

/// Checks every case, several at a time; fails as soon as one does.
pub async fn each<T, F>(cases: impl IntoIterator<Item = T>, check: impl Fn(T) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    for case in cases {
        if running.len() == WIDTH {
            end_one(&mut running).await;
        }
        running.spawn(check(case));
    }
    while !running.is_empty() {
        end_one(&mut running).await;
    }
}

async fn end_one(running: &mut JoinSet<()>) {
    if let Some(Err(error)) = running.join_next().await {
        resume_unwind(error.into_panic());
    }
}
