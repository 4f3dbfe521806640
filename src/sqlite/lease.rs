//! One writer per scope.
//!
//! A file lock says whether the holder lives: the kernel releases it at death, and a second handle
//! in the same process is refused like any other (`flock` on Unix, `LockFileEx` on Windows, see
//! `std::fs::File::try_lock`). The lease row says who it is, since when, and under which fence. The
//! fence grows at every take-over and is compared in every write, so that a holder whose lock was
//! lost, because somebody deleted the file or the file system does not share locks, writes nothing.
//!
//! The lock is taken and given back inside the transaction that writes the row, so that whoever finds
//! it taken reads who took it, and never the name of the holder before.

use std::collections::HashMap;
use std::fs::{self, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use rusqlite::OptionalExtension as _;

use super::database::Database;
use super::fault::Fault;
use super::memory;
use super::session::Session;
use crate::digest::Digest;
use crate::port::{Hold, Lease, Scope, StoreError};

/// The locks that this store holds. They go with it, whoever still has a lease of it.
#[derive(Default)]
pub(super) struct Locks(Arc<Held>);

/// By scope and holder.
type Held = Mutex<HashMap<Name, Lock>>;

type Name = (Scope, String);

/// Gives a lock back that nobody released.
struct Guard {
    held: Weak<Held>,
    name: Name,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(held) = self.held.upgrade() {
            drop(locked(&held).remove(&self.name));
        }
    }
}

/// A lock that is given back when it is dropped: a file's, or one of this process for a database in
/// memory.
type Lock = Box<dyn Send>;

impl Locks {
    /// Takes a scope, and over what a dead holder left.
    pub(super) fn acquire(
        &self,
        database: &Database,
        scope: &Scope,
        owner: &str,
        now: i64,
    ) -> Result<Lease, StoreError> {
        // Nobody holds anything after a power cut, and what is written under it makes it durable.
        let (lock, fence, holder) = database.write_ahead(|session| {
            let Some(lock) = lock(&database.locks(), scope)? else {
                // Of a state that was made anew under a lock, nobody knows who took it.
                let row = holder(session, scope)?;
                let (holder, since) = row.unwrap_or_else(|| ("another process".to_owned(), now));
                return Err(StoreError::Held { holder, since }.into());
            };
            let (fence, holder) = take(session, scope, owner, now)?;
            Ok((lock, fence, holder))
        })?;
        let name = (scope.clone(), holder.clone());
        locked(&self.0).insert(name.clone(), lock);
        let guard = Guard { held: Arc::downgrade(&self.0), name };
        Ok(Lease { scope: scope.clone(), fence, holder, hold: Hold::new(Arc::new(guard)) })
    }

    /// Gives a scope back. The lock goes even when the row cannot be written: it alone counts.
    pub(super) fn release(&self, database: &Database, lease: &Lease) -> Result<(), StoreError> {
        let lock = locked(&self.0).remove(&(lease.scope.clone(), lease.holder.clone()));
        database.write_ahead(|session| {
            session
                .prepare(
                    "UPDATE {prefix}sync_leases SET held = 0
                     WHERE website_id = ?1 AND target = ?2 AND fence = ?3 AND holder = ?4",
                )?
                .execute((
                    &lease.scope.website_id,
                    &lease.scope.target,
                    lease.fence,
                    &lease.holder,
                ))?;
            drop(lock);
            Ok(())
        })
    }
}

fn locked(held: &Held) -> MutexGuard<'_, HashMap<Name, Lock>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether nobody took the lease over and it was not given back. Asked in every write under it.
pub(super) fn is_held(session: Session<'_>, lease: &Lease) -> Result<bool, Fault> {
    let Lease { scope, fence, holder, .. } = lease;
    Ok(session
        .prepare(
            "SELECT 1 FROM {prefix}sync_leases
             WHERE website_id = ?1 AND target = ?2 AND fence = ?3 AND holder = ?4 AND held = 1",
        )?
        .exists((&scope.website_id, &scope.target, fence, holder))?)
}

/// Whether deployments could be locked here.
pub(super) fn check_lockable(database: &Database) -> Result<(), StoreError> {
    let folder = database.locks();
    if memory::holds(&folder) {
        return Ok(());
    }
    fs::create_dir_all(&folder).map_err(|error| refuse(&folder, &error))
}

/// Whether the state and its locks could be written. The file itself is only asked for its
/// permissions: closing it after opening it would drop the locks that this process holds on it. A
/// file without a name is gone when it is closed.
pub(super) fn check_recordable(database: &Database) -> Result<(), StoreError> {
    let file = database.file();
    if memory::holds(file) {
        return Ok(());
    }
    match fs::metadata(file) {
        Ok(found) if found.permissions().readonly() => {
            return Err(refuse(file, &io::Error::from(io::ErrorKind::PermissionDenied)));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(refuse(file, &error)),
        _ => {}
    }
    let folder = file.parent().unwrap_or(file);
    tempfile::tempfile_in(folder).map(drop).map_err(|error| refuse(file, &error))
}

/// Locks a scope; `None` while somebody else does. The file is never deleted: a lock on a deleted
/// file excludes nobody.
fn lock(folder: &Path, scope: &Scope) -> Result<Option<Lock>, StoreError> {
    let digest = Digest::of_parts([scope.website_id.as_bytes(), scope.target.as_bytes()]);
    let path = folder.join(digest.to_string());
    if memory::holds(&path) {
        return Ok(memory::Lock::take(path).map(|lock| Box::new(lock) as Lock));
    }
    let opened = fs::create_dir_all(folder).and_then(|()| {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)
    });
    let file = opened.map_err(|error| refuse(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Box::new(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(refuse(&path, &error)),
    }
}

/// The fence and the holder of a new lease.
fn take(
    session: Session<'_>,
    scope: &Scope,
    owner: &str,
    now: i64,
) -> Result<(i64, String), Fault> {
    // Fences begin anew with a new state file; the process and the time keep an old lease out.
    let token = format!("{owner}:{}:{now}", process::id());
    if last_taken(session, scope)?.is_some_and(|since| since > now) {
        be_no_later(session, scope, now)?;
    }
    let fence = session
        .prepare(
            "INSERT INTO {prefix}sync_leases
               (website_id, target, owner, holder, fence, since, held)
             VALUES (?1, ?2, ?3, ?4 || ':1', 1, ?5, 1)
             ON CONFLICT (website_id, target) DO UPDATE SET owner = excluded.owner,
               fence = fence + 1, holder = ?4 || ':' || (fence + 1), since = excluded.since, held = 1
             RETURNING fence",
        )?
        .query_row((&scope.website_id, &scope.target, owner, &token, now), |row| row.get(0))?;
    Ok((fence, format!("{token}:{fence}")))
}

fn last_taken(session: Session<'_>, scope: &Scope) -> Result<Option<i64>, Fault> {
    Ok(session
        .prepare("SELECT since FROM {prefix}sync_leases WHERE website_id = ?1 AND target = ?2")?
        .query_row((&scope.website_id, &scope.target), |row| row.get(0))
        .optional()?)
}

/// The clock was set back, so nobody knows how long ago anything happened: what is dated ahead of now
/// happened now. Else reads would count as lagging until the clock is there again.
fn be_no_later(session: Session<'_>, scope: &Scope, now: i64) -> Result<(), Fault> {
    let of_scope = (&scope.website_id, &scope.target, now);
    session
        .prepare(
            "UPDATE {prefix}sync_bases SET last_write_at = ?3
             WHERE last_write_at > ?3 AND state_id IN
               (SELECT id FROM {prefix}sync_state WHERE website_id = ?1 AND target = ?2)",
        )?
        .execute(of_scope)?;
    session
        .prepare(
            "UPDATE {prefix}sync_state SET last_sync_at = ?3
             WHERE website_id = ?1 AND target = ?2 AND last_sync_at > ?3",
        )?
        .execute(of_scope)?;
    Ok(())
}

fn holder(session: Session<'_>, scope: &Scope) -> Result<Option<(String, i64)>, Fault> {
    Ok(session
        .prepare(
            "SELECT owner, since FROM {prefix}sync_leases
             WHERE website_id = ?1 AND target = ?2 AND held = 1",
        )?
        .query_row((&scope.website_id, &scope.target), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

fn refuse(path: &Path, error: &io::Error) -> StoreError {
    let (path, reason) = (path.display().to_string(), error.to_string());
    match error.kind() {
        io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::PermissionDenied
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::NotFound => StoreError::ReadOnly { path, reason },
        _ => StoreError::Failed { path, reason },
    }
}
