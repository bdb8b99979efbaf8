//! EventBridge rules on the default bus, their targets and tags; scheduled rules fire from here.

mod rule;
mod tag;
mod target;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::{self, Answer, ApiError, Params, Scope};
use crate::firing::Firing;

pub use rule::Rule;

/// The rules of one region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Events {
    /// Rules by name.
    pub rules: BTreeMap<String, Rule>,
    /// Ids of targets whose next write meets contention: it fails inside an answer that succeeds.
    pub contended: BTreeSet<String>,
}

impl Events {
    /// Runs an operation; none when there is no such operation here.
    pub fn call(&mut self, scope: Scope<'_>, operation: &str, params: Params<'_>) -> Option<Answer> {
        Some(match operation {
            "PutRule" => self.put_rule(scope, params),
            "DescribeRule" => self.describe_rule(scope, params),
            "ListRules" => self.list_rules(params),
            "DeleteRule" => self.delete_rule(params),
            "EnableRule" => self.switch_rule(scope, params, true),
            "DisableRule" => self.switch_rule(scope, params, false),
            "PutTargets" => self.put_targets(params),
            "RemoveTargets" => self.remove_targets(params),
            "ListTargetsByRule" => self.list_targets_by_rule(params),
            "ListRuleNamesByTarget" => self.list_rule_names_by_target(params),
            "TagResource" => self.tag_resource(params),
            "UntagResource" => self.untag_resource(params),
            "ListTagsForResource" => self.list_tags_for_resource(params),
            _ => return None,
        })
    }

    /// The next moment at which a rule fires.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.rules.values().filter_map(|rule| rule.next_fire).min()
    }

    /// Fires what is due up to `now`, oldest first.
    pub fn settle(&mut self, now: Timestamp) -> Vec<Firing> {
        let mut fired: Vec<Firing> = self
            .rules
            .values_mut()
            .flat_map(|rule| rule.settle(now))
            .collect();
        fired.sort_by(|a, b| (a.at, &a.source).cmp(&(b.at, &b.source)));
        fired
    }

    /// Forgets what was due before `now`: a sandbox that was off for long has nothing to make up.
    pub fn resume(&mut self, now: Timestamp) {
        let missed = self
            .rules
            .values_mut()
            .filter(|rule| rule.next_fire.is_some_and(|at| at < now));
        missed.for_each(|rule| rule.watch(now));
    }

    fn rule_mut(&mut self, name: &str) -> Result<&mut Rule, ApiError> {
        self.rules.get_mut(name).ok_or_else(|| no_rule(name))
    }

    fn rule(&self, name: &str) -> Result<&Rule, ApiError> {
        self.rules.get(name).ok_or_else(|| no_rule(name))
    }
}

fn no_rule(name: &str) -> ApiError {
    ApiError::new(
        "ResourceNotFoundException",
        format!("Rule {name} does not exist on EventBus default."),
    )
}

fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationException", message)
}

fn constraint(value: &str, member: &str, wants: &str) -> ApiError {
    validation(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {wants}"
    ))
}

/// A name that AWS takes for rules and for targets.
fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// The name of a rule under `member`; the bus must be the default one.
fn rule_name<'a>(params: Params<'a>, member: &str) -> Result<&'a str, ApiError> {
    check_bus(params)?;
    let name = params.text(member).unwrap_or_default();
    if is_name(name) {
        return Ok(name);
    }
    Err(constraint(
        name,
        &member.to_lowercase(),
        "Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
    ))
}

fn check_bus(params: Params<'_>) -> Result<(), ApiError> {
    match params.text("EventBusName") {
        None | Some("default") => Ok(()),
        Some(arn) if arn.ends_with(":event-bus/default") => Ok(()),
        Some(other) => Err(ApiError::new(
            "ResourceNotFoundException",
            format!("Event bus {other} does not exist."),
        )),
    }
}

/// Cuts a listing to one page, under the member `list`.
fn paged(params: Params<'_>, list: &str, items: Vec<Value>) -> Answer {
    let size = match params.get("Limit") {
        None => 100,
        Some(limit) => limit
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| (1..=100).contains(n))
            .ok_or_else(|| {
                constraint(
                    &limit.to_string(),
                    "limit",
                    "Member must have value between 1 and 100",
                )
            })?,
    };
    let (items, next) = api::page(items, params.text("NextToken"), size)
        .ok_or_else(|| validation("Parameter NextToken is not valid."))?;
    let mut answer = json!({ list: items });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;
