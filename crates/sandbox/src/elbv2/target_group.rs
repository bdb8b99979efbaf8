//! Target groups: names, defaults by protocol, and what may change afterwards.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::target::Registration;
use super::{Attachments, Elbv2, attribute, between, paged, required, tag, validation};
use crate::api::{Answer, ApiError, Params, Scope, object};

/// Target groups in one region.
const GROUPS_PER_REGION: usize = 3_000;

/// A target group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// What CreateTargetGroup was told, defaults filled in.
    pub settings: Settings,
    /// Attributes by key.
    pub attributes: BTreeMap<String, String>,
    /// Who is, or was until just now, registered.
    pub targets: Vec<Registration>,
}

/// What makes two target groups of one name the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The name.
    pub name: String,
    /// None for lambda groups.
    pub protocol: Option<String>,
    /// `HTTP1`, `HTTP2` or `GRPC`, for HTTP and HTTPS.
    pub protocol_version: Option<String>,
    /// None for lambda groups.
    pub port: Option<i64>,
    /// None for lambda groups.
    pub vpc_id: Option<String>,
    /// `instance`, `ip`, `lambda` or `alb`.
    pub target_type: String,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: String,
    /// How targets are probed.
    pub health_check: HealthCheck,
}

/// How targets are probed: all that ModifyTargetGroup changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// Always true but for lambda groups.
    pub enabled: bool,
    /// None for lambda groups.
    pub protocol: Option<String>,
    /// A port, or `traffic-port`.
    pub port: Option<String>,
    /// None for TCP checks.
    pub path: Option<String>,
    /// Seconds between checks.
    pub interval: i64,
    /// Seconds until a check fails.
    pub timeout: i64,
    /// Successes that make a target healthy.
    pub healthy: i64,
    /// Failures that make it unhealthy.
    pub unhealthy: i64,
    /// `HttpCode` or `GrpcCode`, and the codes.
    pub matcher: Option<(String, String)>,
}

impl HealthCheck {
    /// AWS's defaults.
    fn default_of(settings: (&str, Option<&str>, Option<&str>)) -> Self {
        let (target_type, protocol, version) = settings;
        let lambda = target_type == "lambda";
        let http = matches!(protocol, Some("HTTP" | "HTTPS"));
        let grpc = version == Some("GRPC");
        let path = if grpc { "/AWS.ALB/healthcheck" } else { "/" };
        let matcher = if grpc {
            ("GrpcCode", "12")
        } else {
            ("HttpCode", "200")
        };
        Self {
            enabled: !lambda,
            protocol: (!lambda).then(|| if http { "HTTP" } else { "TCP" }.to_owned()),
            port: (!lambda).then(|| "traffic-port".to_owned()),
            path: (lambda || http).then(|| path.to_owned()),
            interval: if lambda { 35 } else { 30 },
            timeout: if lambda {
                30
            } else if http {
                5
            } else {
                10
            },
            healthy: 5,
            unhealthy: 2,
            matcher: (lambda || http).then(|| (matcher.0.to_owned(), matcher.1.to_owned())),
        }
    }

    /// Takes over the members that the request has.
    fn merge(mut self, params: Params<'_>) -> Result<Self, ApiError> {
        if let Some(protocol) = params.text("HealthCheckProtocol") {
            if matches!(protocol, "HTTP" | "HTTPS") && self.path.is_none() {
                self.path = Some("/".to_owned());
                self.matcher = Some(("HttpCode".to_owned(), "200-399".to_owned()));
            }
            self.protocol = Some(protocol.to_owned());
        }
        self.enabled = params.boolean("HealthCheckEnabled").unwrap_or(self.enabled);
        if let Some(port) = params.text("HealthCheckPort") {
            let valid = port == "traffic-port" || port.parse::<u16>().is_ok_and(|port| port > 0);
            if !valid {
                return Err(validation(format!(
                    "Health check port '{port}' must be a port number or 'traffic-port'"
                )));
            }
            self.port = Some(port.to_owned());
        }
        if let Some(path) = params.text("HealthCheckPath") {
            if path.is_empty() || path.len() > 1_024 || !path.starts_with('/') {
                return Err(validation(format!(
                    "Health check path '{path}' must start with '/' and be at most 1024 characters long"
                )));
            }
            self.path = Some(path.to_owned());
        }
        self.interval = between(params, "HealthCheckIntervalSeconds", 5, 300)?.unwrap_or(self.interval);
        self.timeout = between(params, "HealthCheckTimeoutSeconds", 2, 120)?.unwrap_or(self.timeout);
        self.healthy = between(params, "HealthyThresholdCount", 2, 10)?.unwrap_or(self.healthy);
        self.unhealthy = between(params, "UnhealthyThresholdCount", 2, 10)?.unwrap_or(self.unhealthy);
        for kind in ["HttpCode", "GrpcCode"] {
            if let Some(codes) = params.inside("Matcher").and_then(|matcher| matcher.text(kind)) {
                self.matcher = Some((kind.to_owned(), codes.to_owned()));
            }
        }
        if self.enabled && self.timeout >= self.interval {
            return Err(validation(
                "Health check timeout must be smaller than the interval",
            ));
        }
        Ok(self)
    }
}

impl TargetGroup {
    fn show(&self, attachments: &Attachments) -> Value {
        let (settings, check) = (&self.settings, &self.settings.health_check);
        let text = |value: &Option<String>| value.as_ref().map(|value| json!(value));
        object([
            ("TargetGroupArn", Some(json!(self.arn))),
            ("TargetGroupName", Some(json!(settings.name))),
            ("Protocol", text(&settings.protocol)),
            ("Port", settings.port.map(Value::from)),
            ("VpcId", text(&settings.vpc_id)),
            ("HealthCheckProtocol", text(&check.protocol)),
            ("HealthCheckPort", text(&check.port)),
            ("HealthCheckEnabled", Some(json!(check.enabled))),
            ("HealthCheckIntervalSeconds", Some(json!(check.interval))),
            ("HealthCheckTimeoutSeconds", Some(json!(check.timeout))),
            ("HealthyThresholdCount", Some(json!(check.healthy))),
            ("UnhealthyThresholdCount", Some(json!(check.unhealthy))),
            ("HealthCheckPath", text(&check.path)),
            (
                "Matcher",
                check.matcher.as_ref().map(|(kind, codes)| json!({ kind: codes })),
            ),
            (
                "LoadBalancerArns",
                Some(json!(
                    attachments.get(self.arn.as_str()).cloned().unwrap_or_default()
                )),
            ),
            ("TargetType", Some(json!(settings.target_type))),
            ("ProtocolVersion", text(&settings.protocol_version)),
            ("IpAddressType", Some(json!(settings.ip_address_type))),
        ])
    }
}

impl Settings {
    fn parse(params: Params<'_>) -> Result<Self, ApiError> {
        let name = required(params, "Name")?;
        check_name(name)?;
        let target_type = params.text("TargetType").unwrap_or("instance");
        if !matches!(target_type, "instance" | "ip" | "lambda" | "alb") {
            return Err(validation(format!(
                "Target type '{target_type}' must be one of '[instance, ip, lambda, alb]'"
            )));
        }
        let lambda = target_type == "lambda";
        let member = |member: &str, label: &str| match params.text(member) {
            None if !lambda => Err(validation(format!("A {label} must be specified"))),
            other => Ok(other.filter(|_| !lambda).map(str::to_owned)),
        };
        let protocol = member("Protocol", "protocol")?;
        if let Some(other) = protocol.as_deref().filter(|p| {
            !matches!(
                *p,
                "HTTP" | "HTTPS" | "TCP" | "TLS" | "UDP" | "TCP_UDP" | "GENEVE"
            )
        }) {
            return Err(validation(format!(
                "1 validation error detected: Value '{other}' at 'protocol' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP, GENEVE, QUIC, TCP_QUIC]"
            )));
        }
        let port = between(params, "Port", 1, 65_535)?.filter(|_| !lambda);
        if port.is_none() && !lambda {
            return Err(validation("A port must be specified"));
        }
        let version = protocol_version(params, protocol.as_deref())?;
        let defaults = HealthCheck::default_of((target_type, protocol.as_deref(), version.as_deref()));
        Ok(Self {
            name: name.to_owned(),
            port,
            vpc_id: member("VpcId", "VPC ID")?,
            target_type: target_type.to_owned(),
            ip_address_type: params.text("IpAddressType").unwrap_or("ipv4").to_owned(),
            health_check: defaults.merge(params)?,
            protocol,
            protocol_version: version,
        })
    }
}

fn protocol_version(params: Params<'_>, protocol: Option<&str>) -> Result<Option<String>, ApiError> {
    let http = matches!(protocol, Some("HTTP" | "HTTPS"));
    match params.text("ProtocolVersion") {
        None => Ok(http.then(|| "HTTP1".to_owned())),
        Some(version @ ("HTTP1" | "HTTP2" | "GRPC")) if http => Ok(Some(version.to_owned())),
        Some(version) => Err(validation(format!(
            "Protocol version '{version}' is not supported for this target group"
        ))),
    }
}

fn check_name(name: &str) -> Result<(), ApiError> {
    let complaint = if name.len() > 32 {
        "cannot be longer than '32' characters"
    } else if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        "can only contain characters that are alphanumeric characters or hyphens(-)"
    } else if name.starts_with('-') || name.ends_with('-') {
        "cannot begin or end with '-'"
    } else if name.starts_with("internal-") {
        "cannot begin with 'internal-'"
    } else {
        return Ok(());
    };
    Err(validation(format!("Target group name '{name}' {complaint}")))
}

impl Elbv2 {
    pub(super) fn create_target_group(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let settings = Settings::parse(params)?;
        let tags = tag::parse(params)?;
        if let Some(existing) = self
            .target_groups
            .values()
            .find(|group| group.settings.name == settings.name)
        {
            if existing.settings != settings {
                let message = format!(
                    "A target group with the same name '{}' exists, but with different settings",
                    settings.name
                );
                return Err(ApiError::new("DuplicateTargetGroupName", message));
            }
            return Ok(json!({ "TargetGroups": [existing.show(self.attachments())] }));
        }
        if self.target_groups.len() >= GROUPS_PER_REGION {
            return Err(ApiError::new(
                "TooManyTargetGroups",
                format!("The maximum number of target groups ('{GROUPS_PER_REGION}') has been reached"),
            ));
        }
        let id = self.new_id(&settings.name);
        let arn = format!(
            "arn:aws:elasticloadbalancing:{}:{}:targetgroup/{}/{id}",
            scope.region, scope.account, settings.name
        );
        let attributes = attribute::defaults(&settings);
        let group = TargetGroup {
            arn: arn.clone(),
            settings,
            attributes,
            targets: Vec::new(),
        };
        let shown = group.show(&Attachments::new());
        self.target_groups.insert(arn.clone(), group);
        self.tags.insert(arn, tags);
        Ok(json!({ "TargetGroups": [shown] }))
    }

    pub(super) fn modify_target_group(&mut self, params: Params<'_>) -> Answer {
        let arn = self
            .target_group(required(params, "TargetGroupArn")?)?
            .arn
            .clone();
        if let Some(group) = self.target_groups.get_mut(&arn) {
            group.settings.health_check = group.settings.health_check.clone().merge(params)?;
        }
        Ok(json!({ "TargetGroups": [self.target_group(&arn)?.show(self.attachments())] }))
    }

    pub(super) fn describe_target_groups(&self, params: Params<'_>) -> Answer {
        let (arns, names, balancer) = (
            params.texts("TargetGroupArns"),
            params.texts("Names"),
            params.text("LoadBalancerArn"),
        );
        if [!arns.is_empty(), !names.is_empty(), balancer.is_some()]
            .iter()
            .filter(|given| **given)
            .count()
            > 1
        {
            return Err(validation(
                "You can specify only one of load balancer ARN, target group ARNs and names",
            ));
        }
        for arn in &arns {
            self.target_group(arn)?;
        }
        if names.iter().any(|name| {
            !self
                .target_groups
                .values()
                .any(|group| group.settings.name == **name)
        }) {
            return Err(not_found());
        }
        if let Some(balancer) = balancer {
            self.load_balancer(balancer)?;
        }
        let attachments = self.attachments();
        let wanted = |group: &&TargetGroup| {
            (arns.is_empty() || arns.contains(&group.arn.as_str()))
                && (names.is_empty() || names.contains(&group.settings.name.as_str()))
                && balancer.is_none_or(|balancer| {
                    attachments
                        .get(group.arn.as_str())
                        .is_some_and(|all| all.contains(balancer))
                })
        };
        let groups = self
            .target_groups
            .values()
            .filter(wanted)
            .map(|group| group.show(attachments));
        paged(params, "TargetGroups", groups.collect())
    }

    pub(super) fn delete_target_group(&mut self, params: Params<'_>) -> Answer {
        let arn = required(params, "TargetGroupArn")?;
        check_arn(arn)?;
        if self.is_attached(arn) {
            return Err(ApiError::new(
                "ResourceInUse",
                format!("Target group '{arn}' is currently in use by a listener or a rule"),
            ));
        }
        self.target_groups.remove(arn);
        self.tags.remove(arn);
        Ok(json!({}))
    }

    pub(super) fn target_group(&self, arn: &str) -> Result<&TargetGroup, ApiError> {
        check_arn(arn)?;
        self.target_groups.get(arn).ok_or_else(not_found)
    }
}

fn not_found() -> ApiError {
    ApiError::new("TargetGroupNotFound", "One or more target groups not found")
}

fn check_arn(arn: &str) -> Result<(), ApiError> {
    if arn.starts_with("arn:") && arn.contains(":targetgroup/") {
        return Ok(());
    }
    Err(validation(format!("'{arn}' is not a valid target group ARN")))
}
