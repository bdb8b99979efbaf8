//! The state file: JSON that only its owner can read, written whole or not at all, and held by one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::sandbox::Error;
use crate::state::World;

/// A state file that this process holds.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    // The lock lasts as long as the file is open.
    _lock: File,
}

impl Store {
    /// Takes hold of the file, and its directory when that is missing.
    pub fn open(path: PathBuf) -> Result<Self, Error> {
        let io_error = |source| Error::StateFile {
            path: path.clone(),
            source,
        };
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(io_error)?;
        }
        let lock = private(&beside(&path, ".lock"), false).map_err(io_error)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse { path }),
            Err(TryLockError::Error(source)) => Err(io_error(source)),
        }
    }

    /// The saved state; none when there is no file yet.
    pub fn load(&self) -> Result<Option<World>, Error> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(Error::StateFile {
                    path: self.path.clone(),
                    source,
                });
            }
        };
        let world = serde_json::from_slice(&text).map_err(|source| Error::NotAState {
            path: self.path.clone(),
            source,
        })?;
        Ok(Some(world))
    }

    /// Writes the state: first beside the file, then over it.
    pub fn save(&self, world: &World) -> io::Result<()> {
        let unfinished = beside(&self.path, ".tmp");
        let mut file = private(&unfinished, true)?;
        file.write_all(&serde_json::to_vec(world)?)?;
        fs::rename(&unfinished, &self.path)
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn private(path: &Path, truncate: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(truncate);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
