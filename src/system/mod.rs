//! Layer 5: the machine the engine runs on.

mod clock;
mod virtual_clock;

pub use clock::SystemClock;
pub use virtual_clock::{Busy, VirtualClock};
