//! Locks that also hold against another copy of SQLite in this process.
//!
//! Traditional record locks belong to the process. So two copies of SQLite in one process do not
//! keep each other out, and a copy that closes any descriptor of a file drops the locks that the
//! other one has on it. Two things are done about that, below our copy of SQLite:
//!
//! * It takes its locks as locks of an open file description. They do conflict with traditional
//!   ones, even within a process (fcntl(2), "Open file description locks"). SQLite takes the locks of
//!   a process for one owner: what it locked through one descriptor it may unlock through another.
//!   Therefore all locks of a file are taken through one description.
//! * It closes no descriptor of a file on which it ever took a lock, but keeps it for the next
//!   connection to that file. A deleted file is let go of.
//!
//! Our own locks do not depend on what anybody closes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::{CStr, c_int};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use libc::{EINVAL, F_OFD_SETLK, F_RDLCK, F_UNLCK, F_WRLCK, O_ACCMODE, O_EXCL, O_RDONLY, O_TRUNC};

use super::system_calls::{self as system, FileId, Lock};

/// What SQLite locks first of a database on which it has no lock (`PENDING_BYTE`).
const FIRST_OF_DATABASE: libc::off_t = 0x4000_0000;

/// What SQLite tests and then locks first of a `-shm` file (`UNIX_SHM_DMS`).
const FIRST_OF_SHARED_MEMORY: libc::off_t = 128;

/// What whoever reads a database has locked (`SHARED_FIRST`, `SHARED_SIZE`).
const SHARED: Lock = (F_RDLCK, FIRST_OF_DATABASE + 2, 510);

const NOTHING: Lock = (F_UNLCK, 0, 0);

/// The files that locks were taken on. Their descriptors are open, so no other file gets the number
/// of one of them.
static FILES: Mutex<BTreeMap<FileId, File>> = Mutex::new(BTreeMap::new());

struct File {
    /// All locks belong to its description. Nothing is read or written through it.
    owner: OwnedFd,
    writes: bool,
    /// What was the owner until somebody wanted to write.
    predecessor: Option<OwnedFd>,
    is_database: bool,
    /// Something of the database may be locked.
    is_locked: bool,
    /// What SQLite closed.
    spare: Vec<OwnedFd>,
}

/// Sets or tests a lock, asked for through any descriptor of a file. `EINVAL` says that it has to be
/// a traditional one.
pub(super) fn lock(descriptor: c_int, command: c_int, lock: &mut libc::flock) -> Result<(), c_int> {
    let (id, _) = system::identify(descriptor)?;
    let mut files = files();
    if !files.contains_key(&id) {
        files.retain(|_, file| file.is_locked || !file.is_deleted());
    }
    let (sets, kind) = (command == F_OFD_SETLK, c_int::from(lock.l_type));
    let is_whole = lock.l_start == 0 && lock.l_len == 0;
    let file = match files.entry(id) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => match (lock.l_start, sets) {
            (FIRST_OF_DATABASE, true) if kind == F_RDLCK => {
                new.insert(File::new(descriptor, true)?)
            }
            (FIRST_OF_SHARED_MEMORY, true) => new.insert(File::new(descriptor, false)?),
            (FIRST_OF_SHARED_MEMORY, false) => return system::call(descriptor, command, lock),
            // It was locked before SQLite called us, and is unlocked as it was locked.
            _ => return Err(EINVAL),
        },
    };
    if sets && kind == F_WRLCK && !file.writes {
        file.learn_to_write(descriptor)?;
    }
    system::call(file.owner.as_raw_fd(), command, lock)?;
    if sets && file.is_database {
        file.is_locked = !(is_whole && kind == F_UNLCK);
    }
    Ok(())
}

/// Whether SQLite shall not close a descriptor, because others may have locks on its file.
pub(super) fn is_kept(descriptor: c_int) -> bool {
    let Ok((id, links)) = system::identify(descriptor) else { return false };
    let mut files = files();
    let Some(file) = files.get(&id) else { return false };
    // SQLite unlocks a `-shm` file by closing it. It has one descriptor.
    let is_unlocked = file.is_database || system::set(&file.owner, NOTHING).is_ok();
    if links == 0 && !file.is_database {
        files.remove(&id);
    }
    links > 0 && is_unlocked
}

/// Keeps what SQLite closed.
pub(super) fn keep(descriptor: OwnedFd) {
    if let Ok((id, _)) = system::identify(descriptor.as_raw_fd())
        && let Some(file) = files().get_mut(&id)
    {
        file.spare.push(descriptor);
    }
}

/// A descriptor that was kept, if it is as good as a new one.
pub(super) fn reuse(path: &CStr, flags: c_int) -> Option<OwnedFd> {
    if flags & (O_EXCL | O_TRUNC) != 0 {
        return None;
    }
    let id = system::find(path)?;
    let mut files = files();
    let spare = &mut files.get_mut(&id)?.spare;
    let access = flags & O_ACCMODE;
    let fits = |one: &OwnedFd| system::access(one.as_raw_fd()) == Ok(access);
    let found = spare.iter().position(fits)?;
    system::may_open(path, access).then(|| spare.swap_remove(found))
}

fn files() -> MutexGuard<'static, BTreeMap<FileId, File>> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

impl File {
    fn new(descriptor: c_int, is_database: bool) -> Result<Self, c_int> {
        Ok(Self {
            owner: system::duplicate(descriptor)?,
            writes: system::access(descriptor)? != O_RDONLY,
            predecessor: None,
            is_database,
            is_locked: false,
            spare: Vec::new(),
        })
    }

    /// Moves the locks to a description that may write, where the first one was only to read.
    ///
    /// Before SQLite writes it has the shared lock of the database, and no other one. Nobody can
    /// take that away in between: it is held twice for a moment. Of a `-shm` file it has nothing.
    fn learn_to_write(&mut self, descriptor: c_int) -> Result<(), c_int> {
        if system::access(descriptor)? == O_RDONLY {
            return Ok(());
        }
        let heir = system::duplicate(descriptor)?;
        if self.is_database {
            system::set(&heir, SHARED)?;
        }
        system::set(&self.owner, NOTHING)?;
        self.predecessor = Some(std::mem::replace(&mut self.owner, heir));
        self.writes = true;
        Ok(())
    }

    fn is_deleted(&self) -> bool {
        system::identify(self.owner.as_raw_fd()).is_ok_and(|(_, links)| links == 0)
    }
}
