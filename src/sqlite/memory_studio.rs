//! A studio's database in memory, which a test fills.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::{Connection, OpenFlags};

use super::connection::{PATIENCE, open_to_write};
use super::fault::write_error;
use super::location::StateLocation;
use super::memory::ROOT;
use crate::port::StudioError;

/// Numbers them across the process.
static STUDIOS: AtomicU32 = AtomicU32::new(1);

/// A studio's database in memory and the state beside it: both are there for as long as this lives,
/// whichever engines come and go.
pub struct MemoryStudio {
    path: PathBuf,
    studio: Connection,
    _state: Connection,
}

impl MemoryStudio {
    /// Makes both, empty.
    ///
    /// # Errors
    ///
    /// When SQLite has no memory for them.
    pub fn new() -> Result<Self, StudioError> {
        let number = STUDIOS.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(format!("{ROOT}/studio-{number}"));
        let open = |path: &Path| {
            open_to_write(path, OpenFlags::SQLITE_OPEN_CREATE, PATIENCE)
                .map_err(|error| write_error(&error, path))
        };
        let (studio, state) = (open(&path)?, open(StateLocation::beside(&path).file())?);
        Ok(Self { path, studio, _state: state })
    }

    /// What engines are told to open.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs one statement, which may have one parameter, and gives the texts in its first column.
    ///
    /// # Errors
    ///
    /// What SQLite says to the statement.
    pub fn query(&self, sql: &str, given: &str) -> Result<Vec<String>, StudioError> {
        self.texts(sql, given).map_err(|error| write_error(&error, &self.path))
    }

    fn texts(&self, sql: &str, given: &str) -> rusqlite::Result<Vec<String>> {
        let mut statement = self.studio.prepare_cached(sql)?;
        if statement.parameter_count() > 0 {
            statement.raw_bind_parameter(1, given)?;
        }
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(row.get(0)?);
        }
        Ok(found)
    }
}
