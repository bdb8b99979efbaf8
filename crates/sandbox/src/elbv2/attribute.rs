//! Attributes of target groups: which keys a group has, their defaults and what they take.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::target_group::{Settings, TargetGroup};
use super::{Elbv2, required, validation};
use crate::api::{Answer, ApiError, Params};

/// Keys of every group that has a network.
const COMMON: [(&str, &str); 7] = [
    ("deregistration_delay.timeout_seconds", "300"),
    ("stickiness.enabled", "false"),
    (
        "load_balancing.cross_zone.enabled",
        "use_load_balancer_configuration",
    ),
    (
        "target_group_health.dns_failover.minimum_healthy_targets.count",
        "1",
    ),
    (
        "target_group_health.dns_failover.minimum_healthy_targets.percentage",
        "off",
    ),
    (
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
        "1",
    ),
    (
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
        "off",
    ),
];

/// Keys of groups behind an application load balancer.
const APPLICATION: [(&str, &str); 7] = [
    ("stickiness.type", "lb_cookie"),
    ("stickiness.lb_cookie.duration_seconds", "86400"),
    ("stickiness.app_cookie.cookie_name", ""),
    ("stickiness.app_cookie.duration_seconds", "86400"),
    ("slow_start.duration_seconds", "0"),
    ("load_balancing.algorithm.type", "round_robin"),
    ("load_balancing.algorithm.anomaly_mitigation", "off"),
];

/// Keys of groups behind a network load balancer.
const NETWORK: [(&str, &str); 5] = [
    ("stickiness.type", "source_ip"),
    ("deregistration_delay.connection_termination.enabled", "false"),
    ("proxy_protocol_v2.enabled", "false"),
    (
        "target_health_state.unhealthy.connection_termination.enabled",
        "true",
    ),
    ("target_health_state.unhealthy.draining_interval_seconds", "0"),
];

/// The attributes that a new group has.
pub(super) fn defaults(settings: &Settings) -> BTreeMap<String, String> {
    let own = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>()
    };
    let mut attributes = BTreeMap::new();
    match settings.protocol.as_deref() {
        None => attributes.extend(own(&[("lambda.multi_value_headers.enabled", "false")])),
        Some("HTTP" | "HTTPS") => {
            attributes.extend(own(&COMMON));
            attributes.extend(own(&APPLICATION));
        }
        Some(protocol) => {
            attributes.extend(own(&COMMON));
            attributes.extend(own(&NETWORK));
            let preserves = settings.target_type != "ip" || matches!(protocol, "UDP" | "TCP_UDP");
            attributes.insert("preserve_client_ip.enabled".to_owned(), preserves.to_string());
        }
    }
    attributes
}

fn check(key: &str, value: &str) -> Result<(), ApiError> {
    let number = value.parse::<u32>().ok();
    let fits = match key {
        "deregistration_delay.timeout_seconds" => number.is_some_and(|n| n <= 3_600),
        "slow_start.duration_seconds" => number.is_some_and(|n| n == 0 || (30..=900).contains(&n)),
        "stickiness.lb_cookie.duration_seconds" | "stickiness.app_cookie.duration_seconds" => {
            number.is_some_and(|n| (1..=604_800).contains(&n))
        }
        "stickiness.type" => matches!(
            value,
            "lb_cookie" | "app_cookie" | "source_ip" | "source_ip_dest_ip" | "source_ip_dest_ip_proto"
        ),
        "load_balancing.algorithm.type" => matches!(
            value,
            "round_robin" | "least_outstanding_requests" | "weighted_random"
        ),
        "load_balancing.algorithm.anomaly_mitigation" => matches!(value, "on" | "off"),
        "load_balancing.cross_zone.enabled" => {
            matches!(value, "true" | "false" | "use_load_balancer_configuration")
        }
        _ if key.ends_with("minimum_healthy_targets.count") => {
            value == "off" || number.is_some_and(|n| n > 0)
        }
        _ if key.ends_with("minimum_healthy_targets.percentage") => {
            value == "off" || number.is_some_and(|n| (1..=100).contains(&n))
        }
        _ if key.ends_with(".enabled") => matches!(value, "true" | "false"),
        _ => true,
    };
    if fits {
        Ok(())
    } else {
        Err(validation(format!(
            "The value '{value}' is not valid for the target group attribute '{key}'"
        )))
    }
}

impl Elbv2 {
    pub(super) fn modify_target_group_attributes(&mut self, params: Params<'_>) -> Answer {
        let group = self.target_group(required(params, "TargetGroupArn")?)?;
        let mut attributes = group.attributes.clone();
        for attribute in params.list("Attributes") {
            let (key, value) = (
                attribute.text("Key").unwrap_or_default(),
                attribute.text("Value").unwrap_or_default(),
            );
            let Some(current) = attributes.get_mut(key) else {
                return Err(validation(format!(
                    "Target group attribute key '{key}' is not recognized"
                )));
            };
            check(key, value)?;
            value.clone_into(current);
        }
        let arn = group.arn.clone();
        if let Some(group) = self.target_groups.get_mut(&arn) {
            group.attributes = attributes;
        }
        Ok(show(self.target_group(&arn)?))
    }

    pub(super) fn describe_target_group_attributes(&self, params: Params<'_>) -> Answer {
        Ok(show(self.target_group(required(params, "TargetGroupArn")?)?))
    }
}

fn show(group: &TargetGroup) -> Value {
    let attributes = group
        .attributes
        .iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }));
    json!({ "Attributes": attributes.collect::<Vec<_>>() })
}
