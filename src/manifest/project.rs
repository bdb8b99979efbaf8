//! The project: sendo.yaml at the root.

use std::sync::{Arc, LazyLock};

use super::decode::{Mode, decode};
use super::diagnostic::Diagnostic;
use super::document::{Document, Named, is_dns_label};
use super::glob::Glob;
use super::kind::ManifestKind;
use super::node::{Entry, Node};
use super::source::Span;
use crate::resource::shape::{Field, Shape, boolean, field, integer_between, list, map, object, string};

/// The files that are manifests where the project doesn't say; folders that start with a dot are left out.
pub const DEFAULT_INCLUDE: &str = "**/*.{yaml,yml,json}";

/// What the project says, read as far as it takes no variables.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is written.
    pub span: Span,
    /// All that it says.
    pub spec: Node,
    /// Defaults of variables for every environment, a mapping.
    pub variables: Option<Node>,
    /// The process variables that `${env.NAME}` may read.
    pub allow_env: Vec<Arc<str>>,
    /// Its environments, in the order in which they are written.
    pub environments: Vec<Environment>,
    /// What is merged beneath the spec of every manifest of a kind.
    pub defaults: Vec<(ManifestKind, Node)>,
    /// How developer environments are made, a mapping.
    pub developer_envs: Option<Node>,
    /// Listener rules whose manifest names no priority: the lowest and the highest.
    pub priority_range: Option<(i64, i64)>,
    /// More names of environment variables whose values are never shown.
    pub sensitive: Vec<Arc<str>>,
    /// Tags for all that can be tagged, a mapping.
    pub tags: Option<Node>,
    /// Whether and how much may be pruned.
    pub prune: Prune,
}

/// One environment of the project.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: Named,
    /// The only account that it may be in.
    pub account_id: Option<Arc<str>>,
    /// Its region.
    pub region: Option<Arc<str>>,
    /// The role to assume for it.
    pub assume_role_arn: Option<Arc<str>>,
    /// The cluster of manifests that name none.
    pub cluster: Option<Arc<str>>,
    /// What account-wide names begin with.
    pub name_prefix: Option<Arc<str>>,
    /// Its variables, a mapping.
    pub variables: Option<Node>,
}

/// How much of what is gone from git may be deleted in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prune {
    /// Whether anything may.
    pub enabled: bool,
    /// How many manifests at most.
    pub max_count: u32,
    /// How many of a hundred manifests at most.
    pub max_percent: u32,
}

impl Default for Prune {
    fn default() -> Self {
        Prune {
            enabled: false,
            max_count: 5,
            max_percent: 20,
        }
    }
}

impl Project {
    /// The environment of that name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments
            .iter()
            .find(|environment| &*environment.name.name == name)
    }

    /// What is merged beneath the spec of every manifest of a kind.
    pub fn defaults(&self, kind: ManifestKind) -> Option<&Node> {
        self.defaults
            .iter()
            .find(|(known, _)| *known == kind)
            .map(|(_, node)| node)
    }
}

/// Which files below the root are manifests.
#[derive(Clone, Debug)]
pub struct Selection {
    include: Vec<Glob>,
    exclude: Vec<Glob>,
}

impl Selection {
    /// What the project includes and excludes; patterns that make no sense are left to [`read`].
    pub fn of(spec: Option<&Node>) -> Selection {
        let globs = |member: &str| -> Vec<Glob> {
            let texts = spec.map(|spec| texts(spec, member)).unwrap_or_default();
            texts.iter().filter_map(|text| Glob::new(text).ok()).collect()
        };
        let mut include = globs("include");
        if include.is_empty() {
            include.extend(Glob::new(DEFAULT_INCLUDE));
        }
        Selection {
            include,
            exclude: globs("exclude"),
        }
    }

    /// Whether the file of that path is one.
    pub fn takes(&self, path: &str) -> bool {
        let hidden = path.split('/').any(|part| part.starts_with('.'));
        let included = |glob: &Glob| (!hidden || glob.names_hidden()) && glob.matches(path);
        self.include.iter().any(included) && !self.exclude.iter().any(|glob| glob.matches(path))
    }

    /// Whether nothing below that folder can be one.
    pub fn skips(&self, folder: &str) -> bool {
        let hidden = folder
            .rsplit('/')
            .next()
            .is_some_and(|part| part.starts_with('.'));
        let wanted = self.include.iter().any(Glob::names_hidden);
        (hidden && !wanted) || self.exclude.iter().any(|glob| glob.covers(folder))
    }
}

/// Reads the project from its document.
pub(super) fn read(document: &Document, out: &mut Vec<Diagnostic>) -> Project {
    let spec = &document.spec;
    decode(spec, shape(), Mode::Whole, &[], out);
    check_patterns(spec, out);
    Project {
        name: document.name.clone(),
        span: document.span,
        spec: spec.clone(),
        variables: mapping(spec, "variables"),
        allow_env: texts(spec, "allowEnv"),
        environments: environments(spec, document.name_span, out),
        defaults: defaults(spec),
        developer_envs: mapping(spec, "developerEnvs"),
        priority_range: priority_range(spec.get("priorityRange"), out),
        sensitive: texts(spec, "sensitive"),
        tags: mapping(spec, "tags"),
        prune: prune(spec.get("prune")),
    }
}

fn mapping(node: &Node, member: &str) -> Option<Node> {
    node.get(member).filter(|node| node.entries().is_some()).cloned()
}

fn text(node: &Node, member: &str) -> Option<Arc<str>> {
    let node = node.get(member).filter(|node| !node.is_null())?;
    node.as_text().map(Arc::from)
}

fn texts(node: &Node, member: &str) -> Vec<Arc<str>> {
    let items = node.get(member).and_then(Node::items).unwrap_or_default();
    items.iter().filter_map(Node::as_text).map(Arc::from).collect()
}

fn check_patterns(spec: &Node, out: &mut Vec<Diagnostic>) {
    for member in ["include", "exclude"] {
        for item in spec.get(member).and_then(Node::items).unwrap_or_default() {
            if let Some(Err(problem)) = item.as_text().map(Glob::new) {
                out.push(Diagnostic::error(item.span, format!("`{member}`: {problem}")));
            }
        }
    }
}

fn environments(spec: &Node, fallback: Span, out: &mut Vec<Diagnostic>) -> Vec<Environment> {
    let entries = spec
        .get("environments")
        .and_then(Node::entries)
        .unwrap_or_default();
    if entries.is_empty() && spec.entries().is_some() {
        let at = spec
            .entry("environments")
            .map_or(fallback, |entry| entry.key_span);
        let error = Diagnostic::error(at, "the project has no environment");
        out.push(error.help("add one: `environments: {production: {region: ap-northeast-1}}`"));
    }
    entries.iter().map(|entry| environment(entry, out)).collect()
}

fn environment(entry: &Entry, out: &mut Vec<Diagnostic>) -> Environment {
    let node = &entry.value;
    if !is_dns_label(&entry.key) {
        let message = "the name of an environment has lower-case letters, digits and `-`";
        out.push(Diagnostic::error(entry.key_span, message));
    }
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(at) = node
        .get("accountId")
        .filter(|node| node.as_text().is_some_and(|text| !digits(text)))
    {
        let error = Diagnostic::error(at.span, "`accountId` must be 12 digits");
        out.push(error.help("quote it, so that leading zeros stay"));
    }
    for member in ["accountId", "region", "assumeRoleArn", "namePrefix"] {
        if let Some(at) = node
            .get(member)
            .filter(|node| node.as_text().is_some_and(|text| text.contains("${")))
        {
            out.push(Diagnostic::error(
                at.span,
                format!("`{member}` takes no variables"),
            ));
        }
    }
    Environment {
        name: Named {
            name: entry.key.clone(),
            span: entry.key_span,
        },
        account_id: text(node, "accountId"),
        region: text(node, "region"),
        assume_role_arn: text(node, "assumeRoleArn"),
        cluster: text(node, "cluster"),
        name_prefix: text(node, "namePrefix"),
        variables: mapping(node, "variables"),
    }
}

fn defaults(spec: &Node) -> Vec<(ManifestKind, Node)> {
    let entries = spec.get("defaults").and_then(Node::entries).unwrap_or_default();
    let one = |entry: &Entry| Some((ManifestKind::from_name(&entry.key)?, entry.value.clone()));
    entries.iter().filter_map(one).collect()
}

/// The range of a project or of its developer environments.
pub fn priority_range(node: Option<&Node>, out: &mut Vec<Diagnostic>) -> Option<(i64, i64)> {
    let node = node?;
    let bounds: Vec<i64> = node
        .items()?
        .iter()
        .filter_map(|item| item.as_text()?.parse().ok())
        .collect();
    match bounds[..] {
        [low, high] if low <= high && node.items()?.len() == 2 => Some((low, high)),
        _ => {
            let message = "`priorityRange` must be the lowest and the highest priority";
            out.push(Diagnostic::error(node.span, message).help("write `[100, 999]`"));
            None
        }
    }
}

fn prune(node: Option<&Node>) -> Prune {
    let number = |member: &str, default: u32| {
        node.and_then(|node| node.text(member)?.parse().ok())
            .unwrap_or(default)
    };
    let default = Prune::default();
    Prune {
        enabled: node.and_then(|node| node.text("enabled")) == Some("true"),
        max_count: number("maxCount", default.max_count),
        max_percent: number("maxPercent", default.max_percent),
    }
}

/// The shape of a project's spec.
pub fn shape() -> &'static Shape {
    static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
        object(
            "ProjectSpec",
            "Environments, variables and defaults of a project.",
            fields(),
        )
    });
    &SHAPE
}

fn fields() -> Vec<Field> {
    let prune = object(
        "Prune",
        "Whether and how much of what is gone from git may be deleted.",
        [
            field("enabled", boolean(), "Whether anything may be pruned."),
            field(
                "maxCount",
                integer_between(0, 100_000),
                "Manifests at most in one go.",
            ),
            field(
                "maxPercent",
                integer_between(0, 100),
                "Per cent of the manifests at most in one go.",
            ),
        ],
    );
    let defaults = object(
        "Defaults",
        "What is merged beneath the spec of every manifest of a kind.",
        ManifestKind::ALL[1..]
            .iter()
            .map(|kind| field(kind.as_str(), map(Shape::Json), "Defaults of that kind.")),
    );
    vec![
        field(
            "variables",
            map(Shape::Json),
            "Defaults of variables for every environment.",
        ),
        field(
            "allowEnv",
            list(string()),
            "The only process variables that ${env.NAME} may read.",
        ),
        field(
            "environments",
            map(environment_shape()),
            "The environments, by their names.",
        )
        .required(),
        field(
            "defaults",
            defaults,
            "What is merged beneath the spec of every manifest of a kind.",
        ),
        field(
            "developerEnvs",
            map(Shape::Json),
            "How developer environments are made.",
        ),
        field(
            "priorityRange",
            list(integer_between(1, 50_000)),
            "Priorities that sendo may give to listener rules.",
        ),
        field(
            "sensitive",
            list(string()),
            "More names of environment variables whose values are never shown.",
        ),
        field("tags", map(string()), "Tags for all that can be tagged."),
        field("prune", prune, "Whether and how much may be pruned."),
        field(
            "include",
            list(string()),
            "Patterns of the files that are manifests.",
        ),
        field("exclude", list(string()), "Patterns of files that are none."),
    ]
}

fn environment_shape() -> Shape {
    object(
        "Environment",
        "One environment of the project.",
        [
            field(
                "accountId",
                string(),
                "The only AWS account that plan and apply accept.",
            ),
            field("region", string(), "The AWS region."),
            field("assumeRoleArn", string(), "The role to assume."),
            field("cluster", string(), "The cluster of manifests that name none."),
            field(
                "namePrefix",
                string(),
                "What account-wide names begin with; default <project>-<environment>-.",
            ),
            field(
                "variables",
                map(Shape::Json),
                "Variables that win over the project's.",
            ),
        ],
    )
}
