//! Target groups: what AWS fills in, what it never changes afterwards, and the defaults that a removed member goes back to.
//!
//! Facts: CreateTargetGroup and ModifyTargetGroup in the service model; defaults of the Application Load Balancer guide.

use std::sync::LazyLock;

use super::record::Record;
use super::shape::{
    Cost, Field, Shape, boolean, field, integer, integer_between, map, object, one_of, string,
};
use super::types::{Replacement, ResourceType};
use crate::value::{Map, Value};

/// Target groups of an Application Load Balancer.
pub static TARGET_GROUP: ResourceType = ResourceType {
    name: "target_group",
    label: "target group",
    table,
    cost: Cost::InPlace,
    replacement: Replacement::CreateThenDelete,
    destroyed: true,
    rank: 30,
    trigger: false,
    announce: None,
    transition: None,
    prepare: None,
};

/// The table of a target group's members.
pub fn table() -> &'static Shape {
    static TABLE: LazyLock<Shape> = LazyLock::new(|| {
        object("TargetGroup", "a target group", fields()).with_rule(fill_in_by_protocol_version)
    });
    &TABLE
}

fn fields() -> Vec<Field> {
    let fixed = |name, shape, doc| field(name, shape, doc).cost(Cost::Replacement);
    vec![
        fixed("name", string(), "unique in the account and Region").required(),
        fixed("protocol", one_of(&["HTTP", "HTTPS"]), "to the targets").default("HTTP"),
        fixed("protocolVersion", one_of(&["HTTP1", "HTTP2", "GRPC"]), "of HTTP").default("HTTP1"),
        fixed("port", integer_between(1, 65_535), "of targets that name none").required(),
        fixed("vpcId", string(), "where the targets are").required(),
        fixed("targetType", one_of(&["instance", "ip"]), "how targets are named").default("instance"),
        fixed("ipAddressType", one_of(&["ipv4", "ipv6"]), "of the targets").default("ipv4"),
        fixed(
            "targetControlPort",
            integer_between(1, 65_535),
            "of the target optimizer",
        ),
        field("healthCheck", health_check(), "how targets are probed"),
        field("attributes", map(string()), "attributes by key; AWS keeps texts")
            .canonical(texts)
            .unmanaged(),
        field("tags", map(string()), "tags by key").unmanaged(),
    ]
}

fn health_check() -> Shape {
    object(
        "HealthCheck",
        "how targets are probed",
        [
            field("enabled", boolean(), "always true for instances and addresses").default(true),
            field("protocol", one_of(&["HTTP", "HTTPS"]), "of the probe").default("HTTP"),
            field("port", string(), "a number or traffic-port")
                .canonical(text)
                .default("traffic-port"),
            field("path", string(), "what is asked for").default("/"),
            field("interval", integer(), "seconds between probes").default(30),
            field("timeout", integer(), "seconds until a probe fails").default(5),
            field(
                "healthyThreshold",
                integer(),
                "successes that make a target healthy",
            )
            .default(5),
            field("unhealthyThreshold", integer(), "failures that make it unhealthy").default(2),
            field("matcher", string(), "codes of a healthy answer")
                .canonical(text)
                .default("200"),
        ],
    )
}

/// gRPC groups are probed at another path and answer with other codes: AWS's defaults there are written out on both
/// sides, so that the plain ones never stand for them.
fn fill_in_by_protocol_version(group: &mut Map) {
    if group.get("protocolVersion").and_then(Value::as_str) != Some("GRPC") {
        return;
    }
    let mut check = group
        .get("healthCheck")
        .and_then(Value::as_map)
        .cloned()
        .unwrap_or_default();
    for (member, default) in [("path", GRPC_PATH), ("matcher", GRPC_MATCHER)] {
        if check.get(member).is_none_or(Value::is_empty) {
            check.insert(member, default);
        }
    }
    group.insert("healthCheck", check);
}

const GRPC_PATH: &str = "/AWS.ALB/healthcheck";
const GRPC_MATCHER: &str = "12";

/// The whole health check that a spec asks for, AWS's defaults written out: modifying keeps what it is not told.
pub fn effective_health_check(spec: &Value) -> Map {
    let mut group = spec.as_map().cloned().unwrap_or_default();
    fill_in_by_protocol_version(&mut group);
    let declared = group.get("healthCheck").and_then(Value::as_map);
    let shape = health_check();
    let fields = shape
        .as_object()
        .iter()
        .flat_map(|object| object.fields.clone())
        .collect::<Vec<_>>();
    fields
        .into_iter()
        .filter_map(|field| {
            let given = declared
                .and_then(|check| check.get(field.name))
                .filter(|value| !value.is_empty());
            let value = given.cloned().or(match field.absent {
                super::shape::Absent::Is(default) => Some(default),
                _ => None,
            })?;
            Some((
                field.name.into(),
                field.canonical.map_or_else(|| value.clone(), |rule| rule(&value)),
            ))
        })
        .collect()
}

/// What AWS sets an attribute to when nobody says anything; `None` for keys that are not known here.
pub fn default_attribute(key: &str) -> Option<&'static str> {
    ATTRIBUTES
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(_, default)| *default)
}

/// Whether an attribute was declared when the group was last applied.
pub fn recorded_attributes(record: &Record) -> bool {
    ATTRIBUTES
        .iter()
        .any(|(key, _)| record.has(&format!("attributes/{key}")))
}

/// TargetGroupAttribute in the service model.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("deregistration_delay.timeout_seconds", "300"),
    ("stickiness.enabled", "false"),
    ("stickiness.type", "lb_cookie"),
    ("stickiness.lb_cookie.duration_seconds", "86400"),
    ("stickiness.app_cookie.duration_seconds", "86400"),
    ("stickiness.app_cookie.cookie_name", ""),
    ("slow_start.duration_seconds", "0"),
    ("load_balancing.algorithm.type", "round_robin"),
    ("load_balancing.algorithm.anomaly_mitigation", "off"),
    (
        "load_balancing.cross_zone.enabled",
        "use_load_balancer_configuration",
    ),
    (
        "target_group_health.dns_failover.minimum_healthy_targets.count",
        "1",
    ),
    (
        "target_group_health.dns_failover.minimum_healthy_targets.percentage",
        "off",
    ),
    (
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
        "1",
    ),
    (
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
        "off",
    ),
];

/// A number or a boolean as the text that AWS keeps.
fn text(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.to_string()),
        Value::Bool(value) => Value::from(value.to_string()),
        other => other.clone(),
    }
}

fn texts(value: &Value) -> Value {
    match value.as_map() {
        Some(map) => Value::Map(
            map.iter()
                .map(|(key, value)| (key.clone(), text(value)))
                .collect(),
        ),
        None => value.clone(),
    }
}

#[cfg(test)]
mod tests;
