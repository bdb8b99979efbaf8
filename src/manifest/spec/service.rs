//! Service: an ECS service and what leads to it.

use std::sync::LazyLock;

use super::{ingress, shared};
use crate::manifest::decode::NOT_YET;
use crate::resource::ecs::{service, tags};
use crate::resource::shape::{Field, Shape, field, list, object};

/// The shape of its spec.
pub(super) fn shape() -> &'static Shape {
    static SHAPE: LazyLock<Shape> =
        LazyLock::new(|| object("ServiceSpec", "An ECS service and what leads to it.", fields()));
    &SHAPE
}

/// Its members: CreateService's, and sendo's own.
fn fields() -> Vec<Field> {
    let mut fields = service::fields();
    fields.retain(|member| !matches!(member.name, "taskDefinition" | "tags"));
    fields.extend(shared::what_runs());
    fields.push(field(
        "ingress",
        list(ingress::shape()),
        "Target groups, listener rules and DNS records.",
    ));
    fields.push(field("tags", tags(), "Tags of the service.").or_map("key", "value"));
    for later in ["autoscaling", "hooks", "alarms"] {
        fields.push(field(later, Shape::Json, "For a later version.").refused(NOT_YET));
    }
    fields
}
