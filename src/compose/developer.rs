//! What the project says about developer environments, and in which environment they exist.

use super::body::Body;
use super::context::Context;
use super::{arn, conditions};
use crate::manifest::decode::{Mode, decode};
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::node::{Entry, Node};
use crate::manifest::project::{Project, priority_range};
use crate::manifest::spec;
use crate::manifest::suggest::advice;
use crate::manifest::variables::Variables;
use crate::value::{Text, Value};

/// The project's word on developer environments.
pub(super) struct Developer<'a> {
    /// Their cluster.
    pub cluster: Option<Text>,
    /// The domain of their hosts.
    pub domain: Option<Text>,
    /// The listener of their rules.
    pub listener: Option<Text>,
    /// The zone of their records.
    pub zone: Option<Text>,
    /// The priorities of their rules.
    pub range: Option<(i64, i64)>,
    /// How many an owner may have.
    pub max_per_owner: Option<usize>,
    /// What is merged over every copy.
    pub spec: Option<&'a Node>,
    /// What is written.
    pub body: Body,
}

/// The name of the environment that developer environments exist in.
pub(super) fn base(project: &Project) -> Option<&str> {
    project.developer_envs.as_ref()?.text("base")
}

/// Refuses a base that is no environment of the project, whichever environment is composed.
pub(super) fn check_base(project: &Project, out: &mut Vec<Diagnostic>) {
    let Some(node) = project
        .developer_envs
        .as_ref()
        .and_then(|settings| settings.get("base"))
    else {
        return;
    };
    let Some(name) = node.as_text() else { return };
    if project.environment(name).is_none() {
        let mut error = Diagnostic::error(
            node.span,
            "the base of developer environments is none of the project's environments",
        );
        let known = project
            .environments
            .iter()
            .map(|environment| &*environment.name.name);
        error.help.extend(advice(name, known));
        out.push(error);
    }
}

impl<'a> Developer<'a> {
    /// Reads the settings; `None` where the project has none or the environment is not their base.
    pub(super) fn read(context: &Context<'a>, out: &mut Vec<Diagnostic>) -> Option<Developer<'a>> {
        let settings = context.project.developer_envs.as_ref()?;
        if base(context.project) != Some(&context.scope.environment) {
            return None;
        }
        let built_in = context.built_in(None);
        let own = without_spec(settings);
        let replaced =
            Variables::new(context.variable_layers(), &built_in, &context.process).replace(&own, out);
        let value = decode(&replaced, spec::developer_settings(), Mode::Whole, &[], out);
        let body = Body::new(replaced, value);
        check(&body, out);
        let text = |member: &str| body.text(member).map(Text::from);
        let count = body.get("maxPerOwner").and_then(Value::as_i64);
        Some(Developer {
            cluster: text("cluster").or_else(|| context.cluster.clone()),
            domain: text("domain"),
            listener: text("listenerArn"),
            zone: text("hostedZoneId"),
            range: priority_range(body.node.get("priorityRange"), out),
            max_per_owner: count.and_then(|count| usize::try_from(count).ok()),
            spec: settings.get("spec").filter(|node| node.entries().is_some()),
            body,
        })
    }
}

/// The settings without what is merged over copies: that takes the variables of what is copied.
fn without_spec(settings: &Node) -> Node {
    let entries: Vec<Entry> = settings
        .entries()
        .unwrap_or_default()
        .iter()
        .filter(|entry| &*entry.key != "spec")
        .cloned()
        .collect();
    Node::mapping(entries, settings.span)
}

fn check(body: &Body, out: &mut Vec<Diagnostic>) {
    arn::check(body, "listenerArn", "elasticloadbalancing", "listener/app/", out);
    let domain = body.text("domain").unwrap_or("example.com");
    if !conditions::is_host_pattern(domain) || !conditions::is_literal(domain) {
        out.push(Diagnostic::error(
            body.span(&["domain"]),
            "`domain` is no domain name",
        ));
    }
}
