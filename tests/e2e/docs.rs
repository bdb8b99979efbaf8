//! The examples of the documentation are manifests: every block marked `yaml` loads and composes, with nothing said
//! against it. A block marked `yaml fragment` is a part of a manifest, and only has to be YAML.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sendo::compose::{Input, compose, environments};
use sendo::manifest::diagnostic::{Diagnostic, one_line};
use sendo::manifest::loaded::{Loaded, load_sources};
use sendo::manifest::source::Sources;
use sendo::manifest::yaml::{Limits, parse};

/// What single manifests of the documentation take for granted: a project, and the manifests that they name.
const AROUND: &str = include_str!("../data/docs/sendo.yaml");
const NEIGHBOURS: &str = include_str!("../data/docs/neighbours.yaml");

/// A fenced block of a page.
struct Block {
    page: String,
    line: usize,
    kind: String,
    text: String,
}

#[test]
fn every_example_of_the_documentation_means_something() {
    let blocks: Vec<Block> = pages().iter().flat_map(|page| blocks(page)).collect();
    let data = |block: &&Block| block.kind.starts_with("yaml") || block.kind == "json";
    let mut faults = Vec::new();
    for block in blocks.iter().filter(data) {
        let found = match block.kind.as_str() {
            "yaml" => composed(&block.text),
            "yaml fragment" => parsed(&block.text),
            "json" => serde_json::from_str::<serde_json::Value>(&block.text)
                .err()
                .map(|error| error.to_string())
                .into_iter()
                .collect(),
            other => vec![format!("`{other}` is neither `yaml` nor `yaml fragment`")],
        };
        faults.extend(
            found
                .iter()
                .map(|fault| format!("{}:{}: {fault}", block.page, block.line)),
        );
    }
    assert!(
        blocks.iter().filter(data).count() > 10,
        "the blocks were not found"
    );
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_link_between_pages_leads_to_a_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut dead = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let folder = page.parent().unwrap_or(root);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let files = targets
            .filter(|target| !target.contains("://") && !target.starts_with('#'))
            .filter_map(|target| target.split('#').next());
        dead.extend(
            files
                .filter(|file| !folder.join(file).exists())
                .map(|file| format!("{}: {file}", page.display())),
        );
    }
    assert!(dead.is_empty(), "\n{}", dead.join("\n"));
}

#[test]
fn the_policies_name_every_operation_that_is_called() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let policies = fs::read_to_string(root.join("docs/iam.md")).unwrap();
    let sources = files(&root.join("src/aws"), "rs").into_iter();
    let mut called = BTreeSet::new();
    for path in sources.filter(|path| !path.ends_with("tests.rs") && !path.ends_with("bench.rs")) {
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        called.extend(code.split(".call(").skip(1).filter_map(operation));
    }
    let missing: Vec<&String> = called
        .iter()
        .filter(|operation| {
            !policies.contains(&format!(":{operation}\"")) && !policies.contains(&format!(":{operation}`"))
        })
        .collect();
    assert!(called.len() > 40, "the calls were not found: {called:?}");
    assert!(missing.is_empty(), "{missing:?}");
}

/// The operation of a call: the last text of `SERVICE, "Operation", || …`.
fn operation(call: &str) -> Option<String> {
    let arguments = call.split("||").next()?;
    let name = arguments.rsplit('"').nth(1)?;
    name.starts_with(char::is_uppercase).then(|| name.to_owned())
}

/// README.md and its like, and all of docs/.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "crates/sandbox/README.md",
    ];
    let mut pages = files(&root.join("docs"), "md");
    pages.extend(named.map(|name| root.join(name)));
    pages.sort();
    pages
}

/// All files below a folder whose names end so.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .expect("the folder can be read")
        .flatten()
        .map(|entry| entry.path());
    let found = entries.flat_map(|path| match path.is_dir() {
        true => files(&path, extension),
        false => vec![path],
    });
    found
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}

fn blocks(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).expect("the page can be read");
    let name = page.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(page);
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), inside) {
            (Some(kind), false) => blocks.push(Block {
                page: name.display().to_string(),
                line: number + 1,
                kind: kind.trim().to_owned(),
                text: String::new(),
            }),
            (None, true) => {
                if let Some(block) = blocks.last_mut() {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
            }
            _ => {}
        }
        inside ^= line.starts_with("```");
    }
    blocks
}

/// What is wrong with a whole project, or with manifests in the project that the documentation takes for granted.
fn composed(text: &str) -> Vec<String> {
    let is_project = text.lines().any(|line| line == "kind: Project");
    let loaded = match is_project {
        true => load(&[("sendo.yaml", text)]),
        false => load(&[
            ("sendo.yaml", AROUND),
            ("block.yaml", text),
            ("neighbours.yaml", &neighbours(text)),
        ]),
    };
    let names = environments(&loaded);
    let each = names.iter().map(|name| compose(&loaded, name, &Input::default()));
    let mut faults: BTreeSet<String> = lines(loaded.diagnostics.iter(), &loaded.sources).collect();
    each.for_each(|made| faults.extend(lines(made.diagnostics.iter(), &loaded.sources)));
    faults.into_iter().collect()
}

/// The manifests around a block that the block doesn't bring itself.
fn neighbours(text: &str) -> String {
    let own = load(&[("sendo.yaml", AROUND), ("block.yaml", text)]);
    let brought: BTreeSet<String> = own.documents.iter().map(|document| document.id()).collect();
    let kept = NEIGHBOURS.split("---\n").filter(|document| {
        let alone = load(&[("sendo.yaml", AROUND), ("one.yaml", document)]);
        alone
            .documents
            .iter()
            .all(|document| !brought.contains(&document.id()))
    });
    kept.collect::<Vec<_>>().join("---\n")
}

fn load(files: &[(&str, &str)]) -> Loaded {
    let bytes = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
    load_sources(files.iter().map(bytes).collect())
}

fn parsed(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let file = sources.add("block.yaml", text);
    let parsed = parse(file, text, Limits::default());
    lines(parsed.diagnostics.iter(), &sources).collect()
}

fn lines<'a>(found: impl Iterator<Item = &'a Diagnostic>, sources: &Sources) -> impl Iterator<Item = String> {
    found.map(|item| one_line(item, sources))
}
