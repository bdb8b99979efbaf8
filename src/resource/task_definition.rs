//! Task definitions: what RegisterTaskDefinition takes, with family and tags. Revisions are never deleted.

use std::sync::LazyLock;

use super::ecs;
use super::shape::{Cost, Shape, field, map, object, string};
use super::types::{Replacement, ResourceType};

static TABLE: LazyLock<Shape> = LazyLock::new(|| {
    let family = field("family", string(), "The family that its revisions belong to.").required();
    let tags = field("tags", map(string()), "The revision's tags.")
        .unmanaged()
        .cost(Cost::InPlace);
    let fields = [family]
        .into_iter()
        .chain(ecs::task_definition::fields())
        .chain([tags]);
    object(
        "TaskDefinition",
        "What runs: containers, their size, roles and volumes.",
        fields,
    )
    .with_rule(ecs::task_definition::host_ports)
});

/// A revision of a task definition.
pub static TASK_DEFINITION: ResourceType = ResourceType {
    name: "ecs_task_definition",
    label: "task definition",
    table: || &TABLE,
    cost: Cost::NewRevision,
    replacement: Replacement::Accumulates,
    destroyed: false,
    rank: 20,
    trigger: false,
    announce: Some(|spec| format!("{}:(new)", spec.text("family").unwrap_or_default())),
    transition: None,
    prepare: None,
};
