//! The connection to a folder.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::failure::FileError;
use super::folder::{Folder, FolderError};
use super::marker::{self, MarkerError};
use super::{name, parse, render};
use crate::blocking::{Unfinished, blocking};
use crate::port::{
    Adapter, AdapterError, Clock, Effect, Listing, Operation, RemoteDefinition, RemoteId, Stored,
    Traffic, Verb,
};

/// Definitions that are read ahead of whoever takes them.
const AHEAD: usize = 16;

/// A folder of files as a target. Every file operation counts as a request.
pub struct FilesAdapter {
    folder: Arc<Folder>,
    clock: Arc<dyn Clock>,
    requests: AtomicU64,
    bytes: AtomicU64,
}

impl FilesAdapter {
    /// Opens a directory below the files root; a relative one is looked for there. Nothing is
    /// created before the first write.
    ///
    /// Looks at the file system, which may block for a moment.
    ///
    /// # Errors
    ///
    /// [`FolderError::Outside`] when `..` or a link leads out of the root.
    pub fn open(
        directory: &Path,
        files_root: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, FolderError> {
        let folder = Arc::new(Folder::resolve(directory, files_root)?);
        Ok(Self { folder, clock, requests: AtomicU64::new(0), bytes: AtomicU64::new(0) })
    }

    /// Where the folder lies below the files root, with `/` between the steps on every system.
    #[must_use]
    pub fn place(&self) -> String {
        self.folder.place()
    }

    /// The id of the folder, which is its tenant; `None` as long as nothing was written to it.
    ///
    /// # Errors
    ///
    /// When `catalyst-sync.json` cannot be read, or is not ours.
    pub async fn target_id(&self) -> Result<Option<String>, AdapterError> {
        self.blocking(marker::read).await?.map_err(MarkerError::into_adapter)
    }

    /// The id of the folder, which gets one, and is made, if need be.
    ///
    /// # Errors
    ///
    /// As [`FilesAdapter::target_id`], and when it cannot be written.
    pub async fn ensure_target_id(&self) -> Result<String, AdapterError> {
        let fresh = format!("{:016x}{:016x}", self.clock.random(), self.clock.random());
        let ensured = self.blocking(move |folder| marker::ensure(folder, &fresh)).await?;
        ensured.map_err(MarkerError::into_adapter)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> T + Send + 'static,
    ) -> Result<T, AdapterError> {
        let folder = Arc::clone(&self.folder);
        blocking(move || work(&folder)).await.map_err(|error| broken(&error))
    }

    fn count(&self, bytes: usize) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

#[async_trait]
impl Adapter for FilesAdapter {
    async fn list(
        &self,
        sink: &mut (dyn FnMut(RemoteDefinition) + Send),
        cancel: &CancellationToken,
    ) -> Result<Listing, AdapterError> {
        let (definitions, mut ahead) = mpsc::channel(AHEAD);
        let folder = Arc::clone(&self.folder);
        let walk = blocking(move || {
            let mut complete = true;
            for file in folder.files()? {
                match folder.read(&file)? {
                    Some(definition) => {
                        if definitions.blocking_send(definition).is_err() {
                            return Ok(false);
                        }
                    }
                    // Removed since its name was read, or a directory of that name.
                    None => complete &= folder.is_directory(&file),
                }
            }
            Ok(complete)
        });
        loop {
            let definition = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(AdapterError::Cancelled),
                definition = ahead.recv() => definition,
            };
            let Some(definition) = definition else { break };
            self.count(definition.body.len());
            sink(definition);
        }
        let walked: Result<bool, FileError> = walk.await.map_err(|error| broken(&error))?;
        walked
            .map(|complete| Listing { complete, findings: Vec::new() })
            .map_err(|error| error.of("the folder"))
    }

    async fn probe(&self, _cancel: &CancellationToken) -> Result<(), AdapterError> {
        let listed = self.blocking(|folder| folder.files().map(|_| ())).await?;
        listed.map_err(|error| error.of("the folder"))
    }

    async fn read(
        &self,
        id: &RemoteId,
        cancel: &CancellationToken,
    ) -> Result<Option<RemoteDefinition>, AdapterError> {
        if cancel.is_cancelled() {
            return Err(AdapterError::Cancelled);
        }
        let file = file_of(id)?;
        let name = file.clone();
        let read = self.blocking(move |folder| folder.find(&name)).await?;
        let definition = read.map_err(|error| error.of(&file))?;
        self.count(definition.as_ref().map_or(0, |definition| definition.body.len()));
        Ok(definition)
    }

    fn encode(&self, operation: &Operation) -> Result<String, AdapterError> {
        let file = file_of(&operation.id)?;
        if operation.verb == Verb::Delete {
            return Ok(String::new());
        }
        let unrepresentable = |problem: String| AdapterError::Unrepresentable {
            message: format!("{file}: {problem}"),
        };
        let before = operation.before.as_ref().map(|before| parse::document(&before.body));
        let before = before.transpose().map_err(unrepresentable)?;
        render::write(&operation.id.key(), &operation.after, before.as_ref())
            .map_err(unrepresentable)
    }

    async fn apply(
        &self,
        operation: &Operation,
        body: &str,
        cancel: &CancellationToken,
    ) -> Result<Stored, AdapterError> {
        if cancel.is_cancelled() {
            return Err(AdapterError::Cancelled);
        }
        let file = file_of(&operation.id)?;
        let verb = operation.verb;
        let revision = |before: &RemoteDefinition| {
            before.revision.etag.clone().unwrap_or_else(|| before.digest().to_string())
        };
        let expected = operation.before.as_ref().map(revision);
        if verb == Verb::Create {
            self.ensure_target_id().await?;
        }
        self.count(body.len());
        let (name, text) = (file.clone(), body.to_owned());
        let written = self.blocking(move |folder| {
            // Without a definition to change there is nothing that may be there.
            let expected = expected.unwrap_or_default();
            match verb {
                Verb::Create => folder.create(&name, &text)?,
                Verb::Update => folder.update(&name, &text, &expected)?,
                Verb::Delete => {
                    folder.delete(&name, &expected)?;
                    return Ok(Stored::Gone);
                }
            }
            // The write is done; that it cannot be shown is no failure of it.
            Ok(folder.read(&name).ok().flatten().map_or(Stored::Unseen, Stored::Definition))
        });
        written.await?.map_err(|error: FileError| error.of(&file))
    }

    fn traffic(&self) -> Traffic {
        Traffic {
            requests: self.requests.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }
}

fn file_of(id: &RemoteId) -> Result<String, AdapterError> {
    let key = id.key();
    name::file_of(&key)
        .ok_or_else(|| AdapterError::Unrepresentable { message: name::complaint(&key) })
}

fn broken(error: &Unfinished) -> AdapterError {
    let message = format!("the file operation did not end: {error}");
    AdapterError::Unreachable { message, effect: Effect::Unknown }
}

impl MarkerError {
    fn into_adapter(self) -> AdapterError {
        match self {
            Self::Unreadable(message) => AdapterError::Unrepresentable { message },
            Self::Folder(error) => error.of(name::MARKER),
        }
    }
}
