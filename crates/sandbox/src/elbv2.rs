//! Elastic Load Balancing v2: load balancers, listeners, rules, target groups and the health of targets. Operations come
//! in as parameters, answers go out as value trees; ECS asks here whether a group is attached and its targets healthy.

mod action;
mod attribute;
mod condition;
mod listener;
mod load_balancer;
mod rule;
mod seed;
mod tag;
mod target;
mod target_group;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::api::{self, Answer, ApiError, Params, Scope};

pub use listener::Listener;
pub use load_balancer::LoadBalancer;
pub use rule::{Priority, Rule};
pub use target::{Health, Target};
pub use target_group::TargetGroup;

/// Everything of one region; every map is keyed by ARN.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Elbv2 {
    /// Load balancers.
    pub load_balancers: BTreeMap<String, LoadBalancer>,
    /// Listeners of all load balancers.
    pub listeners: BTreeMap<String, Listener>,
    /// Rules of all listeners, default rules among them.
    pub rules: BTreeMap<String, Rule>,
    /// Target groups.
    pub target_groups: BTreeMap<String, TargetGroup>,
    /// Tags of all four.
    pub tags: BTreeMap<String, BTreeMap<String, String>>,
    made: u64,
    /// Follows from the rules, and is asked for all the time: found out once, till a rule goes or changes.
    #[serde(skip)]
    attachments: OnceLock<Attachments>,
}

/// The load balancers of each target group that a rule or listener forwards to.
type Attachments = BTreeMap<String, BTreeSet<String>>;

impl Elbv2 {
    /// Runs an operation; none when there is no such operation here.
    pub fn call(&mut self, scope: Scope<'_>, operation: &str, params: Params<'_>) -> Option<Answer> {
        self.forget_drained(scope.now);
        Some(match operation {
            "CreateLoadBalancer" => self.create_load_balancer(scope, params),
            "DescribeLoadBalancers" => self.describe_load_balancers(params),
            "DeleteLoadBalancer" => self.delete_load_balancer(params),
            "CreateListener" => self.create_listener(params),
            "DescribeListeners" => self.describe_listeners(params),
            "DescribeListenerCertificates" => self.describe_listener_certificates(params),
            "DeleteListener" => self.delete_listener(params),
            "CreateTargetGroup" => self.create_target_group(scope, params),
            "ModifyTargetGroup" => self.modify_target_group(params),
            "DescribeTargetGroups" => self.describe_target_groups(params),
            "DeleteTargetGroup" => self.delete_target_group(params),
            "ModifyTargetGroupAttributes" => self.modify_target_group_attributes(params),
            "DescribeTargetGroupAttributes" => self.describe_target_group_attributes(params),
            "CreateRule" => self.create_rule(params),
            "ModifyRule" => self.modify_rule(params),
            "DeleteRule" => self.delete_rule(params),
            "DescribeRules" => self.describe_rules(params),
            "SetRulePriorities" => self.set_rule_priorities(params),
            "AddTags" => self.add_tags(params),
            "RemoveTags" => self.remove_tags(params),
            "DescribeTags" => self.describe_tags(params),
            "RegisterTargets" => self.register_targets(scope, params),
            "DeregisterTargets" => self.deregister_targets(scope, params),
            "DescribeTargetHealth" => self.describe_target_health(scope, params),
            _ => return None,
        })
    }

    /// Sixteen hexadecimal digits that no other resource of the region has.
    fn new_id(&mut self, name: &str) -> String {
        self.made += 1;
        let digest = Sha256::digest(format!("{name}/{}", self.made));
        data_encoding::HEXLOWER.encode(&digest[..8])
    }

    /// The load balancers whose listeners or rules forward to a target group.
    pub fn load_balancers_of(&self, target_group_arn: &str) -> BTreeSet<&str> {
        let balancers = self.attachments().get(target_group_arn).into_iter().flatten();
        balancers.map(String::as_str).collect()
    }

    fn attachments(&self) -> &Attachments {
        self.attachments.get_or_init(|| {
            let mut attachments = Attachments::new();
            for rule in self.rules.values() {
                self.attach(rule, &mut attachments);
            }
            attachments
        })
    }

    fn attach(&self, rule: &Rule, attachments: &mut Attachments) {
        for group in action::target_groups(&rule.actions) {
            let balancers = attachments.entry(group.to_owned()).or_default();
            balancers.extend(self.load_balancer_of(rule).map(str::to_owned));
        }
    }

    /// Adds a rule, or puts it in the place of one that was there.
    fn put_rule(&mut self, rule: Rule) {
        match self.attachments.take() {
            Some(mut attachments) if !self.rules.contains_key(&rule.arn) => {
                self.attach(&rule, &mut attachments);
                self.attachments = attachments.into();
            }
            _ => {}
        }
        self.rules.insert(rule.arn.clone(), rule);
    }

    fn remove_rule(&mut self, arn: &str) {
        self.forget_attachments();
        self.rules.remove(arn);
    }

    /// Rules were changed by other ways than these.
    pub(crate) fn forget_attachments(&mut self) {
        self.attachments = OnceLock::new();
    }

    fn load_balancer_of(&self, rule: &Rule) -> Option<&str> {
        Some(&self.listeners.get(&rule.listener_arn)?.load_balancer_arn)
    }

    /// Whether a rule or listener forwards to a target group: ECS refuses services on others.
    pub fn is_attached(&self, target_group_arn: &str) -> bool {
        self.attachments().contains_key(target_group_arn)
    }
}

fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

/// The member, or AWS's complaint that it is missing.
fn required<'a>(params: Params<'a>, name: &str) -> Result<&'a str, ApiError> {
    params.text(name).ok_or_else(|| {
        let member = format!("{}{}", name[..1].to_lowercase(), &name[1..]);
        validation(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

fn between(params: Params<'_>, name: &str, low: i64, high: i64) -> Result<Option<i64>, ApiError> {
    if !params.has(name) {
        return Ok(None);
    }
    match params.number(name) {
        Some(n) if (low..=high).contains(&n) => Ok(Some(n)),
        Some(n) => Err(validation(format!(
            "{name} '{n}' must be between '{low}' and '{high}'"
        ))),
        None => Err(ApiError::new(
            "MalformedInput",
            format!("{name} must be a number"),
        )),
    }
}

/// Cuts a listing to one page, under the member `list`.
fn paged(params: Params<'_>, list: &str, items: Vec<Value>) -> Answer {
    let size = between(params, "PageSize", 1, 400)?
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(400);
    let (items, next) = api::page(items, params.text("Marker"), size).ok_or_else(|| {
        validation(format!(
            "'{}' is not a valid marker",
            params.text("Marker").unwrap_or_default()
        ))
    })?;
    let mut answer = json!({ list: items });
    if let Some(next) = next {
        answer["NextMarker"] = next.into();
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;
