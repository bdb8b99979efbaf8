//! What Fargate wants of a task definition.

use super::arn::lacks;
use super::{Problems, containers_of, items, network_mode};
use crate::resource::ecs::spelling::units;
use crate::resource::path::Path;
use crate::value::Value;

/// CPU units, and the least memory, the most and the step between, in MiB. (D, "Task CPU and memory")
const SIZES: &[(u64, Memory)] = &[
    (256, Memory::Of(&[512, 1024, 2048])),
    (512, Memory::Steps(1024, 4096, 1024)),
    (1024, Memory::Steps(2048, 8192, 1024)),
    (2048, Memory::Steps(4096, 16384, 1024)),
    (4096, Memory::Steps(8192, 30720, 1024)),
    (8192, Memory::Steps(16384, 61440, 4096)),
    (16384, Memory::Steps(32768, 122_880, 8192)),
    (32768, Memory::Of(&[61440, 122_880, 249_856])),
];

/// The amounts of memory that go with an amount of CPU, in MiB.
enum Memory {
    Of(&'static [u64]),
    /// From, to, step.
    Steps(u64, u64, u64),
}

impl Memory {
    fn has(&self, memory: u64) -> bool {
        match self {
            Memory::Of(amounts) => amounts.contains(&memory),
            Memory::Steps(from, to, step) => {
                (*from..=*to).contains(&memory) && (memory - from).is_multiple_of(*step)
            }
        }
    }

    fn describe(&self) -> String {
        match self {
            Memory::Of(amounts) => amounts.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
            Memory::Steps(from, to, step) => format!("{from} to {to} in steps of {step}"),
        }
    }
}

/// A definition without a network mode gets awsvpc when it is composed for Fargate: only another one is wrong.
pub(super) fn check(definition: &Value, out: &mut Problems) {
    let root = Path::root();
    if let Some(mode) = network_mode(definition).filter(|mode| *mode != "awsvpc") {
        let message = format!("Fargate has no network mode `{mode}`");
        out.add(root.member("networkMode"), message, "use `awsvpc`");
    }
    check_size(definition, out);
    let pid = definition.text("pidMode").filter(|mode| *mode != "task");
    if pid.is_some() || definition.get("ipcMode").is_some_and(|mode| *mode != Value::Null) {
        let member = if pid.is_some() { "pidMode" } else { "ipcMode" };
        out.add(
            root.member(member),
            "Fargate shares no host's processes or IPC resources",
            "leave it out",
        );
    }
    if items(definition.get("placementConstraints")).len() > 0 {
        out.add(
            root.member("placementConstraints"),
            "Fargate has no placement",
            "leave it out",
        );
    }
    for volume in items(definition.get("volumes")) {
        if volume
            .get("dockerVolumeConfiguration")
            .is_some_and(|docker| !docker.is_empty())
        {
            let path = root
                .member("volumes")
                .item(volume.text("name").unwrap_or_default());
            out.add(
                path.member("dockerVolumeConfiguration"),
                "Fargate has no Docker volumes",
                "use EFS, or a bare volume",
            );
        }
    }
    for (path, container) in containers_of(definition) {
        check_container(&path, container, out);
    }
    execution_role(definition, out);
}

fn check_container(path: &Path, container: &Value, out: &mut Problems) {
    if container.get("privileged").and_then(Value::as_bool) == Some(true) {
        out.add(
            path.member("privileged"),
            "Fargate runs no privileged containers",
            "leave it out",
        );
    }
    if items(container.get("links")).len() > 0 {
        out.add(
            path.member("links"),
            "Fargate has no links",
            "containers of a task reach each other at 127.0.0.1",
        );
    }
    for member in ["startTimeout", "stopTimeout"] {
        let seconds = container.get(member).and_then(Value::as_i64);
        if seconds.is_some_and(|seconds| !(2..=120).contains(&seconds)) {
            out.add(
                path.member(member),
                "Fargate takes 2 to 120 seconds",
                "choose one of those",
            );
        }
    }
}

fn check_size(definition: &Value, out: &mut Problems) {
    let Some((cpu, memory)) = amounts(definition, out) else {
        return;
    };
    let Some((_, sizes)) = SIZES.iter().find(|(units, _)| *units == cpu) else {
        let all: Vec<String> = SIZES.iter().map(|(units, _)| units.to_string()).collect();
        let message = format!("Fargate has no tasks of {cpu} CPU units");
        out.add(
            Path::root().member("cpu"),
            message,
            format!("use one of {}", all.join(", ")),
        );
        return;
    };
    if !sizes.has(memory) {
        out.add(
            Path::root().member("memory"),
            format!("Fargate has no tasks of {cpu} CPU units with {memory} MiB of memory"),
            format!("with {cpu} CPU units, memory is {}", sizes.describe()),
        );
    }
    for (path, container) in containers_of(definition) {
        let own = container
            .get("memory")
            .and_then(Value::as_i64)
            .and_then(|own| u64::try_from(own).ok());
        if let Some(own) = own.filter(|own| *own > memory) {
            let message = format!("the container may use more memory ({own}) than the task has ({memory})");
            out.add(path.member("memory"), message, "leave it out, or make it smaller");
        }
    }
}

fn amounts(definition: &Value, out: &mut Problems) -> Option<(u64, u64)> {
    let mut amount = |member: &str, unit: &str, help: &str| {
        let path = Path::root().member(member);
        if lacks(definition, member) {
            out.add(path, format!("Fargate needs the task's {member}"), help);
            return None;
        }
        let amount = definition.text(member).and_then(|text| units(text, unit));
        if amount.is_none() && definition.text(member).is_some() {
            out.add(path, format!("not an amount of {member}"), help);
        }
        amount
    };
    let cpu = amount(
        "cpu",
        "vcpu",
        "set `cpu` to CPU units, 256 for a quarter of a vCPU",
    );
    let memory = amount("memory", "gb", "set `memory` to MiB, 512 for half a GB");
    Some((cpu?, memory?))
}

/// D: Fargate pulls from ECR, and sends to CloudWatch Logs, as the execution role.
fn execution_role(definition: &Value, out: &mut Problems) {
    if !lacks(definition, "executionRoleArn") {
        return;
    }
    for (path, container) in containers_of(definition) {
        let private = container
            .text("image")
            .is_some_and(|image| image.contains(".dkr.ecr.") && image.contains(".amazonaws.com"));
        let logs = container
            .get("logConfiguration")
            .and_then(|log| log.text("logDriver"))
            == Some("awslogs");
        let why = match (private, logs) {
            (true, _) => "pulls images from ECR",
            (_, true) => "writes to CloudWatch Logs",
            _ => continue,
        };
        let message = format!("Fargate {why} as the execution role, and the task definition names none");
        out.add(path, message, "set `executionRoleArn` in the task definition");
        return;
    }
}
