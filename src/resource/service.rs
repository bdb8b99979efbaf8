//! ECS services: what CreateService takes, with their tags.

mod transition;

use std::sync::LazyLock;

use super::ecs;
use super::shape::{Cost, Shape, field, map, object, string};
use super::types::{Replacement, ResourceType};

static TABLE: LazyLock<Shape> = LazyLock::new(|| {
    let tags = field("tags", map(string()), "Its tags.").unmanaged();
    let fields = ecs::service::fields().into_iter().chain([tags]);
    object("Service", "An ECS service: tasks that are kept running.", fields)
        .with_rule(ecs::service::deployment_amounts)
});

/// An ECS service.
pub static SERVICE: ResourceType = ResourceType {
    name: "ecs_service",
    label: "service",
    table: || &TABLE,
    cost: Cost::InPlace,
    replacement: Replacement::DeleteThenCreate,
    destroyed: true,
    rank: 50,
    trigger: false,
    announce: None,
    transition: Some(transition::transition),
    prepare: None,
};
