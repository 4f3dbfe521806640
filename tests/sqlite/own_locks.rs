//! Another copy of SQLite in this process: what it locks is locked for us, and the other way round.
//!
//! The other copy is played by the locks that it would take: traditional ones, on descriptors of its
//! own. Connections of the tests belong to the same copy as the engine's.

use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

use catalyst_sync::port::{RowOutcome, RowWrite, Studio as _, StudioError, TypeRow};
use catalyst_sync::sqlite::SqliteStudio;
use libc::{F_OFD_GETLK, F_RDLCK, F_SETLK, F_UNLCK, F_WRLCK};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::PATIENCE;
use crate::support::studio_db::{StudioDb, UI_FIELDS};

/// What SQLite locks: kind, first byte, number of bytes (sqlite.org, "File Locking And Concurrency"
/// and "WAL-mode File Format").
type Lock = (libc::c_int, i64, i64);

const PENDING: i64 = 0x4000_0000;
const SHARED: Lock = (F_RDLCK, PENDING + 2, 510);
const RESERVED: Lock = (F_WRLCK, PENDING + 1, 1);
const PENDING_WRITE: Lock = (F_WRLCK, PENDING, 1);
const EXCLUSIVE: Lock = (F_WRLCK, PENDING + 2, 510);
const WAL_WRITER: Lock = (F_WRLCK, 120, 1);
const WAL_MEMBER: Lock = (F_WRLCK, 128, 1);
const ANYTHING: Lock = (F_WRLCK, 0, 0);

/// A descriptor of the other copy. Dropping it drops all that the other copy has locked in the file.
struct Other(File);

impl Other {
    fn open(path: &Path) -> Self {
        Self(OpenOptions::new().read(true).write(true).open(path).unwrap())
    }

    fn lock(&self, lock: Lock) -> bool {
        self.call(F_SETLK, lock).is_some()
    }

    fn unlock(&self, (_, start, length): Lock) {
        assert!(self.call(F_SETLK, (F_UNLCK, start, length)).is_some());
    }

    /// Whether nobody at all holds what excludes the lock, neither copy and no other process.
    fn is_free(&self, lock: Lock) -> bool {
        self.call(F_OFD_GETLK, lock) == Some(F_UNLCK)
    }

    #[expect(unsafe_code, reason = "there is no other way to take such locks")]
    #[expect(clippy::cast_possible_truncation, reason = "the constants are small")]
    fn call(&self, command: libc::c_int, (kind, start, length): Lock) -> Option<libc::c_int> {
        let mut lock = libc::flock {
            l_type: kind as libc::c_short,
            l_whence: libc::SEEK_SET as libc::c_short,
            l_start: start,
            l_len: length,
            l_pid: 0,
        };
        // SAFETY: the commands take a `struct flock`.
        let outcome = unsafe { libc::fcntl(self.0.as_raw_fd(), command, &raw mut lock) };
        (outcome == 0).then_some(lock.l_type.into())
    }
}

fn shared_memory(path: &Path) -> PathBuf {
    path.with_extension("db-shm")
}

fn open_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// A studio with one type, which the engine has read once.
async fn studio(mode: &str) -> (TempDir, PathBuf, SqliteStudio) {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path())
        .website("w1", "One")
        .content_type("c1", "w1", "Event", UI_FIELDS);
    db.connect().query_row(&format!("PRAGMA journal_mode = {mode}"), [], |_| Ok(())).unwrap();
    let path = db.path().to_owned();
    let studio = SqliteStudio::with_patience(path.clone(), PATIENCE);
    studio.read(None).await.unwrap();
    (folder, path, studio)
}

async fn seen(studio: &SqliteStudio) -> TypeRow {
    studio.read(None).await.unwrap().unwrap().types.remove(0)
}

#[tokio::test]
async fn what_another_copy_locks_keeps_the_engine_out() {
    for (mode, held, reads) in [
        ("DELETE", SHARED, true),
        ("DELETE", RESERVED, true),
        ("DELETE", PENDING_WRITE, false),
        ("DELETE", EXCLUSIVE, false),
        ("WAL", WAL_WRITER, true),
    ] {
        let (_folder, path, studio) = studio(mode).await;
        let seen = seen(&studio).await;
        let meant = TypeRow { name: "Party".to_owned(), ..seen.clone() };
        let write = RowWrite::update(seen, meant);
        let other = Other::open(&if mode == "WAL" { shared_memory(&path) } else { path.clone() });
        for _ in 0..2 {
            assert!(other.lock(held), "{mode} {held:?}");
            let read = studio.read(None).await;
            assert_eq!(read.is_ok(), reads, "{mode} {held:?}");
            assert!(reads || matches!(read, Err(StudioError::Busy { .. })), "{mode} {held:?}");
            let written = studio.write(write.clone()).await;
            assert!(
                matches!(written, Err(StudioError::Busy { .. })),
                "{mode} {held:?} {written:?}"
            );
            assert!(!other.is_free(ANYTHING), "{mode} {held:?} was dropped by us");
        }
        other.unlock(held);
        assert_eq!(studio.write(write).await.unwrap(), RowOutcome::Written, "{mode} {held:?}");
        assert_eq!(studio.read(None).await.unwrap().unwrap().types[0].name, "Party");
    }
}

#[tokio::test]
async fn what_the_engine_locks_keeps_another_copy_out() {
    for (mode, sql, refused) in [
        ("DELETE", "BEGIN; SELECT * FROM Website", EXCLUSIVE),
        ("DELETE", "BEGIN IMMEDIATE", RESERVED),
        ("DELETE", "BEGIN IMMEDIATE", EXCLUSIVE),
        ("DELETE", "BEGIN EXCLUSIVE", PENDING_WRITE),
        ("DELETE", "BEGIN EXCLUSIVE", SHARED),
        ("WAL", "BEGIN IMMEDIATE", WAL_WRITER),
        ("WAL", "SELECT * FROM Website", WAL_MEMBER),
    ] {
        let (_folder, path, studio) = studio(mode).await;
        let ours = Connection::open(&path).unwrap();
        let mut file = path.clone();
        if mode == "WAL" {
            ours.execute_batch("SELECT * FROM Website").unwrap();
            file = shared_memory(&path);
        }
        let other = Other::open(&file);
        ours.execute_batch(sql).unwrap();
        assert!(!other.lock(refused), "{mode} {sql} {refused:?}");
        if !ours.is_autocommit() {
            ours.execute_batch("COMMIT").unwrap();
        }
        if refused == WAL_MEMBER {
            drop((ours, studio));
            assert!(!file.exists());
        }
        assert!(other.lock(refused), "{mode} {sql} {refused:?}");
    }
}

/// Two that read and one that writes, as the engine has them, opened and closed in every order.
#[tokio::test]
async fn our_own_connections_work_side_by_side_and_leave_no_lock() {
    const ORDERS: [[usize; 3]; 6] =
        [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    const WRITER: usize = 2;
    let names = |connection: &Connection| -> String {
        connection.query_row("SELECT name FROM ContentType", [], |row| row.get(0)).unwrap()
    };
    for mode in ["DELETE", "WAL"] {
        let (_folder, path, studio) = studio(mode).await;
        drop(studio);
        let other = Other::open(&path);
        let mut name = "Event".to_owned();
        for (number, (opened, closed)) in
            ORDERS.iter().flat_map(|opened| ORDERS.map(|closed| (opened, closed))).enumerate()
        {
            let mut connections = [const { None::<Connection> }; 3];
            for &one in opened {
                let flags = if one == WRITER {
                    OpenFlags::SQLITE_OPEN_READ_WRITE
                } else {
                    OpenFlags::SQLITE_OPEN_READ_ONLY
                };
                let connection = Connection::open_with_flags(&path, flags).unwrap();
                assert_eq!(names(&connection), name);
                connections[one] = Some(connection);
            }
            let [first, second, writes] = connections.each_ref().map(|one| one.as_ref().unwrap());
            let before = std::mem::replace(&mut name, format!("Event{number}"));
            first.execute_batch("BEGIN; SELECT * FROM ContentType").unwrap();
            writes.execute_batch("BEGIN IMMEDIATE").unwrap();
            writes.execute("UPDATE ContentType SET name = ?1", [&name]).unwrap();
            assert_eq!((&names(first), &names(second)), (&before, &before));
            assert!(!other.is_free(EXCLUSIVE));
            first.execute_batch("COMMIT").unwrap();
            writes.execute_batch("COMMIT").unwrap();
            assert_eq!((&names(first), &names(second), &names(writes)), (&name, &name, &name));
            for (done, one) in closed.iter().enumerate() {
                connections[*one] = None;
                for left in closed.get(done + 1..).unwrap() {
                    assert_eq!(names(connections[*left].as_ref().unwrap()), name);
                }
            }
            assert!(other.is_free(ANYTHING), "{mode} {opened:?} {closed:?}");
            assert!(other.lock(ANYTHING));
            other.unlock(ANYTHING);
        }
    }
}

/// Whatever our copy opens and closes, the other copy keeps its locks; and descriptors do not pile up.
#[tokio::test]
async fn what_another_copy_locks_stays_locked_when_we_close() {
    for mode in ["DELETE", "WAL"] {
        let (_folder, path, studio) = studio(mode).await;
        let (database, memory) = (Other::open(&path), shared_memory(&path));
        assert!(database.lock(SHARED));
        let member = (F_RDLCK, WAL_MEMBER.1, WAL_MEMBER.2);
        let memory = (mode == "WAL").then(|| Other::open(&memory));
        assert!(memory.as_ref().is_none_or(|memory| memory.lock(member)));
        drop(studio);
        let mut counts = Vec::new();
        for _ in 0..3 {
            let studio = SqliteStudio::with_patience(path.clone(), PATIENCE);
            studio.read(None).await.unwrap();
            let written = studio.write(RowWrite::delete(TypeRow::default())).await.unwrap();
            assert_eq!(written, RowOutcome::Moved);
            drop(studio);
            assert!(!database.is_free(EXCLUSIVE), "{mode}");
            assert!(memory.as_ref().is_none_or(|memory| !memory.is_free(WAL_MEMBER)), "{mode}");
            counts.push(open_descriptors());
        }
        assert_eq!(counts, [counts[0]; 3], "{mode}");
        database.unlock(SHARED);
        if let Some(memory) = memory {
            memory.unlock(member);
            assert!(memory.is_free(ANYTHING));
        }
        assert!(database.is_free(ANYTHING), "{mode}");
    }
}

#[tokio::test]
async fn a_deleted_database_is_not_kept_open() {
    for mode in ["DELETE", "WAL"] {
        let mut counts = Vec::new();
        for _ in 0..4 {
            let (folder, _, engine) = studio(mode).await;
            let written = engine.write(RowWrite::delete(TypeRow::default())).await.unwrap();
            assert_eq!(written, RowOutcome::Moved);
            counts.push(open_descriptors());
            drop((engine, folder));
        }
        // The first database was made before our copy's locks were replaced.
        assert_eq!(counts[1..], [counts[1]; 3], "{mode}");
    }
}

/// A connection of the program that we are part of, to the same copy, may be older than our first.
#[tokio::test]
async fn what_was_locked_before_our_first_connection_is_unlocked_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let db = StudioDb::sqlite_era(folder.path()).website("w1", "One");
    let path = db.path().to_owned();
    let older = db.connect();
    older.execute_batch("BEGIN IMMEDIATE; UPDATE Website SET name = 'Two'").unwrap();
    let studio = SqliteStudio::with_patience(path.clone(), PATIENCE);
    let write = RowWrite::delete(TypeRow::default());
    assert_eq!(studio.read(None).await.unwrap().unwrap().websites[0].name, "One");
    assert!(matches!(studio.write(write.clone()).await, Err(StudioError::Busy { .. })));
    older.execute_batch("COMMIT").unwrap();
    assert_eq!(studio.read(None).await.unwrap().unwrap().websites[0].name, "Two");
    assert_eq!(studio.write(write).await.unwrap(), RowOutcome::Moved);
    assert!(Other::open(&path).is_free(ANYTHING));
}
