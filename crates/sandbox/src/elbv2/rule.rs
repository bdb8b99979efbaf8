//! Rules of listeners and their priorities.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Elbv2, action, condition, paged, required, tag, validation};
use crate::api::{Answer, ApiError, Params};

/// Rules of all listeners of one load balancer, default rules apart.
const RULES_PER_LOAD_BALANCER: usize = 100;
/// Target groups that the rules of one load balancer may name.
const GROUPS_PER_LOAD_BALANCER: usize = 100;

/// A rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rule {
    /// Its ARN.
    pub arn: String,
    /// The listener it belongs to.
    pub listener_arn: String,
    /// Where it stands among the listener's rules.
    pub priority: Priority,
    /// Conditions, in full.
    pub conditions: Vec<Value>,
    /// Actions, in full.
    pub actions: Vec<Value>,
    /// Rewrites of host and path.
    #[serde(default)]
    pub transforms: Vec<Value>,
}

/// A rule's place: smaller numbers are asked first, the default rule last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Priority {
    /// 1 to 50,000.
    Number(u32),
    /// What happens when no other rule matches.
    Default,
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Default => f.write_str("default"),
        }
    }
}

impl Priority {
    fn parse(params: Params<'_>) -> Result<Self, ApiError> {
        let number = params
            .number("Priority")
            .ok_or_else(|| validation("A priority must be specified"))?;
        match u32::try_from(number) {
            Ok(number @ 1..=50_000) => Ok(Self::Number(number)),
            _ => Err(validation(format!(
                "Priority '{number}' must be between '1' and '50000'"
            ))),
        }
    }

    fn in_use(self) -> ApiError {
        ApiError::new("PriorityInUse", format!("Priority '{self}' is currently in use"))
    }
}

impl Rule {
    /// Whether one of the rule's actions forwards to a target group.
    pub fn forwards_to(&self, target_group_arn: &str) -> bool {
        action::target_groups(&self.actions).any(|arn| arn == target_group_arn)
    }

    fn is_default(&self) -> bool {
        self.priority == Priority::Default
    }

    fn show(&self) -> Value {
        json!({
            "RuleArn": self.arn,
            "Priority": self.priority.to_string(),
            "Conditions": self.conditions,
            "Actions": self.actions,
            "IsDefault": self.is_default(),
            "Transforms": self.transforms,
        })
    }
}

fn transforms(params: Params<'_>) -> Vec<Value> {
    params
        .list("Transforms")
        .map(|transform| transform.0.clone())
        .collect()
}

impl Elbv2 {
    pub(super) fn create_rule(&mut self, params: Params<'_>) -> Answer {
        let listener = self.listener(required(params, "ListenerArn")?)?;
        let (listener_arn, balancer) = (listener.arn.clone(), listener.load_balancer_arn.clone());
        let priority = Priority::parse(params)?;
        let conditions = condition::parse_all(params)?;
        let actions = action::parse_all(params, "Actions")?;
        let tags = tag::parse(params)?;
        self.check_targets(&balancer, &actions, None)?;
        if self.rules_of(&listener_arn).any(|rule| rule.priority == priority) {
            return Err(priority.in_use());
        }
        let beside = self.rules_on(&balancer).filter(|rule| !rule.is_default());
        if beside.count() >= RULES_PER_LOAD_BALANCER {
            return Err(ApiError::new(
                "TooManyRules",
                format!(
                    "The maximum number of rules ('{RULES_PER_LOAD_BALANCER}') has been reached on load balancer '{balancer}'"
                ),
            ));
        }
        let id = self.new_id(&listener_arn);
        let arn = format!("{}/{id}", listener_arn.replace(":listener/", ":listener-rule/"));
        let rule = Rule {
            arn: arn.clone(),
            listener_arn,
            priority,
            conditions,
            actions,
            transforms: transforms(params),
        };
        let shown = rule.show();
        self.put_rule(rule);
        self.tags.insert(arn, tags);
        Ok(json!({ "Rules": [shown] }))
    }

    pub(super) fn modify_rule(&mut self, params: Params<'_>) -> Answer {
        let mut rule = self.rule(required(params, "RuleArn")?)?.clone();
        if rule.is_default() {
            return Err(not_permitted(&rule, "modified"));
        }
        if params.has("Conditions") {
            rule.conditions = condition::parse_all(params)?;
        }
        if params.has("Actions") {
            rule.actions = action::parse_all(params, "Actions")?;
            let balancer = self.listener(&rule.listener_arn)?.load_balancer_arn.clone();
            self.check_targets(&balancer, &rule.actions, Some(&rule.arn))?;
        }
        if params.has("Transforms") {
            rule.transforms = transforms(params);
        } else if params.boolean("ResetTransforms") == Some(true) {
            rule.transforms.clear();
        }
        let shown = rule.show();
        self.put_rule(rule);
        Ok(json!({ "Rules": [shown] }))
    }

    pub(super) fn delete_rule(&mut self, params: Params<'_>) -> Answer {
        let rule = self.rule(required(params, "RuleArn")?)?;
        if rule.is_default() {
            return Err(not_permitted(rule, "deleted"));
        }
        let arn = rule.arn.clone();
        self.remove_rule(&arn);
        self.tags.remove(&arn);
        Ok(json!({}))
    }

    pub(super) fn describe_rules(&self, params: Params<'_>) -> Answer {
        let (listener, arns) = (params.text("ListenerArn"), params.texts("RuleArns"));
        let mut rules: Vec<&Rule> = match (listener, arns.is_empty()) {
            (Some(listener), true) => self.rules_of(&self.listener(listener)?.arn).collect(),
            (None, false) => arns.iter().map(|arn| self.rule(arn)).collect::<Result<_, _>>()?,
            (None, true) => return Err(validation("You must specify either listener ARN or rule ARNs")),
            (Some(_), false) => {
                return Err(validation("You cannot specify both a listener ARN and rule ARNs"));
            }
        };
        rules.sort_by_key(|rule| (&rule.listener_arn, rule.priority));
        paged(params, "Rules", rules.into_iter().map(Rule::show).collect())
    }

    /// All or nothing, and judged by the order that results: two rules can change places in one call.
    pub(super) fn set_rule_priorities(&mut self, params: Params<'_>) -> Answer {
        let mut wanted = BTreeMap::new();
        for pair in params.list("RulePriorities") {
            let rule = self.rule(required(pair, "RuleArn")?)?;
            if rule.is_default() {
                return Err(not_permitted(rule, "reprioritized"));
            }
            if wanted.insert(rule.arn.clone(), Priority::parse(pair)?).is_some() {
                return Err(validation(format!(
                    "Rule '{}' was specified more than once",
                    rule.arn
                )));
            }
        }
        if wanted.is_empty() {
            return Err(validation("A rule priority must be specified"));
        }
        let mut taken = BTreeSet::new();
        for rule in self.rules.values() {
            let priority = *wanted.get(&rule.arn).unwrap_or(&rule.priority);
            if !taken.insert((&rule.listener_arn, priority)) {
                return Err(priority.in_use());
            }
        }
        let mut shown = Vec::new();
        for (arn, priority) in wanted {
            if let Some(rule) = self.rules.get_mut(&arn) {
                rule.priority = priority;
                shown.push(rule.show());
            }
        }
        Ok(json!({ "Rules": shown }))
    }

    fn rules_of(&self, listener_arn: &str) -> impl Iterator<Item = &Rule> {
        let below = listener_arn.replace(":listener/", ":listener-rule/") + "/";
        self.rules_below(below)
    }

    /// The rules of all listeners of a load balancer.
    fn rules_on(&self, balancer_arn: &str) -> impl Iterator<Item = &Rule> {
        let below = balancer_arn.replace(":loadbalancer/", ":listener-rule/") + "/";
        self.rules_below(below)
    }

    /// Rules by the beginning of their ARNs, which is that of what they belong to.
    fn rules_below(&self, below: String) -> impl Iterator<Item = &Rule> {
        let rules = self.rules.range(below.clone()..);
        rules
            .map(|(_, rule)| rule)
            .take_while(move |rule| rule.arn.starts_with(&below))
    }

    pub(super) fn rule(&self, arn: &str) -> Result<&Rule, ApiError> {
        if !arn.contains(":listener-rule/") {
            return Err(validation(format!("'{arn}' is not a valid listener rule ARN")));
        }
        self.rules
            .get(arn)
            .ok_or_else(|| ApiError::new("RuleNotFound", "One or more rules not found"))
    }

    /// Refuses actions whose target groups don't exist, belong to another load balancer, or are one too many for this.
    pub(super) fn check_targets(
        &self,
        balancer: &str,
        actions: &[Value],
        replaced: Option<&str>,
    ) -> Result<(), ApiError> {
        let others = self
            .rules_on(balancer)
            .filter(|rule| Some(rule.arn.as_str()) != replaced);
        let mut groups: BTreeSet<&str> = others
            .flat_map(|rule| action::target_groups(&rule.actions))
            .collect();
        for arn in action::target_groups(actions) {
            self.target_group(arn)
                .map_err(|error| match error.code.as_str() {
                    "TargetGroupNotFound" => {
                        ApiError::new("TargetGroupNotFound", format!("Target group '{arn}' not found"))
                    }
                    _ => error,
                })?;
            if self.load_balancers_of(arn).iter().any(|other| *other != balancer) {
                let message = format!(
                    "The following target groups cannot be associated with more than one load balancer: {arn}"
                );
                return Err(ApiError::new("TargetGroupAssociationLimit", message));
            }
            groups.insert(arn);
        }
        if groups.len() > GROUPS_PER_LOAD_BALANCER {
            return Err(ApiError::new(
                "TooManyUniqueTargetGroupsPerLoadBalancer",
                format!(
                    "You have reached the maximum number of unique target groups ('{GROUPS_PER_LOAD_BALANCER}') that you can associate with load balancer '{balancer}'"
                ),
            ));
        }
        Ok(())
    }
}

fn not_permitted(rule: &Rule, what: &str) -> ApiError {
    ApiError::new(
        "OperationNotPermitted",
        format!("Default rule '{}' cannot be {what}", rule.arn),
    )
}
