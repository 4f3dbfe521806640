//! The operating system's clock, and the one of tests.

use std::collections::BTreeSet;
use std::time::Duration;

use catalyst_sync::port::Clock as _;
use catalyst_sync::system::{SystemClock, VirtualClock};

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

#[tokio::test(start_paused = true)]
async fn virtual_time_jumps_from_the_end_of_one_wait_to_the_next() {
    let clock = VirtualClock::new(Some(1_000), 1);
    let wait = |seconds| {
        let clock = &clock;
        async move {
            clock.sleep(Duration::from_secs(seconds)).await;
            clock.now()
        }
    };
    assert_eq!(tokio::join!(wait(90), wait(30)), (91_000, 31_000));
    clock.advance(Duration::from_millis(5));
    assert_eq!(clock.now(), 91_005);
}

#[tokio::test(start_paused = true)]
async fn virtual_time_stands_still_while_a_request_is_on_its_way() {
    let clock = VirtualClock::new(Some(0), 1);
    let busy = clock.busy();
    let long = Duration::from_secs(1);
    assert!(tokio::time::timeout(long, clock.sleep(long)).await.is_err());
    assert_eq!(clock.now(), 0);
    drop(busy);
    clock.sleep(long).await;
    assert_eq!(clock.now(), 1_000);
}

#[test]
fn virtual_time_begins_now_unless_it_is_said_when() {
    let before = SystemClock.now();
    assert!(VirtualClock::new(None, 1).now() >= before);
}

#[test]
fn a_seed_gives_the_same_numbers_again() {
    let numbers = |seed| {
        let clock = VirtualClock::new(None, seed);
        [clock.random(), clock.random()]
    };
    assert_eq!(numbers(7), numbers(7));
    assert_ne!(numbers(7), numbers(8));
}
