//! The operating system's clock.

use std::collections::BTreeSet;
use std::time::Duration;

use catalyst_sync::port::Clock as _;
use catalyst_sync::system::SystemClock;

#[test]
fn time_is_after_this_was_written_and_does_not_go_back() {
    let clock = SystemClock;
    assert!(clock.now() > 1_767_225_600_000);
    let earlier = clock.elapsed();
    assert!(clock.elapsed() >= earlier);
}

#[test]
fn random_numbers_differ() {
    let numbers: BTreeSet<u64> = (0..1_000).map(|_| SystemClock.random()).collect();
    assert_eq!(numbers.len(), 1_000);
}

#[tokio::test(start_paused = true)]
async fn sleep_lasts_as_long_as_asked() {
    let before = tokio::time::Instant::now();
    SystemClock.sleep(Duration::from_secs(5)).await;
    assert_eq!(before.elapsed(), Duration::from_secs(5));
}
