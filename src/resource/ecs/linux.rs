//! What a container asks of the kernel it runs on.

use crate::resource::shape::{
    Shape, boolean, field, integer, integer_between, keyed, list, object, one_of, set, string,
};

/// Linux-specific settings.
pub(super) fn linux_parameters() -> Shape {
    object(
        "LinuxParameters",
        "Linux-specific settings of a container.",
        [
            field(
                "capabilities",
                capabilities(),
                "Kernel capabilities beyond or below Docker's defaults.",
            ),
            field(
                "devices",
                devices(),
                "Devices of the host that the container sees.",
            ),
            field(
                "initProcessEnabled",
                boolean(),
                "Whether an init process forwards signals and reaps processes.",
            )
            .default(false),
            field(
                "sharedMemorySize",
                integer_between(0, i64::from(i32::MAX)),
                "The size of /dev/shm in MiB.",
            ),
            field("tmpfs", tmpfs(), "Directories that live in memory."),
            field(
                "maxSwap",
                integer_between(0, i64::from(i32::MAX)),
                "How much swap it may use, in MiB.",
            ),
            // D: 60 where none is given.
            field(
                "swappiness",
                integer_between(0, 100),
                "How readily its memory is swapped out.",
            )
            .default(60),
        ],
    )
}

fn capabilities() -> Shape {
    object(
        "KernelCapabilities",
        "Kernel capabilities beyond or below Docker's defaults.",
        [
            field("add", set(string()), "Capabilities to add."),
            field("drop", set(string()), "Capabilities to take away."),
        ],
    )
}

fn devices() -> Shape {
    let device = object(
        "Device",
        "A device of the host.",
        [
            field("hostPath", string(), "Its path on the host.").required(),
            field(
                "containerPath",
                string(),
                "Its path in the container; the host's where left out.",
            ),
            field(
                "permissions",
                set(one_of(&["read", "write", "mknod"])),
                "What the container may do with it: all three where left out.",
            )
            .canonical(all_permissions_is_absent),
        ],
    );
    keyed(device, &[&["hostPath"]])
}

/// D: read, write and mknod where none is given.
fn all_permissions_is_absent(value: &crate::value::Value) -> crate::value::Value {
    let all = |items: &[crate::value::Value]| {
        ["read", "write", "mknod"]
            .iter()
            .all(|word| items.iter().any(|item| item.as_str() == Some(word)))
    };
    match value.as_list() {
        Some(items) if all(items) => crate::value::Value::Null,
        _ => value.clone(),
    }
}

fn tmpfs() -> Shape {
    let mount = object(
        "Tmpfs",
        "A directory that lives in memory.",
        [
            field("containerPath", string(), "Its path in the container.").required(),
            field(
                "size",
                integer_between(0, i64::from(i32::MAX)),
                "Its largest size in MiB.",
            )
            .required(),
            field("mountOptions", list(string()), "Mount options, in their order."),
        ],
    );
    keyed(mount, &[&["containerPath"]])
}

/// Limits of the kernel, by name.
pub(super) fn ulimits() -> Shape {
    let ulimit = object(
        "Ulimit",
        "A limit of the kernel.",
        [
            field(
                "name",
                one_of(&[
                    "core",
                    "cpu",
                    "data",
                    "fsize",
                    "locks",
                    "memlock",
                    "msgqueue",
                    "nice",
                    "nofile",
                    "nproc",
                    "rss",
                    "rtprio",
                    "rttime",
                    "sigpending",
                    "stack",
                ]),
                "Which limit.",
            )
            .required(),
            field("softLimit", integer(), "The limit that a process starts with.").required(),
            field(
                "hardLimit",
                integer(),
                "The limit that a process may raise it to.",
            )
            .required(),
        ],
    );
    keyed(ulimit, &[&["name"]])
}

/// Kernel parameters, by name.
pub(super) fn system_controls() -> Shape {
    let control = object(
        "SystemControl",
        "A namespaced kernel parameter.",
        [
            field("namespace", string(), "The parameter: net.core.somaxconn."),
            field("value", string(), "Its value."),
        ],
    );
    keyed(control, &[&["namespace"]])
}

/// GPUs and other accelerators.
pub(super) fn resource_requirements() -> Shape {
    let mps = object(
        "NvidiaMpsAllocation",
        "A part of a GPU through NVIDIA MPS.",
        [
            field(
                "memory",
                integer_between(1, i64::from(i32::MAX)),
                "How much of its memory, in MiB.",
            )
            .required(),
            field(
                "maxComputePercent",
                integer_between(1, 100),
                "At most how much of its compute power.",
            ),
        ],
    );
    let sharing = object(
        "SharingStrategy",
        "How a GPU is shared; exclusive where left out.",
        [field("nvidiaMps", mps, "Through NVIDIA MPS.").required()],
    );
    set(object(
        "ResourceRequirement",
        "An accelerator that the container needs.",
        [
            field("value", string(), "How many, or which.").required(),
            field(
                "type",
                one_of(&["GPU", "InferenceAccelerator", "NeuronDevice"]),
                "Which kind.",
            )
            .required(),
            field("sharingStrategy", sharing, "How it is shared."),
        ],
    ))
}
