//! The studio's database: how it is read. How it is written stands in `studio_write`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::connection::{PATIENCE, Reader, Stamp, is_missing, open_to_read, patiently};
use super::fault::{studio_error, write_error};
use super::memory::absolute;
use super::rows::{self, RowFault};
use super::studio_write::Writer;
use crate::blocking::blocking;
use crate::port::{DataVersion, RowOutcome, RowSet, RowWrite, Studio, StudioError};

/// How often a read is repeated when the file moved in spite of our lock.
const REREADS: u32 = 3;

/// Numbers connections across the process, because SQLite counts commits per connection.
static CONNECTIONS: AtomicU32 = AtomicU32::new(1);

/// The studio's SQLite database: one short transaction per read and per write. Reading has a
/// connection that cannot write; the one that can is opened by the first write.
pub struct SqliteStudio {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    patience: Duration,
    kept: Mutex<Option<Kept>>,
    writer: Mutex<Option<Writer>>,
}

struct Kept {
    reader: Reader,
    number: u32,
    /// The file when it was last read.
    stamp: Stamp,
}

impl SqliteStudio {
    /// Names the file; nothing is opened before the first read.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self::with_patience(path, PATIENCE)
    }

    /// Names the file and how long to wait for the locks of others; [`SqliteStudio::new`] waits
    /// 5 seconds.
    #[must_use]
    pub fn with_patience(path: PathBuf, patience: Duration) -> Self {
        let path = absolute(path);
        let (kept, writer) = (Mutex::default(), Mutex::default());
        Self { inner: Arc::new(Inner { path, patience, kept, writer }) }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, StudioError> + Send + 'static,
    ) -> Result<T, StudioError> {
        let inner = Arc::clone(&self.inner);
        let path = self.inner.path.display().to_string();
        blocking(move || work(&inner))
            .await
            .unwrap_or_else(|error| Err(StudioError::Failed { path, reason: error.to_string() }))
    }
}

#[async_trait]
impl Studio for SqliteStudio {
    async fn read(&self, seen: Option<DataVersion>) -> Result<Option<RowSet>, StudioError> {
        self.blocking(move |inner| inner.with(|kept| kept.read(&inner.path, seen, None))).await
    }

    async fn read_some(
        &self,
        seen: Option<DataVersion>,
        type_ids: BTreeSet<String>,
    ) -> Result<Option<RowSet>, StudioError> {
        self.blocking(move |inner| inner.with(|kept| kept.read(&inner.path, seen, Some(&type_ids))))
            .await
    }

    async fn content_items(
        &self,
        type_ids: Vec<String>,
    ) -> Result<BTreeMap<String, u64>, StudioError> {
        if type_ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.blocking(move |inner| {
            inner.with(|kept| {
                Ok(Step::Done(rows::content_items(&kept.reader.connection, &type_ids)?))
            })
        })
        .await
    }

    async fn content_members(
        &self,
        wanted: BTreeMap<String, BTreeSet<String>>,
    ) -> Result<BTreeMap<String, BTreeMap<String, u64>>, StudioError> {
        self.blocking(move |inner| {
            inner.with(|kept| {
                Ok(Step::Done(rows::content_members(&kept.reader.connection, &wanted)?))
            })
        })
        .await
    }

    async fn write(&self, write: RowWrite) -> Result<RowOutcome, StudioError> {
        self.blocking(move |inner| inner.write(&write)).await
    }
}

/// How a unit of work on the kept connection went on.
enum Step<T> {
    Done(T),
    /// The connection can no longer tell what changed.
    Reopen,
}

impl Inner {
    fn with<T>(
        &self,
        mut work: impl FnMut(&mut Kept) -> Result<Step<T>, RowFault>,
    ) -> Result<T, StudioError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let stamp = self.stamp()?;
            kept.take_if(|kept| kept.is_outdated(stamp));
            let mut foreign = None;
            let outcome = patiently(self.patience, || {
                let kept = match &mut *kept {
                    Some(kept) => kept,
                    none => none.insert(Kept::open(&self.path, self.patience, stamp)?),
                };
                match work(kept) {
                    Ok(step) => Ok(Some(step)),
                    Err(RowFault::Sqlite(error)) => Err(error),
                    Err(RowFault::Foreign(reason)) => {
                        foreign = Some(reason);
                        Ok(None)
                    }
                }
            });
            match outcome {
                Ok(Some(Step::Done(value))) => return Ok(value),
                Ok(Some(Step::Reopen)) => *kept = None,
                Ok(None) => {
                    let reason = match foreign {
                        Some(reason) if !stamp.is_empty() => reason,
                        _ => "it is empty".to_owned(),
                    };
                    return Err(StudioError::Invalid { path: self.name(), reason });
                }
                Err(error) => {
                    let error = studio_error(&error, &self.path);
                    if !is_busy(&error) {
                        *kept = None;
                    }
                    return Err(error);
                }
            }
        }
    }

    fn write(&self, write: &RowWrite) -> Result<RowOutcome, StudioError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = self.stamp()?;
        if stamp.is_empty() {
            return Err(StudioError::Invalid { path: self.name(), reason: "it is empty".into() });
        }
        writer.take_if(|writer| writer.identity != stamp.identity);
        let mut foreign = None;
        let outcome = patiently(self.patience, || {
            let writer = match &mut *writer {
                Some(writer) => writer,
                none => none.insert(Writer::open(&self.path, self.patience, stamp)?),
            };
            match writer.write(write) {
                Ok(outcome) => Ok(Some(outcome)),
                Err(RowFault::Sqlite(error)) => Err(error),
                Err(RowFault::Foreign(reason)) => {
                    foreign = Some(reason);
                    Ok(None)
                }
            }
        });
        match outcome {
            Ok(Some(outcome)) => Ok(outcome),
            Ok(None) => {
                let reason = foreign.unwrap_or_default();
                Err(StudioError::Invalid { path: self.name(), reason })
            }
            Err(error) => {
                let error = write_error(&error, &self.path);
                if !is_busy(&error) {
                    *writer = None;
                }
                Err(error)
            }
        }
    }

    fn stamp(&self) -> Result<Stamp, StudioError> {
        let path = self.name();
        match Stamp::of(&self.path) {
            Ok(_) if self.path.is_dir() => {
                Err(StudioError::Invalid { path, reason: "it is a folder".to_owned() })
            }
            Ok(stamp) => Ok(stamp),
            Err(error) if is_missing(&error) => Err(StudioError::NotFound { path }),
            Err(error) => Err(StudioError::Failed { path, reason: error.to_string() }),
        }
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

impl Kept {
    fn open(path: &Path, patience: Duration, stamp: Stamp) -> rusqlite::Result<Self> {
        let reader = open_to_read(path, patience)?;
        Ok(Self { reader, number: CONNECTIONS.fetch_add(1, Ordering::Relaxed), stamp })
    }

    /// Whether the connection is to another file, or cannot see that its own changed.
    fn is_outdated(&self, now: Stamp) -> bool {
        self.stamp.identity != now.identity || self.reader.immutable && self.stamp != now
    }

    fn read(
        &mut self,
        path: &Path,
        seen: Option<DataVersion>,
        whole: Option<&BTreeSet<String>>,
    ) -> Result<Step<Option<RowSet>>, RowFault> {
        let mut rereads = 0;
        loop {
            let transaction = self.reader.connection.transaction()?;
            // The first statement takes the lock, so what is looked at next stands still.
            let commits: i64 =
                transaction.query_row("PRAGMA data_version", [], |row| row.get(0))?;
            // An immutable file is told by its stamp alone.
            let commits = if self.reader.immutable { 0 } else { commits };
            let version = data_version(self.number, commits);
            let before = Stamp::of(path).ok();
            if seen == Some(version) {
                // A file that moved without a commit was overwritten, or only tidied up.
                let same = before == Some(self.stamp);
                return Ok(if same { Step::Done(None) } else { Step::Reopen });
            }
            let rows = rows::read(&transaction, whole);
            let after = Stamp::of(path).ok();
            transaction.commit()?;
            if before != after && rereads < REREADS {
                rereads += 1;
                continue;
            }
            self.stamp = before.unwrap_or(self.stamp);
            return Ok(Step::Done(Some(RowSet { version: Some(version), ..rows? })));
        }
    }
}

/// Somebody has a lock, and may be in this process: closing a file could drop it.
fn is_busy(error: &StudioError) -> bool {
    matches!(error, StudioError::Busy { .. })
}

fn data_version(connection: u32, commits: i64) -> DataVersion {
    let commits = u64::from_le_bytes(commits.to_le_bytes()) & u64::from(u32::MAX);
    DataVersion((u64::from(connection) << 32) | commits)
}
