//! Opening a database file.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, ffi};
use url::Url;

use super::fault::is_unfinished_write;
use super::memory;

/// How long we wait for somebody else's lock, which is as long as Prisma waits for ours.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Pause between two looks at a state of the file that no lock announces the end of.
const POLL: Duration = Duration::from_millis(10);

/// Statements that a connection keeps prepared: more than one call of the engine uses, because what is
/// pushed out by the others is compiled anew each time.
const STATEMENTS: usize = 96;

/// A connection that only reads.
pub(super) struct Reader {
    pub(super) connection: Connection,
    /// The file is taken not to change while it is open, and a change would not be noticed.
    pub(super) immutable: bool,
}

/// Opens a file to read, never changing it.
///
/// A database in WAL mode needs a `-shm` file even to be read. Where none can be made, and there is
/// no log that would be missed, the file is read as immutable.
pub(super) fn open_to_read(path: &Path, patience: Duration) -> rusqlite::Result<Reader> {
    let opened = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, patience).and_then(probed);
    match opened {
        Err(error) if lacks_shared_memory(&error) && path.is_file() && !has_log(path) => {
            let Ok(mut url) = Url::from_file_path(path) else { return Err(error) };
            url.set_query(Some("immutable=1"));
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
                | OpenFlags::SQLITE_OPEN_NO_MUTEX
                | OpenFlags::SQLITE_OPEN_URI;
            let connection = steady(Connection::open_with_flags(url.as_str(), flags)?)?;
            Ok(Reader { connection: probed(connection)?, immutable: true })
        }
        opened => Ok(Reader { connection: opened?, immutable: false }),
    }
}

/// Opens a file to write, creating it only where the flags say so.
pub(super) fn open_to_write(
    path: &Path,
    create: OpenFlags,
    patience: Duration,
) -> rusqlite::Result<Connection> {
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | create, patience)
}

/// Repeats what meets an unfinished write of somebody else, until patience ends.
pub(super) fn patiently<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let until = Instant::now() + patience;
    loop {
        match attempt() {
            Err(error) if is_unfinished_write(&error) && Instant::now() < until => {
                thread::sleep(POLL);
            }
            outcome => return outcome,
        }
    }
}

fn open(path: &Path, flags: OpenFlags, patience: Duration) -> rusqlite::Result<Connection> {
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    super::system_calls::install()?;
    // Opening a pipe waits until somebody writes into it, and a device may never end.
    if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        let cause = ffi::Error::new(ffi::SQLITE_CANTOPEN);
        return Err(Error::SqliteFailure(cause, Some("it is no file".to_owned())));
    }
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match memory::uri(path) {
        Some(uri) => Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    connection.busy_timeout(patience)?;
    steady(connection)
}

/// Has prepared statements stay prepared. `SQLite` compiles one again whenever its parameters are
/// cleared, in case another plan suits the new ones better; none of ours depends on them.
fn steady(connection: Connection) -> rusqlite::Result<Connection> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// SQLite opens lazily; the first page tells whether this is a database that we can read.
fn probed(connection: Connection) -> rusqlite::Result<Connection> {
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn lacks_shared_memory(error: &Error) -> bool {
    !is_unfinished_write(error)
        && matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
        )
}

fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    Path::new(&log).metadata().is_ok_and(|log| log.len() > 0)
}

/// Which file stands at a path, and in which state, as far as the file system tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Changes when another file takes the place.
    pub(super) identity: Identity,
    modified: Option<SystemTime>,
    size: u64,
}

/// Device and number of a file; where there are none, its time of creation.
pub(super) type Identity = (u64, u64, Option<SystemTime>);

impl Stamp {
    /// A database in memory is always there, and always the same one.
    const IN_MEMORY: Self = Self { identity: (u64::MAX, u64::MAX, None), modified: None, size: 1 };

    /// Looks without opening: closing a file would drop the locks that others in this process hold.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        if memory::holds(path) {
            return Ok(Self::IN_MEMORY);
        }
        let metadata = path.metadata()?;
        Ok(Self {
            identity: identity(&metadata),
            modified: metadata.modified().ok(),
            size: metadata.len(),
        })
    }

    /// Nothing was ever written.
    pub(super) fn is_empty(&self) -> bool {
        self.size == 0
    }
}

/// There is nothing at the path, as opposed to something that cannot be looked at.
pub(super) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino(), None)
}

#[cfg(not(unix))]
fn identity(metadata: &Metadata) -> Identity {
    (0, 0, metadata.created().ok())
}
