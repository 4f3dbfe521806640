//! What keeps others out of a scope.

use std::fmt;
use std::sync::Arc;

/// Lets go of a scope when the last copy of its lease is gone: a run that was dropped or that panicked
/// gives nothing back.
#[derive(Clone)]
pub struct Hold {
    _guard: Arc<dyn Send + Sync>,
}

impl Hold {
    /// Lets go by dropping a guard.
    pub fn new(guard: Arc<dyn Send + Sync>) -> Self {
        Self { _guard: guard }
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hold")
    }
}
