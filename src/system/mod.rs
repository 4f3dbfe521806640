//! Layer 5: the machine the engine runs on.

mod clock;

pub use clock::SystemClock;
