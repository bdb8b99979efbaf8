//! An ingress: a target group, a listener rule, the service's entry for the load balancer, and DNS records.

use super::arn;
use super::body::Body;
use super::conditions;
use super::containers::{self, Container};
use super::health_check;
use super::naming;
use crate::manifest::diagnostic::Diagnostic;
use crate::manifest::source::Span;
use crate::value::{Map, Text, Value};

/// How many target groups AWS takes for a service.
pub(super) const MAX_TARGET_GROUPS: usize = 5;

/// A text and where it was written.
#[derive(Clone)]
pub(super) struct Placed {
    /// The text.
    pub text: Text,
    /// Its place.
    pub span: Span,
}

/// What an ingress wants, read and checked.
#[derive(Clone)]
pub(super) struct Ingress {
    /// Its name, unique in the service.
    pub name: Text,
    /// Where it stands.
    pub span: Span,
    /// The listener's ARN.
    pub listener: Placed,
    /// The hosts of the rule.
    pub hosts: Vec<Placed>,
    /// The other conditions of the rule.
    pub conditions: Vec<Value>,
    /// The container that answers.
    pub container: Text,
    /// Its port.
    pub port: i64,
    /// The rule's number, where one is given.
    pub priority: Option<(i64, Span)>,
    /// The numbers from which one may be taken, where not the project's.
    pub range: Option<(i64, i64)>,
    /// `HTTP1`, `HTTP2` or `GRPC`.
    pub protocol_version: Option<Text>,
    /// The health check's declared members.
    pub health_check: Option<Value>,
    /// The target group's declared attributes.
    pub attributes: Map,
    /// The target group's name, where one is given.
    pub target_group_name: Option<Placed>,
    /// The names that DNS gets, and their hosted zone.
    pub records: Vec<Placed>,
    /// The hosted zone of the records.
    pub zone: Option<Text>,
}

/// Reads the ingresses of a service. `definition` is the composed task definition; `None`: an external one.
pub(super) fn read(body: &Body, definition: Option<&Map>, out: &mut Vec<Diagnostic>) -> Vec<Ingress> {
    let items = body.children("ingress");
    let several = items.len() > 1;
    let ingresses: Vec<Ingress> = items
        .iter()
        .filter_map(|item| read_one(item, definition, several, out))
        .collect();
    check_names(&ingresses, out);
    let total = ingresses.len() + body.list("loadBalancers").len();
    if total > MAX_TARGET_GROUPS {
        let message = format!("{total} target groups in one service: AWS takes {MAX_TARGET_GROUPS}");
        out.push(
            Diagnostic::error(body.key(&["ingress"]), message).help("split the service, or its ingresses"),
        );
    }
    ingresses
}

fn read_one(
    item: &Body,
    definition: Option<&Map>,
    several: bool,
    out: &mut Vec<Diagnostic>,
) -> Option<Ingress> {
    arn::check(item, "listenerArn", "elasticloadbalancing", "listener/app/", out);
    conditions::check(item, item.list("hosts").len(), out);
    health_check::check(item, out);
    let target = target(item, definition, out);
    if several && !item.has("name") {
        out.push(
            Diagnostic::error(item.node.span, "an ingress of several needs a `name`")
                .help("the name tells its target group and rule from the others'"),
        );
    }
    let target_group_name = placed(item, "targetGroupName");
    if let Some(name) = &target_group_name {
        check_target_group_name(name, out);
    }
    let attributes = attributes(item, out);
    let (container, port) = target?;
    let listener = placed(item, "listenerArn")?;
    let hosts: Vec<Placed> = placed_list(item, "hosts");
    let zone = item
        .get("dns")
        .and_then(|dns| dns.text("hostedZoneId"))
        .map(Text::from);
    Some(Ingress {
        name: item.text("name").map_or_else(|| container.clone(), Text::from),
        span: item.node.span,
        listener,
        records: literal(&hosts).filter(|_| zone.is_some()).cloned().collect(),
        zone,
        hosts,
        conditions: conditions::besides_hosts(item),
        container,
        port,
        priority: item
            .get("priority")
            .and_then(Value::as_i64)
            .map(|number| (number, item.span(&["priority"]))),
        range: None,
        protocol_version: item.text("protocolVersion").map(Text::from),
        health_check: item.get("healthCheck").filter(|check| !check.is_empty()).cloned(),
        attributes,
        target_group_name,
    })
}

/// The hosts that are names, not patterns: only those can have a record.
pub(super) fn literal(hosts: &[Placed]) -> impl Iterator<Item = &Placed> {
    hosts.iter().filter(|host| conditions::is_literal(&host.text))
}

fn placed(item: &Body, member: &str) -> Option<Placed> {
    let text = item.text(member)?.into();
    Some(Placed {
        text,
        span: item.span(&[member]),
    })
}

/// The texts of a list, each with its place.
pub(super) fn placed_list(item: &Body, member: &str) -> Vec<Placed> {
    let place = |(index, value): (usize, &Value)| {
        let text = value.as_str()?.into();
        Some(Placed {
            text,
            span: item.span(&[member, &index.to_string()]),
        })
    };
    item.list(member).iter().enumerate().filter_map(place).collect()
}

fn check_names(ingresses: &[Ingress], out: &mut Vec<Diagnostic>) {
    for (index, ingress) in ingresses.iter().enumerate() {
        if let Some(first) = ingresses[..index].iter().find(|other| other.name == ingress.name) {
            let message = format!("two ingresses are named `{}`", ingress.name);
            out.push(Diagnostic::error(ingress.span, message).related(first.span, "the first"));
        }
    }
}

fn check_target_group_name(name: &Placed, out: &mut Vec<Diagnostic>) {
    let reserved =
        name.text.starts_with('-') || name.text.ends_with('-') || name.text.starts_with("internal-");
    let fault = naming::TARGET_GROUP.fault(&name.text).or_else(|| {
        reserved.then(|| {
            (
                "the target group name starts or ends as AWS does not allow".to_owned(),
                "no `-` at either end, no `internal-` at the start".to_owned(),
            )
        })
    });
    if let Some((message, help)) = fault {
        out.push(Diagnostic::error(name.span, message).help(help));
    }
}

/// The container and the port that answer.
fn target(item: &Body, definition: Option<&Map>, out: &mut Vec<Diagnostic>) -> Option<(Text, i64)> {
    let Some(definition) = definition else {
        return external_target(item, out);
    };
    let container = match item.text("container") {
        Some(name) => match containers::named(definition, name) {
            Some(container) => container,
            None => {
                out.push(containers::unknown(definition, name, item.span(&["container"])));
                return None;
            }
        },
        None if item.has("container") => return None,
        None => match containers::with_ports(definition) {
            Ok(container) => container,
            Err(message) => {
                out.push(Diagnostic::error(item.node.span, message).help("name it in `container`"));
                return None;
            }
        },
    };
    Some((container.name().into(), port(item, &container, out)?))
}

fn external_target(item: &Body, out: &mut Vec<Diagnostic>) -> Option<(Text, i64)> {
    for member in ["container", "port"] {
        if !item.has(member) {
            let message =
                format!("the ingress needs `{member}`: the task definition is not one of this project");
            out.push(Diagnostic::error(item.node.span, message));
        }
    }
    Some((item.text("container")?.into(), item.get("port")?.as_i64()?))
}

fn port(item: &Body, container: &Container<'_>, out: &mut Vec<Diagnostic>) -> Option<i64> {
    let wanted = item.get("port").and_then(Value::as_i64);
    let fault = match wanted {
        Some(port) if container.listens_on(port) => return Some(port),
        Some(port) => format!("container `{}` has no port mapping for {port}", container.name()),
        None if item.has("port") => return None,
        None => match container.ports()[..] {
            [only] => return Some(only),
            [] => format!("container `{}` has no port mapping", container.name()),
            _ => format!(
                "container `{}` has several ports: say which in `port`",
                container.name()
            ),
        },
    };
    out.push(
        Diagnostic::error(item.span(&["port"]), fault)
            .help("the task definition's `portMappings` list its ports"),
    );
    None
}

const DELAY: &str = "deregistration_delay.timeout_seconds";

fn attributes(item: &Body, out: &mut Vec<Diagnostic>) -> Map {
    let mut attributes = item
        .get("attributes")
        .and_then(Value::as_map)
        .cloned()
        .unwrap_or_default();
    let Some(delay) = item.get("deregistrationDelay").and_then(Value::as_i64) else {
        return attributes;
    };
    if attributes.insert(DELAY, delay.to_string()).is_some() {
        let message = format!("`deregistrationDelay` and the attribute `{DELAY}` say the same twice");
        out.push(Diagnostic::error(item.key(&["deregistrationDelay"]), message).help("keep one of them"));
    }
    attributes
}
