//! What a trigger starts: an ECS task on a cluster, as the targets of rules and of schedules describe it.
//!
//! Both APIs replace a target whole, so every member that only AWS has is a difference: sendo shows it before it is gone.

use std::sync::LazyLock;

use super::ecs::network::network_configuration;
use super::ecs::service::{capacity_provider_strategy, placement_strategy};
use super::ecs::task_override;
use super::ecs::{placement_constraints, spelling};
use super::shape::{Field, Shape, boolean, field, integer_between, keyed, list, map, object, one_of, string};

/// How long and how often AWS tries to start a task where nothing else is said (M).
const EVENT_AGE: i64 = 86_400;
const ATTEMPTS: i64 = 185;

static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
    let mut fields = task();
    fields.extend(place());
    fields.extend(delivery());
    fields.extend(of_others());
    object("Target", "The task that a trigger starts.", fields)
});

/// The shape, shared.
pub fn shape() -> Shape {
    SHAPE.clone()
}

fn task() -> Vec<Field> {
    vec![
        field("cluster", string(), "The cluster's name or ARN.")
            .required()
            .canonical(spelling::cluster),
        field(
            "taskDefinition",
            string(),
            "The revision that is started: family:revision or ARN.",
        )
        .required()
        .canonical(spelling::task_definition),
        // O, TF: AWS writes the count of 1 and both switches into what it returns.
        field("taskCount", integer_between(1, 10), "How many tasks at a time.").default(1),
        field(
            "enableECSManagedTags",
            boolean(),
            "Whether tasks get tags from ECS.",
        )
        .default(false),
        field(
            "enableExecuteCommand",
            boolean(),
            "Whether commands may be run in the containers.",
        )
        .default(false),
        field(
            "propagateTags",
            one_of(&["TASK_DEFINITION"]),
            "Where tasks take tags from.",
        ),
        field("group", string(), "The task group."),
        field(
            "input",
            task_override::shape(),
            "What this run does otherwise than its definition says.",
        ),
    ]
}

fn place() -> Vec<Field> {
    vec![
        field(
            "launchType",
            one_of(&["EC2", "FARGATE", "EXTERNAL"]),
            "What tasks run on.",
        ),
        // At most six here; a service takes twenty.
        field(
            "capacityProviderStrategy",
            capacity_provider_strategy(),
            "Which capacity providers tasks run on.",
        ),
        field("platformVersion", string(), "The Fargate platform's version."),
        field(
            "networkConfiguration",
            network_configuration(),
            "Subnets and security groups under awsvpc.",
        ),
        field(
            "placementConstraints",
            placement_constraints("PlacementConstraint", &["distinctInstance", "memberOf"]),
            "Where tasks may be placed.",
        ),
        field(
            "placementStrategy",
            placement_strategy(),
            "How tasks are placed, in their order.",
        ),
    ]
}

fn delivery() -> Vec<Field> {
    vec![
        field("roleArn", string(), "The role that may start the task.").required(),
        field("retryPolicy", retry_policy(), "How often a start is tried again."),
        field(
            "deadLetterArn",
            string(),
            "The queue for starts that never succeeded.",
        ),
    ]
}

/// Schedules return the defaults, rules return what they were given: the two mean the same.
fn retry_policy() -> Shape {
    object(
        "RetryPolicy",
        "How long and how often a start is tried.",
        [
            field(
                "maximumRetryAttempts",
                integer_between(0, ATTEMPTS),
                "How often it is tried again.",
            )
            .default(ATTEMPTS),
            field(
                "maximumEventAgeSeconds",
                integer_between(60, EVENT_AGE),
                "For how many seconds it is tried again.",
            )
            .default(EVENT_AGE),
        ],
    )
}

/// What manifests don't have: it came from elsewhere, and the next write ends it.
fn of_others() -> Vec<Field> {
    vec![
        field(
            "otherInput",
            string(),
            "An input that is not only what ECS takes as overrides.",
        ),
        field("inputPath", string(), "The part of the event that is the input."),
        field(
            "inputTransformer",
            Shape::Json,
            "How the input is made from the event.",
        ),
        field("referenceId", string(), "A reference that tasks carry."),
        field("tags", map(string()), "Tags that tasks get."),
        field(
            "otherParameters",
            list(string()),
            "Parameters for other services than ECS.",
        ),
    ]
}

/// A target that is not ours, as a rule shows it.
pub(super) fn others() -> Shape {
    let other = object(
        "OtherTarget",
        "A target that the manifest doesn't have.",
        [
            field("id", string(), "Its id."),
            field("arn", string(), "What it is sent to."),
        ],
    );
    keyed(other, &[&["id"]])
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resource::canonical::canonical;
    use crate::value::{Reveal, Value};

    fn canon(target: Json) -> Json {
        canonical(&SHAPE, &Value::from_json(target)).to_json(Reveal::Shown)
    }

    #[test]
    fn what_aws_fills_in_is_as_good_as_left_out() {
        let written = json!({
            "cluster": "batch",
            "taskDefinition": "batch:3",
            "roleArn": "arn:aws:iam::123456789012:role/events",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-2", "subnet-1"]}},
        });
        let echoed = json!({
            "cluster": "arn:aws:ecs:ap-northeast-1:123456789012:cluster/batch",
            "taskDefinition": "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/batch:3",
            "roleArn": "arn:aws:iam::123456789012:role/events",
            "taskCount": 1,
            "enableECSManagedTags": false,
            "enableExecuteCommand": false,
            "capacityProviderStrategy": [],
            "input": {},
            "networkConfiguration": {"awsvpcConfiguration": {
                "subnets": ["subnet-1", "subnet-2"], "securityGroups": [], "assignPublicIp": "DISABLED",
            }},
            "retryPolicy": {"maximumRetryAttempts": 185, "maximumEventAgeSeconds": 86400},
        });
        assert_eq!(canon(echoed), canon(written));
    }

    #[test]
    fn overrides_are_compared_by_container_and_variable() {
        let one = json!({"input": {"containerOverrides": [
            {"name": "app", "command": ["bin/report"], "environment": [
                {"name": "A", "value": "1"}, {"name": "B", "value": "2"},
            ]},
            {"name": "proxy", "cpu": 10},
        ]}});
        let other = json!({"input": {"containerOverrides": [
            {"cpu": 10, "name": "proxy"},
            {"environment": [{"value": "2", "name": "B"}, {"value": "1", "name": "A"}],
             "command": ["bin/report"], "name": "app"},
        ]}});
        assert_eq!(canon(one), canon(other));
    }
}
