//! Where a test looks on, and may stop the world: before and after every call of a port.

use async_trait::async_trait;

/// Which side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Nothing has happened yet.
    Before,
    /// It is done, and nobody knows yet.
    After,
}

/// One moment in the life of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// `store`, `studio`, `adapter` or `wire`.
    pub port: &'static str,
    /// The call, or the method of a request.
    pub call: &'static str,
    /// Which side of it.
    pub when: When,
}

impl std::fmt::Display for Point {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let when = match self.when {
            When::Before => "before",
            When::After => "after",
        };
        write!(out, "{when} {} {}", self.port, self.call)
    }
}

/// Is told of every moment. What does not return from it has died there.
#[async_trait]
pub trait Tap: Send + Sync {
    /// The world is at this point.
    async fn at(&self, point: Point);
}
