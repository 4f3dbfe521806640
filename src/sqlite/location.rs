//! Where the two databases are.

use std::path::{Path, PathBuf};

use crate::port::StudioError;

/// The folders that relative addresses refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Plain paths.
    pub current: PathBuf,
    /// `file:` URLs: the folder of the schema, which is `prisma` where it holds `schema.prisma`,
    /// else the current folder.
    pub schema: PathBuf,
}

impl Folders {
    /// Looks for the schema below the current folder.
    #[must_use]
    pub fn of(current: &Path) -> Self {
        let prisma = current.join("prisma");
        let schema = if prisma.join("schema.prisma").is_file() { prisma } else { current.into() };
        Self { current: current.into(), schema }
    }
}

/// Finds the file behind a database URL as Prisma does.
///
/// What follows `file:` is a path up to the first `?`, relative to the schema's folder and **not**
/// percent-decoded (prisma-engines, `SqliteParams::try_from` and `set_config_dir_sqlite`). Anything
/// without a scheme is a plain path.
///
/// ```
/// use std::path::Path;
/// use catalyst_sync::sqlite::{Folders, resolve_database};
///
/// let folders = Folders { current: "/app".into(), schema: "/app/prisma".into() };
/// let file = resolve_database("file:./dev.db?connection_limit=1", &folders)?;
/// assert_eq!(file, Path::new("/app/prisma/dev.db"));
/// # Ok::<(), catalyst_sync::port::StudioError>(())
/// ```
///
/// # Errors
///
/// [`StudioError::Unsupported`] for the URL of another kind of database, naming its scheme only,
/// because the rest may hold a password; [`StudioError::Invalid`] when no file is named.
pub fn resolve_database(url: &str, folders: &Folders) -> Result<PathBuf, StudioError> {
    let (folder, path) = match url.strip_prefix("file:") {
        Some(rest) => (&folders.schema, rest.split('?').next().unwrap_or_default()),
        None => match scheme(url) {
            Some(kind) => return Err(StudioError::Unsupported { kind: kind.to_owned() }),
            None => (&folders.current, url),
        },
    };
    if path.is_empty() {
        return Err(StudioError::Invalid {
            path: "the address".to_owned(),
            reason: "it names no file".to_owned(),
        });
    }
    Ok(tidy(&folder.join(path)))
}

/// Databases whose addresses are also written without the two slashes.
const OTHERS: [&str; 7] =
    ["postgresql", "postgres", "mysql", "sqlserver", "mongodb", "cockroachdb", "prisma"];

/// The scheme of an address that is no path, however it was quoted: `scheme://…`. A drive letter is
/// none. What cannot be told from a part of a password is called `unknown`.
fn scheme(url: &str) -> Option<&str> {
    let (before, rest) = url.split_once(':')?;
    let scheme = before.trim_matches(|char: char| char.is_whitespace() || "'\"`".contains(char));
    let word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '.');
    if OTHERS.contains(&scheme) || (rest.starts_with("//") && scheme.chars().all(word)) {
        return (scheme.len() > 1).then_some(scheme);
    }
    url.contains("://").then_some("unknown")
}

/// Drops `.` and doubled separators, for messages; `..` stays, because links make it mean
/// something.
fn tidy(path: &Path) -> PathBuf {
    path.components().collect()
}

/// Where the state is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateLocation {
    pub(super) file: PathBuf,
    pub(super) studio: PathBuf,
}

impl StateLocation {
    /// In a file of its own beside the studio's: `dev.db` → `dev.db.catalyst-sync`.
    #[must_use]
    pub fn beside(studio: impl Into<PathBuf>) -> Self {
        let studio = studio.into();
        let mut file = studio.clone().into_os_string();
        file.push(".catalyst-sync");
        Self { file: file.into(), studio }
    }

    /// In a file of its own anywhere.
    #[must_use]
    pub fn at(file: impl Into<PathBuf>, studio: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), studio: studio.into() }
    }

    /// In tables of the studio's database, named `catalyst_…`.
    ///
    /// Prisma's `migrate dev` and `db push` offer to reset or drop what their schema does not know,
    /// so the studio must then declare these tables. On Unix this also relies on the studio's
    /// client being in another process, or sharing no copy of SQLite (see the module).
    #[must_use]
    pub fn within(studio: impl Into<PathBuf>) -> Self {
        let studio = studio.into();
        Self { file: studio.clone(), studio }
    }

    /// What the option `stateUrl` says: nothing, `studio`, or an address as in
    /// [`resolve_database`].
    ///
    /// # Errors
    ///
    /// As [`resolve_database`].
    pub fn resolve(
        state_url: Option<&str>,
        studio: &Path,
        folders: &Folders,
    ) -> Result<Self, StudioError> {
        match state_url {
            None => Ok(Self::beside(studio)),
            Some("studio") => Ok(Self::within(studio)),
            Some(url) => Ok(Self::at(resolve_database(url, folders)?, studio)),
        }
    }

    /// The file that holds the state.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The studio's own file.
    #[must_use]
    pub fn studio(&self) -> &Path {
        &self.studio
    }

    /// Whether that file is the studio's.
    #[must_use]
    pub fn is_studio(&self) -> bool {
        self.file == self.studio
    }

    /// What the names of tables and indexes begin with.
    #[must_use]
    pub fn prefix(&self) -> &'static str {
        if self.is_studio() { "catalyst_" } else { "" }
    }
}
