//! Registered targets and their health, which is a pure function of when they came and went.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::target_group::TargetGroup;
use super::{Elbv2, between, required, validation};
use crate::api::{Answer, ApiError, Params, Scope, object};

/// Health checks and draining take no longer than this here, whatever the group says.
const LONGEST_CHECK: SignedDuration = SignedDuration::from_secs(1);
const LONGEST_DRAINING: SignedDuration = SignedDuration::from_secs(2);

/// Where traffic goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// An instance, an address, a function or a load balancer.
    pub id: String,
    /// Its port; none for functions.
    pub port: Option<i64>,
}

/// A target in a group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Registration {
    /// Who it is.
    pub target: Target,
    /// The zone it was registered with.
    pub zone: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// When it was taken out; it drains from then on.
    pub leaving_since: Option<Timestamp>,
    /// Whether it answers health checks as it should.
    pub answers: bool,
}

/// What a load balancer thinks of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Not checked yet.
    Initial,
    /// Takes traffic.
    Healthy,
    /// Fails its checks.
    Unhealthy,
    /// Finishes its requests, takes no new ones.
    Draining,
    /// Not registered, or its group has no load balancer.
    Unused,
}

impl Registration {
    fn health(&self, group: &TargetGroup, attached: bool, now: Timestamp) -> Health {
        match (self.leaving_since, attached) {
            (Some(_), _) => Health::Draining,
            (None, false) => Health::Unused,
            _ if now < self.since + check_time(group) => Health::Initial,
            _ if self.answers => Health::Healthy,
            _ => Health::Unhealthy,
        }
    }

    fn is_gone(&self, group: &TargetGroup, now: Timestamp) -> bool {
        self.leaving_since
            .is_some_and(|left| now >= left + drain_time(group))
    }
}

fn check_time(group: &TargetGroup) -> SignedDuration {
    SignedDuration::from_secs(group.settings.health_check.interval).min(LONGEST_CHECK)
}

fn drain_time(group: &TargetGroup) -> SignedDuration {
    let delay = group
        .attributes
        .get("deregistration_delay.timeout_seconds")
        .and_then(|seconds| seconds.parse().ok());
    SignedDuration::from_secs(delay.unwrap_or(0)).min(LONGEST_DRAINING)
}

/// What ECS asks and tells about the targets of its tasks.
impl Elbv2 {
    /// Registers a target, or takes back its deregistration; false when there is no such group.
    pub fn register(&mut self, group_arn: &str, target: Target, answers: bool, now: Timestamp) -> bool {
        let Some(group) = self.target_groups.get_mut(group_arn) else {
            return false;
        };
        match group.targets.iter_mut().find(|known| known.target == target) {
            Some(known) if known.leaving_since.is_none() => known.answers = answers,
            Some(known) => {
                *known = Registration {
                    target,
                    zone: known.zone.clone(),
                    since: now,
                    leaving_since: None,
                    answers,
                }
            }
            None => group.targets.push(Registration {
                target,
                zone: None,
                since: now,
                leaving_since: None,
                answers,
            }),
        }
        true
    }

    /// Begins to drain a target.
    pub fn deregister(&mut self, group_arn: &str, target: &Target, now: Timestamp) {
        let known = self
            .target_groups
            .get_mut(group_arn)
            .into_iter()
            .flat_map(|group| &mut group.targets);
        for known in known.filter(|known| known.target == *target) {
            known.leaving_since.get_or_insert(now);
        }
        self.forget_drained(now);
    }

    /// The health of a target at this moment.
    pub fn health(&self, group_arn: &str, target: &Target, now: Timestamp) -> Health {
        let attached = self.is_attached(group_arn);
        let known = self.target_groups.get(group_arn).and_then(|group| {
            let known = group.targets.iter().find(|known| known.target == *target)?;
            (!known.is_gone(group, now)).then(|| known.health(group, attached, now))
        });
        known.unwrap_or(Health::Unused)
    }

    /// The next moment after `now` at which some target's health changes by itself.
    pub fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let changes = self.target_groups.values().flat_map(|group| {
            group.targets.iter().map(move |known| match known.leaving_since {
                Some(left) => left + drain_time(group),
                None => known.since + check_time(group),
            })
        });
        changes.filter(|&at| at > now).min()
    }

    /// Drops the targets that have drained.
    pub fn forget_drained(&mut self, now: Timestamp) {
        let with_gone =
            |group: &&mut TargetGroup| group.targets.iter().any(|known| known.is_gone(group, now));
        for group in self.target_groups.values_mut().filter(with_gone) {
            let targets = std::mem::take(&mut group.targets);
            group.targets = targets
                .into_iter()
                .filter(|known| !known.is_gone(group, now))
                .collect();
        }
    }
}

impl Elbv2 {
    pub(super) fn register_targets(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let group = self.target_group(required(params, "TargetGroupArn")?)?;
        let arn = group.arn.clone();
        let targets = targets(params, group)?;
        if targets.is_empty() {
            return Err(validation("A target must be specified"));
        }
        if let Some((bad, _)) = targets
            .iter()
            .find(|(target, _)| !fits(&target.id, &group.settings.target_type))
        {
            return Err(ApiError::new(
                "InvalidTarget",
                format!(
                    "The target '{}' is not a valid {}",
                    bad.id, group.settings.target_type
                ),
            ));
        }
        for (target, zone) in targets {
            self.register(&arn, target.clone(), true, scope.now);
            let known = self
                .target_groups
                .get_mut(&arn)
                .into_iter()
                .flat_map(|group| &mut group.targets);
            for known in known.filter(|known| known.target == target) {
                known.zone.clone_from(&zone);
            }
        }
        Ok(json!({}))
    }

    pub(super) fn deregister_targets(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let group = self.target_group(required(params, "TargetGroupArn")?)?;
        let arn = group.arn.clone();
        for (target, _) in targets(params, group)? {
            self.deregister(&arn, &target, scope.now);
        }
        Ok(json!({}))
    }

    pub(super) fn describe_target_health(&self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let group = self.target_group(required(params, "TargetGroupArn")?)?;
        let asked = targets(params, group)?;
        let attached = self.is_attached(&group.arn);
        let known = group
            .targets
            .iter()
            .filter(|known| asked.is_empty() || asked.iter().any(|(target, _)| *target == known.target));
        let mut shown: Vec<Value> = known
            .map(|known| {
                let health = known.health(group, attached, scope.now);
                show(group, &known.target, known.zone.as_deref(), reason(health))
            })
            .collect();
        for (target, zone) in asked
            .iter()
            .filter(|(target, _)| !group.targets.iter().any(|known| known.target == *target))
        {
            let reason = (
                "unused",
                Some("Target.NotRegistered"),
                Some("Target is not registered to the target group"),
            );
            shown.push(show(group, target, zone.as_deref(), reason));
        }
        Ok(json!({ "TargetHealthDescriptions": shown }))
    }
}

type Reason = (&'static str, Option<&'static str>, Option<&'static str>);

fn reason(health: Health) -> Reason {
    match health {
        Health::Healthy => ("healthy", None, None),
        Health::Initial => (
            "initial",
            Some("Elb.RegistrationInProgress"),
            Some("Target registration is in progress"),
        ),
        Health::Unhealthy => (
            "unhealthy",
            Some("Target.FailedHealthChecks"),
            Some("Health checks failed"),
        ),
        Health::Draining => (
            "draining",
            Some("Target.DeregistrationInProgress"),
            Some("Target deregistration is in progress"),
        ),
        Health::Unused => (
            "unused",
            Some("Target.NotInUse"),
            Some("Target group is not configured to receive traffic from the load balancer"),
        ),
    }
}

fn show(group: &TargetGroup, target: &Target, zone: Option<&str>, (state, reason, text): Reason) -> Value {
    let port = target.port.map(|port| port.to_string()).unwrap_or_default();
    let checked = group.settings.health_check.port.as_ref();
    let checked = checked.map(|checked| if checked == "traffic-port" { &port } else { checked });
    json!({
        "Target": object([
            ("Id", Some(json!(target.id))),
            ("Port", target.port.map(Value::from)),
            ("AvailabilityZone", zone.map(Value::from)),
        ]),
        "HealthCheckPort": checked,
        "TargetHealth": object([("State", Some(state.into())), ("Reason", reason.map(Value::from)), ("Description", text.map(Value::from))]),
    })
}

/// The targets of a request; a port left out is the group's.
fn targets(params: Params<'_>, group: &TargetGroup) -> Result<Vec<(Target, Option<String>)>, ApiError> {
    let parse = |target: Params<'_>| {
        let id = required(target, "Id")?.to_owned();
        let port = between(target, "Port", 1, 65_535)?.or(group.settings.port);
        Ok((
            Target { id, port },
            target.text("AvailabilityZone").map(str::to_owned),
        ))
    };
    params.list("Targets").map(parse).collect()
}

fn fits(id: &str, target_type: &str) -> bool {
    match target_type {
        "ip" => id.parse::<std::net::IpAddr>().is_ok(),
        "instance" => id.starts_with("i-"),
        _ => id.starts_with("arn:"),
    }
}
