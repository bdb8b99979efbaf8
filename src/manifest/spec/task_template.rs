//! TaskTemplate: a task definition that several manifests use.

use std::sync::LazyLock;

use super::shared;
use crate::resource::shape::{Shape, field, object};

/// The shape of its spec.
pub(super) fn shape() -> &'static Shape {
    static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
        object(
            "TaskTemplateSpec",
            "A task definition that several manifests use.",
            [
                field("taskDefinition", shared::inline_definition(), "What runs.").required(),
                field(
                    "logGroup",
                    shared::log_group(),
                    "The log group of containers that have no log configuration.",
                ),
            ],
        )
    });
    &SHAPE
}
