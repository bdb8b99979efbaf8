//! How a service moves from one revision to the next.

use super::spelling;
use crate::resource::shape::{
    Field, Shape, boolean, field, integer_between, list, object, one_of, set, string,
};

const ANY: i64 = i32::MAX as i64;

/// How many tasks a deployment may start and stop, and what makes it fail.
pub(super) fn deployment_configuration() -> Shape {
    object(
        "DeploymentConfiguration",
        "How a service moves from one revision to the next.",
        amounts().into_iter().chain(strategies()).chain(guards()),
    )
}

/// Their defaults hang on the scheduling strategy: the service's rule fills them in.
fn amounts() -> Vec<Field> {
    vec![
        field(
            "maximumPercent",
            integer_between(0, ANY),
            "Most tasks during a deployment, in percent of the desired: \
             200 where left out, 100 for a DAEMON service.",
        ),
        field(
            "minimumHealthyPercent",
            integer_between(0, ANY),
            "Fewest tasks during a deployment, in percent of the \
             desired: 100 where left out, 0 for a DAEMON service.",
        ),
    ]
}

fn strategies() -> Vec<Field> {
    vec![
        field(
            "strategy",
            one_of(&["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"]),
            "How traffic moves.",
        )
        .default("ROLLING"),
        field(
            "bakeTimeInMinutes",
            integer_between(0, 1440),
            "Minutes that both revisions run after traffic has moved.",
        )
        .default(0),
        field(
            "linearConfiguration",
            linear().declared_only(),
            "The steps of the LINEAR strategy.",
        )
        .filled(),
        field(
            "canaryConfiguration",
            canary().declared_only(),
            "The first step of the CANARY strategy.",
        )
        .filled(),
        field(
            "lifecycleHooks",
            lifecycle_hooks().declared_only(),
            "What runs, or pauses, at stages of a deployment.",
        ),
    ]
}

fn guards() -> Vec<Field> {
    vec![
        field(
            "deploymentCircuitBreaker",
            circuit_breaker(),
            "When a deployment that fails to start tasks is given up.",
        )
        .alike(spelling::both_not_enabled),
        field("alarms", alarms(), "CloudWatch alarms that fail a deployment."),
        field(
            "earlySuccessCriteria",
            early_success(),
            "When a rolling deployment has succeeded before it is through.",
        )
        .alike(spelling::both_not_enabled),
    ]
}

/// O: `{enable: false, rollback: false}` is returned where none was given; M: the rest has defaults that AWS fills in.
fn circuit_breaker() -> Shape {
    let threshold = object(
        "ThresholdConfiguration",
        "How many failed tasks are too many.",
        [
            field(
                "type",
                one_of(&["COUNT", "BOUNDED_PERCENT", "UNBOUNDED_PERCENT"]),
                "How the value counts.",
            )
            .required(),
            field(
                "value",
                integer_between(0, ANY),
                "A number of tasks, or percent of the desired.",
            )
            .required(),
        ],
    );
    object(
        "DeploymentCircuitBreaker",
        "When a deployment that fails to start tasks is given up.",
        [
            field("enable", boolean(), "Whether it is on.")
                .required()
                .default(false),
            field(
                "rollback",
                boolean(),
                "Whether the last good revision comes back.",
            )
            .required()
            .default(false),
            field(
                "resetOnHealthyTask",
                boolean(),
                "Whether a healthy task takes the count back to 0.",
            )
            .filled(),
            field(
                "thresholdConfiguration",
                threshold.declared_only(),
                "How many failed tasks are too many.",
            )
            .filled(),
        ],
    )
}

fn alarms() -> Shape {
    object(
        "DeploymentAlarms",
        "CloudWatch alarms that fail a deployment.",
        [
            field("alarmNames", set(string()), "The alarms' names.").required(),
            field("enable", boolean(), "Whether they count.")
                .required()
                .default(false),
            field(
                "rollback",
                boolean(),
                "Whether the last good revision comes back.",
            )
            .required()
            .default(false),
        ],
    )
}

fn early_success() -> Shape {
    object(
        "DeploymentEarlySuccessCriteria",
        "When a rolling deployment has succeeded before it is through.",
        [
            field("enable", boolean(), "Whether it may.")
                .required()
                .default(false),
            field(
                "healthyPercent",
                integer_between(0, 100),
                "Percent of the desired tasks that must be healthy.",
            )
            .filled(),
            field(
                "sourceServiceRevisionCleanup",
                one_of(&["BLOCKING", "DEFERRED"]),
                "Whether the old tasks are gone before, or only after, it has succeeded.",
            )
            .filled(),
        ],
    )
}

fn linear() -> Shape {
    object(
        "LinearConfiguration",
        "The steps of the LINEAR strategy.",
        [
            field(
                "stepPercent",
                Shape::Number,
                "Percent of the traffic that moves in a step, 3.0 to 100.0.",
            ),
            field(
                "stepBakeTimeInMinutes",
                integer_between(0, 1440),
                "Minutes between two steps.",
            ),
        ],
    )
}

fn canary() -> Shape {
    object(
        "CanaryConfiguration",
        "The first step of the CANARY strategy.",
        [
            field(
                "canaryPercent",
                Shape::Number,
                "Percent of the traffic that moves first, 0.1 to 100.0.",
            ),
            field(
                "canaryBakeTimeInMinutes",
                integer_between(0, 1440),
                "Minutes before the rest follows.",
            ),
        ],
    )
}

fn lifecycle_hooks() -> Shape {
    let timeout = object(
        "DeploymentLifecycleHookTimeoutConfiguration",
        "How long a hook may take.",
        [
            field(
                "timeoutInMinutes",
                integer_between(1, 20160),
                "Minutes; 1440 where left out.",
            ),
            field(
                "action",
                one_of(&["ROLLBACK", "CONTINUE"]),
                "What happens then; ROLLBACK where left out.",
            ),
        ],
    );
    list(object(
        "DeploymentLifecycleHook",
        "What runs, or pauses, at stages of a deployment.",
        [
            field(
                "targetType",
                one_of(&["AWS_LAMBDA", "PAUSE"]),
                "A function, or a pause until somebody continues.",
            ),
            field("hookTargetArn", string(), "The function's ARN."),
            field("roleArn", string(), "The role with which ECS calls it."),
            field(
                "lifecycleStages",
                set(one_of(STAGES)),
                "The stages at which it runs.",
            ),
            field("hookDetails", Shape::Json, "Any document that the hook is given."),
            field("timeoutConfiguration", timeout, "How long it may take."),
        ],
    ))
}

const STAGES: &[&str] = &[
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
];

/// Who carries deployments out.
pub(super) fn deployment_controller() -> Shape {
    object(
        "DeploymentController",
        "Who carries deployments out.",
        [field(
            "type",
            one_of(&["ECS", "CODE_DEPLOY", "EXTERNAL"]),
            "ECS itself, CodeDeploy, or somebody else.",
        )
        .required()],
    )
}
