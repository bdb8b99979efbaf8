//! What CreateService and UpdateService take.
//!
//! What a change costs is told by the reference of UpdateService, member by member (M): some start a deployment, some
//! can't be changed at all.

use std::sync::LazyLock;

use super::deployment::{deployment_configuration, deployment_controller};
use super::service_connect::service_connect;
use super::{network, placement_constraints, spelling};
use crate::resource::shape::{
    Cost, Field, Shape, boolean, field, integer_between, keyed, list, object, one_of, string,
};
use crate::value::{Map, Value};

const ANY: i64 = i32::MAX as i64;

static TABLE: LazyLock<Shape> = LazyLock::new(|| {
    object(
        "Service",
        "An ECS service: tasks that are kept running.",
        fields(),
    )
    .with_rule(deployment_amounts)
});

/// The shape, shared.
pub fn shape() -> Shape {
    TABLE.clone()
}

/// The table itself.
pub fn table() -> &'static Shape {
    &TABLE
}

/// Its members, for tables that add to them; [`deployment_amounts`] is the rule that goes with them.
pub fn fields() -> Vec<Field> {
    let mut fields = identity();
    fields.extend(capacity());
    fields.extend(rollout());
    fields.extend(reachability());
    fields.extend(extras());
    fields.extend(refused());
    fields
}

fn identity() -> Vec<Field> {
    vec![
        field("cluster", string(), "The cluster's name or ARN.")
            .canonical(spelling::cluster)
            .cost(Cost::Replacement),
        field("serviceName", string(), "The service's name in the cluster.").cost(Cost::Replacement),
        field(
            "schedulingStrategy",
            one_of(&["REPLICA", "DAEMON"]),
            "A number of tasks, or one on every instance.",
        )
        .default("REPLICA")
        .cost(Cost::Replacement),
        // Without one ECS uses, and returns, its service-linked role.
        field(
            "role",
            string(),
            "The role with which ECS uses a classic load balancer.",
        )
        .filled()
        .canonical(spelling::role)
        .alike(spelling::same_role)
        .cost(Cost::Replacement),
        field(
            "taskDefinition",
            string(),
            "The revision that runs: family:revision or ARN.",
        )
        .canonical(spelling::task_definition)
        .cost(Cost::Deployment),
    ]
}

fn capacity() -> Vec<Field> {
    vec![
        // Changed at run time by scaling and by rollbacks.
        field(
            "desiredCount",
            integer_between(0, ANY),
            "How many tasks; leave it out to leave it alone.",
        )
        .filled(),
        // M: exactly one of this and capacityProviderStrategy is returned.
        field(
            "launchType",
            one_of(&["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"]),
            "What tasks run on.",
        )
        .filled()
        .alike(spelling::same_launch_type)
        .cost(Cost::Replacement),
        field(
            "capacityProviderStrategy",
            capacity_provider_strategy(),
            "Which capacity providers tasks run on.",
        )
        .cost(Cost::InPlace),
        field("platformVersion", string(), "The Fargate platform's version.")
            .reset("LATEST")
            .cost(Cost::Deployment),
        // D: ENABLED on create, but kept as it is on update.
        field(
            "availabilityZoneRebalancing",
            one_of(&["ENABLED", "DISABLED"]),
            "Whether tasks are spread again.",
        )
        .reset("ENABLED"),
        field(
            "placementConstraints",
            placement_constraints("PlacementConstraint", &["distinctInstance", "memberOf"]),
            "Where tasks may be placed, at most 10 conditions.",
        ),
        field(
            "placementStrategy",
            placement_strategy(),
            "How tasks are placed, at most 5 rules, in their order.",
        ),
    ]
}

/// A set of providers, with base 0 and weight 0 where left out (M).
pub fn capacity_provider_strategy() -> Shape {
    let item = object(
        "CapacityProviderStrategyItem",
        "A capacity provider's share of the tasks.",
        [
            field(
                "capacityProvider",
                string(),
                "The provider's name: FARGATE, FARGATE_SPOT or one of yours.",
            )
            .required(),
            field(
                "weight",
                integer_between(0, 1000),
                "Its share of the tasks above the base.",
            )
            .default(0),
            field(
                "base",
                integer_between(0, 100_000),
                "How many tasks it gets first.",
            )
            .default(0),
        ],
    );
    keyed(item, &[&["capacityProvider"]])
}

/// Rules by which tasks are placed, in their order.
pub fn placement_strategy() -> Shape {
    list(object(
        "PlacementStrategy",
        "A rule by which tasks are placed.",
        [
            field(
                "type",
                one_of(&["random", "spread", "binpack"]),
                "At random, spread over, or packed by the field.",
            ),
            field("field", string(), "instanceId, cpu, memory or attribute:NAME.")
                .canonical(spelling::placement_field),
        ],
    ))
}

fn rollout() -> Vec<Field> {
    vec![
        field(
            "deploymentConfiguration",
            deployment_configuration(),
            "How it moves from one revision to the next.",
        ),
        field(
            "deploymentController",
            deployment_controller(),
            "Who carries deployments out.",
        )
        .reset(Map::from_iter([("type".into(), Value::from("ECS"))])),
        field(
            "healthCheckGracePeriodSeconds",
            integer_between(0, ANY),
            "Seconds in which a failing health check of the \
             load balancer does not stop a task.",
        )
        .default(0),
    ]
}

fn reachability() -> Vec<Field> {
    vec![
        field(
            "networkConfiguration",
            network::network_configuration(),
            "Subnets and security groups under awsvpc.",
        )
        .cost(Cost::Deployment),
        field(
            "loadBalancers",
            network::load_balancers(),
            "Target groups and the containers behind them.",
        )
        .cost(Cost::Deployment),
        field(
            "serviceRegistries",
            network::service_registries(),
            "Cloud Map registries, at most one.",
        )
        .cost(Cost::Deployment),
        field(
            "serviceConnectConfiguration",
            service_connect(),
            "Service Connect.",
        )
        .canonical(spelling::disabled_is_absent)
        .cost(Cost::Deployment),
        field(
            "vpcLatticeConfigurations",
            network::vpc_lattice_configurations(),
            "VPC Lattice target groups.",
        )
        .cost(Cost::Deployment),
        field(
            "gatewayConnectors",
            network::gateway_connectors(),
            "Gateways through which it is reached.",
        ),
    ]
}

fn extras() -> Vec<Field> {
    let metrics = object(
        "MetricConfiguration",
        "How finely metrics are measured.",
        [
            field(
                "metricNames",
                crate::resource::shape::set(string()),
                "The metrics.",
            )
            .required(),
            field(
                "resolutionSeconds",
                integer_between(20, 60),
                "Seconds between two measurements.",
            )
            .required(),
        ],
    );
    let monitoring = object(
        "MonitoringConfiguration",
        "What is measured of the service.",
        [field(
            "metricConfigurations",
            list(metrics),
            "How finely metrics are measured.",
        )],
    );
    vec![
        field(
            "volumeConfigurations",
            super::volume::volume_configurations(),
            "Amazon EBS volumes, made for each task.",
        )
        .cost(Cost::Deployment),
        field(
            "enableECSManagedTags",
            boolean(),
            "Whether tasks are tagged with their cluster and service.",
        )
        .default(false),
        field(
            "propagateTags",
            one_of(&["TASK_DEFINITION", "SERVICE", "NONE"]),
            "Whose tags tasks get.",
        )
        .default("NONE"),
        field(
            "enableExecuteCommand",
            boolean(),
            "Whether `execute-command` works on its tasks.",
        )
        .default(false),
        field(
            "monitoring",
            monitoring.declared_only(),
            "What is measured of it.",
        ),
    ]
}

fn refused() -> Vec<Field> {
    vec![
        field(
            "clientToken",
            string(),
            "The token that makes a create idempotent.",
        )
        .refused("sendo makes the token itself, from what it creates: leave it out"),
        field(
            "forceNewDeployment",
            boolean(),
            "Starts a deployment although nothing has changed.",
        )
        .refused("it would start a deployment in every apply: leave it out"),
    ]
}

/// Fills in how many tasks a deployment may start and stop: 200 and 100 percent, for a DAEMON 100 and 0 (ESP).
pub fn deployment_amounts(service: &mut Map) {
    let daemon = service.get("schedulingStrategy").and_then(Value::as_str) == Some("DAEMON");
    let (maximum, minimum) = if daemon { (100, 0) } else { (200, 100) };
    if service
        .get("deploymentConfiguration")
        .is_none_or(|value| *value == Value::Null)
    {
        service.insert("deploymentConfiguration", Map::new());
    }
    let Some(Value::Map(configuration)) = service.get_mut("deploymentConfiguration") else {
        return;
    };
    for (name, amount) in [("maximumPercent", maximum), ("minimumHealthyPercent", minimum)] {
        if configuration.get(name).is_none_or(|value| *value == Value::Null) {
            configuration.insert(name, amount);
        }
    }
}
