//! The folders of tests/fixtures.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

/// What every fixture is answered alike: who asks, and that there is nothing else.
const COMMON: &str = "common";

/// A project and what AWS answered for it.
pub struct Fixture {
    /// The resource type that it is about.
    pub kind: String,
    /// Its folder, below tests/fixtures.
    pub name: String,
    folder: PathBuf,
}

/// A change of a member that was declared.
pub struct Change {
    /// A text that occurs once in the project.
    pub from: String,
    /// What it becomes.
    pub to: String,
    /// Address and path of every difference that must follow.
    pub shows: Vec<String>,
}

/// An answer, and which calls get it: those of the operation, or of these only those that ask for a text.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The file's name.
    pub name: String,
    /// The API operation.
    pub operation: String,
    /// What the request holds.
    pub asked: Option<String>,
    /// Whether another fixture's calls may need it too.
    pub is_common: bool,
    /// The bytes of its body.
    pub body: Vec<u8>,
}

/// All fixtures, by name.
pub fn fixtures() -> Vec<Fixture> {
    let mut found = Vec::new();
    for kind in folders(&root()).into_iter().filter(|kind| kind != COMMON) {
        for case in folders(&root().join(&kind)) {
            found.push(Fixture {
                name: format!("{kind}/{case}"),
                folder: root().join(&kind).join(case),
                kind: kind.clone(),
            });
        }
    }
    found
}

impl Fixture {
    /// The project's folder.
    pub fn project(&self) -> PathBuf {
        self.folder.join("project")
    }

    /// The environment that it is about, where the project has several.
    pub fn environment(&self) -> Option<String> {
        let text = fs::read_to_string(self.folder.join("environment")).ok()?;
        Some(text.trim().to_owned())
    }

    /// Where it is from.
    pub fn source(&self) -> String {
        fs::read_to_string(self.folder.join("source.md")).unwrap_or_default()
    }

    /// What AWS answered: of two answers to a call the more particular one comes first, and common ones last.
    pub fn answers(&self) -> Vec<Answer> {
        let mut answers = read(&self.folder.join("answers"), false);
        answers.sort_by_key(|answer| answer.asked.is_none());
        answers.extend(read(&root().join(COMMON), true));
        answers
    }

    /// The changes, each of which is made alone.
    pub fn changes(&self) -> Vec<Change> {
        let path = self.folder.join("changes.json");
        let changes: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let change = |change: &Value| Change {
            from: change["from"].as_str().unwrap().to_owned(),
            to: change["to"].as_str().unwrap().to_owned(),
            shows: change["shows"]
                .as_array()
                .unwrap()
                .iter()
                .map(|shown| shown.as_str().unwrap().to_owned())
                .collect(),
        };
        changes.as_array().unwrap().iter().map(change).collect()
    }

    /// A copy of the project with a change.
    pub fn changed(&self, change: &Change) -> TempDir {
        let copy = TempDir::new().unwrap();
        let mut found = 0;
        for name in files(&self.project()) {
            let text = fs::read_to_string(self.project().join(&name)).unwrap();
            found += text.matches(&change.from).count();
            fs::write(copy.path().join(&name), text.replace(&change.from, &change.to)).unwrap();
        }
        assert_eq!(found, 1, "{}: `{}` must occur once", self.name, change.from);
        copy
    }
}

/// `DescribeTags.xml` answers every such call, `DescribeTags@targetgroup.xml` those that ask for `targetgroup`.
fn read(folder: &Path, is_common: bool) -> Vec<Answer> {
    let answer = |name: String| {
        let (stem, _) = name.rsplit_once('.').unwrap();
        let (operation, asked) = match stem.split_once('@') {
            Some((operation, asked)) => (operation, Some(asked.to_owned())),
            None => (stem, None),
        };
        Answer {
            operation: operation.to_owned(),
            asked,
            is_common,
            body: fs::read(folder.join(&name)).unwrap(),
            name,
        }
    };
    files(folder).into_iter().map(answer).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn folders(folder: &Path) -> Vec<String> {
    entries(folder, true)
}

fn files(folder: &Path) -> Vec<String> {
    entries(folder, false)
}

fn entries(folder: &Path, folders: bool) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let entries = entries.map(Result::unwrap);
    let entries = entries.filter(|entry| entry.file_type().unwrap().is_dir() == folders);
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
