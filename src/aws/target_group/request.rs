//! Target groups between value trees and the shapes of the SDK.

use aws_sdk_elasticloadbalancingv2::operation::create_target_group::builders::CreateTargetGroupFluentBuilder;
use aws_sdk_elasticloadbalancingv2::operation::modify_target_group::builders::ModifyTargetGroupFluentBuilder;
use aws_sdk_elasticloadbalancingv2::types::{Matcher, TargetGroup, TargetGroupAttribute};

use crate::resource::difference::Difference;
use crate::resource::target_group::{default_attribute, effective_health_check};
use crate::value::{Map, Value};

/// A group as it is composed. The timeout is sent even where nobody declares one: AWS's own documents disagree on what it
/// would be.
pub fn create(request: CreateTargetGroupFluentBuilder, spec: &Value) -> CreateTargetGroupFluentBuilder {
    let whole = effective_health_check(spec);
    let declared = spec.get("healthCheck");
    let check = |name: &str| {
        declared
            .and_then(|check| check.get(name))
            .filter(|value| !value.is_empty())
    };
    request
        .set_name(string(spec.get("name")))
        .set_protocol(string(spec.get("protocol")).as_deref().map(Into::into))
        .set_protocol_version(string(spec.get("protocolVersion")))
        .set_port(integer(spec.get("port")))
        .set_vpc_id(string(spec.get("vpcId")))
        .set_target_type(string(spec.get("targetType")).as_deref().map(Into::into))
        .set_ip_address_type(string(spec.get("ipAddressType")).as_deref().map(Into::into))
        .set_target_control_port(integer(spec.get("targetControlPort")))
        .set_health_check_enabled(check("enabled").and_then(Value::as_bool))
        .set_health_check_protocol(string(check("protocol")).as_deref().map(Into::into))
        .set_health_check_port(string(check("port")))
        .set_health_check_path(string(check("path")))
        .set_health_check_interval_seconds(integer(check("interval")))
        .set_health_check_timeout_seconds(integer(whole.get("timeout")))
        .set_healthy_threshold_count(integer(check("healthyThreshold")))
        .set_unhealthy_threshold_count(integer(check("unhealthyThreshold")))
        .set_matcher(string(check("matcher")).map(|codes| matcher(spec, codes)))
}

/// The whole health check: what a manifest no longer declares goes back to its default.
pub fn modify(request: ModifyTargetGroupFluentBuilder, spec: &Value) -> ModifyTargetGroupFluentBuilder {
    let check = effective_health_check(spec);
    request
        .set_health_check_enabled(check.get("enabled").and_then(Value::as_bool))
        .set_health_check_protocol(string(check.get("protocol")).as_deref().map(Into::into))
        .set_health_check_port(string(check.get("port")))
        .set_health_check_path(string(check.get("path")))
        .set_health_check_interval_seconds(integer(check.get("interval")))
        .set_health_check_timeout_seconds(integer(check.get("timeout")))
        .set_healthy_threshold_count(integer(check.get("healthyThreshold")))
        .set_unhealthy_threshold_count(integer(check.get("unhealthyThreshold")))
        .set_matcher(string(check.get("matcher")).map(|codes| matcher(spec, codes)))
}

fn matcher(spec: &Value, codes: String) -> Matcher {
    match spec.text("protocolVersion") {
        Some("GRPC") => Matcher::builder().grpc_code(codes).build(),
        _ => Matcher::builder().http_code(codes).build(),
    }
}

/// Attributes to set: what is declared, and the defaults of those that no longer are.
pub fn changed_attributes(differences: &[Difference]) -> Vec<(String, String)> {
    let own = differences
        .iter()
        .filter(|difference| difference.path.top() == "attributes");
    own.filter_map(|difference| {
        let key = difference.path.steps().get(1)?.text().to_owned();
        let value = match &difference.after {
            Some(value) => text(value)?,
            None => default_attribute(&key)
                .filter(|default| !default.is_empty())?
                .to_owned(),
        };
        Some((key, value))
    })
    .collect()
}

/// Attributes as ELB takes them.
pub fn attribute_values(values: Vec<(String, String)>) -> Vec<TargetGroupAttribute> {
    let values = values.into_iter();
    values
        .map(|(key, value)| TargetGroupAttribute::builder().key(key).value(value).build())
        .collect()
}

/// What others refer to.
pub fn attributes(group: &TargetGroup) -> Map {
    let mut attributes = Map::new();
    attributes.insert("arn", group.target_group_arn().unwrap_or_default());
    attributes.insert("name", group.target_group_name().unwrap_or_default());
    attributes
}

/// A group as AWS describes it.
pub fn spec(group: &TargetGroup) -> Map {
    let mut check = Map::new();
    put(&mut check, "enabled", group.health_check_enabled());
    put(
        &mut check,
        "protocol",
        group.health_check_protocol().map(|protocol| protocol.as_str()),
    );
    put(&mut check, "port", group.health_check_port());
    put(&mut check, "path", group.health_check_path());
    put(
        &mut check,
        "interval",
        group.health_check_interval_seconds().map(i64::from),
    );
    put(
        &mut check,
        "timeout",
        group.health_check_timeout_seconds().map(i64::from),
    );
    put(
        &mut check,
        "healthyThreshold",
        group.healthy_threshold_count().map(i64::from),
    );
    put(
        &mut check,
        "unhealthyThreshold",
        group.unhealthy_threshold_count().map(i64::from),
    );
    let codes = group
        .matcher()
        .and_then(|matcher| matcher.grpc_code().or(matcher.http_code()));
    put(&mut check, "matcher", codes);
    let mut spec = Map::new();
    put(&mut spec, "name", group.target_group_name());
    put(
        &mut spec,
        "protocol",
        group.protocol().map(|protocol| protocol.as_str()),
    );
    put(&mut spec, "protocolVersion", group.protocol_version());
    put(&mut spec, "port", group.port().map(i64::from));
    put(&mut spec, "vpcId", group.vpc_id());
    put(
        &mut spec,
        "targetType",
        group.target_type().map(|kind| kind.as_str()),
    );
    put(
        &mut spec,
        "ipAddressType",
        group.ip_address_type().map(|kind| kind.as_str()),
    );
    put(
        &mut spec,
        "targetControlPort",
        group.target_control_port().map(i64::from),
    );
    spec.insert("healthCheck", check);
    spec
}

fn put(map: &mut Map, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        map.insert(name, value);
    }
}

/// A scalar as text.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        other => other.as_str().map(str::to_owned),
    }
}

fn string(value: Option<&Value>) -> Option<String> {
    value.and_then(text)
}

fn integer(value: Option<&Value>) -> Option<i32> {
    value
        .and_then(Value::as_i64)
        .and_then(|number| i32::try_from(number).ok())
}
