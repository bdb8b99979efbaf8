use super::*;
use crate::manifest::diagnostic::{Style, one_line, render};
use insta::assert_snapshot;
use proptest::prelude::*;

const PROJECT: &str = "apiVersion: sendo/v1
kind: Project
metadata: {name: shop}
spec:
  environments:
    production: {accountId: \"012345678901\", region: ap-northeast-1, variables: {subnets: [a, b]}}
    staging: {region: ap-northeast-1, cluster: staging}
";

fn with(files: &[(&str, &str)]) -> Loaded {
    let mut all = vec![(PROJECT_FILE.to_owned(), PROJECT.as_bytes().to_vec())];
    all.extend(
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())),
    );
    load_sources(all)
}

fn errors(loaded: &Loaded) -> String {
    let lines: Vec<String> = loaded
        .diagnostics
        .iter()
        .map(|item| one_line(item, &loaded.sources))
        .collect();
    lines.join("\n")
}

fn service(name: &str) -> String {
    format!("apiVersion: sendo/v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{}}\n")
}

#[test]
fn a_project_and_its_documents_are_read() {
    let api = "apiVersion: sendo/v1
kind: Service
metadata: {name: api, labels: {team: shop}, annotations: {sendo/adopt: \"true\", other: x}}
onlyIn: [production]
variables: {a: 1}
environments: {production: {variables: {a: 2}, spec: {desiredCount: 4}}}
spec: {desiredCount: 2}
";
    let loaded = with(&[
        ("services/api.yaml", api),
        ("note.txt", "not YAML: ["),
        (".git/x.yaml", "["),
    ]);
    assert_eq!(errors(&loaded), "");
    let project = loaded.project.as_ref().unwrap();
    assert_eq!(&*project.name, "shop");
    let production = project.environment("production").unwrap();
    assert_eq!(production.account_id.as_deref(), Some("012345678901"));
    assert!(production.variables.is_some());
    let document = loaded.find(ManifestKind::Service, "api").unwrap();
    assert_eq!((document.id().as_str(), document.span.line), ("Service/api", 1));
    assert!(document.exists_in("production") && !document.exists_in("staging"));
    assert_eq!(document.annotation("sendo/adopt"), Some("true"));
    assert_eq!(
        document
            .patch("production")
            .unwrap()
            .spec
            .as_ref()
            .unwrap()
            .text("desiredCount"),
        Some("4")
    );
}

#[test]
fn include_and_exclude_choose_the_files() {
    let project = format!("{PROJECT}  include: [\"a/**\", \".hidden/*.yaml\"]\n  exclude: [a/b/**]\n");
    let files = [
        "a/x.yaml",
        "a/b/y.yaml",
        "c.yaml",
        ".hidden/z.yaml",
        "a/.d/q.yaml",
    ];
    let mut all: Vec<(String, Vec<u8>)> = files
        .iter()
        .enumerate()
        .map(|(n, path)| ((*path).to_owned(), service(&format!("s{n}")).into()))
        .collect();
    all.push((PROJECT_FILE.to_owned(), project.into()));
    let loaded = load_sources(all);
    assert_eq!(errors(&loaded), "");
    let names: Vec<&str> = loaded.documents.iter().map(|document| &*document.name).collect();
    assert_eq!(names, ["s3", "s0"]);
}

#[test]
fn what_is_wrong_around_a_spec_is_all_reported() {
    let files = [
        ("01.yaml", "kind: Service\n"),
        ("02.yaml", "apiVersion: v1\nkind: ConfigMap\n"),
        ("03.yaml", "apiVersion: sendo/v1\n"),
        (
            "04.yaml",
            "apiVersion: sendo/v1\nkind: Servce\nmetadata: {name: a}\nspec: {}\n",
        ),
        (
            "05.yaml",
            "apiVersion: sendo/v1\nkind: Service\nmetadata: {nam: a}\nspecc: {}\n",
        ),
        (
            "06.yaml",
            "apiVersion: sendo/v1\nkind: Service\nmetadata: {name: -a b}\nspec: {}\n",
        ),
        (
            "07.yaml",
            "apiVersion: sendo/v1\nkind: DeveloperEnv\nmetadata: {name: A_b}\nspec: {}\n",
        ),
        ("08.yaml", "- a\n"),
        (
            "09.yaml",
            "apiVersion: sendo/v1\nkind: Service\nmetadata: {name: b, annotations: {sendo/adpt: \"true\"}}\nspec: {}\n",
        ),
        (
            "10.yaml",
            "apiVersion: sendo/v1\nkind: Service\nmetadata: {name: c, annotations: {sendo/adopt: maybe}}\nspec: {}\n",
        ),
        (
            "11.yaml",
            "apiVersion: sendo/v1\nkind: Service\nmetadata: {name: d, labels: [a]}\nonlyIn: [prod]\nenvironments: {stagin: {spc: {}}}\nspec: {}\n",
        ),
        (
            "12.yaml",
            "apiVersion: sendo/v1\nkind: Service\nmetadata: {name: e, labels: {a: \"${x}\"}}\nspec: {}\n",
        ),
    ];
    assert_snapshot!(errors(&with(&files)), @r##"
01.yaml:1:1: error: the document has no `apiVersion`
02.yaml:1:13: error: `apiVersion` must be `sendo/v1`
03.yaml:1:1: error: the document has no `kind`
04.yaml:2:7: error: unknown kind `Servce`
05.yaml:1:1: error: Service needs `spec`
05.yaml:3:1: error: Metadata needs `name`
05.yaml:3:12: error: unknown field `nam` in Metadata
05.yaml:4:1: error: unknown field `specc` in Service
06.yaml:3:18: error: the name of a Service has letters, digits, `-` and `_`, and begins and ends with a letter or digit
07.yaml:3:18: error: the name of a DeveloperEnv has lower-case letters, digits and `-`, and begins and ends with a letter or digit
08.yaml:1:1: error: a manifest must be a map
09.yaml:3:47: error: unknown annotation `sendo/adpt`
10.yaml:3:48: error: `sendo/adopt` must be one of `true`, `false`
11.yaml:3:29: error: `labels` must be a map
11.yaml:4:10: error: the project has no environment `prod`
11.yaml:5:16: error: the project has no environment `stagin`
11.yaml:5:25: error: unknown field `spc` in EnvironmentPatch
12.yaml:3:33: error: `metadata` takes no variables
"##);
}

#[test]
fn two_of_the_same_kind_and_name_are_shown_with_both_places() {
    let loaded = with(&[("a.yaml", &service("api")), ("b.yaml", &service("api"))]);
    assert_snapshot!(render(&loaded.diagnostics, &loaded.sources, Style::Plain), @r##"
error: a second Service is called `api`
 --> b.yaml:3:18
  |
3 | metadata: {name: ***}
  |                  ^^^
 ::: a.yaml:3:18
  |
3 | metadata: {name: ***}
  |                  --- the first
"##);
}

#[test]
fn names_are_not_too_long() {
    assert_eq!(errors(&with(&[("a.yaml", &service(&"a".repeat(63)))])), "");
    assert!(errors(&with(&[("a.yaml", &service(&"a".repeat(64)))])).contains("at most 63 characters"));
}

#[test]
fn there_is_one_project_and_it_is_in_sendo_yaml() {
    assert_eq!(
        errors(&load_sources(vec![])),
        "sendo.yaml:1:1: error: there is no sendo.yaml"
    );
    let second = with(&[("other/sendo.yaml", PROJECT)]);
    assert_eq!(
        errors(&second),
        "other/sendo.yaml:1:1: error: a second Project: a root has one"
    );
    let twice = format!("{PROJECT}---\n{PROJECT}");
    let twice = load_sources(vec![(PROJECT_FILE.into(), twice.into())]);
    assert_eq!(
        errors(&twice),
        "sendo.yaml:9:1: error: a second Project: a root has one"
    );
    let elsewhere = load_sources(vec![
        ("a.yaml".into(), PROJECT.into()),
        (PROJECT_FILE.into(), service("a").into()),
    ]);
    assert_snapshot!(errors(&elsewhere), @r##"
a.yaml:1:1: error: the Project must be in sendo.yaml at the root
sendo.yaml:1:1: error: sendo.yaml has no Project
"##);
}

#[test]
fn what_is_wrong_in_a_project_is_all_reported() {
    let project = "apiVersion: sendo/v1
kind: Project
metadata: {name: shop}
spec:
  variable: {}
  environments:
    Production: {accountId: 123, regoin: x, namePrefix: \"${x}\"}
  defaults: {Servce: {}}
  priorityRange: [5]
  prune: {enabled: yes, maxPercent: 200}
  include: [/etc/*.yaml]
";
    assert_snapshot!(errors(&load_sources(vec![(PROJECT_FILE.into(), project.into())])), @r##"
sendo.yaml:5:3: error: unknown field `variable` in ProjectSpec
sendo.yaml:7:5: error: the name of an environment has lower-case letters, digits and `-`
sendo.yaml:7:29: error: `accountId` must be 12 digits
sendo.yaml:7:34: error: unknown field `regoin` in Environment
sendo.yaml:7:57: error: `namePrefix` takes no variables
sendo.yaml:8:14: error: unknown field `Servce` in Defaults
sendo.yaml:9:18: error: `priorityRange` must be the lowest and the highest priority
sendo.yaml:10:20: error: `enabled` must be true or false
sendo.yaml:10:37: error: `maxPercent` must be an integer from 0 to 100
sendo.yaml:11:13: error: `include`: a pattern is relative to the root and stays below it
"##);
    let empty = "apiVersion: sendo/v1\nkind: Project\nmetadata: {name: shop}\nspec: {environments: {}}\n";
    assert_snapshot!(errors(&load_sources(vec![(PROJECT_FILE.into(), empty.into())])), @r##"sendo.yaml:4:8: error: the project has no environment"##);
}

#[test]
fn one_bad_file_hides_no_other() {
    let mut files = vec![(PROJECT_FILE.to_owned(), PROJECT.as_bytes().to_vec())];
    files.push(("a.yaml".into(), b"a: [".to_vec()));
    files.push(("b.yaml".into(), b"\x00\x01\x02".to_vec()));
    files.push(("c.yaml".into(), vec![b' '; (1 << 20) + 1]));
    files.push(("d.yaml".into(), b"\xff\xfea\0".to_vec()));
    files.push((
        "e.yaml".into(),
        format!("{}---\na: {{b: ${{c}}}}\n", service("e")).into(),
    ));
    let loaded = load_sources(files);
    assert!(loaded.find(ManifestKind::Service, "e").is_some() && loaded.project.is_some());
    assert_snapshot!(errors(&loaded), @r##"
a.yaml:1:4: error: this `[` is never closed
b.yaml:1:1: error: the file is binary, not text
c.yaml:1:1: error: the file is larger than 1 MiB
d.yaml:1:1: error: the file is encoded in UTF-16, not in UTF-8
e.yaml:6:8: error: a bare `${…}` can't stand inside `{}` or `[]`
"##);
}

#[test]
fn a_secret_in_an_invalid_manifest_never_shows() {
    let files = [
        (
            "a.yaml",
            "apiVersion: sendo/v1\nkind: Service\nmetadata: {name: a, labels: {x: CANARY}}\nspec: CANARY\nfoo: CANARY\n",
        ),
        ("b.yaml", "apiVersion: CANARY\n"),
        ("c.yaml", "CANARY\n"),
        ("d.yaml", "- CANARY\n- [CANARY\n"),
        (
            "e.yaml",
            "apiVersion: sendo/v1\nkind: Service\nmetadata: {name: CANARY of mine}\nspec: {}\nonlyIn: {a: CANARY}\n",
        ),
        (
            "f.yaml",
            "apiVersion: sendo/v1\nkind: Service\nmetadata: {name: f, annotations: {sendo/adopt: CANARY}}\nspec: {}\n",
        ),
    ];
    let loaded = with(&files);
    assert!(loaded.diagnostics.len() >= files.len());
    let text = render(&loaded.diagnostics, &loaded.sources, Style::Plain);
    let json = crate::manifest::diagnostic::json(&loaded.diagnostics, &loaded.sources).to_string();
    assert!(!text.contains("CANARY") && !json.contains("CANARY"), "{text}");
}

proptest! {
    #[test]
    fn no_project_makes_it_panic(project in "[ -~\n]{0,200}", other in prop::collection::vec(any::<u8>(), 0..200)) {
        let head = "apiVersion: sendo/v1\nkind: Project\nmetadata: {name: shop}\nspec:\n  ";
        let files = vec![(PROJECT_FILE.to_owned(), format!("{head}{project}").into()), ("a.yaml".to_owned(), other)];
        let loaded = load_sources(files);
        render(&loaded.diagnostics, &loaded.sources, Style::Plain);
    }
}
