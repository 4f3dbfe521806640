//! Layer 4: what the engine asks of the world. Traits and plain types, nothing else.
//!
//! Every port is asynchronous and none hands out a transaction. The edges (layer 5) implement them;
//! the engine (layer 6) gets them as trait objects.

mod adapter;
mod audit;
mod backups;
mod clock;
mod conflicts;
mod dialect;
mod history;
mod hold;
mod identity;
mod relay;
mod row_journal;
mod store;
mod studio;
mod transport;
mod vault;
mod versions;

/// Part of what a dialect declares, so that an edge needs nothing of the algebra.
pub use adapter::{
    Adapter, AdapterError, Effect, Listing, Operation, Ownership, Refusal, RemoteDefinition,
    Revision, Stored, Traffic,
};
pub use audit::{Audit, AuditBounds, AuditEnd, Author};
pub use backups::{Backup, BackupFilter, Backups, Change, KeptBefore, KnownRun, RunLink};
pub use clock::Clock;
pub use conflicts::{ConflictFilter, Conflicts, Decided, Decision, Settlement, StoredConflict};
pub use dialect::{
    Dialect, DialectError, FieldMapping, FieldNames, Held, KeyNames, Loss, Projection, Reflection,
};
pub use history::{
    Alarms, Direction, FailureGroup, History, HistoryEntry, HistoryFilter, HistoryPage, KnownType,
    LastAttempt, StateFilter, SyncStateRow, Tally, TallyOfDay,
};
pub use hold::Hold;
pub use identity::{Entity, RemoteId, Scope};
pub use relay::{Beat, Relay, Told};
pub use row_journal::{OpenRow, RowBounds, RowIntent, RowJournal};
pub use store::{
    Check, Claim, Closing, ConflictRow, HistoryRow, Intent, JournalEntry, Lease, OperationState,
    PlannedRow, Record, RunEnd, RunRow, RunStep, StateDetail, StateRow, Store, StoreError,
    TouchedAtom,
};
pub use studio::{
    Columns, DataVersion, RowOutcome, RowSet, RowWrite, Studio, StudioError, TypeRow, WebsiteRow,
};
// What the edges need of the layers below, so that they need no other door.
pub use crate::audit as chain;
pub use crate::merge::Shape;
pub use crate::plan::{Capabilities, CreateMode, IdentityMode, PreconditionMode, Verb};
pub use transport::{Method, Request, Response, Transport, TransportError};
pub use vault::{Sealed, Vault};
pub use versions::{
    AgedVersion, ChangeType, Document, NewVersion, VersionFilter, VersionHead, VersionLinks,
    VersionRow, VersionSource, Versions,
};
