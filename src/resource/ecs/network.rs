//! How tasks of a service are reached: subnets, load balancers, registries, VPC Lattice, gateways.

use super::NOT_IN_THE_SDK;
use crate::resource::shape::{Shape, field, integer_between, keyed, list, object, one_of, set, string};

/// The network of tasks under awsvpc.
pub fn network_configuration() -> Shape {
    let awsvpc = object(
        "AwsVpcConfiguration",
        "Subnets and security groups of a task.",
        [
            field("subnets", set(string()), "The subnets, at most 16.").required(),
            field(
                "securityGroups",
                set(string()),
                "The security groups, at most 5; the VPC's default where left out.",
            ),
            field(
                "assignPublicIp",
                one_of(&["ENABLED", "DISABLED"]),
                "Whether tasks get a public address.",
            )
            .default("DISABLED"),
        ],
    );
    object(
        "NetworkConfiguration",
        "The network of tasks under awsvpc.",
        [field(
            "awsvpcConfiguration",
            awsvpc,
            "Subnets and security groups.",
        )],
    )
}

/// Target groups and classic load balancers, told apart by which they are.
pub(super) fn load_balancers() -> Shape {
    let balancer = object(
        "LoadBalancer",
        "A target group, or classic load balancer, and the container that it sends traffic to.",
        [
            field("targetGroupArn", string(), "The target group's ARN."),
            field(
                "loadBalancerName",
                string(),
                "A classic load balancer's name, in place of a target group.",
            ),
            field("containerName", string(), "The container's name."),
            field("containerPort", port(), "The container's port."),
            field(
                "advancedConfiguration",
                advanced(),
                "What blue/green, linear and canary deployments need.",
            ),
        ],
    );
    keyed(balancer, &[&["targetGroupArn"], &["loadBalancerName"]])
}

fn advanced() -> Shape {
    object(
        "AdvancedConfiguration",
        "What blue/green, linear and canary deployments need.",
        [
            field(
                "alternateTargetGroupArn",
                string(),
                "The other target group's ARN.",
            ),
            field(
                "productionListenerRule",
                string(),
                "ARN of the rule, or listener, of production traffic.",
            ),
            field(
                "testListenerRule",
                string(),
                "ARN of the rule, or listener, of test traffic.",
            ),
            field("roleArn", string(), "The role with which ECS changes them."),
        ],
    )
}

/// Cloud Map registries; ECS takes one.
pub(super) fn service_registries() -> Shape {
    list(object(
        "ServiceRegistry",
        "A Cloud Map service that tasks are registered in.",
        [
            field("registryArn", string(), "The registry's ARN."),
            field("port", port(), "The port of an SRV record."),
            field("containerName", string(), "The container's name."),
            field("containerPort", port(), "The container's port."),
        ],
    ))
}

/// VPC Lattice target groups, by port name.
pub(super) fn vpc_lattice_configurations() -> Shape {
    let advanced = object(
        "VpcLatticeAdvancedConfiguration",
        "What blue/green, linear and canary deployments need.",
        [
            field(
                "alternateTargetGroupArn",
                string(),
                "The other target group's ARN.",
            ),
            field(
                "productionListenerRule",
                string(),
                "ARN of the rule of production traffic.",
            ),
            field("testListenerRule", string(), "ARN of the rule of test traffic."),
        ],
    );
    let lattice = object(
        "VpcLatticeConfiguration",
        "A VPC Lattice target group and the port that it sends traffic to.",
        [
            field("roleArn", string(), "The role with which ECS registers tasks.").required(),
            field("targetGroupArn", string(), "The target group's ARN.").required(),
            field("portName", string(), "The name of the port mapping.").required(),
            field(
                "advancedConfiguration",
                advanced,
                "What blue/green, linear and canary deployments need.",
            ),
        ],
    );
    keyed(lattice, &[&["portName", "targetGroupArn"], &["portName"]]).declared_only()
}

/// Gateway connectors, by port name.
pub(super) fn gateway_connectors() -> Shape {
    let filters = object(
        "GatewayConnectorFilters",
        "Which gateways may send traffic.",
        [field(
            "accessTypes",
            set(one_of(&["PUBLIC", "PRIVATE"])),
            "Public or private ones.",
        )],
    );
    let delay = object(
        "GatewayConnectorDeregistrationDelay",
        "How long a task that goes may finish its work.",
        [field(
            "timeoutSeconds",
            integer_between(0, 3600),
            "Seconds; 300 where left out.",
        )],
    );
    let connector = object(
        "GatewayConnector",
        "Makes a port reachable through an ECS gateway.",
        [
            field("portName", string(), "The name of the port mapping.").required(),
            field(
                "healthCheck",
                gateway_health_check(),
                "How the gateway asks whether a task is healthy.",
            ),
            field("filters", filters, "Which gateways may send traffic."),
            field(
                "deregistrationDelay",
                delay,
                "How long a task that goes may finish its work.",
            )
            .refused(NOT_IN_THE_SDK),
        ],
    );
    keyed(connector, &[&["portName"]]).declared_only()
}

fn gateway_health_check() -> Shape {
    let count = || integer_between(0, i64::from(i32::MAX));
    let matcher = object(
        "GatewayConnectorHealthCheckMatcher",
        "Answers that count as healthy.",
        [
            field("httpCode", string(), "HTTP codes."),
            field("grpcCode", string(), "gRPC codes."),
        ],
    );
    object(
        "GatewayConnectorHealthCheck",
        "How a gateway asks whether a task is healthy.",
        [
            field("healthCheckProtocol", one_of(&["HTTP", "HTTPS"]), "The protocol."),
            field("healthCheckPort", port(), "The port."),
            field("healthCheckPath", string(), "The path."),
            field(
                "healthCheckTimeoutSeconds",
                count(),
                "Seconds after which a check has failed.",
            ),
            field(
                "healthCheckIntervalSeconds",
                count(),
                "Seconds between two checks.",
            ),
            field(
                "healthyThresholdCount",
                count(),
                "Successes after which a task is healthy.",
            ),
            field(
                "unhealthyThresholdCount",
                count(),
                "Failures after which a task is unhealthy.",
            ),
            field("matcher", matcher, "Answers that count as healthy."),
        ],
    )
}

fn port() -> Shape {
    integer_between(0, 65535)
}
