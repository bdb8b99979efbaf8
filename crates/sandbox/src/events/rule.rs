//! Rules: put as a whole, switched on and off, fired when they are due.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Events, check_bus, constraint, no_rule, paged, rule_name, validation};
use crate::api::{Answer, ApiError, Params, Scope, object};
use crate::firing::{self, Firing};
use crate::schedule::{Dialect, Schedule};
use crate::tags;

const RULES_PER_BUS: usize = 300;

/// A rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// When it fires, for scheduled rules.
    pub expression: Option<String>,
    /// What it waits for, for the others.
    pub pattern: Option<String>,
    /// `ENABLED` or `DISABLED`, or AWS's third.
    pub state: String,
    /// A remark.
    pub description: Option<String>,
    /// The role of the rule itself.
    pub role_arn: Option<String>,
    /// The AWS service that made it, if one did.
    pub managed_by: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Targets by id.
    pub targets: BTreeMap<String, Value>,
    /// What a rate counts from.
    pub anchor: Timestamp,
    /// When it fires next.
    pub next_fire: Option<Timestamp>,
}

impl Rule {
    /// Notes when the rule fires next, counting from `now`.
    pub(super) fn watch(&mut self, now: Timestamp) {
        let schedule = self
            .expression
            .as_deref()
            .and_then(|text| Schedule::parse(text, Dialect::Rule));
        let schedule = schedule.filter(|_| self.state != "DISABLED");
        self.next_fire = schedule.and_then(|schedule| schedule.next(now, self.anchor, &TimeZone::UTC));
    }

    pub(super) fn settle(&mut self, now: Timestamp) -> Vec<Firing> {
        let mut fired = Vec::new();
        while let Some(at) = self.next_fire.filter(|&at| at <= now) {
            for target in self.targets.values() {
                let run_task = firing::run_task(
                    target,
                    input(target).as_deref(),
                    format!("events-rule/{}", self.name),
                );
                fired.extend(run_task.map(|run_task| Firing {
                    at,
                    source: self.arn.clone(),
                    run_task,
                }));
            }
            self.watch(at);
        }
        fired
    }

    /// Refuses a change to what an AWS service manages.
    pub(super) fn check_unmanaged(&self, params: Params<'_>) -> Result<(), ApiError> {
        match &self.managed_by {
            Some(service) if params.boolean("Force") != Some(true) => Err(ApiError::new(
                "ManagedRuleException",
                format!(
                    "Rule {} can't be changed: it was created by the AWS service {service}.",
                    self.name
                ),
            )),
            _ => Ok(()),
        }
    }

    fn show(&self) -> Value {
        let text = |value: &Option<String>| value.as_ref().map(|value| json!(value));
        object([
            ("Name", Some(json!(self.name))),
            ("Arn", Some(json!(self.arn))),
            ("EventPattern", text(&self.pattern)),
            ("State", Some(json!(self.state))),
            ("Description", text(&self.description)),
            ("ScheduleExpression", text(&self.expression)),
            ("RoleArn", text(&self.role_arn)),
            ("ManagedBy", text(&self.managed_by)),
            ("EventBusName", Some(json!("default"))),
        ])
    }
}

/// What the target's task is told: a constant, or a template that takes nothing from the event.
fn input(target: &Value) -> Option<String> {
    let template = target
        .pointer("/InputTransformer/InputTemplate")
        .and_then(Value::as_str)
        .filter(|text| !text.contains('<'));
    target["Input"].as_str().or(template).map(str::to_owned)
}

impl Events {
    /// Everything that the request leaves out is reset, but for the tags, which only a new rule takes.
    pub(super) fn put_rule(&mut self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let name = rule_name(params, "Name")?;
        let (expression, pattern) = (params.text("ScheduleExpression"), params.text("EventPattern"));
        check_trigger(expression, pattern)?;
        let state = params.text("State").unwrap_or("ENABLED");
        if !matches!(
            state,
            "ENABLED" | "DISABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
        ) {
            let wants = "Member must satisfy enum value set: [ENABLED, DISABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]";
            return Err(constraint(state, "state", wants));
        }
        if let Some(long) = params
            .text("Description")
            .filter(|text| text.chars().count() > 512)
        {
            return Err(constraint(
                long,
                "description",
                "Member must have length less than or equal to 512",
            ));
        }
        let existing = self.rules.get(name);
        existing.map_or(Ok(()), |rule| rule.check_unmanaged(params))?;
        if existing.is_none() && self.rules.len() >= RULES_PER_BUS {
            return Err(limit_exceeded());
        }
        let tags = match existing {
            Some(rule) => rule.tags.clone(),
            None => tags::merged(&BTreeMap::new(), params, validation)?,
        };
        let unchanged = existing.filter(|rule| rule.expression.as_deref() == expression);
        let text = |member: &str| params.text(member).map(str::to_owned);
        let mut rule = Rule {
            name: name.to_owned(),
            arn: format!("arn:aws:events:{}:{}:rule/{name}", scope.region, scope.account),
            expression: expression.map(str::to_owned),
            pattern: pattern.map(str::to_owned),
            state: state.to_owned(),
            description: text("Description"),
            role_arn: text("RoleArn"),
            managed_by: existing.and_then(|rule| rule.managed_by.clone()),
            tags,
            targets: existing.map(|rule| rule.targets.clone()).unwrap_or_default(),
            anchor: unchanged.map_or(scope.now, |rule| rule.anchor),
            next_fire: None,
        };
        rule.watch(scope.now);
        let arn = rule.arn.clone();
        self.rules.insert(name.to_owned(), rule);
        Ok(json!({ "RuleArn": arn }))
    }

    pub(super) fn describe_rule(&self, scope: Scope<'_>, params: Params<'_>) -> Answer {
        let mut shown = self.rule(rule_name(params, "Name")?)?.show();
        shown["CreatedBy"] = scope.account.into();
        Ok(shown)
    }

    pub(super) fn list_rules(&self, params: Params<'_>) -> Answer {
        check_bus(params)?;
        let prefix = params.text("NamePrefix").unwrap_or_default();
        let rules = self.rules.values().filter(|rule| rule.name.starts_with(prefix));
        paged(params, "Rules", rules.map(Rule::show).collect())
    }

    /// Deleting what is not there succeeds, as on AWS.
    pub(super) fn delete_rule(&mut self, params: Params<'_>) -> Answer {
        let name = rule_name(params, "Name")?;
        if let Some(rule) = self.rules.get(name) {
            rule.check_unmanaged(params)?;
            if !rule.targets.is_empty() {
                return Err(validation("Rule can't be deleted since it has targets."));
            }
            self.rules.remove(name);
        }
        Ok(json!({}))
    }

    pub(super) fn switch_rule(&mut self, scope: Scope<'_>, params: Params<'_>, on: bool) -> Answer {
        let name = rule_name(params, "Name")?;
        let rule = self.rules.get_mut(name).ok_or_else(|| no_rule(name))?;
        rule.check_unmanaged(params)?;
        rule.state = if on { "ENABLED" } else { "DISABLED" }.to_owned();
        rule.watch(scope.now);
        Ok(json!({}))
    }
}

pub(super) fn limit_exceeded() -> ApiError {
    ApiError::new(
        "LimitExceededException",
        "The requested resource exceeds the maximum number allowed.",
    )
}

fn check_trigger(expression: Option<&str>, pattern: Option<&str>) -> Result<(), ApiError> {
    if expression.is_none() && pattern.is_none() {
        return Err(validation(
            "Parameter(s) EventPattern or ScheduleExpression must be specified.",
        ));
    }
    if expression.is_some_and(|text| text.len() > 256 || Schedule::parse(text, Dialect::Rule).is_none()) {
        return Err(validation("Parameter ScheduleExpression is not valid."));
    }
    let Some(pattern) = pattern else { return Ok(()) };
    match serde_json::from_str::<Value>(pattern) {
        Ok(Value::Object(members)) if !members.is_empty() && pattern.len() <= 4_096 => Ok(()),
        _ => Err(ApiError::new(
            "InvalidEventPatternException",
            "Event pattern is not valid. Reason: Filter is not an object",
        )),
    }
}
