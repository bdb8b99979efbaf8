//! The state file: JSON that only its owner can read, written whole or not at all, and held by one process at a time.
//!
//! Beside it lies a journal of the writes since then: a write is answered when its line is in the journal, and whoever
//! opens the file makes the writes again, at their times. So a write costs its own size, not that of the state, and an
//! answered one survives the death of the process (not that of the machine: nothing is synced to the disk).

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::Params;
use crate::auth::Caller;
use crate::sandbox::{Error, locked};
use crate::service::Service;
use crate::state::World;

/// A journal is made again as a state when it is longer than this, and longer than the state was.
const SHORT: u64 = 1024 * 1024;

/// A state file that this process holds.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    journal: File,
    sizes: Mutex<Sizes>,
    // The lock lasts as long as the file is open.
    _lock: File,
}

/// How long the state file and the journal are.
#[derive(Debug, Default)]
struct Sizes {
    state: u64,
    journal: u64,
}

/// A write, to be made again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Which write of the world it was; those that the state file knows are left out.
    pub number: u64,
    pub at: Timestamp,
    pub access_key: String,
    pub region: String,
    pub service: String,
    pub operation: String,
    pub parameters: Value,
}

impl Entry {
    fn make_again(&self, world: &mut World) {
        let Some(service) = Service::named(&self.service).filter(|_| self.number > world.writes) else {
            return;
        };
        let caller = Caller {
            access_key: self.access_key.clone(),
            region: self.region.clone(),
        };
        world.advance(self.at);
        world.writes = self.number;
        // What AWS refused then, it refuses now: that is part of the history.
        let _ = world.call(&caller, service, &self.operation, Params(&self.parameters));
    }
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
        let lock = private(&beside(&path, ".lock"), OpenOptions::new().write(true)).map_err(io_error)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::InUse { path }),
            Err(TryLockError::Error(source)) => return Err(io_error(source)),
        }
        let journal =
            private(&beside(&path, ".journal"), OpenOptions::new().append(true)).map_err(io_error)?;
        Ok(Self {
            path,
            journal,
            sizes: Mutex::default(),
            _lock: lock,
        })
    }

    /// The saved state and the writes since then; none when there is no file yet.
    pub fn load(&self) -> Result<Option<World>, Error> {
        let Some(text) = self.read(&self.path)? else {
            return Ok(None);
        };
        let mut world: World = serde_json::from_slice(&text).map_err(|source| Error::NotAState {
            path: self.path.clone(),
            source,
        })?;
        let journal = self.read(&beside(&self.path, ".journal"))?.unwrap_or_default();
        *self.sizes() = Sizes {
            state: length(&text),
            journal: length(&journal),
        };
        // A last line without an end was never answered.
        for line in journal.split_inclusive(|byte| *byte == b'\n') {
            if let Ok(entry) = serde_json::from_slice::<Entry>(line) {
                entry.make_again(&mut world);
            }
        }
        Ok(Some(world))
    }

    fn sizes(&self) -> MutexGuard<'_, Sizes> {
        locked(&self.sizes)
    }

    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, Error> {
        match fs::read(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.error(source)),
        }
    }

    /// The file cannot be used, for this reason.
    pub fn error(&self, source: io::Error) -> Error {
        Error::StateFile {
            path: self.path.clone(),
            source,
        }
    }

    /// Notes a write that the world has taken.
    pub fn note(&self, entry: &Entry, world: &World) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        (&self.journal).write_all(&line)?;
        let is_long = {
            let mut sizes = self.sizes();
            sizes.journal += length(&line);
            sizes.journal > SHORT.max(sizes.state)
        };
        if is_long { self.save(world) } else { Ok(()) }
    }

    /// Writes the state whole: first beside the file, then over it. The journal begins anew.
    pub fn save(&self, world: &World) -> io::Result<()> {
        let unfinished = beside(&self.path, ".tmp");
        let text = serde_json::to_vec(world)?;
        let mut file = private(&unfinished, OpenOptions::new().write(true).truncate(true))?;
        file.write_all(&text)?;
        fs::rename(&unfinished, &self.path)?;
        self.journal.set_len(0)?;
        *self.sizes() = Sizes {
            state: length(&text),
            journal: 0,
        };
        Ok(())
    }

    /// Writes the state whole unless the file has all of it.
    pub fn fold(&self, world: &World) -> io::Result<()> {
        let sizes = self.sizes();
        let is_whole = sizes.state > 0 && sizes.journal == 0;
        drop(sizes);
        if is_whole { Ok(()) } else { self.save(world) }
    }
}

fn length(text: &[u8]) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn private(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}
