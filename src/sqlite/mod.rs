//! Layer 5: the studio's database and the engine's own state, both in SQLite.
//!
//! [`SqliteStudio`] reads through a connection that cannot write, and copies rows out in one short
//! read transaction. It writes one row at a time, only when asked to, and sets no stored pragma.
//! [`SqliteStore`] keeps the engine's memory in a file of its own, or
//! in prefixed tables of the studio's database when asked to. Either opens on first use, never in
//! the constructor, and works on threads that may block.
//!
//! # Migrations
//!
//! The state is brought up to date by numbered SQL files in `migrations/`, whose checksums it
//! records. That is own code, about a hundred lines, because the crates for it do not fit:
//! `rusqlite_migration` counts in `user_version`, which belongs to the studio when the tables live
//! in its database; `refinery` has no table prefix and brings `regex`, `time` and `walkdir` along.
//!
//! # Two copies of SQLite in one process
//!
//! The studio's own client may bring another copy of SQLite into the process. POSIX locks belong to
//! the process, so the copies would not keep each other out, and closing a file in one drops the
//! locks of the other (sqlite.org, "How To Corrupt An SQLite Database File", §2.2.1). On Linux
//! `own_locks` cures both. On Windows locks belong to handles. On macOS neither is cured; therefore
//! the connections to the studio are kept open, neither database file is ever opened but by SQLite,
//! a read during which the file moved is repeated, and the state has its own file by default.

mod audit;
mod audit_cut;
mod audit_event;
mod backups;
mod column;
mod conflicts;
mod connection;
mod database;
mod date;
mod earlier;
mod fault;
mod history;
mod journal;
mod lease;
mod location;
mod memory;
mod memory_studio;
mod migration;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod own_locks;
mod packed;
mod record;
mod relay;
mod row_journal;
mod rows;
mod run;
mod session;
mod state;
mod store;
mod studio;
mod studio_write;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod system_calls;
mod vault;
mod versions;

pub use earlier::Earlier;
pub use location::{Folders, StateLocation, resolve_database};
pub use memory_studio::MemoryStudio;
pub use store::SqliteStore;
pub use studio::SqliteStudio;
