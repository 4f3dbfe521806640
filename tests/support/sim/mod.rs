//! A world in which everything that happens can happen again in the same way: one thread, virtual
//! time, randomness from a seed, and a platform without sockets. Engine, studio and memory are the
//! real ones.

mod clock;
mod line;
mod platforms;
mod store;
mod studio;
mod tap;

pub use clock::SimClock;
pub use line::{call_of, lost, not_sent, response_of};
pub use platforms::TappedPlatforms;
pub use store::{StoreBug, TappedStore};
pub use studio::{Onlooker, TappedStudio};
pub use tap::{Point, Tap, When};

use catalyst_sync::blocking::AtOnce;

/// Runs a story on one thread whose time stands still until everybody waits.
pub fn simulate<T>(story: impl Future<Output = T>) -> T {
    let _at_once = AtOnce::new();
    in_virtual_time(story)
}

/// As [`simulate`], with other threads for what may block, so not in the same order each time.
pub fn in_virtual_time<T>(story: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build();
    runtime.expect("a runtime is made").block_on(story)
}

/// A new folder, in memory where the system has a place for that.
pub fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder is made")
}
