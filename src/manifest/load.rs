//! Reads a project's directory. The only file of this room that touches the file system.
//!
//! Nothing outside the root is read, no file is followed twice, and what is too large is refused before it is read.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::loaded::{Input, LARGEST_FILE, Loaded, PROJECT_FILE, Refusal, load_inputs, selection, too_large};
use super::project::Selection;

/// The most files that a root may hold.
const MOST_FILES: usize = 10_000;

/// The deepest folder that is looked into.
const DEEPEST: usize = 64;

/// Why no project could be loaded at all.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The path doesn't exist.
    #[error("there is no file or folder `{}`", .0.display())]
    Missing(PathBuf),
    /// No sendo.yaml.
    #[error("there is no {PROJECT_FILE} in `{}` or a folder above it", .0.display())]
    NoProject(PathBuf),
    /// More files than any project has.
    #[error("`{}` holds more than {MOST_FILES} files", .0.display())]
    TooManyFiles(PathBuf),
    /// The file system refused.
    #[error("can't read `{}`: {reason}", path.display())]
    Unreadable {
        /// What could not be read.
        path: PathBuf,
        /// The file system's reason.
        reason: String,
    },
}

impl LoadError {
    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            LoadError::NoProject(_) => Some("`sendo init` writes one; `-f` says where the project is"),
            LoadError::TooManyFiles(_) => Some("leave folders out with `exclude` in sendo.yaml"),
            LoadError::Missing(_) | LoadError::Unreadable { .. } => None,
        }
    }
}

/// Loads the project that a path lies in.
pub fn load(path: &Path) -> Result<Loaded, LoadError> {
    let root = find_root(path)?;
    let project = read_file(&root.join(PROJECT_FILE), &root);
    let selection = selection(project.as_deref().ok());
    let mut walk = Walk::new(&root, &selection);
    walk.run()?;
    let mut inputs = walk.inputs;
    inputs.push(Input {
        path: PROJECT_FILE.to_owned(),
        content: project,
    });
    let mut loaded = load_inputs(inputs);
    loaded.root = root;
    Ok(loaded)
}

/// The nearest folder with a sendo.yaml, at or above a path.
pub fn find_root(path: &Path) -> Result<PathBuf, LoadError> {
    let start = fs::canonicalize(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => LoadError::Missing(path.to_owned()),
        _ => unreadable(path, &error),
    })?;
    let found = start
        .ancestors()
        .find(|folder| folder.join(PROJECT_FILE).symlink_metadata().is_ok());
    found
        .map(Path::to_owned)
        .ok_or_else(|| LoadError::NoProject(path.to_owned()))
}

fn unreadable(path: &Path, error: &io::Error) -> LoadError {
    LoadError::Unreadable {
        path: path.to_owned(),
        reason: reason(error),
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "it is gone".to_owned(),
        _ => error.to_string(),
    }
}

struct Walk<'a> {
    root: &'a Path,
    selection: &'a Selection,
    inputs: Vec<Input>,
    /// Links are followed last, so that what they point at is known by its own path if it has one.
    links: Vec<(PathBuf, String)>,
    seen: HashSet<PathBuf>,
    files: usize,
}

impl<'a> Walk<'a> {
    fn new(root: &'a Path, selection: &'a Selection) -> Self {
        Walk {
            root,
            selection,
            inputs: Vec::new(),
            links: Vec::new(),
            seen: HashSet::from([root.to_owned(), root.join(PROJECT_FILE)]),
            files: 0,
        }
    }

    fn run(&mut self) -> Result<(), LoadError> {
        self.folders(self.root.to_owned(), String::new())?;
        while let Some((path, name)) = self.links.pop() {
            self.link(&path, name)?;
        }
        Ok(())
    }

    fn folders(&mut self, path: PathBuf, name: String) -> Result<(), LoadError> {
        let mut open = vec![(path, name)];
        while let Some((path, name)) = open.pop() {
            self.folder(&path, &name, &mut open)?;
        }
        Ok(())
    }

    fn folder(
        &mut self,
        path: &Path,
        name: &str,
        open: &mut Vec<(PathBuf, String)>,
    ) -> Result<(), LoadError> {
        let entries = match fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) if name.is_empty() => return Err(unreadable(path, &error)),
            Err(error) => {
                self.refuse(name, format!("can't read the folder: {}", reason(&error)), None);
                return Ok(());
            }
        };
        for entry in entries {
            let (path, below) = (entry.path(), join(name, &entry.file_name().to_string_lossy()));
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => self.links.push((path, below)),
                Ok(kind) if kind.is_dir() => self.enter(path, below, open),
                Ok(kind) => self.file(&path, below, kind.is_file())?,
                Err(error) => self.refuse(&below, format!("can't read it: {}", reason(&error)), None),
            }
        }
        Ok(())
    }

    fn enter(&mut self, path: PathBuf, name: String, open: &mut Vec<(PathBuf, String)>) {
        if self.selection.skips(&name) || !self.seen.insert(path.clone()) {
            return;
        }
        if name.split('/').count() > DEEPEST {
            return self.refuse(
                &name,
                format!("folders are nested more than {DEEPEST} deep"),
                None,
            );
        }
        open.push((path, name));
    }

    fn file(&mut self, path: &Path, name: String, regular: bool) -> Result<(), LoadError> {
        self.files += 1;
        if self.files > MOST_FILES {
            return Err(LoadError::TooManyFiles(self.root.to_owned()));
        }
        if !self.selection.takes(&name) || !self.seen.insert(path.to_owned()) {
            return Ok(());
        }
        if !regular {
            self.refuse(&name, "it is neither a file nor a folder".to_owned(), None);
            return Ok(());
        }
        let content = read_file(path, self.root);
        self.inputs.push(Input { path: name, content });
        Ok(())
    }

    fn link(&mut self, path: &Path, name: String) -> Result<(), LoadError> {
        let skipped = self.selection.skips(&name) && !self.selection.takes(&name);
        let target = match fs::canonicalize(path) {
            _ if skipped => return Ok(()),
            Ok(target) => target,
            Err(_) if !self.selection.takes(&name) => return Ok(()),
            Err(error) => {
                self.refuse(
                    &name,
                    format!("can't follow the symbolic link: {}", reason(&error)),
                    None,
                );
                return Ok(());
            }
        };
        let is_folder = target.is_dir();
        if !is_folder && !self.selection.takes(&name) {
            return Ok(());
        }
        if !target.starts_with(self.root) {
            let help = "copy what it points at, or leave it out with `exclude` in sendo.yaml";
            self.refuse(&name, "the symbolic link leaves the root".to_owned(), Some(help));
            return Ok(());
        }
        if self.seen.contains(&target) {
            return Ok(());
        }
        if is_folder {
            self.seen.insert(target.clone());
            return self.folders(target, name);
        }
        let regular = target.is_file();
        self.file(&target, name, regular)
    }

    fn refuse(&mut self, name: &str, message: String, help: Option<&str>) {
        let help = help.map(str::to_owned);
        self.inputs.push(Input {
            path: name.to_owned(),
            content: Err(Refusal { message, help }),
        });
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// The bytes of a file, one byte more than is allowed at most.
fn read_file(path: &Path, root: &Path) -> Result<Vec<u8>, Refusal> {
    let refuse = |message: String| Refusal { message, help: None };
    let failed = |error: io::Error| refuse(format!("can't read the file: {}", reason(&error)));
    let target = fs::canonicalize(path).map_err(failed)?;
    if !target.starts_with(root) {
        return Err(refuse("the symbolic link leaves the root".to_owned()));
    }
    let metadata: Metadata = fs::metadata(&target).map_err(failed)?;
    if !metadata.is_file() {
        return Err(refuse("it is not a file".to_owned()));
    }
    if metadata.len() > LARGEST_FILE {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    let file = File::open(&target).map_err(failed)?;
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
