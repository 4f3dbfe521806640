//! Layer 5: one folder per platform, each with a dialect (what it can express) and an adapter (a
//! connection to it).

pub mod files;
mod lens;
pub mod optimizely;
