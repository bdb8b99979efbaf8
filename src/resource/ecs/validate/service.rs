//! Rules between the members of a service, and between a service and what it runs.

use std::collections::BTreeSet;

use super::arn::{arn, role};
use super::{
    Capacity, Problem, Problems, capacity, containers_of, count, items, name, network_configuration,
    runs_on_fargate,
};
use crate::resource::path::Path;
use crate::value::Value;

/// What is wrong with a service; `definition` is what it runs, where that is known.
pub fn service(service: &Value, definition: Option<&Value>) -> Vec<Problem> {
    let mut out = Problems(Vec::new());
    if let Some((text, fault)) = service
        .text("serviceName")
        .and_then(|text| Some((text, name(text)?)))
    {
        let message = format!("the service's name `{text}` {fault}");
        out.add(
            Path::root().member("serviceName"),
            message,
            "set `serviceName` to another name",
        );
    }
    role(&Path::root().member("role"), service.get("role"), &mut out);
    let controller = service
        .get("deploymentController")
        .and_then(|controller| controller.text("type"));
    let wanted = match controller {
        // Task sets carry it.
        Some("EXTERNAL") => Capacity::Optional,
        _ => Capacity::Required,
    };
    out.0.extend(capacity(service, wanted));
    out.0.extend(network_configuration(service, definition));
    scheduling(service, controller, &mut out);
    limits(service, &mut out);
    deployment(service, &mut out);
    load_balancers(service, definition, &mut out);
    port_names(service, definition, &mut out);
    out.0
}

fn scheduling(service: &Value, controller: Option<&str>, out: &mut Problems) {
    let root = Path::root();
    if service.text("schedulingStrategy") == Some("DAEMON") {
        if service
            .get("desiredCount")
            .is_some_and(|count| *count != Value::Null)
        {
            let message = "a DAEMON service has one task on every instance, and no desired count";
            out.add(root.member("desiredCount"), message, "leave it out");
        }
        if runs_on_fargate(service) {
            let message = "Fargate has no instances to run a DAEMON service on";
            out.add(
                root.member("schedulingStrategy"),
                message,
                "use REPLICA, or another launch type",
            );
        }
        if let Some(controller @ ("CODE_DEPLOY" | "EXTERNAL")) = controller {
            let message = format!("deployment controller {controller} has no DAEMON services");
            out.add(root.member("deploymentController"), message, "use ECS");
        }
    }
    let fargate = runs_on_fargate(service);
    for member in ["placementConstraints", "placementStrategy"] {
        if fargate && count(service.get(member)) > 0 {
            out.add(root.member(member), "Fargate has no placement", "leave it out");
        }
    }
    let version = service
        .get("platformVersion")
        .is_some_and(|version| *version != Value::Null);
    if version && matches!(service.text("launchType"), Some("EC2" | "EXTERNAL")) {
        out.add(
            root.member("platformVersion"),
            "only Fargate has platform versions",
            "leave it out",
        );
    }
}

fn limits(service: &Value, out: &mut Problems) {
    for (member, most) in [
        ("loadBalancers", 5),
        ("serviceRegistries", 1),
        ("placementStrategy", 5),
        ("placementConstraints", 10),
        ("gatewayConnectors", 1),
    ] {
        let found = count(service.get(member));
        if found > most {
            let message = format!("{found} {member} are more than the {most} that ECS takes");
            out.add(Path::root().member(member), message, "remove some");
        }
    }
}

/// M: blue/green needs a bake time.
fn deployment(service: &Value, out: &mut Problems) {
    let Some(configuration) = service.get("deploymentConfiguration") else {
        return;
    };
    let path = Path::root().member("deploymentConfiguration");
    amounts(service, configuration, &path, out);
    if configuration.text("strategy") == Some("BLUE_GREEN")
        && configuration.get("bakeTimeInMinutes").is_none()
    {
        let message = "a blue/green deployment needs a bake time";
        out.add(path.clone(), message, "set `bakeTimeInMinutes`, 0 for none");
    }
    for (index, hook) in items(configuration.get("lifecycleHooks")).enumerate() {
        let path = path.member("lifecycleHooks").item(index.to_string());
        arn(
            path.member("hookTargetArn"),
            hook.get("hookTargetArn"),
            "lambda",
            "function:",
            out,
        );
        role(&path.member("roleArn"), hook.get("roleArn"), out);
    }
}

/// How many tasks may be missing and how many too many while a deployment runs, with AWS's defaults.
fn amounts(service: &Value, configuration: &Value, path: &Path, out: &mut Problems) {
    let (most, least) = match service.text("schedulingStrategy") {
        Some("DAEMON") => (100, 0),
        _ => (200, 100),
    };
    let amount = |name: &str, default| configuration.get(name).and_then(Value::as_i64).unwrap_or(default);
    let most = amount("maximumPercent", most);
    let least = amount("minimumHealthyPercent", least);
    if !(0..=100).contains(&least) {
        let message = format!("a minimum of {least} percent healthy tasks is no part of the desired count");
        out.add(path.member("minimumHealthyPercent"), message, "0 to 100");
    } else if most < 100 || most <= least {
        let message = format!("with {least} to {most} percent of the desired count no task can be replaced");
        let help = "raise `maximumPercent`, or lower `minimumHealthyPercent`";
        let member = match configuration.get("maximumPercent") {
            Some(_) => "maximumPercent",
            None => "minimumHealthyPercent",
        };
        out.add(path.member(member), message, help);
    }
}

fn load_balancers(service: &Value, definition: Option<&Value>, out: &mut Problems) {
    let list = Path::root().member("loadBalancers");
    for (index, balancer) in items(service.get("loadBalancers")).enumerate() {
        let path = list.item(index.to_string());
        let group = path.member("targetGroupArn");
        arn(
            group,
            balancer.get("targetGroupArn"),
            "elasticloadbalancing",
            "targetgroup/",
            out,
        );
        let both = balancer.get("targetGroupArn").is_some() == balancer.get("loadBalancerName").is_some();
        if both {
            let message = "an entry names a target group or a classic load balancer, one of the two";
            out.add(path.clone(), message, "set `targetGroupArn`");
        }
        advanced(
            balancer.get("advancedConfiguration"),
            &path.member("advancedConfiguration"),
            out,
        );
        if let Some(definition) = definition {
            target(balancer, definition, &path, out);
        }
    }
    grace_period(service, definition, out);
}

fn advanced(advanced: Option<&Value>, path: &Path, out: &mut Problems) {
    let Some(advanced) = advanced else {
        return;
    };
    let group = path.member("alternateTargetGroupArn");
    arn(
        group,
        advanced.get("alternateTargetGroupArn"),
        "elasticloadbalancing",
        "targetgroup/",
        out,
    );
    for member in ["productionListenerRule", "testListenerRule"] {
        arn(
            path.member(member),
            advanced.get(member),
            "elasticloadbalancing",
            "listener",
            out,
        );
    }
    role(&path.member("roleArn"), advanced.get("roleArn"), out);
}

/// The container and port that a load balancer sends traffic to.
fn target(balancer: &Value, definition: &Value, path: &Path, out: &mut Problems) {
    let Some(wanted) = balancer.text("containerName") else {
        return;
    };
    let Some((_, container)) = containers_of(definition).find(|(_, item)| item.text("name") == Some(wanted))
    else {
        let names: Vec<&str> = containers_of(definition)
            .filter_map(|(_, item)| item.text("name"))
            .collect();
        let help = format!("the task's containers are {}", names.join(", "));
        out.add(
            path.member("containerName"),
            format!("no container is named `{wanted}`"),
            help,
        );
        return;
    };
    let Some(port) = balancer.get("containerPort").and_then(Value::as_i64) else {
        return;
    };
    let mapped = items(container.get("portMappings")).any(|mapping| {
        let single = mapping.get("containerPort").and_then(Value::as_i64) == Some(port);
        single || mapping.get("containerPortRange").is_some()
    });
    if !mapped {
        out.add(
            path.member("containerPort"),
            format!("the container `{wanted}` maps no port {port}"),
            "add it to the container's `portMappings`",
        );
    }
}

/// Without a health check that it could delay, it does nothing, and ECS has refused it.
fn grace_period(service: &Value, definition: Option<&Value>, out: &mut Problems) {
    let seconds = service
        .get("healthCheckGracePeriodSeconds")
        .and_then(Value::as_i64);
    let balanced = count(service.get("loadBalancers")) + count(service.get("vpcLatticeConfigurations")) > 0;
    let own_check = definition.is_some_and(|definition| {
        containers_of(definition).any(|(_, item)| item.get("healthCheck").is_some())
    });
    if seconds.is_some_and(|seconds| seconds > 0) && !balanced && !own_check {
        out.add(
            Path::root().member("healthCheckGracePeriodSeconds"),
            "a grace period needs a load balancer whose health checks it delays",
            "leave it out, or add an ingress or `loadBalancers`",
        );
    }
}

/// Service Connect, VPC Lattice and gateways name ports of the task definition.
fn port_names(service: &Value, definition: Option<&Value>, out: &mut Problems) {
    let Some(definition) = definition else {
        return;
    };
    let known: BTreeSet<&str> = containers_of(definition)
        .flat_map(|(_, container)| items(container.get("portMappings")))
        .filter_map(|mapping| mapping.text("name"))
        .collect();
    let root = Path::root();
    let connect = service
        .get("serviceConnectConfiguration")
        .and_then(|connect| connect.get("services"));
    for (path, list) in [
        (
            root.member("serviceConnectConfiguration").member("services"),
            connect,
        ),
        (
            root.member("vpcLatticeConfigurations"),
            service.get("vpcLatticeConfigurations"),
        ),
        (root.member("gatewayConnectors"), service.get("gatewayConnectors")),
    ] {
        for (index, item) in items(list).enumerate() {
            if let Some(name) = item.text("portName").filter(|name| !known.contains(name)) {
                out.add(
                    path.item(index.to_string()).member("portName"),
                    format!("no port mapping is named `{name}`"),
                    "give the container's port mapping that `name`",
                );
            }
        }
    }
}
