//! The shapes of the ECS API that manifests write and revisions and services consist of, with AWS's habits in each row.
//!
//! In: nothing. Out: the table of RegisterTaskDefinition, of CreateService with UpdateService, and of TaskOverride.
//! Every member stands under the API's own name; a row whose behaviour is not plain from the API's reference says where
//! it is known from: D AWS's documentation, M its service models, O observed output, TF terraform-provider-aws, ESP
//! ecspresso.

pub mod container_definition;
pub mod deployment;
pub mod linux;
pub mod logging;
pub mod network;
pub mod service;
pub mod service_connect;
pub mod spelling;
pub mod task_definition;
pub mod task_override;
pub mod validate;
pub mod volume;

use super::shape::{Shape, field, keyed, object, one_of, string};

/// Why a member of the API's newest models is refused; a test tells when the SDK has caught up.
pub(crate) const NOT_IN_THE_SDK: &str =
    "the AWS SDK that sendo is built with does not know it yet: leave it out";

/// Tags, told apart by their key.
pub fn tags() -> Shape {
    let tag = object(
        "Tag",
        "A key and a value that AWS keeps beside a resource.",
        [
            field("key", string(), "The tag's key, at most 128 characters.").required(),
            field("value", string(), "The tag's value, at most 256 characters.").default(""),
        ],
    );
    keyed(tag, &[&["key"]])
}

/// Pairs of a name and a value, told apart by their name.
pub(crate) fn pairs(doc: &'static str) -> Shape {
    let pair = object(
        "KeyValuePair",
        doc,
        [
            field("name", string(), "The name."),
            field("value", string(), "The value.").default(""),
        ],
    );
    keyed(pair, &[&["name"]])
}

/// How much disk a task has to itself.
pub(crate) fn ephemeral_storage() -> Shape {
    object(
        "EphemeralStorage",
        "Disk that a Fargate task has to itself; without it, 20 GiB.",
        [field(
            "sizeInGiB",
            super::shape::integer_between(21, 200),
            "The size in GiB, from 21 to 200.",
        )
        .required()],
    )
}

/// Where a task may be placed.
pub(crate) fn placement_constraints(name: &'static str, types: &'static [&'static str]) -> Shape {
    super::shape::set(object(
        name,
        "A condition on the container instances that tasks may be placed on.",
        [
            field("type", one_of(types), "Which kind of condition."),
            field(
                "expression",
                string(),
                "The condition in the cluster query language; none for distinctInstance.",
            ),
        ],
    ))
}
