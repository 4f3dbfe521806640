//! Databases in memory, for tests.
//!
//! The connections of a process share one by its name until the last of them is closed (SQLite's VFS
//! `memdb`). It has no log beside it, no lock that another process could see, and nothing of it is
//! ever written to a disk.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What their paths begin with. Paths of files are absolute here, so none of them begins so.
pub(super) const ROOT: &str = ":memory:";

/// The scopes that are locked in this process: few at a time.
static LOCKED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// How SQLite is told to open one; `None` for a file.
pub(super) fn uri(path: &Path) -> Option<String> {
    let name = path.to_str()?.strip_prefix(ROOT)?;
    Some(format!("file:{name}?vfs=memdb"))
}

/// Whether there is no file.
pub(super) fn holds(path: &Path) -> bool {
    path.starts_with(ROOT)
}

/// The path of a file made absolute, so that it never looks like a URI to SQLite.
pub(super) fn absolute(path: PathBuf) -> PathBuf {
    if holds(&path) { path } else { std::path::absolute(&path).unwrap_or(path) }
}

/// A lock that the engines of this process see; given back when dropped.
pub(super) struct Lock(PathBuf);

impl Lock {
    /// Takes it; `None` while somebody else has it.
    pub(super) fn take(path: PathBuf) -> Option<Self> {
        let mut locked = locked();
        if locked.contains(&path) {
            return None;
        }
        locked.push(path.clone());
        Some(Self(path))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        locked().retain(|path| *path != self.0);
    }
}

fn locked() -> MutexGuard<'static, Vec<PathBuf>> {
    LOCKED.lock().unwrap_or_else(PoisonError::into_inner)
}
