use std::sync::LazyLock;

use serde_json::json;

use super::*;
use crate::resource::shape::{boolean, field, integer, keyed, list, map, object, set, string};
use crate::resource::types::Replacement;

static TABLE: LazyLock<Shape> = LazyLock::new(|| {
    let pair = object(
        "Pair",
        "",
        [field("name", string(), ""), field("value", string(), "")],
    );
    let container = object(
        "Container",
        "",
        [
            field("name", string(), ""),
            field("image", string(), ""),
            field("essential", boolean(), "").default(true),
            field("command", list(string()), ""),
            field("environment", keyed(pair, &[&["name"]]), "").or_map("name", "value"),
        ],
    );
    let port = object(
        "Port",
        "",
        [
            field("name", string(), "").unmanaged(),
            field("containerPort", integer(), ""),
            field("protocol", string(), "").default("tcp"),
        ],
    );
    let mesh = object(
        "Mesh",
        "",
        [
            field("enabled", boolean(), ""),
            field("namespace", string(), "").filled(),
            field("log", string(), ""),
        ],
    );
    object(
        "Thing",
        "",
        [
            field("desiredCount", integer(), "").filled(),
            field("platformVersion", string(), "").reset("LATEST"),
            field("launchType", string(), "").cost(Cost::Replacement),
            field("grace", integer(), "").default(0),
            field("containers", keyed(container, &[&["name"]]), ""),
            field(
                "ports",
                keyed(port, &[&["name"], &["containerPort", "protocol"]]),
                "",
            ),
            field("subnets", set(string()), "").cost(Cost::Deployment),
            field("mesh", mesh.declared_only(), ""),
            field("labels", map(string()), ""),
            field("tags", map(string()), "").unmanaged(),
        ],
    )
});

static THING: ResourceType = ResourceType {
    name: "thing",
    label: "thing",
    table: || &TABLE,
    cost: Cost::InPlace,
    replacement: Replacement::DeleteThenCreate,
    destroyed: true,
    rank: 1,
    trigger: false,
    announce: None,
    transition: None,
    prepare: None,
};

fn value(json: serde_json::Value) -> Value {
    Value::from_json(json)
}

/// The differences as `path: before -> after`, after an apply of `applied` where one is given.
fn differences(
    applied: Option<serde_json::Value>,
    desired: serde_json::Value,
    live: serde_json::Value,
) -> Vec<String> {
    let record = applied.map(|applied| record_of(&THING, &value(applied)));
    let found = compare(&THING, &value(desired), &value(live), record.as_ref());
    let side = |side: &Option<Value>| {
        side.as_ref()
            .map_or("none".to_owned(), |value| format!("{value:?}"))
    };
    found
        .iter()
        .map(|d| {
            format!(
                "{:?} {}: {} -> {}",
                d.cause,
                d.path,
                side(&d.before),
                side(&d.after)
            )
        })
        .collect()
}

#[test]
fn what_aws_fills_in_is_no_difference() {
    let desired = json!({"containers": [{"name": "app", "image": "a:1"}]});
    let live = json!({
        "desiredCount": 3, "platformVersion": "LATEST", "grace": 0, "subnets": [],
        "containers": [{"name": "app", "image": "a:1", "essential": true, "environment": [], "command": []}],
    });
    assert_eq!(differences(None, desired, live), [""; 0]);
}

#[test]
fn members_are_addressed_by_key() {
    let desired = json!({"containers": [{"name": "app", "image": "a:2", "environment": [{"name": "X", "value": "on"}]}]});
    let live = json!({"containers": [{"name": "app", "image": "a:1", "environment": [{"name": "Y", "value": "1"}]}]});
    assert_eq!(
        differences(None, desired, live),
        [
            r#"Planned containers[app].image: "a:1" -> "a:2""#,
            r#"Planned containers[app].environment[X]: none -> "on""#,
            r#"Planned containers[app].environment[Y]: "1" -> none"#,
        ]
    );
}

#[test]
fn an_item_without_a_name_is_the_twin_of_one_that_aws_named() {
    let desired = json!({"ports": [{"containerPort": 80}]});
    let live = json!({"ports": [{"containerPort": 80, "name": "app-80-tcp", "protocol": "tcp"}]});
    assert_eq!(differences(None, desired, live), [""; 0]);
}

#[test]
fn a_default_that_was_changed_in_aws_is_put_back() {
    assert_eq!(
        differences(None, json!({}), json!({"grace": 30})),
        [r#"Planned grace: 30 -> 0"#]
    );
}

#[test]
fn a_set_shows_the_items_that_come_and_go() {
    let found = differences(
        None,
        json!({"subnets": ["b", "a"]}),
        json!({"subnets": ["a", "c"]}),
    );
    assert_eq!(
        found,
        [
            r#"Planned subnets[b]: none -> "b""#,
            r#"Planned subnets[c]: "c" -> none"#
        ]
    );
}

#[test]
fn what_git_never_declared_is_left_alone_and_what_it_took_out_is_reset() {
    let live = json!({"platformVersion": "1.4.0", "mesh": {"enabled": true, "log": "x", "namespace": "n"}});
    let mesh = json!({"mesh": {"enabled": true}});
    assert_eq!(differences(None, mesh.clone(), live.clone()), [""; 0]);
    let applied = json!({"platformVersion": "1.4.0", "mesh": {"enabled": true, "log": "x"}});
    assert_eq!(
        differences(Some(applied), mesh, live),
        [
            r#"Planned platformVersion: "1.4.0" -> "LATEST""#,
            r#"Planned mesh.log: "x" -> none"#
        ]
    );
}

#[test]
fn tags_of_others_are_left_alone_and_our_own_are_removed() {
    let live = json!({"tags": {"team": "shop", "cost": "1", "theirs": "2"}});
    let applied = json!({"tags": {"team": "shop", "cost": "1"}});
    assert_eq!(
        differences(Some(applied), json!({"tags": {"team": "web"}}), live),
        [
            r#"Planned tags[team]: "shop" -> "web""#,
            r#"Planned tags[cost]: "1" -> none"#
        ]
    );
}

#[test]
fn what_nobody_ever_declared_is_drift_once_it_is_no_default_any_more() {
    let git = json!({"subnets": ["a"]});
    let live = json!({"subnets": ["a"], "grace": 30, "labels": {"a": "1"}, "platformVersion": "1.4.0", "tags": {"x": "1"}});
    assert_eq!(
        differences(Some(git.clone()), git.clone(), live.clone()),
        [r#"Drift grace: 30 -> 0"#, r#"Drift labels: {"a":"1"} -> none"#]
    );
    let adopted = differences(None, git.clone(), live.clone());
    assert!(
        adopted.iter().all(|difference| difference.starts_with("Planned")),
        "{adopted:?}"
    );
    let applied = json!({"subnets": ["a"], "grace": 30, "labels": {"a": "1"}});
    let taken_out = differences(Some(applied), git, live);
    assert!(
        taken_out
            .iter()
            .all(|difference| difference.starts_with("Planned")),
        "{taken_out:?}"
    );
}

#[test]
fn drift_and_planned_change_are_told_apart_member_by_member() {
    let applied = json!({"desiredCount": 2, "launchType": "EC2", "grace": 10});
    let desired = json!({"desiredCount": 2, "launchType": "FARGATE", "grace": 20});
    let live = json!({"desiredCount": 5, "launchType": "EC2", "grace": 15});
    assert_eq!(
        differences(Some(applied), desired, live),
        [
            r#"Drift desiredCount: 5 -> 2"#,
            r#"Planned launchType: "EC2" -> "FARGATE""#,
            r#"Both grace: 15 -> 20"#,
        ]
    );
}

#[test]
fn a_stale_record_alone_is_no_difference() {
    let desired = json!({"desiredCount": 3, "mesh": {"enabled": true}});
    let applied = json!({"desiredCount": 2, "mesh": {"enabled": false}});
    assert_eq!(differences(Some(applied), desired.clone(), desired), [""; 0]);
}

#[test]
fn costs_come_from_the_nearest_row() {
    let desired = value(json!({"launchType": "FARGATE", "subnets": ["a"], "labels": {"x": "1"}}));
    let found = compare(&THING, &desired, &value(json!({})), None);
    let costs: Vec<_> = found.iter().map(|difference| difference.cost).collect();
    assert_eq!(costs, [Cost::Replacement, Cost::Deployment, Cost::InPlace]);
}

#[test]
fn an_unknown_reference_always_differs() {
    let reference = crate::value::Reference {
        address: "Service/a/x".into(),
        attribute: "arn",
    };
    let desired = Value::Map(
        [("launchType".into(), Value::Reference(reference))]
            .into_iter()
            .collect(),
    );
    let found = compare(&THING, &desired, &value(json!({"launchType": "x"})), None);
    assert!(found[0].after.as_ref().unwrap().has_reference());
}

#[test]
fn additions_name_every_leaf() {
    let desired =
        value(json!({"containers": [{"name": "app", "environment": [{"name": "X", "value": "1"}]}]}));
    let paths: Vec<String> = additions(&THING, &desired)
        .iter()
        .map(|d| d.path.to_string())
        .collect();
    assert_eq!(paths, ["containers[app].name", "containers[app].environment[X]"]);
}
