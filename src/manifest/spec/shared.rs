//! Shapes that several kinds share.

use crate::resource::ecs::{tags, task_definition};
use crate::resource::shape::{Field, Shape, field, integer_between, object, one_of, string};

/// `taskDefinition`, `taskTemplate` and `logGroup`: what runs, and where its logs go.
pub(super) fn what_runs() -> [Field; 3] {
    [
        field(
            "taskDefinition",
            inline_definition(),
            "What runs: members of RegisterTaskDefinition; a text is an external revision or family.",
        ),
        field(
            "taskTemplate",
            string(),
            "The TaskTemplate that it is, or over which `taskDefinition` is merged.",
        ),
        field(
            "logGroup",
            log_group(),
            "The log group of containers that have no log configuration.",
        ),
    ]
}

/// A task definition as manifests write it.
pub(super) fn inline_definition() -> Shape {
    let mut fields = task_definition::fields();
    fields.push(field(
        "family",
        string(),
        "The family's exact name; left out, prefix and the manifest's name.",
    ));
    fields.push(field("tags", tags(), "Tags of the task definition.").or_map("key", "value"));
    object(
        "TaskDefinition",
        "What runs: containers, their size, roles and volumes.",
        fields,
    )
}

/// A log group as manifests write it.
pub(super) fn log_group() -> Shape {
    object(
        "LogGroup",
        "A log group that is created if it is missing.",
        [
            field("name", string(), "Its name.").required(),
            field(
                "retentionDays",
                integer_between(1, 3653),
                "How long events are kept; left out, for ever.",
            ),
            field(
                "class",
                one_of(&["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"]),
                "Its class, fixed when it is made.",
            ),
        ],
    )
}
