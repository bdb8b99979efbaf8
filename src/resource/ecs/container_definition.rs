//! A container of a task definition.

use super::{linux, logging, pairs, volume};
use crate::resource::shape::{
    Shape, boolean, field, integer_between, keyed, list, map, object, one_of, set, string,
};

const ANY_SIZE: i64 = i32::MAX as i64;

/// The containers of a task definition, by name.
pub(super) fn container_definitions() -> Shape {
    keyed(container_definition(), &[&["name"]])
}

/// One container.
pub fn container_definition() -> Shape {
    let fields = identity()
        .into_iter()
        .chain(resources())
        .chain(process())
        .chain(environment())
        .chain(networking())
        .chain(isolation());
    object("ContainerDefinition", "A container of a task.", fields)
}

fn identity() -> Vec<crate::resource::shape::Field> {
    let credentials = object(
        "RepositoryCredentials",
        "How a private registry lets ECS in.",
        [field(
            "credentialsParameter",
            string(),
            "ARN of the secret with the credentials.",
        )
        .required()],
    );
    vec![
        // M: neither is required by the model, but no task runs without them.
        field("name", string(), "The container's name, unique in the task.").required(),
        field(
            "image",
            string(),
            "The image: repository:tag or repository@digest.",
        )
        .required(),
        field(
            "repositoryCredentials",
            credentials,
            "How a private registry lets ECS in.",
        ),
        field(
            "versionConsistency",
            one_of(&["enabled", "disabled"]),
            "Whether all tasks of a deployment run the digest that the tag had at its start.",
        )
        .default("enabled"),
        field(
            "essential",
            boolean(),
            "Whether the task stops when the container does.",
        )
        .default(true),
    ]
}

fn resources() -> Vec<crate::resource::shape::Field> {
    vec![
        field(
            "cpu",
            integer_between(0, ANY_SIZE),
            "CPU units of it; 1024 are one vCPU.",
        )
        .default(0),
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
        field("ulimits", linux::ulimits(), "Limits of the kernel."),
        field(
            "linuxParameters",
            linux::linux_parameters(),
            "Linux-specific settings.",
        ),
        field(
            "systemControls",
            linux::system_controls(),
            "Namespaced kernel parameters.",
        ),
    ]
}

fn process() -> Vec<crate::resource::shape::Field> {
    vec![
        field(
            "entryPoint",
            list(string()),
            "The entry point, in place of the image's.",
        ),
        field("command", list(string()), "The command, in place of the image's."),
        field("workingDirectory", string(), "The directory in which it starts."),
        field("user", string(), "The user, and group, that it runs as."),
        field("interactive", boolean(), "Whether its standard input stays open.").default(false),
        field("pseudoTerminal", boolean(), "Whether it gets a terminal.").default(false),
        field(
            "healthCheck",
            health_check(),
            "How ECS asks whether it is healthy.",
        ),
        field(
            "restartPolicy",
            restart_policy(),
            "Whether it is restarted in place when it exits.",
        ),
        field(
            "dependsOn",
            depends_on(),
            "Containers that must be so far before it starts.",
        ),
        field(
            "startTimeout",
            integer_between(0, ANY_SIZE),
            "Seconds that its dependants wait for it.",
        ),
        field(
            "stopTimeout",
            integer_between(0, ANY_SIZE),
            "Seconds from SIGTERM to SIGKILL.",
        )
        .default(30),
    ]
}

fn environment() -> Vec<crate::resource::shape::Field> {
    vec![
        field(
            "environment",
            pairs("An environment variable."),
            "Environment variables.",
        )
        .or_map("name", "value"),
        field(
            "environmentFiles",
            environment_files(),
            "Files of environment variables, read from the top down.",
        ),
        field(
            "secrets",
            logging::secrets(),
            "Secrets that become environment variables.",
        )
        .or_map("name", "valueFrom"),
        field(
            "mountPoints",
            volume::mount_points(),
            "Volumes and where they are mounted.",
        ),
        field(
            "volumesFrom",
            volume::volumes_from(),
            "Containers whose volumes it mounts too.",
        ),
        field(
            "logConfiguration",
            logging::log_configuration(),
            "Where its output goes.",
        ),
        field(
            "firelensConfiguration",
            logging::firelens_configuration(),
            "Makes it the task's log router.",
        ),
        field("dockerLabels", map(string()), "Docker labels."),
    ]
}

/// The list of files with environment variables, in its order.
pub(super) fn environment_files() -> Shape {
    list(object(
        "EnvironmentFile",
        "A file of environment variables.",
        [
            field("value", string(), "ARN of the object in S3.").required(),
            field("type", one_of(&["s3"]), "Where the file is.").required(),
        ],
    ))
}

fn networking() -> Vec<crate::resource::shape::Field> {
    let host_entry = object(
        "HostEntry",
        "A line of /etc/hosts.",
        [
            field("hostname", string(), "The name.").required(),
            field("ipAddress", string(), "The address.").required(),
        ],
    );
    vec![
        field("portMappings", port_mappings(), "Ports that it listens on."),
        field(
            "links",
            list(string()),
            "Containers that it reaches by name, in bridge mode.",
        ),
        field("hostname", string(), "The host name that it sees."),
        field(
            "dnsServers",
            list(string()),
            "DNS servers that it asks, in their order.",
        ),
        field(
            "dnsSearchDomains",
            list(string()),
            "DNS search domains, in their order.",
        ),
        field("extraHosts", set(host_entry), "Lines for its /etc/hosts."),
        field("disableNetworking", boolean(), "Whether it has no network.").default(false),
    ]
}

fn isolation() -> Vec<crate::resource::shape::Field> {
    vec![
        field(
            "privileged",
            boolean(),
            "Whether it may do what root on the host may.",
        )
        .default(false),
        field(
            "readonlyRootFilesystem",
            boolean(),
            "Whether its root file system can't be written.",
        )
        .default(false),
        field(
            "dockerSecurityOptions",
            list(string()),
            "SELinux, AppArmor and credential spec options.",
        ),
        field(
            "credentialSpecs",
            list(string()),
            "Where its Active Directory credential spec is.",
        ),
    ]
}

/// Names are filled by the console (O), so a name that a manifest leaves out is not compared.
fn port_mappings() -> Shape {
    let port = || integer_between(0, 65535);
    let mapping = object(
        "PortMapping",
        "A port, or range of ports, that the container listens on.",
        [
            field("containerPort", port(), "The container's port."),
            // O: filled by network mode; the task definition's rule takes what it fills away.
            field(
                "hostPort",
                port(),
                "The host's port: the container's under awsvpc and host, any under bridge.",
            )
            .default(0),
            field("protocol", one_of(&["tcp", "udp"]), "The transport protocol.").default("tcp"),
            field(
                "name",
                string(),
                "The name by which Service Connect and VPC Lattice know it.",
            )
            .unmanaged(),
            field(
                "appProtocol",
                one_of(&["http", "http2", "grpc"]),
                "What it speaks; TCP where left out.",
            ),
            field(
                "containerPortRange",
                string(),
                "A range of ports, first-last, in place of one.",
            ),
        ],
    );
    keyed(
        mapping,
        &[
            &["name"],
            &["containerPort", "protocol"],
            &["containerPort"],
            &["containerPortRange"],
        ],
    )
}

fn health_check() -> Shape {
    object(
        "HealthCheck",
        "How ECS asks a container whether it is healthy.",
        [
            field(
                "command",
                list(string()),
                "CMD and arguments, or CMD-SHELL and one line.",
            )
            .required(),
            // O: these three are returned though left out.
            field("interval", integer_between(5, 300), "Seconds between two checks.").default(30),
            field(
                "timeout",
                integer_between(2, 120),
                "Seconds after which a check has failed.",
            )
            .default(5),
            field(
                "retries",
                integer_between(1, 10),
                "Failures after which it is unhealthy.",
            )
            .default(3),
            field(
                "startPeriod",
                integer_between(0, 300),
                "Seconds in which failures don't count.",
            )
            .default(0),
        ],
    )
}

fn restart_policy() -> Shape {
    object(
        "ContainerRestartPolicy",
        "Whether a container is restarted in place when it exits.",
        [
            field("enabled", boolean(), "Whether it is restarted.").required(),
            field(
                "ignoredExitCodes",
                set(integer_between(0, 255)),
                "Exit codes after which it is not; at most 50.",
            ),
            field(
                "restartAttemptPeriod",
                integer_between(60, 1800),
                "Seconds that it must have run before.",
            )
            .default(300),
        ],
    )
}

fn depends_on() -> Shape {
    let dependency = object(
        "ContainerDependency",
        "A container that must be so far.",
        [
            field("containerName", string(), "The other container's name.").required(),
            field(
                "condition",
                one_of(&["START", "COMPLETE", "SUCCESS", "HEALTHY"]),
                "How far it must be.",
            )
            .required(),
        ],
    );
    keyed(dependency, &[&["containerName"]])
}
