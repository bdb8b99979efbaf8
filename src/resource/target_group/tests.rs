use serde_json::json;

use super::*;
use crate::resource::compare::{compare, record_of};
use crate::resource::shape::Cost;

fn value(json: serde_json::Value) -> Value {
    Value::from_json(json)
}

fn group(members: serde_json::Value) -> Value {
    let mut group =
        json!({"name": "api", "protocol": "HTTP", "port": 8080, "vpcId": "vpc-1", "targetType": "ip"});
    group
        .as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    value(group)
}

/// What DescribeTargetGroups says of a group that was made with nothing but what it needs.
fn live(members: serde_json::Value) -> Value {
    let mut live = json!({
        "name": "api", "protocol": "HTTP", "protocolVersion": "HTTP1", "port": 8080, "vpcId": "vpc-1", "targetType": "ip",
        "ipAddressType": "ipv4",
        "healthCheck": {
            "enabled": true, "protocol": "HTTP", "port": "traffic-port", "path": "/", "interval": 30, "timeout": 5,
            "healthyThreshold": 5, "unhealthyThreshold": 2, "matcher": "200",
        },
        "tags": {},
    });
    live.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    value(live)
}

fn paths(desired: &Value, live: &Value, applied: Option<&Value>) -> Vec<String> {
    let record = applied.map(|applied| record_of(&TARGET_GROUP, applied));
    let differences = compare(&TARGET_GROUP, desired, live, record.as_ref());
    differences
        .iter()
        .map(|d| format!("{} {:?}", d.path, d.cost))
        .collect()
}

#[test]
fn defaults_are_no_difference() {
    assert_eq!(paths(&group(json!({})), &live(json!({})), None), [""; 0]);
    assert_eq!(
        paths(
            &group(json!({"healthCheck": {"path": "/"}})),
            &live(json!({})),
            None
        ),
        [""; 0]
    );
}

#[test]
fn the_defaults_of_grpc_are_no_difference() {
    let mut check = live(json!({})).get("healthCheck").unwrap().clone();
    check.as_map_mut().unwrap().insert("path", "/AWS.ALB/healthcheck");
    check.as_map_mut().unwrap().insert("matcher", "12");
    let mut live = live(json!({"protocolVersion": "GRPC"}));
    live.as_map_mut().unwrap().insert("healthCheck", check);
    assert_eq!(
        paths(&group(json!({"protocolVersion": "GRPC"})), &live, None),
        [""; 0]
    );
    let plain = group(json!({"protocolVersion": "GRPC", "healthCheck": {"path": "/", "matcher": "200"}}));
    assert_eq!(
        paths(&plain, &live, None),
        ["healthCheck.path InPlace", "healthCheck.matcher InPlace"]
    );
}

#[test]
fn a_health_check_that_was_taken_out_goes_back_to_its_defaults() {
    let mut check = live(json!({})).get("healthCheck").unwrap().clone();
    check.as_map_mut().unwrap().insert("interval", 45);
    let mut live = live(json!({}));
    live.as_map_mut().unwrap().insert("healthCheck", check);
    assert_eq!(
        paths(&group(json!({})), &live, None),
        ["healthCheck.interval InPlace"]
    );
}

#[test]
fn what_aws_never_changes_costs_a_replacement() {
    for (member, other) in [
        ("name", json!("web")),
        ("protocol", json!("HTTPS")),
        ("protocolVersion", json!("HTTP2")),
        ("port", json!(80)),
        ("vpcId", json!("vpc-2")),
        ("targetType", json!("instance")),
        ("ipAddressType", json!("ipv6")),
    ] {
        let desired = group(json!({ member: other }));
        assert_eq!(
            paths(&desired, &live(json!({})), None),
            [format!("{member} Replacement")]
        );
    }
}

#[test]
fn numbers_compare_with_the_texts_that_aws_keeps() {
    let desired = group(json!({
        "healthCheck": {"port": 9000, "matcher": 204}, "attributes": {"deregistration_delay.timeout_seconds": 0},
    }));
    let mut check = live(json!({})).get("healthCheck").unwrap().clone();
    check.as_map_mut().unwrap().insert("port", "9000");
    check.as_map_mut().unwrap().insert("matcher", "204");
    let mut live = live(json!({"attributes": {
        "deregistration_delay.timeout_seconds": "0", "stickiness.enabled": "false",
    }}));
    live.as_map_mut().unwrap().insert("healthCheck", check);
    assert_eq!(paths(&desired, &live, None), [""; 0]);
}

#[test]
fn an_attribute_is_ours_only_while_or_since_it_was_declared() {
    let sticky = live(json!({"attributes": {"stickiness.enabled": "true"}}));
    assert_eq!(paths(&group(json!({})), &sticky, None), [""; 0]);
    let applied = group(json!({"attributes": {"stickiness.enabled": "true"}}));
    assert_eq!(
        paths(&group(json!({})), &sticky, Some(&applied)),
        ["attributes[stickiness.enabled] InPlace"]
    );
}

#[test]
fn the_effective_health_check_is_whole() {
    let check = effective_health_check(&group(
        json!({"protocolVersion": "GRPC", "healthCheck": {"interval": 10, "port": 80}}),
    ));
    assert_eq!(
        Value::Map(check),
        value(json!({
            "enabled": true, "protocol": "HTTP", "port": "80", "path": "/AWS.ALB/healthcheck", "interval": 10, "timeout": 5,
            "healthyThreshold": 5, "unhealthyThreshold": 2, "matcher": "12",
        }))
    );
}

#[test]
fn no_member_of_the_table_changes_for_free() {
    let object = table().as_object().unwrap();
    let mutable: Vec<&str> = object
        .fields
        .iter()
        .filter(|field| field.cost != Some(Cost::Replacement))
        .map(|field| field.name)
        .collect();
    assert_eq!(mutable, ["healthCheck", "attributes", "tags"]);
}
