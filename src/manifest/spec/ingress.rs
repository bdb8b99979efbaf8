//! An ingress of a Service: conditions, the target group and DNS.

use crate::resource::shape::{Field, Shape, field, integer_between, list, map, object, one_of, string};

/// The shape of an ingress.
pub(super) fn shape() -> Shape {
    let mut fields = identity();
    fields.extend(conditions());
    fields.extend(target());
    object(
        "Ingress",
        "A way from a load balancer's listener to the service.",
        fields,
    )
}

fn identity() -> Vec<Field> {
    let dns = object(
        "Dns",
        "Alias records for the ingress's literal hosts.",
        [field("hostedZoneId", string(), "The hosted zone.").required()],
    );
    vec![
        field(
            "name",
            string(),
            "Unique in the Service; by default the container's name.",
        ),
        field(
            "listenerArn",
            string(),
            "The listener; VPC and balancer are read from it.",
        )
        .required(),
        field(
            "priority",
            integer_between(1, 50_000),
            "The rule's number; left out, sendo finds one.",
        ),
        field("dns", dns, "Alias records for each literal host."),
    ]
}

fn conditions() -> Vec<Field> {
    let query = object(
        "QueryCondition",
        "A key and a value of the query.",
        [
            field("key", string(), "The key; left out, any."),
            field("value", string(), "The value.").required(),
        ],
    );
    vec![
        field("hosts", list(string()), "Host names; `*` and `?` are wildcards."),
        field("paths", list(string()), "Paths; `*` and `?` are wildcards."),
        field(
            "headers",
            map(list(string())),
            "Values of headers, by the header's name.",
        ),
        field("query", list(query), "Keys and values of the query."),
        field("methods", list(string()), "Request methods."),
        field("sourceIps", list(string()), "Address ranges of clients."),
    ]
}

fn target() -> Vec<Field> {
    let health_check = object(
        "HealthCheck",
        "How the load balancer probes the tasks.",
        [
            field("path", string(), "What is asked for."),
            field(
                "protocol",
                one_of(&["HTTP", "HTTPS"]),
                "The protocol of the probe.",
            ),
            field("port", string(), "A port, or `traffic-port`."),
            field("interval", integer_between(5, 300), "Seconds between two probes."),
            field(
                "timeout",
                integer_between(2, 120),
                "Seconds until a probe has failed.",
            ),
            field(
                "healthyThreshold",
                integer_between(2, 10),
                "Successes that make a target healthy.",
            ),
            field(
                "unhealthyThreshold",
                integer_between(2, 10),
                "Failures that make a target unhealthy.",
            ),
            field(
                "matcher",
                string(),
                "Codes of a healthy answer: 200, 200-299, 200,302.",
            ),
        ],
    );
    vec![
        field("container", string(), "The container that answers."),
        field("port", integer_between(1, 65_535), "Its port."),
        field(
            "protocolVersion",
            one_of(&["HTTP1", "HTTP2", "GRPC"]),
            "The version of HTTP to the targets.",
        ),
        field("healthCheck", health_check, "How targets are probed."),
        field(
            "deregistrationDelay",
            integer_between(0, 3600),
            "Seconds that a leaving target has to finish.",
        ),
        field(
            "attributes",
            map(string()),
            "Attributes of the target group, by AWS's keys.",
        ),
        field("targetGroupName", string(), "The target group's exact name."),
    ]
}
