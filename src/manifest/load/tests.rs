use super::*;
use crate::manifest::diagnostic::one_line;
use insta::assert_snapshot;
use std::os::unix::fs::{PermissionsExt, symlink};
use tempfile::TempDir;

const PROJECT: &str = "apiVersion: sendo/v1
kind: Project
metadata: {name: shop}
spec: {environments: {production: {region: ap-northeast-1}}}
";

fn service(name: &str) -> String {
    format!("apiVersion: sendo/v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{}}\n")
}

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, PROJECT_FILE, PROJECT);
    folder
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn names(loaded: &Loaded) -> Vec<&str> {
    loaded.documents.iter().map(|document| &*document.name).collect()
}

fn errors(loaded: &Loaded) -> String {
    let lines: Vec<String> = loaded
        .diagnostics
        .iter()
        .map(|item| one_line(item, &loaded.sources))
        .collect();
    lines.join("\n")
}

#[test]
fn the_whole_root_loads_from_anywhere_in_it_in_the_order_of_paths() {
    let folder = project();
    write(&folder, "b/x.yaml", &service("x"));
    write(
        &folder,
        "a/y.json",
        r#"{"apiVersion": "sendo/v1", "kind": "Service", "metadata": {"name": "y"}, "spec": {}}"#,
    );
    write(&folder, ".git/config.yaml", "[");
    write(&folder, "README.md", "text");
    for path in ["", "a", "b/x.yaml"] {
        let loaded = load(&folder.path().join(path)).unwrap();
        assert_eq!(errors(&loaded), "");
        assert_eq!(names(&loaded), ["y", "x"]);
        assert_eq!(loaded.root, folder.path().canonicalize().unwrap());
    }
}

#[test]
fn paths_that_lead_to_no_project_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let missing = load(&folder.path().join("none")).err().unwrap();
    assert!(matches!(missing, LoadError::Missing(_)));
    let none = load(folder.path()).err().unwrap();
    assert!(matches!(none, LoadError::NoProject(_)) && none.help().is_some());
}

#[test]
fn a_file_too_large_is_refused_unread() {
    let folder = project();
    let file = File::create(folder.path().join("large.yaml")).unwrap();
    file.set_len(1 << 30).unwrap();
    let loaded = load(folder.path()).unwrap();
    assert_eq!(
        errors(&loaded),
        "large.yaml:1:1: error: the file is larger than 1 MiB"
    );
}

#[test]
fn a_link_within_the_root_is_followed_once_and_one_out_of_it_refused() {
    let folder = project();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.yaml"), service("outside")).unwrap();
    write(&folder, "..data/a.yaml", &service("a"));
    write(&folder, "b.yaml", &service("b"));
    let link = |target: &Path, name: &str| symlink(target, folder.path().join(name)).unwrap();
    link(Path::new("..data/a.yaml"), "a.yaml");
    link(Path::new("b.yaml"), "also-b.yaml");
    link(Path::new("."), "loop");
    link(outside.path(), "outside");
    link(&outside.path().join("secret.yaml"), "secret.yaml");
    link(Path::new("nowhere"), "broken.yaml");
    let loaded = load(folder.path()).unwrap();
    assert_eq!(names(&loaded), ["a", "b"]);
    assert_snapshot!(errors(&loaded), @r##"
broken.yaml:1:1: error: can't follow the symbolic link: it is gone
outside:1:1: error: the symbolic link leaves the root
secret.yaml:1:1: error: the symbolic link leaves the root
"##);
}

#[test]
fn a_root_that_is_a_link_is_fine() {
    let folder = project();
    write(&folder, "a.yaml", &service("a"));
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("current");
    symlink(folder.path(), &link).unwrap();
    assert_eq!(names(&load(&link).unwrap()), ["a"]);
}

#[test]
fn a_project_file_that_links_out_of_the_root_is_refused() {
    let (inside, outside) = (tempfile::tempdir().unwrap(), project());
    symlink(
        outside.path().join(PROJECT_FILE),
        inside.path().join(PROJECT_FILE),
    )
    .unwrap();
    let loaded = load(inside.path()).unwrap();
    assert_eq!(
        errors(&loaded),
        "sendo.yaml:1:1: error: the symbolic link leaves the root"
    );
    assert!(loaded.project.is_none());
}

#[test]
fn what_is_no_file_is_refused_and_never_opened() {
    let folder = project();
    let _listener = std::os::unix::net::UnixListener::bind(folder.path().join("socket.yaml")).unwrap();
    let loaded = load(folder.path()).unwrap();
    assert_eq!(
        errors(&loaded),
        "socket.yaml:1:1: error: it is neither a file nor a folder"
    );
}

#[test]
fn what_may_not_be_read_is_reported() {
    let folder = project();
    write(&folder, "a.yaml", &service("a"));
    write(&folder, "folder/b.yaml", &service("b"));
    let close = |name: &str| {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(0o000)).unwrap()
    };
    close("a.yaml");
    close("folder");
    let loaded = load(folder.path()).unwrap();
    fs::set_permissions(folder.path().join("folder"), fs::Permissions::from_mode(0o700)).unwrap();
    // The superuser reads all the same.
    if File::open(folder.path().join("a.yaml")).is_err() {
        assert_snapshot!(errors(&loaded), @"");
    } else {
        assert_eq!(names(&loaded), ["a", "b"]);
    }
}

#[test]
fn a_tree_of_too_many_files_is_refused_unless_it_is_excluded() {
    let folder = project();
    fs::create_dir(folder.path().join("many")).unwrap();
    for number in 0..=MOST_FILES {
        File::create(folder.path().join(format!("many/{number}"))).unwrap();
    }
    assert!(matches!(
        load(folder.path()).err().unwrap(),
        LoadError::TooManyFiles(_)
    ));
    let excluding = PROJECT.replace("spec: {", "spec: {exclude: [\"many/**\"], ");
    fs::write(folder.path().join(PROJECT_FILE), excluding).unwrap();
    assert_eq!(errors(&load(folder.path()).unwrap()), "");
}
