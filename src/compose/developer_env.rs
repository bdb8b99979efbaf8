//! Developer environments: copies of services and batches beside the originals, which stay as they are.

use std::collections::BTreeMap;

use super::assembly::Assembly;
use super::batch::{self, Batch};
use super::body::Body;
use super::context::Context;
use super::copied::{self, Copies};
use super::developer::Developer;
use super::hosts::Hosts;
use super::ingress::{self, Ingress};
use super::layers::{self, Layers};
use super::service::{self, Service};
use super::source::Source;
use super::task_definition::Placement;
use super::template::Templates;
use super::{conditions, naming};
use crate::manifest::diagnostic::{Diagnostic, Severity};
use crate::manifest::document::Document;
use crate::manifest::kind::ManifestKind;
use crate::manifest::source::Span;
use crate::value::{Text, Value};

/// Composes every DeveloperEnv of the environment.
pub(super) fn compose_all<'a>(context: &Context<'a>, templates: &mut Templates<'a>, assembly: &mut Assembly) {
    let documents: Vec<&Document> = context.documents(ManifestKind::DeveloperEnv).collect();
    let mut out = Vec::new();
    let developer = Developer::read(context, &mut out);
    let sound = !out.iter().any(|error| error.severity == Severity::Error);
    assembly.diagnostics.append(&mut out);
    let Some(developer) = developer else { return };
    look_for_orphans(&developer, assembly);
    let environments: Vec<Environment> = documents
        .into_iter()
        .map(|document| Environment::read(context, document))
        .collect();
    let over = over_the_limit(&developer, &environments);
    let mut copies = Copies::new(&developer);
    for (at, environment) in environments.into_iter().enumerate() {
        let mut out = environment.faults.clone();
        out.extend(over.get(&at).cloned());
        let copied = environment.copy(context, &developer, &mut copies, templates, &mut out);
        let id = environment.source.id.clone();
        assembly.report(&id, out);
        if sound && !assembly.broken.contains(&id) {
            environment.place(context, &copied, assembly);
        }
    }
}

/// Where copies may stand that no manifest wants any more.
fn look_for_orphans(developer: &Developer<'_>, assembly: &mut Assembly) {
    assembly.places.clusters.extend(developer.cluster.clone());
    assembly.places.listeners.extend(developer.listener.clone());
    assembly.places.hosted_zones.extend(developer.zone.clone());
}

/// A DeveloperEnv, read.
struct Environment {
    source: Source,
    body: Body,
    faults: Vec<Diagnostic>,
}

/// What a DeveloperEnv has.
#[derive(Default)]
struct Copied {
    services: Vec<(Text, Service)>,
    batches: Vec<(Text, Batch)>,
    notes: Vec<String>,
}

/// The environments that an owner has beyond what the project allows, with the error for each.
fn over_the_limit(developer: &Developer<'_>, environments: &[Environment]) -> BTreeMap<usize, Diagnostic> {
    let Some(limit) = developer.max_per_owner else {
        return BTreeMap::new();
    };
    let mut by_owner: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, environment) in environments.iter().enumerate() {
        if let Some(owner) = environment.body.text("owner") {
            by_owner.entry(owner).or_default().push(at);
        }
    }
    let beyond = by_owner
        .into_values()
        .filter(|all| all.len() > limit)
        .flat_map(|all| {
            let count = all.len();
            all.into_iter().skip(limit).map(move |at| (at, count))
        });
    beyond
        .map(|(at, count)| {
            let span = environments[at].body.span(&["owner"]);
            let message = format!("the owner has {count} developer environments: the project allows {limit}");
            let limit_span = developer.body.span(&["maxPerOwner"]);
            (
                at,
                Diagnostic::error(span, message)
                    .related(limit_span, "the limit")
                    .help("delete one, or raise `maxPerOwner`"),
            )
        })
        .collect()
}

impl Environment {
    fn read<'a>(context: &Context<'a>, document: &'a Document) -> Self {
        let mut faults = Vec::new();
        let source = Source::of(context, document, &mut faults);
        let layers = Layers::of(context, document);
        let node = layers::replace(
            context,
            &layers.merged(None),
            &layers.variables,
            &document.name,
            &mut faults,
        );
        let body = layers::decoded(ManifestKind::DeveloperEnv, node, &mut faults);
        Environment { source, body, faults }
    }

    fn name(&self) -> &str {
        &self.source.id.name
    }

    fn copy<'a>(
        &self,
        context: &Context<'a>,
        developer: &Developer<'a>,
        copies: &mut Copies<'a, '_>,
        templates: &mut Templates<'a>,
        out: &mut Vec<Diagnostic>,
    ) -> Copied {
        let mut copied = Copied::default();
        if developer.cluster.is_none() {
            out.push(
                Diagnostic::error(developer.body.node.span, "developer environments have no cluster")
                    .help("add `cluster` to `developerEnvs` or to the environment in sendo.yaml"),
            );
        }
        for (entry, from, span) in self.services(context, out) {
            let Some(original) = copies.service(context, templates, &from, span, out) else {
                continue;
            };
            copied.notes.extend(
                original
                    .notes
                    .iter()
                    .map(|note| format!("{}: {note}", self.source.id)),
            );
            let copy = ServiceCopy {
                environment: self.name(),
                from: &from,
                entry: &entry,
                span,
                developer,
            };
            let service = original
                .service
                .clone()
                .and_then(|service| copy.make(context, service, out));
            copied
                .services
                .extend(service.map(|service| (from.clone(), service)));
        }
        for (entry, from, span) in entries(&self.body, "batches", out) {
            let Some(original) = copies.batch(context, templates, &from, &entry, span, out) else {
                continue;
            };
            copied.notes.extend(
                original
                    .notes
                    .iter()
                    .map(|note| format!("{}: {note}", self.source.id)),
            );
            let batch = original
                .batch
                .and_then(|batch| self.batch(context, developer, batch, &entry, &from, out));
            copied.batches.extend(batch.map(|batch| (from, batch)));
        }
        copied
    }

    /// The entries of `services`, or, where they are `all`, one for each Service with an ingress.
    fn services(&self, context: &Context<'_>, out: &mut Vec<Diagnostic>) -> Vec<(Body, Text, Span)> {
        if self.body.text("services") != Some("all") {
            return entries(&self.body, "services", out);
        }
        let span = self.body.span(&["services"]);
        let nothing = crate::manifest::node::Node::mapping(Vec::new(), span);
        context
            .every(ManifestKind::Service)
            .filter(|document| Layers::of(context, document).declares("ingress"))
            .map(|document| {
                (
                    Body::new(nothing.clone(), Value::Null),
                    document.name.clone(),
                    span,
                )
            })
            .collect()
    }

    fn batch(
        &self,
        context: &Context<'_>,
        developer: &Developer<'_>,
        mut batch: Batch,
        entry: &Body,
        from: &str,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Batch> {
        batch.cluster = developer.cluster.clone()?;
        batch.name = format!("{}{}-{from}", context.prefix, self.name()).into();
        batch.name_span = entry.span(&["from"]);
        batch::check_name(batch.timing.dialect, &batch.name, batch.name_span, out);
        let placement = Placement::of(&batch.body.value);
        batch.definition = copied::definition(context, &batch.definition, entry, false, placement, out)?;
        Some(batch)
    }

    fn place(&self, context: &Context<'_>, copied: &Copied, assembly: &mut Assembly) {
        assembly.notes.extend(copied.notes.iter().cloned());
        for (from, service) in &copied.services {
            service::place(context, service, &self.source, &[from], assembly);
        }
        for (from, batch) in &copied.batches {
            batch::place(context, batch, &self.source, &[from], assembly);
        }
    }
}

/// The entries of a list, with what each copies; a name may come once.
fn entries(body: &Body, member: &str, out: &mut Vec<Diagnostic>) -> Vec<(Body, Text, Span)> {
    let mut seen: BTreeMap<Text, Span> = BTreeMap::new();
    let mut entries = Vec::new();
    for entry in body.children(member) {
        let Some(from) = entry.text("from").map(Text::from) else {
            continue;
        };
        let span = entry.span(&["from"]);
        match seen.get(&from) {
            Some(first) => out.push(
                Diagnostic::error(span, format!("`{from}` is copied twice"))
                    .related(*first, "the first copy"),
            ),
            None => {
                seen.insert(from.clone(), span);
                entries.push((entry, from, span));
            }
        }
    }
    entries
}

/// A service on its way to being a copy.
struct ServiceCopy<'a> {
    environment: &'a str,
    from: &'a str,
    entry: &'a Body,
    span: Span,
    developer: &'a Developer<'a>,
}

impl ServiceCopy<'_> {
    fn make(
        &self,
        context: &Context<'_>,
        mut service: Service,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Service> {
        service.name = format!("{}-{}", self.environment, self.from).into();
        service.name_span = self.span;
        if let Some((message, help)) = naming::SERVICE.fault(&service.name) {
            out.push(Diagnostic::error(self.span, message).help(help));
        }
        service.cluster = self.developer.cluster.clone()?;
        if let Some(count) = self.entry.get("desiredCount") {
            service.body.value.insert("desiredCount", count.clone());
        } else if !service.body.value.contains("desiredCount") {
            service.body.value.insert("desiredCount", 1);
        }
        let placement = Placement::of(&service.body.value);
        let definition = match &service.definition {
            Some(definition) => Some(copied::definition(
                context, definition, self.entry, true, placement, out,
            )?),
            None => None,
        };
        service.definition = definition;
        service.ingresses = self.ingresses(service.ingresses, out);
        Some(service)
    }

    fn ingresses(&self, originals: Vec<Ingress>, out: &mut Vec<Diagnostic>) -> Vec<Ingress> {
        if originals.is_empty() {
            for member in ["hosts", "records"] {
                if self.entry.has(member) {
                    let message = format!(
                        "`{member}` has no effect: the Service `{}` has no ingress",
                        self.from
                    );
                    out.push(Diagnostic::error(self.entry.key(&[member]), message).help("remove it"));
                }
            }
            return Vec::new();
        }
        let hosts = Hosts {
            environment: self.environment,
            service: self.from,
            domain: self.developer.domain.as_deref(),
            fallback: self.span,
        };
        let names = hosts.names(self.entry, out);
        let records = hosts.records(self.entry, &names, self.developer.zone.is_some(), out);
        originals
            .into_iter()
            .map(|original| self.ingress(original, &names, &records, out))
            .collect()
    }

    fn ingress(
        &self,
        original: Ingress,
        names: &[ingress::Placed],
        records: &[ingress::Placed],
        out: &mut Vec<Diagnostic>,
    ) -> Ingress {
        let listener = match &self.developer.listener {
            Some(listener) => ingress::Placed {
                text: listener.clone(),
                span: self.span,
            },
            None => original.listener.clone(),
        };
        conditions::check_count(names.len(), &original.conditions, self.entry.key(&["hosts"]), out);
        Ingress {
            listener,
            span: self.span,
            hosts: names.to_vec(),
            records: records.to_vec(),
            zone: self.developer.zone.clone(),
            priority: None,
            range: self.developer.range,
            target_group_name: None,
            ..original
        }
    }
}
