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
const AROUND: &str = include_str!("data/docs/sendo.yaml");
const NEIGHBOURS: &str = include_str!("data/docs/neighbours.yaml");

/// A fenced block of a page.
struct Block {
    page: String,
    line: usize,
    kind: String,
    text: String,
}

#[test]
fn every_yaml_block_of_the_documentation_means_something() {
    let blocks: Vec<Block> = pages().iter().flat_map(|page| blocks(page)).collect();
    let yaml = |block: &&Block| block.kind.starts_with("yaml");
    let mut faults = Vec::new();
    for block in blocks.iter().filter(yaml) {
        let found = match block.kind.as_str() {
            "yaml" => composed(&block.text),
            "yaml fragment" => parsed(&block.text),
            other => vec![format!("`{other}` is neither `yaml` nor `yaml fragment`")],
        };
        faults.extend(
            found
                .iter()
                .map(|fault| format!("{}:{}: {fault}", block.page, block.line)),
        );
    }
    assert!(
        blocks.iter().filter(yaml).count() > 10,
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

/// README.md and its like, and all of docs/.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "crates/sandbox/README.md",
    ]
    .map(|name| root.join(name))
    .to_vec();
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "md" => pages.push(path),
                _ => {}
            }
        }
    }
    pages.sort();
    pages
}

fn blocks(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).unwrap();
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
