//! What a run of a task may override: RunTask's `overrides`, and the input of a rule's or schedule's target.

use std::sync::LazyLock;

use super::container_definition::environment_files;
use super::{ephemeral_storage, linux, pairs, spelling};
use crate::resource::shape::{Shape, field, integer_between, keyed, list, object, string};

const ANY_SIZE: i64 = i32::MAX as i64;

static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
    object(
        "TaskOverride",
        "What a run of a task does otherwise than its definition says.",
        [
            field(
                "containerOverrides",
                container_overrides(),
                "What single containers do otherwise.",
            ),
            field("cpu", string(), "CPU of the task: units, or `1 vCPU`.").canonical(spelling::cpu_units),
            field("memory", string(), "Memory of the task: MiB, or `2 GB`.").canonical(spelling::mebibytes),
            field("taskRoleArn", string(), "The role that the containers act as."),
            field(
                "executionRoleArn",
                string(),
                "The role with which ECS pulls images, reads secrets and writes logs.",
            ),
            field(
                "ephemeralStorage",
                ephemeral_storage(),
                "Disk of a Fargate task beyond 20 GiB.",
            ),
            field(
                "inferenceAcceleratorOverrides",
                accelerators(),
                "Elastic Inference accelerators.",
            )
            .refused("Amazon Elastic Inference has ended: leave it out"),
        ],
    )
});

/// The shape, shared.
pub fn shape() -> Shape {
    SHAPE.clone()
}

/// What a run leaves out is what the definition says: nothing has a default here.
fn container_overrides() -> Shape {
    let container = object(
        "ContainerOverride",
        "What a container does otherwise in this run.",
        [
            field("name", string(), "The container's name.").required(),
            field(
                "command",
                list(string()),
                "The command in place of the definition's.",
            ),
            field(
                "environment",
                pairs("An environment variable."),
                "Environment variables, over the definition's.",
            )
            .or_map("name", "value"),
            field(
                "environmentFiles",
                environment_files(),
                "Files of environment variables, over the definition's.",
            ),
            field("cpu", integer_between(0, ANY_SIZE), "CPU units of it."),
            field(
                "memory",
                integer_between(4, ANY_SIZE),
                "MiB at which it is killed.",
            ),
            field(
                "memoryReservation",
                integer_between(4, ANY_SIZE),
                "MiB that are set aside for it.",
            ),
            field(
                "resourceRequirements",
                linux::resource_requirements(),
                "Accelerators that it needs.",
            ),
        ],
    );
    keyed(container, &[&["name"]])
}

fn accelerators() -> Shape {
    let accelerator = object(
        "InferenceAcceleratorOverride",
        "An Elastic Inference accelerator.",
        [
            field("deviceName", string(), "Its name."),
            field("deviceType", string(), "Its type."),
        ],
    );
    keyed(accelerator, &[&["deviceName"]])
}
