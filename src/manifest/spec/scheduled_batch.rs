//! ScheduledBatch: a task that runs by a schedule.

use std::sync::LazyLock;

use super::shared;
use crate::manifest::decode::NOT_YET;
use crate::resource::ecs::{network, placement_constraints, service, tags, task_override};
use crate::resource::shape::{
    Field, Shape, boolean, field, integer_between, keyed, list, object, one_of, string,
};

/// The shape of its spec.
pub(super) fn shape() -> &'static Shape {
    static SHAPE: LazyLock<Shape> =
        LazyLock::new(|| object("ScheduledBatchSpec", "A task that runs by a schedule.", fields()));
    &SHAPE
}

fn fields() -> Vec<Field> {
    let mut fields = when();
    fields.extend(shared::what_runs());
    fields.extend(how());
    fields.extend(overrides());
    fields.push(field("tags", tags(), "Tags of the rule.").or_map("key", "value"));
    for later in ["eventPattern", "hooks", "alarms"] {
        fields.push(field(later, Shape::Json, "For a later version.").refused(NOT_YET));
    }
    fields
}

fn when() -> Vec<Field> {
    vec![
        field(
            "schedule",
            string(),
            "cron(), rate(), at(), five-field cron or @daily.",
        )
        .required(),
        field(
            "timeZone",
            string(),
            "The zone of the schedule's times; makes it a schedule of EventBridge Scheduler.",
        ),
        field(
            "trigger",
            one_of(&["rule", "schedule"]),
            "An EventBridge rule or a schedule of EventBridge Scheduler.",
        ),
        field("suspend", boolean(), "Whether it does not run for now."),
        field("description", string(), "What it is for."),
        field("ruleName", string(), "The rule's exact name."),
        field("scheduleName", string(), "The schedule's exact name."),
    ]
}

fn how() -> Vec<Field> {
    let retry = object(
        "RetryPolicy",
        "How often and how long starting the task is tried again.",
        [
            field("maximumRetryAttempts", integer_between(0, 185), "How often."),
            field("maximumEventAgeSeconds", integer_between(60, 86_400), "How long."),
        ],
    );
    vec![
        field("cluster", string(), "The cluster; left out, the environment's."),
        field("taskCount", integer_between(1, 10), "How many tasks start."),
        field(
            "launchType",
            one_of(&["EC2", "FARGATE", "EXTERNAL"]),
            "What tasks run on.",
        ),
        field(
            "capacityProviderStrategy",
            service::capacity_provider_strategy(),
            "Which capacity providers tasks run on.",
        ),
        field("platformVersion", string(), "The Fargate platform's version."),
        field(
            "networkConfiguration",
            network::network_configuration(),
            "Subnets and security groups of the tasks.",
        ),
        field(
            "placementConstraints",
            placement_constraints("PlacementConstraint", &["distinctInstance", "memberOf"]),
            "Where tasks may be placed.",
        ),
        field(
            "placementStrategy",
            service::placement_strategy(),
            "How tasks are placed.",
        ),
        field(
            "enableECSManagedTags",
            boolean(),
            "Whether tasks are tagged with their cluster.",
        ),
        field(
            "enableExecuteCommand",
            boolean(),
            "Whether `execute-command` works on the tasks.",
        ),
        field(
            "propagateTags",
            one_of(&["TASK_DEFINITION"]),
            "Whose tags tasks get.",
        ),
        field("group", string(), "The tasks' group."),
        field("roleArn", string(), "The role that starts the task, from a rule."),
        field(
            "schedulerRoleArn",
            string(),
            "The role that starts the task, from a schedule.",
        ),
        field(
            "retryPolicy",
            retry,
            "How often and how long starting the task is tried again.",
        ),
        field(
            "deadLetterArn",
            string(),
            "The queue for what could not be started.",
        ),
    ]
}

fn overrides() -> Vec<Field> {
    let pair = object(
        "KeyValuePair",
        "An environment variable.",
        [
            field("name", string(), "The name."),
            field("value", string(), "The value.").default(""),
        ],
    );
    vec![
        field(
            "container",
            string(),
            "Whose command and environment these are; left out, the first essential one.",
        ),
        field(
            "command",
            list(string()),
            "The command in place of the definition's.",
        ),
        field(
            "environment",
            keyed(pair, &[&["name"]]),
            "Variables over the definition's.",
        )
        .or_map("name", "value"),
        field(
            "overrides",
            task_override::shape(),
            "All that a run may do otherwise.",
        ),
        field(
            "logStreamPrefix",
            string(),
            "What the names of its log streams begin with: a definition of its own.",
        ),
    ]
}
