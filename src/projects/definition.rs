//! Task definitions: containers that run on Fargate or on instances.

use serde_json::{Value as Json, json};

use super::choices::Choices;
use super::draw::{draw_members, perhaps_as_map};
use crate::resource::ecs::{container_definition, task_definition, validate};
use crate::resource::shape::Object;
use crate::value::Value;

/// The port that the first container of every definition has.
pub const PORT: u16 = 8080;
const ROLE: &str = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole";
/// The first container's name.
pub const FIRST: &str = "app";

/// A task definition, and where it can run.
#[derive(Clone, Debug)]
pub struct Definition {
    /// What a manifest says.
    pub spec: Json,
    /// Whether it is for Fargate.
    pub fargate: bool,
    /// Whether its tasks have network interfaces of their own.
    pub awsvpc: bool,
}

/// Any task definition.
pub fn definition(choices: &mut Choices<'_>) -> Definition {
    let fargate = !choices.chance(30);
    let mode = match fargate {
        true => "awsvpc",
        false => choices.pick(&["awsvpc", "bridge", "host"]),
    };
    let mut spec = json!({"networkMode": mode, "executionRoleArn": ROLE});
    sizes(&mut spec, fargate, choices);
    if fargate {
        spec["requiresCompatibilities"] = json!(["FARGATE"]);
    }
    spec["containerDefinitions"] = containers(choices);
    let table = task_definition::table().as_object().unwrap();
    let own = [
        "cpu",
        "memory",
        "executionRoleArn",
        "taskRoleArn",
        "networkMode",
        "requiresCompatibilities",
        "containerDefinitions",
    ];
    draw_members(table, &own, 15, &mut spec, choices, |spec| valid(spec, fargate));
    (0..spec["containerDefinitions"].as_array().unwrap().len())
        .for_each(|at| container(&mut spec, at, fargate, choices));
    for container in spec["containerDefinitions"].as_array_mut().unwrap() {
        perhaps_as_map(&mut container["environment"], "value", choices);
        perhaps_as_map(&mut container["secrets"], "valueFrom", choices);
        container
            .as_object_mut()
            .unwrap()
            .retain(|_, member| !member.is_null());
    }
    with_variables(&mut spec, choices);
    Definition {
        awsvpc: mode == "awsvpc",
        spec,
        fargate,
    }
}

fn valid(spec: &Json, fargate: bool) -> bool {
    validate::task_definition(&Value::from_json(spec.clone()), fargate).is_empty()
}

fn sizes(spec: &mut Json, fargate: bool, choices: &mut Choices<'_>) {
    let (cpu, memory) = choices.pick(&[("256", "512"), ("0.25 vCPU", "1 GB"), ("512", "1024")]);
    spec["memory"] = memory.into();
    if fargate || choices.chance(50) {
        spec["cpu"] = cpu.into();
    }
}

/// Some of what is written out may come from variables.
fn with_variables(spec: &mut Json, choices: &mut Choices<'_>) {
    if spec["cpu"] == "256" && choices.chance(50) {
        spec["cpu"] = "${cpu}".into();
        spec["memory"] = "${memory}".into();
    }
    if spec["executionRoleArn"] == ROLE && choices.chance(50) {
        spec["executionRoleArn"] = "arn:aws:iam::${accountId}:role/ecsTaskExecutionRole".into();
    }
}

fn containers(choices: &mut Choices<'_>) -> Json {
    let count = 1 + choices.below(3);
    let names = [FIRST, "proxy", "logs"];
    let images = [
        "example/app:1",
        "example/app:${imageTag}",
        "public.ecr.aws/x/y@sha256:00",
    ];
    let container = |name: &&str| json!({"name": name, "image": choices.pick(&images)});
    let mut containers: Vec<Json> = names[..count].iter().map(container).collect();
    containers[0]["portMappings"] = json!([{"containerPort": PORT, "name": "web"}]);
    if count > 1 && choices.chance(40) {
        containers[1]["essential"] = false.into();
        containers[1]["healthCheck"] = json!({"command": ["CMD", "true"]});
        let condition = choices.pick(&["START", "HEALTHY", "COMPLETE"]);
        containers[0]["dependsOn"] = json!([{"containerName": names[1], "condition": condition}]);
    }
    containers.into()
}

/// Gives a container members, none of which makes the definition invalid.
fn container(spec: &mut Json, at: usize, fargate: bool, choices: &mut Choices<'_>) {
    let shape = container_definition::container_definition();
    let table: &Object = shape.as_object().unwrap();
    let mut container = spec["containerDefinitions"][at].clone();
    let in_place = |container: &Json| {
        let mut whole = spec.clone();
        whole["containerDefinitions"][at] = container.clone();
        valid(&whole, fargate)
    };
    draw_members(
        table,
        &["name", "image", "essential", "portMappings"],
        15,
        &mut container,
        choices,
        in_place,
    );
    if let Some(volume) = spec["volumes"][0]["name"].as_str() {
        container["mountPoints"] = json!([{"sourceVolume": volume, "containerPath": "/data"}]);
        if !in_place(&container) {
            container.as_object_mut().unwrap().remove("mountPoints");
        }
    }
    spec["containerDefinitions"][at] = container;
}
