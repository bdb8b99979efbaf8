//! What all manifests have in common: `apiVersion`, `kind`, `metadata`, and where and how they differ by environment.

use std::sync::Arc;
use std::sync::LazyLock;

use super::decode::{Mode, decode};
use super::diagnostic::{Diagnostic, name_like};
use super::kind::ManifestKind;
use super::node::Node;
use super::source::Span;
use super::suggest::{advice, listed, nearest};
use crate::resource::shape::{Field, Shape, field, list, map, object, one_of, string};

/// The only version of manifests there is.
pub const API_VERSION: &str = "sendo/v1";

/// What a document starts with where nothing better is known.
const FOREIGN: &str = "every document that is included starts with `apiVersion: sendo/v1`; \
                       leave other files out with `exclude` in sendo.yaml";

/// A manifest, its `spec` still as it was written.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it is about.
    pub kind: ManifestKind,
    /// Its name; one of its kind in a project.
    pub name: Arc<str>,
    /// All of the document.
    pub span: Span,
    /// Where the name is written.
    pub name_span: Span,
    /// Labels, to select by.
    pub labels: Vec<Labelled>,
    /// Annotations, sendo's own and others.
    pub annotations: Vec<Labelled>,
    /// The environments that it exists in; all of them if it doesn't say.
    pub only_in: Option<Vec<Named>>,
    /// Its own variables, a mapping.
    pub variables: Option<Node>,
    /// What is different in some environments.
    pub environments: Vec<Patch>,
    /// What it wants.
    pub spec: Node,
}

/// A label or an annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// Its name.
    pub key: Arc<str>,
    /// Its value.
    pub value: Arc<str>,
    /// Where the value is written.
    pub span: Span,
}

/// A name and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: Arc<str>,
    /// Where it is written.
    pub span: Span,
}

/// What is different in one environment.
#[derive(Clone, Debug)]
pub struct Patch {
    /// The environment.
    pub environment: Named,
    /// Variables that win over the manifest's own, a mapping.
    pub variables: Option<Node>,
    /// What is merged over the spec.
    pub spec: Option<Node>,
}

impl Document {
    /// `Kind/name`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }

    /// Whether it exists in that environment.
    pub fn exists_in(&self, environment: &str) -> bool {
        let here = |only: &Vec<Named>| only.iter().any(|named| &*named.name == environment);
        self.only_in.as_ref().is_none_or(here)
    }

    /// What is different in that environment.
    pub fn patch(&self, environment: &str) -> Option<&Patch> {
        self.environments
            .iter()
            .find(|patch| &*patch.environment.name == environment)
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations
            .iter()
            .find(|item| &*item.key == key)
            .map(|item| &*item.value)
    }
}

/// Reads what surrounds the spec. `None`: too little is right of it to go on.
pub(super) fn read(node: &Node, out: &mut Vec<Diagnostic>) -> Option<Document> {
    let kind = kind(node, out)?;
    let before = out.len();
    decode(node, envelope(kind), Mode::Whole, &[], out);
    let metadata = node.get("metadata")?;
    let name_node = metadata.get("name")?;
    let name: Arc<str> = name_node.as_text()?.into();
    if out.len() == before {
        check_name(kind, &name, name_node.span, out);
        refuse_variables(metadata, out);
    }
    let annotations = labelled(metadata.get("annotations"));
    annotations.iter().for_each(|item| check_annotation(item, out));
    let spec = node.get("spec")?;
    Some(Document {
        kind,
        name,
        span: node.span,
        name_span: name_node.span,
        labels: labelled(metadata.get("labels")),
        annotations,
        only_in: node.get("onlyIn").and_then(Node::items).map(names),
        variables: some(node.get("variables")),
        environments: patches(node.get("environments")),
        spec: spec.clone(),
    })
}

fn kind(node: &Node, out: &mut Vec<Diagnostic>) -> Option<ManifestKind> {
    if node.entries().is_none() {
        out.push(Diagnostic::error(node.span, "a manifest must be a map").help(FOREIGN));
        return None;
    }
    let Some(version) = node.get("apiVersion") else {
        out.push(Diagnostic::error(node.span, "the document has no `apiVersion`").help(FOREIGN));
        return None;
    };
    if version.as_text() != Some(API_VERSION) {
        let error = Diagnostic::error(version.span, format!("`apiVersion` must be `{API_VERSION}`"));
        out.push(error.help(FOREIGN));
        return None;
    }
    let known = ManifestKind::ALL.map(ManifestKind::as_str);
    let Some(kind) = node.get("kind").filter(|kind| !kind.is_null()) else {
        let error = Diagnostic::error(node.span, "the document has no `kind`");
        out.push(error.help(format!("known: {}", listed(&known))));
        return None;
    };
    let name = kind.as_text().unwrap_or_default();
    let found = ManifestKind::from_name(name);
    if found.is_none() {
        let mut error = Diagnostic::error(kind.span, format!("unknown kind `{}`", name_like(name)));
        error.help.extend(advice(name, known));
        out.push(error);
    }
    found
}

fn some(node: Option<&Node>) -> Option<Node> {
    node.filter(|node| node.entries().is_some()).cloned()
}

fn names(items: &[Node]) -> Vec<Named> {
    let named = |item: &Node| {
        let name = item.as_text()?.into();
        Some(Named {
            name,
            span: item.span,
        })
    };
    items.iter().filter_map(named).collect()
}

fn labelled(node: Option<&Node>) -> Vec<Labelled> {
    let entries = node.and_then(Node::entries).unwrap_or_default();
    let one = |entry: &super::node::Entry| {
        Some(Labelled {
            key: entry.key.clone(),
            value: entry.value.as_text()?.into(),
            span: entry.value.span,
        })
    };
    entries.iter().filter_map(one).collect()
}

fn patches(node: Option<&Node>) -> Vec<Patch> {
    let entries = node.and_then(Node::entries).unwrap_or_default();
    entries
        .iter()
        .map(|entry| Patch {
            environment: Named {
                name: entry.key.clone(),
                span: entry.key_span,
            },
            variables: some(entry.value.get("variables")),
            spec: some(entry.value.get("spec")),
        })
        .collect()
}

/// The longest name: a DNS label's length, which every name that AWS gives leaves room for.
const LONGEST_NAME: usize = 63;

fn check_name(kind: ManifestKind, name: &str, span: Span, out: &mut Vec<Diagnostic>) {
    let label_only = matches!(kind, ManifestKind::Project | ManifestKind::DeveloperEnv);
    let (valid, allowed) = if label_only {
        (is_dns_label(name), "lower-case letters, digits and `-`")
    } else {
        (is_name(name), "letters, digits, `-` and `_`")
    };
    if name.len() > LONGEST_NAME {
        let message = format!(
            "a name has at most {LONGEST_NAME} characters; this one has {}",
            name.chars().count()
        );
        out.push(Diagnostic::error(span, message));
    } else if !valid {
        let message =
            format!("the name of a {kind} has {allowed}, and begins and ends with a letter or digit");
        out.push(Diagnostic::error(span, message));
    }
}

/// Whether a text can be one part of a host name.
pub fn is_dns_label(text: &str) -> bool {
    is_name(text) && text.len() <= 63 && !text.bytes().any(|byte| byte == b'_' || byte.is_ascii_uppercase())
}

fn is_name(text: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    ends(text.bytes().next())
        && ends(text.bytes().next_back())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn refuse_variables(metadata: &Node, out: &mut Vec<Diagnostic>) {
    let members = ["labels", "annotations"].map(|member| labelled(metadata.get(member)));
    for item in members.iter().flatten().filter(|item| item.value.contains("${")) {
        out.push(Diagnostic::error(item.span, "`metadata` takes no variables"));
    }
}

/// sendo's own annotations and what they may say; no words: anything.
const ANNOTATIONS: &[(&str, &[&str])] = &[
    ("sendo/adopt", &["true", "false"]),
    ("sendo/prune", &["disabled", "enabled"]),
    ("sendo/reconcile", &["disabled", "enabled"]),
    ("sendo/ignore", &[]),
    ("sendo/deletion-approved", &[]),
];

fn check_annotation(item: &Labelled, out: &mut Vec<Diagnostic>) {
    if !item.key.starts_with("sendo/") {
        return;
    }
    let known = ANNOTATIONS.iter().map(|(key, _)| *key);
    match ANNOTATIONS.iter().find(|(key, _)| *key == &*item.key) {
        None => {
            let message = format!("unknown annotation `{}`", name_like(&item.key));
            let mut error = Diagnostic::error(item.span, message);
            let near = nearest(&item.key, known.clone()).map(|near| format!("did you mean `{near}`?"));
            error.help.extend(near.or_else(|| advice("", known)));
            out.push(error);
        }
        Some((_, words)) if !words.is_empty() && !words.contains(&&*item.value) => {
            let message = format!("`{}` must be one of {}", item.key, listed(words));
            out.push(Diagnostic::error(item.span, message));
        }
        Some(_) => {}
    }
}

/// The shape of all of a manifest, its spec left open.
pub fn envelope(kind: ManifestKind) -> &'static Shape {
    static SHAPES: LazyLock<[Shape; 5]> = LazyLock::new(|| ManifestKind::ALL.map(build));
    &SHAPES[kind as usize]
}

fn build(kind: ManifestKind) -> Shape {
    let metadata = object(
        "Metadata",
        "What the manifest is called.",
        [
            field("name", string(), "Its name, once for a kind in a project.").required(),
            field("labels", map(string()), "Labels to select manifests by."),
            field(
                "annotations",
                map(string()),
                "Annotations; those under `sendo/` change how it is treated.",
            ),
        ],
    );
    let mut fields = vec![
        field(
            "apiVersion",
            one_of(&[API_VERSION]),
            "The version of the manifest.",
        )
        .required(),
        field("kind", string(), "What the manifest is about.").required(),
        field("metadata", metadata, "What the manifest is called.").required(),
        field("spec", Shape::Json, "What is wanted.").required(),
    ];
    if kind != ManifestKind::Project {
        fields.extend(by_environment());
    }
    object(kind.as_str(), "A manifest.", fields)
}

fn by_environment() -> [Field; 3] {
    let patch = object(
        "EnvironmentPatch",
        "What is different in one environment.",
        [
            field(
                "variables",
                map(Shape::Json),
                "Variables that win over the manifest's own.",
            ),
            field("spec", map(Shape::Json), "What is merged over the spec."),
        ],
    );
    [
        field("variables", map(Shape::Json), "Values for `${name}` in the spec."),
        field(
            "environments",
            map(patch),
            "What is different in some environments, by their names.",
        ),
        field(
            "onlyIn",
            list(string()),
            "The environments that it exists in; all if left out.",
        ),
    ]
}
