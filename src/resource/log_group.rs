//! CloudWatch log groups, as far as manifests tell of them. They outlive their manifests: logs are never deleted.

use std::sync::LazyLock;

use super::shape::{Cost, Shape, field, integer, map, object, one_of, string};
use super::types::{Replacement, ResourceType};

static TABLE: LazyLock<Shape> = LazyLock::new(|| {
    object(
        "LogGroup",
        "A log group of CloudWatch Logs.",
        [
            field("logGroupName", string(), "Its name.")
                .required()
                .cost(Cost::Replacement),
            field(
                "retentionInDays",
                integer(),
                "How long events are kept; left out, for ever.",
            ),
            // The class is fixed when the group is made, and manifests do not name it.
            field(
                "logGroupClass",
                one_of(&["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"]),
                "Its class.",
            )
            .filled(),
            field("tags", map(string()), "Its tags.").unmanaged(),
        ],
    )
});

/// A log group.
pub static LOG_GROUP: ResourceType = ResourceType {
    name: "log_group",
    label: "log group",
    table: || &TABLE,
    cost: Cost::InPlace,
    replacement: Replacement::DeleteThenCreate,
    destroyed: false,
    rank: 10,
    trigger: false,
    announce: None,
    transition: None,
    prepare: None,
};
