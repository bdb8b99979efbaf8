//! Service Connect: passed through, only what a manifest declares is compared. AWS fills namespaces, names and ports (TF).

use super::logging::log_configuration;
use crate::resource::shape::{
    Cost, Shape, boolean, field, integer_between, keyed, list, object, one_of, string,
};

/// Service Connect of a service.
pub(super) fn service_connect() -> Shape {
    let access_log = object(
        "ServiceConnectAccessLogConfiguration",
        "The proxy's access log.",
        [
            field("format", one_of(&["TEXT", "JSON"]), "How lines are written.").required(),
            field(
                "includeQueryParameters",
                one_of(&["DISABLED", "ENABLED"]),
                "Whether query parameters are logged.",
            ),
        ],
    );
    let container = object(
        "ServiceConnectContainerConfiguration",
        "Settings of the proxy's container.",
        [field("logLevel", one_of(&["debug", "info"]), "How much it logs.").required()],
    );
    object(
        "ServiceConnectConfiguration",
        "How the service finds others and is found, through a proxy beside each task.",
        [
            field("enabled", boolean(), "Whether it is on.").required(),
            field("namespace", string(), "The Cloud Map namespace's name or ARN.").filled(),
            field("services", services(), "Ports that others find by name."),
            field(
                "logConfiguration",
                log_configuration(),
                "Where the proxy's output goes.",
            ),
            field("accessLogConfiguration", access_log, "The proxy's access log."),
            field(
                "containerConfigurations",
                list(container),
                "Settings of the proxy's container.",
            ),
        ],
    )
    .declared_only()
}

fn services() -> Shape {
    let service = object(
        "ServiceConnectService",
        "A port that others find by name.",
        [
            field("portName", string(), "The name of the port mapping.").required(),
            // M: cannot be changed.
            field(
                "discoveryName",
                string(),
                "The name in Cloud Map; the port's where left out.",
            )
            .filled()
            .cost(Cost::Replacement),
            field("clientAliases", aliases(), "Names and ports that clients use."),
            field(
                "ingressPortOverride",
                port(),
                "The port on which the proxy listens.",
            )
            .filled(),
            field("timeout", timeout(), "How long requests may take."),
            field("tls", tls(), "Encryption between proxies."),
        ],
    );
    keyed(service, &[&["portName"]])
}

fn aliases() -> Shape {
    let exact = object(
        "ServiceConnectTestTrafficHeaderMatchRules",
        "What the header's value must be.",
        [field("exact", string(), "Exactly this.").required()],
    );
    let header = object(
        "ServiceConnectTestTrafficHeaderRules",
        "A header that marks test traffic.",
        [
            field("name", string(), "The header's name.").required(),
            field("value", exact, "What its value must be."),
        ],
    );
    let rules = object(
        "ServiceConnectTestTrafficRules",
        "How test traffic is told apart.",
        [field("header", header, "By a header.").required()],
    );
    list(object(
        "ServiceConnectClientAlias",
        "A name and port that clients use.",
        [
            field("port", port(), "The port.").required(),
            field("dnsName", string(), "The name.").filled(),
            field("testTrafficRules", rules, "How test traffic is told apart."),
        ],
    ))
}

fn timeout() -> Shape {
    let seconds = || integer_between(0, i64::from(i32::MAX));
    object(
        "TimeoutConfiguration",
        "How long requests may take.",
        [
            field(
                "idleTimeoutSeconds",
                seconds(),
                "Seconds that a connection may be idle; 0 is for ever.",
            ),
            field(
                "perRequestTimeoutSeconds",
                seconds(),
                "Seconds that an answer may take; 0 is for ever.",
            ),
        ],
    )
}

fn tls() -> Shape {
    let authority = object(
        "ServiceConnectTlsCertificateAuthority",
        "Who signs the certificates.",
        [field(
            "awsPcaAuthorityArn",
            string(),
            "ARN of a private certificate authority.",
        )],
    );
    object(
        "ServiceConnectTlsConfiguration",
        "Encryption between proxies.",
        [
            field(
                "issuerCertificateAuthority",
                authority,
                "Who signs the certificates.",
            )
            .required(),
            field("kmsKey", string(), "The KMS key of the private keys."),
            field(
                "roleArn",
                string(),
                "The role with which ECS gets the certificates.",
            ),
        ],
    )
}

fn port() -> Shape {
    integer_between(0, 65535)
}
