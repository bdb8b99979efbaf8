//! What CreateService, UpdateService and RunTask refuse.

use serde_json::{Map, Value};

use crate::api::{ApiError, Params};
use crate::ecs::{TaskDefinition, client, invalid};
use crate::elbv2::Elbv2;

/// AWS's words for a launch type beside a strategy.
pub(in crate::ecs) const BOTH_LAUNCHES: &str = "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.";

/// What tasks run on, from the launch type or the first provider of the strategy.
pub(in crate::ecs) fn launch_type(asked: Option<&str>, provider: Option<&str>) -> String {
    match (asked, provider) {
        (Some(asked), _) => asked.to_owned(),
        (None, Some("FARGATE" | "FARGATE_SPOT")) => "FARGATE".to_owned(),
        (None, _) => "EC2".to_owned(),
    }
}

/// Whether the definition can run on the launch type.
pub(in crate::ecs) fn check_launch(definition: &TaskDefinition, launch_type: &str) -> Result<(), ApiError> {
    if !["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"].contains(&launch_type) {
        return Err(invalid(format!("Invalid launch type: {launch_type}")));
    }
    if launch_type == "FARGATE" && !definition.fits_fargate() {
        return Err(invalid("Task definition does not support launch_type FARGATE."));
    }
    Ok(())
}

/// A network configuration goes with awsvpc, and only with it.
pub(in crate::ecs) fn check_network(
    definition: &TaskDefinition,
    network: Option<&Value>,
) -> Result<(), ApiError> {
    let vpc = network.and_then(|network| network.get("awsvpcConfiguration"));
    match (definition.network_mode() == "awsvpc", vpc) {
        (true, None) => Err(invalid(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        )),
        (false, Some(_)) => Err(invalid(
            "Network Configuration is not valid for the given networkMode of this task definition.",
        )),
        (_, None) => Ok(()),
        (_, Some(vpc)) => {
            let (subnets, groups) = (Params(vpc).texts("subnets"), Params(vpc).texts("securityGroups"));
            if subnets.is_empty() {
                return Err(invalid("subnets can not be empty."));
            }
            if subnets.len() > 16 {
                return Err(invalid("subnets can have at most 16 items."));
            }
            if groups.len() > 5 {
                return Err(invalid("securityGroups can have at most 5 items."));
            }
            Ok(())
        }
    }
}

/// Everything about a service's members together that AWS refuses.
pub(super) fn check(
    config: &Map<String, Value>,
    definition: &TaskDefinition,
    elbv2: &Elbv2,
) -> Result<(), ApiError> {
    let tree = Value::Object(config.clone());
    let params = Params(&tree);
    let provider = params
        .list("capacityProviderStrategy")
        .next()
        .and_then(|it| it.text("capacityProvider"));
    let launch_type = launch_type(params.text("launchType"), provider);
    check_launch(definition, &launch_type)?;
    check_network(definition, params.get("networkConfiguration"))?;
    check_placement(params, &launch_type)?;
    check_deployment(params)?;
    check_volumes(params, definition)?;
    if params.list("serviceRegistries").count() > 1 {
        return Err(invalid("Service registries can have at most 1 item."));
    }
    let groups = params.list("loadBalancers");
    if groups.count() > 5 {
        return Err(invalid("load balancers can have at most 5 items."));
    }
    params
        .list("loadBalancers")
        .try_for_each(|it| check_load_balancer(it, definition, elbv2))
}

fn check_placement(params: Params<'_>, launch_type: &str) -> Result<(), ApiError> {
    let (strategies, constraints) = (
        params.list("placementStrategy").count(),
        params.list("placementConstraints").count(),
    );
    if launch_type == "FARGATE" && strategies > 0 {
        return Err(invalid(
            "Placement strategies are not supported with FARGATE launch type.",
        ));
    }
    if launch_type == "FARGATE" && constraints > 0 {
        return Err(invalid(
            "Placement constraints are not supported with FARGATE launch type.",
        ));
    }
    if strategies > 5 {
        return Err(invalid("placementStrategy can have at most 5 items."));
    }
    if constraints > 10 {
        return Err(invalid("placementConstraints can have at most 10 items."));
    }
    if params.text("schedulingStrategy") == Some("DAEMON") {
        if launch_type == "FARGATE" {
            return Err(invalid(
                "The daemon scheduling strategy is not supported for the FARGATE launch type.",
            ));
        }
        if strategies > 0 {
            return Err(invalid(
                "Placement strategies are not supported with the daemon scheduling strategy.",
            ));
        }
    }
    Ok(())
}

fn check_deployment(params: Params<'_>) -> Result<(), ApiError> {
    let Some(config) = params.inside("deploymentConfiguration") else {
        return Ok(());
    };
    let number = |name: &str| config.number(name);
    let (most, least) = match params.text("schedulingStrategy") {
        Some("DAEMON") => (100, 0),
        _ => (200, 100),
    };
    let (most, least) = (
        number("maximumPercent").unwrap_or(most),
        number("minimumHealthyPercent").unwrap_or(least),
    );
    if !(0..=100).contains(&least) {
        return Err(invalid("minimumHealthyPercent must be between 0 and 100."));
    }
    if most < 100 || most <= least {
        return Err(invalid(
            "maximumPercent must be at least 100 and greater than minimumHealthyPercent; otherwise no task can be replaced.",
        ));
    }
    let strategy = config.text("strategy").unwrap_or("ROLLING");
    if !["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"].contains(&strategy) {
        return Err(invalid(format!("Invalid deployment strategy: {strategy}")));
    }
    if number("bakeTimeInMinutes").is_some_and(|minutes| !(0..=1440).contains(&minutes)) {
        return Err(invalid("bakeTimeInMinutes must be between 0 and 1440."));
    }
    Ok(())
}

fn check_volumes(params: Params<'_>, definition: &TaskDefinition) -> Result<(), ApiError> {
    for volume in params.list("volumeConfigurations") {
        let name = volume.text("name").unwrap_or_default();
        let known = Params(&definition.body)
            .list("volumes")
            .any(|it| it.text("name") == Some(name) && it.boolean("configuredAtLaunch") == Some(true));
        if !known {
            return Err(invalid(format!(
                "The volume {name} is not in the task definition as one that is configured at launch."
            )));
        }
    }
    Ok(())
}

fn check_load_balancer(
    balancer: Params<'_>,
    definition: &TaskDefinition,
    elbv2: &Elbv2,
) -> Result<(), ApiError> {
    let name = balancer.text("containerName").unwrap_or_default();
    let Some(container) = definition.containers().find(|it| it.text("name") == Some(name)) else {
        return Err(invalid(format!(
            "The container {name} does not exist in the task definition."
        )));
    };
    let port = balancer.number("containerPort");
    if !container
        .list("portMappings")
        .any(|it| it.number("containerPort") == port)
    {
        return Err(invalid(format!(
            "The container {name} did not have a container port {} defined.",
            port.unwrap_or(0)
        )));
    }
    let Some(arn) = balancer.text("targetGroupArn") else {
        return Ok(());
    };
    let Some(group) = elbv2.target_groups.get(arn) else {
        return Err(invalid(format!("The target group {arn} does not exist.")));
    };
    let kind = group.settings.target_type.as_str();
    if definition.network_mode() == "awsvpc" && kind == "instance" {
        return Err(invalid(format!(
            "The provided target group {arn} has target type instance, which is incompatible with the awsvpc network mode specified in the task definition."
        )));
    }
    if !elbv2.is_attached(arn) {
        return Err(invalid(format!(
            "The target group with targetGroupArn {arn} does not have an associated load balancer."
        )));
    }
    Ok(())
}

/// How many tasks a replica service is to have.
pub(super) fn check_desired(is_daemon: bool, desired: Option<i64>) -> Result<(), ApiError> {
    match (is_daemon, desired) {
        (true, Some(_)) => Err(invalid(
            "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again",
        )),
        (_, Some(count)) if count < 0 => Err(invalid("desiredCount must not be negative.")),
        (_, Some(count)) if count > 5000 => Err(client("A service can have at most 5000 tasks.")),
        _ => Ok(()),
    }
}
