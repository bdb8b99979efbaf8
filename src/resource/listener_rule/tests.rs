use serde_json::json;

use super::*;
use crate::resource::compare::compare;
use crate::resource::shape::Cost;

fn value(json: serde_json::Value) -> Value {
    Value::from_json(json)
}

fn rule(conditions: serde_json::Value, forward: serde_json::Value) -> Value {
    value(json!({"listenerArn": "listener", "priority": 100, "conditions": conditions, "forward": forward}))
}

fn paths(desired: &Value, live: &Value) -> Vec<String> {
    compare(&LISTENER_RULE, desired, live, None)
        .iter()
        .map(|d| d.path.to_string())
        .collect()
}

#[test]
fn order_and_case_that_balancers_ignore_are_no_difference() {
    let desired = rule(
        json!([
            {"field": "path-pattern", "values": ["/b", "/a"]},
            {"field": "http-header", "name": "X-Stage", "values": ["beta"]},
            {"field": "http-header", "name": "X-Area", "values": ["eu"]},
            {"field": "host-header", "values": ["API.example.com"]},
        ]),
        json!([{"targetGroupArn": "blue"}]),
    );
    let live = rule(
        json!([
            {"field": "host-header", "values": ["api.example.com"]},
            {"field": "http-header", "name": "x-area", "values": ["eu"]},
            {"field": "http-header", "name": "x-stage", "values": ["beta"]},
            {"field": "path-pattern", "values": ["/a", "/b"]},
        ]),
        json!([{"targetGroupArn": "blue", "weight": 1}]),
    );
    assert_eq!(paths(&desired, &live), [""; 0]);
}

#[test]
fn the_case_of_paths_is_a_difference() {
    let conditions = |path: &str| json!([{"field": "path-pattern", "values": [path]}]);
    let forward = || json!([{"targetGroupArn": "blue"}]);
    assert!(
        !paths(
            &rule(conditions("/A"), forward()),
            &rule(conditions("/a"), forward())
        )
        .is_empty()
    );
}

#[test]
fn conditions_are_told_apart_by_field() {
    let desired = rule(
        json!([{"field": "host-header", "values": ["a"]}]),
        json!([{"targetGroupArn": "blue"}]),
    );
    let live = rule(
        json!([{"field": "host-header", "values": ["b"]}, {"field": "source-ip", "values": ["10.0.0.0/8"]}]),
        json!([{"targetGroupArn": "blue"}]),
    );
    let found = paths(&desired, &live);
    assert!(
        found
            .iter()
            .any(|path| path.starts_with("conditions[host-header].values")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|path| path.starts_with("conditions[source-ip]")),
        "{found:?}"
    );
}

#[test]
fn an_action_by_hand_is_a_difference() {
    let conditions = || json!([{"field": "host-header", "values": ["a"]}]);
    let desired = rule(conditions(), json!([{"targetGroupArn": "blue"}]));
    let mut live = rule(conditions(), json!([]));
    live.as_map_mut()
        .unwrap()
        .insert("actions", value(json!([{"type": "fixed-response"}])));
    assert_eq!(
        paths(&desired, &live),
        ["forward[blue].targetGroupArn", "actions"]
    );
}

#[test]
fn another_listener_is_another_rule() {
    let conditions = || json!([{"field": "host-header", "values": ["a"]}]);
    let desired = rule(conditions(), json!([{"targetGroupArn": "blue"}]));
    let mut live = desired.clone();
    live.as_map_mut().unwrap().insert("listenerArn", "other");
    let differences = compare(&LISTENER_RULE, &desired, &live, None);
    assert_eq!(differences[0].cost, Cost::Replacement);
}

#[test]
fn conditions_are_described_in_one_line() {
    let conditions = value(json!([
        {"field": "host-header", "values": ["a.example.com", "b.example.com"]},
        {"field": "http-header", "name": "x-stage", "values": ["beta"]},
        {"field": "query-string", "values": [{"key": "v", "value": "2"}]},
    ]));
    assert_eq!(
        describe(&conditions),
        "host-header a.example.com or b.example.com, http-header x-stage beta, query-string v=2"
    );
}

fn forwarding(groups: &[(&str, i64)]) -> Value {
    let groups: Vec<_> = groups
        .iter()
        .map(|(arn, weight)| json!({"targetGroupArn": arn, "weight": weight}))
        .collect();
    rule(json!([{"field": "host-header", "values": ["a"]}]), json!(groups))
}

#[test]
fn a_new_group_is_known_to_the_rule_before_requests_go_there() {
    let form = transition(&forwarding(&[("old", 1)]), &forwarding(&[("new", 1)])).unwrap();
    assert_eq!(form, forwarding(&[("old", 100), ("new", 0)]));
}

#[test]
fn a_transition_that_was_interrupted_goes_on() {
    let between = forwarding(&[("old", 100), ("new", 0)]);
    let form = transition(&between, &forwarding(&[("new", 1)])).unwrap();
    assert_eq!(paths(&form, &between), [""; 0]);
}

#[test]
fn a_rule_that_keeps_a_group_changes_at_once() {
    assert_eq!(
        transition(&forwarding(&[("blue", 1)]), &forwarding(&[("blue", 1)])),
        None
    );
    assert_eq!(
        transition(
            &forwarding(&[("blue", 1)]),
            &forwarding(&[("blue", 1), ("green", 1)])
        ),
        None
    );
    assert_eq!(transition(&forwarding(&[]), &forwarding(&[("blue", 1)])), None);
}

#[test]
fn what_says_nothing_has_no_say_in_the_order_of_conditions() {
    let odd = rule(
        json!([{"field": "", "values": ["b"]}, {"other": 1, "values": ["a"]}, {"name": null, "values": ["c"]}]),
        json!([]),
    );
    let once = canonical(table(), &odd);
    assert_eq!(canonical(table(), &once), once);
}
