//! What AWS does to container definitions: the checks it makes, the defaults it fills and the order it puts lists in.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{client, default};
use crate::api::{ApiError, Params};

/// Checks all containers of a task definition.
pub(super) fn check(definition: Params<'_>, is_fargate: bool) -> Result<(), ApiError> {
    let containers: Vec<Params<'_>> = definition.list("containerDefinitions").collect();
    if containers.is_empty() {
        return Err(client("Container list cannot be empty."));
    }
    if containers.len() > 10 {
        return Err(client("Task definition cannot have more than 10 containers."));
    }
    let mut names = BTreeSet::new();
    for container in &containers {
        let name = container.text("name").unwrap_or_default();
        if name.is_empty() {
            return Err(client("Container.name should not be null or empty."));
        }
        if !super::cluster::is_name(name) {
            return Err(client(format!(
                "Invalid container name '{name}': only letters, numbers, hyphens and underscores are allowed."
            )));
        }
        if container.text("image").unwrap_or_default().is_empty() {
            return Err(client("Container.image should not be null or empty."));
        }
        if !names.insert(name) {
            return Err(client(format!(
                "Duplicate container name '{name}' in the task definition."
            )));
        }
    }
    if containers
        .iter()
        .all(|container| container.boolean("essential") == Some(false))
    {
        return Err(client("Task definition does not have any essential containers."));
    }
    for container in &containers {
        check_one(definition, *container, &names, is_fargate)?;
    }
    check_cycles(&containers)
}

fn check_one(
    definition: Params<'_>,
    container: Params<'_>,
    names: &BTreeSet<&str>,
    is_fargate: bool,
) -> Result<(), ApiError> {
    let name = container.text("name").unwrap_or_default();
    let setting = |what: String| client(format!("Invalid setting for container '{name}'. {what}"));
    let (memory, reservation) = (container.number("memory"), container.number("memoryReservation"));
    if memory.is_none() && reservation.is_none() && !definition.has("memory") {
        return Err(setting(
            "At least one of 'memory' or 'memoryReservation' must be specified.".to_owned(),
        ));
    }
    if let (Some(memory), Some(reservation)) = (memory, reservation)
        && memory < reservation
    {
        return Err(setting(
            "'memoryReservation' must be less than or equal to 'memory'.".to_owned(),
        ));
    }
    for dependency in container.list("dependsOn") {
        let target = dependency.text("containerName").unwrap_or_default();
        if !names.contains(target) {
            return Err(setting(format!(
                "The container '{target}' that it depends on does not exist."
            )));
        }
    }
    let awsvpc = definition.text("networkMode") == Some("awsvpc");
    for mapping in container.list("portMappings") {
        let (inner, outer) = (mapping.number("containerPort"), mapping.number("hostPort"));
        if awsvpc && outer.is_some_and(|outer| outer != 0 && Some(outer) != inner) {
            return Err(client(
                "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
            ));
        }
        if inner.is_some_and(|port| !(0..=65_535).contains(&port)) {
            return Err(setting("Container ports must be between 0 and 65535.".to_owned()));
        }
    }
    let has_role = definition.has("executionRoleArn");
    if container.list("secrets").next().is_some() && !has_role {
        return Err(client(
            "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
        ));
    }
    let driver = container
        .inside("logConfiguration")
        .and_then(|logs| logs.text("logDriver"));
    if is_fargate && driver == Some("awslogs") && !has_role {
        return Err(client(
            "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
        ));
    }
    Ok(())
}

/// Takes away containers that depend on nothing that is left, until none is left or a cycle remains.
fn check_cycles(containers: &[Params<'_>]) -> Result<(), ApiError> {
    let mut left: BTreeSet<&str> = containers
        .iter()
        .filter_map(|container| container.text("name"))
        .collect();
    loop {
        let before = left.len();
        for container in containers {
            let waits = container
                .list("dependsOn")
                .filter_map(|dependency| dependency.text("containerName"))
                .any(|target| left.contains(target));
            if let Some(name) = container.text("name").filter(|_| !waits) {
                left.remove(name);
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        if left.len() == before {
            return Err(client("Container dependencies must not form a cycle."));
        }
    }
}

/// Fills what AWS fills, and sorts what AWS sorts.
pub(super) fn normalise(containers: &mut [Value], network_mode: &str) {
    for container in containers.iter_mut().filter_map(Value::as_object_mut) {
        default(container, "cpu", json!(0));
        default(container, "essential", json!(true));
        for list in [
            "environment",
            "mountPoints",
            "portMappings",
            "volumesFrom",
            "systemControls",
        ] {
            default(container, list, json!([]));
        }
        for list in ["environment", "secrets"] {
            sort_by_name(container.get_mut(list));
        }
        for mapping in objects(container.get_mut("portMappings")) {
            normalise_port(mapping, network_mode);
        }
        if let Some(check) = container.get_mut("healthCheck").and_then(Value::as_object_mut) {
            default(check, "interval", json!(30));
            default(check, "timeout", json!(5));
            default(check, "retries", json!(3));
        }
    }
    containers.sort_by(|a, b| name(a).cmp(name(b)));
}

fn normalise_port(mapping: &mut Map<String, Value>, network_mode: &str) {
    if mapping.contains_key("containerPortRange") {
        default(mapping, "protocol", json!("tcp"));
        return;
    }
    let inner = mapping.get("containerPort").cloned().unwrap_or(json!(0));
    let same = matches!(network_mode, "awsvpc" | "host");
    default(mapping, "hostPort", if same { inner } else { json!(0) });
    default(mapping, "protocol", json!("tcp"));
}

fn objects(list: Option<&mut Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    let items = list.and_then(Value::as_array_mut);
    items.into_iter().flatten().filter_map(Value::as_object_mut)
}

fn sort_by_name(list: Option<&mut Value>) {
    if let Some(items) = list.and_then(Value::as_array_mut) {
        items.sort_by(|a, b| name(a).cmp(name(b)));
    }
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap_or_default()
}
