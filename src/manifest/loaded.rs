//! A project as it was loaded: every document in it, and all that is wrong with them.

use std::collections::HashMap;
use std::path::PathBuf;

use super::check;
use super::diagnostic::{Diagnostic, Diagnostics, name_like};
use super::document::{self, Document};
use super::kind::ManifestKind;
use super::node::Node;
use super::project::{self, Project, Selection};
use super::source::{FileId, Sources, Span, decode};
use super::suggest::advice;
use super::yaml::{Limits, parse};

/// The file that makes a folder a project.
pub const PROJECT_FILE: &str = "sendo.yaml";

/// The largest file that is read.
pub const LARGEST_FILE: u64 = 1 << 20;

/// A project as it was loaded.
#[derive(Default)]
pub struct Loaded {
    /// The folder that it was read from; empty for one that was given in memory.
    pub root: PathBuf,
    /// The files, for excerpts.
    pub sources: Sources,
    /// The project, unless too little is right of it.
    pub project: Option<Project>,
    /// The other documents, by file and place.
    pub documents: Vec<Document>,
    /// All that is wrong.
    pub diagnostics: Diagnostics,
}

impl Loaded {
    /// The document of that kind and name.
    pub fn find(&self, kind: ManifestKind, name: &str) -> Option<&Document> {
        self.documents
            .iter()
            .find(|document| document.kind == kind && &*document.name == name)
    }
}

/// A file below the root.
pub struct Input {
    /// Its path relative to the root, with `/` between its parts.
    pub path: String,
    /// Its bytes, or why there are none.
    pub content: Result<Vec<u8>, Refusal>,
}

/// Why a file was not read.
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Loads a project from files in memory; those that the project doesn't include are passed over.
pub fn load_sources(files: Vec<(String, Vec<u8>)>) -> Loaded {
    let input = |(path, bytes)| Input {
        path,
        content: Ok(bytes),
    };
    load_inputs(files.into_iter().map(input).collect())
}

/// The same, where some files could not be read.
pub fn load_inputs(mut inputs: Vec<Input>) -> Loaded {
    inputs.sort_by(|left, right| left.path.cmp(&right.path));
    inputs.dedup_by(|later, earlier| later.path == earlier.path);
    let project = inputs.iter().find(|input| input.path == PROJECT_FILE);
    let selection = selection(project.and_then(|input| input.content.as_deref().ok()));
    let mut reading = Reading::default();
    for input in inputs {
        if input.path == PROJECT_FILE || input.content.is_err() || selection.takes(&input.path) {
            reading.file(input);
        }
    }
    reading.finish()
}

/// Which files the project in these bytes includes.
pub fn selection(project: Option<&[u8]>) -> Selection {
    let text = project
        .and_then(|bytes| decode(FileId(0), bytes).ok())
        .unwrap_or_default();
    let parsed = parse(FileId(0), text, Limits::default());
    let is_project = |node: &&Node| node.text("kind") == Some(ManifestKind::Project.as_str());
    Selection::of(
        parsed
            .documents
            .iter()
            .find(is_project)
            .and_then(|node| node.get("spec")),
    )
}

#[derive(Default)]
struct Reading {
    sources: Sources,
    documents: Vec<Document>,
    diagnostics: Vec<Diagnostic>,
    project_file: Option<FileId>,
}

impl Reading {
    fn file(&mut self, input: Input) {
        let is_project = input.path == PROJECT_FILE;
        let bytes = match input.content {
            Ok(bytes) => bytes,
            Err(refusal) => return self.refuse(&input.path, refusal),
        };
        if bytes.len() as u64 > LARGEST_FILE {
            return self.refuse(&input.path, too_large());
        }
        let next = self.sources.next_id();
        let text = decode(next, &bytes);
        let file = self.sources.add(input.path, text.as_deref().unwrap_or_default());
        if is_project {
            self.project_file = Some(file);
        }
        match text {
            Ok(text) => self.text(file, text),
            Err(error) => self.diagnostics.push(*error),
        }
    }

    fn refuse(&mut self, path: &str, refusal: Refusal) {
        let file = self.sources.add(path, "");
        if path == PROJECT_FILE {
            self.project_file = Some(file);
        }
        let mut error = Diagnostic::error(Span::start_of(file), refusal.message);
        error.help.extend(refusal.help);
        self.diagnostics.push(error);
    }

    fn text(&mut self, file: FileId, text: &str) {
        let parsed = parse(file, text, Limits::default());
        self.diagnostics.extend(parsed.diagnostics);
        if parsed.broken {
            self.sources.mark_broken(file);
        }
        for node in &parsed.documents {
            self.documents.extend(document::read(node, &mut self.diagnostics));
        }
    }

    fn finish(mut self) -> Loaded {
        let (projects, documents): (Vec<Document>, Vec<Document>) = self
            .documents
            .drain(..)
            .partition(|document| document.kind == ManifestKind::Project);
        let project = self.project(&projects);
        if let Some(project) = &project {
            check::project(project, &mut self.diagnostics);
        }
        documents
            .iter()
            .for_each(|document| check::document(document, &mut self.diagnostics));
        self.refuse_repeated(&documents);
        if let Some(project) = &project {
            documents
                .iter()
                .for_each(|document| self.check_environments(document, project));
        }
        let mut diagnostics = Diagnostics::from(self.diagnostics);
        diagnostics.sort();
        Loaded {
            root: PathBuf::new(),
            sources: self.sources,
            project,
            documents,
            diagnostics,
        }
    }

    fn project(&mut self, found: &[Document]) -> Option<Project> {
        let own = found
            .iter()
            .find(|document| Some(document.span.file) == self.project_file);
        for other in found {
            match own {
                Some(own) if own.span != other.span => {
                    let error = Diagnostic::error(other.span, "a second Project: a root has one")
                        .related(own.span, "the first")
                        .help("load it by itself, or leave its folder out with `exclude` in sendo.yaml");
                    self.diagnostics.push(error);
                }
                None => {
                    let message = format!("the Project must be in {PROJECT_FILE} at the root");
                    self.diagnostics.push(Diagnostic::error(other.span, message));
                }
                _ => {}
            }
        }
        match (own, self.project_file) {
            (Some(own), _) => return Some(project::read(own, &mut self.diagnostics)),
            (None, Some(file)) if !self.diagnostics.iter().any(|item| item.span.file == file) => {
                let error = Diagnostic::error(Span::start_of(file), format!("{PROJECT_FILE} has no Project"));
                self.diagnostics
                    .push(error.help("add a document with `kind: Project`"));
            }
            (None, None) => {
                let file = self.sources.add(PROJECT_FILE, "");
                let error = Diagnostic::error(Span::start_of(file), format!("there is no {PROJECT_FILE}"));
                self.diagnostics.push(error.help("`sendo init` writes one"));
            }
            _ => {}
        }
        None
    }

    fn refuse_repeated(&mut self, documents: &[Document]) {
        let mut first: HashMap<(ManifestKind, &str), Span> = HashMap::new();
        for document in documents {
            let key = (document.kind, &*document.name);
            match first.get(&key) {
                None => {
                    first.insert(key, document.name_span);
                }
                Some(earlier) => {
                    let message = format!(
                        "a second {} is called `{}`",
                        document.kind,
                        name_like(&document.name)
                    );
                    let error = Diagnostic::error(document.name_span, message);
                    self.diagnostics.push(error.related(*earlier, "the first"));
                }
            }
        }
    }

    fn check_environments(&mut self, document: &Document, project: &Project) {
        let patched = document.environments.iter().map(|patch| &patch.environment);
        for named in patched.chain(document.only_in.iter().flatten()) {
            if project.environment(&named.name).is_none() {
                let message = format!("the project has no environment `{}`", name_like(&named.name));
                let mut error = Diagnostic::error(named.span, message);
                let known = project
                    .environments
                    .iter()
                    .map(|environment| &*environment.name.name);
                error.help.extend(advice(&named.name, known));
                self.diagnostics.push(error);
            }
        }
    }
}

/// Why a file that is too large was not read.
pub(super) fn too_large() -> Refusal {
    Refusal {
        message: "the file is larger than 1 MiB".to_owned(),
        help: Some("split it, or leave it out with `exclude` in sendo.yaml".to_owned()),
    }
}

#[cfg(test)]
mod tests;
