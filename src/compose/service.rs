//! Services: what CreateService takes, with the definition that runs and the ingresses that lead to it.

use super::assembly::{Assembly, Draft, What};
use super::body::Body;
use super::context::Context;
use super::ingress::{self, Ingress};
use super::layers::Layers;
use super::publish::{self, Publication};
use super::settings::Part;
use super::source::Source;
use super::task_definition::{Definition, Placement};
use super::template::Templates;
use super::{checks, kinds, naming, tags};
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::document::Document;
use crate::manifest::source::Span;
use crate::resource::graph::address;
use crate::value::{Map, Reference, Text, Value};

/// Members of a Service's spec that are not CreateService's.
const OWN: [&str; 5] = ["taskDefinition", "taskTemplate", "logGroup", "ingress", "tags"];

/// A service, read and checked, before it takes its place in the graph.
#[derive(Clone)]
pub(super) struct Service {
    /// The manifest that it comes from.
    pub source: Source,
    /// Its spec in this environment.
    pub body: Body,
    /// What it runs; `None` where an external controller says so.
    pub definition: Option<Definition>,
    /// What leads to it.
    pub ingresses: Vec<Ingress>,
    /// The cluster.
    pub cluster: Text,
    /// Its name in the cluster.
    pub name: Text,
    /// Where that name is written.
    pub name_span: Span,
}

/// Composes a Service into the graph.
pub(super) fn compose<'a>(
    context: &Context<'a>,
    templates: &mut Templates<'a>,
    document: &'a Document,
    assembly: &mut Assembly,
) {
    let mut out = Vec::new();
    let source = Source::of(context, document, &mut out);
    let layers = Layers::of(context, document);
    let service = read(context, templates, &layers, source.clone(), None, &mut out);
    assembly.report(&source.id, out);
    if let Some(service) = service.filter(|_| !assembly.broken.contains(&source.id)) {
        commit(context, &service, assembly);
    }
}

/// Reads a Service from its layers; a copy's cluster is given.
pub(super) fn read<'a>(
    context: &Context<'a>,
    templates: &mut Templates<'a>,
    layers: &Layers<'a, '_>,
    source: Source,
    given: Option<Option<Text>>,
    out: &mut Vec<Diagnostic>,
) -> Option<Service> {
    let (body, definition) = templates.resolve(context, layers, &source, out);
    let external = body.get("deploymentController").and_then(|it| it.text("type")) == Some("EXTERNAL");
    if definition.is_none() && !external && !body.has("taskDefinition") && !body.has("taskTemplate") {
        out.push(
            Diagnostic::error(body.node.span, "the service has nothing to run")
                .help("give it `taskDefinition` or `taskTemplate`"),
        );
    }
    let cluster = given.unwrap_or_else(|| cluster(context, &body, out));
    tags::check(body.node.get("tags"), context.tags.len() + 4, out);
    let placement = Placement::of(&body.value);
    let members = definition
        .as_ref()
        .and_then(|definition| definition.check(placement, out));
    let ingresses = ingress::read(&body, members.as_ref(), out);
    check(&body, members.as_ref(), out);
    let written = body.has("serviceName");
    let name: Text = body
        .text("serviceName")
        .map_or_else(|| source.id.name.clone(), Text::from);
    let name_span = if written {
        body.span(&["serviceName"])
    } else {
        source.span
    };
    if let Some((message, help)) = naming::SERVICE.fault(&name) {
        out.push(Diagnostic::error(name_span, message).help(help));
    }
    Some(Service {
        cluster: cluster?,
        source,
        body,
        definition,
        ingresses,
        name,
        name_span,
    })
}

/// What ECS would refuse; the name is judged with the manifest's.
fn check(body: &Body, definition: Option<&Map>, out: &mut Vec<Diagnostic>) {
    let mut spec = body.value.clone();
    for name in OWN.into_iter().chain(["serviceName"]) {
        spec.remove(name);
    }
    if !body.list("ingress").is_empty() {
        // What it waits for is the load balancer that the ingress brings.
        spec.remove("healthCheckGracePeriodSeconds");
    }
    checks::service(&spec, definition, &body.node, out);
}

/// The manifest's own cluster, else the environment's.
pub(super) fn cluster(context: &Context<'_>, body: &Body, out: &mut Vec<Diagnostic>) -> Option<Text> {
    if let Some(own) = body.text("cluster") {
        return Some(own.into());
    }
    let inherited = context.cluster.clone();
    if inherited.is_none() && !body.has("cluster") {
        let message = format!(
            "no cluster: neither this manifest nor the environment `{}` names one",
            context.scope.environment
        );
        out.push(
            Diagnostic::error(body.node.span, message)
                .help("add `cluster` here or to the environment in sendo.yaml"),
        );
    }
    inherited
}

fn commit(context: &Context<'_>, service: &Service, assembly: &mut Assembly) {
    place(context, service, &service.source, &[], assembly);
}

/// Puts a service and what belongs to it into the graph, as parts of `owner` below `prefix`.
pub(super) fn place(
    context: &Context<'_>,
    service: &Service,
    owner: &Source,
    prefix: &[&str],
    assembly: &mut Assembly,
) {
    let part = |last: &[&str]| address(&owner.id, &[prefix, last].concat());
    let cluster = naming::short(&service.cluster);
    let shown: Text = format!("{cluster}/{}", service.name).into();
    assembly.claim(
        What::Service,
        shown.to_string(),
        &owner.id,
        service.name_span,
        &format!(
            "the service name `{}` is taken in the cluster `{cluster}`",
            service.name
        ),
    );
    assembly.places.clusters.insert(service.cluster.clone());
    let placement = Placement::of(&service.body.value);
    let definition: Option<Value> = service.definition.as_ref().map(|definition| match definition {
        Definition::External(text) => text.clone().into(),
        Definition::Composed(composed) => {
            let address = composed.commit(context, placement, part(&["task_definition"]), assembly);
            Reference {
                address,
                attribute: "arn",
            }
            .into()
        }
    });
    let publication = Publication {
        context,
        owner,
        prefix,
        service: &part(&["service"]),
        // The manifest's name, not the service's: a renamed service comes up behind the same target group.
        readable: format!(
            "{}{}",
            context.prefix,
            [&[&*owner.id.name], prefix].concat().join("-")
        ),
        target_type: target_type(service, placement),
    };
    let made = publish::commit(&publication, &service.ingresses, assembly);
    let mut spec = members(context, service, owner);
    if let Some(definition) = definition {
        spec.insert("taskDefinition", definition);
    }
    join_load_balancers(&mut spec, made.load_balancers);
    let settings = owner.part(Part::Service);
    let draft = Draft {
        kind: &kinds::SERVICE,
        name: shown,
        spec,
        after: made.rules,
    };
    assembly.push(part(&["service"]), owner.by(&settings), draft);
}

fn target_type(service: &Service, placement: Placement) -> &'static str {
    let members = service.definition.as_ref().and_then(Definition::members);
    let mode = members
        .and_then(|members| members.get("networkMode"))
        .and_then(Value::as_str);
    match mode {
        Some("awsvpc") => "ip",
        None if placement.awsvpc => "ip",
        _ => "instance",
    }
}

fn members(context: &Context<'_>, service: &Service, owner: &Source) -> Map {
    let mut spec = service.body.value.clone();
    let own_tags = spec.remove("tags");
    for name in OWN {
        spec.remove(name);
    }
    spec.insert("cluster", service.cluster.clone());
    spec.insert("serviceName", service.name.clone());
    spec.insert("tags", context.tags(own_tags.as_ref(), owner));
    spec
}

fn join_load_balancers(spec: &mut Map, made: Vec<Value>) {
    if made.is_empty() {
        return;
    }
    let mut all = match spec.remove("loadBalancers") {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    };
    all.extend(made);
    spec.insert("loadBalancers", all);
}
