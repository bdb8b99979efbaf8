//! Scheduled batches: a rule or a schedule, the task that it starts, and what that task does otherwise than its definition.

use super::assembly::{Assembly, Draft, What};
use super::body::Body;
use super::context::Context;
use super::layers::Layers;
use super::overrides;
use super::service;
use super::settings::Part;
use super::source::Source;
use super::task_definition::{Definition, Placement};
use super::template::Templates;
use super::timing::{self, Timing};
use super::{arn, checks, kinds, naming, tags};
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::document::Document;
use crate::manifest::source::Span;
use crate::resource::graph::{KEEP, address};
use crate::schedule::Dialect;
use crate::value::{Map, Reference, Text, Value};

/// How many capacity providers a target takes.
const PROVIDERS: usize = 6;

/// The longest description that AWS takes, and what sendo's mark and record need of it.
const DESCRIPTION: usize = 512;
const RESERVED: usize = 260;

/// Members of a batch's spec that its target takes under the same name.
const TARGET: [&str; 12] = [
    "taskCount",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "propagateTags",
    "group",
    "retryPolicy",
];

/// A batch, read and checked, before it takes its place in the graph.
#[derive(Clone)]
pub(super) struct Batch {
    /// Its spec in this environment.
    pub body: Body,
    /// What it runs.
    pub definition: Definition,
    /// When it runs, and by what.
    pub timing: Timing,
    /// Whether it does not run for now.
    pub suspended: bool,
    /// The cluster.
    pub cluster: Text,
    /// What the task does otherwise than its definition.
    pub input: Option<Value>,
    /// The trigger's name and where it is written.
    pub name: Text,
    /// Where the name is written.
    pub name_span: Span,
}

/// Composes a ScheduledBatch into the graph.
pub(super) fn compose<'a>(
    context: &Context<'a>,
    templates: &mut Templates<'a>,
    document: &'a Document,
    assembly: &mut Assembly,
) {
    let mut out = Vec::new();
    let source = Source::of(context, document, &mut out);
    let layers = Layers::of(context, document);
    let batch = read(context, templates, &layers, &source, None, &mut out);
    assembly.report(&source.id, out);
    if let Some(batch) = batch.filter(|_| !assembly.broken.contains(&source.id)) {
        place(context, &batch, &source, &[], assembly);
    }
}

/// Reads a ScheduledBatch from its layers; a copy's cluster is given.
pub(super) fn read<'a>(
    context: &Context<'a>,
    templates: &mut Templates<'a>,
    layers: &Layers<'a, '_>,
    source: &Source,
    given: Option<Option<Text>>,
    out: &mut Vec<Diagnostic>,
) -> Option<Batch> {
    let (body, definition) = templates.resolve(context, layers, source, out);
    if definition.is_none() && !body.has("taskDefinition") && !body.has("taskTemplate") {
        out.push(
            Diagnostic::error(body.node.span, "the batch has nothing to run")
                .help("give it `taskDefinition` or `taskTemplate`"),
        );
    }
    let definition = definition.map(|definition| with_log_prefix(context, &body, source, definition, out));
    let placement = Placement::of(&body.value);
    let members = definition
        .as_ref()
        .and_then(|definition| definition.check(placement, out));
    checks::target(&body.value, members.as_ref(), &body.node, out);
    let timing = timing::read(&body, out);
    let cluster = given.unwrap_or_else(|| service::cluster(context, &body, out));
    let role = timing.as_ref().map(Timing::role_member);
    check_arns(&body, role, out);
    tags::check(body.node.get("tags"), context.tags.len() + 4, out);
    check_description(&body, out);
    check_target(&body, timing.as_ref(), out);
    let input = definition
        .as_ref()
        .and_then(|_| overrides::read(context, &body, members.as_ref(), out));
    let (name, name_span) = name(context, &body, source, timing.as_ref()?, out);
    Some(Batch {
        suspended: body.get("suspend").and_then(Value::as_bool) == Some(true),
        definition: definition?,
        timing: timing?,
        cluster: cluster?,
        body,
        input,
        name,
        name_span,
    })
}

/// A prefix of its own means a definition of its own: logs are named by the definition alone.
fn with_log_prefix(
    context: &Context<'_>,
    body: &Body,
    source: &Source,
    definition: Definition,
    out: &mut Vec<Diagnostic>,
) -> Definition {
    let (Some(prefix), Definition::Composed(composed)) = (body.text("logStreamPrefix"), &definition) else {
        if body.has("logStreamPrefix") && matches!(definition, Definition::External(_)) {
            out.push(
                Diagnostic::error(
                    body.key(&["logStreamPrefix"]),
                    "`logStreamPrefix` needs a task definition of this project",
                )
                .help("set the prefix in the external definition"),
            );
        }
        return definition;
    };
    let own = composed.source.id == source.id;
    let (changed, count) = match own {
        true => composed.with_prefix(prefix),
        false => composed.with_log_prefix(context, prefix, source, out),
    };
    if count == 0 {
        out.push(
            Diagnostic::error(
                body.key(&["logStreamPrefix"]),
                "`logStreamPrefix` has no effect: no container logs to CloudWatch Logs",
            )
            .help("give the definition a `logGroup`, or its containers an awslogs `logConfiguration`"),
        );
    }
    Definition::Composed(std::rc::Rc::new(changed))
}

/// What starts the task must be allowed to: the role of a rule and that of a schedule are trusted by different services.
fn check_arns(body: &Body, role: Option<&'static str>, out: &mut Vec<Diagnostic>) {
    for member in ["roleArn", "schedulerRoleArn"] {
        arn::check(body, member, "iam", "role/", out);
    }
    arn::check(body, "deadLetterArn", "sqs", "", out);
    let Some(role) = role.filter(|role| !body.has(role)) else {
        return;
    };
    let other = if role == "roleArn" {
        "schedulerRoleArn"
    } else {
        "roleArn"
    };
    let (what, service) = match role {
        "roleArn" => ("an EventBridge rule", "events.amazonaws.com"),
        _ => ("a schedule of EventBridge Scheduler", "scheduler.amazonaws.com"),
    };
    let mut error = Diagnostic::error(
        body.node.span,
        format!("the batch needs `{role}`: it is started by {what}"),
    )
    .help(format!(
        "name a role that trusts {service}, here or in the project's defaults for ScheduledBatch"
    ));
    if body.has(other) {
        error = error.related(body.key(&[other]), "this one is for the other trigger");
    }
    out.push(error);
}

/// What a target takes less of than a service does.
fn check_target(body: &Body, timing: Option<&Timing>, out: &mut Vec<Diagnostic>) {
    let providers = body.list("capacityProviderStrategy").len();
    if providers > PROVIDERS {
        let message = format!("{providers} capacity providers: a rule or schedule takes {PROVIDERS}");
        out.push(Diagnostic::error(body.key(&["capacityProviderStrategy"]), message).help("remove some"));
    }
    if body.has("tags") && timing.is_some_and(|timing| timing.dialect == Dialect::Schedule) {
        let message = "schedules of EventBridge Scheduler have no tags: these go nowhere";
        out.push(Diagnostic::warning(body.key(&["tags"]), message).help("remove them, or make it a rule"));
    }
}

fn check_description(body: &Body, out: &mut Vec<Diagnostic>) {
    let length = body.text("description").map_or(0, |text| text.chars().count());
    if length > DESCRIPTION - RESERVED {
        let message = format!(
            "the description is too long: {length} characters, of which AWS and sendo leave {}",
            DESCRIPTION - RESERVED
        );
        out.push(
            Diagnostic::error(body.span(&["description"]), message).help("shorten it, or write a comment"),
        );
    }
}

/// The exact name that the manifest gives, else the environment's prefix and the manifest's name.
fn name(
    context: &Context<'_>,
    body: &Body,
    source: &Source,
    timing: &Timing,
    out: &mut Vec<Diagnostic>,
) -> (Text, Span) {
    let (member, other) = match timing.dialect {
        Dialect::Rule => ("ruleName", "scheduleName"),
        Dialect::Schedule => ("scheduleName", "ruleName"),
    };
    if body.has(other) && !body.has(member) {
        let message = format!(
            "`{other}` does not apply: this batch is started by a {}",
            timing.dialect.name()
        );
        out.push(Diagnostic::error(body.key(&[other]), message).help(format!("name it with `{member}`")));
    }
    let (name, span): (Text, Span) = match body.text(member) {
        Some(name) => (name.into(), body.span(&[member])),
        None => (
            format!("{}{}", context.prefix, source.id.name).into(),
            source.span,
        ),
    };
    check_name(timing.dialect, &name, span, out);
    (name, span)
}

/// Refuses a name that a rule or schedule can't have.
pub(super) fn check_name(dialect: Dialect, name: &str, span: Span, out: &mut Vec<Diagnostic>) {
    let rule = match dialect {
        Dialect::Rule => naming::EVENT_RULE,
        Dialect::Schedule => naming::SCHEDULE,
    };
    if let Some((message, help)) = rule.fault(name) {
        out.push(Diagnostic::error(span, message).help(help));
    }
}

/// Puts a batch and what belongs to it into the graph, as parts of `owner` below `prefix`.
pub(super) fn place(
    context: &Context<'_>,
    batch: &Batch,
    owner: &Source,
    prefix: &[&str],
    assembly: &mut Assembly,
) {
    let part = |last: &str| address(&owner.id, &[prefix, &[last]].concat());
    let placement = Placement::of(&batch.body.value);
    assembly.places.clusters.insert(batch.cluster.clone());
    let definition: Value = match &batch.definition {
        Definition::External(text) => text.clone().into(),
        Definition::Composed(composed) => {
            let address = composed.commit(context, placement, part("task_definition"), assembly);
            Reference {
                address,
                attribute: "arn",
            }
            .into()
        }
    };
    let target = target(batch, definition);
    let (kind, part_name, what) = match batch.timing.dialect {
        Dialect::Rule => (&kinds::EVENT_RULE, "event_rule", "rule"),
        Dialect::Schedule => (&kinds::SCHEDULE, "schedule", "schedule"),
    };
    let message = format!("the {what} name `{}` is taken", batch.name);
    assembly.claim(
        What::Trigger,
        format!("{what} {}", batch.name),
        &owner.id,
        batch.name_span,
        &message,
    );
    let spec = trigger(context, batch, owner, target);
    let settings = owner.part(Part::Trigger);
    let draft = Draft {
        kind,
        name: batch.name.clone(),
        spec,
        after: Vec::new(),
    };
    assembly.push(part(part_name), owner.by(&settings), draft);
}

fn trigger(context: &Context<'_>, batch: &Batch, owner: &Source, target: Map) -> Map {
    let mut spec = Map::new();
    spec.insert("name", batch.name.clone());
    spec.insert("scheduleExpression", batch.timing.expression.clone());
    spec.insert("state", if batch.suspended { "DISABLED" } else { "ENABLED" });
    spec.insert("description", description(context, batch, owner));
    spec.insert("target", target);
    match batch.timing.dialect {
        Dialect::Rule => {
            spec.insert("tags", context.tags(batch.body.get("tags"), owner));
        }
        Dialect::Schedule => {
            spec.insert(
                "groupName",
                naming::schedule_group(&context.scope, &context.prefix),
            );
            spec.insert("scheduleExpressionTimezone", batch.timing.zone.clone());
            let window: Map = [("mode".into(), "OFF".into())].into_iter().collect();
            spec.insert("flexibleTimeWindow", window);
        }
    }
    spec
}

fn description(context: &Context<'_>, batch: &Batch, owner: &Source) -> String {
    let own = batch.body.text("description").filter(|text| !text.is_empty());
    let keep = owner.settings.keep.then(|| format!("{}={}", KEEP.0, KEEP.1));
    let mark = naming::mark(&context.scope, &owner.id);
    let parts = own.map(str::to_owned).into_iter().chain(keep).chain([mark]);
    parts.collect::<Vec<_>>().join(" ")
}

fn target(batch: &Batch, definition: Value) -> Map {
    let body = &batch.body;
    let mut target: Map = TARGET
        .iter()
        .filter_map(|name| Some(((*name).into(), body.get(name)?.clone())))
        .collect();
    if !target.contains("taskCount") {
        target.insert("taskCount", 1);
    }
    target.insert("cluster", naming::short(&batch.cluster));
    target.insert("taskDefinition", definition);
    if let Some(role) = body.get(batch.timing.role_member()) {
        target.insert("roleArn", role.clone());
    }
    if let Some(queue) = body.get("deadLetterArn") {
        target.insert("deadLetterArn", queue.clone());
    }
    if let Some(input) = &batch.input {
        target.insert("input", input.clone());
    }
    target
}
