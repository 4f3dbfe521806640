//! The studio's database and the state, on real files.

mod earlier;
mod journal;
mod lease;
mod location;
mod memory;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod own_locks;
mod row_journal;
mod state;
mod store;
mod studio;
mod studio_write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use catalyst_sync::digest::Digest;
use catalyst_sync::port::{Lease, Scope, Store as _};
use catalyst_sync::sqlite::{SqliteStore, StateLocation};
use tempfile::TempDir;

/// Short enough to wait for in a test.
const PATIENCE: Duration = Duration::from_millis(50);

fn scope(website_id: &str) -> Scope {
    Scope { website_id: website_id.to_owned(), target: "optimizely:cms.example:main".to_owned() }
}

/// A folder and a store in it, of which nothing exists yet.
fn empty_store() -> (TempDir, SqliteStore, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let studio = folder.path().join("dev.db");
    let store = SqliteStore::with_patience(&StateLocation::beside(&studio), PATIENCE);
    let file = store.path().to_owned();
    (folder, store, file)
}

async fn leased_store() -> (TempDir, SqliteStore, Lease) {
    let (folder, store, _) = empty_store();
    let lease = store.acquire(&scope("w1"), "tests", 1).await.unwrap();
    (folder, store, lease)
}

/// Digest of every file of a folder, by name.
fn digests(folder: &Path) -> BTreeMap<String, Digest> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.path().is_file());
    files
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, Digest::of(std::fs::read(entry.path()).unwrap()))
        })
        .collect()
}

/// A database in WAL mode needs `-shm` even to be read. A dead link in its place keeps it from being
/// made and from being read, as a read-only file system does. (Permissions would not do: they do
/// not bind the superuser.)
#[cfg(unix)]
fn forbid_shared_memory(database: &Path) {
    let mut file = database.as_os_str().to_owned();
    file.push("-shm");
    std::os::unix::fs::symlink("/no/such/folder/shm", file).unwrap();
}
