//! The threads that everything asynchronous runs on.

use std::num::NonZero;
use std::thread::available_parallelism;

use tokio::runtime::Builder;

/// Registers a small runtime before the first call: the engine waits for networks and disks, and
/// the host's own threads need the cores. Should that fail, napi makes its default one.
#[napi_derive::module_init]
fn register() {
    let threads = available_parallelism().map_or(2, NonZero::get).clamp(2, 4);
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("catalyst-sync")
        .enable_all()
        .build();
    if let Ok(runtime) = runtime {
        napi::bindgen_prelude::create_custom_tokio_runtime(runtime);
    }
}
