//! What RegisterTaskDefinition takes, without the family and the tags: those are sendo's to set.
//!
//! All of it is immutable: a change is a new revision.

use std::sync::LazyLock;

use super::container_definition::container_definitions;
use super::{NOT_IN_THE_SDK, ephemeral_storage, pairs, placement_constraints, spelling, volume};
use crate::resource::shape::{Field, Shape, boolean, field, keyed, object, one_of, set, string};
use crate::value::{Map, Value};

static TABLE: LazyLock<Shape> = LazyLock::new(|| {
    object(
        "TaskDefinition",
        "What runs: containers, their size, roles and volumes.",
        fields(),
    )
    .with_rule(host_ports)
});

/// The shape, shared.
pub fn shape() -> Shape {
    TABLE.clone()
}

/// Its members, for tables that add to them; [`host_ports`] is the rule that goes with them.
pub fn fields() -> Vec<Field> {
    let mut fields = sizes_and_roles();
    fields.extend(placement());
    fields
}

fn sizes_and_roles() -> Vec<Field> {
    vec![
        field("containerDefinitions", container_definitions(), "The containers.").required(),
        // M: strings to the API, numbers inside; "0.25 vCPU" comes back as "256".
        field("cpu", string(), "CPU of the task: units, or `1 vCPU`.").canonical(spelling::cpu_units),
        field("memory", string(), "Memory of the task: MiB, or `2 GB`.").canonical(spelling::mebibytes),
        field("taskRoleArn", string(), "The role that the containers act as.")
            .canonical(spelling::role)
            .alike(spelling::same_role),
        field(
            "executionRoleArn",
            string(),
            "The role with which ECS pulls images, reads secrets and writes logs.",
        )
        .canonical(spelling::role)
        .alike(spelling::same_role),
        // D: bridge where left out, but not always echoed.
        field(
            "networkMode",
            one_of(&["bridge", "host", "awsvpc", "none"]),
            "How containers are on the network.",
        )
        .unmanaged(),
        field(
            "requiresCompatibilities",
            set(one_of(&["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])),
            "Where it must be able to run: ECS checks the definition for it.",
        ),
        field(
            "runtimePlatform",
            runtime_platform(),
            "Operating system and processor.",
        ),
        field(
            "ephemeralStorage",
            ephemeral_storage(),
            "Disk of a Fargate task beyond 20 GiB.",
        ),
        field(
            "volumes",
            volume::volumes(),
            "Volumes that the containers can mount.",
        ),
    ]
}

fn placement() -> Vec<Field> {
    vec![
        field(
            "placementConstraints",
            placement_constraints("TaskDefinitionPlacementConstraint", &["memberOf"]),
            "Where its tasks may be placed.",
        ),
        field(
            "pidMode",
            one_of(&["host", "task"]),
            "Whose processes the containers see.",
        ),
        field(
            "ipcMode",
            one_of(&["host", "task", "none"]),
            "Whose IPC resources the containers share.",
        ),
        field("proxyConfiguration", proxy_configuration(), "The App Mesh proxy."),
        field(
            "inferenceAccelerators",
            inference_accelerators(),
            "Elastic Inference accelerators.",
        )
        .refused("Amazon Elastic Inference has ended: leave it out"),
        // O: false is returned though left out.
        field(
            "enableFaultInjection",
            boolean(),
            "Whether AWS Fault Injection Service may disturb its tasks.",
        )
        .default(false),
        field(
            "trustedExecutionConfiguration",
            trusted_execution().declared_only(),
            "How far its tasks are isolated, on Managed Instances.",
        )
        // M has it; the SDK does not, so it could not be sent.
        .refused(NOT_IN_THE_SDK),
    ]
}

/// The table itself.
pub fn table() -> &'static Shape {
    &TABLE
}

/// Takes away the host ports that ECS fills in: the container's own under awsvpc and host, 0 under bridge. (O)
pub fn host_ports(definition: &mut Map) {
    if !matches!(
        definition.get("networkMode").and_then(Value::as_str),
        Some("awsvpc" | "host")
    ) {
        return;
    }
    let Some(Value::List(containers)) = definition.get_mut("containerDefinitions") else {
        return;
    };
    for container in containers {
        let mappings = container
            .as_map_mut()
            .and_then(|container| container.get_mut("portMappings"));
        let Some(Value::List(mappings)) = mappings else {
            continue;
        };
        for mapping in mappings.iter_mut().filter_map(Value::as_map_mut) {
            let same = match (mapping.get("hostPort"), mapping.get("containerPort")) {
                (Some(host), Some(container)) => host.same(container),
                _ => false,
            };
            if same {
                mapping.remove("hostPort");
            }
        }
    }
}

fn runtime_platform() -> Shape {
    object(
        "RuntimePlatform",
        "Operating system and processor.",
        [
            field(
                "cpuArchitecture",
                one_of(&["X86_64", "ARM64"]),
                "The processor's architecture.",
            ),
            field(
                "operatingSystemFamily",
                one_of(&[
                    "LINUX",
                    "WINDOWS_SERVER_2016_FULL",
                    "WINDOWS_SERVER_2019_FULL",
                    "WINDOWS_SERVER_2019_CORE",
                    "WINDOWS_SERVER_2004_CORE",
                    "WINDOWS_SERVER_20H2_CORE",
                    "WINDOWS_SERVER_2022_FULL",
                    "WINDOWS_SERVER_2022_CORE",
                    "WINDOWS_SERVER_2025_FULL",
                    "WINDOWS_SERVER_2025_CORE",
                ]),
                "The operating system.",
            ),
        ],
    )
}

fn proxy_configuration() -> Shape {
    object(
        "ProxyConfiguration",
        "The App Mesh proxy.",
        [
            // TF td: the default that it hashes with.
            field("type", one_of(&["APPMESH"]), "The kind of proxy.").default("APPMESH"),
            field("containerName", string(), "The container that is the proxy.").required(),
            field(
                "properties",
                pairs("A setting of the proxy."),
                "Settings of the proxy.",
            ),
        ],
    )
}

fn inference_accelerators() -> Shape {
    let accelerator = object(
        "InferenceAccelerator",
        "An Elastic Inference accelerator.",
        [
            field("deviceName", string(), "Its name.").required(),
            field("deviceType", string(), "Its type.").required(),
        ],
    );
    keyed(accelerator, &[&["deviceName"]])
}

fn trusted_execution() -> Shape {
    object(
        "TrustedExecutionConfiguration",
        "How far tasks are isolated, on Managed Instances.",
        [
            field(
                "isolationMode",
                one_of(&["SHARED", "ISOLATED_SANDBOX", "CONFIDENTIAL_SANDBOX"]),
                "The kind of isolation.",
            )
            .required(),
            field(
                "attestationPolicy",
                string(),
                "What the sandbox must prove before secrets are given to it.",
            ),
        ],
    )
}
