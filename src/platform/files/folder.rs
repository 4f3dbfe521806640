//! A folder below the root that files may be written under: blocking, and never outside.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::failure::FileError;
use super::name;
use crate::canonical::parse;
use crate::digest::Digest;
use crate::model::Json;
use crate::port::{Ownership, RemoteDefinition, RemoteId, Revision};

/// Longest file that is read, in bytes.
const MAX_FILE: u64 = 32 << 20;
/// What names of files that are being written begin with; hidden, so no listing shows them.
const STAGED: &str = ".catalyst-sync-";

/// Why a directory cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// It lies outside the files root, after following `..` and links.
    #[error("{directory} is outside of {root}, below which files may be written")]
    Outside {
        /// What was asked for.
        directory: String,
        /// The files root.
        root: String,
    },
    /// There is something else of that name.
    #[error("{directory} is no directory")]
    NoDirectory {
        /// What was asked for.
        directory: String,
    },
    /// It cannot be looked at.
    #[error("{directory} cannot be used: {reason}")]
    Unusable {
        /// What was asked for.
        directory: String,
        /// What failed.
        reason: String,
    },
}

/// A directory, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    root: PathBuf,
    path: PathBuf,
}

impl Folder {
    /// Resolves a directory, relative ones against the root. It need not exist yet.
    pub(super) fn resolve(directory: &Path, files_root: &Path) -> Result<Self, FolderError> {
        let unusable = |path: &Path, error: &io::Error| FolderError::Unusable {
            directory: path.display().to_string(),
            reason: error.to_string(),
        };
        let root = files_root.canonicalize().map_err(|error| unusable(files_root, &error))?;
        let outside = || FolderError::Outside {
            directory: directory.display().to_string(),
            root: root.display().to_string(),
        };
        let wanted = root.join(directory);
        let mut existing = wanted.as_path();
        let mut missing: Vec<OsString> = Vec::new();
        let real = loop {
            match existing.canonicalize() {
                Ok(real) => break real,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(unusable(directory, &error)),
            }
            // A link to nowhere, or `..` behind something missing: no telling where it would lead.
            let (Some(name), Some(parent)) = (existing.file_name(), existing.parent()) else {
                return Err(outside());
            };
            if existing.symlink_metadata().is_ok() {
                return Err(outside());
            }
            missing.push(name.to_owned());
            existing = parent;
        };
        if !real.starts_with(&root) {
            return Err(outside());
        }
        if !real.is_dir() {
            return Err(FolderError::NoDirectory { directory: directory.display().to_string() });
        }
        let path = missing.into_iter().rev().fold(real, |path, name| path.join(name));
        Ok(Self { root, path })
    }

    /// Where it lies below the root: `types/pages`, and `.` for the root itself.
    pub(super) fn place(&self) -> String {
        let below = self.path.strip_prefix(&self.root).unwrap_or(&self.path);
        let steps = below.iter().map(|step| step.to_string_lossy());
        let place = steps.collect::<Vec<_>>().join("/");
        if place.is_empty() { ".".to_owned() } else { place }
    }

    /// Makes sure that the way to the folder is still the one that was resolved.
    fn check(&self) -> Result<(), FolderError> {
        let now = Self::resolve(&self.path, &self.root)?;
        if now == *self {
            return Ok(());
        }
        Err(FolderError::Outside {
            directory: self.path.display().to_string(),
            root: self.root.display().to_string(),
        })
    }

    /// Names of the files of types, sorted; none when the folder does not exist yet.
    pub(super) fn files(&self) -> Result<Vec<String>, FileError> {
        self.check().map_err(FileError::Folder)?;
        let entries = match self.path.read_dir() {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut names = Vec::new();
        for entry in entries {
            // A name that is no Unicode is no key.
            let Ok(name) = entry?.file_name().into_string() else { continue };
            if name::key_of(&name).is_some() {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Finds the file of a type by its exact name: where case does not count, another spelling would
    /// open the same file.
    pub(super) fn find(&self, file: &str) -> Result<Option<RemoteDefinition>, FileError> {
        self.check().map_err(FileError::Folder)?;
        let found = self.read(file)?;
        let is_open = found.as_ref().is_some_and(|found| found.ownership == Ownership::Open);
        if !is_open {
            return Ok(found);
        }
        match self.path.join(file).canonicalize() {
            Ok(real) => Ok(found.filter(|_| real.file_name().is_some_and(|own| own == file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads the file of a type; `None` when there is no such file. What cannot be read as a text,
    /// or must not be followed, is there but not ours to touch.
    pub(super) fn read(&self, file: &str) -> Result<Option<RemoteDefinition>, FileError> {
        let path = self.path.join(file);
        let Some(key) = name::key_of(file) else { return Ok(None) };
        let metadata = match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => return Ok(None),
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let foreign = |reason: &str| RemoteDefinition {
            id: RemoteId::of_key(key),
            name: key.to_owned(),
            revision: Revision::default(),
            ownership: Ownership::System(format!("{file} {reason}")),
            body: "null".into(),
        };
        if !metadata.is_file() {
            return Ok(Some(foreign("is a link or no ordinary file, and is not followed")));
        }
        if metadata.len() > MAX_FILE {
            return Ok(Some(foreign("is larger than 32 MiB")));
        }
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            // One locked file is no reason not to see the others.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return Ok(Some(foreign("may not be read")));
            }
            Err(error) => return Err(error.into()),
        };
        let etag = Digest::of(&bytes).to_string();
        let Ok(text) = String::from_utf8(bytes) else {
            return Ok(Some(foreign("is no UTF-8 text")));
        };
        if name::file_of(key).is_none() {
            return Ok(Some(foreign("has a name that no key can have")));
        }
        let title = parse(&text)
            .ok()
            .and_then(|file| file.get("name").and_then(Json::as_str).map(str::to_owned));
        Ok(Some(RemoteDefinition {
            id: RemoteId::of_key(key),
            name: title.unwrap_or_else(|| key.to_owned()),
            revision: Revision { etag: Some(etag), modified: None },
            ownership: Ownership::Open,
            body: text.into_boxed_str(),
        }))
    }

    /// Whether there is a directory of that name.
    pub(super) fn is_directory(&self, file: &str) -> bool {
        self.path.join(file).is_dir()
    }

    /// Reads an ordinary file of the folder as it is.
    pub(super) fn read_text(&self, file: &str) -> Result<Option<String>, FileError> {
        self.check().map_err(FileError::Folder)?;
        let path = self.path.join(file);
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => Ok(Some(std::fs::read_to_string(path)?)),
            Ok(_) => Err(FileError::Special),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a file that must not exist, and the folder when it does not exist.
    pub(super) fn create(&self, file: &str, text: &str) -> Result<(), FileError> {
        self.check().map_err(FileError::Folder)?;
        std::fs::create_dir_all(&self.path)?;
        self.check().map_err(FileError::Folder)?;
        let differs = |own: &String| own != file && own.eq_ignore_ascii_case(file);
        if let Some(other) = self.files()?.into_iter().find(differs) {
            return Err(FileError::DiffersInCase(other));
        }
        let staged = self.stage(text)?;
        staged.persist_noclobber(self.path.join(file)).map_err(|failed| {
            match failed.error.kind() {
                ErrorKind::AlreadyExists => FileError::Exists,
                _ => FileError::Failed(failed.error),
            }
        })?;
        self.settle()
    }

    /// Replaces a file that must still have the digest. The digest is compared right before the
    /// file is renamed into place; an edit in the instant between cannot be seen.
    pub(super) fn update(&self, file: &str, text: &str, expected: &str) -> Result<(), FileError> {
        self.check().map_err(FileError::Folder)?;
        let path = self.path.join(file);
        self.expect(file, expected)?;
        let staged = self.stage(text)?;
        staged.as_file().set_permissions(path.metadata()?.permissions())?;
        self.expect(file, expected)?;
        staged.persist(&path).map_err(|failed| failed.error)?;
        self.settle()
    }

    /// Removes a file that must still have the digest.
    pub(super) fn delete(&self, file: &str, expected: &str) -> Result<(), FileError> {
        self.check().map_err(FileError::Folder)?;
        self.expect(file, expected)?;
        std::fs::remove_file(self.path.join(file))?;
        self.settle()
    }

    fn expect(&self, file: &str, expected: &str) -> Result<(), FileError> {
        let definition = self.read(file)?.ok_or(FileError::Missing)?;
        match (definition.ownership, definition.revision.etag) {
            (Ownership::System(_), _) => Err(FileError::Special),
            (_, Some(etag)) if etag == expected => Ok(()),
            _ => Err(FileError::Stale),
        }
    }

    /// Writes a text to a file of a hidden name and makes it durable there.
    fn stage(&self, text: &str) -> io::Result<NamedTempFile> {
        use io::Write as _;
        let mut builder = tempfile::Builder::new();
        builder.prefix(STAGED).suffix(".tmp");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As any program would create it: the user's mask applies.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut staged = builder.tempfile_in(&self.path)?;
        staged.write_all(text.as_bytes())?;
        staged.as_file().sync_all()?;
        Ok(staged)
    }

    /// Makes the names in the folder durable, where the system has a way to.
    fn settle(&self) -> Result<(), FileError> {
        #[cfg(unix)]
        std::fs::File::open(&self.path)
            .and_then(|directory| directory.sync_all())
            .map_err(FileError::Unsettled)?;
        Ok(())
    }
}
