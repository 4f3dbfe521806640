//! Layer 4: what the engine asks of the world. Traits and plain types, nothing else.
//!
//! Every port is asynchronous and none hands out a transaction. The edges (layer 5) implement them;
//! the engine (layer 6) gets them as trait objects.

mod adapter;
mod clock;
mod dialect;
mod identity;
mod store;
mod studio;
mod transport;

/// Part of what a dialect declares, so that an edge needs nothing of the algebra.
pub use crate::merge::Shape;
pub use adapter::{
    Adapter, AdapterError, CreateMode, Effect, Listing, Operation, Ownership, Precondition,
    Refusal, RemoteDefinition, Revision, Stored, Traffic, Verb,
};
pub use clock::Clock;
pub use dialect::{
    Capabilities, Dialect, DialectError, FieldMapping, FieldNames, Held, IdentityMode, KeyNames,
    Loss, PreconditionMode, Projection,
};
pub use identity::{Entity, RemoteId, Scope};
pub use store::{
    Claim, Closing, ConflictRow, HistoryRow, Intent, JournalEntry, Lease, OperationState,
    PlannedRow, Record, RunEnd, RunRow, StateDetail, StateRow, Store, StoreError, TouchedAtom,
};
pub use studio::{Columns, DataVersion, RowSet, Studio, StudioError, TypeRow, WebsiteRow};
pub use transport::{Method, Request, Response, Transport, TransportError};
