//! Manifests and an environment to desired resources.
//!
//! In: a project as it was loaded, the name of one of its environments, and the process variables that it may read. Out:
//! [`Desired`], each resource after what it needs, and every error of the project at once, each at the place that caused
//! it. Pure: the same input gives the same bytes.

mod arn;
mod assembly;
mod batch;
mod body;
mod checks;
mod conditions;
mod containers;
mod context;
mod copied;
mod developer;
mod developer_env;
mod health_check;
mod hosts;
mod image;
mod ingress;
mod kinds;
mod layers;
mod locate;
mod log_group;
mod naming;
mod overrides;
mod publish;
mod service;
mod settings;
mod source;
mod tags;
mod task_definition;
mod template;
mod timing;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::manifest::kind::ManifestKind;
use crate::manifest::loaded::Loaded;
use crate::manifest::source::Span;
use crate::resource::graph::{Desired, ManifestId, Origin};

use assembly::Assembly;
use context::Context;
use source::Source;
use template::Templates;

/// What comes from outside of the project.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The process variables: `${env.NAME}` reads those that the project allows.
    pub variables: BTreeMap<String, String>,
}

/// What a project wants in an environment, and what is wrong with it.
pub struct Composition {
    /// What the manifests want that have no error; `None` where the project itself can't be read for the environment.
    /// Nothing may be done with it while there are errors, unless someone asked to go on without the broken manifests.
    pub desired: Option<Desired>,
    /// Everything that is wrong, loading included, in the order of places.
    pub diagnostics: Diagnostics,
    /// The manifests that have errors; what they want is not in `desired`.
    pub broken: BTreeSet<ManifestId>,
}

/// The names of the project's environments, in the order in which they are written.
pub fn environments(loaded: &Loaded) -> Vec<&str> {
    let all = loaded.project.iter().flat_map(|project| &project.environments);
    all.map(|environment| &*environment.name.name).collect()
}

/// Composes what a project wants in an environment.
pub fn compose(loaded: &Loaded, environment: &str, input: &Input) -> Composition {
    let mut assembly = Assembly::default();
    let context = Context::new(loaded, environment, input, &mut assembly.diagnostics);
    let desired = context.map(|context| desired(&context, &mut assembly));
    let mut diagnostics = loaded.diagnostics.clone();
    diagnostics.extend(assembly.diagnostics);
    diagnostics.sort();
    let sound = !errors(&diagnostics).any(|span| lies_in_project(loaded, span));
    Composition {
        desired: desired.filter(|_| sound),
        diagnostics,
        broken: assembly.broken,
    }
}

/// The places of errors.
fn errors(diagnostics: &Diagnostics) -> impl Iterator<Item = Span> {
    let errors = diagnostics.iter().filter(|item| item.severity == Severity::Error);
    errors.map(|item| item.span)
}

/// Whether the place is one of the project itself, which everything depends on.
fn lies_in_project(loaded: &Loaded, span: Span) -> bool {
    loaded
        .project
        .as_ref()
        .is_some_and(|project| lies_in(span, project.span))
}

fn lies_in(span: Span, whole: Span) -> bool {
    span.file == whole.file && (whole.start..=whole.end).contains(&span.start)
}

/// The manifests in which loading found errors.
fn broken_by_loading(loaded: &Loaded) -> impl Iterator<Item = ManifestId> {
    let broken = errors(&loaded.diagnostics).flat_map(|span| {
        loaded
            .documents
            .iter()
            .filter(move |document| lies_in(span, document.span))
    });
    broken.map(|document| ManifestId::new(document.kind.as_str(), document.name.clone()))
}

fn desired(context: &Context<'_>, assembly: &mut Assembly) -> Desired {
    let mut templates = Templates::new(context);
    for document in context.documents(ManifestKind::Service) {
        service::compose(context, &mut templates, document, assembly);
    }
    for document in context.documents(ManifestKind::ScheduledBatch) {
        batch::compose(context, &mut templates, document, assembly);
    }
    developer_env::compose_all(context, &mut templates, assembly);
    refuse_homeless(context, assembly);
    for (source, faults) in templates.faults(context) {
        assembly.report(&source.id, faults);
    }
    assembly.places.clusters.extend(context.cluster.clone());
    assembly.places.name_prefix = context.prefix.clone();
    assembly.places.schedule_group = naming::schedule_group(&context.scope, &context.prefix);
    assembly.places.priority_range = context.priority_range();
    assembly.broken.extend(broken_by_loading(context.loaded));
    let mut resources = assembly.resources();
    // The same rule as for what AWS answers, member by member: a value that is hidden on one side alone is a difference.
    for resource in &mut resources {
        context.sensitivity.mark(&mut resource.spec);
    }
    Desired {
        scope: context.scope.clone(),
        account: context.environment.account_id.clone(),
        region: context.region.clone(),
        assume_role: context.environment.assume_role_arn.clone(),
        resources,
        manifests: manifests(context),
        lookups: std::mem::take(&mut assembly.lookups),
        places: std::mem::take(&mut assembly.places),
        notes: std::mem::take(&mut assembly.notes),
        sensitivity: context.sensitivity.clone(),
    }
}

/// Developer environments in a project that does not say how they are made.
fn refuse_homeless(context: &Context<'_>, assembly: &mut Assembly) {
    if context.project.developer_envs.is_some() {
        return;
    }
    for document in context.every(ManifestKind::DeveloperEnv) {
        let id = ManifestId::new(document.kind.as_str(), document.name.clone());
        let error = Diagnostic::error(document.name_span, "the project has no `developerEnvs`")
            .help("say in sendo.yaml how they are made: `developerEnvs: {base: staging}`");
        assembly.report(&id, vec![error]);
    }
}

/// Every manifest of the environment with its place.
fn manifests(context: &Context<'_>) -> BTreeMap<ManifestId, Origin> {
    let here = context
        .loaded
        .documents
        .iter()
        .filter(|document| context.has(document));
    here.map(|document| {
        let source = Source::of(context, document, &mut Vec::new());
        (source.id, source.origin)
    })
    .collect()
}
