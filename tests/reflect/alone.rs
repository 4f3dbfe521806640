//! Each attribute that moves alone on the platform comes home alone.
