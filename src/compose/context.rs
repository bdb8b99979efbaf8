//! What all of a composition shares: the project's word on one environment.

use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::document::Document;
use crate::manifest::kind::ManifestKind;
use crate::manifest::loaded::Loaded;
use crate::manifest::node::Node;
use crate::manifest::project::{Environment, Project};
use crate::manifest::source::Span;
use crate::manifest::suggest::advice;
use crate::manifest::variables::{Process, Variables};
use crate::resource::ecs::validate::is_arn;
use crate::resource::graph::{KEEP, Origin, Scope};
use crate::resource::sensitive::Sensitivity;
use crate::value::{Map, Text};

use super::source::Source;
use super::{Input, developer, tags};

/// The priorities that rules take where the project names no range.
const DEFAULT_RANGE: (u16, u16) = (100, 999);

/// A project in one of its environments.
pub(super) struct Context<'a> {
    /// The files and documents.
    pub loaded: &'a Loaded,
    /// The project.
    pub project: &'a Project,
    /// The environment.
    pub environment: &'a Environment,
    /// Whose the resources are.
    pub scope: Scope,
    /// The region.
    pub region: Text,
    /// What account-wide names begin with.
    pub prefix: Text,
    /// The project's tags.
    pub tags: Map,
    /// Which values must not be seen.
    pub sensitivity: Sensitivity,
    /// The cluster of manifests that name none.
    pub cluster: Option<Text>,
    /// The process variables that `${env.NAME}` may read.
    pub process: Process,
}

impl<'a> Context<'a> {
    /// Reads the project for an environment; `None` where that is not possible.
    pub(super) fn new(
        loaded: &'a Loaded,
        environment: &str,
        input: &'a Input,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Context<'a>> {
        let project = loaded.project.as_ref()?;
        let Some(found) = project.environment(environment) else {
            out.push(unknown_environment(project, environment));
            return None;
        };
        let region = region(found, out);
        check(project, found, out);
        developer::check_base(project, out);
        let scope = Scope {
            project: project.name.clone(),
            environment: environment.into(),
        };
        let prefix = found.name_prefix.clone();
        let mut context = Context {
            loaded,
            project,
            environment: found,
            region: region?,
            prefix: prefix.unwrap_or_else(|| format!("{}-{}-", scope.project, scope.environment).into()),
            scope,
            tags: project_tags(project, out),
            sensitivity: Sensitivity::with(project.sensitive.iter().cloned()),
            cluster: None,
            process: Process {
                allowed: project.allow_env.clone(),
                values: input.variables.clone(),
            },
        };
        context.cluster = context.environment_cluster(out);
        Some(context)
    }

    /// The documents of a kind that exist in the environment, by name.
    pub(super) fn documents(&self, kind: ManifestKind) -> impl Iterator<Item = &'a Document> {
        let mut found: Vec<&Document> = self
            .loaded
            .documents
            .iter()
            .filter(|document| document.kind == kind && self.has(document))
            .collect();
        found.sort_by(|left, right| left.name.cmp(&right.name));
        found.into_iter()
    }

    /// The documents of a kind, whichever environments they exist in, by name.
    pub(super) fn every(&self, kind: ManifestKind) -> impl Iterator<Item = &'a Document> {
        let mut found: Vec<&Document> = self
            .loaded
            .documents
            .iter()
            .filter(|document| document.kind == kind)
            .collect();
        found.sort_by(|left, right| left.name.cmp(&right.name));
        found.into_iter()
    }

    /// Whether the document exists in the environment; developer environments do in their base alone.
    pub(super) fn has(&self, document: &Document) -> bool {
        let environment = &*self.scope.environment;
        let base =
            document.kind != ManifestKind::DeveloperEnv || developer::base(self.project) == Some(environment);
        base && document.exists_in(environment)
    }

    /// The environment's variables above the project's.
    pub(super) fn variable_layers(&self) -> impl Iterator<Item = &'a Node> {
        self.environment.variables.iter().chain(&self.project.variables)
    }

    /// What is built in; `name` is that of the manifest.
    pub(super) fn built_in<'b>(&'b self, name: Option<&'b str>) -> [(&'b str, Option<&'b str>); 5] {
        [
            ("project", Some(&self.scope.project)),
            ("environment", Some(&self.scope.environment)),
            ("accountId", self.environment.account_id.as_deref()),
            ("region", Some(&self.region)),
            ("name", name),
        ]
    }

    fn environment_cluster(&self, out: &mut Vec<Diagnostic>) -> Option<Text> {
        let node = self
            .project
            .spec
            .get("environments")?
            .get(&self.scope.environment)?
            .get("cluster")?;
        let built_in = self.built_in(None);
        let replaced = Variables::new(self.variable_layers(), &built_in, &self.process).replace(node, out);
        (!replaced.is_null())
            .then(|| replaced.as_text().map(Text::from))
            .flatten()
    }

    /// Where a place is, for messages of later rooms.
    pub(super) fn origin(&self, span: Span) -> Origin {
        Origin {
            file: self.loaded.sources.path(span.file).into(),
            line: span.line,
            column: span.column,
        }
    }

    /// The priorities that rules take whose manifest names none.
    pub(super) fn priority_range(&self) -> (u16, u16) {
        let narrow = |(low, high): (i64, i64)| Some((u16::try_from(low).ok()?, u16::try_from(high).ok()?));
        self.project
            .priority_range
            .and_then(narrow)
            .unwrap_or(DEFAULT_RANGE)
    }

    /// The tags of a resource of a manifest.
    pub(super) fn tags(&self, own: Option<&crate::value::Value>, source: &Source) -> Map {
        let mut all = tags::tags(&self.tags, own, &self.scope, &source.id);
        if source.settings.keep {
            all.insert(KEEP.0, KEEP.1);
        }
        all
    }
}

fn unknown_environment(project: &Project, environment: &str) -> Diagnostic {
    let span = project
        .spec
        .entry("environments")
        .map_or(project.span, |entry| entry.key_span);
    let mut error = Diagnostic::error(span, format!("the project has no environment `{environment}`"));
    let known = project.environments.iter().map(|known| &*known.name.name);
    error.help.extend(advice(environment, known));
    error
}

fn region(environment: &Environment, out: &mut Vec<Diagnostic>) -> Option<Text> {
    if environment.region.is_none() {
        let message = format!("the environment `{}` has no `region`", environment.name.name);
        out.push(Diagnostic::error(environment.name.span, message).help("add one: `region: ap-northeast-1`"));
    }
    environment.region.clone()
}

fn check(project: &Project, environment: &Environment, out: &mut Vec<Diagnostic>) {
    let name = &*environment.name.name;
    let node = |member: &str| project.spec.get("environments")?.get(name)?.get(member);
    if let Some(role) = &environment.assume_role_arn
        && !role.contains("${")
        && !is_arn(role, "iam", "role/")
    {
        let span = node("assumeRoleArn").map_or(environment.name.span, |node| node.span);
        out.push(
            Diagnostic::error(span, "`assumeRoleArn` is not the ARN of a role")
                .help("it looks like `arn:aws:iam::123456789012:role/sendo`"),
        );
    }
}

fn project_tags(project: &Project, out: &mut Vec<Diagnostic>) -> Map {
    tags::check(project.tags.as_ref(), 3, out);
    let entries = project.tags.as_ref().and_then(Node::entries).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| Some((entry.key.clone(), entry.value.as_text()?.into())))
        .collect()
}
