use aws_sdk_ecs::operation::register_task_definition::RegisterTaskDefinitionInput;
use aws_sdk_ecs::types::{DeploymentLifecycleHook, NetworkMode, Task};
use serde_json::json;

use super::*;
use crate::value::{Reference, Secret};

fn value(json: serde_json::Value) -> Value {
    Value::from_json(json)
}

#[test]
fn a_manifest_becomes_an_input_and_comes_back() {
    let definition = value(json!({
        "family": "api",
        "networkMode": "awsvpc",
        "containerDefinitions": [{
            "name": "app", "image": "example/api:1", "cpu": 128, "command": ["serve"],
            "dockerLabels": {"team": "shop", "tier": "web"},
            "portMappings": [{"containerPort": 8080}],
        }],
    }));
    let input = to_sdk(&definition, RegisterTaskDefinitionInput::deserialize).unwrap();
    assert_eq!(input.network_mode(), Some(&NetworkMode::Awsvpc));
    assert_eq!(input.container_definitions()[0].cpu(), 128);
    assert_eq!(from_sdk(&input).unwrap(), definition);
}

#[test]
fn a_word_that_the_sdk_does_not_know_is_kept() {
    let hook = value(json!({"targetType": "SMOKE_SIGNAL", "lifecycleStages": ["PRE_LUNCH"]}));
    let sdk = to_sdk(&hook, DeploymentLifecycleHook::deserialize).unwrap();
    assert_eq!(from_sdk(&sdk).unwrap(), hook);
}

#[test]
fn documents_keep_every_kind_of_value() {
    let hook = value(json!({"hookDetails": {"a": [1, -2, 2.5, "x", true, null], "b": {}}}));
    let sdk = to_sdk(&hook, DeploymentLifecycleHook::deserialize).unwrap();
    assert_eq!(from_sdk(&sdk).unwrap(), hook);
}

#[test]
fn times_are_read_from_text_and_from_seconds_and_written_as_text() {
    let written = value(json!("2026-01-15T10:07:30Z"));
    for time in [json!("2026-01-15T10:07:30Z"), json!(1768471650)] {
        let task = to_sdk(&value(json!({"createdAt": time})), Task::deserialize).unwrap();
        assert_eq!(from_sdk(&task).unwrap().get("createdAt"), Some(&written));
    }
}

#[test]
fn nulls_are_left_out() {
    let hook = value(json!({"roleArn": null, "hookTargetArn": "arn:aws:lambda:f"}));
    let sdk = to_sdk(&hook, DeploymentLifecycleHook::deserialize).unwrap();
    assert_eq!(
        from_sdk(&sdk).unwrap(),
        value(json!({"hookTargetArn": "arn:aws:lambda:f"}))
    );
}

#[test]
fn what_does_not_fit_is_named_by_its_path_but_never_printed() {
    let message = |definition: Value| {
        to_sdk(&definition, RegisterTaskDefinitionInput::deserialize)
            .unwrap_err()
            .to_string()
    };
    let container = |json| value(json!({"containerDefinitions": [json]}));
    assert_eq!(
        message(container(json!({"name": "app", "memory": "hunter2"}))),
        "convert RegisterTaskDefinitionInput: containerDefinitions.0.memory is text, not a whole number of 32 bits"
    );
    assert_eq!(
        message(container(json!({"memory": 4_294_967_296_i64}))),
        "convert RegisterTaskDefinitionInput: containerDefinitions.0.memory is a number, not a whole number of 32 bits"
    );
    assert_eq!(
        message(container(json!({"imagee": "x"}))),
        "convert RegisterTaskDefinitionInput: containerDefinitions.0.imagee has no such member"
    );
}

#[test]
fn references_must_be_resolved_first_and_secrets_are_sent() {
    let mut map = crate::value::Map::new();
    map.insert("taskRoleArn", Value::Secret(Secret::new("arn:secret")));
    let sent = to_sdk(&Value::Map(map.clone()), RegisterTaskDefinitionInput::deserialize).unwrap();
    assert_eq!(sent.task_role_arn(), Some("arn:secret"));
    map.insert(
        "family",
        Reference {
            address: "a/b/c".into(),
            attribute: "arn",
        },
    );
    let error = to_sdk(&Value::Map(map), RegisterTaskDefinitionInput::deserialize).unwrap_err();
    assert_eq!(
        error.message,
        "family is a reference that is not known yet, not text"
    );
}
