//! The connections to the state: one that reads, one that writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::connection::{
    Identity, Reader, Stamp, is_missing, open_to_read, open_to_write, patiently,
};
use super::earlier::{self, EarlierRows};
use super::fault::Fault;
use super::location::StateLocation;
use super::memory::absolute;
use super::migration::{self, Condition};
use super::session::Session;
use crate::port::StoreError;

/// The state's database, opened when it is first needed.
pub(super) struct Database {
    location: StateLocation,
    patience: Duration,
    reader: Mutex<Option<Kept>>,
    writer: Mutex<Option<Kept>>,
}

struct Kept {
    connection: Connection,
    identity: Identity,
}

impl Database {
    pub(super) fn new(location: &StateLocation, patience: Duration) -> Self {
        let (file, studio) = (absolute(location.file.clone()), absolute(location.studio.clone()));
        let location = StateLocation { file, studio };
        Self { location, patience, reader: Mutex::default(), writer: Mutex::default() }
    }

    /// The file that holds the state.
    pub(super) fn file(&self) -> &Path {
        &self.location.file
    }

    /// Where locks are kept: a folder beside the file, found by its real name, so that two links to
    /// one state do not make two locks.
    pub(super) fn locks(&self) -> PathBuf {
        let file = self.file();
        let real = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        let mut name = real.into_os_string();
        name.push(if self.location.is_studio() { ".catalyst-sync.locks" } else { ".locks" });
        name.into()
    }

    /// Reads in one transaction. A state that does not exist yet is empty, and stays so.
    pub(super) fn read<T: Default>(
        &self,
        work: impl FnOnce(Session<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let (mut work, mut answer) = (Some(work), None);
        self.reading(&mut |session| {
            answer = work.take().map(|work| work(session)).transpose()?;
            Ok(())
        })?;
        Ok(answer.unwrap_or_default())
    }

    // What is the same for all work is apart from it, so that it is compiled once.
    fn reading(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let stamp = match Stamp::of(self.file()) {
            Ok(stamp) => stamp,
            Err(error) if is_missing(&error) => return Ok(()),
            Err(error) => return Err(self.failed(error.to_string())),
        };
        let mut kept = current(&self.reader, stamp.identity);
        if kept.is_none() {
            let opened = patiently(self.patience, || open_to_read(self.file(), self.patience));
            let Reader { connection, immutable } =
                opened.map_err(|error| self.unreadable(error))?;
            let found = migration::inspect(self.session(&connection))
                .map_err(|fault| self.refuse(fault))?;
            match self.usable(found)? {
                Condition::Ours { missing: 0 } => {}
                Condition::Ours { .. } => self.writing(Durability::Now, &mut |_| Ok(()))?,
                _ => return Ok(()),
            }
            // What would not notice a change is not used twice.
            let identity = if immutable { Identity::default() } else { stamp.identity };
            *kept = Some(Kept { connection, identity });
        }
        let Some(Kept { connection, .. }) = &mut *kept else { return Ok(()) };
        let outcome = (|| {
            let transaction = connection.transaction()?;
            work(self.session(&transaction))?;
            Ok(transaction.commit()?)
        })();
        self.settle(&mut kept, outcome)
    }

    /// Writes in one transaction that is durable when this returns, creating or migrating the state
    /// first where needed.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(Session<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        self.write_to(Durability::Now, work)
    }

    /// As [`Database::write`], but durable only with the next write that is: a power cut before it
    /// undoes this one, and everything that came after it. For what says nothing by itself.
    pub(super) fn write_ahead<T>(
        &self,
        work: impl FnOnce(Session<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        self.write_to(Durability::WithTheNext, work)
    }

    fn write_to<T>(
        &self,
        durability: Durability,
        work: impl FnOnce(Session<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let (mut work, mut answer) = (Some(work), None);
        self.writing(durability, &mut |session| {
            answer = work.take().map(|work| work(session)).transpose()?;
            Ok(())
        })?;
        answer.ok_or_else(|| self.failed("nothing was written".to_owned()))
    }

    fn writing(&self, durability: Durability, work: &mut Work<'_>) -> Result<(), StoreError> {
        let identity = Stamp::of(self.file()).map(|stamp| stamp.identity).unwrap_or_default();
        let mut kept = current(&self.writer, identity);
        let opened = match &mut *kept {
            Some(kept) => kept,
            none => none.insert(self.open_writer()?),
        };
        // The log of a database in WAL mode is a prefix of what was written, whatever is lost of it; a
        // rollback journal needs each commit on the disk.
        let outcome = if durability == Durability::Now || self.location.is_studio() {
            self.transact(&mut opened.connection, work)
        } else {
            let connection = &mut opened.connection;
            synchronous(connection, "NORMAL").map_err(Fault::from).and_then(|()| {
                let outcome = self.transact(connection, work);
                synchronous(connection, "FULL").map_err(Fault::from).and(outcome)
            })
        };
        self.settle(&mut kept, outcome)
    }

    fn transact(&self, connection: &mut Connection, work: &mut Work<'_>) -> Result<(), Fault> {
        // A transaction that reads first and writes later fails when somebody commits in between.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        work(self.session(&transaction))?;
        Ok(transaction.commit()?)
    }

    fn open_writer(&self) -> Result<Kept, StoreError> {
        let file = self.file();
        let create = if self.location.is_studio() {
            OpenFlags::empty()
        } else {
            OpenFlags::SQLITE_OPEN_CREATE
        };
        if self.location.is_studio() && !file.exists() {
            return Err(self.failed("there is no database".to_owned()));
        }
        let mut connection = open_to_write(file, create, self.patience)
            .map_err(|error| self.refuse(error.into()))?;
        self.prepare(&mut connection)?;
        let stamp = Stamp::of(file).map_err(|error| self.failed(error.to_string()))?;
        Ok(Kept { connection, identity: stamp.identity })
    }

    /// Makes sure that the tables are ours and up to date, before anything stored is changed.
    fn prepare(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let found = migration::inspect(self.session(connection));
        let condition = self.usable(found.map_err(|fault| self.refuse(fault))?)?;
        let due = earlier::is_due(self.session(connection), &condition);
        let rows =
            if due.map_err(|fault| self.refuse(fault))? { self.earlier_rows()? } else { None };
        self.tune(connection).map_err(|error| self.refuse(error.into()))?;
        let prepared = self.transact(connection, &mut |session| {
            // Somebody else may have come first.
            let found = migration::inspect(session)?;
            let condition = self.usable(found)?;
            if !matches!(condition, Condition::Ours { missing: 0 }) {
                migration::apply(session, &condition)?;
            }
            match &rows {
                Some(rows) if earlier::is_due(session, &migration::inspect(session)?)? => {
                    earlier::insert(session, rows)
                }
                _ => Ok(()),
            }
        });
        prepared.map_err(|fault| self.refuse(fault))
    }

    /// A journal is worth what survives a power cut. The journal mode is stored in the file, so it
    /// is set in our own only; `synchronous` belongs to the connection.
    fn tune(&self, connection: &Connection) -> rusqlite::Result<()> {
        synchronous(connection, "FULL")?;
        if !self.location.is_studio() {
            connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        }
        Ok(())
    }

    fn earlier_rows(&self) -> Result<Option<EarlierRows>, StoreError> {
        let studio = &self.location.studio;
        if !studio.is_file() {
            return Ok(None);
        }
        patiently(self.patience, || open_to_read(studio, self.patience))
            .map_err(Fault::from)
            .and_then(|mut reader| earlier::read(&mut reader.connection).map(Some))
            .map_err(|fault| fault.into_store_error(studio))
    }

    /// Refuses what must not be written to.
    fn usable(&self, condition: Condition) -> Result<Condition, StoreError> {
        let reason = match condition {
            Condition::Foreign if !self.location.is_studio() => {
                "it is a database of another program".to_owned()
            }
            Condition::Incompatible(reason) => reason,
            usable => return Ok(usable),
        };
        Err(StoreError::Incompatible { path: self.file().display().to_string(), reason })
    }

    fn session<'c>(&self, connection: &'c Connection) -> Session<'c> {
        Session { connection, prefix: self.location.prefix(), pen: None }
    }

    /// Reading never wants to write, so what SQLite calls read-only is a failure then.
    fn unreadable(&self, error: rusqlite::Error) -> StoreError {
        match self.refuse(error.into()) {
            StoreError::ReadOnly { path, reason } => StoreError::Failed { path, reason },
            other => other,
        }
    }

    fn failed(&self, reason: String) -> StoreError {
        self.refuse(Fault::Failed(reason))
    }

    fn refuse(&self, fault: Fault) -> StoreError {
        fault.into_store_error(self.file())
    }

    /// Lets go of a connection that may be broken.
    fn settle(
        &self,
        kept: &mut Option<Kept>,
        outcome: Result<(), Fault>,
    ) -> Result<(), StoreError> {
        outcome.map_err(|fault| {
            let error = self.refuse(fault);
            if matches!(error, StoreError::Failed { .. } | StoreError::ReadOnly { .. }) {
                *kept = None;
            }
            error
        })
    }
}

/// When a write has to survive a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Durability {
    /// From its commit on.
    Now,
    /// From the commit of the next one on that has to.
    WithTheNext,
}

fn synchronous(connection: &Connection, level: &str) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", level)
}

/// Work inside a transaction; called at most once.
type Work<'w> = dyn FnMut(Session<'_>) -> Result<(), Fault> + 'w;

/// The kept connection, unless another file has taken the place of the one it is to.
fn current(slot: &Mutex<Option<Kept>>, identity: Identity) -> MutexGuard<'_, Option<Kept>> {
    let mut kept = slot.lock().unwrap_or_else(PoisonError::into_inner);
    kept.take_if(|kept| kept.identity != identity);
    kept
}
