//! What developer environments copy: each original read once, stripped of what does not go along.

use std::collections::HashMap;
use std::rc::Rc;

use super::batch::{self, Batch};
use super::body::Body;
use super::containers;
use super::context::Context;
use super::developer::Developer;
use super::image;
use super::layers::Layers;
use super::locate;
use super::overrides::environment;
use super::service::{self, Service};
use super::source::Source;
use super::task_definition::{Composed, Definition, Placement};
use super::template::Templates;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::kind::ManifestKind;
use crate::manifest::node::{Entry, Node};
use crate::manifest::source::Span;
use crate::manifest::suggest::advice;
use crate::value::{Map, Text, Value};

/// Members of a Service that no copy takes along, and what the plan says about it; nothing where it goes without saying.
const NOT_COPIED: [(&[&str], Option<&str>); 12] = [
    (&["role"], None),
    (&["cluster"], None),
    (&["desiredCount"], None),
    (&["serviceName"], Some("its explicit name")),
    (&["loadBalancers"], Some("loadBalancers")),
    (&["serviceRegistries"], Some("serviceRegistries")),
    (&["serviceConnectConfiguration"], Some("Service Connect")),
    (&["vpcLatticeConfigurations"], Some("VPC Lattice")),
    (&["gatewayConnectors"], Some("gateway connectors")),
    (&["deploymentConfiguration", "alarms"], Some("deployment alarms")),
    (
        &["deploymentConfiguration", "lifecycleHooks"],
        Some("deployment hooks"),
    ),
    (
        &["deploymentController"],
        Some("its deployment controller (ECS deploys the copy)"),
    ),
];

/// Members that belong to deployments other than rolling ones.
const NOT_ROLLING: [&str; 4] = [
    "strategy",
    "bakeTimeInMinutes",
    "linearConfiguration",
    "canaryConfiguration",
];

/// A service as copies start from it, or what is wrong with it.
#[derive(Clone, Default)]
pub(super) struct ServiceOriginal {
    /// The service, stripped.
    pub service: Option<Service>,
    /// What is not copied.
    pub notes: Vec<String>,
    faults: Vec<Diagnostic>,
}

/// A batch as a copy starts from it.
#[derive(Default)]
pub(super) struct BatchOriginal {
    /// The batch.
    pub batch: Option<Batch>,
    /// What is not copied.
    pub notes: Vec<String>,
}

/// The originals, each service read once.
pub(super) struct Copies<'a, 'b> {
    developer: &'b Developer<'a>,
    services: HashMap<Text, Option<Rc<ServiceOriginal>>>,
}

impl<'a, 'b> Copies<'a, 'b> {
    /// None yet.
    pub(super) fn new(developer: &'b Developer<'a>) -> Self {
        Copies {
            developer,
            services: HashMap::new(),
        }
    }

    /// The service of that name; what is wrong with it is wrong with every copy.
    pub(super) fn service(
        &mut self,
        context: &Context<'a>,
        templates: &mut Templates<'a>,
        from: &Text,
        span: Span,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Rc<ServiceOriginal>> {
        if !self.services.contains_key(from) {
            let original = self.read_service(context, templates, from).map(Rc::new);
            self.services.insert(from.clone(), original);
        }
        let Some(original) = self.services.get(from).cloned().flatten() else {
            out.push(unknown(context, ManifestKind::Service, from, span));
            return None;
        };
        out.extend(original.faults.iter().cloned());
        if original.service.as_ref().is_some_and(is_daemon) {
            let message =
                format!("the Service `{from}` is a DAEMON: it runs on every instance and can't be copied");
            out.push(Diagnostic::error(span, message).help("leave it out"));
            return None;
        }
        Some(original)
    }

    fn read_service(
        &self,
        context: &Context<'a>,
        templates: &mut Templates<'a>,
        from: &str,
    ) -> Option<ServiceOriginal> {
        let document = context.loaded.find(ManifestKind::Service, from)?;
        let mut original = ServiceOriginal::default();
        let layers = Layers::of(context, document);
        let written = layers.merged(None);
        original.notes = notes(&written, &format!("Service/{from}"));
        let layers = layers.copied(strip_service, self.developer.spec);
        let source = Source::of(context, document, &mut Vec::new());
        let cluster = self.developer.cluster.clone();
        original.service = service::read(
            context,
            templates,
            &layers,
            source,
            Some(cluster),
            &mut original.faults,
        );
        Some(original)
    }

    /// The batch of that name, with what the entry says merged over it.
    pub(super) fn batch(
        &self,
        context: &Context<'a>,
        templates: &mut Templates<'a>,
        from: &Text,
        entry: &Body,
        span: Span,
        out: &mut Vec<Diagnostic>,
    ) -> Option<BatchOriginal> {
        let Some(document) = context.loaded.find(ManifestKind::ScheduledBatch, from) else {
            out.push(unknown(context, ManifestKind::ScheduledBatch, from, span));
            return None;
        };
        let layers = Layers::of(context, document);
        let written = layers.merged(None);
        let named = ["ruleName", "scheduleName"]
            .iter()
            .any(|member| locate::has(&written, member));
        let over = without(&entry.node, &["from", "images"]);
        let layers = layers.copied(strip_batch, Some(&over));
        let source = Source::of(context, document, &mut Vec::new());
        let cluster = self.developer.cluster.clone();
        Some(BatchOriginal {
            batch: batch::read(context, templates, &layers, &source, Some(cluster), out),
            notes: named
                .then(|| format!("not copied from ScheduledBatch/{from}: its explicit name"))
                .into_iter()
                .collect(),
        })
    }
}

fn is_daemon(service: &Service) -> bool {
    service.body.text("schedulingStrategy") == Some("DAEMON")
}

fn unknown(context: &Context<'_>, kind: ManifestKind, name: &str, span: Span) -> Diagnostic {
    let mut error = Diagnostic::error(span, format!("no {kind} of that name"));
    error
        .help
        .extend(advice(name, context.every(kind).map(|document| &*document.name)));
    error
}

fn notes(written: &Node, original: &str) -> Vec<String> {
    let mut left: Vec<&str> = NOT_COPIED
        .iter()
        .filter(|(path, _)| locate::find(written, path).is_some_and(tells_something))
        .filter_map(|(_, said)| *said)
        .collect();
    let ingresses = written.get("ingress").and_then(Node::items).unwrap_or_default();
    for (member, said) in [
        ("targetGroupName", "explicit target group names"),
        ("priority", "explicit priorities"),
        ("dns", "dns of its ingresses"),
    ] {
        if ingresses.iter().any(|ingress| locate::has(ingress, member)) {
            left.push(said);
        }
    }
    let strategy = locate::find(written, &["deploymentConfiguration", "strategy"]).and_then(Node::as_text);
    let mut notes = Vec::new();
    if !left.is_empty() {
        notes.push(format!("not copied from {original}: {}", left.join(", ")));
    }
    if let Some(strategy) = strategy.filter(|strategy| *strategy != "ROLLING") {
        notes.push(format!(
            "the {strategy} deployment of {original} becomes rolling in the copy"
        ));
    }
    notes
}

/// Whether the copy differs by leaving it behind: ECS is the deployment controller of every copy.
fn tells_something(node: &Node) -> bool {
    !node.is_null() && node.text("type") != Some("ECS")
}

fn strip_service(node: &Node) -> Node {
    let mut stripped = node.clone();
    for (path, _) in &NOT_COPIED {
        stripped = match path {
            [member] => without(&stripped, &[member]),
            [outer, inner] => within(&stripped, outer, |node| without(node, &[inner])),
            _ => stripped,
        };
    }
    stripped = within(&stripped, "deploymentConfiguration", |node| {
        without(node, &NOT_ROLLING)
    });
    if stripped.get("ingress").is_none() {
        // It waits for the health checks of load balancers that did not come along.
        stripped = without(&stripped, &["healthCheckGracePeriodSeconds"]);
    }
    within(&stripped, "ingress", |list| {
        let items = list.items().unwrap_or_default();
        let items: Vec<Node> = items
            .iter()
            .map(|item| without(item, &["targetGroupName", "priority", "dns"]))
            .collect();
        Node::sequence(items, list.span)
    })
}

fn strip_batch(node: &Node) -> Node {
    without(node, &["cluster", "ruleName", "scheduleName"])
}

fn without(node: &Node, members: &[&str]) -> Node {
    let Some(entries) = node.entries() else {
        return node.clone();
    };
    let kept: Vec<Entry> = entries
        .iter()
        .filter(|entry| !members.contains(&&*entry.key))
        .cloned()
        .collect();
    Node::mapping(kept, node.span)
}

/// The node with one of its members changed.
fn within(node: &Node, member: &str, change: impl Fn(&Node) -> Node) -> Node {
    let Some(entries) = node.entries() else {
        return node.clone();
    };
    let changed = entries.iter().map(|entry| match &*entry.key == member {
        true if entry.value.entries().is_some() || entry.value.items().is_some() => Entry {
            value: change(&entry.value),
            ..entry.clone()
        },
        _ => entry.clone(),
    });
    Node::mapping(changed.collect::<Vec<_>>(), node.span)
}

/// The definition with the copy's images, and, of a service, its environment and secrets.
pub(super) fn definition(
    context: &Context<'_>,
    original: &Definition,
    entry: &Body,
    variables: bool,
    placement: Placement,
    out: &mut Vec<Diagnostic>,
) -> Option<Definition> {
    let members: &[&str] = if variables {
        &["images", "environment", "secrets"]
    } else {
        &["images"]
    };
    if !members.iter().any(|member| entry.has(member)) {
        return Some(original.clone());
    }
    let Definition::Composed(composed) = original else {
        let message =
            "the task definition of the original is not one of this project: its containers can't be changed";
        out.push(
            Diagnostic::error(entry.node.span, message).help("remove `images`, `environment` and `secrets`"),
        );
        return None;
    };
    let changed = change(context, composed, entry, variables, out)?;
    changed.check(placement, out);
    Some(Definition::Composed(Rc::new(changed)))
}

fn change(
    context: &Context<'_>,
    composed: &Composed,
    entry: &Body,
    variables: bool,
    out: &mut Vec<Diagnostic>,
) -> Option<Composed> {
    let images = images(composed, entry, out);
    let wants_variables = variables && (entry.has("environment") || entry.has("secrets"));
    let target = match wants_variables {
        true => Some(container(composed, entry, out)?),
        false => None,
    };
    Some(composed.changed(|spec| {
        for container in spec_containers(spec) {
            let name = container
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            if let Some(image) = images.get(&name) {
                container.insert("image", image.clone());
            }
            if target.as_deref() == Some(&*name) {
                set_variables(container, entry);
            }
            let mut tree = Value::Map(std::mem::take(container));
            context.sensitivity.mark(&mut tree);
            if let Value::Map(marked) = tree {
                *container = marked;
            }
        }
    }))
}

fn spec_containers(spec: &mut Map) -> impl Iterator<Item = &mut Map> {
    let items = match spec.get_mut("containerDefinitions") {
        Some(Value::List(items)) => items.as_mut_slice(),
        _ => &mut [],
    };
    items.iter_mut().filter_map(Value::as_map_mut)
}

fn images(composed: &Composed, entry: &Body, out: &mut Vec<Diagnostic>) -> Map {
    let images = entry
        .get("images")
        .and_then(Value::as_map)
        .cloned()
        .unwrap_or_default();
    for (name, _) in images.iter() {
        if containers::named(&composed.spec, name).is_none() {
            out.push(containers::unknown(
                &composed.spec,
                name,
                entry.key(&["images", name]),
            ));
        }
        if let Some(node) = locate::find(&entry.node, &["images", name]) {
            image::warn(node, out);
        }
    }
    images
}

fn container(composed: &Composed, entry: &Body, out: &mut Vec<Diagnostic>) -> Option<String> {
    match entry.text("container") {
        Some(name) if containers::named(&composed.spec, name).is_some() => Some(name.to_owned()),
        Some(name) => {
            out.push(containers::unknown(
                &composed.spec,
                name,
                entry.span(&["container"]),
            ));
            None
        }
        None => containers::main(&composed.spec).map(|container| container.name().to_owned()),
    }
}

/// A name stands for a value or for a secret: the copy's word on it replaces both.
fn set_variables(container: &mut Map, entry: &Body) {
    for (member, other) in [("environment", "secrets"), ("secrets", "environment")] {
        let Some(own) = entry.get(member) else { continue };
        let names: Vec<&str> = own
            .as_list()
            .unwrap_or_default()
            .iter()
            .filter_map(|item| item.text("name"))
            .collect();
        if let Some(Value::List(items)) = container.get_mut(other) {
            items.retain(|item| item.text("name").is_none_or(|name| !names.contains(&name)));
        }
        let merged = environment(container.get(member), own);
        container.insert(member, merged);
    }
}
