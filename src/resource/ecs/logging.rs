//! Where a container's output goes, and the secrets that it is given.

use crate::resource::shape::{Shape, field, keyed, map, object, one_of, string};

/// The log driver of a container or of Service Connect's proxy.
pub(super) fn log_configuration() -> Shape {
    object(
        "LogConfiguration",
        "Where the output goes.",
        [
            field(
                "logDriver",
                one_of(&[
                    "json-file",
                    "syslog",
                    "journald",
                    "gelf",
                    "fluentd",
                    "awslogs",
                    "splunk",
                    "awsfirelens",
                ]),
                "The log driver.",
            )
            .required(),
            // M: where left out, `mode` is an account setting's, and not echoed.
            field("options", map(string()), "The driver's options.").unmanaged_entries(&["mode"]),
            field("secretOptions", secrets(), "Options whose values are secrets."),
        ],
    )
}

/// Secrets by the name under which they appear.
pub(super) fn secrets() -> Shape {
    let secret = object(
        "Secret",
        "A secret or parameter under a name.",
        [
            field("name", string(), "The name under which it appears.").required(),
            field(
                "valueFrom",
                string(),
                "ARN of a Secrets Manager secret, or ARN or name of an SSM parameter.",
            )
            .required(),
        ],
    );
    keyed(secret, &[&["name"]])
}

/// The log router's settings.
pub(super) fn firelens_configuration() -> Shape {
    object(
        "FirelensConfiguration",
        "Makes the container the task's log router.",
        [
            field("type", one_of(&["fluentd", "fluentbit"]), "Which router.").required(),
            field("options", map(string()), "The router's options."),
        ],
    )
}
