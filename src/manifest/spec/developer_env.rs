//! DeveloperEnv: copies of services and batches for one developer, and what the project says about all of them.

use std::sync::LazyLock;

use super::service;
use crate::manifest::decode::NOT_YET;
use crate::resource::shape::{
    Field, Shape, boolean, field, integer_between, keyed, list, map, object, string,
};

/// The shape of its spec.
pub(super) fn shape() -> &'static Shape {
    static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
        object(
            "DeveloperEnvSpec",
            "Copies of services and batches for one developer.",
            fields(),
        )
    });
    &SHAPE
}

fn fields() -> Vec<Field> {
    let mut fields = vec![
        field("owner", string(), "Whose it is.").required(),
        field(
            "services",
            list(copied_service()),
            "The services that are copied; `all`: every one with an ingress.",
        ),
        field("batches", list(copied_batch()), "The batches that are copied."),
    ];
    for later in ["expiresAt", "sleep", "hooks"] {
        fields.push(field(later, Shape::Json, "For a later version.").refused(NOT_YET));
    }
    fields
}

fn variables(name: &'static str, value: &'static str, doc: &'static str) -> Field {
    let object_name = if value == "valueFrom" {
        "Secret"
    } else {
        "KeyValuePair"
    };
    let pair = object(
        object_name,
        "A name and what it stands for.",
        [
            field("name", string(), "The name.").required(),
            field(value, string(), "What it stands for."),
        ],
    );
    field(name, keyed(pair, &[&["name"]]), doc).or_map("name", value)
}

fn copied_service() -> Shape {
    object(
        "CopiedService",
        "A service that is copied.",
        [
            field("from", string(), "The Service.").required(),
            field("images", map(string()), "Images by container."),
            field(
                "container",
                string(),
                "Whose environment and secrets these are; left out, the first essential one.",
            ),
            variables("environment", "value", "Variables over the original's."),
            variables("secrets", "valueFrom", "Secrets over the original's."),
            field(
                "desiredCount",
                integer_between(0, 5000),
                "How many tasks; left out, one.",
            ),
            field(
                "hosts",
                list(string()),
                "Hosts of the copy; `{env}`, `{service}` and `{domain}` are replaced.",
            ),
            field(
                "records",
                list(string()),
                "Names that DNS gets; left out, the literal hosts.",
            ),
        ],
    )
}

fn copied_batch() -> Shape {
    object(
        "CopiedBatch",
        "A batch that is copied.",
        [
            field("from", string(), "The ScheduledBatch.").required(),
            field("suspend", boolean(), "Whether it does not run for now."),
            field("schedule", string(), "When it runs; left out, as the original."),
            field("timeZone", string(), "The zone of the schedule's times."),
            field("images", map(string()), "Images by container."),
            field("container", string(), "Whose command and environment these are."),
            field("command", list(string()), "The command."),
            variables("environment", "value", "Variables over the original's."),
        ],
    )
}

/// What the project says about developer environments.
pub fn settings() -> &'static Shape {
    static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
        object(
            "DeveloperEnvSettings",
            "How developer environments are made.",
            [
                field("base", string(), "The environment that they exist in.").required(),
                field("cluster", string(), "Their cluster; left out, the environment's."),
                field("domain", string(), "The domain of their hosts."),
                field(
                    "listenerArn",
                    string(),
                    "The listener of their rules; left out, the original's.",
                ),
                field(
                    "hostedZoneId",
                    string(),
                    "The zone of their records; left out, they get none.",
                ),
                field(
                    "priorityRange",
                    list(integer_between(1, 50_000)),
                    "The priorities of their rules.",
                ),
                field(
                    "maxPerOwner",
                    integer_between(1, 10_000),
                    "How many an owner may have.",
                ),
                field(
                    "spec",
                    service::shape().clone(),
                    "What is merged over every copied service.",
                ),
            ],
        )
    });
    &SHAPE
}
